"""An answer on a real terminal (a pty): words while they come, then marks, checks and sources."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TextIO

import pytest

from qa_app.terminal import BOLD, DIM, PLAIN
from tests.language_models.replies import CutMidStream, Refuses, Says, Status
from tests.language_models.scripted import ScriptedServer
from tests.qa_app.model_answers.asking import FLOODED, MODEL, QUESTION, Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are of Unix")
SOURCE = "[1] Flood in Lisbon (Público, Ana Sá, 2024-03-01)"


@dataclass
class Screen:
    """What has arrived at a terminal, as it is written."""

    fd: int
    stdout: TextIO
    text: str = ""
    _raw: bytes = b""
    _more: threading.Condition = field(default_factory=threading.Condition)

    def listen(self) -> None:
        """Read until the other end is closed."""
        while True:
            try:
                data = os.read(self.fd, 4096)
            except OSError:
                return  # Linux's way of saying that it is over
            if not data:
                return
            with self._more:
                self._raw += data
                self.text = self._raw.decode(errors="ignore")
                self._more.notify_all()

    def wait_for(self, words: str) -> None:
        """Wait until these words were shown."""
        with self._more:
            assert self._more.wait_for(lambda: words in self.text, 60), self.text


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """A terminal to be shown things on."""
    import pty  # noqa: PLC0415 (there is none on Windows)

    monkeypatch.setenv("TERM", "xterm-256color")
    ours, theirs = pty.openpty()
    yield Screen(ours, os.fdopen(theirs, "w", encoding="utf-8"))
    os.close(ours)


def asked(run: Run, screen: Screen, server: ScriptedServer, *command: str, typed: str = "") -> str:
    """All that the terminal got."""
    command = command or ("ask", QUESTION)
    listening = threading.Thread(target=screen.listen)
    listening.start()
    with pytest.MonkeyPatch.context() as patched, screen.stdout as terminal:
        patched.setattr(sys, "stdout", terminal)
        done = run(*command, "--model", MODEL, "--model-url", server.base_url, typed=typed)
    listening.join()
    assert (done.status, done.out) == (0, "")
    return screen.text


def test_words_are_shown_as_they_come(run: Run, screen: Screen) -> None:
    gate = threading.Event()
    seen: list[str] = []

    def release() -> None:
        screen.wait_for("The river flooded Lisbon")
        seen.append(screen.text)
        gate.set()

    pieces = ("The river flooded Lisbon ", "on Sunday [1]. The mayor was ", "abroad. [2]")
    releasing = threading.Thread(target=release)
    releasing.start()
    with ScriptedServer(Says(pieces, held_by=gate)) as server:
        text = asked(run, screen, server)
    releasing.join()
    assert seen == ["The river flooded Lisbon"]
    assert text.startswith(f"{FLOODED} [1] The mayor was abroad. [2]\r\n\r\nWell supported.\r\n")
    assert text.count(FLOODED) == 1
    assert f"\r\n{SOURCE}\r\n" in text


def test_what_is_not_supported_is_marked_where_it_stands(run: Run, screen: Screen) -> None:
    lie = "Nine judges of Porto drowned."
    with ScriptedServer(Says(f"{FLOODED} [1] {lie} [2]")) as server:
        text = asked(run, screen, server)
    note = "not supported by its sources; its sources do not have “Nine”, “Porto”"
    assert text.startswith(f"{FLOODED} [1] {lie} [2] {DIM}({note}){PLAIN}\r\n\r\nPartly supported")


def test_what_broke_off_is_taken_back_and_the_articles_speak(run: Run, screen: Screen) -> None:
    with ScriptedServer(then=CutMidStream(f"{FLOODED} [1] Then it")) as server:
        text = asked(run, screen, server)
    begun = f"{FLOODED} [1] Then it\r\n{DIM}tiny: its answer broke off; asking once more{PLAIN}\r\n"
    assert text.startswith(begun)
    why = f"{DIM}tiny gave no answer: its answer broke off.{PLAIN}\r\n"
    before, _, after = text.partition(why)
    assert before == begun + f"{FLOODED} [1] Then it\r\n"
    own = after.replace(BOLD, "").replace(PLAIN, "").replace(DIM, "")
    assert own.startswith(f"{FLOODED} [1]\r\n")
    assert own.rstrip().endswith("The answer is in the articles' own words instead.")


def test_a_chat_says_how_it_understood_a_follow_up(run: Run, screen: Screen) -> None:
    replies = Says(f"{FLOODED} [1]"), Says("The mayor was abroad. [2]")
    with ScriptedServer(*replies) as server:
        typed = f"{QUESTION}\nAnd on which day?\n\n"
        text = asked(run, screen, server, "chat", typed=typed)
        understood = server.bodies[1]["messages"][1]["content"].splitlines()[-1]
    first, second = text.split("The mayor was abroad. [1]\r\n")
    assert first.startswith(f"{FLOODED} [1]\r\n\r\nWell supported.\r\n\r\n{SOURCE}\r\n")
    told = understood.removeprefix("Question: ")
    assert second.startswith(
        f"(read together with what was asked before: {told})\r\n\r\nWell supported.\r\n"
    )


@pytest.mark.parametrize("reply", [Status(401), Refuses(), Says("NOT FOUND")])
def test_without_a_word_the_answer_is_shown_whole(
    run: Run, screen: Screen, reply: Status | Refuses | Says
) -> None:
    with ScriptedServer(reply) as server:
        text = asked(run, screen, server)
    shown = text.replace(BOLD, "").replace(PLAIN, "").replace(DIM, "")
    if isinstance(reply, Says):
        assert shown.startswith("Not found in these articles. tiny finds no answer to it in the ")
    else:
        assert f"tiny gave no answer: {'its' if isinstance(reply, Status) else 'it'} " in shown
        assert f"\r\n{FLOODED} [1]\r\n" in shown


def test_a_model_writes_no_control_sequences(run: Run, screen: Screen) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r\x08The river\x00 flooded Lisbon [1]."
    with ScriptedServer(Says(tuple(evil))) as server:
        text = asked(run, screen, server)
    for ours in (BOLD, DIM, PLAIN, "\r\n"):
        text = text.replace(ours, "")
    assert all(c.isprintable() for c in text), repr(text)
