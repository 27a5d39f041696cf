"""The product itself in a worker's process, with stand-ins for its models; importable there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from eval.system import Progress, Spec, System, product


@contextmanager
def quick_product(spec: Spec, progress: Progress) -> Iterator[System]:
    # Not before: the process that starts the worker imports this file as well.
    from embeddings.similarity import SimilarityReader  # noqa: PLC0415
    from tests.fakes import TinyEncoder  # noqa: PLC0415
    from tests.qa_app.llm_fakes import WordChecker  # noqa: PLC0415

    checker = WordChecker()
    with (
        patch("embeddings.encoder.SentenceEncoder", TinyEncoder),
        patch("qa_app.assistant.reader_for", SimilarityReader),
        patch("qa_app.verification.released_checker", lambda: checker),
        product(spec, progress) as system,
    ):
        yield system
