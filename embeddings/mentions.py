"""Whether words of a question that could be a source's name are meant as one: pure.

Enters: a question. Leaves: the stretches of its words that could be a name, folded, and for each a
verdict. Deliberately knows no name.

Many names are also common words ("Time", "The Age"), and authors are in the news themselves. What
is surely a name counts where it is written with capitals. A plain word, a person, small letters and
initials count only where the words around them speak of reporting, and never inside a longer name
("Fortune 500"). The words of reporting are English.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from enum import IntEnum

# With the marks written over, under and behind letters, which are no letters by themselves.
_MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0963\u0966-\u0dff\u0e31-\u0e4e"
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
LONGEST = 12  # words; a longer heading value is a sentence, not a name
SPELLED = 3  # words; two initials are those of many names
JOINING = frozenset(("and", "for", "of", "the"))
MINOR = frozenset(("a", "an", "and", "at", "for", "in", "of", "on", "the", "to"))

_BETWEEN = re.compile(r"[ .,\-'’&|:–—/·»()]{0,4}")
_REPORTING_WORDS = """
    according account accounts analysis article articles author authors cited column columnist
    columns correspondent cover coverage covered covers describe described describes discussed
    editorial essay excerpt excerpts feature featured interview journalist magazine mentioned
    newspaper noted outlet outlets piece pieces post posts publication publish published publishes
    publishing report reported reporter reporting reportedly reports review reviews said says
    say stated states stories story wrote write writes writing written
"""
_CLAIMING_WORDS = """
    argue argues argued claim claims claimed discuss discusses discussed imply implies implied
    indicate indicates indicated mention mentions mentioned recommend recommends recommended reveal
    reveals revealed suggest suggests suggested
"""
_WRITING_WORDS = """
    analysis article articles column columns editorial essay feature piece pieces post posts report
    reported reports stories story write writes wrote
"""
_REPORTING = frozenset(_REPORTING_WORDS.split())
_CLAIMING = frozenset(_CLAIMING_WORDS.split())
_WRITING = frozenset(_WRITING_WORDS.split())
_NOUNS = frozenset(("article", "articles", "magazine", "newspaper"))


class Form(IntEnum):
    """What a form of a name is, the surest first."""

    SURE = 0  # several words, or capitals where common words have none
    PLAIN = 1  # one word in ordinary letters
    PERSON = 2
    INITIALS = 3


def fold(text: str) -> str:
    """Letters and digits alone, joined, without case and accents; "&" is "and"."""
    bare = unicodedata.normalize("NFKD", text.replace("&", " and "))
    return "".join(c for c in bare if c.isalnum() and not unicodedata.combining(c)).casefold()


class Mentions:
    """One question, word by word."""

    def __init__(self, question: str) -> None:
        """Take it apart."""
        self.question = question
        self.words = list(WORD.finditer(question))
        self.low = [word[0].casefold() for word in self.words]
        self.reporting = not _REPORTING.isdisjoint(self.low)

    def stretches(self) -> Iterator[tuple[str, int, int]]:
        """``(folded words, first word, last word)`` of all that could be a name.

        In order of the first word, the longest first.
        """
        folded = [fold(word[0]) for word in self.words]
        for first in range(len(self.words)):
            key, found = folded[first], [(folded[first], first, first)]
            for last in range(first + 1, min(first + LONGEST, len(self.words))):
                gap = self.question[self.words[last - 1].end() : self.words[last].start()]
                if not _BETWEEN.fullmatch(gap):
                    break
                key += ("and" if "&" in gap else "") + folded[last]
                found.append((key, first, last))
            yield from reversed(found)

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Offsets of the words ``first`` to ``last``."""
        return self.words[first].start(), self.words[last].end()

    def initials(self, first: int, last: int) -> str:
        """The initials of these words, folded; empty unless they are a name of three or more.

        Three letters fit many a name by chance: those count where the question speaks of reporting.
        """
        words = [word[0] for word in self.words[first : last + 1]]
        named = [word for word in words if word.casefold() not in JOINING]
        enough = len(named) > SPELLED or (len(named) == SPELLED and self.reporting)
        ends = {words[0].casefold(), words[-1].casefold()}
        if not enough or ends & JOINING or not all(word[0].isupper() for word in named):
            return ""
        if self._inside_a_longer_name(first, last):
            return ""
        return fold("".join(word[0] for word in named))

    def meant(self, form: Form, first: int, last: int) -> bool:
        """Whether these words are meant as a source.

        Args:
            form: what they would be.
            first: the number of the first word.
            last: the number of the last one.
        """
        words = [word[0] for word in self.words[first : last + 1]]
        if form is Form.INITIALS:
            written = len(words) == 1 and words[0].isupper()
            return written and (len(words[0]) > 2 or self._reported(first, last))
        named = [word for word in words if word.casefold() not in MINOR] or words
        small = any(word[0].islower() for word in named)
        if form is Form.SURE:
            return not small or self._is_address(first, last) or self._reported(first, last)
        if small or first == 0:
            # "People said", "the time according to": capitals tell nothing here.
            return not _NOUNS.isdisjoint(self._after(last)[:1])
        if self._inside_a_longer_name(first, last):
            return False
        if form is Form.PERSON:
            return self.reporting and self._signs(first, last)
        return self.reporting or self._beside(first, last)

    def _is_address(self, first: int, last: int) -> bool:
        start, end = self.span(first, last)
        return "." in self.question[start:end] and not any(
            map(str.isspace, self.question[start:end])
        )

    def _reported(self, first: int, last: int) -> bool:
        """Whether "according to" stands before it, or "article", "said" and the like behind it."""
        according = self.low[max(0, first - 2) : first] == ["according", "to"]
        return according or not _REPORTING.isdisjoint(self._after(last)[:1])

    def _beside(self, first: int, last: int) -> bool:
        """Whether the words next to it say that it is a source, though none speaks of reporting."""
        before, after = self.low[first - 1 : first], self._after(last)
        return before == ["by"] or not _CLAIMING.isdisjoint((*before, *after[:1]))

    def _signs(self, first: int, last: int) -> bool:
        """Whether a person is named as an author, not as one who "said" something."""
        before = self.low[first - 1 : first], self.low[max(0, first - 2) : first]
        behind = not _WRITING.isdisjoint(self._after(last)[:1])
        return behind or before[0] == ["by"] or before[1] == ["according", "to"]

    def _after(self, last: int) -> list[str]:
        after = self.low[last + 1 : last + 4]
        return after[1:] if after[:1] == ["s"] else after

    def _inside_a_longer_name(self, first: int, last: int) -> bool:
        """Whether it stands as in "Fortune 500" or "Daily Sun", not as in "Time Article"."""
        before = first - 2 if self.low[first - 1] == "of" else first - 1
        if before > 0 and self._goes_on(before, self.words[before][0]):
            return True
        if last + 1 == len(self.words) or self.low[last + 1] in _REPORTING:
            return False
        return self._goes_on(last, self.words[last + 1][0])

    def _goes_on(self, left: int, neighbour: str) -> bool:
        gap = self.question[self.words[left].end() : self.words[left + 1].start()]
        return gap == "-" or (gap.isspace() and not neighbour[0].islower())
