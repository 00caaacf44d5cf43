"""Delimited text: comma, semicolon, tabulator or bar.

The data block runs from the first record of the commonest width to the last one. Shorter records before it
are a preamble (a title, a note: at most half of the cells filled) or a header of words, shorter ones after it with one
filled cell are footnotes; both are kept. Any other record of another width is refused, for
nobody can know which cell is missing or too many. The loader is polars with text columns only;
what it gives must have as many records, cells and bytes as the pre-scan counted.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NoReturn

import numpy as np

from recanvass.errors import ControlTotalsDiffer, ReadError
from recanvass.intake import encodings
from recanvass.intake.exact import Malformed, records
from recanvass.intake.prescan import DELIMITERS, LF, Integers, Quoting, Scan, delimiter_of, scan
from recanvass.reader import Limits, Note, RawTable
from recanvass.wording import show

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class _Text:
    """A file in UTF-8 with what the pre-scan found."""

    data: bytes
    name: str
    delimiter: bytes
    scanned: Scan

    def record(self, k: int) -> list[str]:
        """The cells of one record, by the exact way."""
        piece = self.data[self.scanned.starts[k] : self.scanned.ends[k]].decode(errors="backslashreplace")
        try:
            return next(records(piece, self.delimiter.decode()))[1]
        except (Malformed, StopIteration):
            return []


class Delimited:
    """CSV and its relatives."""

    name: ClassVar[str] = "delimited"
    suffixes: ClassVar[tuple[str, ...]] = (".csv", ".tsv", ".tab", ".psv", ".txt")

    def sniff(self, head: bytes, suffix: str) -> bool:
        """Text is what nothing else is; asked last."""
        return True

    def tables(self, data: bytes, name: str, limits: Limits) -> Sequence[RawTable]:
        """The one table of a delimited file."""
        try:
            text, encoding, notes = encodings.utf8(data, name)
        except encodings.Undecodable as error:
            _refuse_encoding(data, name, error.place)
        if text is not data:
            del data
        if not text.strip():
            raise ReadError(f"{show(name)} is empty: it holds no text; get the file again from its publisher.")
        _refuse_nul(text, name)
        delimiter = delimiter_of(text)
        found = _Text(text, name, delimiter, scan(text, delimiter))
        return (_table(found, encoding, notes, limits),)


def _table(text: _Text, encoding: str, notes: tuple[Note, ...], limits: Limits) -> RawTable:
    import polars as pl

    if text.scanned.quoting is Quoting.IRREGULAR:
        return _exact_table(text, encoding, notes, limits)
    scanned = text.scanned
    _refuse_size(text, limits)
    first, last, width = _block(text, scanned.widths, scanned.lines, text.record)
    block = _loaded(text, first, last, width)
    rest = [*range(first), *range(last, len(scanned))]
    cells, order = block, scanned.lines
    if rest:
        head = _frame([text.record(k) for k in range(first)], width)
        tail = _frame([text.record(k) for k in range(last, len(scanned))], width)
        cells = pl.concat([head, block, tail])
        title = first - (first > 0 and _is_words(text.record(first - 1), width))
        notes = notes + _about_margins(scanned.lines, title, last)
    if cells.height != len(scanned):
        raise ControlTotalsDiffer(
            f"{show(text.name)}: the pre-scan counted {len(scanned):,} records and {cells.height:,} were loaded; "
            "this is a defect of recanvass."
        )
    return RawTable(cells, pl.Series(order), "", None, len(scanned), False, encoding, notes)  # noqa: FBT003


def _exact_table(text: _Text, encoding: str, notes: tuple[Note, ...], limits: Limits) -> RawTable:
    """Record by record, for quotation marks that are not regular."""
    import polars as pl

    lines: list[int] = []
    rows: list[list[str]] = []
    try:
        for line, cells in records(text.data.decode(), text.delimiter.decode()):
            _check_sizes(text.name, line, cells, rows, limits)
            lines.append(line)
            rows.append(cells)
    except Malformed as error:
        where = _column(_header(rows), error.column)
        raise ReadError(
            f'{show(text.name)}, row {error.line}{where}: the cell {error.reason} (a quote mark, "); '
            "put the mark right in the file, or save it again from a spreadsheet program."
        ) from error
    widths = np.array([len(r) for r in rows], dtype=np.int64)
    order = np.array(lines, dtype=np.int64)
    first, last, width = _block(text, widths, order, rows.__getitem__)
    if first or last < len(rows):
        notes = notes + _about_margins(order, first, last)
    frame = _frame(rows, width)
    return RawTable(frame, pl.Series(order), "", None, len(rows), False, encoding, notes)  # noqa: FBT003


def _block(
    text: _Text, widths: Integers, lines: Integers, record: Callable[[int], Sequence[str]]
) -> tuple[int, int, int]:
    """Where the data block begins and ends (records), and its width; refuses what is ragged."""
    found, counts = np.unique(widths, return_counts=True)
    width = int(found[counts == counts.max()].max())
    inside = np.flatnonzero(widths == width)
    first, last = int(inside[0]), int(inside[-1]) + 1
    ragged = np.flatnonzero(widths[first:last] != width) + first
    for k in [
        *(
            k
            for k in range(first)
            if _is_data(record(k), width, most=max(1, width // 2)) and not _is_words(record(k), width)
        ),
        *ragged[:1].tolist(),
        *(k for k in range(last, len(widths)) if _is_data(record(k), width, most=1)),
    ]:
        _refuse_ragged(text.name, int(lines[k]), int(widths[k]), width)
    return first, last, width


def _is_data(cells: Sequence[str], width: int, most: int) -> bool:
    filled = sum(1 for cell in cells if cell.strip())
    return len(cells) > width or filled > most


def _is_words(cells: Sequence[str], width: int) -> bool:
    """Whether a record is a line of words without a number in it: a header that writes repeated columns once."""
    given = [cell.strip() for cell in cells]
    return 6 <= len(given) <= width - 2 and all(given) and not any(cell[0].isdigit() for cell in given)


def _refuse_ragged(name: str, line: int, has: int, width: int) -> NoReturn:
    hint = "a cell is missing" if has < width else "a delimiter inside a name is not quoted"
    raise ReadError(
        f"{show(name)}, row {line} has {has} cells where the other rows have {width}: probably {hint}; "
        "put the row right in the file."
    )


def _about_margins(lines: Integers, first: int, last: int) -> tuple[Note, ...]:
    notes = []
    if first:
        notes.append(Note("preamble", {"rows": first, "first": int(lines[0])}))
    if last < len(lines):
        notes.append(Note("footnotes", {"rows": len(lines) - last, "first": int(lines[last])}))
    return tuple(notes)


def _loaded(text: _Text, first: int, last: int, width: int) -> pl.DataFrame:
    """The data block by polars, text columns only, and checked against the bytes."""
    import polars as pl

    payload = _payload(text, first, last)
    marked = payload.startswith(codecs.BOM_UTF8)  # polars would drop a mark that is part of the first cell
    quoted = text.scanned.quoting is Quoting.STANDARD
    names = [f"c{j}" for j in range(width)]
    try:
        frame = pl.read_csv(
            io.BytesIO(b"x" + text.delimiter * (width - 1) + b"\n" + payload if marked else payload),
            has_header=False,
            separator=text.delimiter.decode(),
            quote_char='"' if quoted else None,
            schema=dict.fromkeys(names, pl.String),
        ).fill_null("")  # in a block of equal widths every cell is there
    except pl.exceptions.PolarsError as error:
        raise ReadError(
            f"{show(text.name)} could not be read as delimited text ({show(str(error).splitlines()[0])}); "
            "save it again from a spreadsheet program."
        ) from error
    frame = frame.slice(1) if marked else frame
    _control(text, frame, payload, last - first, width, quoted=quoted)
    return frame


def _control(text: _Text, frame: pl.DataFrame, payload: bytes, rows: int, width: int, *, quoted: bool) -> None:
    """Records, cells and bytes: what was loaded is what the pre-scan counted, and nothing else."""
    import polars as pl

    held = sum(int(column.str.len_bytes().sum()) for column in frame)
    marks = payload.count(b'"') if quoted else 0
    doubled = 0
    if quoted and b'""' in payload:
        doubled = sum(int(c.str.count_matches('"', literal=True).sum()) for c in frame)
    expected = len(payload) - rows * width + 1 - marks + doubled
    if (frame.height, frame.width, held) != (rows, width, expected):
        raise ControlTotalsDiffer(
            f"{show(text.name)}: the bytes hold {rows:,} records of {width} cells in {expected:,} bytes, and "
            f"{frame.height:,} records with {held:,} bytes were loaded; this is a defect of recanvass."
        )
    assert all(kind == pl.String for kind in frame.dtypes)


def _payload(text: _Text, first: int, last: int) -> bytes:
    """The bytes of the data block: one LF between records, no blank lines, none at the end."""
    starts, ends = text.scanned.starts[first:last], text.scanned.ends[first:last]
    data = text.data
    begin, stop = int(starts[0]), int(ends[-1])
    if b"\r" not in data and bool((starts[1:] == ends[:-1] + 1).all()):
        return data if (begin, stop) == (0, len(data)) else data[begin:stop]
    array = np.frombuffer(data, dtype=np.uint8)[begin:stop].copy()
    between = ends[:-1] - begin
    array[between] = LF
    kept = np.ones(len(array), dtype=bool)
    wide = np.flatnonzero(starts[1:] > ends[:-1] + 1)
    gaps = starts[1:][wide] - ends[:-1][wide] - 1
    dropped = np.repeat(ends[:-1][wide] + 1 - begin, gaps) + _counted(gaps)
    kept[dropped] = False
    return array[kept].tobytes()


def _counted(lengths: Integers) -> Integers:
    """0, 1, ... within each stretch of these lengths."""
    total = int(lengths.sum())
    starts = np.cumsum(lengths) - lengths
    return np.arange(total, dtype=np.int64) - np.repeat(starts, lengths)


def _frame(rows: Sequence[Sequence[str]], width: int) -> pl.DataFrame:
    import polars as pl

    columns = {
        f"c{j}": pl.Series([row[j] if j < len(row) else None for row in rows], dtype=pl.String) for j in range(width)
    }
    return pl.DataFrame(columns)


def _refuse_nul(data: bytes, name: str) -> None:
    place = data.find(b"\0")
    if place >= 0:
        row, column = _place(data, place)
        raise ReadError(
            f"{show(name)}, row {row}{column}: there is a NUL byte, at which some programs stop reading; "
            "get the file again from its publisher."
        )


def _refuse_encoding(data: bytes, name: str, place: int) -> NoReturn:
    row, column = _place(data, place)
    piece = data[place : place + 3].hex(" ").upper()
    raise ReadError(
        f"{show(name)}, row {row}{column}: the bytes {piece} are not UTF-8, and no other encoding fits the file "
        "beyond doubt; name its encoding (--encoding cp1251, cp1252, ...) or save it again as UTF-8."
    )


def _place(data: bytes, place: int) -> tuple[int, str]:
    """The row and the column (`, column region`) of a byte."""
    head = data[: 64 * 2**10] + data[place : place + 2**16]
    delimiter = max(DELIMITERS, key=lambda d: head.split(b"\n", 1)[0].count(d))
    before = scan(data[:place] + b"x", delimiter)
    header = _Text(data, "", delimiter, scan(data[: 2**20], delimiter)).record(0)
    return int(before.lines[-1]), _column(header, int(before.widths[-1]) - 1)


def _column(header: Sequence[str], column: int) -> str:
    if column < 0:
        return ""
    named = show(header[column], 60) if column < len(header) and header[column].strip() else str(column + 1)
    return f", column {named}"


def _header(rows: Sequence[Sequence[str]]) -> Sequence[str]:
    return rows[0] if rows else ()


def _refuse_size(text: _Text, limits: Limits) -> None:
    scanned, name = text.scanned, show(text.name)
    if int(scanned.widths.max()) > limits.columns:
        k = int(scanned.widths.argmax())
        raise ReadError(
            f"{name}, row {scanned.lines[k]} has {scanned.widths[k]:,} columns and the limit is {limits.columns:,}; "
            "check that it is a table of results."
        )
    if scanned.longest > limits.field:
        k = int((scanned.ends - scanned.starts).argmax())
        cells = text.record(k)
        longest = max(range(len(cells)), key=lambda j: len(cells[j])) if cells else -1
        raise ReadError(
            f"{name}, row {scanned.lines[k]}{_column(text.record(0), longest)}: a cell of {scanned.longest:,} bytes is "
            f"above the limit of {limits.field:,}; check that it is a table of results."
        )
    sizes = scanned.ends - scanned.starts
    if int(sizes.max()) > limits.record:
        k = int(sizes.argmax())
        raise ReadError(
            f"{name}, row {scanned.lines[k]} is {sizes[k]:,} bytes long and the limit is {limits.record:,}; "
            "check that it has line ends."
        )
    if len(scanned) > limits.rows:
        raise ReadError(f"{name} has {len(scanned):,} rows and the limit is {limits.rows:,}.")


def _check_sizes(name: str, line: int, cells: Sequence[str], rows: Sequence[Sequence[str]], limits: Limits) -> None:
    if len(cells) > limits.columns:
        raise ReadError(f"{show(name)}, row {line} has {len(cells):,} columns and the limit is {limits.columns:,}.")
    longest = max(range(len(cells)), key=lambda j: len(cells[j]))
    if len(cells[longest]) > limits.field:
        raise ReadError(
            f"{show(name)}, row {line}{_column(_header(rows), longest)}: a cell of {len(cells[longest]):,} characters "
            f"is above the limit of {limits.field:,}; look for a missing quote mark."
        )
    if len(rows) >= limits.rows:
        raise ReadError(f"{show(name)} has more than {limits.rows:,} rows.")


reader = Delimited()
