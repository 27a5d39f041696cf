"""What costs time to make, kept for the next time it is asked for.

Enters: keys, and what makes values of them. Leaves: a value a key. Deliberately knows nothing of
what they are.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Kept(Generic[Key, Value]):
    """A memory of the values asked for last; safe to share between threads.

    Two threads that ask for the same new key at once may both make it.
    """

    def __init__(self, most: int, make: Callable[[Sequence[Key]], Iterable[Value]]) -> None:
        """Keep at most so many.

        Args:
            most: values.
            make: one for each key, in order; asked for several at once, each once.
        """
        self.most = most
        self._make = make
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, keys: Iterable[Key]) -> list[Value]:
        """The value of each key, in order. Raises what making them raises."""
        asked = list(keys)
        with self._lock:
            known = {key: self._kept[key] for key in asked if key in self._kept}
        new = [key for key in dict.fromkeys(asked) if key not in known]
        if new:
            known |= zip(new, self._make(new), strict=True)
        with self._lock:
            self._kept.update(known)
            for key in known:
                self._kept.move_to_end(key)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return [known[key] for key in asked]

    def __len__(self) -> int:
        """How many are kept now."""
        return len(self._kept)
