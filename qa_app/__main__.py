"""The app in a terminal: ``python -m qa_app ask | chat``.

Answers go to stdout, progress and warnings to stderr. Exit status 0: done, also when the answer
is that the articles do not say; 1: failed, with the reason on stderr; 2: misuse.
"""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.cli import (
    Bar,
    add_filters,
    add_index,
    add_questions,
    check_asked,
    filters_from,
    guarded,
    print_json,
    print_problems,
    read_questions,
)
from embeddings.errors import CitedQAError
from qa_app.wording import SUPPORT_WORDS, one_line, parts, recognised_words

if TYPE_CHECKING:
    from qa_app.assistant import Assistant
    from qa_app.schema import Answer

# Control sequences of every terminal of today (ECMA-48, 8.3.117).
BOLD, DIM, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"
# Joiners and marks of direction move nothing, and emoji and right-to-left words need them.
_SHOWN = frozenset("\n\u200c\u200d\u200e\u200f")
_UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def _assistant(options: argparse.Namespace) -> Assistant:
    from qa_app.assistant import Assistant  # noqa: PLC0415 (the parser must not wait for it)
    from qa_app.settings import read_settings  # noqa: PLC0415
    from qa_app.startup import open_collection  # noqa: PLC0415

    settings = read_settings(index=Path(options.index), encoder=options.encoder)
    bar = Bar()
    try:
        collection = open_collection(settings, bar)
    finally:
        bar.close()
    if not collection.status().articles:
        print_problems(collection.status().problems)
        collection.close()
        raise CitedQAError(
            f"there are no articles in {options.index}: run `python -m embeddings index PATH "
            f"--index {options.index}` with the folder of your articles as PATH"
        )
    return Assistant(collection, settings)


def ask(options: argparse.Namespace) -> int:
    """Answer a question, or a file of them, with cited sentences."""
    status = 0
    assistant = _assistant(options)
    with assistant.collection:
        for asked in read_questions(options):
            try:
                answer = assistant.ask(asked["question"], asked["history"], filters_from(options))
            except CitedQAError as exc:
                if options.questions is None:
                    raise
                status = 1
                print_json({"id": asked["id"], "question": asked["question"], "error": str(exc)})
                continue
            if options.json:
                print_json(answer.record(asked["id"]))
            else:
                print(in_words(answer, takes_bold()))
    return status


def chat(options: argparse.Namespace) -> int:
    """Ask one question after another; an empty line or Ctrl-D ends it."""
    assistant = _assistant(options)
    history: list[str] = []
    with assistant.collection:
        held = assistant.collection.status()
        print(f"{held.articles} articles. Ask; an empty line ends.", file=sys.stderr)
        while question := _next_question():
            try:
                answer = assistant.ask(question, history, filters_from(options))
            except CitedQAError as exc:
                print(f"error: {exc}", file=sys.stderr)
                continue
            history.append(question)
            if options.json:
                print_json(answer.record())
            else:
                print(in_words(answer, takes_bold()) + "\n")
    return 0


def _next_question() -> str:
    try:
        # The prompt is not a result: stdout holds answers only.
        print("> ", end="", file=sys.stderr, flush=True)
        return input().strip()
    except EOFError:
        return ""


def takes_bold() -> bool:
    """Whether stdout is a terminal that shows bold and dim words; others get plain text."""
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return False
    # The old console of Windows prints the sequences themselves.
    return os.name != "nt" or "WT_SESSION" in os.environ


def in_words(answer: Answer, bold: bool = False) -> str:
    """An answer for a terminal: sentences with marks, how well supported, then the sources.

    What was recognised in the question is one line, dim where there are bold words.

    Args:
        answer: any.
        bold: whether the words that answer are made bold by control sequences.
    """
    begin, end = (BOLD, PLAIN) if bold else ("", "")
    lines = []
    if answer.understood and answer.understood != answer.question:
        lines.append(f"(read together with what was asked before: {answer.understood})\n")
    if answer.status == "not_found":
        lines.append(f"{SUPPORT_WORDS[answer.support]}. {answer.missing}")
        for hit in answer.nearest:
            lines += ["", f"  Nearest, in {_source(hit.article.label, hit.article)}"]
            lines.append(_wrapped(one_line(hit.passage.text)))
    lines = [_printable(line) for line in lines]
    for sentence in answer.sentences:
        before, words, after = map(_printable, parts(sentence.text, sentence.answer))
        marks = "".join(f"[{number}]" for number in sentence.citations)
        marked = f"{begin}{words}{end}" if words else ""
        lines.append(f"{before}{marked}{after} {marks}")
    about = [f"{SUPPORT_WORDS[answer.support]}."] if answer.sentences else []
    about += _recognised(answer, bold)
    if about:
        lines += ["", *about]
    return "\n".join([*lines, *map(_printable, _sources(answer))])


def _recognised(answer: Answer, dim: bool) -> list[str]:
    told = " · ".join(recognised_words(answer.record()))
    line = _printable(f"Recognised: {told}")
    return [f"{DIM}{line}{PLAIN}" if dim else line] if told else []


def _sources(answer: Answer) -> list[str]:
    lines = [""] if answer.citations else []
    for citation in answer.citations:
        lines.append(f"[{citation.number}] {_source(citation.article.label, citation.article)}")
        lines.append(f"    {citation.article.path}:{citation.start}-{citation.end}")
    return [*lines, *answer.notices]


def _source(label: str, article: object) -> str:
    known = (getattr(article, name) for name in ("publisher", "author", "published"))
    details = ", ".join(value for value in known if value)
    return f"{label} ({details})" if details else label


def _wrapped(text: str) -> str:
    return textwrap.fill(
        textwrap.shorten(text, 400, placeholder=" …"),
        96,
        initial_indent="    ",
        subsequent_indent="    ",
    )


def _printable(line: str) -> str:
    # An article may hold terminal control sequences: they are shown, not obeyed.
    return "".join(c if c.isprintable() or c in _SHOWN else _UNKNOWN for c in line)


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = argparse.ArgumentParser(
        prog="python -m qa_app",
        description="Ask news articles a question; every sentence of the answer is cited.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run in (("ask", ask), ("chat", chat)):
        summary = (run.__doc__ or "").strip()
        added = commands.add_parser(name, help=summary, description=summary)
        added.set_defaults(run=run, parser=added)
        add_index(added)
        add_filters(added)
        if name == "ask":
            add_questions(added)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = build_parser().parse_args(arguments)
    if options.run is ask:
        check_asked(options.parser, options)
    return guarded(lambda: int(options.run(options)))


if __name__ == "__main__":
    sys.exit(main())
