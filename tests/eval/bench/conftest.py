"""Articles for a bench, and an environment in which its processes find the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.eval.bench.fakes import ROOT, write_news

ARTICLES = 12


@pytest.fixture(scope="module", autouse=True)
def workers_find_the_tests() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.setenv("OMP_NUM_THREADS", "1")
        yield


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_news(folder, ARTICLES)
    return folder
