"""Answers by a language model: claims, citations, limits, and every way to fail."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk

from embeddings.schema import Article, Hit, Passage, Scores
from embeddings.segment import sentences
from qa_app import generative
from qa_app.events import Event, Said, Waiting, Withdrawn, Wrote
from qa_app.generative import Limits, Writer, Written, open_writer
from qa_app.llm.evidence import Evidence, evidence_from
from qa_app.llm.ledger import Ledger
from qa_app.settings import Settings
from qa_app.verification import Verifier
from tests.qa_app.llm_fakes import GivenModel, Script, WordChecker

TEXT = "It rained in Zürich in May. The bridge held. The mayor left on 5 May 2020."


@pytest.fixture(autouse=True)
def no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generative, "BACKOFF", 0.0)


@pytest.fixture
def evidence() -> Evidence:
    article = Article("a", "a.txt", "txt", TEXT)
    passage = Passage("p", "a", 0, len(TEXT), TEXT, tuple(sentences(TEXT)))
    return evidence_from([Hit(passage, article, Scores(1.0))])


class Failing(Exception):
    def __init__(self, status: int, **headers: str) -> None:
        super().__init__("sk-very-secret")
        self.status_code = status
        self.response = SimpleNamespace(
            headers={k.replace("_", "-"): v for k, v in headers.items()}
        )


def write(
    evidence: Evidence, *scripts: Script, ending: str = "stop", **limits: Any
) -> tuple[Written, list[Event], GivenModel]:
    model = GivenModel(scripts=list(scripts), ending=ending)
    writer = Writer("given:m", model, Limits(**limits), Ledger(), Verifier(WordChecker()))
    return *drain(writer, evidence), model


def drain(writer: Writer, evidence: Evidence, most: int = 3) -> tuple[Written, list[Event]]:
    stream, events = writer.write("What happened?", evidence, most), []
    while True:
        try:
            events.append(next(stream))
        except StopIteration as end:
            return end.value, [each for each in events if not isinstance(each, Waiting)]


def texts(written: Written) -> list[str]:
    return [sentence.text for sentence in written.draft.sentences]


def test_claims_become_sentences_with_exact_citations(evidence: Evidence) -> None:
    script = ["The bridge held", " [2].", " It rained in May [1][2]."]
    written, events, model = write(evidence, script)
    assert [(s.text, s.citations) for s in written.draft.sentences] == [
        ("The bridge held.", (1,)),
        ("It rained in May.", (2, 1)),
    ]
    assert [c.quote for c in written.draft.citations] == [
        "The bridge held.", "It rained in Zürich in May.",
    ]  # fmt: skip
    said = [each.sentence.text for each in events if isinstance(each, Said)]
    assert said == ["The bridge held.", "It rained in May."]
    shown = "".join(each.text for each in events if isinstance(each, Wrote))
    assert shown == "The bridge held. It rained in May."
    assert written.use.outcome == "written"
    assert (written.use.claims, written.use.unsupported, written.use.attempts) == (2, 0, 1)
    assert "[2] The bridge held." in model.asked[0]
    assert "Question: What happened?" in model.asked[0]


def test_numbers_that_do_not_exist_are_dropped_and_counted(evidence: Evidence) -> None:
    written, _, _ = write(evidence, ["The bridge held [2][9]. The mayor left [77][78]. It rained."])
    assert texts(written) == ["The bridge held."]
    assert (written.use.unknown_numbers, written.use.uncited) == (3, 2)
    assert written.notices == ("Left out: 2 of the sentences that m wrote, for want of a source.",)


def test_claims_are_checked_as_they_come(evidence: Evidence) -> None:
    written, events, _ = write(
        evidence, ["The bridge held [2]. The mayor left on 6 May [3]. Aliens landed here [1]."]
    )
    checks = [each.sentence.support for each in events if isinstance(each, Said)]
    assert [check and check.verdict for check in checks] == [
        "supported", "partly supported", "not supported",
    ]  # fmt: skip
    assert [check and check.unfounded for check in checks] == [(), ("6",), ()]
    assert written.use.unsupported == 1


def test_nothing_supported_is_no_answer(evidence: Evidence) -> None:
    written, _, _ = write(evidence, ["Aliens landed here yesterday [1]."])
    assert written.use.outcome == "unsupported"
    assert texts(written) == ["Aliens landed here yesterday."]
    assert written.why == ("What m wrote is not supported by the sentences that it names.")


def test_not_found_is_a_value(evidence: Evidence) -> None:
    written, events, _ = write(evidence, ["NOT", " FOUND"])
    assert (written.use.outcome, events, texts(written)) == ("not found", [], [])


@pytest.mark.parametrize(
    ("scripts", "kind", "attempts"),
    [
        ([[Failing(500)], ["The bridge held [2]."]], "written", 2),
        ([["The bri", Failing(503)], ["The bridge held [2]."]], "written", 2),
        ([[Failing(429, retry_after="0")], ["The bridge held [2]."]], "written", 2),
        ([[Failing(500)], [Failing(500)]], "server", 2),
        ([[], []], "empty", 2),
        ([["  \n"], [""]], "empty", 2),
        ([[ValueError("no JSON")], [ValueError("no JSON")]], "garbage", 2),
        ([["The bridge held [2]. It ra", ConnectionError()]] * 2, "unreachable", 2),
        ([[Failing(401)]], "key", 1),
        ([[Failing(404)]], "unknown_model", 1),
        ([["I cannot help with that."]], "uncited", 1),
        ([["<html>502</html>"]], "uncited", 1),
        ([[AIMessageChunk("", additional_kwargs={"refusal": "no"})]], "refused", 1),
        ([[Failing(429, retry_after="3600")]], "rate_limit", 1),
    ],
)
def test_one_retry_where_it_makes_sense(
    evidence: Evidence, scripts: list[Script], kind: str, attempts: int
) -> None:
    written, events, model = write(evidence, *scripts)
    assert (written.use.outcome, written.use.attempts, len(model.asked)) == (
        kind, attempts, attempts,
    )  # fmt: skip
    withdrawn = [each.why for each in events if isinstance(each, Withdrawn)]
    assert len(withdrawn) == attempts - 1
    assert "secret" not in f"{written} {events}"
    if kind == "written":
        assert texts(written) == ["The bridge held."]
    else:
        assert texts(written) == []
        assert written.why.startswith("m gave no answer: ")


def test_an_answer_that_breaks_off_in_mid_sentence_is_asked_for_again(evidence: Evidence) -> None:
    broken, whole = ["The bridge held [2]. It ra"], ["It rained in May [1]."]
    written, _, model = write(evidence, broken, whole, ending="")
    assert (texts(written), len(model.asked)) == (["It rained in May."], 2)


def test_an_end_that_is_not_said_is_told(evidence: Evidence) -> None:
    written, _, _ = write(evidence, ["The bridge held [2]."], ending="")
    assert texts(written) == ["The bridge held."]
    assert written.notices == ("m ended without saying so: something may be missing.",)


def test_what_is_complete_at_the_limit_of_tokens_is_kept(evidence: Evidence) -> None:
    written, _, _ = write(evidence, ["The bridge held [2]. It rai"], ending="length")
    assert texts(written) == ["The bridge held."]
    assert written.notices == ("m was stopped at the limit set for an answer.",)


def test_a_model_that_does_not_end_is_ended(evidence: Evidence) -> None:
    written, events, _ = write(evidence, ["so and "] * 5_000, tokens=50)
    assert written.use.outcome == "uncited"
    assert sum(len(e.text) for e in events if isinstance(e, Wrote)) < 600
    again, _, _ = write(evidence, ["The bridge held [2]. "] * 5_000, tokens=50)
    assert texts(again) == ["The bridge held."]
    many, _, _ = write(evidence, [f"The bridge held {n} [2]. " for n in range(500)])
    assert len(texts(many)) == 2 * 3


def test_a_day_has_a_budget_and_tokens_are_counted(evidence: Evidence) -> None:
    usage = AIMessageChunk(
        "", usage_metadata={"input_tokens": 300, "output_tokens": 20, "total_tokens": 320}
    )
    model = GivenModel(scripts=[["The bridge held [2].", usage]] * 9)
    ledger = Ledger()
    limits = Limits(tokens=100, day_tokens=1300)
    writer = Writer("given:m", model, limits, ledger, Verifier(WordChecker()))
    outcomes = []
    for _ in range(4):
        written, _ = drain(writer, evidence)
        outcomes.append(written.use.outcome)
    assert outcomes == ["written", "written", "written", "budget"]
    assert ledger.spent() == 3 * 320
    assert (written.use.input_tokens, written.use.output_tokens) == (0, 0)
    assert written.why == ("m gave no answer: the budget set for language models is used up.")


def test_every_try_is_counted(evidence: Evidence) -> None:
    usage = {"input_tokens": 300, "output_tokens": 20, "total_tokens": 320}
    counted = AIMessageChunk("", usage_metadata=usage)
    written, _, _ = write(evidence, [counted], ["The bridge held [2].", counted])
    assert (written.use.attempts, written.use.outcome) == (2, "written")
    assert (written.use.input_tokens, written.use.output_tokens) == (600, 40)
    assert not written.use.estimated


def test_what_a_reader_stops_is_paid_for_and_given_up(evidence: Evidence) -> None:
    ledger = Ledger()
    model = GivenModel(scripts=[["The bridge held [2]. "] * 1000])
    writer = Writer("given:m", model, Limits(), ledger, Verifier(WordChecker()))
    stream = writer.write("What happened?", evidence, 3)
    next(stream)
    stream.close()
    assert 0 < ledger.spent() < Limits().tokens


def test_settings_name_the_model_and_its_limits(tmp_path: Any) -> None:
    assert open_writer(Settings(index=tmp_path)) is None
    settings = Settings(
        index=tmp_path, model="compatible:m", model_url="http://127.0.0.1:9/v1", model_tokens=64
    )
    writer = open_writer(settings, lambda _: None)
    assert writer is not None
    assert (writer.name, writer.title) == ("compatible:m", "m")


def test_what_the_server_counted_counts_also_at_the_limit_of_tokens(evidence: Evidence) -> None:
    usage = AIMessageChunk(
        "", usage_metadata={"input_tokens": 300, "output_tokens": 20, "total_tokens": 320}
    )
    written, _, _ = write(evidence, ["The bridge held [2]. It rai", usage], ending="length")
    use = written.use
    assert (use.input_tokens, use.output_tokens, use.estimated) == (300, 20, False)
    assert texts(written) == ["The bridge held."]
