"""Where a collection lies on Milvus, as people write it.

Enters: an address. Leaves: what to connect to, and the collection's name there. Nothing secret is
part of an address: the token comes from ``MILVUS_TOKEN`` and is shown nowhere.

::

    milvus://HOST:PORT/NAME     a server or cluster; milvuss:// for one that speaks TLS
    milvus+lite:PATH.db         Milvus Lite in this process, over a file of this machine

``?index=HNSW`` at the end chooses the vector index of a collection that is made anew.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from embeddings.errors import SettingsInvalid

TOKEN = "MILVUS_TOKEN"  # noqa: S105 (a variable's name)
PORT = 19530
INDEXES = ("FLAT", "HNSW")
# What a path has become of that went through ``Path`` on its way: one slash of two is gone.
_SERVER = re.compile(r"(milvuss?):/{1,2}(?=[^/])")
_LITE = re.compile(r"milvus\+lite:(?://(?=/))?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_HOST = re.compile(r"[A-Za-z0-9.\-]+|\[[0-9A-Fa-f:.]+\]")
# Where what belongs to a server's collection on this machine is kept: uploaded files.
KEPT = Path(".cited_qa") / "milvus"


@dataclass(frozen=True, slots=True)
class MilvusAddress:
    """Where a collection lies.

    ``shown`` is for people, ``uri`` for the client; ``file`` is Milvus Lite's, None for a server.
    ``folder`` is on this machine, for uploaded files. ``index`` is the type of vector index that
    is made where there is none.
    """

    shown: str
    uri: str
    name: str
    folder: Path
    file: Path | None = None
    index: str = "FLAT"


def is_milvus(address: str | Path) -> bool:
    """Whether an index's address is one of Milvus."""
    text = str(address)
    return bool(_SERVER.match(text) or _LITE.match(text))


def folder_of(index: str | Path) -> Path:
    """The folder on this machine of an index: itself, or the one that goes with an address."""
    return milvus_address(index).folder if is_milvus(index) else Path(index)


def milvus_address(address: str | Path) -> MilvusAddress:
    """Read an address.

    Raises:
        SettingsInvalid: it is none; the message says what one looks like.
    """
    text, _, options = str(address).partition("?")
    index = _index(options)
    lite = _LITE.match(text)
    if lite:
        return _lite(text[lite.end() :], index)
    found = _SERVER.match(text)
    if "@" in text:
        # Not shown: what stands before the "@" is a name and a password.
        raise SettingsInvalid(f"an address of Milvus has no user in it: set {TOKEN}=USER:PASSWORD")
    parts = urlsplit("//" + text[found.end() :] if found else "")
    name = parts.path.strip("/")
    try:
        port = parts.port or PORT
    except ValueError:
        port = 0
    host = parts.netloc.rpartition(":")[0] if re.search(r":\d*$", parts.netloc) else parts.netloc
    if not (found and port and _HOST.fullmatch(host) and _NAME.fullmatch(name)):
        raise SettingsInvalid(
            f"{text!r} is no address of Milvus: write milvus://HOST:PORT/NAME, the name of "
            f"letters, digits and underscores, or milvus+lite:PATH.db for a file"
        )
    secure = found[1] == "milvuss"
    return MilvusAddress(
        f"{found[1]}://{host}:{port}/{name}",
        f"{'https' if secure else 'http'}://{host}:{port}",
        name,
        (KEPT / f"{re.sub(r'[^A-Za-z0-9.-]', '_', host)}_{port}_{name}").resolve(),
        index=index,
    )


def _lite(path: str, index: str) -> MilvusAddress:
    if not path.endswith(".db"):
        raise SettingsInvalid(
            f"Milvus Lite keeps a collection in a path that ends in .db, not in {path!r}: write "
            f"milvus+lite:news.db, for example"
        )
    file = Path(path).expanduser().resolve()
    return MilvusAddress(
        f"milvus+lite:{file}", str(file), "news", Path(f"{file}.files"), file, index
    )


def _index(options: str) -> str:
    given = dict(parse_qsl(options, keep_blank_values=True))
    index = given.pop("index", "FLAT").upper()
    if given or index not in INDEXES:
        raise SettingsInvalid(
            f"an address of Milvus may end in ?index={' or ?index='.join(INDEXES)}, not in "
            f"{'?' + options!r}"
        )
    return index


def token() -> str:
    """What to say who one is with: ``MILVUS_TOKEN``, USER:PASSWORD or a key; empty for nobody."""
    return os.environ.get(TOKEN, "")
