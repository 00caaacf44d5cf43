"""Workbooks: every cell, and everything beside the cells that changes what they mean."""

from __future__ import annotations

import datetime
import io
import zipfile

import openpyxl
import pytest

from recanvass.errors import ReadError
from recanvass.intake.sheets import as_number, column_of, letters
from recanvass.reader import Limits, RawTable
from recanvass.readers.workbook import is_date_format
from recanvass.reading.containers import raw_tables

HEAD = ["station_id", "region", "registered", "ballots", "invalid", "Adams"]
SHEET = "xl/worksheets/sheet1.xml"


def rows(n: int = 12) -> list[list]:
    return [[f"S{i:03d}", f"Region {i % 5}", 900 + i, 500 + i, 5, 300 + i] for i in range(n)]


def saved(change=None, data=None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "results"
    for row in [HEAD, *(data or rows())]:
        sheet.append(row)
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, changes: dict, extra: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as a, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as b:
        for name in a.namelist():
            if name not in (extra or {}):
                content = a.read(name)
                b.writestr(name, changes[name](content) if name in changes else content)
        for name, content in (extra or {}).items():
            b.writestr(name, content)
    return out.getvalue()


def read(data: bytes, name: str = "x.xlsx", **options) -> RawTable:
    (table,) = raw_tables(data, name, **options)
    assert table.records == table.cells.height == len(table.positions)
    return table


def cells(table: RawTable) -> list[list]:
    return [list(r) for r in table.cells.rows()]


def notes(table: RawTable) -> dict[str, dict]:
    return {note.code: note.facts for note in table.notes}


def refused(data: bytes, *words: str, **options) -> str:
    with pytest.raises(ReadError) as caught:
        raw_tables(data, "x.xlsx", **options)
    message = str(caught.value)
    for word in ("x.xlsx", *words):
        assert word in message, message
    assert message.endswith(".")
    return message


EXPECTED = [HEAD, *[[str(v) for v in r] for r in rows()]]


def test_every_cell_as_text():
    table = read(saved())
    assert cells(table) == EXPECTED
    assert table.positions.to_list() == list(range(1, 14))
    assert table.cell_names
    assert table.notes == ()


def test_numbers_keep_their_value_and_not_their_float():
    def change(_, sheet):
        sheet["C2"], sheet["C3"], sheet["C4"], sheet["C5"], sheet["C6"] = 374.0, 12.5, "007", 7777, 1e300

    stored = {
        b"<v>374</v>": b"<v>3.74E2</v>",
        b"<v>12.5</v>": b"<v>12.50</v>",
        b"<v>7777</v>": b"<v>%d</v>" % (2**53 + 1),
    }

    def rewritten(xml: bytes) -> bytes:
        for old, new in stored.items():
            assert old in xml
            xml = xml.replace(old, new)
        return xml

    data = repacked(saved(change), {SHEET: rewritten})
    column = [r[2] for r in cells(read(data))]
    assert column[1:5] == ["374", "12.50", "007", str(2**53 + 1)]
    assert not column[5].isdigit()
    assert [as_number(t) for t in ("374.0", "-0", "1E3", "0.1", "1e400", "x", "374")] == [
        "374", "-0", "1000", "0.1", "1e400", "x", "374",
    ]  # fmt: skip


@pytest.mark.parametrize("lie", [b"A1:F4", b"A1:XFD1048576", b"Z9"])
def test_a_dimension_that_lies(lie):
    data = repacked(saved(), {SHEET: lambda d: d.replace(b'ref="A1:F13"', b'ref="' + lie + b'"')})
    assert cells(read(data)) == EXPECTED


def test_formulas_with_stored_values_are_announced():
    data = saved(lambda b, s: s.__setitem__("F3", "=1+1"))
    data = repacked(
        data,
        {
            SHEET: lambda d: d.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>9999</v>").replace(
                b"<f>1+1</f><v></v>", b"<f>1+1</f><v>9999</v>"
            )
        },
    )
    table = read(data)
    assert cells(table)[2][5] == "9999"
    assert notes(table)["formula_cells"]["cells"] == ["F3"]


def test_formulas_without_stored_values_are_refused():
    refused(saved(lambda b, s: (s.__setitem__("F3", "=1+1"), s.__setitem__("F4", "=2"))), "F3", "F4", "formulas")


