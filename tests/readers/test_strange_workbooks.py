"""Workbooks that other programs write, or that nobody writes honestly: no wrong figure, and no endless work."""

from __future__ import annotations

import struct
import time

import pytest
from tests.readers.test_old_workbook import END, packed, record, written
from tests.readers.test_opendocument import only as only_ods
from tests.readers.test_workbook import ods, ods_row, read, repacked, saved

from recanvass.errors import ReadError
from recanvass.intake.strings import Strings
from recanvass.reading.containers import raw_tables

DRAWN = "xmlns:draw='urn:oasis:names:tc:opendocument:xmlns:drawing:1.0'"
BEGINNING = record(0x0809, struct.pack("<HHII", 0x0600, 5, 0, 0))


def announced(title: str, place: int) -> bytes:
    return record(0x0085, struct.pack("<IBBBB", place, 0, 0, len(title), 0) + title.encode("latin-1"))


def with_sheet(body: bytes, before: bytes = b"", titles: str = "A") -> bytes:
    """A workbook of one sheet, which may be announced under several names."""
    place = len(BEGINNING + before + END) + sum(len(announced(t, 0)) for t in titles)
    heads = b"".join(announced(t, place) for t in titles)
    return packed(BEGINNING + before + heads + END + BEGINNING + body + END + bytes(5_000))


def number(row: int, column: int, value: float) -> bytes:
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def test_a_sheet_by_hand():
    (table,) = raw_tables(with_sheet(number(0, 0, 7) + number(2, 1, -0.5)), "x.xls")
    assert table.cells.rows() == [("7", None), (None, "-0.5")]
    assert table.positions.to_list() == [1, 3]


def test_cells_beyond_the_columns_of_a_sheet_are_refused():
    """One cell a row in the last column that a record can name would grow to 4 milliard cells."""
    body = b"".join(number(i, 65_535, 1) for i in range(2_000))
    with pytest.raises(ReadError, match="256 columns"):
        raw_tables(with_sheet(body), "x.xls")


def test_one_sheet_under_many_names_is_refused():
    with pytest.raises(ReadError, match="two of its sheets are one"):
        raw_tables(with_sheet(number(0, 0, 7), titles="ABCD"), "x.xls")


def test_two_lists_of_texts_are_refused():
    texts = record(0x00FC, struct.pack("<IIHB", 1, 1, 1, 0) + b"x")
    with pytest.raises(ReadError, match="texts twice"):
        raw_tables(with_sheet(number(0, 0, 7), before=texts * 2), "x.xls")


def test_a_text_that_claims_endless_formatting_is_refused_at_once():
    pieces = [struct.pack("<IIHBI", 1, 1, 1, 4, 2**32 - 1) + b"x", *[bytes(8_000)] * 6_000]
    begun = time.process_time()
    with pytest.raises(struct.error):
        Strings(pieces, 100).all()
    assert time.process_time() - begun < 2


def test_formatting_behind_a_text_may_run_over_the_ends_of_records():
    first = struct.pack("<IIHBH", 2, 2, 2, 8, 3) + b"ab" + bytes(5)
    second = bytes(7) + struct.pack("<HB", 1, 0) + b"c"
    assert Strings([first, second], 100).all() == ["ab", "c"]


def test_a_formula_whose_text_is_missing_has_no_stored_value():
    formula = record(0x0006, struct.pack("<HHH", 4, 2, 0) + b"\0\0\0\0\0\0\xff\xff" + bytes(8))
    with pytest.raises(ReadError, match=r"C5.*no stored value"):
        raw_tables(with_sheet(number(0, 0, 7) + formula), "x.xls")


