"""Delimited text: cell for cell what was written, or a refusal that names the place."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recanvass.errors import ControlTotalsDiffer, ReadError
from recanvass.reader import Limits, RawTable
from recanvass.readers import delimited
from recanvass.reading.containers import raw_tables

HEAD = ["station_id", "region", "registered", "Adams", "Baker"]


def rows(n: int = 30) -> list[list[str]]:
    return [[f"S{i:03d}", f"Region {i % 5}", str(900 + i), str(300 + i), str(200 - i)] for i in range(n)]


def text(table: list[list[str]], delimiter: str = ",", newline: str = "\n", quoting: int = 0) -> str:
    """RFC 4180; unlike Python's csv module before 3.13 a lone CR is quoted too."""

    def cell(value: str) -> str:
        if quoting or any(c in value for c in f'{delimiter}"\r\n'):
            return '"' + value.replace('"', '""') + '"'
        return value

    return "".join(delimiter.join(map(cell, row)) + newline for row in table)


def read(data: bytes | str, name: str = "x.csv", **options) -> RawTable:
    (table,) = raw_tables(data.encode() if isinstance(data, str) else data, name, **options)
    assert table.records == table.cells.height == len(table.positions)
    assert set(table.cells.dtypes) == {pl.String}
    return table


def cells(table: RawTable) -> list[list[str | None]]:
    return [list(r) for r in table.cells.rows()]


def refused(data: bytes | str, *words: str, name: str = "x.csv", **options) -> str:
    with pytest.raises(ReadError) as caught:
        read(data, name, **options)
    message = str(caught.value)
    for word in (name, *words):
        assert word in message, message
    assert message.endswith(".")
    assert message.isprintable()
    return message


CELL = st.text(alphabet=st.sampled_from(list("ab1\"',;\t|\r\n é漢=")), max_size=5)
TABLES = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=2, max_size=7)
)


