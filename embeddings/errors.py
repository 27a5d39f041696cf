"""Every error this project raises on purpose, in one tree.

::

    CitedQAError
    ├── ArticleUnreadable      a file cannot become an article; collected as a Problem by sync
    ├── ArticleNotFound        no article in the collection has that id or path
    ├── CitationMismatch       a quote is not article.text[start:end]
    ├── InvalidQuestion        empty, far too long, or nothing but control characters
    ├── SettingsInvalid        an environment variable or option has a value that cannot be used
    ├── ConversationsUnavailable  the conversations cannot be read or kept
    ├── ModelUnavailable       a language model cannot be asked: no package, no key, wrong settings
    ├── ReaderUnavailable      the trained reader's weights are missing or not its own
    ├── ClusterUnavailable     a Ray cluster cannot be reached, or cannot do its part of the work
    ├── TrainingDataMissing    a set to train on is not where it was said to be
    ├── EncoderError
    │   ├── EncoderUnavailable the model cannot be loaded
    │   └── WeightsMismatch    the weights on disk are not the published ones
    └── CollectionError
        ├── CollectionNotFound nothing is indexed at that folder
        ├── CollectionMismatch made with another encoder, segmenter or database layout
        ├── CollectionCorrupt  the database cannot be read
        ├── CollectionLocked   another process is writing
        ├── CollectionUnwritable  the folder cannot be written
        └── EngineUnavailable  the server it lies on cannot be used, or its package is missing

Foreign errors (sqlite3, OSError, tantivy, torch, pymilvus) are translated where they first appear,
with ``raise ... from exc``. Messages say what was expected, what was found and what to do. Only
the faces (command line, chat) catch ``CitedQAError`` and print it.
"""

from __future__ import annotations


class CitedQAError(Exception):
    """Base of every error raised on purpose."""


class SettingsInvalid(CitedQAError):
    """A setting has a value that cannot be used; the message names it."""


class ArticleUnreadable(CitedQAError):
    """A file cannot become an article; the message says why and what would help."""


class ArticleNotFound(CitedQAError):
    """No article in the collection has that id or path."""


class CitationMismatch(CitedQAError):
    """A quote is not the article's text at the offsets given."""


class InvalidQuestion(CitedQAError):
    """The question is empty, too long, or holds nothing that can be searched."""


class ConversationsUnavailable(CitedQAError):
    """The conversations cannot be read or kept."""


class ModelUnavailable(CitedQAError):
    """A language model cannot be used: its package, its key or its settings; never says the key."""


class ReaderUnavailable(CitedQAError):
    """The trained reader cannot be used: no weights, other weights, or a library is missing."""


class ClusterUnavailable(CitedQAError):
    """A Ray cluster cannot be used: ray, an answer, a file, a model or a version is missing."""


class TrainingDataMissing(CitedQAError):
    """A set to train on is missing or cannot be read; the message says where it comes from."""


class EncoderError(CitedQAError):
    """Something about the embedding model."""


class EncoderUnavailable(EncoderError):
    """The embedding model cannot be loaded."""


class WeightsMismatch(EncoderError):
    """The weights on disk are not the ones that were published."""


class CollectionError(CitedQAError):
    """Something about an index folder."""


class CollectionNotFound(CollectionError):
    """Nothing is indexed at that folder."""


class CollectionMismatch(CollectionError):
    """The index was made with another encoder, segmenter or database layout."""


class CollectionCorrupt(CollectionError):
    """The database of the index cannot be read."""


class CollectionLocked(CollectionError):
    """Another process is writing to the index."""


class CollectionUnwritable(CollectionError):
    """The index folder cannot be written."""


class EngineUnavailable(CollectionError):
    """The server that it lies on does not answer or refuses, or its package is missing."""
