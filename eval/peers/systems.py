"""The systems that are measured, by name, and what is asked of each.

Enters: nothing. Leaves: ``PEERS``, the registry, and the protocol its entries fulfil.
Deliberately imports none of the systems: each is imported in a process of its own, by the name
of its factory, so that one that is not installed only skips itself.

Fairness. Every system gets the same passages, as this project cuts them, each with the same line
of title, publisher and date in front: users of those libraries put such fields into the text, and
it makes them stronger. Every system embeds with the same weights on the same number of threads.
This project may compute with them in bfloat16 where the processor multiplies it, which the peers
do not; it runs a second time in float32, so that the rest of the difference can be seen. Each peer
is set up as its own documentation starts, and asked for as many passages as are judged; where its
documentation leaves a choice, the better one is taken (LangChain's BM25 gets a tokenizer, its
default splits at white space). None gets a reranker or a language model. This project's retriever
has a reader that orders the best candidates, and is measured as every app gets it; another row is
measured without, which is the same work as the peers'. Not fair: this project's fusion and order
were chosen while looking at the questions of multihop_rag, the peers' were not; another set tells
how much of the difference carries over.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import Any, Protocol

from eval.errors import PeerUnavailable

OURS = "cited-qa"
INSTALL = "pip install -r requirements-peers.txt"


@dataclass(frozen=True, slots=True)
class Given:
    """What a system is built from.

    ``texts`` are the passages with their heading line; their position is their number. ``places``
    are the same passages as (article id, start, end). This project alone gets ``articles``, the
    place on disk, and makes the passages itself; ``scratch`` is an empty folder.
    """

    texts: Sequence[str]
    places: Sequence[tuple[str, int, int]]
    articles: Path
    scratch: Path


class RetrievalSystem(Protocol):
    """A retrieval system; it lives for one round, in a process of its own."""

    def load(self, model: Path) -> None:
        """Import the libraries and load the embedding model; timed apart from building."""
        ...

    def build(self, given: Given, k: int) -> None:
        """Become ready to return up to ``k`` passages a question."""
        ...

    def search(self, question: str) -> Sequence[int]:
        """Numbers of the passages found, best first."""
        ...

    def remarks(self) -> Sequence[str]:
        """What a reader of the figures must know of this run; usually nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Peer:
    """An entry of the registry.

    ``factory`` is ``module:name`` of something that makes a ``RetrievalSystem`` when called.
    ``packages`` are the distributions it needs beyond this project's own.
    """

    name: str
    title: str
    factory: str
    packages: tuple[str, ...] = ()


def made_by(factory: str) -> RetrievalSystem:
    """The system that a registry entry's ``factory`` makes.

    Raises:
        ImportError, AttributeError: there is no such thing.
    """
    system: RetrievalSystem = named(factory)()
    return system


def versions(peer: Peer) -> dict[str, str]:
    """Version of every package that a peer needs.

    Raises:
        PeerUnavailable: one is not installed; the message says how to get it.
    """
    found, missing = {}, []
    for package in peer.packages:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            missing.append(package)
    if missing:
        raise PeerUnavailable(f"{', '.join(missing)} not installed; run `{INSTALL}`")
    return found


def named(name: str) -> Any:  # noqa: ANN401 (libraries that may be missing)
    """What ``module:name`` is.

    By name, so that a type checker does not miss these libraries where they are not installed.

    Raises:
        ImportError, AttributeError: there is no such thing.
    """
    module, _, attribute = name.partition(":")
    return getattr(import_module(module), attribute)


_LANGCHAIN = ("langchain-community", "langchain-huggingface")
_LLAMA = ("llama-index-core", "llama-index-embeddings-huggingface")

PEERS: Mapping[str, Peer] = {
    peer.name: peer
    for peer in (
        Peer(OURS, "this project", "eval.peers.own:Own"),
        Peer(f"{OURS}-unread", "this project, no reader", "eval.peers.own:Unread"),
        Peer(f"{OURS}-float32", "this project, float32", "eval.peers.own:Float32"),
        Peer(
            "langchain-faiss",
            "LangChain FAISS",
            "eval.peers.langchain_systems:Vectors",
            _LANGCHAIN,
        ),
        Peer(
            "langchain-ensemble",
            "LangChain BM25 + FAISS ensemble",
            "eval.peers.langchain_systems:Ensemble",
            (*_LANGCHAIN, "langchain-classic", "rank-bm25"),
        ),
        Peer(
            "llamaindex-vector",
            "LlamaIndex vector",
            "eval.peers.llamaindex_systems:Vectors",
            _LLAMA,
        ),
        Peer(
            "llamaindex-fusion",
            "LlamaIndex vector + BM25 fusion",
            "eval.peers.llamaindex_systems:Fusion",
            (*_LLAMA, "llama-index-retrievers-bm25"),
        ),
        Peer(
            "haystack-hybrid",
            "Haystack BM25 + embedding, joined",
            "eval.peers.haystack_system:Hybrid",
            ("haystack-ai", "sentence-transformers-haystack"),
        ),
        Peer("txtai-hybrid", "txtai hybrid", "eval.peers.txtai_system:Hybrid", ("txtai",)),
        Peer("chroma", "Chroma", "eval.peers.chroma_system:Vectors", ("chromadb",)),
    )
}
