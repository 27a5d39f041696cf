"""Errors that an evaluation raises on purpose.

::

    CitedQAError
    └── EvalError             anything wrong with an evaluation
        ├── DatasetMissing    a set's files are not there; says where its public home is
        ├── DatasetInvalid    a file is there and is not what it should be
        ├── RunInvalid        a folder holds no run, or one that cannot be read or compared
        ├── BarsInvalid       a file of bars names what is not measured, or cannot be read
        └── PeerUnavailable   another system's packages are not installed
"""

from __future__ import annotations

from embeddings.errors import CitedQAError


class EvalError(CitedQAError):
    """Anything wrong with an evaluation."""


class DatasetMissing(EvalError):
    """A set's files are not there."""


class DatasetInvalid(EvalError):
    """A set's file is not what it should be."""


class RunInvalid(EvalError):
    """A folder holds no run, or one that cannot be read or compared."""


class BarsInvalid(EvalError):
    """A file of bars names what is not measured, or cannot be read."""


class PeerUnavailable(EvalError):
    """Another system's packages are not installed."""
