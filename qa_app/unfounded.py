"""Numbers, dates and names of a claim that stand in none of its sources: pure.

Enters: a claim and the texts that it rests on. Leaves: the words that none of them has, as the
claim writes them. Deliberately knows nothing of models: what this finds is certain, and what it
does not find proves nothing.

Written differently is not different: "1,000" and "1000", "5 March 2020" and "March 5, 2020",
"three" and "3", "US" and "American". A name is what has a capital where common words have none.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence

from embeddings.countries import mentions
from embeddings.dates import find_dates
from embeddings.lexical import QUESTION_WORDS
from embeddings.mentions import fold

_UP_TO_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety"
_SPELLED_NUMBERS = {
    **{word: str(value) for value, word in enumerate(_UP_TO_TWENTY.split())},
    **{word: str(10 * value) for value, word in enumerate(_TENS.split(), 3)},
}
# "a" and "one" say no number by themselves, and a first or second is rarely counted.
_NOT_COUNTED = frozenset(("zero", "one"))
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’.-][^\W\d_]+)*")
_MONTHS = (
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday"
)
_CALENDAR = frozenset(_MONTHS.split())
# Capitals that are no names: how sentences begin, and titles before a name.
_COMMON_WORDS = (
    "i a an the this that these those he she it they we you his her its their our your there here "
    "according after although among and as at because before both but by despite during each "
    "earlier even every following for from however if in instead into later like many meanwhile "
    "more most moreover neither no nor not now of on once one only or other others out over "
    "since so some several still such than then though through to under unlike until up upon when "
    "where whereas which while who with within without yet two three four five six seven eight "
    "nine ten mr mrs ms dr president minister general secretary sir lord lady senator governor "
    "prime chief king queen prince professor judge captain colonel major also additionally "
    "overall reports article articles sources source"
)
_COMMON = frozenset(_COMMON_WORDS.split()) | frozenset(QUESTION_WORDS)
_ENDINGS = ("'s", "’s", "s'", "s’")


def unfounded(
    claim: str, sources: Sequence[str], names: Container[str] = frozenset()
) -> tuple[str, ...]:
    """The numbers, dates and names of a claim that no source has, each once, in its order.

    Args:
        claim: one statement, plain text.
        sources: the texts that it rests on, with their headings.
        names: what ``names_in`` found in more texts: one of these is a name also where it begins
            a sentence, as every word there has a capital.
    """
    text = "\n".join(sources)
    known_numbers = set(_numbers(text)) | _parts_of_dates(text)
    known_words = _folded_words(text)
    found: list[tuple[int, str]] = []
    for match in _NUMBER.finditer(claim):
        if _number(match[0]) not in known_numbers:
            found.append((match.start(), match[0]))
    for match in _WORD.finditer(claim):
        begins = _first_word_alone(claim, match) and fold(_bare(match[0])) not in names
        if not begins and _unknown_word(claim, match, known_numbers, known_words, text):
            found.append((match.start(), _bare(match[0])))
    return tuple(dict.fromkeys(words for _, words in sorted(found)))


def names_in(texts: Iterable[str]) -> frozenset[str]:
    """Words with a capital in the middle of a sentence, folded."""
    return frozenset(
        fold(_bare(match[0]))
        for text in texts
        for match in _WORD.finditer(text)
        if match[0][0].isupper()
        and match[0].casefold() not in _COMMON
        and not _first_word_alone(text, match)
    )


def _unknown_word(
    claim: str, match: re.Match[str], numbers: set[str], words: set[str], sources: str
) -> bool:
    word = match[0]
    low = word.casefold()
    if low in _SPELLED_NUMBERS and low not in _NOT_COUNTED:
        return _SPELLED_NUMBERS[low] not in numbers and low not in words
    if low in _CALENDAR:
        # "may" and "march" are verbs too.
        return word[0].isupper() and low not in words and not _same_month(low, sources)
    if not any(c.isupper() for c in word) or low.rstrip(".") in _COMMON:
        return False
    if _forms(word) & words:
        return False
    return not _country_by_another_name(claim, match, words)


def _first_word_alone(claim: str, match: re.Match[str]) -> bool:
    """Whether only its place at a beginning may give the word its capital."""
    low = match[0].casefold()
    if low in _SPELLED_NUMBERS or low in _CALENDAR:
        return False
    before = claim[: match.start()].rstrip(" \"'“‘(")
    if before and before[-1] not in ".!?:;":
        return False
    after = _WORD.match(claim, match.end() + 1) if claim[match.end() :].startswith(" ") else None
    named_on = after is not None and after[0][0].isupper() and after[0].casefold() not in _COMMON
    return match[0][1:].islower() and not named_on


def _country_by_another_name(claim: str, match: re.Match[str], words: set[str]) -> bool:
    around = claim[max(0, match.start() - 20) : match.end() + 20]
    return any(
        fold(match[0]) in {fold(part) for part in each.words.split()}
        and any({fold(part) for part in other.split()} <= words for other in each.others)
        for each in mentions(around)
    )


def _folded_words(text: str) -> set[str]:
    found: set[str] = set()
    for match in _WORD.finditer(text):
        found |= _forms(match[0])
        # "Taliban-led", "Al-Qaeda": whole, and part by part.
        for part in re.split(r"[-.'’]", match[0]):
            found |= _forms(part)
    return found - {""}


def _forms(word: str) -> set[str]:
    """A word folded, and without a possessive or plural ending."""
    whole = fold(_bare(word))
    return {whole, whole[:-1]} if len(whole) > 3 and whole.endswith("s") else {whole, whole + "s"}


def _bare(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending):
            return word[: -len(ending)] + ("s" if ending[0] == "s" else "")
    return word


def _numbers(text: str) -> Iterator[str]:
    for found in _NUMBER.findall(text):
        yield _number(found)
    for word in _WORD.findall(text):
        if word.casefold() in _SPELLED_NUMBERS:
            yield _SPELLED_NUMBERS[word.casefold()]
        yield from (
            _SPELLED_NUMBERS[part]
            for part in word.casefold().split("-")
            if part in _SPELLED_NUMBERS
        )


def _number(written: str) -> str:
    """The same string for the same number: no thousands separators, no trailing zeros."""
    bare = re.sub(r"[,.](?=\d{3}(?:\D|$))", "", written)
    whole, point, rest = bare.replace(",", ".").partition(".")
    rest = rest.rstrip("0")
    return (whole.lstrip("0") or "0") + (point + rest if rest else "")


def _parts_of_dates(text: str) -> set[str]:
    """Day and year of every date, however it is written: "2020-03-05" tells 5 and 2020."""
    days = [written.day for line in text.splitlines() for written in find_dates(line)]
    return {str(part) for day in days if day for part in (day.day, day.year)}


def _same_month(name: str, text: str) -> bool:
    days = [written.day for line in text.splitlines() for written in find_dates(line)]
    return any(name in (f"{day:%B}".casefold(), f"{day:%A}".casefold()) for day in days if day)


def told(words: Iterable[str]) -> str:
    """The words as people are told of them."""
    return ", ".join(f"“{word}”" for word in words)
