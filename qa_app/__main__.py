"""The app in a terminal: ``python -m qa_app ask | chat``.

Answers go to stdout, progress and warnings to stderr. Exit status 0: done, also when the answer
is that the articles do not say; 1: failed, with the reason on stderr; 2: misuse.
"""

from __future__ import annotations

import argparse
import sys
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
from qa_app.terminal import Live, in_words, takes_bold

if TYPE_CHECKING:
    from qa_app.assistant import Assistant
    from qa_app.conversation import Exchange
    from qa_app.schema import Answer


def _assistant(options: argparse.Namespace) -> Assistant:
    from qa_app.assistant import Assistant  # noqa: PLC0415 (the parser must not wait for it)
    from qa_app.settings import read_settings  # noqa: PLC0415
    from qa_app.startup import open_collection  # noqa: PLC0415

    given = {"model": options.model, "model_url": options.model_url}
    given |= {"keep_unsupported": options.keep_unsupported or None}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = read_settings(index=Path(options.index), encoder=options.encoder, **chosen)
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
    try:
        return Assistant(collection, settings)
    except CitedQAError:
        collection.close()
        raise


def ask(options: argparse.Namespace) -> int:
    """Answer a question, or a file of them, with cited sentences."""
    status = 0
    assistant = _assistant(options)
    with assistant.collection:
        for asked in read_questions(options):
            try:
                _answer(assistant, options, asked["question"], asked["history"], asked["id"])
            except CitedQAError as exc:
                if options.questions is None:
                    raise
                status = 1
                print_json({"id": asked["id"], "question": asked["question"], "error": str(exc)})
    return status


def _answer(
    assistant: Assistant,
    options: argparse.Namespace,
    question: str,
    history: Sequence[str | Exchange],
    case: str | None = None,
) -> Answer:
    """Ask, and print the answer; on a terminal, as it is written."""
    limits = filters_from(options)
    if options.json:
        answer = assistant.ask(question, history, limits)
        print_json(answer.record(case, unsupported=assistant.settings.keep_unsupported))
    elif takes_bold() and assistant.writer is not None:
        live = Live(sys.stdout)
        for event in assistant.stream(question, history, limits):
            live.show(event)
        answer = live.answer
    else:
        answer = assistant.ask(question, history, limits)
        print(in_words(answer, takes_bold()))
    return answer


def chat(options: argparse.Namespace) -> int:
    """Ask one question after another; an empty line or Ctrl-D ends it."""
    assistant = _assistant(options)
    from qa_app.conversation import Exchange  # noqa: PLC0415 (the parser must not wait for it)

    history: list[Exchange] = []
    with assistant.collection:
        held = assistant.collection.status()
        print(f"{held.articles} articles. Ask; an empty line ends.", file=sys.stderr)
        while question := _next_question():
            try:
                answer = _answer(assistant, options, question, history)
            except CitedQAError as exc:
                print(f"error: {exc}", file=sys.stderr)
                continue
            history.append(Exchange(question, answer.text, answer.understood))
            if not options.json:
                print()
    return 0


def _next_question() -> str:
    try:
        # The prompt is not a result: stdout holds answers only.
        print("> ", end="", file=sys.stderr, flush=True)
        return input().strip()
    except EOFError:
        return ""


def _add_model(parser: argparse.ArgumentParser) -> None:
    """Options that choose a language model; None leaves it to the environment."""
    parser.add_argument(
        "--model",
        metavar="PROVIDER:MODEL",
        help="a language model that writes the answer from cited sentences, such as "
        "openai:gpt-4.1-mini, ollama:llama3.2 or compatible:NAME with --model-url (default: "
        "$QA_MODEL, or none); its key is read from the environment",
    )
    parser.add_argument(
        "--model-url", metavar="URL", help="address of the model's server (default: $QA_MODEL_URL)"
    )
    parser.add_argument(
        "--keep-unsupported",
        action="store_true",
        help="keep claims in --json that their citations do not support, marked as such",
    )


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
        _add_model(added)
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
