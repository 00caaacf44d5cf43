"""ODS: documents written by odfpy, and by hand where no honest program writes such a thing."""

from __future__ import annotations

import io

import pytest
from odf import style, table, text
from odf.opendocument import OpenDocumentSpreadsheet
from tests.readers.test_workbook import ods, ods_row

from recanvass.errors import ReadError
from recanvass.reader import RawTable
from recanvass.reading.containers import raw_tables
from recanvass.reading.read import read

HEAD = ["station", "registered", "ballots", "invalid", "Adams", "Baker"]


def cell(value: str | float, **more: object) -> table.TableCell:
    if isinstance(value, str):
        made = table.TableCell(valuetype="string", **more)
        made.addElement(text.P(text=value))
    else:
        made = table.TableCell(valuetype="float", value=value, **more)
        made.addElement(text.P(text=f"{value:,}".replace(",", " ")))
    return made


def document(stations: int = 12) -> tuple[OpenDocumentSpreadsheet, table.Table]:
    made = OpenDocumentSpreadsheet()
    sheet = table.Table(name="results")
    for row in [HEAD, *([f"S{i}", 1900 + i, 1500 + i, 5, 1300 + i, 195] for i in range(stations))]:
        line = table.TableRow()
        for value in row:
            line.addElement(cell(value))
        sheet.addElement(line)
    made.spreadsheet.addElement(sheet)
    return made, sheet


def saved(made: OpenDocumentSpreadsheet) -> bytes:
    content = io.BytesIO()
    made.write(content)
    return content.getvalue()


def only(data: bytes) -> RawTable:
    (found,) = raw_tables(data, "x.ods")
    assert found.records == found.cells.height == len(found.positions)
    return found


def notes(found: RawTable) -> dict[str, dict[str, object]]:
    return {note.code: note.facts for note in found.notes}


def test_results_in_a_document(tmp_path):
    path = tmp_path / "x.ods"
    path.write_bytes(saved(document()[0]))
    results = read(path)
    assert len(results) == 12
    assert results.totals["Adams"] == sum(1300 + i for i in range(12))
    assert results.totals["registered"] == sum(1900 + i for i in range(12))


def test_repeated_empty_rows_and_columns_keep_the_places_of_cells():
    empty = "<table:table-cell table:number-columns-repeated='3'/>"
    body = f"<table:table-row table:number-rows-repeated='4'>{empty}</table:table-row>"
    body += ods_row("a", "b").replace("<table:table-cell", empty + "<table:table-cell", 1)
    body += "<table:table-row table:number-rows-repeated='1048000'><table:table-cell/></table:table-row>"
    found = only(ods(body))
    assert found.cells.rows() == [(None, None, None, "a", "b")]
    assert found.positions.to_list() == [5]


def test_repeated_rows_and_cells_are_all_there():
    body = ods_row("a", "b") + ods_row(7, 8, attributes=" table:number-rows-repeated='3'")
    body += "<table:table-row><table:table-cell table:number-columns-repeated='2' office:value-type='float' "
    body += "office:value='9'/></table:table-row>"
    assert only(ods(body)).cells.rows() == [("a", "b"), *[("7", "8")] * 3, ("9", "9")]


@pytest.mark.parametrize("where", ["rows", "columns"])
def test_repetition_beyond_the_limits_is_refused(where):
    cells = "<table:table-cell table:number-columns-repeated='2147483647' office:value-type='float' office:value='9'/>"
    wide = f"<table:table-row>{cells}</table:table-row>"
    high = ods_row(7, 8, attributes=" table:number-rows-repeated='2147483647'")
    with pytest.raises(ReadError, match=r"x\.ods.*repeated"):
        raw_tables(ods(ods_row("a", "b") + (high if where == "rows" else wide)), "x.ods")


def test_comments_and_drawings_are_no_values():
    noted = (
        "<table:table-row><table:table-cell office:value-type='float' office:value='7'><office:annotation><text:p>99"
        "</text:p></office:annotation><text:p>7</text:p></table:table-cell><table:table-cell office:value-type='string'>"
        "<office:annotation><text:p>99</text:p></office:annotation><text:p>b<text:s text:c='2'/>c</text:p><text:p>d"
        "</text:p></table:table-cell></table:table-row>"
    )
    assert only(ods(noted)).cells.rows() == [("7", "b  c\nd")]


def test_formulas_dates_errors_and_hidden_parts_are_announced():
    made, sheet = document()
    line = table.TableRow(visibility="collapse")
    line.addElement(cell(12, formula="of:=5+7"))
    line.addElement(table.TableCell(valuetype="date", datevalue="2021-03-04"))
    line.addElement(table.TableCell(valuetype="boolean", booleanvalue="true"))
    line.addElement(cell("wide", numbercolumnsspanned=2))
    sheet.addElement(line)
    hiding = style.Style(name="hiding", family="table")
    hiding.addElement(style.TableProperties(display="false"))
    made.automaticstyles.addElement(hiding)
    other = table.Table(name="other", stylename="hiding")
    line = table.TableRow()
    line.addElement(cell("x"))
    other.addElement(line)
    made.spreadsheet.addElement(other)
    first, second = raw_tables(saved(made), "x.ods")
    assert first.cells.rows()[-1][:4] == ("12", "2021-03-04", "TRUE", "wide")
    said = notes(first)
    assert said["formula_cells"]["cells"] == ["A14"]
    assert said["date_cells"]["cells"] == ["B14"]
    assert said["merged_cells"]["cells"] == ["D14:E14"]
    assert said["hidden_rows"]["rows"] == 1
    assert "hidden_sheet" in notes(second)
    assert "hidden_sheet" not in said


def test_a_formula_without_a_stored_value_is_refused():
    body = ods_row("a", "b") + "<table:table-row><table:table-cell table:formula='of:=1+1'/></table:table-row>"
    with pytest.raises(ReadError, match=r"x\.ods.*A2.*no stored value"):
        raw_tables(ods(body), "x.ods")
