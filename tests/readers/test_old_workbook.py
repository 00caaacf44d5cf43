"""XLS: real files of the old kind, written by xlwt, with all that lies beside their cells."""

from __future__ import annotations

import contextlib
import datetime
import io
import random
import struct
from collections.abc import Callable

import fastexcel
import pytest
import xlwt
from xlwt.CompoundDoc import XlsDoc

from recanvass.errors import ReadError
from recanvass.intake.biff import number_text, unpacked
from recanvass.reader import RawTable
from recanvass.reading.containers import raw_tables
from recanvass.reading.read import read

HEAD = ["Участок", "Район", "Зарегистрировано избирателей", "Проголосовало", "Недействительных", "Иванов", "Петров"]


def row(i: int) -> list[str | int | float]:
    return [f"Участок №{i}", "Север" if i % 3 else "Юг", 900 + i, 500 + i, 5.0, 300 + i, 195]


def written(change: Callable[[xlwt.Workbook, xlwt.Worksheet], None] | None = None, stations: int = 14) -> bytes:
    """A protocol with a title over it, a merged line of groups, and stations."""
    made = xlwt.Workbook(encoding="utf-8")
    sheet = made.add_sheet("Протоколы", cell_overwrite_ok=True)
    sheet.write_merge(0, 0, 0, 6, "Результаты выборов")
    for j, text in enumerate(HEAD):
        sheet.write(2, j, text)
    for i in range(stations):
        for j, value in enumerate(row(i)):
            sheet.write(3 + i, j, value)
    if change is not None:
        change(made, sheet)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def only(data: bytes) -> RawTable:
    (table,) = raw_tables(data, "x.xls")
    assert table.records == table.cells.height == len(table.positions)
    return table


def notes(table: RawTable) -> dict[str, dict[str, object]]:
    return {note.code: note.facts for note in table.notes}


def test_results_in_an_old_workbook(tmp_path):
    path = tmp_path / "x.xls"
    path.write_bytes(written())
    results = read(path)
    assert len(results) == 14
    assert results.options == ("Иванов", "Петров")
    assert results.totals["Иванов"] == sum(300 + i for i in range(14))
    assert results.totals["registered"] == sum(900 + i for i in range(14))
    assert results.rows.tolist() == list(range(4, 18))


def test_numbers_as_numbers_and_as_text_and_large_ones():
    def change(made, sheet):
        for j, value in enumerate([2**40, 2**52, 1e15, -7, 0.5, 1234.25, -0.01, 2**29, -(2**29), 1e300, "007", " 12 "]):
            sheet.write(20, j, value)

    table = only(written(change))
    found = list(table.cells.rows()[-1])
    assert found == [str(2**40), str(2**52), str(10**15), "-7", "0.5", "1234.25", "-0.01", str(2**29), str(-(2**29)),
                     "1e+300", "007", " 12 "]  # fmt: skip


def test_dates_errors_flags_merged_and_hidden_cells_are_announced():
    dated = xlwt.easyxf(num_format_str="YYYY-MM-DD")

    def change(made, sheet):
        sheet.write(20, 1, datetime.date(2010, 3, 4), dated)
        sheet.write(20, 2, bool(made))
        sheet.row(20).set_cell_error(3, "#DIV/0!")
        sheet.row(7).hidden = True
        sheet.row(8).hidden = True
        sheet.col(4).hidden = True

    table = only(written(change))
    said = notes(table)
    assert table.cells.rows()[-1][1:4] == ("2010-03-04", "TRUE", "#DIV/0!")
    assert said["date_cells"]["cells"] == ["B21"]
    assert said["error_cells"]["cells"] == ["D21"]
    assert said["hidden_rows"]["rows"] == 2
    assert said["hidden_columns"]["columns"] == ["E"]
    assert said["merged_cells"]["cells"] == ["A1:G1"]


def test_formulas_count_with_their_stored_values_and_are_refused_without():
    formula = written(lambda made, sheet: sheet.write(5, 5, xlwt.Formula("300+2")))
    with pytest.raises(ReadError, match=r"x\.xls.*F6.*no stored value"):
        raw_tables(formula, "x.xls")
    empty = struct.pack("<HHH", 5, 5, 17)[:4]
    place = formula.index(b"\x06\x00", formula.index("Петров".encode("utf-16-le")))
    while formula[place + 4 : place + 8] != empty:
        place = formula.index(b"\x06\x00", place + 1)
    value = place + 4 + 6
    stored = formula[:value] + struct.pack("<d", 302.0) + formula[value + 8 :]
    table = only(stored)
    assert notes(table)["formula_cells"]["cells"] == ["F6"]
    assert table.cells.rows()[4][5] == "302"


