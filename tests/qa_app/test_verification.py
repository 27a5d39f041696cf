"""Whether cited words support a claim: the verdict, the missing words, and what they come from."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embeddings.schema import Article, Found, Heading, Span
from embeddings.segment import sentences
from qa_app import verification
from qa_app.schema import ClaimSupport
from qa_app.verification import Verifier, released_checker

TEXT = "It rained in Zürich in May. The bridge held. The mayor left on 5 May 2020. 🌧 שלום."
RAIN, BRIDGE, MAYOR, _ = sentences(TEXT)
HEADING = Heading(
    title=Found("Storm in the Alps", "given"),
    publisher=Found("NZZ", "given"),
    published=Found("2020-06-01", "given"),
)


class Told:
    """A ``Checker`` that says what it is told, and remembers what it was asked."""

    supported_from, unsupported_below = 0.8, 0.3

    def __init__(self, probability: float) -> None:
        self.probability = probability
        self.asked: list[tuple[str, list[str]]] = []

    def probabilities(self, pairs: Sequence[tuple[str, Sequence[str]]]) -> list[float]:
        self.asked += [(claim, list(texts)) for claim, texts in pairs]
        return [self.probability] * len(pairs)


def article(heading: Heading | None = None) -> Article:
    return Article("a", "a.txt", "txt", TEXT, heading or Heading())


def check(
    claim: str, probability: float, *spans: Span, heading: Heading | None = None
) -> ClaimSupport:
    places = [(article(heading=heading), span) for span in spans]
    return Verifier(Told(probability)).check(claim, places)


@pytest.mark.parametrize(
    ("probability", "verdict"),
    [
        (1.0, "supported"), (0.8, "supported"), (0.79, "partly supported"),
        (0.3, "partly supported"), (0.29, "not supported"), (0.0, "not supported"),
    ],
)  # fmt: skip
def test_the_verdict_is_the_models_at_its_own_thresholds(probability: float, verdict: str) -> None:
    assert check("The bridge held.", probability, BRIDGE) == ClaimSupport(verdict, probability)


@pytest.mark.parametrize(
    ("claim", "missing"),
    [
        ("The bridge held in 2031.", ("2031",)),
        ("The bridge held, said Élodie.", ("Élodie",)),
        ("Nine bridges held in June.", ("Nine", "June")),
    ],
)
def test_a_word_that_no_source_has_is_never_fully_supported(
    claim: str, missing: tuple[str, ...]
) -> None:
    assert check(claim, 1.0, BRIDGE) == ClaimSupport("partly supported", 1.0, missing)
    assert check(claim, 0.8, BRIDGE) == ClaimSupport("partly supported", 0.8, missing)
    # Where the model doubts it as well, it is not supported.
    assert check(claim, 0.79, BRIDGE) == ClaimSupport("not supported", 0.79, missing)
    assert check(claim, 0.1, BRIDGE) == ClaimSupport("not supported", 0.1, missing)


def test_what_one_of_several_sources_has_is_there() -> None:
    claim = "It rained in Zürich, and the mayor left on May 5, 2020."
    assert check(claim, 0.9, RAIN, MAYOR) == ClaimSupport("supported", 0.9)
    assert check(claim, 0.9, RAIN).unfounded == ("5", "2020")


def test_who_published_it_and_when_is_read_with_it_and_the_title_is_not() -> None:
    checker = Told(0.9)
    other = Article("b", "b.txt", "txt", "It snowed.")
    places = [(article(HEADING), RAIN), (other, Span(0, 10)), (article(HEADING), BRIDGE)]
    claim = "In the Alps it rained on 1 June 2020, NZZ writes."
    assert Verifier(checker).check(claim, places) == ClaimSupport(
        "partly supported", 0.9, ("Alps",)
    )
    heading = "NZZ. 1 June 2020 (2020-06-01)."
    assert checker.asked == [
        (claim, [f"{heading} It rained in Zürich in May. The bridge held.", "It snowed."])
    ]


def test_the_first_word_is_a_name_where_the_articles_know_it_as_one() -> None:
    places = [(article(), BRIDGE)]
    assert Verifier(Told(1.0)).check("Pompeo held.", places).unfounded == ()
    found = Verifier(Told(1.0)).check("Pompeo held.", places, frozenset(("pompeo",)))
    assert found == ClaimSupport("partly supported", 1.0, ("Pompeo",))


def test_a_claim_without_a_place_is_not_supported_and_nothing_is_asked() -> None:
    checker = Told(1.0)
    assert Verifier(checker).check("It rained.", []) == ClaimSupport("not supported", 0.0)
    assert checker.asked == []


@given(st.text(max_size=120), st.floats(0, 1))
def test_any_claim_is_checked(claim: str, probability: float) -> None:
    found = check(claim, probability, RAIN, MAYOR)
    assert found.probability == probability
    assert all(word in claim for word in found.unfounded)
    likely, lacking = probability >= 0.8, bool(found.unfounded)
    assert (found.verdict == "supported") == (likely and not lacking)
    assert (found.verdict == "not supported") == (probability < 0.3 or (lacking and not likely))


def test_the_released_model_is_loaded_once_and_when_it_is_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded: list[Told] = []

    def released() -> Told:
        loaded.append(Told(0.9))
        return loaded[-1]

    released_checker.cache_clear()
    monkeypatch.setattr(verification.SupportModel, "released", released)
    try:
        verifiers = [Verifier(), Verifier()]
        assert loaded == []
        for verifier in verifiers:
            assert verifier.check("The bridge held.", [(article(), BRIDGE)]).verdict == "supported"
        verifiers[0].warm_up()
        assert len(loaded) == 1
    finally:
        released_checker.cache_clear()


@pytest.fixture(scope="module")
def released() -> Verifier:
    return Verifier(released_checker())


def test_the_released_model_tells_what_is_said_from_what_is_not(released: Verifier) -> None:
    places = [(article(), span) for span in (RAIN, BRIDGE, MAYOR)]
    said = released.check("The bridge held.", places)
    assert (said.verdict, said.unfounded) == ("supported", ())
    for claim in ("Aliens landed on the roof of the parliament.", "The judges sold nine ferries."):
        found = released.check(claim, places)
        assert found.probability < said.probability
        assert found.verdict != "supported"


@pytest.mark.parametrize(
    "claim", ["", " ", "…", "🚆", "שלום", "\x00\u202e", "“”", "[1]", "a" * 5000]
)
def test_the_released_model_takes_any_claim(released: Verifier, claim: str) -> None:
    found = released.check(claim, [(article(), BRIDGE)])
    assert 0 <= found.probability <= 1
    assert found.verdict in ("partly supported", "not supported")


def test_the_released_model_says_the_same_to_many_at_once(released: Verifier) -> None:
    places = [(article(), RAIN), (article(), MAYOR)]
    claims = ["It rained in May.", "The mayor left in 2020.", "The mayor drowned.", "It snowed."]
    alone = [released.check(claim, places) for claim in claims]
    together: dict[str, ClaimSupport] = {}
    threads = [
        threading.Thread(target=lambda c=claim: together.update({c: released.check(c, places)}))
        for claim in claims
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for claim, before in zip(claims, alone, strict=True):
        assert together[claim].verdict == before.verdict
        assert together[claim].probability == pytest.approx(before.probability, abs=1e-3)
