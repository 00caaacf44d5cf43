"""Workbooks: XLSX, XLS and ODS read cell by cell, with all that lies beside the values.

Empty rows are no records. A merged cell has its value in its first cell only; the others are
empty, and a note says so. A formula counts with the value that was stored with it, and a note
says so; where none was stored the sheet is refused, for the figure is not in the file.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from recanvass.errors import ReadError
from recanvass.intake.biff import old_workbook
from recanvass.intake.compound import MAGIC, compound
from recanvass.intake.inflating import Archive, archive
from recanvass.intake.opendocument import open_document
from recanvass.intake.sheets import MOST_CELLS, Book, Sheet, column_of, ordinal, shared_strings, sheet
from recanvass.reader import Limits, Note, RawTable
from recanvass.wording import count, listed, show

if TYPE_CHECKING:
    import polars as pl

_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_RANGE = re.compile(r"^([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)$")
_LITERAL = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')


class Workbook:
    """XLSX, XLS and ODS."""

    name: ClassVar[str] = "workbook"
    suffixes: ClassVar[tuple[str, ...]] = (".xlsx", ".xlsm", ".xls", ".ods")

    def sniff(self, head: bytes, suffix: str) -> bool:
        """By content: a compound file, or a ZIP with the parts of a workbook."""
        if head.startswith(MAGIC):
            return True
        if not head.startswith(b"PK"):
            return False
        if suffix in self.suffixes:
            return True
        try:
            with zipfile.ZipFile(io.BytesIO(head)) as opened:
                names = opened.namelist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            return False
        return "xl/workbook.xml" in names or {"mimetype", "content.xml"} <= set(names)

    def tables(self, data: bytes, name: str, limits: Limits) -> Sequence[RawTable]:
        """One table a sheet, in the order of the workbook; empty sheets are left out."""
        if data.startswith(MAGIC):
            return _old(data, name, limits)
        package = archive(data, name, limits)
        if "content.xml" in package.members:
            return _open_document(package, limits)
        if "xl/workbook.bin" in package.members:
            raise ReadError(f"{show(name)} is a binary workbook (XLSB); save it as XLSX.")
        if "xl/workbook.xml" not in package.members:
            raise ReadError(f"{show(name)} is no workbook: it has no xl/workbook.xml; it is damaged or renamed.")
        return _sheets(package, limits)


def _sheets(package: Archive, limits: Limits) -> Sequence[RawTable]:
    name = package.name
    tree = _xml(package, "xl/workbook.xml")
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in _xml(package, "xl/_rels/workbook.xml.rels").iter()
        if _tag(relation) == "Relationship"
    }
    strings: list[str] = []
    if "xl/sharedStrings.xml" in package.members:
        strings = shared_strings(package.chunks("xl/sharedStrings.xml"), name, limits)
    properties = next((e for e in tree.iter() if _tag(e) == "workbookPr"), None)
    later = properties is not None and properties.get("date1904") in ("1", "true")
    epoch = datetime(1904, 1, 1) if later else datetime(1899, 12, 30)
    book = Book(name, strings, _date_styles(package), epoch, limits)
    entries = [e for e in tree.iter() if _tag(e) == "sheet"]
    found: list[tuple[str, bool, Sheet]] = []
    for entry in entries:
        identifier = next((v for k, v in entry.items() if k.endswith("}id")), "")
        target = targets.get(identifier, "")
        member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if member not in package.members:
            raise ReadError(f"{show(name)}: the sheet {show(entry.get('name', ''))} is missing; it is damaged.")
        if "worksheets/" not in member:
            continue  # a chart sheet holds no cells
        hidden = entry.get("state", "visible") != "visible"
        found.append((entry.get("name", ""), hidden, sheet(package.chunks(member), book)))
    if any(_tag(e) == "calcPr" and e.get("fullCalcOnLoad") in ("1", "true") for e in tree.iter()):
        found = [(title, hidden, _uncalculated(cells)) for title, hidden, cells in found]
    return _tables(name, found)


def _uncalculated(cells: Sheet) -> Sheet:
    """Formulas of a program that calculates nothing: it stores 0 with each, and asks for a calculation at opening."""
    if cells.formulas and cells.nought + len(cells.unstored) == len(cells.formulas):
        return replace(cells, unstored=list(cells.formulas))
    return cells


def _table(name: str, title: str, hidden: bool, cells: Sheet, titles: list[str]) -> RawTable:
    import polars as pl

    if cells.unstored:
        raise ReadError(
            f"{show(name)}, sheet {show(title)}: {listed(cells.formulas)} are formulas, and {listed(cells.unstored)} "
            "have no stored value; open it in a spreadsheet program, recalculate and paste the values."
        )
    if len(cells.rows) * cells.widest > MOST_CELLS:
        raise ReadError(
            f"{show(name)}, sheet {show(title)}, has {count(len(cells.rows))} rows and {count(cells.widest)} columns, "
            f"more than {count(MOST_CELLS)} cells; take out what lies beside the table, or save it as CSV."
        )
    notes = list(_notes(title, hidden, cells, titles))
    frame = _frame(cells.rows, cells.widest)
    positions = pl.Series(cells.positions, dtype=pl.Int64)
    alone = len(titles) == 1
    return RawTable(frame, positions, "" if alone else title, None, len(cells.rows), True, "", tuple(notes))  # noqa: FBT003


def _notes(title: str, hidden: bool, cells: Sheet, titles: list[str]) -> Sequence[Note]:
    notes = []
    if cells.formulas:
        notes.append(Note("formula_cells", {"sheet": title, "cells": cells.formulas}))
    if hidden:
        notes.append(Note("hidden_sheet", {"sheet": title}))
    if cells.hidden_rows:
        notes.append(Note("hidden_rows", {"sheet": title, "rows": cells.hidden_rows}))
    if cells.hidden_columns:
        notes.append(Note("hidden_columns", {"sheet": title, "columns": cells.hidden_columns}))
    if len(titles) > 1:
        notes.append(Note("several_sheets", {"sheet": title, "sheets": titles}))
    if cells.merged:
        columns = _merged_columns(cells)
        notes.append(Note("merged_cells", {"sheet": title, "cells": cells.merged, "columns": columns}))
    if cells.dates:
        notes.append(Note("date_cells", {"sheet": title, "cells": cells.dates}))
    if cells.errors:
        notes.append(Note("error_cells", {"sheet": title, "cells": cells.errors}))
    return notes


def _merged_columns(cells: Sheet) -> list[str]:
    """The columns of merged cells by what stands at their top above the merged range."""
    named: list[str] = []
    for reference in cells.merged:
        match = _RANGE.match(reference)
        if match is None:
            continue
        first, top = column_of(match[1]), int(match[2])
        above = [
            row[first]
            for row, position in zip(cells.rows[:20], cells.positions, strict=False)
            if position < top and first < len(row) and row[first]
        ]
        text = above[0] if above and above[0] else match[1]
        if text not in named:
            named.append(text)
    return named


def _frame(rows: Sequence[Sequence[str | None]], width: int) -> pl.DataFrame:
    import polars as pl

    columns = {
        f"c{j}": pl.Series([row[j] if j < len(row) else None for row in rows], dtype=pl.String) for j in range(width)
    }
    return pl.DataFrame(columns)


def _date_styles(package: Archive) -> frozenset[int]:
    """The cell styles that show a number as a date or a time."""
    if "xl/styles.xml" not in package.members:
        return frozenset()
    tree = _xml(package, "xl/styles.xml")
    formats = {ordinal(e.get("numFmtId", "")): e.get("formatCode", "") for e in tree.iter() if _tag(e) == "numFmt"}
    dated = _dated(formats)
    group = next((e for e in tree.iter() if _tag(e) == "cellXfs"), None)
    styles = [e for e in group if _tag(e) == "xf"] if group is not None else []
    return frozenset(k for k, e in enumerate(styles) if ordinal(e.get("numFmtId", "0")) in dated)


def _dated(formats: Mapping[int, str]) -> frozenset[int]:
    """The numbers of the formats that show a date or a time."""
    return frozenset(_BUILT_IN_DATES | {k for k, code in formats.items() if is_date_format(code)})


def is_date_format(code: str) -> bool:
    """Whether a number format shows a date or a time: its first section has y, m, d, h or s."""
    plain = _LITERAL.sub("", code.split(";")[0].lower())
    return "general" not in plain and bool(re.search(r"[ymdhs]", plain))


def _xml(package: Archive, member: str) -> Element:
    if member not in package.members:
        raise ReadError(f"{show(package.name)} lacks {member}; the workbook is damaged.")
    try:
        root: Element = fromstring(package.read(member), forbid_dtd=True)
    except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
        raise ReadError(
            f"{show(package.name)}: {member} is broken or declares entities; save it again from a spreadsheet program."
        ) from error
    return root


def _tag(element: Element) -> str:
    return str(element.tag).rsplit("}", 1)[-1]


def _open_document(package: Archive, limits: Limits) -> Sequence[RawTable]:
    """ODS, cell by cell."""
    name = package.name
    if "META-INF/manifest.xml" in package.members and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise ReadError(f"{show(name)} is encrypted; save it without a password first.")
    return _tables(name, open_document(package.chunks("content.xml"), name, limits))


def _old(data: bytes, name: str, limits: Limits) -> Sequence[RawTable]:
    """XLS, cell by cell."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise ReadError(f"{show(name)} is encrypted; save it without a password first.")
    found = compound(data, name)
    if "Workbook" not in found.entries:
        old = "Book" in found.entries
        what = "a workbook of Excel 95 or older, which is not read" if old else "no workbook"
        raise ReadError(f"{show(name)} is {what}; open it in a spreadsheet program and save it as XLSX.")
    return _tables(name, old_workbook(found.stream("Workbook"), name, limits, _dated))


def _tables(name: str, found: Sequence[tuple[str, bool, Sheet]]) -> Sequence[RawTable]:
    """The tables of the sheets that hold anything."""
    names = [title for title, _, _ in found]
    if len(set(names)) < len(names):
        raise ReadError(f"{show(name)} has two sheets of one name ({listed(names)}); rename one of them.")
    tables = [_table(name, title, hidden, cells, names) for title, hidden, cells in found if cells.rows]
    if not tables:
        raise ReadError(f"{show(name)} is empty: no sheet has a filled cell.")
    return tables


reader = Workbook()
