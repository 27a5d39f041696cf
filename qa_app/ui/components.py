"""The page's own components: an answer, the article viewer, lists, messages.

Enters: the plain data of ``qa_app.ui.view``. Leaves: elements on the page, and what was chosen in
them. Their scripts and styles are the static files beside this module; data reaches the page
through ``textContent`` alone. Each is registered once, when this module is imported.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import streamlit as st

Tone = Literal["info", "warning", "error"]
Acted = Callable[[str, str], None]
# What was done, to which item, and what was written.
Wrote = Callable[[str, str, str], None]

_HERE = Path(__file__).resolve().parent
# A file of ours: Streamlit fetches its own page icons from another host.
ICON = _HERE / "icon.svg"


def _read(*names: str) -> str:
    return "\n".join((_HERE / name).read_text(encoding="utf-8") for name in names)


_answer = st.components.v2.component(
    "cited_qa_answer",
    css=_read("common.css", "writing.css", "answer.css", "feedback.css"),
    js=_read("dom.js", "icons.js", "writing.js", "feedback.js", "answer.js"),
)
_understood = st.components.v2.component(
    "cited_qa_understood",
    css=_read("common.css", "feedback.css"),
    js=_read("dom.js", "icons.js", "writing.js", "feedback.js", "understood.js"),
)
_viewer = st.components.v2.component(
    "cited_qa_viewer",
    css=_read("common.css", "viewer.css"),
    js=_read("dom.js", "viewer.js"),
)
_rows = st.components.v2.component(
    "cited_qa_rows",
    css=_read("common.css", "writing.css", "rows.css"),
    js=_read("dom.js", "writing.js", "rows.js"),
)
_arrive = st.components.v2.component("cited_qa_arrive", js=_read("dom.js", "arrive.js"))


def style_page() -> None:
    """Put the page's own style sheet in force."""
    st.html(_HERE / "page.css")


def answer(
    view: Mapping[str, Any],
    key: str,
    on_open: Callable[[str], None],
    on_rate: Callable[[object, object], None],
    on_revise: Callable[[str], None],
) -> None:
    """Draw an answer.

    Args:
        view: what it shows.
        key: the component's.
        on_open: gets the key of a source that was chosen.
        on_rate: gets a verdict and a comment, as the script sent them.
        on_revise: gets the question as it should have been understood.
    """

    def opened() -> None:
        which = st.session_state[key].get("opened")
        if isinstance(which, str):
            on_open(which)

    def rated() -> None:
        given = st.session_state[key].get("rated")
        if isinstance(given, Mapping):
            on_rate(given.get("verdict"), given.get("comment"))

    def revised() -> None:
        text = st.session_state[key].get("revised")
        if isinstance(text, str):
            on_revise(text)

    _answer(
        key=key,
        data=dict(view),
        on_opened_change=opened,
        on_rated_change=rated,
        on_revised_change=revised,
    )


def understood(view: Mapping[str, Any], key: str) -> None:
    """Say how a question is read that has no answer yet."""
    _understood(key=key, data=dict(view))


def arrive(key: str) -> None:
    """Bring the question above this place to the top of the page, once."""
    _arrive(key=key)


def viewer(view: Mapping[str, Any] | None, key: str, on_close: Callable[[], None]) -> None:
    """Show an article beside the page, or nothing for None."""
    _viewer(key=key, data=None if view is None else dict(view), on_closed_change=on_close)


def rows(
    items: Sequence[Mapping[str, Any]],
    key: str,
    on_act: Acted | None = None,
    on_write: Wrote | None = None,
    **look: Any,  # noqa: ANN401 (passed on to the script as JSON)
) -> None:
    """Draw a list.

    Args:
        items: ``id``, ``title``, and optionally ``detail``, ``untitled``, ``current``, ``label``
            (spoken instead of the title) and ``actions``: ``name``, ``text``, ``sure`` for one
            that is asked twice, ``field`` (``label``, ``value``, ``save``) for one that takes
            words.
        key: the component's.
        on_act: gets the action's name and the item's id; for the pager "page" and its number.
        on_write: gets the same of an action that takes words, and the words.
        look: ``variant`` (list, choices, facts), ``main`` (the action of the title), ``label``,
            ``empty``, ``pager`` (``page`` of ``pages``).
    """

    def acted() -> None:
        what = st.session_state[key].get("acted")
        if on_act and isinstance(what, Mapping):
            on_act(str(what.get("action")), str(what.get("id")))

    def wrote() -> None:
        what = st.session_state[key].get("wrote")
        if on_write and isinstance(what, Mapping):
            on_write(str(what.get("action")), str(what.get("id")), str(what.get("text")))

    data = {"variant": "list", "rows": [dict(each) for each in items], **look}
    _rows(key=key, data=data, on_acted_change=acted, on_wrote_change=wrote)


def message(
    tone: Tone, heading: str, text: str = "", *, key: str, items: Sequence[str] = ()
) -> None:
    """Say something that matters; nothing in it is read as Markdown."""
    listed = [{"id": str(place), "title": item} for place, item in enumerate(items)]
    rows(listed, key, variant="message", tone=tone, heading=heading, text=text)
