"""The address of a Ray cluster in, a connection to it out; Ray's errors in this project's words.

Enters: an address, or "local". Leaves: a block in which ``ray`` is connected. Deliberately knows
nothing of what is done there. Ray is quiet in it: no dashboard, no bars, no log lines, and no
usage statistics, so that nothing leaves the machines.
"""

from __future__ import annotations

import logging
import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from embeddings.errors import CitedQAError, ClusterUnavailable

LOCAL = "local"
AUTO = "auto"
THROUGH_CLIENT = "ray://"
CONNECT_SECONDS = 10.0
_ROOT = Path(__file__).resolve().parents[1]
_INSTALL = "`pip install '.[cluster]'` on this machine and on every node"


@contextmanager
def connected(address: str) -> Iterator[ModuleType]:
    """Be connected to a cluster during a block, which gets the ``ray`` module.

    Args:
        address: "local" starts one of this machine's cores, for the block; "auto" is the one that
            this machine belongs to; HOST:PORT and ray://HOST:PORT are others.

    Raises:
        ClusterUnavailable: ray is not installed, or nothing answers at the address.
    """
    # Read when ray is imported; "0" is Ray's documented way of sending nothing.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray  # noqa: PLC0415 (an extra, and 1 s)
        import ray.data  # noqa: PLC0415
    except ImportError as exc:
        raise ClusterUnavailable(f"Ray is not installed ({exc}); {_INSTALL}") from exc
    _silence(ray)
    own: dict[str, Any] = {"include_dashboard": False} if address == LOCAL else {}
    try:
        _call_at(address)
        ray.init(
            address,
            log_to_driver=False,
            logging_level=logging.CRITICAL,
            # Workers import the package that this process did, also where it is a checkout.
            runtime_env={"env_vars": {"PYTHONPATH": _path()}},
            **own,
        )
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as exc:
        raise ClusterUnavailable(
            f"no Ray cluster to work with at {address!r}: {_first_line(exc)}. Start one with `ray "
            f"start --head`, give the address of one (HOST:PORT, ray://HOST:PORT or auto), or use "
            f"local; Ray and Python have to be of the same version on all of it: {_INSTALL}"
        ) from exc
    try:
        yield ray
    finally:
        ray.shutdown()


@contextmanager
def translated() -> Iterator[None]:
    """A block in which Ray's errors become this project's.

    Raises:
        ClusterUnavailable: the cluster failed, or a worker did.
        CitedQAError: what this project's own code raised on a worker.
    """
    from ray.exceptions import RayError, RayTaskError  # noqa: PLC0415 (an extra)

    try:
        yield
    except RayTaskError as exc:
        if isinstance(exc.cause, CitedQAError):
            raise type(exc.cause)(str(exc.cause)) from exc
        raise ClusterUnavailable(
            f"a worker of the cluster failed: {exc.cause!r}. Every node needs this project, in the "
            f"version that runs here: {_INSTALL}"
        ) from exc
    except (RayError, ConnectionError) as exc:
        raise ClusterUnavailable(
            f"the cluster failed: {_first_line(exc)}. Run the same command again when it is well: "
            f"what was embedded is kept"
        ) from exc


def _call_at(address: str) -> None:
    """Find out at once whether anybody is there: Ray itself tries for many minutes."""
    if address in (LOCAL, AUTO):
        return
    host, _, port = address.removeprefix(THROUGH_CLIENT).rpartition(":")
    if not (host and port.isdecimal()):
        raise ValueError("that is no address")
    socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS).close()


def _path() -> str:
    return os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))


def _silence(ray: ModuleType) -> None:
    with warnings.catch_warnings():
        # It sets its own defaults, and warns that some of them are deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    # No documented setting holds back what a raylet says of a worker that died, and it is printed
    # to stdout, which is for results. Ray's own debugger sets the same.
    ray._private.worker._worker_logs_enabled = False


def _first_line(exc: BaseException) -> str:
    return (str(exc).strip() or type(exc).__name__).splitlines()[0].rstrip(".")
