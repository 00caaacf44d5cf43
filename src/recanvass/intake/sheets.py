"""The XML of a sheet in an XLSX workbook, cell by cell, by expat, while it is inflated.

A faster loader gives values only; what makes a workbook treacherous is beside them: formulas
whose stored value is old or missing, merged cells, hidden rows, dates that were station
numbers, a dimension that lies. The dimension is never looked at; memory follows the cells
that are there. Any document type declaration is refused before an entity can exist.
ECMA-376, part 1, section 18.3.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from xml.parsers import expat

from recanvass.errors import ReadError
from recanvass.reader import Limits
from recanvass.wording import count, show

_LETTERS = re.compile(r"^[A-Z]{1,3}$")
_ORDINAL = re.compile(r"^[0-9]{1,9}$")
_WHOLE = re.compile(r"^-?[0-9]+$")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


#: How many cells a sheet may grow to, empty ones between filled ones among them.
MOST_CELLS = 30_000_000


@dataclass
class Sheet:
    """What a sheet holds: rows of text cells, and all that has to be said about them."""

    rows: list[list[str | None]] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    formulas: list[str] = field(default_factory=list)
    unstored: list[str] = field(default_factory=list)
    nought: int = 0  #: formulas with 0 stored
    dates: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: list[str] = field(default_factory=list)
    widest: int = 0


@dataclass(frozen=True)
class Book:
    """What the sheets of a workbook share."""

    name: str
    strings: Sequence[str]
    dated: frozenset[int]
    epoch: datetime
    limits: Limits


def letters(column: int) -> str:
    """The letters of a column, 0 the first: A, ..., Z, AA, ..."""
    text, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


@cache
def column_of(text: str) -> int:
    """The number of a column from its letters, 0 the first; -1 for what is no column."""
    if not _LETTERS.match(text):
        return -1
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - 64
    return number - 1


def ordinal(text: str) -> int:
    """A whole number of at most nine ASCII digits, or -1."""
    return int(text) if _ORDINAL.match(text) else -1


def parsed(
    chunks: Iterable[bytes],
    name: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
    *,
    namespaces: bool = False,
) -> None:
    """Feed XML to handlers; no document type, no entities.

    Names come without the prefix of the root element and with any other: ``c`` is a cell, whether
    the file writes ``<c>`` or ``<x:c>``, and ``<x14:c>`` is none. With ``namespaces`` they come as the
    address of their namespace, a space and the name.
    """
    parser = expat.ParserCreate(namespace_separator=" " if namespaces else None)
    parser.buffer_text = True

    def first(tag: str, attributes: dict[str, str]) -> None:
        """The root decides whether names have a prefix; without one they go straight through."""
        prefix = "" if namespaces else tag[: tag.find(":") + 1]
        if prefix:
            parser.StartElementHandler = lambda tag, given: start(tag.removeprefix(prefix), given)
            parser.EndElementHandler = lambda tag: end(tag.removeprefix(prefix))
        else:
            parser.StartElementHandler = start
            parser.EndElementHandler = end
        start(tag.removeprefix(prefix), attributes)

    def refuse(*_: object) -> None:
        raise ReadError(
            f"{show(name)} declares a document type or an entity, which no honest workbook does; it is not opened."
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse  # type: ignore[assignment]
    parser.StartElementHandler = first
    parser.CharacterDataHandler = text
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)  # noqa: FBT003
        parser.Parse(b"", True)  # noqa: FBT003
    except expat.ExpatError as error:
        raise ReadError(
            f"{show(name)} holds broken XML ({show(str(error))}); save it again from a spreadsheet program."
        ) from error


def shared_strings(chunks: Iterable[bytes], name: str, limits: Limits) -> list[str]:
    """The shared strings of a workbook; phonetic readings are left out."""
    strings: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "phonetic": 0}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["phonetic"] += 1
        elif tag == "t":
            state["text"] = not state["phonetic"]

    def end(tag: str) -> None:
        if tag == "si":
            strings.append(_limited(unescaped("".join(pieces)), name, "a shared string", limits))
        elif tag == "rPh":
            state["phonetic"] -= 1
        elif tag == "t":
            state["text"] = False

    def text(data: str) -> None:
        if state["text"]:
            pieces.append(data)

    parsed(chunks, name, start, end, text)
    return strings


def unescaped(text: str) -> str:
    """Text with the escapes of ECMA-376 (``_x000D_``) resolved."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)) if not 0xD800 <= int(m[1], 16) < 0xE000 else m[0], text)


def _limited(text: str, name: str, where: str, limits: Limits) -> str:
    if len(text) > limits.field:
        raise ReadError(
            f"{show(name)}: {where} has a size of {count(len(text))} signs and the limit is {count(limits.field)}."
        )
    return text


