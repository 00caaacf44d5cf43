"""The cells of an OpenDocument spreadsheet (ODS), and all that lies beside them. OpenDocument 1.3, part 3, section 9.

The value of a number is its attribute ``office:value``, never the text that a locale shows. Cells
and rows may say that they are repeated; repeated nothing costs nothing, and what would grow beyond
the limits is refused before it grows.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from recanvass.errors import ReadError
from recanvass.intake.sheets import MOST_CELLS, Sheet, as_number, letters, parsed
from recanvass.reader import Limits
from recanvass.wording import count, show

_VALUES = {
    "float": "office:value",
    "percentage": "office:value",
    "currency": "office:value",
    "date": "office:date-value",
    "time": "office:time-value",
    "boolean": "office:boolean-value",
    "string": "office:string-value",
}
#: What stands in a sheet or a cell and is none of its text: notes, what is written on drawings, readings of signs.
_BESIDE = frozenset(
    ("office:annotation", "table:shapes", "table:tracked-changes", "table:dde-links", "text:ruby-text", "text:note")
)
_BREAKS = {"text:tab": "\t", "text:line-break": "\n"}


@cache
def _short(name: str) -> str:
    """``office:value`` for the name of that namespace, whatever prefix the file gives it."""
    space, _, local = name.rpartition(" ")
    return f"{space.split(':')[-2]}:{local}" if space.count(":") >= 2 else local


class _Document:
    """The state of a document while its XML goes by."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.name = name
        self.limits = limits
        self.found: list[tuple[str, bool, Sheet]] = []
        self.hiding: set[str] = set()
        self.style = ""
        self.tables = 0
        self.aside = 0
        self.sheet = Sheet()
        self.cells: list[str | None] = []
        self.row = self.column = self.repeated_row = self.grown = 0
        self.cell: dict[str, str] | None = None
        self.pieces: list[str] = []
        self.paragraphs = self.within = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _short(tag)
        here = {_short(key): value for key, value in attributes.items()}
        if self.aside or tag in _BESIDE or tag.startswith(("drawing:", "dr3d:")):
            self.aside += 1
        elif tag == "style:style":
            self.style = here.get("style:name", "")
        elif tag == "style:table-properties" and here.get("table:display") == "false":
            self.hiding.add(self.style)
        elif tag == "table:table":
            self._table(here)
        elif tag == "table:table-source":  # what was kept of another file
            self.found[-1:] = []
        elif tag == "table:table-column" and here.get("table:visibility", "visible") != "visible":
            self._hide(here)
        elif tag == "table:table-column":
            self.column += _times(here, "table:number-columns-repeated")
        elif tag == "table:table-row":
            self._row(here)
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.cell, self.pieces, self.paragraphs = here, [], 0
        elif tag == "text:p" and self.cell is not None:
            self.pieces += ["\n"] * bool(self.paragraphs)
            self.paragraphs += 1
            self.within += 1
        elif tag == "text:s":
            self.pieces.append(" " * min(_times(here, "text:c"), self.limits.field))
        elif tag in _BREAKS:
            self.pieces.append(_BREAKS[tag])

    def end(self, tag: str) -> None:
        if self.aside:
            self.aside -= 1
            return
        tag = _short(tag)
        if tag in ("table:table-cell", "table:covered-table-cell"):
            self._cell_ends()
        elif tag == "table:table-row":
            self._row_ends()
        elif tag == "text:p" and self.cell is not None:
            self.within -= 1
        elif tag == "table:table":
            self.tables -= 1

    def text(self, data: str) -> None:
        if self.within and not self.aside:
            self.pieces.append(data)

    def _table(self, here: dict[str, str]) -> None:
        self.tables += 1
        if self.tables > 1:
            raise ReadError(f"{show(self.name)} has a table inside a table; take it out first.")
        self.sheet = Sheet()
        self.row = self.column = self.grown = 0
        self.found.append((here.get("table:name", ""), here.get("table:style-name") in self.hiding, self.sheet))

    def _hide(self, here: dict[str, str]) -> None:
        times = _times(here, "table:number-columns-repeated")
        stop = min(self.column + times, self.limits.columns)
        if times < 1_000:  # more are the rest of the sheet behind the table
            self.sheet.hidden_columns.extend(letters(j) for j in range(self.column, stop))
        self.column += times

    def _row(self, here: dict[str, str]) -> None:
        self.cells, self.column = [], 0
        self.repeated_row = _times(here, "table:number-rows-repeated")
        self.hidden_row = here.get("table:visibility", "visible") != "visible"

    def _cell_ends(self) -> None:
        here, self.cell = self.cell or {}, None
        times = _times(here, "table:number-columns-repeated")
        text = self._meaning(here)
        if text:
            if self.column + times > self.limits.columns:
                raise ReadError(
                    f"{show(self.name)}: the cell {letters(min(self.column, 20_000))}{self.row + 1} is repeated beyond "
                    f"the limit of {count(self.limits.columns)} columns."
                )
            self.cells.extend([None] * (self.column - len(self.cells)))
            self.cells.extend([text] * times)
        self.column += times

    def _meaning(self, here: dict[str, str]) -> str:
        place = f"{letters(min(self.column, 20_000))}{self.row + 1}"
        kind = here.get("office:value-type", "")
        value = here.get(_VALUES.get(kind, ""))
        if not value:
            value = "".join(self.pieces)
        if "table:formula" in here:
            self.sheet.formulas.append(place)
            if not value and not kind:
                self.sheet.unstored.append(place)
        wide, high = (_times(here, f"table:number-{side}-spanned") for side in ("columns", "rows"))
        if wide > 1 or high > 1:
            corner = f"{letters(min(self.column + wide - 1, 20_000))}{self.row + high}"
            self.sheet.merged.append(f"{place}:{corner}")
        if here.get("calcext:value-type") == "error":
            self.sheet.errors.append(place)
        if kind in ("date", "time") and value:
            self.sheet.dates.append(place)
        if len(value) > self.limits.field:
            raise ReadError(
                f"{show(self.name)}: the cell {place} has a size of {count(len(value))} signs and the limit is "
                f"{count(self.limits.field)}."
            )
        if kind == "boolean":
            return value.upper()
        return as_number(value) if kind in ("float", "percentage", "currency") else value

    def _row_ends(self) -> None:
        times = self.repeated_row
        if self.cells:
            self.grown += times * len(self.cells)
            if len(self.sheet.rows) + times > self.limits.rows or self.grown > MOST_CELLS:
                raise ReadError(
                    f"{show(self.name)}: row {self.row + 1} is repeated {count(times)} times, beyond the limit of "
                    f"{count(self.limits.rows)} rows or {count(MOST_CELLS)} cells."
                )
            self.sheet.rows.extend([self.cells] * times)
            self.sheet.positions.extend(range(self.row + 1, self.row + 1 + times))
            self.sheet.widest = max(self.sheet.widest, len(self.cells))
            self.sheet.hidden_rows += times if self.hidden_row else 0
        self.row += times


def _times(here: dict[str, str], key: str) -> int:
    text = here.get(key, "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 1


def open_document(chunks: Iterable[bytes], name: str, limits: Limits) -> list[tuple[str, bool, Sheet]]:
    """The sheets of a document: title, whether it is hidden, cells.

    Raises
    ------
    ReadError
        The XML is broken or declares entities, or a repeated cell or row lies beyond the limits.
    """
    document = _Document(name, limits)
    handlers: Any = (document.start, document.end, document.text)
    parsed(chunks, name, *handlers, namespaces=True)
    return document.found
