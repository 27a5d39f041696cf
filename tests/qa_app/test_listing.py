from embeddings.schema import Article, Found, Heading
from qa_app.ui.listing import example_questions, page_of, row, search, seed_questions
from qa_app.wording import cut, spoken_date


def article(name, title=None, publisher=None, text="Some words of an article that has no title."):
    heading = Heading(
        title=Found(title, "line 1") if title else None,
        publisher=Found(publisher, "line 2") if publisher else None,
    )
    return Article(id=name, path=f"folder/{name}.txt", format="txt", text=text, heading=heading)


ROWS = [
    row(article("a", "Flood in Lisbon", "Público")),
    row(article("b", "Strike in Oslo", "Dagen")),
    row(article("c")),
]


def found(words):
    return [each.id for each in search(ROWS, words)]


def test_words_are_found_anywhere_in_any_order_and_case():
    assert found("") == ["a", "b", "c"]
    assert found("LISBON flood") == ["a"]
    assert found("público") == ["a"]
    assert found("no title") == ["c"]
    assert found("b.txt") == ["b"]
    assert found("lisbon oslo") == []


def test_an_article_without_title_is_listed_by_its_first_words():
    assert ROWS[2].label == "Some words of an article that has no title"
    assert ROWS[2].titled is False
    assert ROWS[2].detail == "date not given"


def test_pages_are_counted_from_one_and_stay_within_what_there_is():
    assert page_of(ROWS, 1, 2) == (ROWS[:2], 1, 2)
    assert page_of(ROWS, 2, 2) == (ROWS[2:], 2, 2)
    assert page_of(ROWS, 9, 2) == (ROWS[2:], 2, 2)
    assert page_of(ROWS, -1, 2) == (ROWS[:2], 1, 2)
    assert page_of([], 1, 2) == ([], 1, 1)


def questions(*titles):
    return example_questions([row(article(str(n), title)) for n, title in enumerate(titles)])


def test_examples_are_questions_in_titles_and_names_in_them():
    assert questions("Can the river be saved?", "Strike in New York ends after talks") == [
        "Can the river be saved?",
        "What do the articles say about New York?",
    ]


def test_where_all_words_are_capitalised_only_what_comes_again_is_a_name():
    assert questions("Trump Needs Iran to Make A Deal With The Taliban") == []
    assert questions("Taylor Swift Sells Out Again", "Why Taylor Swift Matters") == [
        "What do the articles say about Taylor Swift?"
    ]


def test_no_articles_make_no_examples():
    assert example_questions([]) == []


def test_the_example_articles_have_questions_of_their_own():
    assert len(seed_questions()) == 4
    assert all(question.endswith("?") for question in seed_questions())


def test_dates_and_lines_for_people():
    assert spoken_date("2020-03-05") == "5 March 2020"
    assert spoken_date(None) == "date not given"
    assert spoken_date("2020") == "2020"
    assert cut("  one\n two three  ", 8) == "one two…"
    assert cut("one two", 7) == "one two"
    assert cut("abcdefghij", 5) == "abcd…"