def test_several_sheets_and_a_hidden_one():
    def change(made, sheet):
        other = made.add_sheet("скрытый")
        other.write(2, 3, "x")
        other.visibility = 1
        made.add_sheet("пустой")

    first, second = raw_tables(written(change), "x.xls")
    assert (first.name, second.name) == ("Протоколы", "скрытый")
    assert "hidden_sheet" in notes(second)
    assert "hidden_sheet" not in notes(first)
    assert second.cells.rows() == [(None, None, None, "x")]
    assert second.positions.to_list() == [3]


def test_texts_that_run_over_the_ends_of_records():
    names = [random.Random(k).choice(["Ä", "ш", "x", "語"]) * (1 + 37 * k % 400) + str(k) for k in range(600)]

    def change(made, sheet):
        for k, name in enumerate(names):
            sheet.write(30 + k, 0, name)

    data = written(change)
    table = only(data)
    assert [r[0] for r in table.cells.rows()][-600:] == names


def test_every_cell_is_what_another_program_reads():
    rng = random.Random(4)

    def change(made, sheet):
        for i in range(100, 400):
            for j in rng.sample(range(9), 5):
                sheet.write(
                    i, j, rng.choice([rng.randrange(10**6), rng.randrange(99) / 4, f"Ш{i}", "plain", rng.randrange(99)])
                )

    data = written(change)
    other = fastexcel.read_excel(data).load_sheet(0, header_row=None, skip_rows=0, dtypes="string").to_polars()
    theirs = [tuple(r) for r in other.rows() if any(r)]
    assert [tuple(r) for r in only(data).cells.rows()] == theirs


@pytest.mark.parametrize("later", [False, True])
def test_the_first_day_of_the_calendar(later):
    dated = xlwt.easyxf(num_format_str="D.M.YY")

    def change(made, sheet):
        made.dates_1904 = later
        sheet.write(20, 0, 40_000, dated)

    assert only(written(change)).cells.rows()[-1][0] == ("2013-07-07" if later else "2009-07-06")


def packed(stream: bytes, title: str = "Workbook") -> bytes:
    content = io.BytesIO()
    XlsDoc().save(content, stream)
    data = content.getvalue()
    if title != "Workbook":
        old = "Workbook".encode("utf-16-le")
        place = data.index(old)
        entry = title.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<H", 2 * len(title) + 2)
        data = data[:place] + entry + data[place + 66 :]
    return data


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


END = record(0x0A, b"")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (packed(record(0x0809, struct.pack("<HHII", 0x0500, 5, 0, 0)) + END, "Book"), "Excel 95"),
        (packed(record(0x0809, struct.pack("<HHII", 0x0500, 5, 0, 0)) + END), "Excel 95"),
        (packed(record(0x0809, struct.pack("<HHII", 0x0600, 5, 0, 0)) + record(0x2F, bytes(6)) + END), "encrypted"),
        (packed(record(0x0809, struct.pack("<HHII", 0x0600, 5, 0, 0))), "no end"),
        (packed(record(0x0809, struct.pack("<HHII", 0x0600, 5, 0, 0)) + END), "empty"),
        (packed(b"\x09\x08\xff\xff" + bytes(9000)), "damaged"),
        (packed(bytes(100), "WordDocument"), "no workbook"),
    ],
)
def test_what_is_not_read_says_why(data, words):
    with pytest.raises(ReadError, match=words) as caught:
        raw_tables(data, "x.xls")
    assert "x.xls" in str(caught.value)


def test_a_workbook_cut_or_changed_anywhere_is_refused_or_read_but_never_crashes():
    data = written(stations=40)
    rng = random.Random(1)
    for _ in range(300):
        broken = bytearray(data[: rng.randrange(600, len(data))] if rng.random() < 0.4 else data)
        for _ in range(rng.randrange(0, 8)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        with contextlib.suppress(ReadError):
            raw_tables(bytes(broken), "x.xls")


def test_a_cell_that_stands_twice_is_refused():
    twice = bytearray(written())
    second = twice.index(struct.pack("<HHHH", 0x00FD, 10, 3, 1))
    twice[second + 6 : second + 8] = struct.pack("<H", 0)
    with pytest.raises(ReadError, match="twice"):
        raw_tables(bytes(twice), "x.xls")


def test_packed_numbers():
    assert unpacked(7 << 2 | 2) == 7
    assert unpacked(((1 << 30) - 7) << 2 | 2) == -7
    assert unpacked(1234 << 2 | 3) == 12.34
    assert number_text(float("nan")) == "nan"
    assert number_text(float("inf")) == "inf"
    assert number_text(2.0**60) == "1.152921504606847e+18"
