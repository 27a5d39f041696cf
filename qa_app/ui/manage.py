"""Changes to the collection from the page: upload, look for changes, remove, restore.

Enters: files and choices. Leaves: jobs that change the collection, and what to say of them.
Deliberately runs nothing long in the page's own thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from embeddings.errors import CitedQAError
from embeddings.sync_report import Progress, ProgressCallback, SyncReport
from qa_app.ui import components
from qa_app.ui.shared import Opened, Shared
from qa_app.ui.state import Page
from qa_app.ui.view import plural
from qa_app.ui.work import Job, T

LOOK_SECONDS = 0.15
# Before that, how long the rest takes is a guess.
SURE_SECONDS = 10.0


def watch(job: Job[T], heading: str) -> None:
    """Show how far a job is, until it has ended."""
    st.subheader(heading, anchor=False)
    bar, file = st.empty(), st.empty()
    bar.progress(0.0, "Starting…")
    while not job.wait(LOOK_SECONDS):
        # Drawn also when nothing changed: drawing is where a page that was left ends this loop.
        at = job.progress or Progress(0, 0, "", 0)
        counted = f"{at.done:,} of {plural(at.total, 'file')} read"
        counted += f", {plural(at.embedded, 'passage')} indexed" if at.embedded else ""
        counted += time_left(at)
        bar.progress(at.fraction, counted if at.total else "Starting…")
        with file:
            name = at.path.replace("\\", "/").rsplit("/", 1)[-1]
            st.text(name or ("Building the indexes…" if at.total else ""))
    bar.empty()
    file.empty()


def time_left(at: Progress) -> str:
    """How fast passages are indexed and how long the rest takes, once that can be told."""
    if at.left is None or at.seconds < SURE_SECONDS or not at.embedded:
        return ""
    minutes = round(at.left / 60)
    left = f"about {plural(minutes, 'minute')} left" if minutes else "less than a minute left"
    return f", {at.rate:.0f} a second, {left}"


def finish_job(page: Page) -> None:
    """Watch the change this page asked for, say what came of it, and draw everything anew."""
    if page.job is None:
        return
    with st.sidebar:
        watch(page.job, page.job.what)
    job, page.job = page.job, None
    try:
        page.said = report(job.result())
    except CitedQAError as exc:
        page.said = ("error", "The articles are as they were", str(exc), [])
    st.rerun()


def report(done: Sequence[SyncReport]) -> tuple[str, str, str, list[str]]:
    """What came of a change: tone, heading, text, and names with reasons."""
    counts = [
        (sum(len(each.added) for each in done), "added"),
        (sum(len(each.changed) for each in done), "changed"),
        (sum(len(each.removed) for each in done), "gone"),
    ]
    said = [f"{plural(count, 'article')} {what}" for count, what in counts if count]
    heading = ", ".join(said) or "Nothing is different from before"
    skipped = sum(problem.skipped for each in done for problem in each.problems)
    text = f"{plural(skipped, 'file')} could not be read; see below." if skipped else ""
    return ("warning" if skipped and not said else "info", heading, text, [])


def draw_outcome(page: Page) -> None:
    """Say what came of the last change, once."""
    if page.said is not None:
        tone, heading, text, items = page.said
        level: components.Tone = "error" if tone == "error" else "info"
        components.message(level, heading, text, key="outcome", items=items)
        page.said = None


def guarded(page: Page, act: Callable[[], object]) -> None:
    """Do something short; an error is said on the page."""
    try:
        act()
    except CitedQAError as exc:
        page.said = ("error", "That did not work", str(exc), [])


def act_on_article(opened: Opened, page: Page, action: str, which: str) -> None:
    """Open an article, remove it, or turn the list's page."""
    if action == "open":
        page.open(which)
    elif action == "remove":
        guarded(page, partial(opened.collection.remove, which))
        if page.place is not None and page.place.article == which:
            page.close()
    elif action == "page" and which.isdecimal():
        page.list_page = int(which)


def act_on_removed(shared: Shared, opened: Opened, page: Page, action: str, which: str) -> None:
    """Let a removed article in again."""
    if action == "restore":
        page.job = shared.write(
            "Restoring the article", lambda _: [opened.collection.restore(which)]
        )


def draw_upload(shared: Shared, opened: Opened, page: Page, types: list[str]) -> None:
    """Take files from the reader."""
    limit = shared.settings.upload_megabytes
    files = st.file_uploader(
        "Files with articles",
        type=types,
        accept_multiple_files=True,
        max_upload_size=limit,
        key=f"upload-{page.uploads}",
    )
    st.caption("Text, Markdown, HTML, PDF, Word, and JSON lines; any of them compressed with gzip.")
    if files and st.button("Add to the collection", type="primary", key="add-uploads"):
        contents = [(each.name, each.getvalue()) for each in files]
        page.job = shared.write("Adding articles", partial(_add_all, opened, contents))
        # Another key is an empty uploader: what was taken is not offered again.
        page.uploads += 1
        st.rerun()


def _add_all(
    opened: Opened, contents: Sequence[tuple[str, bytes]], progress: ProgressCallback
) -> list[SyncReport]:
    return [opened.collection.add_upload(name, data, progress) for name, data in contents]


def draw_resync(shared: Shared, opened: Opened, page: Page) -> None:
    """Offer to look for files that changed since they were read."""
    if st.button("Look for changed files", icon=":material/sync:", key="resync"):
        page.job = shared.write("Looking for changed files", opened.collection.resync)
        st.rerun()