def test_hidden_parts_and_other_sheets_are_named():
    def change(book, sheet):
        for k in (4, 5):
            sheet.row_dimensions[k].hidden = True
        sheet.column_dimensions["E"].hidden = True
        other = book.create_sheet("corrected results")
        other.append(HEAD)
        other.sheet_state = "hidden"
        book.create_sheet("nothing")

    first, second = raw_tables(saved(change), "x.xlsx")
    assert cells(first) == EXPECTED
    assert notes(first)["hidden_rows"] == {"sheet": "results", "rows": 2}
    assert notes(first)["hidden_columns"]["columns"] == ["E"]
    assert notes(first)["several_sheets"]["sheets"] == ["results", "corrected results", "nothing"]
    assert "hidden_sheet" in notes(second)
    assert (first.name, second.name) == ("results", "corrected results")
    (only,) = raw_tables(saved(change), "x.xlsx", part="results")
    assert only.name == "results"
    refused(saved(change), "no part", "corrected results", part="results of 2020")


def test_merged_cells_are_named_by_their_header():
    table = read(saved(lambda b, s: s.merge_cells("B2:B13")))
    assert notes(table)["merged_cells"]["columns"] == ["region"]
    assert [r[1] for r in cells(table)][1:] == ["Region 0", *[None] * 11]


def test_dates_errors_booleans_and_text_stay_what_they_are():
    def change(_, sheet):
        sheet["A2"] = datetime.datetime(2024, 3, 1)
        sheet["A3"] = datetime.datetime(2024, 3, 1, 12, 30)
        sheet["F3"], sheet["F4"], sheet["F5"] = "#REF!", True, "12 votes"

    table = read(saved(change))
    assert [r[0] for r in cells(table)][1:3] == ["2024-03-01", "2024-03-01 12:30:00"]
    assert [r[5] for r in cells(table)][2:5] == ["#REF!", "TRUE", "12 votes"]
    assert notes(table)["date_cells"]["cells"] == ["A2", "A3"]
    assert notes(table)["error_cells"]["cells"] == ["F3"]


def shared(data: bytes, index: bytes) -> bytes:
    start = data.index(b'<c r="B2"')
    stop = data.index(b"</c>", start) + 4
    return data[:start] + b'<c r="B2" t="s"><v>' + index + b"</v></c>" + data[stop:]


def strings(body: bytes, declaration: bytes = b"", encoding: str = "utf-8") -> bytes:
    text = b'<?xml version="1.0"?>' + declaration + b'<sst xmlns="http://x">' + body + b"</sst>"
    return text if encoding == "utf-8" else text.decode().encode(encoding)


@pytest.mark.parametrize("index", [b"2", b"-1", b"x", b"9" * 5000, "٣".encode()])
def test_a_shared_string_that_is_not_there(index):
    part = {"xl/sharedStrings.xml": strings(b"<si><t>one</t></si><si><t>two</t></si>")}
    refused(repacked(saved(), {SHEET: lambda d: shared(d, index)}, part), "B2")


def test_shared_strings_rich_text_phonetic_and_escapes():
    body = b"<si><r><t>Re</t></r><r><t xml:space='preserve'>gion </t></r><rPh><t>no</t></rPh></si><si><t>a_x000D_b</t></si>"
    part = {"xl/sharedStrings.xml": strings(body)}
    for index, value in ((b"0", "Region "), (b"1", "a\rb")):
        table = read(repacked(saved(), {SHEET: lambda d, i=index: shared(d, i)}, part))
        assert cells(table)[1][1] == value


