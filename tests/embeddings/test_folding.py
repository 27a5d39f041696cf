"""A passage stands for its copies: what is folded, what stays, and who carries it."""

from __future__ import annotations

import pytest

from embeddings.folding import Folding, fold, tells_all
from embeddings.schema import Article, Found, Heading, Location, Passage
from embeddings.search import Candidates
from embeddings.words import runs_of, words_of
from tests.copied_news import ADDED, EDITED, MORE, STORY


def told(text: str, *others: str) -> bool:
    runs = [runs_of(words_of(other)) for other in others]
    return tells_all(words_of(text), lambda run: any(run in each for each in runs))


@pytest.mark.parametrize(
    ("text", "others", "expected"),
    [
        (STORY, [STORY], True),
        (STORY.upper(), [STORY], True),
        (EDITED, [STORY], True),
        (STORY, [EDITED], True),
        # Cuts between passages stand elsewhere: two of them tell it together.
        (STORY[120:300], [STORY[:240], STORY[170:]], True),
        (STORY, [STORY[:200]], False),
        (STORY + ADDED, [STORY], False),
        (STORY, [STORY + ADDED], True),
        (STORY.replace("12", "19"), [STORY], False),
        (STORY.replace("four", "five"), [STORY], False),
        (
            STORY.replace("did not", "did also not").replace("stayed", "never stayed"),
            [STORY],
            False,
        ),
        # Nor is it told by one that denies it.
        (STORY.replace("did not run", "did run"), [STORY], False),
        (STORY.replace("did not run", "did surely run"), [STORY], False),
        (STORY.replace("did not run", "did run"), [STORY, STORY.replace("not ", "")], True),
        (STORY, [], False),
        ("", [STORY], False),
        ("🎉 — “”", ["🎉 — “”"], False),
        ("A short one.", ["a SHORT one"], True),
        ("A short one.", ["A short two."], False),
        (MORE, [STORY], False),
    ],
)
def test_what_tells_all(text: str, others: list[str], expected: bool) -> None:
    assert told(text, *others) is expected


def test_nine_new_words_in_a_row_are_a_statement_and_eight_an_edit() -> None:
    head, tail = "we are all the same here", "and so it goes on for ever"
    for count, expected in ((8, True), (9, False)):
        new = " ".join("abcdefghij"[:count])
        assert told(f"{head} {new} {tail}", f"{head} {tail}") is expected


def article(name: str, text: str, published: str | None = None) -> Article:
    found = Found(published, "made") if published else None
    return Article(name, f"{name}.txt", "txt", text, Heading(published=found))


def passage_of(owner: Article, key: int) -> Passage:
    return Passage(f"p{key}", owner.id, 0, len(owner.text), owner.text, ())


ARTICLES = {
    1: article("a", STORY, "2024-03-02"),
    2: article("b", EDITED, "2024-03-01"),
    3: article("c", STORY),
    4: article("d", STORY + ADDED, "2024-03-03"),
    5: article("e", MORE, "2024-03-03"),
    6: article("f", STORY, "2024-03-04"),
}
PLACES = {
    10 * key: Location(f"p{10 * key}", key, 0, 9, None, None, each.published)
    for key, each in ARTICLES.items()
}
TEXTS = {10 * key: (passage_of(each, 10 * key), each) for key, each in ARTICLES.items()}
LEADERS = {1: 2, 2: 2, 3: 2, 4: 2}
SCORES = {10: 1.0, 20: 0.9, 30: 0.9, 40: 0.8, 50: 0.7, 60: 0.6}


def folded(
    scores: dict[int, float], apart: dict[int, int] | None = None
) -> tuple[Candidates, Folding]:
    def fetch(keys: list[int]) -> dict[int, tuple[Passage, Article]]:
        return {key: TEXTS[key] for key in keys}

    return fold(Candidates(scores, PLACES), LEADERS, fetch, apart)


def test_the_best_stands_and_what_one_alone_tells_stays() -> None:
    candidates, folding = folded(SCORES)
    # Of another group, or of none, the same words are no copy.
    assert candidates.scores == {10: 1.0, 40: 0.8, 50: 0.7, 60: 0.6}
    assert sorted(candidates.places) == [10, 40, 50, 60]
    assert folding.into == {20: 10, 30: 10}
    assert [each.id for each in folding.copies(10)] == ["b", "d", "c"]
    assert folding.copies(40) == ()
    assert folding.copies(60) == ()


def test_of_equals_the_first_published_stands() -> None:
    candidates, folding = folded({10: 0.9, 20: 0.9, 30: 0.9})
    assert candidates.scores == {20: 0.9}
    assert [each.id for each in folding.copies(20)] == ["a", "c"]


def test_nothing_is_fetched_where_no_two_articles_are_of_a_group() -> None:
    def fetch(keys: list[int]) -> dict[int, tuple[Passage, Article]]:
        raise AssertionError(keys)

    for scores in ({10: 1.0, 50: 0.7, 60: 0.6}, {}):
        candidates = Candidates(scores, PLACES)
        assert fold(candidates, LEADERS, fetch)[0] is candidates


def test_what_different_parts_name_is_kept_apart() -> None:
    _, folding = folded(SCORES, {10: 0, 20: 1})
    assert folding.into == {30: 10}
    _, folding = folded(SCORES, {10: 0, 20: 0})
    assert folding.into == {20: 10, 30: 10}
    _, folding = folded(SCORES, {20: 0})
    assert folding.into == {30: 10}
