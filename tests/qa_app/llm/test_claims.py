"""What a model writes into claims: where they end, their numbers, and what is thrown away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_app.llm.claims import CLAIM_CHARACTERS, MOST_NUMBERS, Claim, ClaimParser


def read(text: str, size: int = 3) -> tuple[str, list[Claim], ClaimParser]:
    """The words shown, with ¶ where a claim was complete, the claims, and the parser."""
    parser, shown, claims = ClaimParser(), "", []
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    for found in (*map(parser.feed, pieces), parser.finish()):
        for each in found:
            if isinstance(each, Claim):
                claims.append(each)
                shown += "¶"
            else:
                shown += each
    return shown, claims, parser


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("It reopened in May [4].", [("It reopened in May.", (4,))]),
        ("It reopened in May. [4]", [("It reopened in May.", (4,))]),
        ("It reopened [4]. It cost 3 million [2][7].", [("It reopened.", (4,)),
                                                        ("It cost 3 million.", (2, 7))]),
        ("It reopened. [4] It cost 3 million. [2, 7]", [("It reopened.", (4,)),
                                                        ("It cost 3 million.", (2, 7))]),
        ("The U.S. [3][4] troops left in May [5].", [("The U.S. troops left in May.", (3, 4, 5))]),
        ("- **One** left [1]\r\n* Two stayed [2 and 3]\r\n", [("One left", (1,)),
                                                              ("Two stayed", (2, 3))]),
        ("1. One left. [1]\n2) Two stayed. [2; 3]", [("One left.", (1,)),
                                                     ("Two stayed.", (2, 3))]),
        ("“It is over.” [3] She said no. [4]", [("“It is over.”", (3,)), ("She said no.", (4,))]),
        ("Élodie l’a dit 🌧 [12]!", [("Élodie l’a dit 🌧!", (12,))]),
        ("قالت نعم [2].", [("قالت نعم.", (2,))]),
        ("They left [2-4].", [("They left.", (2, 3, 4))]),
        ("They left [4–2].", []),
        ("They left 【4†source】.", [("They left.", (4,))]),
        ("They left [Sentence 5][^6].", [("They left.", (5, 6))]),
        ("They left [3][3][3].", [("They left.", (3,))]),
        ("Not found guilty, he left [3].", [("Not found guilty, he left.", (3,))]),
        ("He “let [them] go [sic][1].", [("He “let [them] go [sic].", (1,))]),
        ("It rained [1]\n[2] [3]\n It snowed [4].", [("It rained", (1, 2, 3)),
                                                    ("It snowed.", (4,))]),
        ("In [June 3] it [rained].", []),
        ("[1]", []),
        ("...[1]", []),
        ("", []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_claims_end_at_their_numbers(
    text: str, claims: list[tuple[str, tuple[int, ...]]], size: int
) -> None:
    assert [(c.text, c.numbers) for c in read(text, size)[1]] == claims


def test_what_has_no_number_is_counted_and_left_out() -> None:
    _, claims, parser = read("Here is the answer:\nIt rained. It snowed [3]. And then it froze.")
    assert claims == [Claim("It snowed.", (3,))]
    assert parser.uncited == 3


def test_a_sentence_with_a_number_in_its_middle_keeps_it() -> None:
    _, claims, parser = read("The mayor [3] said that it rained. The governor left [4].")
    assert claims == [
        Claim("The mayor said that it rained.", (3,)),
        Claim("The governor left.", (4,)),
    ]
    assert parser.uncited == 0


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_words_are_shown_without_numbers_and_claims_follow_their_words(size: int) -> None:
    shown, _, _ = read("It rained [1] in May [4][5]. It snowed. [2]\nIt froze", size)
    assert shown == "It rained in May.¶ It snowed.¶\nIt froze"


@pytest.mark.parametrize(
    "text", ["NOT FOUND", "**NOT FOUND**", "Not found.", " NOT FOUND: nothing"]
)
@pytest.mark.parametrize("size", [1, 3, 100])
def test_not_found_is_a_value_and_never_shown(text: str, size: int) -> None:
    shown, claims, parser = read(text, size)
    assert (shown, claims, parser.not_found, parser.uncited) == ("", [], True, 0)


def test_thinking_is_not_said() -> None:
    shown, claims, _ = read("<think>Perhaps [2]. Or [7].</think>It rained [9].", 4)
    assert claims == [Claim("It rained.", (9,))]
    assert shown == "It rained.¶"
    assert read("<thinking>no end [2]. It", 4)[1] == []


@pytest.mark.parametrize(
    ("text", "claim"),
    [
        ("See ![x](http://evil/p.png?q=[3]) it [rained](http://evil) [2].", "See it rained."),
        ("It `rained` **hard** <b>now</b> [2].", "It rained hard <b>now</b>."),
        ("It rained (https://evil.example/x) hard [2].", "It rained hard."),
        ("It rained [2](http://evil.example).", "It rained."),
        ("# It\u202e rained\x1b[31m red [2].", "It rained [31m red."),
        ("![](data:image/png;base64,AAAA) It rained [2].", "It rained."),
    ],
)
def test_a_claim_is_plain_text(text: str, claim: str) -> None:
    assert [each.text for each in read(text)[1]] == [claim]
    assert "\x1b" not in read(text)[0]


def test_no_claim_points_at_everything_or_goes_on_for_ever() -> None:
    many = "".join(f"[{n}]" for n in range(1, 41))
    _, claims, parser = read(f"It rained {many}.")
    assert claims[0].numbers == tuple(range(1, MOST_NUMBERS + 1))
    assert parser.crowded == 40 - MOST_NUMBERS
    assert len(read("It rained [1-999999].")[1][0].numbers) == MOST_NUMBERS
    assert read("word " * CLAIM_CHARACTERS + "[1].")[1] == []


@pytest.mark.parametrize(
    "unit", ["[1]", " [1]", "【1†s】", "[", "[1", "- ", " ", "![", "[a](", "<"]
)
def test_no_text_takes_for_ever(unit: str) -> None:
    # What took a minute before does not end within the time that a test has.
    text = (unit * 3_200)[:6_400]
    assert read(text, 40)[1] == []


def test_an_end_without_a_stop_is_unfinished() -> None:
    for text, unfinished in (
        ("It rained [1]. It sn", True), ("It rained [1].", False), ("It rained [1]. So.", False),
        ("It rained", True), ("", False), ("It “rained.”", False),
    ):  # fmt: skip
        parser = ClaimParser()
        list(parser.feed(text))
        # The last mark waits for what may follow it.
        if text.endswith("[1]."):
            list(parser.finish())
        assert parser.unfinished is unfinished, text


@given(st.text(alphabet="ab.[]【】(){}!<>think/NOTFUD0123456789-,; \n*“”’\u202e\x1b", max_size=120))
def test_any_text_is_read(text: str) -> None:
    for size in (1, 7):
        _, claims, parser = read(text, size)
        for claim in claims:
            assert claim.numbers
            assert claim.text == claim.text.strip()
            assert claim.text.isprintable()
        assert not (parser.not_found and claims)
