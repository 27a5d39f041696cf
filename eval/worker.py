"""A process of its own for the system under test, so that nothing it does can end the run.

Enters: cases, one at a time, with a time limit. Leaves: an ``Outcome`` each: also when the
system raised, hung, or took its process down; then the outcome is the reason, and the next case
gets a new process. Deliberately knows nothing of what the system is or of what is right.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from embeddings.errors import CitedQAError
from eval.cases import Case
from eval.errors import EvalError, RunInvalid
from eval.memory import peak_memory
from eval.results import Outcome
from eval.system import Opened, Progress, Spec, System

Build = Callable[[Spec, Progress], AbstractContextManager[System]]

# Opening may build an index of any size; it tells of its progress, and silence this long ends it.
SILENCE_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class _Told:
    """A message from the process: what it is about, and the value."""

    about: str
    value: Any
    peak_memory: int = 0


def _serve(pipe: Connection, build: Build, spec: Spec) -> None:
    """Answer cases until the pipe closes; runs in the process."""
    # Ctrl-C reaches the whole group; the parent decides, and this process ends with its pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        try:
            with build(spec, lambda share: pipe.send(_Told("progress", share))) as system:
                pipe.send(_Told("opened", system.opened, peak_memory()))
                while True:
                    case: Case = pipe.recv()
                    pipe.send(_Told("outcome", _attempt(system, case), peak_memory()))
        except CitedQAError as exc:
            pipe.send(_Told("broken", str(exc)))
        except Exception as exc:  # noqa: BLE001 (told to whoever started this process)
            pipe.send(_Told("broken", f"{type(exc).__name__}: {exc}"))


def _attempt(system: System, case: Case) -> Outcome:
    try:
        return system.answer(case)
    except Exception as exc:  # noqa: BLE001 (whatever a system raises is that case's failure)
        return Outcome(error=f"{type(exc).__name__}: {exc}".rstrip(": "))


@dataclass(slots=True)
class Worker:
    """The process, started when it is needed and started again after it died.

    ``opened`` is what it told of its index; ``first_answer_seconds`` the time from the start of
    the first process to its first answer; ``peak_memory`` in bytes over all processes.
    """

    build: Build
    spec: Spec
    timeout: float
    progress: Progress = field(default=lambda _: None)
    opened: Opened | None = None
    ready_seconds: float | None = None
    first_answer_seconds: float | None = None
    peak_memory: int = 0
    _process: SpawnProcess | None = None
    _pipe: Connection | None = None
    _begin: float = 0.0

    def open(self) -> Opened:
        """Start the process if there is none, and wait until it can answer.

        Raises:
            EvalError: the system cannot be opened; the message is its own.
        """
        if self._process is None:
            self._start()
            try:
                opened = self._wait_until_open()
                if self.opened is not None and self.opened.made_of != opened.made_of:
                    raise RunInvalid(
                        "the code, a package or the model was changed while the run went on; what "
                        "is done is kept, but only the system that it began with can go on with it"
                    )
                self.opened = opened
            except BaseException:
                self.stop(patience=0)
                raise
            self.ready_seconds = self.ready_seconds or time.perf_counter() - self._begin
        assert self.opened is not None  # noqa: S101 (set whenever a process is running)
        return self.opened

    def _start(self) -> None:
        # Spawned, not forked: threads of numeric libraries do not survive a fork.
        context = multiprocessing.get_context("spawn")
        self._begin = self._begin or time.perf_counter()
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs, self.build, self.spec), daemon=True
        )
        self._process.start()
        theirs.close()

    def _wait_until_open(self) -> Opened:
        while True:
            told = self._receive(SILENCE_SECONDS)
            if isinstance(told, str):
                raise EvalError(f"the system under test could not be opened: {told}")
            if told.about == "broken":
                raise EvalError(told.value)
            if told.about == "progress":
                self.progress(told.value)
                continue
            opened: Opened = told.value
            return opened

    def answer(self, case: Case) -> Outcome:
        """What the system does with the case, or why it did nothing.

        Raises:
            EvalError: the process had died and the system cannot be opened again.
        """
        self.open()
        assert self._pipe is not None  # noqa: S101 (open() started it)
        try:
            self._pipe.send(case)
            told = self._receive(self.timeout)
        except OSError:
            told = self._ending()
        if isinstance(told, str):
            self.stop(patience=0)
            return Outcome(error=told)
        outcome: Outcome = told.value
        if self.first_answer_seconds is None and not outcome.error:
            self.first_answer_seconds = time.perf_counter() - self._begin
        return outcome

    def _receive(self, seconds: float) -> _Told | str:
        """The next message, or why there is none."""
        assert self._pipe is not None  # noqa: S101 (a process is running)
        if not self._pipe.poll(seconds):
            return f"no answer within {seconds:g} s"
        try:
            told: _Told = self._pipe.recv()
        except (EOFError, OSError):
            return self._ending()
        self.peak_memory = max(self.peak_memory, told.peak_memory)
        return told

    def _ending(self) -> str:
        assert self._process is not None  # noqa: S101 (a process was running)
        self._process.join(5)
        code = self._process.exitcode
        if code is not None and code < 0:
            return f"the process was ended by {signal.Signals(-code).name}"
        return f"the process ended with exit status {code}"

    def stop(self, patience: float = 5.0) -> None:
        """End the process, if there is one; killed where it takes longer than ``patience`` s."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            # With its pipe closed an idle process ends by itself, and puts its own things away.
            self._process.join(patience)
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None
