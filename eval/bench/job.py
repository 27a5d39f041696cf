"""What a process of the bench is told, as a file.

Enters: values. Leaves: a JSON file, and the values again. Deliberately does nothing else.
"""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embeddings.encoder import Encoder

SYSTEM = "eval.bench.job:product"


@dataclass(frozen=True, slots=True)
class Job:
    """A measurement.

    ``measurement`` is a key of ``worker.MEASUREMENTS``; ``system`` is ``module:name`` of what opens
    an encoder. ``articles`` and ``index`` are folders, ``questions`` a file with a JSON list,
    ``result`` the file to write, ``progress`` one in which the share done may be kept. ``sessions``
    ask at the same time for ``seconds``; ``vectors`` is a number of rows. ``began`` is the time of
    the clock at which the process was started.
    """

    measurement: str
    articles: str
    index: str
    questions: str
    result: str
    progress: str
    system: str = SYSTEM
    sessions: int = 16
    seconds: float = 10.0
    vectors: int = 0
    began: float = 0.0

    def write(self, path: Path) -> None:
        """Keep the job in a file."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        """The job in a file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def asked(self) -> list[str]:
        """The questions."""
        return list(json.loads(Path(self.questions).read_text(encoding="utf-8")))

    def opened(self) -> AbstractContextManager[Encoder]:
        """The system that is measured, by its embedding model."""
        module, _, name = self.system.partition(":")
        opened: AbstractContextManager[Encoder] = getattr(import_module(module), name)()
        return opened


def product() -> AbstractContextManager[Encoder]:
    """This project as it is installed."""
    from contextlib import nullcontext  # noqa: PLC0415 (with the next)

    from embeddings.encoder import SentenceEncoder  # noqa: PLC0415 (heavy)

    return nullcontext(SentenceEncoder())
