"""Whatever a model writes: no citation is forged, and nothing but plain text is claimed."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embeddings.schema import Article, Found, Heading, Hit, Passage, Scores
from embeddings.segment import sentences
from qa_app import generative
from qa_app.events import Event, Said, Withdrawn, Wrote
from qa_app.generative import Limits, Writer, Written
from qa_app.llm.evidence import Evidence, evidence_from
from qa_app.llm.ledger import Ledger
from qa_app.verification import Verifier
from tests.news import NEWS
from tests.qa_app.llm_fakes import GivenModel, WordChecker
from tests.qa_app.model_answers.hostile import MARKUP, RESPONSES

MOST = 3
EXAMPLES = 600


def hit_of(name: str, heading: dict[str, str], text: str) -> Hit:
    found = Heading(**{key: Found(value, "given") for key, value in heading.items()})
    article = Article(name, f"{name}.txt", "txt", text, found)
    passage = Passage(name, name, 0, len(text), text, tuple(sentences(text)))
    return Hit(passage, article, Scores(1.0))


EVIDENCE = evidence_from([hit_of(*each) for each in NEWS])
Claims = list[tuple[str, list[tuple[str, int, int]]]]


def write(
    pieces: Sequence[str], ending: str = "stop", tokens: int = 800, evidence: Evidence = EVIDENCE
) -> tuple[Written, list[Event]]:
    """What comes of a response that arrives in these pieces."""
    model = GivenModel(scripts=[pieces, pieces], ending=ending)
    limits = Limits(tokens=tokens, day_tokens=10**9)
    writer = Writer("given:m", model, limits, Ledger(), Verifier(WordChecker()))
    stream, events = writer.write("What happened?", evidence, MOST), []
    while True:
        try:
            events.append(next(stream))
        except StopIteration as end:
            return end.value, events


def claims_of(written: Written) -> Claims:
    places = {each.number: each for each in written.draft.citations}
    return [
        (said.text, [(c.article.id, c.start, c.end) for c in map(places.get, said.citations) if c])
        for said in written.draft.sentences
    ]


def named_in(response: str) -> set[int]:
    """Every number that the response has anywhere, and those between two with a dash."""
    found = {int(digits) for digits in re.findall(r"\d+", response)}
    for low, high in re.findall(r"(\d+)\s*[-–]\s*(\d+)", response):
        found |= set(range(int(low), min(int(high), int(low) + 100) + 1))
    return found


def is_subsequence(part: str, whole: str) -> bool:
    rest = iter(whole)
    return all(c in rest for c in part)


def check_citations(written: Written, response: str) -> None:
    draft, by_id = written.draft, {name: text for name, _, text in NEWS}
    numbers = [citation.number for citation in draft.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for each in draft.citations:
        assert each.quote == by_id[each.article.id][each.start : each.end]
        assert (each.article, (each.start, each.end)) in [
            (one.article, (one.span.start, one.span.end)) for one in EVIDENCE.sentences
        ]
    named = named_in(response)
    allowed = {
        (one.article.id, one.span.start, one.span.end)
        for one in EVIDENCE.sentences
        if one.number in named
    }
    used = set()
    for _, places in claims_of(written):
        assert places
        assert set(places) <= allowed
        used |= set(places)
    assert used == {(c.article.id, c.start, c.end) for c in draft.citations}


def check_texts(written: Written, response: str) -> None:
    for said in written.draft.sentences:
        text = said.text
        assert text
        assert text.isprintable()
        assert text == " ".join(text.split())
        assert not re.search(r"!\[|\]\(|\*\*|``|<think", text), text
        assert not re.search(r"\[\s*\d+\s*\]", text), text
        # Words are left out, and none is added.
        assert is_subsequence("".join(filter(str.isalnum, text)), response)


def check_counts(written: Written, events: Sequence[Event]) -> None:
    use, draft = written.use, written.draft
    if use.outcome in ("written", "unsupported"):
        assert use.claims == len(draft.sentences) > 0
        assert use.claims <= 2 * MOST
    else:
        assert (draft.sentences, draft.citations) == ([], [])
    if draft.sentences:
        assert use.unsupported == sum(not said.supported for said in draft.sentences)
        assert (use.unsupported == use.claims) == (use.outcome == "unsupported")
        standing: list[str] = []
        for event in events:
            if isinstance(event, Withdrawn):
                standing.clear()
            elif isinstance(event, Said):
                standing.append(event.sentence.text)
        assert standing == [said.text for said in draft.sentences]
    assert min(use.uncited, use.unknown_numbers, use.input_tokens, use.output_tokens) >= 0
    assert use.attempts in (1, 2)
    for event in events:
        if isinstance(event, Wrote):
            assert all(c.isprintable() or c == "\n" for c in event.text)
    told = [use.record(), *written.notices, written.why]
    json.dumps([*told, *(said.record() for said in draft.sentences)], ensure_ascii=False).encode()


def check(response: str, pieces: Sequence[str], ending: str, tokens: int) -> Written:
    whole, events = write([response], ending, tokens)
    check_citations(whole, response)
    check_texts(whole, response)
    check_counts(whole, events)
    parts, events = write(pieces, ending, tokens)
    check_counts(parts, events)
    assert (claims_of(parts), parts.use.outcome) == (claims_of(whole), whole.use.outcome)
    return whole


def cut(response: str, places: Sequence[int]) -> list[str]:
    at = sorted({0, len(response), *(each % (len(response) + 1) for each in places)})
    return [response[begin:end] for begin, end in pairwise(at)]


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generative, "BACKOFF", 0.0)


@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    response=RESPONSES,
    places=st.lists(st.integers(0, 10_000), max_size=12),
    ending=st.sampled_from(("stop", "stop", "length", "")),
    tokens=st.sampled_from((800, 800, 16)),
)
def test_no_citation_is_forged(response: str, places: list[int], ending: str, tokens: int) -> None:
    check(response, cut(response, places), ending, tokens)


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_around_and_inside_a_claim_is_taken_off(markup: str) -> None:
    responses = [
        f"{markup} The mayor was abroad [2].",
        f"The mayor {markup} was abroad [2].",
        f"The mayor was abroad [2]. {markup}",
        f"[{markup}](http://evil.example) The mayor was abroad [2].",
    ]
    if "\n" not in markup:
        # A number alone on its line belongs to no sentence.
        responses.append(f"The mayor was abroad {markup} [2].")
    for response in responses:
        written = check(response, list(response), "stop", 800)
        assert [c.quote for c in written.draft.citations] == [
            "The mayor was abroad, officials said."
        ]
