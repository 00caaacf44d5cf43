"""Archives and disguises: what a file really is, and what an archive may not do."""

from __future__ import annotations

import gzip
import io
import struct
import warnings
import zipfile
import zlib

import pytest

from recanvass import wording
from recanvass.errors import ReadError, UsageError
from recanvass.reader import Limits
from recanvass.reading.containers import raw_tables

CSV = b"id,votes\nS1,5\nS2,7\n"
OTHER = b"id,votes\nS1,6\n"


def info(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
    member.external_attr, member.create_system = mode << 16, 3
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def packed(*members: tuple[str, bytes], mode: int = 0o100644) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(out, "w") as z:
        warnings.simplefilter("ignore")
        for name, content in members:
            z.writestr(info(name, mode), content)
    return out.getvalue()


def refused(data: bytes, *words: str, name: str = "x.zip", **options) -> None:
    with pytest.raises(ReadError) as caught:
        raw_tables(data, name, **options)
    message = str(caught.value)
    for word in (name, *words):
        assert word in message, message
    assert message.endswith(".")
    assert message.isprintable()


def test_one_and_several_tables():
    (table,) = raw_tables(packed(("folder/", b""), ("folder/a.csv", CSV)), "x.zip")
    assert (table.name, table.records) == ("folder/a.csv", 3)
    data = packed(
        ("a.csv", CSV), ("b.tsv", OTHER), ("read.me.txt", b"hello"), ("__MACOSX/._a.csv", b"\0\1"), ("c.pdf", b"%PDF")
    )
    tables = raw_tables(data, "x.zip")
    assert [t.name for t in tables] == ["a.csv", "b.tsv"]
    assert [(n.code, n.facts["members"]) for n in tables[0].notes] == [("members_ignored", ["read.me.txt", "c.pdf"])]
    (second,) = raw_tables(data, "x.zip", part="b.tsv")
    assert second.records == 2
    refused(data, "no part", part="c.csv")


def test_a_part_is_read_without_the_others():
    data = packed(("a.csv", CSV), ("b.csv", b"a,b\n1,2\n3\n4,5\n"))
    refused(data, "b.csv", "row 3")
    (table,) = raw_tables(data, "x.zip", part="a.csv")
    assert table.records == 3


def test_a_text_file_is_read_where_there_is_nothing_else():
    (table,) = raw_tables(packed(("votes.txt", CSV)), "x.zip")
    assert table.records == 3
    refused(packed(("a.pdf", b"%PDF")), "no table", "a.pdf")
    refused(packed(("a.csv", b"")), "empty")
    refused(packed(), "no table")


def test_a_workbook_in_an_archive():
    import openpyxl

    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.append(["id", "votes"])
    book.active.append(["S1", 5])
    book.save(out)
    (table,) = raw_tables(packed(("a.xlsx", out.getvalue())), "x.zip")
    assert (table.name, table.cells.rows()[1]) == ("a.xlsx", ("S1", "5"))


@pytest.mark.parametrize(
    "name", ["../a.csv", "/tmp/a.csv", "C:\\a.csv", "..\\a.csv", "a/../../b.csv", "C:a.csv", "a\\b.csv"]
)
def test_names_that_climb_out(name):
    refused(packed(("ok.csv", CSV), (name, CSV)), "..")


def test_members_that_programs_read_differently():
    refused(packed(("data", b"/etc"), mode=0o120777), "link")
    refused(packed(("a.csv", CSV), ("a.csv", OTHER)), "a.csv", "two members")
    refused(packed(*((f"{k}.csv", b"") for k in range(1001))), "1,001 members")
    refused(packed(("a.zip", packed(("a.csv", CSV)))), "nested")
    refused(packed(("a.csv", packed(("a.csv", CSV)))), "nested")
    refused(packed(("a.csv", gzip.compress(CSV))), "nested")
    refused(packed(("a.csv.gz", CSV)), "nested")


def test_encrypted_and_damaged():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as z:
        z.writestr(zipfile.ZipInfo("a.csv"), CSV)
    data = bytearray(out.getvalue())
    data[40] ^= 1
    refused(bytes(data), "a.csv", "damaged")
    data = bytearray(out.getvalue())
    data[6] |= 1
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    refused(bytes(data), "encrypted")
    refused(out.getvalue()[:60], "damaged")
    with zipfile.ZipFile(out := io.BytesIO(), "w", zipfile.ZIP_LZMA) as z:
        z.writestr("a.csv", CSV)
    refused(out.getvalue(), "method 14")


def entry(names: list[bytes], content: bytes, size: int) -> bytes:
    """An archive whose directory has these names for one stream, and declares this size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream, crc = packer.compress(content) + packer.flush(), zlib.crc32(content)
    fields = (crc, len(stream), size, len(names[0]))
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0x5821, *fields, 0) + names[0] + stream
    central = b"".join(
        struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0x5821, *fields, 0, 0, 0, 0, 0, 0) + name
        for name in names
    )
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(names), len(names), len(central), len(local), 0)
    return local + central + end


def test_bombs():
    zeros = bytes(12 << 20)
    refused(packed(("a.csv", zeros)), "size", "200 times")
    refused(entry([b"a.csv"], zeros, 100), "damaged")
    refused(entry([b"a0.csv", b"a1.csv"], bytes(1 << 20), 1 << 20), "overlap")
    refused(packed(("a.csv", b"1,2\n" * 1000), ("b.csv", b"1,2\n" * 1000)), "size", limits=Limits(inflated=7000))
    refused(gzip.compress(zeros), "size", "gzip", name="x.csv")


def test_gzip_is_read_and_named():
    (table,) = raw_tables(gzip.compress(CSV, mtime=0), "x.csv")
    assert table.records == 3
    assert [n.code for n in table.notes] == ["gzip"]
    refused(gzip.compress(CSV)[:-4], "gzip", name="x.csv")
    refused(gzip.compress(CSV) + gzip.compress(OTHER), "gzip", name="x.csv")
    refused(gzip.compress(b""), "gzip", "empty", name="x.csv")
    refused(gzip.compress(packed(("a.csv", CSV))), "nested", name="x.csv.gz")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"<!DOCTYPE html><html><title>404</title></html>", "HTML"),
        (b"\xef\xbb\xbf\n <HTML><body>x", "HTML"),
        ("<!doctype html><p>x".encode("utf-16"), "HTML"),
        (b'<?xml version="1.0"?><html>', "HTML"),
        (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b"%PDF-1.7\n", "PDF"),
        (b"{\\rtf1", "RTF"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x80\x02cos\nsystem\n", "pickle"),
        (b"\x93NUMPY\x01\x00", "numpy"),
        (b"SQLite format 3\x00", "SQLite"),
        (b"", "empty"),
    ],
)
def test_disguises(content, word):
    refused(content, word, name="results.csv")


def test_only_the_base_name_is_shown():
    with pytest.raises(ReadError) as caught:
        raw_tables(b"", "/home/somebody/secret/x.csv")
    assert "secret" not in str(caught.value)
    with pytest.raises(ReadError, match="u001b") as caught:
        raw_tables(b"", "x\x1b[2J.csv")


def test_a_named_encoding():
    data = "id,Область\n1,Москва\n".encode("koi8-r")
    (table,) = raw_tables(data, "x.csv", encoding="koi8-r")
    assert table.encoding == "koi8-r"
    assert table.cells.rows()[1] == ("1", "Москва")
    assert table.notes == ()
    with pytest.raises(UsageError, match="no encoding"):
        raw_tables(data, "x.csv", encoding="latin-99")
    with pytest.raises(UsageError, match="not an encoding of text"):
        raw_tables(data, "x.csv", encoding="rot13")
    refused(data, "utf-8", "byte", name="x.csv", encoding="utf-8")


def test_every_note_has_its_words():
    facts = {
        "encoding": "cp1251", "sample": "a", "rows": 2, "first": 1, "name": "x", "members": ["a"], "key": "k",
        "cells": ["A1"], "sheet": "s", "sheets": ["s"], "columns": ["a"],
    }  # fmt: skip
    for language in wording.LANGUAGES:
        for code in wording.template("reading", "note", language="en"):
            assert wording.phrase("reading", "note", code, facts=facts, language=language).endswith(".")
