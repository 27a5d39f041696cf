"""When a text holds an answer: SQuAD's exact match and F1, containment, and long answers.

Enters: texts. Leaves: yes, no or a share. Two ways to read a text, because two questions are
asked. SQuAD's own (``squad_normalize``) keeps figures comparable with published ones; it joins
what punctuation separates ("Taliban-led" becomes "talibanled"). ``words`` separates there, so
that an answer can be looked for as whole words. Deliberately knows nothing of cases.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Iterable

# A gold answer of more words than this is a sentence or more: a system that tells it in words of
# its own, or in the article's, does not repeat it word for word.
LONG = 12
# Share of a sentence's words that must be in a long gold answer. On ClapNQ dev, 0.6 finds 81% of
# the sentences that annotators took the answer from, and 5% of the others in the same passages.
LONG_SHARE = 0.6
# Of a sentence with fewer words, a share says nothing: "It was his." is in most long answers.
LEAST = 4

_ARTICLES = frozenset({"a", "an", "the"})
_SQUAD_ARTICLES = re.compile(r"\b(a|an|the)\b", re.UNICODE)
# A point, comma or colon between digits is part of a number: "124" is not in "124,000".
_WORD = re.compile(r"[^\W_]+(?:(?<=\d)[.,:](?=\d)[^\W_]+)*")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_VERDICT = re.compile(r"\W*(yes|no)\b\s*(?:[^\w\s]|$)", re.IGNORECASE)


def squad_normalize(text: str) -> str:
    """Lower case, no punctuation, no a, an, the, single spaces: SQuAD's official script.

    The script removes ``string.punctuation``. Typographic marks (curly quotes, long dashes, the
    ellipsis) are removed as well, as the ASCII marks that they stand for would be: which keys an
    author typed should not decide a match. For a text with ASCII marks only it is the same.

    Rajpurkar et al. 2016 (1606.05250) and 2018 (1806.03822).
    """
    kept = "".join(c for c in text.lower() if not _is_mark(c))
    return " ".join(_SQUAD_ARTICLES.sub(" ", kept).split())


def _is_mark(character: str) -> bool:
    return character in string.punctuation or unicodedata.category(character).startswith("P")


def exact_match(text: str, golds: Iterable[str]) -> float:
    """1 if the text is one of the gold answers, after SQuAD's normalisation."""
    normal = squad_normalize(text)
    return float(any(normal == squad_normalize(gold) for gold in golds))


def token_f1(text: str, golds: Iterable[str]) -> float:
    """The best harmonic mean of shared tokens in the text and in a gold answer, SQuAD's way."""
    found = squad_normalize(text).split()
    return max((_f1(found, squad_normalize(gold).split()) for gold in golds), default=0.0)


def _f1(found: list[str], gold: list[str]) -> float:
    if not found or not gold:
        return float(found == gold)
    shared = (Counter(found) & Counter(gold)).total()
    return 2 * shared / (len(found) + len(gold))


def words(text: str) -> list[str]:
    """The words of a text in lower case, without a, an, the; numbers whole, without commas."""
    found = _WORD.findall(unicodedata.normalize("NFKC", text).lower())
    return [_THOUSANDS.sub("", word) for word in found if word not in _ARTICLES]


def is_verdict(answer: str) -> bool:
    """Whether an answer is a bare yes or no."""
    return words(answer) in (["yes"], ["no"])


def holds(text: str, answer: str) -> bool:
    """Whether a text holds an answer as whole words.

    A yes or no counts only where the text opens with it, set off by a mark: "no" inside a
    sentence is no verdict on the question.
    """
    if is_verdict(answer):
        opening = _VERDICT.match(text)
        return opening is not None and [opening[1].lower()] == words(answer)
    wanted = " ".join(words(answer))
    return bool(wanted) and f" {wanted} " in f" {' '.join(words(text))} "


def holds_any(text: str, answers: Iterable[str]) -> bool:
    """Whether a text holds one of the answers as whole words."""
    return any(holds(text, answer) for answer in answers)


def tells(sentence: str, answers: Iterable[str]) -> bool:
    """Whether a sentence is right: it holds a gold answer, or is made of a long one.

    A gold answer of more than 12 words is itself a sentence or more, and no sentence of an answer
    can be asked to repeat it. A sentence of at least four words tells it when at least 60% of
    them are in it (K-Precision of Adlakha et al. 2023, 2307.16877, against the gold answer): a
    part of a long answer is right, a sentence mostly about other things is not. Whether it is cited
    well is not asked here; that is measured apart, and a right place is no proof of right words.
    """
    return any(holds(sentence, answer) or _is_part(sentence, answer) for answer in answers)


def _is_part(sentence: str, answer: str) -> bool:
    said, gold = words(sentence), words(answer)
    if len(gold) <= LONG or len(said) < LEAST:
        return False
    return (Counter(said) & Counter(gold)).total() >= LONG_SHARE * len(said)
