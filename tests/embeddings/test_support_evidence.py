"""What is read against a claim, and what shows without reading."""

from __future__ import annotations

import pytest

from embeddings.support_evidence import MOST_SENTENCES, NAMES, WINDOW_WORDS, bare, look

FILLER = "Nobody said anything about it on that long and rainy evening by the quiet sea."
HARBOUR = "The harbour of Åre cost 12.5 million kronor."


def shown(claim: str, *evidence: str) -> dict[str, float]:
    return dict(zip(NAMES, look(claim, evidence).shown, strict=True))


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("It rained [3].", "It rained."),
        ("It rained [1, 2] for days[12–14].", "It rained for days."),
        ("It rained [sic] [1999].", "It rained [sic] [1999]."),
        ("  It\r\nrained 🙂 ", "It rained 🙂"),
        ("", ""),
    ],
)
def test_citation_marks_are_not_read(claim: str, told: str) -> None:
    assert bare(claim) == told


def test_what_fits_is_read_whole_and_once() -> None:
    texts = ("Trial. Reuters\nZoë’s trial\r\nbegan.", "“She denies it.” 🙂")
    assert look("The trial began.", texts).windows == (
        "Trial. Reuters Zoë’s trial began. “She denies it.” 🙂",
    )


def test_of_long_evidence_the_stretches_with_most_of_the_claim_are_read() -> None:
    page = " ".join(
        [*[FILLER] * 40, HARBOUR, *[FILLER] * 40, "Malmö lies far away.", *[FILLER] * 20]
    )
    windows = look("Malmö paid 12.5 million kronor for its harbour.", [page]).windows
    assert len(windows) == 3
    # The first is gathered from single sentences, wherever they stand.
    assert windows[0] == f"{HARBOUR} Malmö lies far away."
    assert HARBOUR in windows[1]
    assert all(len(window.split()) <= WINDOW_WORDS for window in windows)


def test_a_sentence_too_long_for_a_window_is_cut() -> None:
    words = [f"wort{i}" for i in range(3 * WINDOW_WORDS)]
    windows = look("wort5 wort400", [" ".join(words)]).windows
    assert windows[0].split()[0] == "wort0"
    assert max(len(window.split()) for window in windows) == WINDOW_WORDS


def test_right_to_left_and_nothing_but_marks() -> None:
    assert look("המשפט התחיל", ["המשפט של זואי התחיל ביום שני."]).windows == (
        "המשפט של זואי התחיל ביום שני.",
    )
    assert look("?!", ["…"]).windows == ("…",)


def test_a_book_is_cut_off() -> None:
    page = "It rains. " * (MOST_SENTENCES + 10) + HARBOUR
    assert shown("They cost 12.5 million.", page)["figures_lacking"] == 1.0


def test_what_shows() -> None:
    seen = shown("Åre paid 12.5 million kronor to Zoë for 3 boats.", HARBOUR, "Zoe came.")
    # "12.5" is there, "3" is not; of Åre, Zoë the first word is not taken for a name.
    assert seen["figures_lacking"] == 0.5
    assert seen["names_lacking"] == 0.0
    assert shown("It rained on Zoë and Malmö.", "Zoe came.")["names_lacking"] == 0.5
    assert shown("It rained.", HARBOUR) == {"figures_lacking": 0.0, "names_lacking": 0.0}
