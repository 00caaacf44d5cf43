"""Where the header is: preamble, lines of the header, repeated headers, blank rows, notes.

The records of a file say themselves which columns hold numbers; the header is the last record
above the numbers that has words where the numbers will be. Whatever stands above it is preamble.
Nothing is thrown away: each record that is no station leaves with its reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from recanvass.errors import ReadError
from recanvass.reader import RawTable
from recanvass.reading.dictionary import meanings
from recanvass.reading.numbers import cell
from recanvass.sheet import Quarantined
from recanvass.wording import listed, show

#: How far down a header may stand.
DEEPEST = 60

_NUMERIC = ("plain", "grouped", "grouped_zero", "digits", "whole", "spaces", "marks", "fraction", "negative")


@dataclass(frozen=True)
class Laid:
    """A table with its header found.

    ``headers`` are the names of the columns as they stand (joined where they take several lines),
    ``cells`` the data records alone, ``positions`` their rows in the source.
    """

    headers: tuple[str, ...]
    cells: pl.DataFrame
    positions: pl.Series
    aside: tuple[Quarantined, ...] = ()
    sheet_cells: bool = False

    def at(self, index: int, column: int) -> str:
        """How the user finds a cell: ``F3`` in a sheet, else row and column name."""
        row = int(self.positions[index])
        if self.sheet_cells:
            return f"cell {letters(column)}{row}"
        return f"row {row}, column {show(self.headers[column]) or column + 1!r}"


def letters(column: int) -> str:
    """The letters of a sheet's column: 0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def laid(table: RawTable, name: str, header_rows: tuple[int, ...] = ()) -> Laid:
    """The header and the data records of a table.

    Raises
    ------
    ReadError
        No station below the header, a row with more or fewer cells than the header has.
    """
    if table.header is not None:
        headers = tuple(h.strip() for h in table.header)
        found = Laid(headers, table.cells, table.positions, (), table.cell_names)
        return _without_blanks(found, name)
    if not len(table.cells):
        raise ReadError(f"{name} is empty: it holds no records; check that the whole file was downloaded.")
    top = table.cells.head(DEEPEST).rows()
    first, lines = _declared(table, header_rows) if header_rows else _header(table.cells, top)
    if not lines:
        raise ReadError(
            f"{name} has no header that can be told from its numbers; give its row in a mapping ([layout] header)."
        )
    headers = _joined([top[k] for k in lines])
    aside = [
        Quarantined(int(table.positions[k]), "header" if k in lines else "preamble", _text(top[k]))
        for k in range(first)
    ]
    body = Laid(headers, table.cells.slice(first), table.positions.slice(first), tuple(aside), table.cell_names)
    _ragged(table, body, lines, name)
    return _without_blanks(_without_repeats(body), name)


def _declared(table: RawTable, rows: tuple[int, ...]) -> tuple[int, list[int]]:
    positions = table.positions.head(DEEPEST).to_list()
    lines = [positions.index(row) for row in rows if row in positions]
    return (max(lines) + 1 if lines else 0), lines


def _header(cells: pl.DataFrame, top: list[tuple[str | None, ...]]) -> tuple[int, list[int]]:
    """The index of the first data record, and of the lines of the header."""
    shape = [[_shape(text) for text in row] for row in top]
    numeric = _numeric_columns(cells)
    first = next((k for k in range(len(top)) if _is_data(shape[k], numeric)), len(top))
    labels = [k for k in range(first) if _is_label(shape[k], numeric)]
    if not labels and first < len(top) and _names_figures(top[first], shape[first], numeric):
        labels = [first]  # options may be called by their numbers
    if not labels:
        rest = [k for k in range(first) if sum(s != "" for s in shape[k]) >= 2]
        return (rest[0] + 1, [rest[0]]) if rest and not numeric else (0, [])
    last = labels[-1]
    lines = [last]
    names = _joined([top[last]])
    for k in range(last - 1, -1, -1):
        filled = sum(s != "" for s in shape[k])
        wanting = any(not n and any(s != "" for s in _column(shape, j, last + 1)) for j, n in enumerate(names))
        doubled = len({n for n in names if n}) < sum(1 for n in names if n)
        wrapped = filled * 2 >= len(names) and filled >= 3
        if filled < 2 or not (wanting or doubled or wrapped) or k < lines[0] - 1:
            break
        lines.insert(0, k)
        names = _joined([top[i] for i in lines])
    return last + 1, lines


def _names_figures(row: tuple[str | None, ...], shape: list[str], numeric: list[int]) -> bool:
    """Whether a record that is mostly numbers names a figure where the other records have numbers."""
    return any(shape[j] == "text" and any(m.kind == "figure" for m in meanings(row[j] or "")) for j in numeric)


def _column(shape: list[list[str]], j: int, start: int) -> list[str]:
    return [row[j] for row in shape[start:]]


def _shape(text: str | None) -> str:
    """``number``, ``text`` or nothing."""
    if text is None or not text.strip():
        return ""
    how = cell(text).how
    return "number" if how in _NUMERIC else "" if how == "missing" else "text"


