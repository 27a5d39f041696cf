"""The command ``own``: a quality report on anyone's articles, without labels.

Enters: a folder or file of articles, or an index folder. Leaves: ``own.json`` and ``own.html``,
and the report on stdout. Deliberately computes nothing itself: ``study.py`` looks, ``advice.py``
judges, ``report.py`` shows.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.cli import count, print_json
from embeddings.opening import is_index
from eval.errors import EvalError
from eval.files import check_writable, write_whole
from eval.options import add_cache, add_json, add_out
from eval.progress import progress_bar

if TYPE_CHECKING:
    from embeddings.collection import Collection
    from embeddings.encoder import Encoder
    from embeddings.sync_report import Progress
    from qa_app.settings import Settings

RECORD, PAGE = "own.json", "own.html"
LIMIT = 200
NAMED = 5


def add_own(parser: argparse.ArgumentParser) -> None:
    """Options of ``own``."""
    parser.add_argument(
        "path", type=Path, metavar="PATH", help="a folder or file of articles, or an index folder"
    )
    parser.add_argument(
        "--limit",
        type=count,
        default=LIMIT,
        metavar="N",
        help="at most N sentences, N headlines and N questions are asked (default %(default)s)",
    )
    parser.add_argument(
        "--elsewhere",
        type=Path,
        metavar="FILE",
        help='more questions that these articles cannot answer, {"question": "…"} a line',
    )
    add_out(parser, "where own.json and own.html go")
    add_cache(parser)
    add_json(parser, "the report as JSON")
    parser.set_defaults(run=run_own)


def run_own(options: argparse.Namespace) -> int:
    """Look at the articles and report; 0 when done, 130 after Ctrl-C.

    Raises:
        CitedQAError: there are no articles to read, or the report cannot be written.
    """
    from eval.own.report import as_text  # noqa: PLC0415 (--help must not wait)

    out: Path = options.out or options.cache / "own" / folder_name(options.path)
    steps = Steps()
    try:
        if options.path.expanduser().exists():
            check_writable(out)  # before the work, not after it
        record = own(options, steps)
    except KeyboardInterrupt:
        steps.close()
        sys.stderr.write(f"interrupted while {steps.doing}; {kept(options.path, options.cache)}\n")
        return 130
    finally:
        steps.close()
    write(record, out)
    if options.json:
        print_json(record)
    else:
        text = f"{as_text(record)}\nreport: {out / PAGE}\n"
        sys.stdout.write(text.encode(errors="backslashreplace").decode())
    return 0


def own(
    options: argparse.Namespace, steps: Steps, encoder: Encoder | None = None
) -> dict[str, Any]:
    """Everything there is to say, as the record that ``own.json`` holds.

    Raises:
        EvalError: nothing lies at the path, or nothing that can be read.
        CitedQAError: the index cannot be opened, or the file of questions not be read.
    """
    from eval.own.advice import advise, notes  # noqa: PLC0415 (--help must not wait)
    from eval.own.elsewhere import from_file, shipped  # noqa: PLC0415 (heavy)
    from eval.own.study import Plan, study  # noqa: PLC0415 (heavy)
    from qa_app.settings import read_settings  # noqa: PLC0415 (heavy)

    path: Path = options.path.expanduser().resolve()
    if not path.exists():
        raise EvalError(
            f"there is nothing at {path}; give a folder or file of articles, or an index folder"
        )
    begin, now = time.perf_counter(), datetime.now(UTC)
    yours = from_file(options.elsewhere) if options.elsewhere else []
    settings = read_settings()
    plan = Plan(
        limit=options.limit,
        questions=(*shipped(), *yours),
        settings=settings,
        today=datetime.now().astimezone().date(),
        root=None if is_index(path) else path,
    )
    with opened(path, options.cache, encoder or _encoder(settings), steps) as (collection, index):
        found = study(collection, plan, steps.begin)
    record = {
        "name": path.name or str(path),
        "made": now.isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - begin, 2),
        "index": index,
        "settings": {
            "limit": options.limit,
            "k": settings.k,
            "threshold": "as fitted" if settings.threshold is None else settings.threshold,
        },
        **found,
    }
    return {**record, "notes": notes(record), "look_at": advise(record)}


@contextmanager
def opened(
    path: Path, cache: Path, encoder: Encoder, steps: Steps
) -> Iterator[tuple[Collection, dict[str, Any]]]:
    """The collection of what lies at ``path``, and how it was come by.

    Raises:
        EvalError: nothing lies there, or nothing that can be read.
        CitedQAError: the index cannot be opened.
    """
    from embeddings.collection import Collection  # noqa: PLC0415 (heavy)
    from eval.cache import open_collection  # noqa: PLC0415 (heavy)

    index: dict[str, Any] = {"encoder": str(encoder.identity)}
    if is_index(path):
        with Collection.open(path, encoder=encoder, create=False) as collection:
            _not_empty(collection, path)
            yield collection, {**index, "opened": "yours", "seconds": None}
        return
    with open_collection(path, cache=cache, encoder=encoder, progress=steps.indexing) as (
        collection,
        built,
    ):
        _not_empty(collection, path)
        index |= {"opened": "cached" if built.cached else "built", "seconds": built.seconds}
        yield collection, {**index, "fingerprint": built.fingerprint}


def _not_empty(collection: Collection, path: Path) -> None:
    status = collection.status()
    if status.articles:
        return
    told = "".join(f"\n  {problem}" for problem in status.problems[:NAMED])
    more = len(status.problems) - NAMED
    told += f"\n  and {more} more" if more > 0 else ""
    raise EvalError(
        f"no article can be read at {path}{':' + told if told else ', it holds no files'}\n"
        f"expected .txt, .md, .html, .pdf, .docx, .jsonl or .jsonl.gz files"
    )


def _encoder(settings: Settings) -> Encoder:
    from embeddings.encoder import SentenceEncoder  # noqa: PLC0415 (heavy)

    return SentenceEncoder(settings.encoder) if settings.encoder else SentenceEncoder()


def folder_name(path: Path) -> str:
    """A folder's name for a report: the articles' own name, and which of that name it is."""
    full = path.expanduser().resolve()
    return f"{full.name or 'root'}-{hashlib.sha256(str(full).encode()).hexdigest()[:8]}"


def kept(path: Path, cache: Path) -> str:
    """What stays after Ctrl-C."""
    if is_index(path.expanduser()):
        return "your index is as it was; the same command starts again"
    return (
        f"what was indexed is kept in {cache / 'indexes'}, no report was written; the same command "
        f"goes on from there and asks its queries again"
    )


def write(record: Mapping[str, Any], out: Path) -> None:
    """Write both files, each whole or not at all.

    Raises:
        EvalError: they cannot be written.
    """
    from eval.own.report import write_page  # noqa: PLC0415 (--help must not wait)

    text = json.dumps(record, indent=1, ensure_ascii=False)
    write_whole(
        out / RECORD, text.encode(errors="backslashreplace") + b"\n", "choose another with --out"
    )
    write_page(record, out / PAGE)


class Steps:
    """Progress on stderr, where that is a terminal: a bar for each stage.

    ``doing`` is the stage, for the message after Ctrl-C.
    """

    def __init__(self) -> None:
        """Show nothing yet."""
        self.doing = "opening the articles"
        self._bar: Any = None

    def begin(self, what: str, total: int) -> Callable[[int], object]:
        """Begin a stage of so many parts; call what comes back with how many are done."""
        self.close()
        self.doing = what
        self._bar = progress_bar(total=total, desc=what, leave=False)
        return self._advance

    def _advance(self, done: int) -> None:
        if self._bar is not None:
            self._bar.update(done)

    def indexing(self, told: Progress) -> None:
        """Show how much of the index is built."""
        if self._bar is None:
            self.doing = "indexing"
            form = "{l_bar}{bar}| {elapsed}<{remaining}"
            self._bar = progress_bar(total=1.0, desc=self.doing, leave=False, bar_format=form)
        self._bar.update(told.fraction - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
