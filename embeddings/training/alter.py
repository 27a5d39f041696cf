"""A question in, the same question as others would put it, or one that is not answered any more.

Enters: a question, the passage that answers it, text from elsewhere in the same document. Leaves:
another question. Deliberately knows nothing of models or of how a set is stored.

``reword``, ``in_other_words`` and ``mistype`` keep what is asked: people type keywords, errors, and
words that the text has not.
``unanswerable`` changes one thing that the passage says, so that every other word still fits: a
name, a number, an opposite, a negation, a word. These are the kinds that people used to write
unanswerable questions for SQuAD 2.0 (Rajpurkar et al., ACL 2018, table 1), made by rule.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping

from embeddings.lexical import QUESTION_WORDS, analyzer

_NAME = re.compile(
    r"\b[A-Z][\w'’&.-]*[\w](?:\s+(?:of\s+(?:the\s+)?|de\s+|von\s+|al-)?[A-Z][\w'’&.-]*[\w])*"
)
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_WORD = re.compile(r"\b[a-z]{5,}\b")
_TYPED = re.compile(r"[^\W\d_]{5,}")

_OPPOSITES = """
first/last earliest/latest before/after largest/smallest biggest/smallest highest/lowest
longest/shortest oldest/youngest best/worst most/least more/less more/fewer greater/lesser
higher/lower larger/smaller longer/shorter older/newer early/late north/south northern/southern
east/west eastern/western above/below inside/outside indoor/outdoor increase/decrease
increased/decreased increasing/decreasing rise/fall rose/fell gain/lose gained/lost win/lose
won/lost begin/end began/ended beginning/ending start/stop started/stopped open/close opened/closed
allow/forbid allowed/forbidden accept/reject accepted/rejected support/oppose supported/opposed
agree/disagree agreed/disagreed succeed/fail succeeded/failed import/export imported/exported
buy/sell bought/sold give/take gave/took enter/leave entered/left arrive/depart arrived/departed
build/destroy built/destroyed add/remove added/removed public/private male/female men/women
man/woman boy/girl father/mother son/daughter brother/sister husband/wife king/queen rich/poor
strong/weak hot/cold warm/cool light/dark hard/soft easy/difficult fast/slow cheap/expensive
positive/negative major/minor maximum/minimum ancient/modern urban/rural domestic/foreign
internal/external upper/lower left/right good/bad like/dislike liked/disliked love/hate loved/hated
safe/dangerous common/rare always/never include/exclude included/excluded with/without
accepts/rejects accepting/rejecting acceptance/rejection acceptable/unacceptable allows/prevents
allow/prevent allowed/prevented allowing/preventing permit/forbid permitted/forbidden able/unable
absence/presence absent/present abundant/scarce accelerate/slow accelerated/slowed agrees/disagrees
agreement/disagreement approve/reject approved/rejected approval/rejection appear/disappear
appeared/disappeared arrival/departure attack/defend attacked/defended attacks/defends
attack/defense attackers/defenders automatic/manual automatically/manually borrow/lend broad/narrow
complex/simple confirm/deny confirmed/denied connect/disconnect conservative/liberal
constant/variable create/destroy created/destroyed decline/growth declined/grew defeat/victory
demand/supply encourage/discourage enemy/friend enemies/friends expand/shrink expanded/shrank
exports/imports failure/success failures/successes forget/remember freedom/slavery gains/losses
guilty/innocent happy/unhappy healthy/sick helpful/harmful hire/fire hired/fired improve/worsen
improved/worsened improvement/decline inner/outer junior/senior lawful/unlawful legal/illegal
loses/wins loss/profit losses/profits majority/minority natural/artificial normal/abnormal
offensive/defensive optimistic/pessimistic peace/war peaceful/violent permanent/temporary
popular/unpopular possible/impossible powerful/weak praise/criticize praised/criticized
protect/harm raise/lower raised/lowered regular/irregular release/capture released/captured
release/arrest released/arrested similar/different single/multiple smart/stupid stable/unstable
strength/weakness strengths/weaknesses strengthen/weaken strengthened/weakened superior/inferior
support/opposition teacher/student teachers/students tight/loose true/false trust/distrust
useful/useless vulnerable/safe winner/loser winners/losers
"""
OPPOSITES: dict[str, tuple[str, ...]] = {}
for _pair in _OPPOSITES.split():
    _one, _other = _pair.split("/")
    OPPOSITES[_one] = (*OPPOSITES.get(_one, ()), _other)
    OPPOSITES[_other] = (*OPPOSITES.get(_other, ()), _one)

_NEGATED = {
    "did": "didn't", "does": "doesn't", "do": "don't", "is": "isn't", "are": "aren't",
    "was": "wasn't", "were": "weren't", "can": "can't", "could": "couldn't", "will": "won't",
    "would": "wouldn't", "has": "hasn't", "have": "haven't", "had": "hadn't",
    "should": "shouldn't",
}  # fmt: skip
_AUXILIARY = re.compile(rf"\b(?:{'|'.join(_NEGATED)})\b")
_LOWER = re.compile(r"(?<![\w'’-])[a-z]{4,}(?![\w'’-])")
# How many of the words that have another one are replaced.
REPLACED = 0.6
_LEADS = (
    "According to the article, {}",
    "Tell me, {}",
    "I would like to know: {}",
    "Do the articles say {}",
    "{} Please answer.",
)

Change = Callable[[str, str, str], str | None]


class Alterer:
    """Alters questions; the same random numbers give the same questions."""

    def __init__(
        self, rng: random.Random, synonyms: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        """Draw from ``rng``; ``synonyms`` are other words for words, none unless given."""
        self.rng = rng
        self._synonyms = synonyms or {}
        self._stem = analyzer()

    def unanswerable(self, question: str, passage: str, elsewhere: str) -> str | None:
        """A question that the passage almost answers; None where no rule fits.

        Args:
            question: answered by ``passage``.
            passage: its text.
            elsewhere: other text of the same document or subject, to take names and words from.
        """
        changes: list[Change] = [self._name, self._number, self._opposite, self._word, self._negate]
        weights = [0.35, 0.2, 0.25, 0.15, 0.05]
        while changes:
            change = self.rng.choices(changes, weights)[0]
            altered = change(question, passage, elsewhere)
            if altered is not None and altered != question:
                return altered
            at = changes.index(change)
            del changes[at], weights[at]
        return None

    def reword(self, question: str) -> str:
        """The question as keywords, or with other words before or after it."""
        if self.rng.random() < 0.5:
            words = question.rstrip("?. ").split()
            kept = [w for w in words if w.lower().strip(",") not in QUESTION_WORDS]
            # The question word says which kind of answer is wanted: it mostly stays.
            asks = [words[0]] if words and self.rng.random() < 0.7 and words[0] not in kept else []
            if len(kept) > 1:
                return " ".join([*asks, *kept])
        lead = self.rng.choice(_LEADS)
        # An acronym or a name stays as it is; a question word does not begin a sentence any more.
        begins = question.split(" ", 1)[0].lower() in QUESTION_WORDS
        follows = begins and not lead.startswith("{")
        lowered = question[:1].lower() + question[1:] if follows else question
        return lead.format(lowered)

    def in_other_words(self, question: str) -> str:
        """The question with some of its words replaced by others that mean nearly the same."""

        def other(found: re.Match[str]) -> str:
            known = self._synonyms.get(found[0])
            return self.rng.choice(known) if known and self.rng.random() < REPLACED else found[0]

        return _LOWER.sub(other, question)

    def mistype(self, question: str) -> str:
        """The question with one or two words typed wrongly, never the first."""
        found = list(_TYPED.finditer(question))[1:]
        for word in sorted(self.rng.sample(found, min(len(found), 2)), key=lambda m: -m.start()):
            at = word.start() + self.rng.randrange(1, len(word[0]) - 1)
            slip = self.rng.randrange(3)
            middle = (question[at + 1] + question[at], "", question[at] * 2)[slip]
            question = question[:at] + middle + question[at + (2 if slip == 0 else 1) :]
        return question

    def _name(self, question: str, passage: str, elsewhere: str) -> str | None:
        names = [m for m in _NAME.finditer(question) if m[0].lower() not in QUESTION_WORDS]
        names = [m for m in names if m.start() or m[0].split()[0].lower() not in QUESTION_WORDS]
        if not names:
            return None
        name = self.rng.choice(names)
        # A name of the same passage is the harder miss, and now and then no miss at all.
        source = passage if self.rng.random() < 0.35 else elsewhere
        near = source is passage
        others = [
            m[0]
            for m in _NAME.finditer(source)
            if m.start()
            and source[m.start() - 2 : m.start()] not in (". ", "? ", "! ")
            and not self._shares(m[0], question)
            and (near or m[0] not in passage)
            and abs(len(m[0].split()) - len(name[0].split())) < 2
        ]
        return self._put(question, name, others)

    def _number(self, question: str, passage: str, elsewhere: str) -> str | None:
        numbers = list(_NUMBER.finditer(question))
        if not numbers:
            return None
        number = self.rng.choice(numbers)
        alike = [m[0] for m in _NUMBER.finditer(passage + " " + elsewhere)]
        others = [n for n in alike if len(n) == len(number[0]) and n != number[0]]
        if number[0].isdigit() and self.rng.random() < 0.5:
            others = [str(abs(int(number[0]) + self.rng.choice([-10, -3, -2, -1, 1, 2, 3, 10])))]
        return self._put(question, number, others)

    def _opposite(self, question: str, _passage: str, _elsewhere: str) -> str | None:
        found = [m for m in re.finditer(r"[a-z]+", question) if m[0] in OPPOSITES]
        if not found:
            return None
        word = self.rng.choice(found)
        return self._put(question, word, list(OPPOSITES[word[0]]))

    def _negate(self, question: str, _passage: str, _elsewhere: str) -> str | None:
        found = _AUXILIARY.search(question)
        return None if found is None else self._put(question, found, [_NEGATED[found[0]]])

    def _word(self, question: str, passage: str, elsewhere: str) -> str | None:
        inside = set(self._stem.analyze(passage))
        words = [
            m
            for m in _WORD.finditer(question)
            if m[0] not in QUESTION_WORDS and set(self._stem.analyze(m[0])) & inside
        ]
        if not words:
            return None
        word = self.rng.choice(words)
        # The same ending is mostly the same part of speech.
        others = [
            w
            for w in dict.fromkeys(_WORD.findall(elsewhere))
            if w[-2:] == word[0][-2:]
            and w not in QUESTION_WORDS
            and w not in self._synonyms.get(word[0], ())
            and word[0] not in self._synonyms.get(w, ())
            and not set(self._stem.analyze(w)) & inside
        ]
        return self._put(question, word, others)

    def _put(self, question: str, found: re.Match[str], others: list[str]) -> str | None:
        if not others:
            return None
        return question[: found.start()] + self.rng.choice(others) + question[found.end() :]

    def _shares(self, name: str, question: str) -> bool:
        return bool(set(self._stem.analyze(name)) & set(self._stem.analyze(question)))
