"""What to look at first: a record of findings as sentences with a number and an instruction.

Enters: the record that ``study.py`` made. Leaves: a list in order of importance, written for a
news analyst. Deliberately looks at no article: every number is the record's.

Importance is the harm done: what is not in the collection cannot be found, what is wrong misleads,
what is missing only limits. The bounds are this project's judgement, and each is told where it
is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import floor
from typing import Any

from eval.own.rules import FIX, KNOW, LOOK, RULES

Record = Mapping[str, Any]

LEVELS = (FIX, LOOK, KNOW)

# A fault in this share of the articles, and in so many, is a fault of the source.
MANY, MANY_ARTICLES = 0.2, 3
# Shares of known-item queries below which something is likely wrong. On 150 news articles of late
# 2023, 100% of the sentences and of the headlines came in the first ten.
FOUND, FOUND_BADLY = 0.95, 0.85
REFUSED, REFUSED_BADLY = 0.95, 0.8
ANSWERED = 0.9
UNREACHED = 0.05


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to look at: how grave, what, how much of how many, and what to do about it.

    ``section`` is the part of the report that lists what is meant.
    """

    level: str
    say: str
    do: str
    count: int
    of: int
    section: str

    @property
    def order(self) -> tuple[int, bool, float]:
        """Grave first, above all what is not in; then what concerns the larger share."""
        absent = self.section in {"skipped", "nothing_to_cite"}
        return LEVELS.index(self.level), not absent, -self.count / max(self.of, 1)


_ONE = {"has": "has", "is": "is", "holds": "holds", "shares": "shares", "its": "its", "them": "it"}
_MORE = {"has": "have", "is": "are", "holds": "hold", "shares": "share"}
_MORE |= {"its": "their", "them": "them"}


def advise(record: Record) -> list[dict[str, Any]]:
    """What to look at, most important first; empty where nothing was seen."""
    found = [
        *_skipped(record),
        *_checks(record),
        *_search(record),
        *_copies(record),
        *_rest(record),
    ]
    return [asdict(one) for one in sorted(found, key=lambda one: one.order)]


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 article``, ``1,200 articles``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def _checks(record: Record) -> Iterator[Advice]:
    of = record["articles"]
    for name, rule in RULES.items():
        flagged = record["checks"][name]
        count = len(flagged)
        if not count:
            continue
        says = rule.says.format(**(_ONE if count == 1 else _MORE))
        level = rule.many if count >= max(MANY * of, MANY_ARTICLES) else rule.level
        do = _stated(rule.do, {one["format"] for one in flagged})
        yield Advice(level, f"{count:,} of {counted(of, 'article')} {says}", do, count, of, name)


def _stated(text: str, formats: set[str]) -> str:
    """Fill in how a value is stated, for files, for lines of a .jsonl, or for both."""
    head, mark, rest = text.partition("{state:")
    if not mark:
        return text
    what, _, tail = rest.partition("}")
    key, _, example = what.partition("=")
    value = f'"{key}": "{example}"'
    ways = []
    if formats - {"jsonl"}:
        ways.append(f"in a file name.meta.json beside name.txt: {{{value}}}")
    if "jsonl" in formats:
        ways.append(f"in its line of the .jsonl: {value}")
    return f"{head}{'; or '.join(ways)} (README, Articles){tail}"


def _skipped(record: Record) -> Iterator[Advice]:
    skipped = record["skipped"]
    if skipped:
        lines = sum(one["line"] is not None for one in skipped)
        parts = [counted(len(skipped) - lines, "file")] if len(skipped) > lines else []
        parts += [counted(lines, "line")] if lines else []
        were = "was" if len(skipped) == 1 else "were"
        yield Advice(
            FIX,
            f"{' and '.join(parts)} {were} skipped: nothing in {'it' if were == 'was' else 'them'} "
            f"can be found.",
            "The reasons are listed below, each with what helps. Mend what should be searchable, "
            "take the rest out of the folder, and run this again.",
            len(skipped),
            len(skipped) + record["articles"],
            "skipped",
        )


def _search(record: Record) -> Iterator[Advice]:
    asked = record["asked"]
    for name, noun, brings, reasons in (
        ("sentences", "sentence", "its passage", "long tables, lists and repeated notices are"),
        ("headlines", "headline", "its article", "series and copies with like titles are"),
    ):
        of, lost = asked[name], len(asked[f"{name}_missed"])
        if lost > (1 - FOUND) * of:
            yield Advice(
                FIX if lost > (1 - FOUND_BADLY) * of else LOOK,
                f"{lost:,} of {counted(of, noun)} did not bring {brings} among the first ten.",
                f"Read the ones listed: {reasons} the usual reason. In ordinary news fewer than "
                f"one in twenty is lost.",
                lost,
                of,
                f"{name}_missed",
            )
    yield from _refusals(record)
    refused, of = asked["control_refused"], asked["control"]
    if refused > (1 - ANSWERED) * of:
        yield Advice(
            FIX,
            f"{refused:,} of {counted(of, 'sentence')} of your own articles were refused when "
            f"asked for.",
            "Too much is refused: try a lower QA_THRESHOLD.",
            refused,
            of,
            "figures",
        )
    reach = record["unreached"]
    lost = len(reach["passages"])
    if lost > UNREACHED * reach["sampled"]:
        yield Advice(
            LOOK,
            f"{lost:,} of {counted(reach['sampled'], 'sampled passage')} came among the first ten "
            f"of none of the {counted(reach['queries'], 'query', 'queries')} asked.",
            "The list says for each what may be the reason. Other queries may still find them.",
            lost,
            reach["sampled"],
            "unreached",
        )