def test_a_workbook_inside_a_workbook_is_not_read():
    """An embedded table has a stream of the same name, in a folder of its own."""
    data = bytearray(written())
    entry = data.index("Workbook".encode("utf-16-le"))
    directory = entry - 128
    free = next(p for p in range(directory + 256, directory + 512, 128) if data[p + 66] == 0)
    data[free : free + 128] = data[entry : entry + 128]
    struct.pack_into("<III", data, free + 68, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    (table,) = raw_tables(bytes(data), "x.xls")
    assert table.records == 16
    struct.pack_into("<I", data, entry + 72, (free - directory) // 128)
    with pytest.raises(ReadError, match="Workbook twice"):
        raw_tables(bytes(data), "x.xls")


def test_the_name_of_the_stream_is_compared_without_case():
    (table,) = raw_tables(packed_as("WORKBOOK"), "x.xls")
    assert table.records == 16


def packed_as(title: str) -> bytes:
    return written().replace("Workbook".encode("utf-16-le"), title.encode("utf-16-le"))


def calculated(stored: bytes, *, later: bool) -> bytes:
    """A workbook with one formula, and whether it asks for a calculation at opening."""

    def formula(content: bytes) -> bytes:
        assert b"<f>1-1</f><v></v>" in content or b"<f>1-1</f><v />" in content or b"<f>1-1</f><v/>" in content
        for empty in (b"<v></v>", b"<v />", b"<v/>"):
            content = content.replace(b"<f>1-1</f>" + empty, b"<f>1-1</f><v>" + stored + b"</v>")
        return content

    def asks(content: bytes) -> bytes:
        assert b'fullCalcOnLoad="1"' in content
        return content if later else content.replace(b'fullCalcOnLoad="1"', b"")

    def change(_, sheet):
        sheet["F3"] = "=1-1"

    return repacked(saved(change), {"xl/worksheets/sheet1.xml": formula, "xl/workbook.xml": asks})


def test_formulas_of_a_program_that_calculates_nothing_are_refused():
    """Some programs store 0 with each formula, and leave the calculation to whoever opens the file."""
    with pytest.raises(ReadError, match=r"F3.*no stored value"):
        raw_tables(calculated(b"0", later=True), "x.xlsx")


@pytest.mark.parametrize(("stored", "later"), [(b"0", False), (b"12", True)])
def test_formulas_that_were_calculated_count(stored, later):
    table = read(calculated(stored, later=later))
    assert table.cells.rows()[2][5] == stored.decode()
    assert {note.code for note in table.notes} == {"formula_cells"}


def test_one_cell_far_to_the_right_of_a_long_table_is_refused():
    far = "<table:table-row><table:table-cell table:number-columns-repeated='1990'/>"
    far += "<table:table-cell office:value-type='float' office:value='9'/></table:table-row>"
    long = ods_row(7, attributes=" table:number-rows-repeated='900000'")
    with pytest.raises(ReadError, match=r"1,991 columns"):
        raw_tables(ods(ods_row("a") + long + far), "x.ods")


@pytest.mark.parametrize(
    "drawn",
    [
        f"<draw:custom-shape {DRAWN}><text:p>99</text:p></draw:custom-shape>",
        f"<draw:g {DRAWN}><draw:rect><text:p>99</text:p></draw:rect></draw:g>",
        f"<draw:a {DRAWN}><draw:frame><draw:text-box><text:p>99</text:p></draw:text-box></draw:frame></draw:a>",
    ],
)
def test_what_is_written_on_a_drawing_is_no_value(drawn):
    body = f"<table:table-row><table:table-cell office:value-type='string'>{drawn}<text:p>b</text:p></table:table-cell>"
    body += f"<table:table-cell>{drawn}</table:table-cell></table:table-row>"
    assert only_ods(ods(ods_row("a", "c") + body)).cells.rows() == [("a", "c"), ("b", None)]


def test_the_reading_of_a_sign_is_no_part_of_a_text():
    ruby = "<text:ruby><text:ruby-base>東</text:ruby-base><text:ruby-text>ひがし</text:ruby-text></text:ruby>"
    body = f"<table:table-row><table:table-cell office:value-type='string'><text:p>{ruby}x</text:p></table:table-cell>"
    assert only_ods(ods(ods_row("a") + body + "</table:table-row>")).cells.rows() == [("a",), ("東x",)]


def test_what_was_kept_of_another_file_is_no_sheet():
    kept = "</table:table><table:table table:name=\"'file:///other.ods'#$A\"><table:table-source/>" + ods_row(1, 2)
    assert only_ods(ods(ods_row("a", "b") + ods_row(7, 8) + kept)).cells.rows() == [("a", "b"), ("7", "8")]


def test_a_flat_document_is_named_as_xml():
    flat = b"<?xml version='1.0'?><office:document xmlns:office='x'><table:table/></office:document>"
    with pytest.raises(ReadError, match="XML document"):
        raw_tables(flat, "x.fods")
