"""How long a language model's first word takes from its server to whoever reads the answer.

    python -m eval.studies.first_word [--set SET --data DATA] [--limit 100]

Enters: a set's questions. Leaves: a Markdown table. The assistant is the real one; its model is a
server on loopback that answers every question alike and notes when it sends the first word. What
is measured is what lies between that and the first ``Wrote``: network, client and this project,
and nothing of how fast a model is.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from embeddings.cli import count, guarded
from embeddings.collection import Collection
from eval.cache import open_collection
from eval.cases import Case
from eval.options import add_cache, add_data
from eval.progress import progress_bar
from eval.sets.datasets import SETS, load
from qa_app.assistant import Assistant
from qa_app.events import Wrote
from qa_app.settings import Settings

TARGET_MS = 50.0
# Seconds before the first word, in which the reader waits as for any model, and between words.
SILENCE, PAUSE = 0.3, 0.01
WORDS = ("Officials ", "said ", "so ", "in ", "a ", "statement ", "[1]", ".")
COLUMNS = ("n", "p50 ms", "p95 ms", "max ms", f"within {TARGET_MS:.0f} ms")


class Server(ThreadingHTTPServer):
    """Speaks OpenAI's protocol; ``sent`` is when the last first word was sent (perf_counter)."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port of loopback."""
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sent = 0.0

    @property
    def url(self) -> str:
        """What a client is configured with."""
        return f"http://127.0.0.1:{self.server_port}/v1"


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        self._send({"role": "assistant", "content": ""})
        time.sleep(SILENCE)
        for i, word in enumerate(WORDS):
            if i == 0:
                self.server.sent = time.perf_counter()
            self._send({"content": word})
            time.sleep(PAUSE)
        self._send({}, "stop")
        self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, delta: dict[str, str], reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "study"}
        self.wfile.write(b"data: " + json.dumps({**chunk, "choices": [choice]}).encode() + b"\n\n")
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:  # noqa: ANN401 (the library's own)
        """Nothing on stderr."""


@contextmanager
def serving() -> Iterator[Server]:
    """A server until the block ends."""
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def first_words(
    collection: Collection, cases: Sequence[Case], settings: dict[str, Any] | None = None
) -> list[float]:
    """Milliseconds from the server to the first ``Wrote``, for every case that came so far.

    Args:
        collection: what is asked.
        cases: what is asked of it; the first is asked once more before, unmeasured.
        settings: of the assistant, besides its model.
    """
    found = []
    with serving() as server, TemporaryDirectory() as index:
        named = {"model": "compatible:study", "model_url": server.url, "index": index}
        assistant = Assistant(
            collection, Settings(**{**(settings or {}), **named, "model_day_tokens": 10**12})
        )
        assistant.warm_up()
        for i, case in enumerate([*cases[:1], *progress_bar(iterable=cases, desc="questions")]):
            took = first_word(assistant, case, server)
            if i and took is not None:
                found.append(took)
    return found


def first_word(assistant: Assistant, case: Case, server: Server) -> float | None:
    """Milliseconds for one case; None where no model was asked."""
    took = None
    for event in assistant.stream(case.question, case.history):
        if took is None and isinstance(event, Wrote):
            took = 1000 * (time.perf_counter() - server.sent)
    return took


def table(milliseconds: Iterable[float]) -> str:
    """The figures in Markdown."""
    values = np.array([*milliseconds])
    p50, p95 = np.percentile(values, [50, 95])
    cells = (
        f"{len(values)}", f"{p50:.1f}", f"{p95:.1f}", f"{values.max():.1f}",
        f"{(values <= TARGET_MS).mean():.3f}",
    )  # fmt: skip
    lines = (COLUMNS, ("---",) * len(COLUMNS), cells)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m eval.studies.first_word", description="How fast a first word is shown."
    )
    add_data(parser)
    parser.add_argument("--set", choices=SETS, default="seeds", help="default: %(default)s")
    parser.add_argument("--limit", type=count, default=100, help="default: %(default)s questions")
    add_cache(parser)
    chosen = parser.parse_args()
    dataset = load(chosen.set, chosen.data, scratch=chosen.cache / "sets", limit=chosen.limit)
    with open_collection(dataset.articles, cache=chosen.cache) as (collection, _):
        sys.stdout.write(table(first_words(collection, dataset.cases)))
    return 0


if __name__ == "__main__":
    sys.exit(guarded(main))
