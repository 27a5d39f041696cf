"""Imports go one way, and heavy libraries stay in the file that is named for them."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import embeddings

ROOT = Path(__file__).parents[1]
PACKAGES = ("embeddings", "qa_app", "eval")
MODULES = sorted(path for name in PACKAGES for path in (ROOT / name).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[str, bool]]:
    """Every module a file imports, dotted, and whether it is by a plain ``import``."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, True) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            home = ".".join((*above, *filter(None, [node.module])))
            yield home, False
            yield from ((f"{home}.{alias.name}", False) for alias in node.names)


def users(*libraries: str) -> set[str]:
    """The files that import one of these libraries, or what begins with their names and "_"."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in MODULES
        for name, _ in imported(path)
        if any(
            name.split(".")[0] == library or name.split(".")[0].startswith(f"{library}_")
            for library in libraries
        )
    }


def test_every_package_is_looked_at() -> None:
    names = {path.relative_to(ROOT).as_posix() for path in MODULES}
    assert {"embeddings/retriever.py", "qa_app/assistant.py", "eval/__init__.py"} <= names
    found = set(imported(ROOT / "qa_app" / "assistant.py"))
    assert ("embeddings.collection.Collection", False) in found


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [
        ("embeddings", {"qa_app", "eval", "tests"}),
        ("qa_app", {"eval", "tests"}),
        ("eval", {"tests"}),
    ],
)
def test_data_and_imports_go_one_way(package: str, forbidden: set[str]) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in (ROOT / package).rglob("*.py")
        for name, _ in imported(path)
        if name.split(".")[0] in forbidden
    ]
    assert wrong == []


def test_eval_is_never_shadowed() -> None:
    everything = [*MODULES, *(ROOT / "tests").rglob("*.py")]
    wrong = [
        str(path.relative_to(ROOT))
        for path in everything
        for name, plain in imported(path)
        if plain and name.split(".")[0] == "eval"
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("libraries", "homes"),
    [
        (("langchain",), {"embeddings/retriever.py", "qa_app/llm/", "qa_app/generative.py"}),
        (("faiss",), {"embeddings/vector_scans.py", "eval/studies/vector_indexes.py"}),
        (("tantivy",), {"embeddings/lexical.py", "embeddings/features.py"}),
        (("sentence_transformers",), {"embeddings/encoder_sentences.py"}),
        (("transformers",), {"embeddings/encoder_sentences.py", "embeddings/reader_network.py"}),
        (
            ("torch",),
            {
                "embeddings/encoder.py",
                "embeddings/encoder_packed.py",
                "embeddings/encoder_sentences.py",
                "embeddings/packed.py",
                "embeddings/processor.py",
                "embeddings/reader.py",
                "embeddings/reader_network.py",
                "embeddings/reader_packed.py",
                "embeddings/tensors.py",
                "eval/studies/reading_engines.py",
                "eval/studies/reading_speed.py",
            },
        ),
        (("pymilvus", "milvus", "grpc"), {"embeddings/engines/milvus/"}),
        (("streamlit",), {"qa_app/"}),
        (
            ("ray",),
            {
                "embeddings/ray_cluster.py",
                "embeddings/ray_ingestion.py",
                "embeddings/ray_reading.py",
            },
        ),
        (("mcp", "fastapi", "uvicorn", "starlette"), {"qa_app/"}),
    ],
)
def test_a_library_stays_where_it_belongs(libraries: tuple[str, ...], homes: set[str]) -> None:
    elsewhere = {
        name
        for name in users(*libraries)
        if not name.startswith("embeddings/training/") and not name.startswith(tuple(homes))
    }
    assert elsewhere == set()


HEAVY = ("torch", "transformers", "sentence_transformers", "faiss", "langchain_core", "pandas")


@pytest.mark.parametrize(
    "module", ["embeddings", "embeddings.collection", "qa_app.schema", "qa_app.assistant"]
)
def test_importing_costs_nothing(module: str) -> None:
    script = f"import sys, {module}\nprint(*(set(sys.modules) & set({HEAVY!r})))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert (done.stdout, done.stderr) == ("\n", "")


def test_the_public_names() -> None:
    assert sorted(embeddings.__all__) == [
        "Article",
        "CitedQAError",
        "Collection",
        "CollectionStatus",
        "Encoder",
        "Filters",
        "Hit",
        "HybridRetriever",
        "Passage",
        "SentenceEncoder",
        "SyncReport",
        "retrieve",
    ]
    for name in embeddings.__all__:
        assert getattr(embeddings, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = embeddings.Nothing
