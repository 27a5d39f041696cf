"""The sidebar: what the collection holds, what the search is limited to, articles, conversations.

Enters: the collection's status and rows. Leaves: elements, and changes asked of the collection.
Titles, names and paths are drawn by this package's own components, because the labels of
Streamlit's widgets are read as Markdown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from embeddings.schema import Problem
from embeddings.status import CollectionStatus
from qa_app.ui import components, manage
from qa_app.ui.conversations import draw_conversations
from qa_app.ui.listing import page_of, search
from qa_app.ui.models import assistant_for, draw_models
from qa_app.ui.shared import Listing, Opened, Shared
from qa_app.ui.state import Page
from qa_app.ui.view import plural
from qa_app.wording import cut, spoken_date

FILE_TYPES = ["txt", "md", "html", "htm", "pdf", "docx", "jsonl", "gz"]
SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Scene:
    """What a page is drawn from, read once for each run of the page."""

    shared: Shared
    opened: Opened
    page: Page
    status: CollectionStatus
    listing: Listing


def draw_sidebar(scene: Scene) -> None:
    """Draw all of it."""
    shared, opened, page, status = scene.shared, scene.opened, scene.page, scene.status
    with st.sidebar:
        with st.container(key="brand"):
            st.header("Ask the articles", anchor=False)
        st.button(
            "New conversation",
            icon=":material/edit_square:",
            key="new-conversation",
            on_click=partial(page.turn_to, None),
            width="stretch",
        )
        manage.draw_outcome(page)
        _draw_facts(status, assistant_for(shared, opened, page).name)
        with st.expander("Language model", icon=":material/edit_note:", key="model-box"):
            draw_models(shared, opened, page)
        _draw_problems(status.problems)
        _draw_filters(status)
        with st.expander("Articles", icon=":material/library_books:", key="articles-box"):
            _draw_articles(opened, page, scene.listing)
            _draw_removed(shared, opened, page)
        with st.expander("Add articles", icon=":material/upload_file:", key="add-box"):
            manage.draw_upload(shared, opened, page, FILE_TYPES)
            manage.draw_resync(shared, opened, page)
        with st.expander("Earlier conversations", icon=":material/history:", key="earlier-box"):
            draw_conversations(shared, page)


def _draw_facts(status: CollectionStatus, by: str) -> None:
    facts = [
        ("Holds", f"{plural(status.articles, 'article')}, {plural(status.passages, 'passage')}")
    ]
    if status.first_published and status.last_published:
        first, last = spoken_date(status.first_published), spoken_date(status.last_published)
        facts.append(("Dates", first if first == last else f"{first} to {last}"))
    if status.undated and status.articles:
        facts.append(("No date", plural(status.undated, "article")))
    if status.copied:
        groups = plural(status.copy_groups, "group")
        facts.append(("Near-copies", f"{plural(status.copied, 'article')} in {groups}"))
    if status.publishers:
        shown = ", ".join(status.publishers[:6])
        more = len(status.publishers) - 6
        facts.append(("Publishers", shown + (f" and {more:,} more" if more > 0 else "")))
    facts.append(("Answers by", by))
    items = [{"id": name, "title": name, "detail": value} for name, value in facts]
    components.rows(items, "facts", variant="facts", label="The collection")


def _draw_problems(problems: Sequence[Problem]) -> None:
    if not problems:
        return
    skipped = sum(problem.skipped for problem in problems)
    if skipped:
        heading = f"{plural(skipped, 'file or line', 'files or lines')} could not be read"
    else:
        heading = plural(len(problems), "remark") + " on files that were read"
    shown = [_told(problem) for problem in sorted(problems, key=lambda p: not p.skipped)]
    more = len(shown) - SHOWN_PROBLEMS
    text = (
        f"The first {SHOWN_PROBLEMS} of {len(shown):,}; all others are searched."
        if more > 0
        else ""
    )
    components.message("warning", heading, text, key="problems", items=shown[:SHOWN_PROBLEMS])


def _told(problem: Problem) -> str:
    name = Path(problem.path).name
    where = name if problem.line is None else f"{name}, line {problem.line}"
    return f"{where}: {problem.reason}"


def _draw_filters(status: CollectionStatus) -> None:
    first, last = _day(status.first_published), _day(status.last_published)
    if not status.publishers and first is None:
        return
    with st.expander("Limit the search", icon=":material/filter_list:", key="filter-box"):
        if status.publishers:
            st.multiselect(
                "Publisher",
                _with_chosen(status.publishers),
                key="filter_publisher",
                placeholder="All publishers",
            )
        if first is not None and last is not None:
            bounds: dict[str, Any] = {"value": None, "format": "YYYY-MM-DD"}
            bounds |= {"min_value": min(first, _chosen_day("filter_after", first))}
            bounds |= {"max_value": max(last, _chosen_day("filter_before", last))}
            st.date_input("From", key="filter_after", **bounds)
            st.date_input("To", key="filter_before", **bounds)
            st.caption("With a date set, only articles that have a date are searched.")


def _with_chosen(publishers: Sequence[str]) -> list[str]:
    # A chosen publisher may have vanished from the collection: the widget must still know it.
    chosen = st.session_state.get("filter_publisher") or []
    return [*publishers, *(name for name in chosen if name not in publishers)]


def _chosen_day(key: str, otherwise: date) -> date:
    value = st.session_state.get(key)
    return value if isinstance(value, date) else otherwise


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


def _draw_articles(opened: Opened, page: Page, listing: Listing) -> None:
    if not listing.rows:
        st.caption("No articles yet.")
        return
    words = st.text_input(
        "Find an article",
        key="find-article",
        placeholder="Words of its title, author, publisher…",
        on_change=partial(setattr, page, "list_page", 1),
    )
    found = search(listing.rows, words or "")
    shown, page.list_page, pages = page_of(found, page.list_page)
    current = page.place.article if page.place else None
    items = [
        {
            "id": each.id,
            "title": each.label,
            "untitled": not each.titled,
            "label": f"Open {each.label}",
            "detail": each.detail + ("" if each.titled else " · no title, its first words"),
            "current": each.id == current,
            "actions": [{"name": "remove", "text": "Remove"}],
        }
        for each in shown
    ]
    components.rows(
        items,
        "articles",
        partial(manage.act_on_article, opened, page),
        main="open",
        label="Articles",
        empty="No article has these words.",
        pager={"page": page.list_page, "pages": pages} if pages > 1 else None,
    )


def _draw_removed(shared: Shared, opened: Opened, page: Page) -> None:
    removed = opened.collection.removed()
    if not removed:
        return
    st.caption("Removed; their files are untouched")
    items = [
        {
            "id": each.id,
            "title": cut(each.label, 120),
            "actions": [{"name": "restore", "text": "Restore"}],
        }
        for each in removed[:50]
    ]
    components.rows(
        items, "removed", partial(manage.act_on_removed, shared, opened, page), label="Removed"
    )