def _refusals(record: Record) -> Iterator[Advice]:
    asked = record["asked"]
    of, wrong = asked["elsewhere"], asked["not_refused"]
    if not wrong:
        return
    level = KNOW if len(wrong) <= (1 - REFUSED) * of else LOOK
    level = FIX if len(wrong) > (1 - REFUSED_BADLY) * of else level
    above = floor(100 * max(one["confidence"] for one in wrong)) / 100 + 0.01
    was, they, all_ = ("was", "it", "it") if len(wrong) == 1 else ("were", "each", "all of them")
    refuse = (
        f" A QA_THRESHOLD of {above:.2f} would have refused {all_}, and more questions that do "
        f"have an answer."
    )
    yield Advice(
        level,
        f"{len(wrong):,} of {counted(of, 'question')} that these articles cannot answer {was} "
        f"answered all the same.",
        f"Read {they} below, and judge: does the sentence mislead, or is it plain that it is about "
        f"something else?{refuse if above < 1 else ''}",
        len(wrong),
        of,
        "not_refused",
    )


def _copies(record: Record) -> Iterator[Advice]:
    of = record["articles"]
    for name, like, do in (
        (
            "exact_repeats",
            "word for word the same",
            "An answer may cite one text twice as if two sources said it. Keep one of each; "
            "`python -m embeddings remove ARTICLE` takes one out.",
        ),
        (
            "near_duplicates",
            "nearly the same",
            "Reprints and updates of one story: count them as one source. Where one corrects "
            "another, think of keeping the newer one alone.",
        ),
    ):
        sizes = [
            len(each if name == "exact_repeats" else each["articles"]) for each in record[name]
        ]
        if sizes:
            yield Advice(
                LOOK,
                f"{sum(sizes):,} of {counted(of, 'article')} are {like} as another, in "
                f"{counted(len(sizes), 'group')}.",
                do,
                sum(sizes),
                of,
                name,
            )


def _rest(record: Record) -> Iterator[Advice]:
    for name, noun, says, do in _OTHERS:
        found: Sequence[Any] = record[name]
        if found:
            # Of files that are the same, one is not a copy.
            copied = name == "copied_files"
            count = sum(len(paths) - 1 for paths in found) if copied else len(found)
            text = says(count == 1)
            yield Advice(KNOW, f"{counted(count, noun)} {text}", do, 0, 1, name)


_OTHERS: Sequence[tuple[str, str, Callable[[bool], str], str]] = (
    (
        "shared_sentences",
        "sentence",
        lambda one: f"{'stands' if one else 'stand'} in five articles or more.",
        "Mostly an outlet's notices, not news. If they come up in answers, cut them out of the "
        "texts before you index.",
    ),
    (
        "copied_files",
        "file",
        lambda one: (
            f"{'is' if one else 'are'} byte for byte the same as another; one article is kept for "
            "them."
        ),
        "Nothing to do, unless one of them should have been something else.",
    ),
    (
        "warnings",
        "warning",
        lambda one: f"{'was' if one else 'were'} given while reading; the articles are in.",
        "Read them below: a sidecar or a date may not have been used as you meant.",
    ),
)


def notes(record: Record) -> list[str]:
    """What must be known to read the figures rightly, and which checks do not apply."""
    asked, articles = record["asked"], record["articles"]
    found = []
    if asked["sentences"] or asked["headlines"]:
        found.append(
            "The words of these queries stand in what they look for, so they are easy. A low share "
            "means that something is wrong; a high one does not promise that questions in other "
            "words are answered."
        )
    if asked["passages_sampled"] < record["passages"]:
        found.append(
            f"{asked['passages_sampled']:,} of {counted(record['passages'], 'passage')} were "
            f"sampled; --limit takes more. The same articles give the same sample."
        )
    silent = asked["passages_sampled"] - asked["sentences"]
    if silent:
        found.append(
            f"{counted(silent, 'sampled passage')} had no sentence with enough words to be asked."
        )
    if not asked["titled"]:
        found.append("No article has a title: headlines do not apply.")
    elif asked["titled"] < articles:
        found.append(f"{asked['titled']:,} of {counted(articles, 'article')} have a title to ask.")
    if not record["unreached"]["queries"]:
        found.append("Nothing could be asked, so whether passages are reached does not apply.")
    if articles == 1:
        found.append("There is one article: copies and shared sentences do not apply.")
    names = sorted(set(asked["left_out"].values()))
    if names:
        found.append(
            f"{counted(len(asked['left_out']), 'question')} from elsewhere left out, since your "
            f"articles mention {', '.join(names)}."
        )
    return found
