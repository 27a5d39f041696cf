"""What a collection's headings hold, kept per generation for the understanding of questions.

Enters: a ``Snapshot``. Leaves: ``Known``. Deliberately knows nothing of how questions
are understood.
"""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from embeddings.collection import Collection
from embeddings.engines.base import Snapshot
from embeddings.names import Names
from embeddings.understanding import Known

_known: WeakKeyDictionary[Collection, tuple[int, Known]] = WeakKeyDictionary()
_lock = threading.Lock()


def known_of(collection: Collection, snapshot: Snapshot) -> Known:
    """Names and days of a snapshot's generation; made where it is not the one last asked for."""
    with _lock:
        kept = _known.get(collection)
    if kept is not None and kept[0] == snapshot.generation:
        return kept[1]
    facets = snapshot.facets()
    known = Known(Names(facets.publishers, facets.authors), facets.since, facets.until)
    with _lock:
        _known[collection] = snapshot.generation, known
    return known
