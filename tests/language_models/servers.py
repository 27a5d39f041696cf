"""A real server of real, tiny models: ``transformers serve`` as a process on loopback.

Takes a folder of models that ``tiny`` made and gives the address to talk to. Models are loaded at
their first request, by the name of their folder. It reaches no network and needs no key.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from transformers.utils.import_utils import is_serve_available

_LISTENING = re.compile(r"running on (http://127\.0\.0\.1:\d+)")
_ALONE = {
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",
    "TOKENIZERS_PARALLELISM": "false",
    "CUDA_VISIBLE_DEVICES": "",
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True, slots=True)
class RealServer:
    """A running server.

    Attributes:
        base_url: What a client is configured with.
        log: The file of everything it printed.
        pid: Its process, which leads a group of its own.
    """

    base_url: str
    log: Path
    pid: int


@contextmanager
def serve(models: Path, seconds: float = 120.0) -> Iterator[RealServer]:
    """Serve the models in a folder until the block ends, then kill the process and its children.

    Args:
        models: Each model a folder in it.
        seconds: How long the start may take.

    Raises:
        RuntimeError: transformers' server is not installed, or it did not start; says why.
    """
    if not is_serve_available():
        raise RuntimeError("no model server: `pip install -r requirements-dev.txt` installs it")
    log = models / "server.log"
    command = [
        sys.executable, "-m", "transformers.cli.transformers", "serve",
        "--host", "127.0.0.1", "--port", "0", "--device", "cpu", "--default-seed", "0",
    ]  # fmt: skip
    with log.open("wb") as printed:
        process = _start(command, models, printed)
        try:
            address = _wait_for_address(process, log, seconds)
            yield RealServer(f"{address}/v1", log, process.pid)
        finally:
            _kill(process)


def _start(command: list[str], models: Path, printed: IO[bytes]) -> subprocess.Popen[bytes]:
    kept = {
        name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
    }
    environment = kept | _ALONE | {"HF_HOME": str(models / "cache")}
    return subprocess.Popen(
        command, cwd=models, env=environment, stdin=subprocess.DEVNULL, stdout=printed,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


def _wait_for_address(process: subprocess.Popen[bytes], log: Path, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        found = _LISTENING.search(log.read_text(errors="replace"))
        if found is not None:
            _check(found[1])
            return found[1]
        time.sleep(0.05)
    how = f"took over {seconds} s" if process.poll() is None else f"ended with {process.returncode}"
    raise RuntimeError(f"the start of the model server {how}; it printed:\n{log.read_text()}")


def _check(address: str) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(f"{address}/health", timeout=10) as response:
        assert response.status == 200


def _kill(process: subprocess.Popen[bytes]) -> None:
    # The process leads a group of its own, so its children go with it. Nothing is worth a slow
    # goodbye: the models live in a folder of the test.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