LAUGHS = b'<!DOCTYPE sst [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("declaration", "encoding"),
    [
        (LAUGHS, "utf-8"),
        (LAUGHS, "utf-16"),
        (b'<!DOCTYPE sst [<!ENTITY b SYSTEM "file:///etc/passwd">]>', "utf-8"),
        (b'<!DOCTYPE sst SYSTEM "http://x.invalid/x.dtd">', "utf-8"),
        (b'<!DOCTYPE sst [<!ENTITY b "' + b"A" * 200_000 + b'">]>', "utf-8"),
    ],
)
def test_entities_are_refused_before_they_exist(declaration, encoding):
    body = b"<si><t>&b;</t></si>" * 200
    part = {"xl/sharedStrings.xml": strings(body, declaration, encoding)}
    refused(repacked(saved(), {SHEET: lambda d: shared(d, b"0")}, part), "entity")
    sheet = repacked(saved(), {SHEET: lambda d: d.replace(b"<worksheet", declaration + b"<worksheet", 1)})
    refused(sheet, "entity")
    book = repacked(saved(), {"xl/workbook.xml": lambda d: d.replace(b"<workbook", declaration + b"<workbook", 1)})
    refused(book, "entities")


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        (b'r="C4"', b'r="B4"', "B4"),
        (b'r="C4"', b'r="C9"', "C9"),
        (b'<row r="5"', b'<row r="4"', "row 4"),
        (b'<row r="5"', b'<row r="99999999999999999999"', "row"),
        (b'r="F13"', b'r="XFD13"', "XFD13"),
        (b"</sheetData>", b"", "XML"),
        (b'r="C4"', b'r="C\xc2\xb24"', "row 4"),
    ],
)
def test_sheets_that_two_programs_read_differently(old, new, word):
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    refused(repacked(saved(), {SHEET: change}), word)


def test_cells_and_rows_without_references_and_with_a_prefix():
    import re

    def bare(data: bytes) -> bytes:
        return re.sub(rb'(<(?:c|row)) r="[A-Z0-9]+"', rb"\1", data)

    def prefixed(data: bytes) -> bytes:
        data = re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", data)
        return data.replace(b"xmlns=", b"xmlns:x=")

    assert cells(read(repacked(saved(), {SHEET: bare}))) == EXPECTED
    assert cells(read(repacked(saved(), {SHEET: prefixed}))) == EXPECTED


def test_empty_rows_and_leading_columns():
    book = openpyxl.Workbook()
    book.active["B3"], book.active["C3"], book.active["C7"] = "a", "b", 1
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue())
    assert cells(table) == [[None, "a", "b"], [None, None, "1"]]
    assert table.positions.to_list() == [3, 7]


def test_broken_workbooks():
    data = saved()
    refused(data[: len(data) // 2])
    refused(repacked(data, {SHEET: lambda d: d[:400]}), "XML")
    refused(repacked(data, {"xl/workbook.xml": lambda d: b"<workbook"}), "xl/workbook.xml")
    refused(b"not a workbook", ".xlsx")
    refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "damaged")
    refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "encrypted")
    refused(saved(data=[["x" * 40_000] * 3]), "size", limits=Limits(field=1000))
    empty = io.BytesIO()
    openpyxl.Workbook().save(empty)
    refused(empty.getvalue(), "empty")


def test_a_sheet_that_inflates_a_thousandfold():
    data = repacked(saved(), {SHEET: lambda d: d.replace(b"<sheetData>", b"<sheetData>" + b" " * (30 << 20))})
    refused(data, "size")


def ods(body: str, declaration: str = "") -> bytes:
    out = io.BytesIO()
    spaces = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{declaration}<office:document-content {spaces} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="results">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        z.writestr("META-INF/manifest.xml", "<manifest/>")
        z.writestr("content.xml", content)
    return out.getvalue()


def ods_row(*values: str | int, attributes: str = "") -> str:
    told = "".join(
        f'<table:table-cell office:value-type="float" office:value="{v}"><text:p>{v}</text:p></table:table-cell>'
        if isinstance(v, int)
        else f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>'
        for v in values
    )
    return f"<table:table-row{attributes}>{told}</table:table-row>"


def test_ods():
    body = ods_row("id", "Adams") + "<table:table-row><table:table-cell/></table:table-row>" + ods_row("007", 374)
    table = read(ods(body), "x.ods")
    assert cells(table) == [["id", "Adams"], ["007", "374"]]
    assert table.positions.to_list() == [1, 3]
    hidden = ods(ods_row("id", "Adams") + ods_row("1", 2, attributes=' table:visibility="collapse"'))
    assert "hidden_rows" in notes(read(hidden, "x.ods"))
    with pytest.raises(ReadError, match="entity"):
        raw_tables(ods(ods_row("a"), '<!DOCTYPE x [<!ENTITY a "b">]>'), "x.ods")


def test_letters_and_formats():
    assert [letters(k) for k in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert all(column_of(letters(k)) == k for k in range(0, 16_384, 37))
    assert all(map(is_date_format, ["yyyy-mm-dd", "d.m.yy;@", "[$-409]h:mm AM/PM", "mmm"]))
    assert not any(map(is_date_format, ["General", "0.00", '0" days"', "#,##0", "[Red]0", "@"]))
