"""A question with halves: each answered by its own articles, and what is open is said."""

from __future__ import annotations

from qa_app.assistant import SOME_PARTS, Assistant
from tests.qa_app.checks import check_answered, check_not_found

DRONES = "What did the wsws.org article of 5 March 2020 say of the drone strike"


def test_a_question_with_halves_is_answered_by_halves(
    assistant: Assistant, originals: dict[str, str]
) -> None:
    both = assistant.ask(f"{DRONES}, and does BreaknLinks say how Milley called the Taliban?")
    check_answered(both, originals)
    publishers = [c.article.publisher for c in both.citations]
    assert {"wsws.org", "BreaknLinks"} <= set(publishers)
    # Each half speaks in its turn.
    assert publishers[0] == "wsws.org"
    assert both.notices == ()
    assert len({(c.article.id, c.start) for c in both.citations}) == len(both.citations)


def test_a_half_without_an_answer_is_said(assistant: Assistant, originals: dict[str, str]) -> None:
    half = assistant.ask(f"{DRONES}, and what did New Eastern Outlook write about apple pie?")
    check_answered(half, originals)
    assert half.notices == (SOME_PARTS,)
    none = assistant.ask(
        "What did the wsws.org article say of apple pie, and what did New Eastern Outlook write "
        "about the recipe?"
    )
    check_not_found(none, originals)
    assert (none.notices, none.missing) == ((), "Nothing in these articles mentions “apple”, "
                                            "“pie” or “recipe”.")  # fmt: skip