@settings(max_examples=150, deadline=None)
@given(
    TABLES,
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([0, 1]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_any_table_comes_back_cell_for_cell(table, delimiter, newline, quoting, encoding):
    header = [f"column {j}" for j in range(len(table[0]))]
    written = text([header, header, header, *table], delimiter, newline, quoting).encode(encoding)
    found = delimited._Text(
        written.decode(encoding).encode(), "x.csv", delimiter.encode(), delimited.scan(
            written.decode(encoding).encode(), delimiter.encode()
        )
    )  # fmt: skip
    assert cells(delimited._table(found, "", (), Limits())) == [header, header, header, *table]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_delimiters_newlines_encodings(delimiter, newline, encoding):
    data = text([HEAD, *rows()], delimiter, newline).encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    table = read(data)
    assert cells(table) == [HEAD, *rows()]
    assert table.positions.to_list() == list(range(1, 32))


def test_mixed_newlines_and_newlines_in_quotes():
    data = rows()
    data[3][1], data[4][1] = "Region\r\nfour", "Region\nfive"
    written = text([HEAD, *data[:10]], newline="\r\n") + text(data[10:])
    table = read(written)
    assert cells(table) == [HEAD, *data]
    assert table.positions.to_list()[4:8] == [5, 7, 9, 10]


def test_blank_lines_are_no_records_and_are_counted_in_positions():
    table = read("a,b\n\n1,2\n\n\n3,4\n\n")
    assert cells(table) == [["a", "b"], ["1", "2"], ["3", "4"]]
    assert table.positions.to_list() == [1, 3, 6]


def test_doubled_quotes_stay_single_in_the_header_and_in_cells():
    table = read('id,"партия ""ЕДИНАЯ РОССИЯ"""\n1,"""x"""\n')
    assert cells(table) == [["id", 'партия "ЕДИНАЯ РОССИЯ"'], ["1", '"x"']]


def test_marks_that_are_plain_text():
    table = read('id;ПАРТИЯ "ЕДИНАЯ РОССИЯ"\n1;2\n3;5" x\n')
    assert cells(table) == [["id", 'ПАРТИЯ "ЕДИНАЯ РОССИЯ"'], ["1", "2"], ["3", '5" x']]
    mixed = read('id,name\n"1",5" pipe\n2,"a,b"\n')
    assert cells(mixed) == [["id", "name"], ["1", '5" pipe'], ["2", "a,b"]]


def test_nothing_is_interpreted():
    odd = ["007", "4e492493924924", "NA", "null", "", " 1 ", "1_000", "=1+1", "0x10", "NaN"]
    table = read(text([["id", "b"], *[[o, "x"] for o in odd]]))
    assert [r[0] for r in cells(table)][1:] == odd


def test_preamble_and_footnote_survive():
    written = "Results of the election\n\nSource; commission\n" + text([HEAD, *rows()], ";") + "preliminary\n"
    table = read(written)
    assert cells(table)[0] == ["Results of the election", None, None, None, None]
    assert cells(table)[1] == ["Source", " commission", None, None, None]
    assert cells(table)[2] == HEAD
    assert cells(table)[-1] == ["preliminary", None, None, None, None]
    assert table.positions.to_list()[:3] == [1, 3, 4]
    assert [(n.code, n.facts["rows"]) for n in table.notes] == [("preamble", 2), ("footnotes", 1)]


def test_ragged_rows_are_refused_with_their_row():
    lines = text([HEAD, *rows()]).splitlines()
    refused("\n".join([*lines[:10], "S,R,1,2", *lines[11:]]), "row 11", "4 cells", "missing")
    refused("\n".join([*lines[:10], "S,R, 5,1,2,3", *lines[11:]]), "row 11", "6 cells", "quoted")
    refused("\n".join([*lines, "S999,Region 5,900"]), "row 32")
    refused("\n".join(["a,b,c,d", *lines[1:]]), "row 1", "4 cells")
    refused("\n".join([lines[0] + ",", *lines[1:]]), "row 1", "6 cells")


def test_bytes_that_must_not_be():
    lines = text([HEAD, *rows(4)])
    refused(lines + "S9,R,900,4\x0012,1\n", "row 6", "column Adams", "NUL")
    refused(lines.encode() + "S9,Québec,9,4,1\n".encode("latin-1") + lines.encode() * 40, "row 6", "region")
    refused(b"".join([lines[:40].encode(), b"\nS3,Reg\xed\xa0\x80ion,5,3,1\n"]), "column region")
    refused(lines.encode() + b"S4,a\xc0\xafb,5,3,1\n", "row 6", "column region")
    refused(lines.encode("utf-16")[:-1], "UTF-16")


def test_quotes_that_never_close():
    lines = text([HEAD, *rows()]).split("\n")
    lines[5] = lines[5].replace("Region", '"Region')
    refused("\n".join(lines), "row 6", "column region", "quote")
    lines[20] = lines[20].replace("Region", '"Region')
    refused("\n".join(lines), "row 6", "column region", "quote")


def test_limits():
    lines = text([HEAD, *rows(3)])
    refused(lines + "S2," + "A" * 70_000 + ",5,3,1\n", "row 5", "column region", "65,536")
    refused(lines + 'S2,"' + "A" * 70_000 + '",5,3,1\n', "row 5", "column region")
    refused("1234567890," * 200_000, "row 1")
    refused(",".join(f"c{i}" for i in range(3000)) + "\n" + ",".join("1" * 3000) + "\n", "column")
    refused(lines, "rows", limits=Limits(rows=2))
    refused(lines, "size", limits=Limits(file=10))
    refused("a,b\n" + "x" * 900 + "," + "y" * 900 + "\n", "row 2", limits=Limits(record=1000))
    refused('a,"b\n"x,' + "y" * 900 + "\n", limits=Limits(field=100))


def test_empty_and_blank():
    refused(b"", "empty")
    refused(b" \n\n", "empty")
    refused(b"\xef\xbb\xbf", "empty")


def test_names_in_messages_are_escaped():
    refused("a\x1b[2J,b\n1,2\n3,4\n5\x00,6\n", "\\u001b")


def test_a_loader_that_loses_a_row_is_caught(monkeypatch):
    real = pl.read_csv
    monkeypatch.setattr(pl, "read_csv", lambda *a, **k: real(*a, **k).head(3))
    with pytest.raises(ControlTotalsDiffer, match="defect"):
        read(text([HEAD, *rows()]))


@pytest.mark.parametrize("quoting", [0, 1])
def test_a_loader_that_changes_a_byte_is_caught(monkeypatch, quoting):
    real = pl.read_csv
    monkeypatch.setattr(pl, "read_csv", lambda *a, **k: real(*a, **k).with_columns(pl.lit("x").alias("c1")))
    with pytest.raises(ControlTotalsDiffer):
        read(text([HEAD, *rows()], quoting=quoting))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet='a1,;"\n\r\0é', max_size=40).map(str.encode))
def test_any_bytes_are_read_or_refused(data):
    try:
        tables = raw_tables(data, "x.csv")
    except ReadError as error:
        tables, message = (), str(error)
    else:
        message = "x.csv"
    assert "x.csv" in message
    assert all(t.records == t.cells.height for t in tables)


@pytest.mark.parametrize("title", ["", "Results of the commission;;\n"])
def test_a_second_byte_order_mark_is_part_of_the_first_cell(title):
    data = b"\xef\xbb\xbf" + title.encode() + b"\xef\xbb\xbfstation;votes;more\nS1;1;2\nS2;3;4\n"
    (table,) = raw_tables(data, "x.csv")
    assert table.records == table.cells.height
    assert table.cells.rows()[-3:] == [("\ufeffstation", "votes", "more"), ("S1", "1", "2"), ("S2", "3", "4")]
