"""What holds of every answer: each quote stands in the files, and every number is explained."""

from __future__ import annotations

import re

from qa_app.assistant import NEAREST
from qa_app.schema import Answer


def check_answered(answer: Answer, originals: dict[str, str]) -> None:
    assert answer.sentences
    assert (answer.nearest, answer.missing) == ((), "")
    quotes = {}
    for citation in answer.citations:
        assert originals[citation.article.path][citation.start : citation.end] == citation.quote
        quotes[citation.number] = citation.quote
    assert list(quotes) == list(range(1, len(quotes) + 1))
    for sentence in answer.sentences:
        assert sentence.text == quotes[sentence.citations[0]]
    assert {n for sentence in answer.sentences for n in sentence.citations} == set(quotes)
    assert len(answer.sentences) <= 5


def check_not_found(answer: Answer, originals: dict[str, str]) -> None:
    assert (answer.sentences, answer.citations, answer.text) == ((), (), "")
    assert answer.missing.endswith(".")
    assert 1 <= len(answer.nearest) <= NEAREST
    for hit in answer.nearest:
        passage = hit.passage
        assert originals[hit.article.path][passage.start : passage.end] == passage.text
    if answer.missing.startswith("The passages nearest to the question do not mention"):
        read = " ".join(hit.passage.text for hit in answer.nearest).casefold()
        for word in re.findall("“(.+?)”", answer.missing):
            assert not re.search(rf"\b{re.escape(word.casefold())}\b", read)
