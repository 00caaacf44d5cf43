"""Texts in the records of old workbooks: one or two bytes a sign, cut wherever a record ends. [MS-XLS], section 2.5."""

from __future__ import annotations

import struct
from collections.abc import Sequence


def short_string(content: bytes, place: int) -> str:
    """A text whose length stands in one byte."""
    size, flags = content[place], content[place + 1]
    return _signs(content, place + 2, size, wide=bool(flags & 1))


def long_string(content: bytes, place: int) -> str:
    """A text whose length stands in two bytes; formatting behind it is passed over."""
    size, flags = struct.unpack_from("<HB", content, place)
    place += 3 + (2 if flags & 8 else 0) + (4 if flags & 4 else 0)
    return _signs(content, place, size, wide=bool(flags & 1))


def _signs(content: bytes, place: int, size: int, *, wide: bool) -> str:
    piece = content[place : place + size * (2 if wide else 1)]
    if len(piece) < size * (2 if wide else 1):
        raise struct.error("a text is cut")
    return piece.decode("utf-16-le" if wide else "latin-1")


class Strings:
    """The shared strings of a workbook, which run over the ends of records."""

    def __init__(self, pieces: Sequence[bytes], longest: int) -> None:
        self.pieces = pieces
        self.longest = longest
        self.piece = 0
        self.place = 8

    def all(self) -> list[str]:
        """Every shared string, in order."""
        number = struct.unpack_from("<I", self.pieces[0], 4)[0]
        found: list[str] = []
        for _ in range(number):
            found.append(self._one())
        return found

    def _one(self) -> str:
        size, flags = struct.unpack("<HB", self._bytes(3))
        if size > self.longest:
            raise OverflowError(size)
        runs = struct.unpack("<H", self._bytes(2))[0] if flags & 8 else 0
        beside = struct.unpack("<I", self._bytes(4))[0] if flags & 4 else 0
        signs, wide = bytearray(), bool(flags & 1)
        while len(signs) < 2 * size:
            here = self.pieces[self.piece]
            taken = min(size - len(signs) // 2, (len(here) - self.place) // (2 if wide else 1))
            if taken <= 0:  # the record behind says again how its signs are written
                self._next()
                wide = bool(self.pieces[self.piece][0] & 1)
                self.place = 1
                continue
            piece = here[self.place : self.place + taken * (2 if wide else 1)]
            signs += piece if wide else piece.decode("latin-1").encode("utf-16-le")
            self.place += len(piece)
        self._pass(4 * runs + beside)
        return signs.decode("utf-16-le")

    def _next(self) -> None:
        self.piece += 1
        if self.piece >= len(self.pieces):
            raise struct.error("the shared strings are cut")
        self.place = 0

    def _pass(self, size: int) -> None:
        """Pass over what says how a text looks and sounds; it may claim any size, so nothing is gathered."""
        while size > 0:
            taken = min(size, len(self.pieces[self.piece]) - self.place)
            size -= taken
            self.place += taken
            if size:
                self._next()

    def _bytes(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            here = self.pieces[self.piece]
            if self.place >= len(here):
                self._next()
                continue
            piece = here[self.place : self.place + size - len(found)]
            found += piece
            self.place += len(piece)
        return found
