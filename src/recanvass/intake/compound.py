"""Compound files (OLE2), the container of old workbooks: a file system in a file. [MS-CFB], sections 2.1 to 2.6.

Chains of sectors are followed with a count, so that a chain that bites its own tail ends in a
refusal; what is claimed beyond the bytes that are there is refused too.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from recanvass.errors import ReadError
from recanvass.wording import show

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_LAST = 0xFFFFFFFA  #: sector numbers from here on are marks
_ENTRY = 128
_NAMES = {"workbook": "Workbook", "book": "Book"}  #: names are compared without case


@dataclass(frozen=True)
class Compound:
    """The streams of a compound file by their names: where each begins and how long it is."""

    name: str
    data: bytes
    sector: int
    short_sector: int
    cutoff: int
    table: tuple[int, ...]
    short_table: tuple[int, ...]
    short_bytes: bytes
    entries: dict[str, tuple[int, int]]

    def stream(self, title: str) -> bytes:
        """The bytes of a stream."""
        begin, size = self.entries[title]
        if size >= self.cutoff:
            return _chained(self.data, begin, size, self.sector, self.sector, self.table, self.name)
        return _chained(self.short_bytes, begin, size, self.short_sector, 0, self.short_table, self.name)


def compound(data: bytes, name: str) -> Compound:
    """The directory of a compound file.

    Raises
    ------
    ReadError
        The file is cut, or its tables point outside it or in a circle.
    """
    if len(data) < 512 or not data.startswith(MAGIC):
        raise _damaged(name, "its first bytes are cut")
    shift, short_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or short_shift != 6:
        raise _damaged(name, "its sectors have an impossible size")
    sector = 1 << shift
    tables, directory, _, cutoff, short_first, shorts, more, mores = struct.unpack_from("<IIIIIIII", data, 44)
    numbers = [n for n in struct.unpack_from("<109I", data, 76) if n < _LAST]
    most = len(data) // sector + 1
    if tables > most or mores > most or shorts > most:
        raise _damaged(name, "its tables are longer than the file")
    for _ in range(mores):
        if more >= _LAST:
            break
        block = _sector(data, more, sector, name)
        *here, more = struct.unpack(f"<{sector // 4}I", block)
        numbers += [n for n in here if n < _LAST]
    table: list[int] = []
    for number in numbers[:tables]:
        table += struct.unpack(f"<{sector // 4}I", _sector(data, number, sector, name))
    chain = tuple(table)
    listing = _chained(data, directory, None, sector, sector, chain, name)
    entries, root = _entries(listing, name, long_sizes=shift == 12)
    short_table: tuple[int, ...] = ()
    short_bytes = b""
    if shorts and short_first < _LAST:
        short_listing = _chained(data, short_first, None, sector, sector, chain, name)
        short_table = struct.unpack(f"<{len(short_listing) // 4}I", short_listing)
        short_bytes = _chained(data, *root, sector, sector, chain, name)
    return Compound(name, data, sector, 64, cutoff, chain, short_table, short_bytes, entries)


def _entries(listing: bytes, name: str, *, long_sizes: bool) -> tuple[dict[str, tuple[int, int]], tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    root = (_LAST, 0)
    top = _at_the_top(listing)
    for number, place in enumerate(range(0, len(listing) - _ENTRY + 1, _ENTRY)):
        entry = listing[place : place + _ENTRY]
        length = struct.unpack_from("<H", entry, 64)[0]
        kind, begin = entry[66], struct.unpack_from("<I", entry, 116)[0]
        size = struct.unpack_from("<Q" if long_sizes else "<I", entry, 120)[0]
        title = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", errors="replace")
        if kind == 5:
            root = (begin, size)
        elif kind == 2 and (top is None or number in top):
            title = _NAMES.get(title.lower(), title)
            if title in found and title in _NAMES.values():
                raise _damaged(name, f"it holds the stream {title} twice")
            found[title] = (begin, size)
    return found, root


def _at_the_top(listing: bytes) -> set[int] | None:
    """The entries that lie in no folder, for a workbook may hold others inside it; None without a tree of them."""
    last = len(listing) // _ENTRY
    waiting = [struct.unpack_from("<I", listing, 76)[0]] if last else []
    found: set[int] = set()
    while waiting:
        number = waiting.pop()
        if number < last and number not in found:
            found.add(number)
            waiting += struct.unpack_from("<II", listing, number * _ENTRY + 68)
    return found or None


def _chained(
    data: bytes, begin: int, size: int | None, sector: int, offset: int, table: tuple[int, ...], name: str
) -> bytes:
    """The sectors of a chain, joined; cut at ``size`` where it is known."""
    pieces: list[bytes] = []
    number, seen = begin, 0
    while number < _LAST:
        seen += 1
        if seen > len(table) or number >= len(table):
            raise _damaged(name, "a chain of its sectors has no end")
        place = offset + number * sector
        piece = data[place : place + sector]
        if not piece:
            raise _damaged(name, "a part of it lies beyond its end")
        pieces.append(piece)
        number = table[number]
    joined = b"".join(pieces)
    if size is None:
        return joined
    if len(joined) < size:
        raise _damaged(name, "a part of it lies beyond its end")
    return joined[:size]


def _sector(data: bytes, number: int, sector: int, name: str) -> bytes:
    place = (number + 1) * sector
    block = data[place : place + sector]
    if len(block) < sector:
        raise _damaged(name, "a table of it lies beyond its end")
    return block


def _damaged(name: str, reason: str) -> ReadError:
    return ReadError(f"{show(name)} is a damaged workbook of the old kind ({reason}); get it again or save it as XLSX.")
