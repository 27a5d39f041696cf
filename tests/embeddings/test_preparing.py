"""Files -> chunks of articles cut into passages, here or in a process beside."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from embeddings import articles as articles_module
from embeddings import sync as sync_module
from embeddings.articles import find_sources
from embeddings.collection import Collection
from embeddings.identity import content_digest
from embeddings.preparing import Chunk, Known, prepare
from embeddings.preparing_beside import prepare_beside
from embeddings.sources import SourceFile
from tests.fakes import TinyEncoder
from tests.news import row, write_lines


def word_counter() -> Tokenizer:
    """A token a word."""
    tokenizer = Tokenizer(models.WordLevel({"?": 0}, unk_token="?"))  # noqa: S106
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return tokenizer


TOKENIZER = word_counter()
NOTHING = Known()


def count(texts: list[str]) -> list[int]:
    return [len(each.ids) for each in TOKENIZER.encode_batch(texts, add_special_tokens=False)]


def here(folder: Path, known: Known = NOTHING) -> list[Chunk]:
    return list(prepare(enumerate(find_sources(folder)), count, known))  # type: ignore[arg-type]


def beside(folder: Path, known: Known = NOTHING) -> list[Chunk]:
    return list(prepare_beside(find_sources(folder), TOKENIZER.to_str(), known))


def without_seconds(chunks: list[Chunk]) -> list[tuple[object, ...]]:
    return [(each.source, each.articles, each.problems, each.share) for each in chunks]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.txt").write_text("Žluťoučký kůň “pil”. 🎉 Nothing else.\r\nשלום עולם.\r\n")
    rows = [row(f"r{n}", f"Sentence {n} is here. And one more.") for n in range(5)]
    write_lines(folder / "b.jsonl", rows)
    (folder / "c.pdf").write_bytes(b"no pdf at all")
    (folder / "d.txt").write_text("")
    return folder


def test_sources_in_order_each_with_one_last_chunk(
    mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles_module, "PART_ARTICLES", 2)
    chunks = here(mixed)
    assert [(each.source, len(each.articles), each.last) for each in chunks] == [
        (0, 1, True),
        (1, 2, False),
        (1, 2, False),
        (1, 1, True),
        (2, 0, True),
        (3, 0, True),
    ]
    shares = [each.share for each in chunks if each.source == 1]
    assert shares == sorted(shares)
    assert [len(each.problems) for each in chunks] == [0, 0, 0, 0, 1, 1]
    first = chunks[0].articles[0]
    assert first.digest == content_digest(first.article)
    assert first.passages is not None
    assert [each.text for each in first.passages] == [first.article.text.rstrip("\r\n")]


def test_beside_gives_the_same(mixed: Path) -> None:
    assert without_seconds(beside(mixed)) == without_seconds(here(mixed))


def test_what_is_known_is_not_cut_and_what_is_excluded_is_left_out(mixed: Path) -> None:
    articles = {a.article.id: a for chunk in here(mixed) for a in chunk.articles}
    known = Known({"r1": articles["r1"].digest, "r2": "of another content"}, frozenset({"r3"}))
    for chunks in (here(mixed, known), beside(mixed, known)):
        cut = {a.article.id: a.passages is not None for c in chunks for a in c.articles}
        assert {name: cut[name] for name in cut if name.startswith("r")} == {
            "r0": True,
            "r1": False,
            "r2": True,
            "r4": True,
        }


def test_a_file_that_kills_its_reader_is_told_and_the_rest_is_read(
    mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In the child alone: a reader that dies at c.pdf, as a fault in a library's own code would.
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(
        "import os, signal, sys\n"
        "if 'preparing_beside' in ' '.join(sys.orig_argv):\n"
        "    from embeddings import preparing\n"
        "    read = preparing.read_parts\n"
        "    def dying(source):\n"
        "        if source.path.endswith('c.pdf'):\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "        return read(source)\n"
        "    preparing.read_parts = dying\n"
    )
    root = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(hook), root]))
    chunks = beside(mixed)
    assert [each.source for each in chunks] == [0, 1, 2, 3]
    assert str(chunks[2].problems[0]) == (
        f"{mixed / 'c.pdf'}: the process that read it ended (exit status {-signal.SIGKILL}); "
        f"left out from there on"
    )
    assert len(chunks[1].articles) == 5
    assert "empty" in str(chunks[3].problems[0])


def test_reading_can_be_given_up_in_the_middle(mixed: Path) -> None:
    chunks = prepare_beside(find_sources(mixed), TOKENIZER.to_str(), Known())
    assert next(chunks).source == 0
    chunks.close()


def test_a_process_beside_is_started_only_where_it_is_worth_it(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []

    def beside(sources: Sequence[SourceFile], tokenizer: str, known: Known) -> Iterator[Chunk]:
        assert tokenizer == "a tokenizer"
        started.append(len(sources))
        return prepare(enumerate(sources), collection.encoder.count_tokens, known)

    monkeypatch.setattr(sync_module, "prepare_beside", beside)
    monkeypatch.setattr(TinyEncoder, "tokenizer", "a tokenizer")
    path = tmp_path / "many.jsonl"
    write_lines(path, [row("a", "One article is read here.")])
    assert collection.sync(path).added == ("a",)
    assert started == []
    monkeypatch.setattr(sync_module, "BESIDE_BYTES", 100)
    write_lines(path, [row("a", "One article is read here."), row("b", "Another one. " * 9)])
    assert collection.sync(path).added == ("b",)
    assert started == [1]
    monkeypatch.undo()
    monkeypatch.setattr(sync_module, "prepare_beside", beside)
    monkeypatch.setattr(TinyEncoder, "tokenizer", "a tokenizer")
    monkeypatch.setattr(sync_module, "BESIDE_FILES", 2)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("c", "d"):
        (folder / f"{name}.txt").write_text(f"Article {name} is short.")
    assert len(collection.sync(folder).added) == 2
    assert started == [1, 2]
