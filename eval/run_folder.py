"""A run's folder: what is being run, and the results so far.

Enters: a run's identity, then results. Leaves: ``run.json`` and ``results.jsonl``. An interrupted
run of the same identity is gone on with behind its last whole line; any other run that lies there
is moved aside, so that nothing is lost and nothing mixed. Deliberately knows nothing of how cases
are run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from eval.errors import EvalError, RunInvalid
from eval.files import check_writable, write_whole
from eval.results import REPORT, RESULTS, SUMMARY, Result, read_results, write_result

RUN = "run.json"


class RunFolder:
    """The folder of one run, which nobody else writes to meanwhile."""

    def __init__(self, path: Path, identity: Mapping[str, Any]) -> None:
        """Go on with the run of this identity in ``path``, or begin it there.

        Raises:
            RunInvalid: something else lies there, or its files are damaged.
            EvalError: it cannot be written.
        """
        self.path = path
        self.state = self._prepare(identity)
        self.done: dict[str, Result] = {}
        self.reread()

    def reread(self) -> None:
        """Take what is done from the disk: an interrupt may fall between writing and noting."""
        self.done = {result.id: result for result in self._kept()}

    def _prepare(self, identity: Mapping[str, Any]) -> dict[str, Any]:
        state = _read_state(self.path)
        if state is not None and state["identity"] == identity and not self._finished(state):
            return state
        if state is not None:
            self.path.rename(_aside(self.path, state["started"]))
        elif self.path.exists() and any(self.path.iterdir()):
            raise RunInvalid(
                f"{self.path} holds something else than a run; choose a new folder with --out"
            )
        state = {
            "identity": dict(identity),
            "made_of": {},
            "started": datetime.now(UTC).isoformat(timespec="seconds"),
            "complete": False,
            "seconds": 0.0,
            "peak_memory": 0,
            "index": {},
            "start": {},
            "skipped": [],
        }
        write_whole(self.path / RUN, _laid_out(state))
        return state

    def _finished(self, state: Mapping[str, Any]) -> bool:
        """Whether nothing is left to do: all cases, and what is made of them."""
        files = (self.path / name for name in (SUMMARY, REPORT))
        return bool(state["complete"]) and all(file.exists() for file in files)

    def _kept(self) -> list[Result]:
        """The results an interrupted run left; a half-written last line is cut off."""
        path = self.path / RESULTS
        if not path.exists():
            return []
        try:
            results = list(read_results(path))
        except (OSError, ValueError) as exc:
            raise RunInvalid(f"cannot go on with the run in {self.path}: {exc}; delete it") from exc
        write_whole(path, "".join(map(write_result, results)))
        return results

    def check_system(self, made_of: Mapping[str, Any]) -> None:
        """Go on only with the very system that the run began with.

        Raises:
            RunInvalid: it is another one.
        """
        began = self.state["made_of"]
        if not began:
            self.state["made_of"] = dict(made_of)
            self.save()
        elif began != made_of:
            changed = [key for key in made_of if made_of[key] != began.get(key)]
            raise RunInvalid(
                f"the run in {self.path} began with other {' and '.join(changed)}, and results of "
                f"two systems are not mixed: choose another folder with --out, or delete that one"
            )

    @contextmanager
    def appending(self) -> Iterator[Any]:
        """A function that keeps one more result; it is on disk when the next case begins.

        Raises:
            EvalError: the disk is full, or the folder is gone.
        """
        try:
            with (self.path / RESULTS).open("a", encoding="utf-8") as file:

                def keep(result: Result) -> None:
                    file.write(write_result(result))
                    file.flush()
                    self.done[result.id] = result

                yield keep
        except OSError as exc:
            raise EvalError(
                f"cannot write to {self.path}: {exc}; what was written is kept, and the same "
                f"command goes on from there"
            ) from exc

    def save(self) -> None:
        """Write what is known of the run."""
        write_whole(self.path / RUN, _laid_out(self.state))


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other runs out of a folder: two would write every case twice.

    Raises:
        RunInvalid: another run is in it.
        EvalError: nothing can be written beside it.
    """
    check_writable(path.parent)
    lock = FileLock(path.with_name(f".{path.name}.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout as exc:
        raise RunInvalid(
            f"another run is writing to {path}; wait for it, or choose another with --out"
        ) from exc
    try:
        yield
    finally:
        lock.release()


def _aside(path: Path, started: str) -> Path:
    stamp = "".join(c for c in started if c.isalnum())[:15]
    place, number = path.with_name(f"{path.name}-{stamp}"), 1
    while place.exists():
        place, number = path.with_name(f"{path.name}-{stamp}-{number}"), number + 1
    return place


def _read_state(path: Path) -> dict[str, Any] | None:
    file = path / RUN
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        if path.exists() and not path.is_dir():
            raise RunInvalid(f"{path} is a file; --out takes a folder") from None
        return None
    except OSError as exc:
        raise RunInvalid(f"cannot read {file}: {exc}; choose another folder with --out") from exc
    except ValueError as exc:
        raise RunInvalid(f"{file} is damaged ({exc}); delete the folder") from exc
    if not isinstance(data, dict) or not {"identity", "started", "made_of"} <= data.keys():
        raise RunInvalid(f"{file} is not of a run; choose a new folder with --out")
    return data


def _laid_out(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"
