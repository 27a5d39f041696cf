"""Systems that do as they are told, imported by workers through the name of their factory."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from eval.peers.systems import Given, Peer


class Good:
    """Ranks by the number of words shared, ties by number; asks for nothing."""

    def load(self, model: Path) -> None:
        assert (model / "model.safetensors").is_file()

    def build(self, given: Given, k: int) -> None:
        assert not list(given.scratch.iterdir())
        self.words = [set(text.lower().split()) for text in given.texts]
        self.k = k

    def search(self, question: str) -> Sequence[int]:
        asked = set(question.lower().split())
        shared = [len(asked & words) for words in self.words]
        return sorted(range(len(shared)), key=lambda i: (-shared[i], i))[: self.k]

    def remarks(self) -> Sequence[str]:
        return ("Good is a fake",)


class Crashing(Good):
    def build(self, given: Given, k: int) -> None:
        raise RuntimeError("no room for a naïve “café” 🦜")


class Dying(Good):
    def build(self, given: Given, k: int) -> None:
        sys.stdout.write("about to go\n")
        sys.stdout.flush()
        os.kill(os.getpid(), signal.SIGKILL)


class Hanging(Good):
    def search(self, question: str) -> Sequence[int]:
        time.sleep(3600)
        return []


class Stumbling(Good):
    def search(self, question: str) -> Sequence[int]:
        if "strike" in question:
            raise KeyError("strike")
        return super().search(question)


class Talking(Good):
    def load(self, model: Path) -> None:
        try:
            socket.create_connection(("telemetry.example", 443), timeout=1)
        except OSError:
            return
        raise AssertionError("the network was there")


def fake(name: str, packages: tuple[str, ...] = ()) -> Peer:
    """A registry entry for a class of this module."""
    return Peer(name.lower(), f"The {name} one", f"{__name__}:{name}", packages)
