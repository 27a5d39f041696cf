import pytest

from embeddings.lexical import WordEntry, WordIndex
from embeddings.schema import Article, Found, Heading, Passage, Span
from eval.own.queries import (
    Reach,
    ask_headlines,
    ask_sentences,
    blanked,
    sampled,
    with_headlines,
)
from eval.own.reach import Alike, unreached
from tests.news import row, write_lines

RIVER = "The river flooded the old harbour of Setúbal on Sunday morning."
MAYOR = "The mayor of the old harbour was abroad on Sunday, officials said later."
SHORT = "Nobody was hurt."


def passage(name, *sentences, article="a"):
    text, spans = "", []
    for sentence in sentences:
        start = len(text) + bool(text)
        text = f"{text} {sentence}" if text else sentence
        spans.append(Span(start, start + len(sentence)))
    return Passage(name, article, 0, len(text), text, tuple(spans))


@pytest.fixture
def words():
    """Every content word of RIVER and MAYOR stands in two passages, but for Setúbal and mayor."""
    index = WordIndex(None)
    texts = [RIVER, MAYOR, "river flooded old harbour Sunday morning abroad officials said later"]
    index.update([], [WordEntry(key, key, text) for key, text in enumerate(texts)])
    return index


def nothing(_):
    pass


def test_the_rarest_word_is_taken_out_everywhere_in_the_sentence(words):
    made = blanked(passage("p", RIVER), [], words)
    assert (made.sentence, made.word) == (RIVER, "Setúbal")
    assert made.query == "The river flooded the old harbour of on Sunday morning."
    twice = "Setúbal said the river of Setúbal’s old harbour flooded on Sunday."
    made = blanked(passage("p", twice), [], words)
    assert made.query == "said the river of old harbour flooded on Sunday."


def test_of_equally_rare_words_the_longer_and_then_the_first_goes(words):
    made = blanked(
        passage("p", "Unheard zeppelins flooded the old river harbour at Oldtown."), [], words
    )
    assert made.word == "zeppelins"
    made = blanked(
        passage("p", "Zeppelin flooded the old river harbour near Somewhere, Elsewhere."), [], words
    )
    assert made.word == "Somewhere"


def test_dotted_initials_are_one_word(words):
    made = blanked(
        passage("p", "The U.S. flooded the old river harbour on Sunday morning."), [], words
    )
    assert (made.word, "U" in made.query) == ("U.S.", False)


def test_a_sentence_of_too_few_words_is_not_asked(words):
    assert blanked(passage("p", SHORT), [], words) is None
    # Five content words besides the one taken out, and no fewer.
    assert blanked(passage("p", "River old harbour Sunday morning Setúbal"), [], words) is not None
    assert blanked(passage("p", "River old harbour Sunday Setúbal"), [], words) is None


def test_a_sentence_of_this_passage_alone_is_preferred(words):
    first = passage("p", RIVER, MAYOR)
    again = Passage("q", "a", 64, 64 + len(MAYOR), MAYOR, (first.sentences[1],))
    for name in "pqrst":
        named = Passage(name, "a", 0, first.end, first.text, first.sentences)
        assert blanked(named, [named, again], words).sentence == RIVER


def test_a_sample_does_not_depend_on_the_order():
    names = [f"é{number}" for number in range(50)]
    chosen = sampled(names, str, 10)
    assert sampled(reversed(names), str, 10) == chosen
    assert sampled(names, str, 20)[:10] == chosen
    assert len(sampled(names, str, 99)) == 50


def filled_with(collection, tmp_path, *rows):
    folder = tmp_path / "made"
    folder.mkdir()
    collection.sync(write_lines(folder / "made.jsonl", list(rows)))
    return collection


def test_a_sentence_is_found_where_its_words_stand_also_in_another_article(collection, tmp_path):
    filled_with(
        collection,
        tmp_path,
        row("a", RIVER, title="Flood"),
        row("b", f"{RIVER}\n\nA second desk added this.", title="Flood again"),
        row("c", "Train drivers in Oslo went on strike. 🚆", title="Strike"),
    )
    words = collection.words()
    (one,) = collection.passages_of("a")
    reach = Reach()
    made = blanked(one, [one], words)
    (sought,) = ask_sentences(collection, [made], reach, nothing)
    assert (sought.rank, sought.article, sought.passage) == (1, "a", one.id)
    assert (sought.within(1), reach.queries) == (True, 1)
    assert {one.id} <= reach.passages


def test_what_is_not_there_has_rank_nought(collection, tmp_path):
    filled_with(
        collection, tmp_path, row("c", "Train drivers in Oslo went on strike.", title="Strike")
    )
    gone = passage("gone", RIVER)
    made = blanked(gone, [gone], collection.words())
    (sought,) = ask_sentences(collection, [made], Reach(), nothing)
    assert (sought.rank, sought.first, sought.within(10)) == (0, "c", False)


def test_headlines_bring_their_articles_and_a_title_is_asked_once(collection, tmp_path):
    filled_with(
        collection,
        tmp_path,
        row("a", "The river rose.", title="Flood in Setúbal"),
        row("b", "It rose again.", title="“FLOOD” in Setúbal"),
        row("c", "Drivers stopped.", title="Strike in Oslo 🚆"),
        row("d", "No more is known.", title="???"),
    )
    chosen = with_headlines(collection.articles(), 10)
    assert {article.id for article in chosen} in ({"a", "c"}, {"b", "c"})
    reach = Reach()
    found = ask_headlines(collection, chosen, reach, nothing)
    assert [sought.rank for sought in found] == [1, 1]
    assert reach.queries == 2


def test_a_headline_too_long_to_ask_has_failed_and_is_not_left_out(collection, tmp_path):
    filled_with(collection, tmp_path, row("a", "The river rose.", title="word " * 2001))
    (sought,) = ask_headlines(collection, collection.articles(), Reach(), nothing)
    assert (sought.rank, sought.first) == (0, "")


def test_passages_that_nothing_reached_are_told_with_a_reason():
    def named(name):
        return {"article": name, "label": f"Label {name}"}

    found = passage("found", RIVER, article="a")
    twin = passage("twin", MAYOR, article="b")
    short = passage("short", SHORT, article="c")
    notice = passage("notice", RIVER, MAYOR, article="d")
    alike = Alike([("b", "x")], [])
    reach = Reach({"found"}, 4)
    told = unreached([found, twin, short, notice], [], reach, alike, named)
    assert (told["sampled"], told["reached"], told["queries"]) == (4, 1, 4)
    assert {one["article"]: one["reason"] for one in told["passages"]} == {
        "b": "its article is much like “Label x”",
        "c": "only 3 words long",
        "d": "none of its sentences has enough words to be asked for",
    }
    assert unreached([short], [], Reach(), alike, named)["passages"] == []


def test_of_a_title_only_the_words_count():
    one = Article("a", "/a", "txt", "x", Heading(title=Found("— 🌊 —", "line 1")))
    assert with_headlines([one], 5) == []
