"""The library on the command line: ``python -m embeddings index | search | status | show | …``.

Results go to stdout, progress and warnings to stderr. Exit status 0: done; 1: failed, with the
reason on stderr; 2: misuse.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from embeddings import readers
from embeddings.cli import (
    Bar,
    add_filters,
    add_index,
    add_questions,
    check_asked,
    count,
    filters_from,
    guarded,
    print_json,
    print_problems,
    read_questions,
)
from embeddings.errors import CitedQAError
from embeddings.records import article_record, hit_record


def _open(options: argparse.Namespace, *, create: bool) -> Any:  # noqa: ANN401 (a Collection)
    from embeddings.collection import Collection  # noqa: PLC0415 (the parser must not wait)

    return Collection.open(options.index, encoder=options.encoder, create=create)


def index(options: argparse.Namespace) -> int:
    """Bring files and folders into the index."""
    failed = False
    with _open(options, create=True) as collection, _elsewhere(options, collection) as preparing:
        for path in options.paths:
            bar = Bar()
            try:
                report = collection.sync(path, bar, preparing)
            finally:
                bar.close()
            failed |= bool(report.problems) and not (report.unchanged or report)
            _print_report(str(path), report, as_json=options.json)
    return 1 if failed else 0


def _elsewhere(options: argparse.Namespace, collection: Any) -> AbstractContextManager[Any]:  # noqa: ANN401
    """What reads and embeds on a cluster, for a block; None where no cluster is named."""
    if options.ray is None:
        return nullcontext()
    from embeddings.ray_ingestion import prepare_on_ray  # noqa: PLC0415 (an extra, and heavy)

    return prepare_on_ray(options.ray, collection.encoder, collection.engine.known_vectors)


def _print_report(path: str, report: Any, *, as_json: bool) -> None:  # noqa: ANN401
    print_problems(report.problems)
    if as_json:
        print_json({"path": path, **asdict(report)})
        return
    print(
        f"{path}: {len(report.added)} added, {len(report.changed)} changed, "
        f"{len(report.removed)} removed, {report.unchanged} unchanged; "
        f"{report.embedded} passages embedded"
    )


def search(options: argparse.Namespace) -> int:
    """Print the passages that best match each question."""
    from embeddings.retrieval import retrieve  # noqa: PLC0415 (the parser must not wait)

    status = 0
    with _open(options, create=False) as collection:
        for asked in read_questions(options):
            try:
                found = retrieve(collection, asked["question"], options.k, filters_from(options))
            except CitedQAError as exc:
                if options.questions is None:
                    raise
                status = 1
                print_json({**_named(asked), "hits": [], "error": str(exc)})
                continue
            if options.json:
                hits = [hit_record(hit) for hit in found.hits]
                print_json({**_named(asked), "hits": hits, "timings_ms": found.timings_ms})
            else:
                _print_hits(found.hits)
    return status


def _named(asked: dict[str, Any]) -> dict[str, Any]:
    return {"id": asked["id"], "question": asked["question"]}


def _print_hits(hits: Sequence[Any]) -> None:
    if not hits:
        print("nothing found")
    for rank, hit in enumerate(hits, start=1):
        article = hit.article
        source = ", ".join(x for x in (article.publisher, article.published) if x)
        print(f"{rank}. {article.label}{f' ({source})' if source else ''}  {hit.scores.fused:.3f}")
        print(f"   {article.path}:{hit.passage.start}-{hit.passage.end}")
        print(f"   {' '.join(hit.passage.text.split())}")
        if hit.copies:
            told = (", ".join(filter(None, (a.publisher, a.published))) for a in hit.copies)
            names = (x or a.label for x, a in zip(told, hit.copies, strict=True))
            print(f"   also in: {'; '.join(names)}")
        print()


def status(options: argparse.Namespace) -> int:
    """Say what the index holds."""
    with _open(options, create=False) as collection:
        found = collection.status()
        # Without their texts: all of them together may be more than memory holds.
        listed = [(article_record(each), _listed(each)) for each in collection.each_article()]
    if options.json:
        listing = [record for record, _ in listed]
        print_json({**asdict(found), "reader": readers.told(), "listing": listing})
        return 0
    span = f", {found.first_published} to {found.last_published}" if found.first_published else ""
    print(f"{found.directory}: {found.articles} articles, {found.passages} passages{span}")
    print(f"encoder: {found.encoder}")
    print(f"reader: {readers.told()}")
    if found.copied:
        groups = f"{found.copy_groups:,} group{'s' if found.copy_groups > 1 else ''}"
        print(f"copies: {found.copied:,} articles in {groups} of near-copies")
    for root in found.roots:
        print(f"from: {root}")
    for _, line in listed:
        print(line)
    print_problems(found.problems)
    return 0


def _listed(article: Any) -> str:  # noqa: ANN401 (an Article)
    source = ", ".join(x for x in (article.publisher, article.author, article.published) if x)
    untitled = "" if article.title else " [no title; its first words]"
    return f"  {article.id}  {article.label}{untitled}{f' ({source})' if source else ''}"


def show(options: argparse.Namespace) -> int:
    """Print one article: its heading and where each field was read, or its text."""
    with _open(options, create=False) as collection:
        article = collection.article(options.article)
    if options.json:
        print_json(
            {
                **article_record(article),
                "label": article.label,
                "format": article.format,
                "heading": asdict(article.heading),
                "furniture": [asdict(span) for span in article.furniture],
                "text": article.text,
            }
        )
        return 0
    if options.text:
        # Bytes: a terminal's newline translation would shift the offsets.
        sys.stdout.buffer.write(article.text.encode())
        sys.stdout.buffer.flush()
        return 0
    print(f"{article.id}  {article.path} ({article.format})")
    if article.title is None:
        print(f"  title: none; the first words are: {article.label}")
    for name in ("title", "author", "publisher", "published", "url"):
        found = getattr(article.heading, name)
        if found is not None:
            print(f"  {name}: {found.value}  [{found.source}]")
    print(f"  {len(article.text):,} characters; --text prints them")
    return 0


def remove(options: argparse.Namespace) -> int:
    """Take an article, or everything that came from a path, out of the index."""
    with _open(options, create=False) as collection:
        if str(Path(options.article).expanduser().resolve()) in collection.roots():
            collection.forget(options.article)
        else:
            collection.remove(options.article)
        left = collection.status().articles
    if options.json:
        print_json({"removed": options.article, "articles": left})
    else:
        print(f"{options.article} taken out; {left} articles left")
    return 0


def restore(options: argparse.Namespace) -> int:
    """Let an article in again that was taken out."""
    with _open(options, create=False) as collection:
        report = collection.restore(options.article)
    _print_report(options.article, report, as_json=options.json)
    return 0


def build_parser() -> argparse.ArgumentParser:
    """The parser of every command."""
    parser = argparse.ArgumentParser(
        prog="python -m embeddings", description="Index news articles and search them."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[..., int]) -> argparse.ArgumentParser:
        summary = (run.__doc__ or "").strip()
        added = commands.add_parser(name, help=summary, description=summary)
        added.set_defaults(run=run, parser=added)
        add_index(added)
        return added

    indexing = command("index", index)
    indexing.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    indexing.add_argument(
        "--ray",
        metavar="ADDRESS",
        help="read and embed on a Ray cluster that sees the same files: HOST:PORT, "
        "ray://HOST:PORT, auto (the cluster of this machine) or local (docs/scaling.md)",
    )
    searching = command("search", search)
    add_questions(searching)
    add_filters(searching)
    searching.add_argument("--k", type=count, default=10, help="passages, at most (default 10)")
    command("status", status)
    showing = command("show", show)
    showing.add_argument("article", metavar="ARTICLE", help="id, path or file name")
    showing.add_argument("--text", action="store_true", help="print the text the offsets count")
    command("remove", remove).add_argument("article", metavar="ARTICLE_OR_PATH")
    command("restore", restore).add_argument("article", metavar="ARTICLE")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    options = build_parser().parse_args(arguments)
    if options.run is search:
        check_asked(options.parser, options)
    return guarded(lambda: int(options.run(options)))


if __name__ == "__main__":
    sys.exit(main())
