from datetime import date

import pytest

from embeddings.schema import Article, Found, Heading, Span
from eval.own.advice import RULES
from eval.own.checks import CHECKS, Flag, check_articles, prose_of
from eval.own.sections import CHECK_TITLES

TODAY = date(2024, 6, 1)
PROSE = "The mayor of Setúbal said that the harbour will be closed to all of the ships. " * 5
GERMAN = "Der Bürgermeister war im Ausland, sagte ein Sprecher der Stadt am Montag. " * 6


def article(name="a", text=PROSE, furniture=(), published="2024-03-01", source="byline", **heading):
    values = {"title": f"Title {name}", "author": "Ana Sá", "publisher": "Público", **heading}
    found = {key: Found(value, "front matter") for key, value in values.items() if value}
    if published:
        found["published"] = Found(published, source)
    return Article(name, f"/{name}.txt", "txt", text, Heading(**found), tuple(furniture))


def flagged(*articles, passages=1):
    found = check_articles(articles, {one.id: passages for one in articles}, TODAY)
    return {name: flags for name, flags in found.items() if flags}


def test_an_article_in_order_is_named_by_no_check():
    assert flagged(article()) == {}


@pytest.mark.parametrize("field", ["title", "author", "publisher"])
def test_a_missing_field_is_named(field):
    assert flagged(article(**{field: None})) == {f"no_{field}": [Flag("a")]}


@pytest.mark.parametrize(
    ("day", "check"),
    [
        (None, "no_date"),
        ("2024-06-01", None),
        ("2024-06-02", "future_date"),
        ("1900-01-01", None),
        ("1899-12-31", "old_date"),
    ],
)
def test_dates_are_past_and_after_1900(day, check):
    note = f"{day}, read from: byline" if day else ""
    assert flagged(article(published=day)) == ({check: [Flag("a", note)]} if check else {})


def test_a_date_that_a_program_left_is_told():
    found = flagged(article(source="PDF creation date"))
    assert found == {"guessed_date": [Flag("a", "2024-03-01, from: PDF creation date")]}


def test_prose_is_what_is_not_furniture():
    one = article(
        text="Subscribe\nThe harbour 🌊 closed.\nShare", furniture=[Span(0, 9), Span(31, 37)]
    )
    assert prose_of(one).split() == ["The", "harbour", "🌊", "closed."]
    assert prose_of(article(text="abcdef", furniture=[Span(2, 4), Span(0, 3)])) == "ef"


def test_short_articles_are_told_by_their_own_words():
    assert flagged(article(text="The harbour closed.")) == {"short": [Flag("a", "3 words")]}
    assert "short" not in flagged(article(text=" ".join(["the harbour"] * 25)))
    assert "short" in flagged(article(text=" ".join(["the harbour"] * 24 + ["the"])))


def test_an_article_without_passages_has_nothing_to_cite_and_is_not_short_besides():
    one = article(text="Subscribe", furniture=[Span(0, 9)])
    assert list(flagged(one, passages=0)) == ["nothing_to_cite"]


def test_furniture_counts_where_it_outweighs_the_prose():
    controls = "Read more\n" * 60
    one = article(text=controls + PROSE[:158], furniture=[Span(0, len(controls))])
    # 158 characters are the sentence of 16 words twice.
    assert flagged(one)["furniture"] == [Flag("a", "32 of 152 words are its own")]
    few = article(text="Read more\n" * 20 + "The end.", furniture=[Span(0, 200)])
    assert "furniture" not in flagged(few)


def test_another_language_is_told_and_short_texts_are_not_judged():
    (flag,) = flagged(article(text=GERMAN))["not_english"]
    assert flag.note.startswith("begins: Der Bürgermeister war im Ausland")
    assert "not_english" not in flagged(article(text=GERMAN[:75]))


@pytest.mark.parametrize("text", ["The portâ€™s crew", "cafÃ© owners", "a lost \ufffd sign"])
def test_broken_characters_are_shown_with_their_neighbours(text):
    assert flagged(article(text=f"{PROSE}{text}"))["broken_characters"][0].note.endswith(f"{text}…")


def test_characters_that_are_as_they_should_be_are_left_alone():
    assert (
        flagged(article(text=f"{PROSE}The port’s “café” in São Paulo, Â la carte, Ã alone")) == {}
    )


def test_one_day_for_most_of_many_articles_is_told():
    of_one_day = [article(f"a{number}", published="2024-03-01") for number in range(11)]
    others = [article(f"b{number}", published=f"2024-04-{number + 1:02}") for number in range(9)]
    assert len(flagged(*of_one_day, *others)["same_day"]) == 11
    assert "same_day" not in flagged(
        *of_one_day[:10], *others, article("c", published="2024-05-01")
    )
    assert "same_day" not in flagged(*of_one_day)


def test_titles_that_differ_in_case_and_marks_alone_are_the_same():
    found = flagged(article("a", title="The “Été”"), article("b", title="the été!"), article("c"))
    assert found == {"same_title": [Flag("a", "The “Été”"), Flag("b", "the été!")]}


def test_every_check_has_its_words():
    assert set(RULES) == set(CHECK_TITLES) == {*CHECKS, "same_day", "same_title"}
