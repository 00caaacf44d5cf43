"""Photographs without what the camera knew, and observers without their names.

A photograph carries the place, the time and the telephone that took it; an observer's name is
enough to be prosecuted for. `without_metadata` keeps what a picture needs to be shown and drops
everything else, byte for byte, without decoding the picture. `Pseudonyms` gives the same name the
same alias under a key that only its holder has; without the key an alias cannot be checked against
a list of names. Nothing here writes or sends anything.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recanvass.errors import ReadError, UsageError

#: PNG chunks that a picture is drawn from; text, time, EXIF and unknown ones are not among them.
_PNG_KEPT = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD pHYs acTL fcTL fdAT cICP".split())
#: WebP chunks that a picture is drawn from.
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"))
#: VP8X flags that announce ICC, EXIF and XMP.
_WEBP_FLAGS = 0x20 | 0x08 | 0x04


def without_metadata(picture: bytes, name: str = "the picture") -> bytes:
    """A JPEG, PNG or WebP without EXIF, GPS, XMP, IPTC, comments, thumbnails and trailing bytes.

    The colour profile goes as well (it can name a device); the pixels are untouched. The picture
    may then be shown unturned, since the camera's note on which side is up is gone too.

    Raises
    ------
    ReadError
        If the format is another one, or the file is cut short: it is then not safe to publish.
    """
    if picture.startswith(b"\xff\xd8"):
        return _jpeg(picture, name)
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return _png(picture, name)
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return _webp(picture, name)
    raise ReadError(
        f"{name} is no JPEG, PNG or WebP, so it cannot be cleared of metadata; convert it first, or leave it out."
    )


def _jpeg(data: bytes, name: str) -> bytes:
    """Keep the segments a decoder needs; drop APP1 to APP13, APP15 and comments.

    APP0 is written anew without its thumbnail; APP14 (Adobe) is kept because it says how colours
    are stored. Scans are copied up to the end-of-image marker, and nothing after it.
    """
    out, at = bytearray(b"\xff\xd8"), 2
    while True:
        at = data.find(b"\xff", at)
        while at >= 0 and at + 1 < len(data) and data[at + 1] == 0xFF:
            at += 1
        if at < 0 or at + 1 >= len(data):
            raise _cut(name)
        marker = data[at + 1]
        if marker == 0xD9:
            return bytes(out + b"\xff\xd9")
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            out += data[at : at + 2]
            at += 2
            continue
        if at + 4 > len(data):
            raise _cut(name)
        end = at + 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
        if end > len(data) or end < at + 4:
            raise _cut(name)
        segment = data[at:end]
        if marker == 0xE0 and segment[4:9] == b"JFIF\x00" and len(segment) >= 16:
            out += b"\xff\xe0\x00\x10" + segment[4:16] + b"\x00\x00"
        elif marker == 0xEE and segment[4:9] == b"Adobe":
            out += b"\xff\xee\x00\x0e" + segment[4:16] if len(segment) >= 16 else b""
        elif not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            out += segment
        at = end
        if marker == 0xDA:
            stop = _scan_end(data, at, name)
            out += data[at:stop]
            at = stop


def _scan_end(data: bytes, at: int, name: str) -> int:
    """The first marker after the coded data: stuffed bytes and restarts belong to the data."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _cut(name)
        if data[at + 1] == 0x00 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at


def _png(data: bytes, name: str) -> bytes:
    out, at = bytearray(data[:8]), 8
    while at + 12 <= len(data):
        length = int(struct.unpack(">I", data[at : at + 4])[0])
        kind, end = data[at + 4 : at + 8], at + 12 + length
        if end > len(data):
            break
        if kind in _PNG_KEPT:
            out += data[at:end]
        if kind == b"IEND":
            return bytes(out)
        at = end
    raise _cut(name)


def _webp(data: bytes, name: str) -> bytes:
    size = int(struct.unpack("<I", data[4:8])[0])
    if size + 8 > len(data):
        raise _cut(name)
    body, at, stop = bytearray(b"WEBP"), 12, size + 8
    while at + 8 <= stop:
        kind = data[at : at + 4]
        length = int(struct.unpack("<I", data[at + 4 : at + 8])[0])
        end = at + 8 + length + (length & 1)
        if end > stop + 1 or at + 8 + length > len(data):
            raise _cut(name)
        chunk = bytearray(data[at:end])
        if kind == b"VP8X" and length >= 10:
            chunk[8] &= 0xFF ^ _WEBP_FLAGS
        if kind == b"ANMF":
            chunk = _frame(chunk)
        if kind in _WEBP_KEPT:
            body += chunk
        at = end
    return b"RIFF" + struct.pack("<I", len(body)) + bytes(body)


def _frame(chunk: bytearray) -> bytearray:
    """A frame of an animation: only its picture, no unknown chunks inside."""
    head, at, inside = chunk[8:24], 24, bytearray()
    while at + 8 <= len(chunk):
        kind, length = bytes(chunk[at : at + 4]), int(struct.unpack("<I", chunk[at + 4 : at + 8])[0])
        end = at + 8 + length + (length & 1)
        if kind in (b"VP8 ", b"VP8L", b"ALPH"):
            inside += chunk[at:end]
        at = end
    kept = head + inside
    return bytearray(b"ANMF" + struct.pack("<I", len(kept))) + kept


def _cut(name: str) -> ReadError:
    return ReadError(f"{name} is cut short or damaged, so it cannot be cleared of metadata; leave it out.")


@dataclass(frozen=True)
class Pseudonyms:
    """Aliases of people's names under a key (HMAC-SHA-256).

    Parameters
    ----------
    key : bytes
        At least 16 bytes, kept by its holder and never written by the program.
    prefix : str
        What an alias begins with: ``observer`` gives ``observer-7F3K9QD2MX``.
    """

    key: bytes = field(repr=False)
    prefix: str = "observer"

    def __post_init__(self) -> None:
        if len(self.key) < 16:
            raise UsageError(f"The key has {len(self.key)} bytes; it must have at least 16.")

    @classmethod
    def from_file(cls, path: Path | str, prefix: str = "observer") -> Pseudonyms:
        """The key is the file's content, white space at its ends apart."""
        return cls(Path(path).read_bytes().strip(), prefix)

    def of(self, name: str) -> str:
        """The alias of a name; spellings that differ in case, spaces or composition share one."""
        folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        if not folded:
            return ""
        digest = hmac.new(self.key, folded.encode(), hashlib.sha256).digest()
        alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
        number, letters = int.from_bytes(digest, "big"), ""
        for _ in range(12):
            number, digit = divmod(number, len(alphabet))
            letters += alphabet[digit]
        return f"{self.prefix}-{letters}"

    def records(self, rows: Sequence[Mapping[str, Any]], *columns: str) -> list[dict[str, Any]]:
        """The same records with the names in these columns replaced; a missing column is an error."""
        for row in rows:
            missing = [c for c in columns if c not in row]
            if missing:
                raise UsageError(f"The records have no column {missing[0]!r}; they have {list(row)}.")
        return [{k: self.of(str(v or "")) if k in columns else v for k, v in row.items()} for row in rows]


__all__ = ["Pseudonyms", "without_metadata"]
