"""A question and an answer in, a statement that says both out; by rule, so not always good English.

Enters: a question, the words that answer it. Leaves: one statement. Deliberately knows nothing of
whether the answer is right.

The rules put the answer where the question word stands or would stand. Where no rule fits, the
question is told first and the answer after it: all words are there, and a claim need not be well
written.
"""

from __future__ import annotations

import re

_AUXILIARY = "is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must"
_HELPING = re.compile(rf"^({_AUXILIARY})\b\s*", re.IGNORECASE)
_DO = ("do", "does", "did")
_BE = ("is", "are", "was", "were")
_ASKED = re.compile(
    r"^((?:in|on|at|to|from|for|by|with|of|during|under|through|into)\s+)?"
    r"(who|whom|what|which|whose|when|where|why|how\s+(?:many|much|long|old|often|far)|how)\b\s*",
    re.IGNORECASE,
)
# What follows the subject of "When was X ..." as a rule: there the auxiliary goes.
_PARTICIPLE = re.compile(
    r"^(?:\w+(?:ed|en|wn)|born|built|made|held|found|sold|written|said|set|put|led|won|lost|known|"
    r"sent|seen|taught|brought|bought|caught|sung|begun|cut|hit|hurt|kept|left|met|paid|read|shot|"
    r"told|located|able|likely|used)$",
    re.IGNORECASE,
)
_YEAR = re.compile(r"^(?:early |late |mid-?)?\d{3,4}s?$")
_LATER = re.compile(r"\b(?:what|which|who|whom|whose|how many|how much|where|when)\b")
# What a subject begins with; anything else after "What can" is already what it can do.
_SUBJECT = re.compile(
    r"^(?:[A-Z0-9]|(?:the|a|an|this|that|these|those|his|her|its|their|it|he|she|"
    r"they|we|you|i|some|most|many|all|people)\b)"
)
_SPACE = re.compile(r"\s+([,.;:])")


def statement(question: str, answer: str) -> str:
    """Say in one sentence what the question asks with its answer."""
    asked = " ".join(question.split()).strip().rstrip("?.! ")
    told = " ".join(answer.split()).strip().rstrip(".,;: ")
    # What stands before a question word says where or when it is so.
    lead, _, rest = asked.rpartition(", ")
    if not (lead and _ASKED.match(rest)):
        lead, rest = "", asked
    found = _ASKED.match(rest)
    said = _said(found, rest[found.end() :], told) if found else _within(rest, told)
    said = said.strip()
    if lead:
        said = f"{lead}, {said}"
    return _SPACE.sub(r"\1", said[:1].upper() + said[1:]) + "."


def _said(found: re.Match[str], rest: str, answer: str) -> str:
    before, word = (found[1] or "").lower(), " ".join(found[2].lower().split())
    helping = _HELPING.match(rest)
    if word in ("how many", "how much"):
        return _counted(rest, answer)
    if word in ("which", "what", "whose") and not helping:
        return _of_a_kind(before, rest, answer)
    if helping is None:
        return f"{before}{answer} {rest}"
    verb, body = helping[1].lower(), rest[helping.end() :]
    if word in ("who", "what", "which", "whom") and not before:
        if verb in _DO:
            return f"{body} {answer}"
        inner = _inverted(verb, body) if verb not in _BE and _SUBJECT.match(body) else ""
        return f"{inner} {answer}" if inner else f"{answer} {verb} {body}"
    inner = body if verb in _DO else _inverted(verb, body) or f"{body} {verb}"
    return f"{inner} {before or _joined(word, answer)}{answer}"


def _within(asked: str, answer: str) -> str:
    """The answer in the place of a question word that is not the first."""
    told, count = _LATER.subn(lambda _: answer, asked, count=1)
    return told if count else f"{asked}: {answer}"


def _joined(word: str, answer: str) -> str:
    """What goes before an answer to such a question word, unless it is there."""
    if answer.split(" ", 1)[0].lower() in (
        "in", "on", "at", "by", "from", "because", "to", "during", "after", "before", "near", "for",
    ):  # fmt: skip
        return ""
    if word == "why":
        return "because of "
    if word == "how":
        return "by "
    if word == "where" or (word == "when" and _YEAR.match(answer)):
        return "in "
    return "for " if word == "how long" else "on " if word == "when" else ""


def _inverted(verb: str, body: str) -> str:
    """Turn "verb X ..." into "X verb ..."; empty where the end of X does not show."""
    words = body.split(" ")
    for i, each in enumerate(words[1:], start=1):
        if each == "be" or _PARTICIPLE.match(each):
            return " ".join([*words[:i], verb, *words[i:]])
    return ""


def _counted(rest: str, answer: str) -> str:
    """How many things: the number goes before them, and they after what is done."""
    words = rest.split(" ")
    for i, each in enumerate(words):
        if i and each.lower() in _DO:
            return f"{' '.join(words[i + 1 :])} {answer} {' '.join(words[:i])}"
        if i and _HELPING.match(each + " ") and i + 1 < len(words) and words[i + 1] == "there":
            return f"there {each} {answer} {' '.join(words[:i])} {' '.join(words[i + 2 :])}"
    return f"{answer} {rest}"


def _of_a_kind(before: str, rest: str, answer: str) -> str:
    """Which thing of a kind: the kind stays beside the answer."""
    words = rest.split(" ")
    for i, each in enumerate(words):
        if i and each.lower() in _DO:
            kind = " ".join(words[:i])
            return f"{' '.join(words[i + 1 :])} {before}the {kind} {answer}"
        if i and each.lower() in _BE:
            inner = _inverted(each.lower(), " ".join(words[i + 1 :]))
            kind = " ".join(words[:i])
            if inner and (before or kind.lower() in ("year", "date", "day", "month", "century")):
                return f"{inner} {before or 'in '}the {kind} {answer}"
            return f"{before}{answer} {' '.join(words[i:])}"
    return f"{before}{answer} {' '.join(words[1:])}" if len(words) > 1 else f"{rest} {answer}"
