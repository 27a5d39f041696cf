"""Language models and checkers whose words are given, for tests without a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import Field, PrivateAttr

Script = Sequence[str | Exception | AIMessageChunk]


class GivenModel(BaseChatModel):
    """Streams one script a question: pieces of text, chunks, or an exception to raise.

    After a text it says how it ended, unless ``ending`` is empty; ``asked`` are the prompts.
    """

    scripts: list[Script]
    ending: str = "stop"
    asked: list[str] = Field(default_factory=list)
    _left: Iterator[Script] | None = PrivateAttr(None)

    @property
    def _llm_type(self) -> str:
        return "given"

    def _generate(self, *_: Any, **__: Any) -> ChatResult:
        raise AssertionError("it is streamed")

    async def _astream(
        self, messages: list[BaseMessage], *_: Any, **__: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        self.asked.append("\n".join(str(message.content) for message in messages))
        self._left = self._left or iter(self.scripts)
        for each in next(self._left):
            if isinstance(each, Exception):
                raise each
            chunk = each if isinstance(each, AIMessageChunk) else AIMessageChunk(each)
            yield ChatGenerationChunk(message=chunk)
        about = {"finish_reason": self.ending} if self.ending else {}
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata=about))


class WordChecker:
    """A ``Checker``: the share of a claim's words that its texts have."""

    supported_from = 0.8
    unsupported_below = 0.5

    def probabilities(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
        return [_share(claim, " ".join(texts)) for claim, texts in pairs]


def _share(claim: str, text: str) -> float:
    words = [word.strip(".,“”").casefold() for word in claim.split()]
    known = {word.strip(".,“”").casefold() for word in text.split()}
    return sum(word in known for word in words) / len(words)
