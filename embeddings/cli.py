"""What the command lines of this project share: options, question files, progress, errors.

Enters: ``sys.argv`` in the form of an argparse namespace. Leaves: filters, questions, lines on
stdout and stderr. Imports nothing heavy: ``--help`` must not wait for a model.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from embeddings.errors import CitedQAError

DEFAULT_INDEX = ".cited_qa"


def add_index(parser: argparse.ArgumentParser) -> None:
    """The options every command of this project shares."""
    parser.add_argument(
        "--index",
        default=os.environ.get("QA_INDEX", DEFAULT_INDEX),
        metavar="DIR",
        help="the index folder, or an address of Milvus (default: $QA_INDEX or %(default)s)",
    )
    parser.add_argument(
        "--encoder",
        default=os.environ.get("QA_ENCODER"),
        metavar="MODEL",
        help="folder or name of another sentence-transformers model (default: $QA_ENCODER or "
        "all-MiniLM-L6-v2, which comes with the project)",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")


def add_filters(parser: argparse.ArgumentParser) -> None:
    """Options that limit a search."""
    parser.add_argument("--publisher", action="append", default=[], help="only this; repeatable")
    parser.add_argument("--author", action="append", default=[], help="only this; repeatable")
    parser.add_argument("--article", action="append", default=[], help="only this id or path")
    for name in ("after", "before"):
        parser.add_argument(
            f"--{name}",
            type=_day,
            metavar="YYYY-MM-DD",
            help=f"only published on or {name} this day",
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as exc:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day like 2021-09-02") from exc


def count(text: str) -> int:
    """An argument that is a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return int(text)


def filters_from(options: argparse.Namespace) -> Any:  # noqa: ANN401 (imported when needed)
    """The ``Filters`` that the options name."""
    from embeddings.schema import Filters  # noqa: PLC0415 (the parser must not wait for it)

    return Filters(
        publisher=tuple(options.publisher),
        author=tuple(options.author),
        article=tuple(options.article),
        after=options.after,
        before=options.before,
    )


def add_questions(parser: argparse.ArgumentParser) -> None:
    """A question, or a file of them."""
    parser.add_argument("question", nargs="?", help="the question")
    parser.add_argument(
        "--questions",
        type=Path,
        metavar="FILE",
        help="one JSON object a line: id, question, history (optional); - for standard input",
    )


def read_questions(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """The questions asked for: id, question and history each.

    Raises:
        CitedQAError: the file cannot be read, or a line is not a question.
    """
    if options.questions is None:
        yield {"id": None, "question": options.question, "history": []}
        return
    try:
        if str(options.questions) == "-":
            lines = sys.stdin.read().splitlines()
        else:
            lines = options.questions.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as exc:
        raise CitedQAError(f"cannot read {options.questions}: {exc}") from exc
    wanted = 'expected one JSON object a line, {"id": …, "question": "…", "history": ["…"]}'
    for number, data in question_rows(str(options.questions), lines, wanted, CitedQAError):
        history = data.get("history") or []
        if not (isinstance(history, list) and all(isinstance(item, str) for item in history)):
            where = f"{options.questions}:{number}"
            raise CitedQAError(f"{where}: history is not a list of questions; {wanted}")
        yield {"id": data.get("id"), "question": data["question"], "history": history}


def question_rows(
    name: str, lines: Iterable[str], wanted: str, error: type[CitedQAError]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON objects of a file of questions, each with its line's number; blank lines are none.

    Args:
        name: the file's name, for messages.
        lines: its lines.
        wanted: what is expected, as a message says it.
        error: what is raised.

    Raises:
        CitedQAError: ``error``, at the first line that is no JSON object with a question.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as exc:
            raise error(f"{name}:{number}: not JSON ({exc}); {wanted}") from exc
        if not isinstance(row, dict) or not isinstance(row.get("question"), str):
            raise error(f"{name}:{number}: no question; {wanted}")
        yield number, row


def print_json(value: object) -> None:
    """One JSON value on one line; lone surrogates escaped, everything else readable."""
    text = json.dumps(value, ensure_ascii=False)
    sys.stdout.write(text.encode(errors="backslashreplace").decode() + "\n")
    sys.stdout.flush()


def check_asked(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """Exactly one of a question and a file of questions, or exit 2."""
    if (options.question is None) == (options.questions is None):
        parser.error("give a question, or --questions FILE")


class Bar:
    """A progress bar on stderr, where that is a terminal."""

    def __init__(self) -> None:
        """Show nothing yet."""
        self._bar: Any = None

    def __call__(self, progress: Any) -> None:  # noqa: ANN401 (a Progress, imported when needed)
        """Show how far a sync is."""
        from tqdm import tqdm  # noqa: PLC0415 (loaded when needed)

        if self._bar is None:
            form = "{percentage:3.0f}%|{bar}| {elapsed}<{remaining}{postfix}"
            self._bar = tqdm(total=1.0, bar_format=form, disable=None, file=sys.stderr)
        what = Path(progress.path).name or "building the indexes"
        self._bar.set_postfix_str(
            f"{progress.embedded:,} passages, {progress.rate:.0f} a second, {what}", False
        )
        self._bar.update(progress.fraction - self._bar.n)

    def close(self) -> None:
        """Finish the bar."""
        if self._bar is not None:
            self._bar.update(self._bar.total - self._bar.n)
            self._bar.close()
            self._bar = None


def print_problems(problems: Iterable[object]) -> None:
    """Name on stderr every file that was skipped, and every warning."""
    for problem in problems:
        kind = "skipped" if getattr(problem, "skipped", True) else "warning"
        print(f"{kind}: {problem}", file=sys.stderr)


def guarded(run: Callable[[], int]) -> int:
    """Run, with errors as one line on stderr and exit 1; Ctrl-C is 130 and keeps what is done."""
    try:
        return run()
    except CitedQAError as exc:
        print(f"error: {exc}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; what was embedded is kept for the next run", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of a pipe went away: nothing is left to say, and nobody to hear it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