class _Handlers:
    """The state of one sheet while its XML goes by."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.sheet = Sheet()
        self.row = 0
        self.cells: list[str | None] = []
        self.column = -1
        self.kind = "n"
        self.style = 0
        self.pieces: list[str] = []
        self.capture = False
        self.formula = False
        self.value: str | None = None
        self.phonetic = 0

    @property
    def reference(self) -> str:
        return f"{letters(self.column)}{self.row}"

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cell(attributes)
        elif tag == "v":
            self.capture = True
            self.pieces.clear()
        elif tag == "t":
            self.capture = self.kind == "inlineStr" and not self.phonetic
        elif tag == "f":
            self.formula = True
        elif tag == "row":
            self._row(attributes)
        elif tag == "rPh":
            self.phonetic += 1
        elif tag == "mergeCell":
            self.sheet.merged.append(attributes.get("ref", ""))
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            self._hide(attributes)

    def end(self, tag: str) -> None:
        if tag == "c":
            self._cell_ends()
        elif tag == "v":
            self.capture, self.value = False, "".join(self.pieces)
        elif tag == "t":
            self.capture = False
        elif tag == "row":
            self._row_ends()
        elif tag == "rPh":
            self.phonetic -= 1

    def text(self, data: str) -> None:
        if self.capture:
            self.pieces.append(data)

    def _row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        number = self.row + 1 if given is None else ordinal(given)
        if number <= self.row:
            raise ReadError(
                f"{show(self.book.name)} has row {show(str(given))} after row {self.row}; save it again from a "
                "spreadsheet program."
            )
        self.row, self.cells, self.column = number, [], -1
        if attributes.get("hidden") in ("1", "true"):
            self.sheet.hidden_rows += 1

    def _cell(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r")
        column = self.column + 1
        if given is not None:
            stem = given.rstrip("0123456789")
            column = column_of(stem)
            if column <= self.column or given != f"{stem}{self.row}":
                raise ReadError(
                    f"{show(self.book.name)}: the cell {show(given)} stands in row {self.row} after column "
                    f"{letters(self.column) if self.column >= 0 else '-'}; save it again from a spreadsheet program."
                )
        if column >= self.book.limits.columns:
            raise ReadError(
                f"{show(self.book.name)}: the cell {letters(column)}{self.row} lies beyond the limit of "
                f"{count(self.book.limits.columns)} columns."
            )
        self.column = column
        self.kind, style = attributes.get("t", "n"), attributes.get("s", "0")
        self.style = ordinal(style)
        self.pieces.clear()
        self.value, self.formula = None, False

    def _cell_ends(self) -> None:
        if self.kind == "inlineStr":
            self.value = unescaped("".join(self.pieces)) if self.pieces else self.value
        if self.formula:
            self.sheet.formulas.append(self.reference)
            if not self.value and self.kind != "str":
                self.sheet.unstored.append(self.reference)
            self.sheet.nought += self.value == "0"
        if self.value is None or (self.value == "" and self.kind != "str"):
            return
        text = self._meaning(self.value)
        if len(text) > self.book.limits.field:
            _limited(text, self.book.name, f"the cell {self.reference}", self.book.limits)
        cells = self.cells
        if self.column > len(cells):
            cells.extend([None] * (self.column - len(cells)))
        cells.append(text)

    def _meaning(self, value: str) -> str:
        match self.kind:
            case "s":
                index = ordinal(value.strip())
                if not 0 <= index < len(self.book.strings):
                    raise ReadError(
                        f"{show(self.book.name)}: the cell {self.reference} points at the shared string "
                        f"{show(value)}, and there are {count(len(self.book.strings))}; the workbook is damaged."
                    )
                return self.book.strings[index]
            case "b":
                return "TRUE" if value.strip() in ("1", "true") else "FALSE"
            case "e":
                self.sheet.errors.append(self.reference)
                return value
            case "d":
                self.sheet.dates.append(self.reference)
                return value
            case "n":
                if self.style in self.book.dated:
                    self.sheet.dates.append(self.reference)
                    return as_date(value, self.book.epoch)
                return as_number(value)
        return unescaped(value) if self.kind == "str" else value

    def _row_ends(self) -> None:
        if not self.cells:
            return
        if len(self.sheet.rows) >= self.book.limits.rows:
            raise ReadError(f"{show(self.book.name)} has more than {count(self.book.limits.rows)} rows.")
        self.sheet.rows.append(self.cells)
        self.sheet.positions.append(self.row)
        self.sheet.widest = max(self.sheet.widest, len(self.cells))

    def _hide(self, attributes: Mapping[str, str]) -> None:
        first, last = ordinal(attributes.get("min", "")), ordinal(attributes.get("max", ""))
        stop = min(last, self.book.limits.columns)
        self.sheet.hidden_columns.extend(letters(k - 1) for k in range(max(1, first), stop + 1))


def sheet(chunks: Iterable[bytes], book: Book) -> Sheet:
    """The cells of one sheet.

    Raises
    ------
    ReadError
        A cell is out of order, points at nothing or lies beyond the limits; the message names it.
    """
    handlers = _Handlers(book)
    parsed(chunks, book.name, handlers.start, handlers.end, handlers.text)
    return handlers.sheet


def as_number(text: str) -> str:
    """The text of a stored number: 374.0 and 3.74E2 become 374; anything else stays as it is."""
    if _WHOLE.match(text):
        return text
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return text
    if number.is_finite() and abs(number) < 2**53 and number == number.to_integral_value():
        return str(int(number))
    return text


def as_date(text: str, epoch: datetime) -> str:
    """The date that a serial number shows; ISO 8601, the time only where there is one."""
    try:
        moment = epoch + timedelta(days=float(text))
    except (ValueError, OverflowError):
        return text
    if moment.hour == moment.minute == moment.second == moment.microsecond == 0:
        return moment.date().isoformat()
    return moment.isoformat(sep=" ", timespec="seconds")
