"""ZIP archives of strangers: looked at before anything is inflated, and counted while it is.

Nothing is written to disk. What two programs could take differently (two members of one name,
overlapping members, names that climb out, links) is refused.
"""

from __future__ import annotations

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from recanvass.errors import ReadError
from recanvass.reader import Limits
from recanvass.wording import count, show

CHUNK = 256 * 2**10
_DRIVE = re.compile(r"^[A-Za-z]:")


@dataclass(frozen=True)
class Archive:
    """A checked archive; members in the order of its directory, folders left out."""

    name: str
    data: bytes
    members: dict[str, zipfile.ZipInfo]
    limits: Limits

    def chunks(self, member: str) -> Iterator[bytes]:
        """The content of a member in pieces; checks its size and checksum."""
        info, seen = self.members[member], 0
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as opened, opened.open(info) as stream:
                while piece := stream.read(CHUNK):
                    seen += len(piece)
                    if seen > info.file_size:
                        raise zipfile.BadZipFile("more bytes than declared")
                    yield piece
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
            raise ReadError(
                f"{show(self.name)}: {show(member)} is damaged ({show(str(error))}); download the file again."
            ) from error
        except (NotImplementedError, RuntimeError) as error:
            raise ReadError(f"{show(self.name)}: {show(member)} cannot be unpacked ({show(str(error))}).") from error

    def read(self, member: str) -> bytes:
        """The content of a member."""
        return b"".join(self.chunks(member))

    def head(self, member: str, size: int = 64 * 2**10) -> bytes:
        """The first bytes of a member."""
        pieces, seen = [], 0
        for piece in self.chunks(member):
            pieces.append(piece)
            seen += len(piece)
            if seen >= size:
                break
        return b"".join(pieces)[:size]


def archive(data: bytes, name: str, limits: Limits) -> Archive:
    """The directory of a ZIP file, checked; nothing is inflated yet.

    Raises
    ------
    ReadError
        The archive is cut, encrypted, too large or ambiguous; the message says which member.
    """
    shown = show(name)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            listed = opened.infolist()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise ReadError(f"{shown} is cut or damaged ({show(str(error))}); download the file again.") from error
    if len(listed) > limits.members:
        raise ReadError(
            f"{shown} has {count(len(listed))} members and the limit is {count(limits.members)}; take out the table."
        )
    seen: set[str] = set()
    for info in listed:
        _check_member(info, shown, seen)
    _check_places(listed, shown)
    _check_sizes(listed, shown, limits)
    members = {info.filename: info for info in listed if not info.is_dir()}
    return Archive(name, data, members, limits)


def _check_member(info: zipfile.ZipInfo, shown: str, seen: set[str]) -> None:
    name = info.orig_filename
    parts = re.split(r"[/\\]", name)
    if ".." in parts or name.startswith(("/", "\\")) or "\\" in name or _DRIVE.match(name) or "\0" in name:
        raise ReadError(
            f"{shown} has a member named {show(name)}; names with .., a drive, a backslash or a leading slash "
            "are refused, so pack the table alone."
        )
    if stat.S_ISLNK(info.external_attr >> 16):
        raise ReadError(f"{shown}: the member {show(name)} is a link; pack the table itself.")
    if info.flag_bits & 0x41:
        raise ReadError(f"{shown}: the member {show(name)} is encrypted; unpack it with its password first.")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ReadError(
            f"{shown}: the member {show(name)} is packed by method {info.compress_type}; only stored and deflated "
            "ones are read."
        )
    if name in seen:
        raise ReadError(
            f"{shown} has two members named {show(name)}, and programs differ in which they read; pack "
            "the right one alone."
        )
    seen.add(name)


def _check_places(listed: list[zipfile.ZipInfo], shown: str) -> None:
    """Members that share bytes are a bomb."""
    ordered = sorted(listed, key=lambda info: info.header_offset)
    for info, after in pairwise(ordered):
        if info.header_offset + 30 + info.compress_size > after.header_offset:
            raise ReadError(
                f"{shown}: the members {show(info.filename)} and {show(after.filename)} overlap; get the file again."
            )


def _check_sizes(listed: list[zipfile.ZipInfo], shown: str, limits: Limits) -> None:
    total = sum(info.file_size for info in listed)
    if total > limits.inflated:
        raise ReadError(
            f"{shown} would unpack to a size of {count(total)} bytes and the limit is {count(limits.inflated)}."
        )
    for info in listed:
        if info.file_size > limits.ratio_from and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise ReadError(
                f"{shown}: {show(info.filename)} would grow from {count(info.compress_size)} bytes to a size of "
                f"{count(info.file_size)}, more than {limits.ratio} times; unpack it and look at it first."
            )
