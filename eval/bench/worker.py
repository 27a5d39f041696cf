"""One measurement in a process of its own: ``python -m eval.bench.worker JOB``.

Enters: a JSON file that says what to measure. Leaves: a JSON file with what was measured, or why
nothing was. Deliberately knows nothing of the other measurements.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from eval.bench import ingestion, serving, vectors
from eval.bench.job import Job
from eval.files import write_whole

MEASUREMENTS: Mapping[str, Callable[[Job], dict[str, Any]]] = {
    "bare": serving.bare,
    "ingest": ingestion.ingest,
    "open": serving.opening,
    "retrieval": serving.questions(serving.retrieving),
    "reading": serving.questions(serving.reading),
    "answer": serving.questions(serving.answering),
    "retrieval sessions": serving.sessions(serving.retrieving),
    "answer sessions": serving.sessions(serving.answering),
    "resync": ingestion.resync,
    "vectors": vectors.measure,
}


def end_with_parent() -> None:
    """End this process when the one that started it is gone: nobody would ever read its result."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def main(arguments: Sequence[str]) -> int:
    """Do the job in the file that is named."""
    end_with_parent()
    job = Job.read(Path(arguments[0]))
    try:
        result = MEASUREMENTS[job.measurement](job)
    except Exception as exc:  # noqa: BLE001 (told to whoever started this process)
        traceback.print_exc()
        result = {"error": f"{type(exc).__name__}: {exc}".rstrip(": ")}
    write_whole(Path(job.result), json.dumps(result))
    sys.stdout.flush()
    sys.stderr.flush()
    # Straight out: threads that a library left running must not keep the next one waiting.
    os._exit(1 if "error" in result else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