def _numeric_columns(cells: pl.DataFrame) -> list[int]:
    step = max(1, len(cells) // 200)
    sample = cells.gather_every(step)
    found = []
    for j, name in enumerate(cells.columns):
        shapes = [_shape(text) for text in sample[name].to_list()]
        given = [s for s in shapes if s]
        if given and sum(s == "number" for s in given) * 2 >= len(given):
            found.append(j)
    return found


def _is_data(shape: list[str], numeric: list[int]) -> bool:
    here = [shape[j] for j in numeric]
    numbers = sum(s == "number" for s in here)
    return numbers >= 1 and numbers * 2 >= sum(s != "" for s in here)


def _is_label(shape: list[str], numeric: list[int]) -> bool:
    if len(shape) > 1 and sum(s != "" for s in shape) < 2:
        return False
    return any(shape[j] == "text" for j in numeric)


def _joined(lines: list[tuple[str | None, ...]]) -> tuple[str, ...]:
    """One name a column from the lines of the header, the last of which stands just above the data."""
    texts = [[" ".join((t or "").split("\n")).strip() for t in line] for line in lines]
    names = list(texts[-1])
    for line in reversed(texts[:-1]):
        wrapped = sum(1 for t in line if t) * 10 >= 6 * sum(1 for n in names if n) and not _groups(line, names)
        doubled = {n for n in names if n and names.count(n) > 1}
        group = ""
        for j, text in enumerate(line):
            group = text or group
            if wrapped or not names[j]:
                names[j] = " ".join(t for t in (text, names[j]) if t)
            elif names[j] in doubled and group:
                names[j] = f"{group} {names[j]}"
    return tuple(names)


def _groups(upper: list[str], names: list[str]) -> bool:
    """Whether the upper line names groups of columns: a text, then nothing over further columns."""
    return any(upper[j] and not upper[j + 1] and names[j] and names[j + 1] for j in range(len(upper) - 1))


def _ragged(table: RawTable, body: Laid, lines: list[int], name: str) -> None:
    """Refuse rows whose number of cells is not the header's (a text file knows its cells; a sheet does not)."""
    if table.cell_names or not len(body.cells):
        return
    bottom = table.cells.row(lines[-1])
    if blocks_written_once(body):
        return
    width = max((j + 1 for j, text in enumerate(bottom) if text is not None), default=0)
    inner = body.cells.columns[:width]
    short = body.cells.select(pl.any_horizontal(pl.col(inner).is_null()).alias("x"))["x"]
    extra = body.cells.columns[width:]
    long = body.cells.select(pl.any_horizontal(pl.col(extra).is_not_null()).alias("x"))["x"] if extra else short & False
    odd = np.flatnonzero((short | long).to_numpy())
    if not len(odd):
        return
    first = int(odd[0])
    row = body.cells.row(first)
    cells = max((j + 1 for j, text in enumerate(row) if text is not None), default=0)
    raise ReadError(
        f"{name}: row {body.positions[first]} has {cells} cells and the header {width}; "
        f"{len(odd):,} rows do not fit. Quote the separator inside names, or correct the row."
    )


def blocks_written_once(body: Laid) -> bool:
    """Whether the header writes the columns of a candidate once, and the rows repeat them."""
    from recanvass.reading import blocks

    return not body.headers[-1] and blocks.found(body.headers, body.cells) is not None


def _without_repeats(body: Laid) -> Laid:
    """Take repeated header lines, and lines that number the columns, out of the data."""
    named = [j for j, header in enumerate(body.headers) if header]
    likely = np.zeros(len(body.cells), dtype=bool)
    for j in named[-3:]:
        likely |= (body.cells.to_series(j) == body.headers[j]).fill_null(value=False).to_numpy()
    reasons = {}
    for i in np.flatnonzero(likely).tolist():
        row = body.cells.row(i)
        if sum((row[j] or "").strip() == body.headers[j] for j in named) * 10 >= 8 * len(named):
            reasons[i] = "repeated_header"
    if len(body.cells) and _counts_columns(body.cells.row(0)):
        reasons[0] = "column_numbers"
    return without(body, reasons)


def _counts_columns(row: tuple[str | None, ...]) -> bool:
    given = [t.strip() for t in row if t and t.strip()]
    return len(given) >= 4 and given == [str(k + int(given[0] == "1")) for k in range(len(given))]


def without(body: Laid, reasons: dict[int, str]) -> Laid:
    """The table without these records, which are set aside with their reasons."""
    if not reasons:
        return body
    keep = np.ones(len(body.cells), dtype=bool)
    keep[list(reasons)] = False
    gone = [Quarantined(int(body.positions[i]), reasons[i], _text(body.cells.row(i))) for i in sorted(reasons)]
    mask = pl.Series(keep)
    return Laid(
        body.headers,
        body.cells.filter(mask),
        body.positions.filter(mask),
        (*body.aside, *gone),
        body.sheet_cells,
    )


def _without_blanks(body: Laid, name: str) -> Laid:
    blank = pl.Series(np.ones(len(body.cells), dtype=bool))
    for column in body.cells.iter_columns():
        if not blank.any():
            break
        empty = column.is_null() | (column.str.strip_chars() == "") if blank.sum() < len(blank) else _empty(column)
        blank &= empty.fill_null(value=True)
    found = without(body, {int(i): "blank" for i in np.flatnonzero(blank.to_numpy())})
    if not len(found.cells):
        raise ReadError(
            f"{name} has a header ({listed([h for h in body.headers if h], most=4)}) and no station below it."
        )
    return found


def _empty(column: pl.Series) -> pl.Series:
    return column.is_null() | (column == "") | column.str.contains(r"^\s+$")


def _text(row: tuple[str | None, ...]) -> str:
    return show(" | ".join((text or "").strip() for text in row).strip(" |"), 160)
