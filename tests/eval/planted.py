"""Systems under test that fail as real ones do; importable by the worker's process."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

from embeddings.errors import CollectionCorrupt
from eval.cases import Case
from eval.results import Outcome, Place, Said
from eval.system import Opened, Progress, Spec, System

TEXT = "It rained in Åre. The mayor “Ö” resigned on Monday."
BOUNDS = {"åre": ((0, 17), (18, len(TEXT)))}
RIGHT = Place("åre", 18, len(TEXT), TEXT[18:])


class Planted:
    """Answers by the question's first word; any other question gets the right answer."""

    opened = Opened(
        {"fingerprint": "planted", "articles": 1, "passages": 2}, BOUNDS, {"code": "planted"}
    )

    def answer(self, case: Case) -> Outcome:
        match case.question.split()[0]:
            case "raise":
                raise ZeroDivisionError("by “nought”")
            case "hang":
                time.sleep(60)
            case "exit":
                os._exit(3)
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "slow":
                time.sleep(0.3)
            case "refuse":
                return Outcome(said=Said(False, 0.1), forced=said(), hits=(RIGHT,))
        return Outcome(hits=(RIGHT,), said=said(), timings_ms={"total": 1.0})


def said() -> Said:
    return Said(True, 0.9, ((RIGHT.text, (0,)),), (RIGHT,))


@contextmanager
def planted(_spec: Spec, progress: Progress) -> Iterator[System]:
    progress(0.5)
    yield Planted()


@contextmanager
def broken(_spec: Spec, _progress: Progress) -> Iterator[System]:
    raise CollectionCorrupt("the index is damaged; delete it")
    yield Planted()


@contextmanager
def unreadable(_spec: Spec, _progress: Progress) -> Iterator[System]:
    raise OSError(28, "No space left on device")
    yield Planted()


@contextmanager
def dying(_spec: Spec, _progress: Progress) -> Iterator[System]:
    os._exit(7)
    yield Planted()
