"""The records of an old workbook (XLS, BIFF8): the cells, and all that lies beside them. [MS-XLS], section 2.4.

What makes a workbook treacherous is the same as in XLSX: formulas without a stored value, dates
that were station numbers, merged cells, hidden rows and sheets. Everything is taken from the
records themselves, cell by cell; a cell that stands twice is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from recanvass.errors import ReadError
from recanvass.intake.sheets import Book, Sheet, as_date, letters
from recanvass.intake.strings import Strings, long_string, short_string
from recanvass.reader import Limits
from recanvass.wording import count, show

_BOF, _EOF, _CONTINUE = 0x0809, 0x000A, 0x003C
_COLUMNS = 256  #: as many as a sheet of this kind has
_OLD_BEGINNINGS = (0x0009, 0x0209, 0x0409)
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


@dataclass
class _Part:
    """A sheet as the globals announce it."""

    title: str
    hidden: bool
    place: int
    worksheet: bool


@dataclass
class _Globals:
    parts: list[_Part] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    styles: list[int] = field(default_factory=list)
    later: bool = False


def old_workbook(
    stream: bytes, name: str, limits: Limits, dates: Callable[[Mapping[int, str]], frozenset[int]]
) -> list[tuple[str, bool, Sheet]]:
    """The worksheets: title, whether it is hidden, cells.

    Parameters
    ----------
    stream : bytes
        The stream called ``Workbook``.
    dates : callable
        From the formats by their numbers to the numbers of those that show dates.
    """
    heads = _globals(stream, name, limits)
    dated_formats = dates(heads.formats)
    dated = frozenset(k for k, number in enumerate(heads.styles) if number in dated_formats)
    epoch = datetime(1904, 1, 1) if heads.later else datetime(1899, 12, 30)
    book = Book(name, heads.strings, dated, epoch, limits)
    found = [(part.title, part.hidden, _Cells(book).read(stream, part.place)) for part in heads.parts if part.worksheet]
    calculated = any(set(cells.formulas) - set(cells.unstored) for _, _, cells in found)
    if calculated:  # then an empty result is a result: =IF(A1="","",A1)
        found = [(title, hidden, replace(cells, unstored=[])) for title, hidden, cells in found]
    return found


def _records(stream: bytes, place: int, name: str) -> Iterator[tuple[int, bytes, int]]:
    """Kind, content and place of each record from a place on."""
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        content = stream[place + 4 : place + 4 + size]
        if len(content) < size:
            raise _damaged(name, "its last record is cut")
        yield kind, content, place
        place += 4 + size


def _globals(stream: bytes, name: str, limits: Limits) -> _Globals:
    found = _Globals()
    records = list(_until_end(stream, 0, name))
    if not records or records[0][0] != _BOF:
        raise _damaged(name, "it does not begin as one")
    _refuse_version(records[0][1], name)
    places: set[int] = set()
    for k, (kind, content) in enumerate(records):
        if kind == 0x002F:
            raise ReadError(f"{show(name)} is encrypted; save it without a password first.")
        try:
            if kind == 0x0085:
                place, state, sort = struct.unpack_from("<IBB", content)
                title = short_string(content, 6)
                if place in places:
                    raise _damaged(name, "two of its sheets are one")
                places.add(place)
                found.parts.append(_Part(title, bool(state & 3), place, sort == 0))
            elif kind == 0x0022:
                found.later = bool(struct.unpack_from("<H", content)[0])
            elif kind == 0x041E:
                found.formats[struct.unpack_from("<H", content)[0]] = long_string(content, 2)
            elif kind == 0x00E0:
                found.styles.append(struct.unpack_from("<H", content, 2)[0])
            elif kind == 0x00FC:
                if found.strings:
                    raise _damaged(name, "it holds its texts twice")
                pieces = [content]
                for following, more in islice(records, k + 1, None):
                    if following != _CONTINUE:
                        break
                    pieces.append(more)
                found.strings = Strings(pieces, limits.field).all()
        except (struct.error, IndexError, UnicodeDecodeError) as error:
            raise _damaged(name, "a record of it is cut") from error
        except OverflowError as error:
            raise ReadError(
                f"{show(name)}: a text has a size of more than {count(limits.field)} signs, which is the limit."
            ) from error
    return found


def _until_end(stream: bytes, place: int, name: str) -> Iterator[tuple[int, bytes]]:
    """The records of one substream; those of charts inside it are passed over."""
    depth = 0
    for kind, content, _ in _records(stream, place, name):
        if kind in (_BOF, *_OLD_BEGINNINGS):
            depth += 1
        if depth <= 1:
            yield kind, content
        if kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
    raise _damaged(name, "a part of it has no end")


def _refuse_version(beginning: bytes, name: str) -> None:
    version = struct.unpack_from("<H", beginning)[0] if len(beginning) >= 2 else 0
    if version != 0x0600:
        raise ReadError(
            f"{show(name)} is a workbook of Excel 95 or older, which is not read; open it in a spreadsheet program and "
            "save it as XLSX."
        )


class _Cells:
    """The state of one sheet while its records go by."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.sheet = Sheet()
        self.rows: dict[int, dict[int, str]] = {}
        self.waiting: tuple[int, int] | None = None

    def read(self, stream: bytes, place: int) -> Sheet:
        name = self.book.name
        for k, (kind, content) in enumerate(_until_end(stream, place, name)):
            if k == 0:
                _refuse_version(content if kind == _BOF else b"", name)
            try:
                self._record(kind, content)
            except (struct.error, IndexError, UnicodeDecodeError) as error:
                raise _damaged(name, "a record of it is cut") from error
        self._no_text()
        for row in sorted(self.rows):
            cells = self.rows[row]
            width = max(cells) + 1
            self.sheet.rows.append([cells.get(j) for j in range(width)])
            self.sheet.positions.append(row + 1)
            self.sheet.widest = max(self.sheet.widest, width)
        return self.sheet

    def _record(self, kind: int, content: bytes) -> None:
        if kind == 0x00FD:  # a shared string
            row, column, _, index = struct.unpack_from("<HHHI", content)
            if index >= len(self.book.strings):
                raise ReadError(
                    f"{show(self.book.name)}: the cell {letters(column)}{row + 1} points at the shared string {index}, "
                    f"and there are {count(len(self.book.strings))}; the workbook is damaged."
                )
            self._put(row, column, self.book.strings[index])
        elif kind == 0x0203:
            row, column, style, value = struct.unpack_from("<HHHd", content)
            self._number(row, column, style, value)
        elif kind == 0x027E:
            row, column, style, packed = struct.unpack_from("<HHHI", content)
            self._number(row, column, style, unpacked(packed))
        elif kind == 0x00BD:
            row, first = struct.unpack_from("<HH", content)
            for k in range((len(content) - 6) // 6):
                style, packed = struct.unpack_from("<HI", content, 4 + 6 * k)
                self._number(row, first + k, style, unpacked(packed))
        elif kind in (0x0204, 0x00D6):
            row, column = struct.unpack_from("<HH", content)
            self._put(row, column, long_string(content, 6))
        elif kind == 0x0205:
            row, column, _, value, error = struct.unpack_from("<HHHBB", content)
            self._flag(row, column, value, error)
        elif kind == 0x0006:
            self._formula(content)
        elif kind == 0x0207 and self.waiting is not None:
            self._put(*self.waiting, long_string(content, 0))
            self.waiting = None
        elif kind == 0x00E5:
            self._merged(content)
        elif kind == 0x0208:
            self.sheet.hidden_rows += bool(struct.unpack_from("<H", content, 12)[0] & 0x20)
        elif kind == 0x007D:
            first, last, _, _, flags = struct.unpack_from("<HHHHH", content)
            if flags & 1:
                self.sheet.hidden_columns.extend(letters(j) for j in range(first, min(last, 255) + 1))

    def _no_text(self) -> None:
        """A formula whose result is a text that no record brings has no stored value."""
        if self.waiting is not None:
            row, column = self.waiting
            self.sheet.unstored.append(f"{letters(column)}{row + 1}")
            self.waiting = None

    def _put(self, row: int, column: int, text: str) -> None:
        if column >= _COLUMNS:
            raise _damaged(self.book.name, f"a cell of row {row + 1} lies beyond its {_COLUMNS} columns")
        cells = self.rows.setdefault(row, {})
        if column in cells:
            raise ReadError(
                f"{show(self.book.name)}: the cell {letters(column)}{row + 1} stands twice in the file; save it again "
                "from a spreadsheet program."
            )
        if text:
            cells[column] = text
        elif not cells:
            del self.rows[row]

    def _number(self, row: int, column: int, style: int, value: float) -> None:
        if style in self.book.dated:
            self.sheet.dates.append(f"{letters(column)}{row + 1}")
            self._put(row, column, as_date(repr(value), self.book.epoch))
        else:
            self._put(row, column, number_text(value))

    def _flag(self, row: int, column: int, value: int, error: int) -> None:
        if error:
            self.sheet.errors.append(f"{letters(column)}{row + 1}")
        self._put(row, column, _ERRORS.get(value, "#ERROR!") if error else "TRUE" if value else "FALSE")

    def _formula(self, content: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", content)
        stored = content[6:14]
        self.sheet.formulas.append(f"{letters(column)}{row + 1}")
        if stored[6:8] != b"\xff\xff":
            self._number(row, column, style, struct.unpack("<d", stored)[0])
        elif stored[0] == 0:
            self._no_text()
            self.waiting = (row, column)
        elif stored[0] in (1, 2):
            self._flag(row, column, stored[2], int(stored[0] == 2))
        else:
            self.sheet.unstored.append(f"{letters(column)}{row + 1}")

    def _merged(self, content: bytes) -> None:
        for k in range(struct.unpack_from("<H", content)[0]):
            top, bottom, left, right = struct.unpack_from("<HHHH", content, 2 + 8 * k)
            self.sheet.merged.append(f"{letters(left)}{top + 1}:{letters(right)}{bottom + 1}")


def unpacked(packed: int) -> float:
    """The number in an RK value: 30 bits of a whole number or of a double, perhaps in hundredths."""
    if packed & 2:
        whole = packed >> 2
        value = float(whole - (1 << 30) if whole >= 1 << 29 else whole)
    else:
        value = struct.unpack("<d", struct.pack("<Q", (packed & 0xFFFFFFFC) << 32))[0]
    return value / 100 if packed & 1 else value


def number_text(value: float) -> str:
    """A stored double as text: 374.0 is 374 while doubles hold whole numbers exactly."""
    return str(int(value)) if value == value and abs(value) < 2**53 and value == int(value) else repr(value)


def _damaged(name: str, reason: str) -> ReadError:
    return ReadError(f"{show(name)} is a damaged workbook ({reason}); get it again or save it as XLSX.")
