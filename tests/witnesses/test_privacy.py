"""Pictures without metadata, people without names."""

from __future__ import annotations

import contextlib
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recanvass.errors import ReadError, UsageError
from recanvass.privacy import Pseudonyms, without_metadata

SECRET = b"53.9006N 27.5590E iPhone of Maria"
KEY = b"0123456789abcdef"


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


SCAN = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x12\xff\x00\x34\xff\xd0\x56"
KEPT = segment(0xDB, bytes(65)) + segment(0xC0, b"\x08\x00\x01\x00\x01\x01\x01\x11\x00") + segment(0xC4, bytes(20))


def jpeg() -> bytes:
    jfif = segment(0xE0, b"JFIF\x00\x01\x02\x00\x00\x48\x00\x48\x02\x01" + SECRET[:6])
    hidden = (
        segment(0xE1, b"Exif\x00\x00" + SECRET) + segment(0xED, SECRET) + segment(0xFE, SECRET) + segment(0xE2, SECRET)
    )
    return b"\xff\xd8" + jfif + hidden + KEPT + SCAN + segment(0xE1, SECRET) + SCAN + b"\xff\xd9" + SECRET


def test_jpeg_keeps_the_picture_and_nothing_else() -> None:
    clean = without_metadata(jpeg())
    assert SECRET not in clean
    assert SECRET[:6] not in clean
    assert (
        clean
        == b"\xff\xd8"
        + segment(0xE0, b"JFIF\x00\x01\x02\x00\x00\x48\x00\x48\x00\x00")
        + KEPT
        + SCAN
        + SCAN
        + b"\xff\xd9"
    )
    assert without_metadata(clean) == clean


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_png() -> None:
    head, image = (
        chunk(b"IHDR", b"\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00"),
        chunk(b"IDAT", zlib.compress(b"\x00\x00")),
    )
    end = chunk(b"IEND", b"")
    hidden = b"".join(chunk(k, SECRET) for k in (b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME", b"iCCP", b"prVt"))
    magic = b"\x89PNG\r\n\x1a\n"
    assert without_metadata(magic + head + hidden + image + hidden + end + SECRET) == magic + head + image + end


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP"
    for kind, data in chunks:
        body += kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) & 1)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_webp() -> None:
    picture = riff(
        (b"VP8X", b"\x3c" + bytes(9)), (b"ICCP", SECRET), (b"VP8 ", b"image"), (b"EXIF", SECRET), (b"XMP ", SECRET)
    )
    clean = without_metadata(picture + SECRET)
    assert clean == riff((b"VP8X", b"\x10" + bytes(9)), (b"VP8 ", b"image"))


def test_webp_frames_hide_nothing() -> None:
    frame = (
        bytes(16)
        + b"EXIF"
        + struct.pack("<I", len(SECRET))
        + SECRET
        + b"\x00"
        + b"VP8 "
        + struct.pack("<I", 4)
        + b"abcd"
    )
    clean = without_metadata(riff((b"VP8X", bytes(10)), (b"ANMF", frame)))
    assert SECRET not in clean
    assert b"abcd" in clean


@pytest.mark.parametrize("cut", [3, 10, 40, 120, 200, 300])
def test_a_damaged_jpeg_is_refused(cut: int) -> None:
    with pytest.raises(ReadError, match="cut short"):
        without_metadata(jpeg()[:cut])


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\x00\x00\x00WEBP"]))
def test_no_bytes_crash(data: bytes, magic: bytes) -> None:
    with contextlib.suppress(ReadError):
        assert isinstance(without_metadata(magic + data), bytes)


def test_other_formats_are_refused() -> None:
    with pytest.raises(ReadError, match="no JPEG"):
        without_metadata(b"GIF89a", "ballot.gif")


def test_pseudonyms() -> None:
    ours = Pseudonyms(KEY)
    assert ours.of("Maria Kalesnikava") == ours.of("  maria   KALESNIKAVA ")
    assert ours.of("Maria Kalesnikava") != ours.of("Maria Kalesnikova")
    assert ours.of("Maria") != Pseudonyms(b"fedcba9876543210").of("Maria")
    assert "Maria" not in ours.of("Maria")
    assert ours.of("  ") == ""
    assert "0123456789abcdef" not in repr(ours)


def test_records() -> None:
    rows = [{"station": "1-1", "observer": "Maria"}, {"station": "1-2", "observer": None}]
    hidden = Pseudonyms(KEY).records(rows, "observer")
    assert hidden[0]["station"] == "1-1"
    assert hidden[0]["observer"].startswith("observer-")
    assert hidden[1]["observer"] == ""
    with pytest.raises(UsageError, match="observers"):
        Pseudonyms(KEY).records(rows, "observers")


def test_a_short_key_is_refused() -> None:
    with pytest.raises(UsageError, match="16"):
        Pseudonyms(b"short")


def test_coded_data_keep_their_stuffing_restarts_and_fill_bytes() -> None:
    """What follows them is found: a place written after the scan does not stay."""
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
    coded = b"\x12\xff\x00\x34\xff\xd3\x56\xff\xff\xd0\x78"
    kept = b"\xff\xd8\xff\xd4" + scan + coded
    given_ = kept + segment(0xE1, SECRET) + scan + coded + b"\xff\xff\xd9" + SECRET
    assert without_metadata(given_) == kept + scan + coded + b"\xff\xff\xd9"


@pytest.mark.parametrize("end", [b"\x12\x34", b"\x12\xff", b"\x12\xff\xff", b"\x12\xff\x00"])
def test_a_scan_without_an_end_is_told_and_not_copied(end: bytes) -> None:
    with pytest.raises(ReadError):
        without_metadata(b"\xff\xd8" + segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + end)
