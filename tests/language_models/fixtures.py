"""The running model server that tests share, and the models it has.

A ``conftest.py`` that wants it imports the fixture: ``from tests.language_models.fixtures import
model_server``. Once for the whole run, so import it in one conftest above all its users.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.news import NEWS, SEEDS

if TYPE_CHECKING:
    from tests.language_models.servers import RealServer

# The models' names, and all that the first of them ever says: true of the article from Lisbon.
ANSWERING, BABBLING = "answering", "babbling"
ANSWER = "The river flooded Lisbon on Sunday [1]."


@pytest.fixture(scope="session")
def model_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """``transformers serve`` with two models; five seconds, and fails where it is not installed."""
    # Every run of tests imports this file, and few need what takes seconds to import.
    from tests.language_models.servers import serve  # noqa: PLC0415
    from tests.language_models.tiny import (  # noqa: PLC0415
        answering_model,
        babbling_model,
    )

    folder = tmp_path_factory.mktemp("models")
    texts = [text for _, _, text in NEWS]
    texts += [path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))]
    answering_model(folder / ANSWERING, ANSWER, texts)
    babbling_model(folder / BABBLING, texts)
    with serve(folder) as server:
        yield server
