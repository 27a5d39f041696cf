"""LangChain, as its pages on FAISS, BM25 and the ensemble retriever show it.

https://docs.langchain.com/oss/python/integrations/vectorstores/faiss
https://docs.langchain.com/oss/python/integrations/retrievers/bm25
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.peers.systems import Given, named

_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """Lower-cased words.

    The documentation passes nltk's ``word_tokenize``, whose data has to be downloaded; of the
    tokenizers that need none this gave the best figures.
    """
    return _WORD.findall(text.lower())


class Vectors:
    """``FAISS.from_texts`` and its retriever."""

    _embeddings: Any
    _retriever: Any
    _k: int

    def load(self, model: Path) -> None:
        """Load the model through langchain-huggingface."""
        named("langchain_community.vectorstores:FAISS")
        self._embeddings = named("langchain_huggingface:HuggingFaceEmbeddings")(
            model_name=str(model),
            model_kwargs={"device": "cpu"},
        )

    def build(self, given: Given, k: int) -> None:
        """Embed the passages into a FAISS index in memory."""
        self._k = k
        self._retriever = self._vectors(given)

    def _vectors(self, given: Given) -> Any:  # noqa: ANN401 (the library's own)
        store = named("langchain_community.vectorstores:FAISS").from_texts(
            list(given.texts), self._embeddings, metadatas=_numbered(given)
        )
        return store.as_retriever(search_kwargs={"k": self._k})

    def search(self, question: str) -> Sequence[int]:
        """The retriever's documents."""
        found = self._retriever.invoke(question)
        return [document.metadata["number"] for document in found[: self._k]]

    def remarks(self) -> Sequence[str]:
        """Nothing."""
        return ()


class Ensemble(Vectors):
    """``BM25Retriever`` and FAISS in an ``EnsembleRetriever`` with equal weights."""

    def load(self, model: Path) -> None:
        """Load the model, and import the two retrievers."""
        super().load(model)
        named("langchain_community.retrievers:BM25Retriever")
        named("langchain_classic.retrievers:EnsembleRetriever")

    def build(self, given: Given, k: int) -> None:
        """Build both, each asked for ``k``; the ensemble returns up to twice as many."""
        super().build(given, k)
        lexical = named("langchain_community.retrievers:BM25Retriever").from_texts(
            list(given.texts), metadatas=_numbered(given), preprocess_func=words, k=k
        )
        self._retriever = named("langchain_classic.retrievers:EnsembleRetriever")(
            retrievers=[lexical, self._retriever],
            weights=[0.5, 0.5],
            id_key="number",
        )


def _numbered(given: Given) -> list[dict[str, int]]:
    return [{"number": number} for number in range(len(given.texts))]
