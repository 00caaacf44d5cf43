"""Where a stored source lies, and whether it is the one that was cited.

A source is looked for in the case's ``sources/`` and in the folder that ``RECANVASS_SOURCES``
names; nowhere else. Its name is a plain relative one. Links are not followed at any level, and
the file is opened so that one put there in the meantime is not followed either.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recanvass.record.quotations import Refused

ENVIRONMENT = "RECANVASS_SOURCES"
MOST_BYTES = 20 * 2**20


@dataclass(frozen=True)
class Stored:
    """The bytes of a source that was found, and the SHA-256 of them."""

    name: str
    data: bytes
    sha256: str


def roots(case_folder: Path, *, beside: bool = False) -> tuple[Path, ...]:
    """The folders that may hold sources; ``beside`` adds the folder of a single case file."""
    named = os.environ.get(ENVIRONMENT, "")
    folder = case_folder.resolve()
    found = [folder / "sources"]
    if beside:
        found.append(folder)
    if named:
        found.append(Path(named).resolve())
    return tuple(found)


def stored(name: str, folders: Sequence[Path]) -> Stored | Refused | None:
    """The source of this name, a refusal, or None where it is not at hand."""
    refused = unsafe(name)
    if refused is not None:
        return refused
    for folder in folders:
        found = _inside(folder, name)
        if found is not None:
            return found
    return None


def unsafe(name: str) -> Refused | None:
    """Why a name cannot be one of a source, or None."""
    facts = (("source", name),)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", name) or name.startswith("//"):
        return Refused("source_address", facts)
    if not name.strip() or any(ord(c) < 32 or ord(c) == 127 for c in name):
        return Refused("source_name", facts)
    parts = name.split("/")
    if name.startswith(("/", "\\", "~")) or "\\" in name or ".." in parts:
        return Refused("source_outside", facts)
    if "" in parts or "." in parts or len(parts) > 4 or len(name) > 200:
        return Refused("source_name", facts)
    return None


def _inside(folder: Path, name: str) -> Stored | Refused | None:
    facts = (("source", name),)
    path = folder
    for part in ("", *name.split("/")):
        path = path / part if part else path
        try:
            mode = os.lstat(path).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            return Refused("source_unreadable", facts)
        if stat.S_ISLNK(mode):
            return Refused("source_link", facts)
    if not stat.S_ISREG(mode):
        return Refused("source_no_file", facts)
    if not os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep):
        return Refused("source_outside", facts)
    return _opened(path, name)


def _opened(path: Path, name: str) -> Stored | Refused:
    facts = (("source", name),)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return Refused("source_no_file", facts)
            data = stream.read(MOST_BYTES + 1)
    except OSError:
        return Refused("source_unreadable", facts)
    if len(data) > MOST_BYTES:
        return Refused("source_large", (*facts, ("megabytes", MOST_BYTES // 2**20)))
    return Stored(name, data, hashlib.sha256(data).hexdigest())
