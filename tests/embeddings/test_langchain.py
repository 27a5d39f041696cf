"""LangChain's standard tests for retrievers, over the counting encoder and over the real one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from embeddings.collection import Collection
from embeddings.retriever import HybridRetriever


class TestFake(RetrieversIntegrationTests):
    @pytest.fixture(autouse=True)
    def _collection(self, collection: Collection, news: Path) -> None:
        collection.sync(news)
        self.collection = collection

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return HybridRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"collection": self.collection}

    @property
    def retriever_query_example(self) -> str:
        return "Who went on strike?"


class TestExampleArticles(TestFake):
    @pytest.fixture(autouse=True)
    def _collection(self, seeds: Collection) -> None:
        self.collection = seeds

    @property
    def retriever_query_example(self) -> str:
        return "Who led the Taliban delegation to Iran?"
