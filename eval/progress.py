"""A progress bar on stderr, where that is a terminal; elsewhere nothing.

Enters: tqdm's own options. Leaves: its bar. Deliberately knows nothing of what is counted.
"""

from __future__ import annotations

import sys
from typing import Any


def progress_bar(**options: Any) -> Any:  # noqa: ANN401 (tqdm's own options and type)
    """A bar to update and close."""
    from tqdm import tqdm  # noqa: PLC0415 (loaded when needed)

    return tqdm(disable=None, file=sys.stderr, **options)
