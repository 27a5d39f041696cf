"""Which other evidence is most like a claim."""

from __future__ import annotations

from embeddings.training.support_kin import Kin
from embeddings.training.support_sets import Stated
from tests.embeddings.training.made import seeded

OWN = ("The harbour of Åre opened in May.",)
LIKE = ("The harbour of Malmö sank in June.",)
SAME = ("In May the harbour of Åre opened.",)
FAR = ("Snow fell on Zürich 🙂.",)


def stated(claim: str, evidence: tuple[str, ...], *, held_out: bool = False) -> Stated:
    return Stated(claim, evidence, True, held_out)


def test_what_is_about_the_like_and_does_not_say_it() -> None:
    claims = [
        stated("The harbour of Åre opened.", OWN),
        stated("A harbour sank.", LIKE),
        stated("It opened in May.", SAME),
        stated("Snow fell.", FAR),
    ]
    kin = Kin(claims)
    # SAME has as much of the claim as its own evidence; FAR has nothing of it.
    assert {kin.like(0, seeded(i)) for i in range(9)} == {LIKE[0]}
    assert kin.like(3, seeded(0)) is None


def test_held_out_evidence_stays_apart() -> None:
    claims = [
        stated("The harbour of Åre opened.", OWN),
        stated("A harbour sank.", LIKE, held_out=True),
    ]
    assert Kin(claims).like(0, seeded(0)) is None
    assert Kin(claims).like(1, seeded(0)) is None


def test_a_sentence_of_its_own_is_never_another() -> None:
    claims = [stated("The harbour of Åre opened in May.", OWN), stated("x", (*OWN, *FAR))]
    assert Kin(claims).like(0, seeded(0)) is None
