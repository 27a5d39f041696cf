"""How much memory this process ever held.

Enters: nothing. Leaves: bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path


def peak_memory() -> int:
    """The most memory this process ever held, in bytes, with all libraries it imported.

    Where Linux tells it of this program alone, that is taken: what ``getrusage`` says there is
    not less than what the process that started this one held. 0 where the system does not tell.
    """
    try:
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        import resource  # noqa: PLC0415 (not on Windows)
    except ImportError:
        return 0
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024
