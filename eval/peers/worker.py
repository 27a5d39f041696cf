"""One system, one round, one process: ``python -m eval.peers.worker JOB``.

Enters: a JSON file that says what to do. Leaves: a JSON file with what was measured, or why
nothing was. Deliberately knows nothing of what would be right, or of the other systems.

The network is refused to the whole process, so that no system can fetch or report anything; who
tried is written down.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from embeddings.weights import packaged_folder
from eval.files import write_whole
from eval.memory import peak_memory
from eval.peers.systems import Given, RetrievalSystem, made_by

# Asked before the clock starts: the first question pays for what the later ones find ready.
WARM_UP = "What was reported that week?"
_LOCAL = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 (compared, not bound)


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker does.

    ``factory`` makes the system; empty, the passages are written instead. ``passages`` is the
    file of passages, ``result`` the file to write, ``scratch`` an empty folder, ``keys`` the
    set's names of its articles, ``questions`` pairs of id and text.
    """

    articles: str
    cache: str
    passages: str
    result: str
    scratch: str
    factory: str = ""
    k: int = 10
    keys: tuple[str, ...] = ()
    questions: tuple[tuple[str, str], ...] = ()

    def write(self, path: Path) -> None:
        """Keep the job in a file."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Job:
        """The job in a file."""
        data = json.loads(path.read_text(encoding="utf-8"))
        data["keys"] = tuple(data["keys"])
        data["questions"] = tuple((name, text) for name, text in data["questions"])
        return cls(**data)


def passages_of(job: Job) -> dict[str, Any]:
    """Every passage of the articles as this project cuts them, with its heading line."""
    from embeddings.inputs import encoder_input  # noqa: PLC0415 (heavy)
    from eval.cache import open_collection  # noqa: PLC0415 (heavy)
    from eval.system import key_of  # noqa: PLC0415 (heavy)

    texts, places, keys = [], [], []
    known = frozenset(job.keys)
    with open_collection(Path(job.articles), cache=Path(job.cache)) as (collection, record):
        articles = collection.articles()
        for article in articles:
            for passage in collection.passages_of(article.id):
                texts.append(encoder_input(article, passage.start, passage.end))
                places.append((article.id, passage.start, passage.end))
                keys.append(key_of(article, known))
        fingerprint = record.fingerprint
    return {
        "texts": texts,
        "places": places,
        "keys": keys,
        "articles": len(articles),
        "fingerprint": fingerprint,
    }


def measure(job: Job, refused: Sequence[str]) -> dict[str, Any]:
    """Load, build and search, each timed."""
    made = json.loads(Path(job.passages).read_text(encoding="utf-8"))
    places = [(article, start, end) for article, start, end in made["places"]]
    given = Given(made["texts"], places, Path(job.articles), Path(job.scratch))
    system = made_by(job.factory)
    begin = time.perf_counter()
    system.load(packaged_folder())
    loaded = time.perf_counter()
    system.build(given, job.k)
    built = time.perf_counter()
    system.search(WARM_UP)
    queries = [_asked(system, name, text) for name, text in job.questions]
    return {
        "load_s": loaded - begin,
        "build_s": built - loaded,
        "queries": queries,
        "peak_memory_mb": peak_memory() / 2**20,
        "threads": _threads(),
        "remarks": list(system.remarks()),
        "refused": sorted(set(refused)),
    }


def _asked(system: RetrievalSystem, name: str, question: str) -> dict[str, Any]:
    begin = time.perf_counter()
    try:
        found: list[int] | None = [int(number) for number in system.search(question)]
        error = ""
    except Exception as exc:  # noqa: BLE001 (whatever a system raises is that question's failure)
        found, error = None, _reason(exc)
    return {
        "id": name,
        "ms": 1000 * (time.perf_counter() - begin),
        "found": found,
        "error": error,
    }


def _threads() -> int | None:
    torch = sys.modules.get("torch")
    return int(torch.get_num_threads()) if torch is not None else None


def refuse_network() -> list[str]:
    """Let nothing of this process reach another machine; returns who was tried, as it grows."""
    tried: list[str] = []

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect":
            host = arguments[1][0] if isinstance(arguments[1], tuple) else None
        elif event == "socket.getaddrinfo":
            host = arguments[0]
        else:
            return
        host = host.decode() if isinstance(host, bytes) else host
        if host not in _LOCAL:
            tried.append(str(host))
            raise ConnectionRefusedError(f"no network while systems are compared: {host}")

    sys.addaudithook(hook)
    return tried


def _reason(exc: BaseException) -> str:
    return f"{type(exc).__name__}: {exc}".rstrip(": ")


def main(arguments: Sequence[str]) -> int:
    """Do the job in the file that is named."""
    job = Job.read(Path(arguments[0]))
    refused = refuse_network()
    try:
        result = measure(job, refused) if job.factory else passages_of(job)
    except Exception as exc:  # noqa: BLE001 (told to whoever started this process)
        traceback.print_exc()
        result = {"error": _reason(exc)}
    result["pid"] = os.getpid()
    path = Path(job.result)
    write_whole(path, json.dumps(result))
    # Straight out: threads that a library left running must not keep the next system waiting.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if "error" in result else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
