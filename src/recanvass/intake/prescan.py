"""The pre-scan: what the bytes of a delimited file hold, counted before anything is loaded.

One pass in blocks over the UTF-8 bytes, with numpy. A record ends at LF, CRLF or CR outside
quotes (RFC 4180, section 2, and the line ends that Python's csv module knows). Inside quotes are the bytes
after an odd number of quotation marks; that is right where every opening mark stands at the
start of a field and every closing one at its end, which is checked mark by mark. Where no mark
stands at the start of a field, marks are plain text. All else is left to the exact reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Bytes = NDArray[np.uint8]

BLOCK = 4 * 2**20
QUOTE, LF, CR = 34, 10, 13
DELIMITERS = (b",", b";", b"\t", b"|")


class Quoting(Enum):
    """How quotation marks are used in a file."""

    NONE = "none"  #: there are none, or all are plain text
    STANDARD = "standard"  #: every mark opens or closes a field, or is doubled inside one
    IRREGULAR = "irregular"  #: something else; only the exact reader can tell


@dataclass(frozen=True)
class Scan:
    """The records of a delimited file.

    Parameters
    ----------
    starts, ends : (m,) int64
        First byte of each record and first byte of its line end; blank lines are left out.
    lines : (m,) int64
        The line on which each record begins, 1 the first.
    widths : (m,) int64
        Cells in each record.
    longest : int
        Bytes of the longest cell, marks included.
    quoting : Quoting
    """

    starts: Integers
    ends: Integers
    lines: Integers
    widths: Integers
    longest: int
    quoting: Quoting

    def __len__(self) -> int:
        return len(self.starts)


@dataclass
class _Tally:
    """What one block hands to the next."""

    quotes: int = 0
    lines: int = 0
    delimiters: int = 0
    boundary: int = -1
    longest: int = 0


def scan(data: bytes, delimiter: bytes) -> Scan:
    """The records of these UTF-8 bytes (no byte-order mark), for this delimiter.

    Parameters
    ----------
    data : bytes
    delimiter : bytes
        One byte.

    Returns
    -------
    Scan
    """
    array = np.frombuffer(data, dtype=np.uint8)
    quoting = quoting_of(data, array, delimiter[0]) if b'"' in data else Quoting.NONE
    tally = _Tally()
    carriage = b"\r" in data
    ends: list[Integers] = []
    lines: list[Integers] = []
    cells: list[Integers] = []
    for base in range(0, len(array), BLOCK):
        found = _block(array, base, delimiter[0], quoting is not Quoting.NONE, carriage, tally)
        for part, into in zip(found, (ends, lines, cells), strict=True):
            into.append(part)
    if not len(array):
        return Scan(*(np.empty(0, np.int64),) * 4, 0, Quoting.NONE)
    return _assembled(array, np.concatenate(ends), np.concatenate(lines), np.concatenate(cells), tally, quoting)


def _assembled(array: Bytes, ends: Integers, lines: Integers, cells: Integers, tally: _Tally, quoting: Quoting) -> Scan:
    size = len(array)
    last = int(ends[-1]) + 1 if len(ends) else 0
    if last < size:  # the last record has no line end
        ends = np.append(ends, size)
        lines = np.append(lines, tally.lines + 1)
        cells = np.append(cells, tally.delimiters)
        tally.longest = max(tally.longest, size - tally.boundary - 1)
    starts = np.concatenate([[0], ends[:-1] + 1]).astype(np.int64)
    begins = np.concatenate([[1], lines[:-1] + 1]).astype(np.int64)
    # A CRLF is found at its LF: its CR is no part of the record.
    before = array[np.maximum(ends - 1, 0)]
    crlf = (before == CR) & (ends > starts) & (ends < size)
    crlf[crlf] = array[ends[crlf]] == LF
    stops = ends - crlf
    widths = np.diff(np.concatenate([[0], cells])) + 1
    kept = stops > starts
    return Scan(starts[kept], stops[kept], begins[kept], widths[kept], tally.longest, quoting)


def _block(
    array: Bytes, base: int, delimiter: int, quoted: bool, carriage: bool, tally: _Tally
) -> tuple[Integers, Integers, Integers]:
    """Record ends, the lines they end, and the delimiters outside quotes before each."""
    block = array[base : base + BLOCK]
    line_end = block == LF
    if carriage:
        following = array[base + 1 : base + 1 + len(block)]
        lone = block == CR
        lone[: len(following)] &= following != LF
        line_end |= lone
    separates = block == delimiter
    positions = np.flatnonzero(line_end)
    numbers = np.arange(tally.lines + 1, tally.lines + 1 + len(positions), dtype=np.int64)
    tally.lines += len(positions)
    if quoted:
        marks = block == QUOTE
        inside = (np.cumsum(marks, dtype=np.uint8) + np.uint8(tally.quotes & 1)) & 1
        outside = inside == 0
        tally.quotes += int(np.count_nonzero(marks))
        separates &= outside
        free = outside[positions]
        line_end &= outside
        positions, numbers = positions[free], numbers[free]
    where = np.flatnonzero(separates)
    cells = np.searchsorted(where, positions) + tally.delimiters
    tally.delimiters += len(where)
    separates |= line_end
    boundaries = np.flatnonzero(separates)
    if len(boundaries):
        boundaries += base
        gap = int(boundaries[0]) - tally.boundary - 1
        widest = int(np.diff(boundaries).max(initial=1)) - 1
        tally.longest = max(tally.longest, gap, widest)
        tally.boundary = int(boundaries[-1])
    return positions + base, numbers, cells.astype(np.int64)


def quoting_of(data: bytes, array: Bytes, delimiter: int) -> Quoting:
    """How quotation marks are used, given the delimiter."""
    edges = np.zeros(256, dtype=bool)
    edges[[delimiter, LF, CR]] = True
    seen, regular, opens = 0, True, False
    for base in range(0, len(array), BLOCK):
        where = np.flatnonzero(array[base : base + BLOCK] == QUOTE) + base
        if not len(where):
            continue
        before, after = _neighbours(array, where)
        starts = (before < 0) | edges[before]
        opens |= bool(starts.any())
        if regular:
            opening = (np.arange(seen, seen + len(where)) & 1) == 0
            good = np.where(opening, starts | (before == QUOTE), (after < 0) | edges[after] | (after == QUOTE))
            regular = bool(good.all())
        seen += len(where)
        if opens and not regular:
            return Quoting.IRREGULAR
    if not opens:
        return Quoting.NONE
    return Quoting.STANDARD if regular and seen % 2 == 0 else Quoting.IRREGULAR


def _neighbours(array: Bytes, where: Integers) -> tuple[Integers, Integers]:
    before = array[np.maximum(where - 1, 0)].astype(np.int64)
    after = array[np.minimum(where + 1, len(array) - 1)].astype(np.int64)
    before[where == 0] = -1
    after[where == len(array) - 1] = -1
    return before, after


def consistency(scanned: Scan) -> tuple[float, int]:
    """The share of records of the commonest width of two or more, and that width."""
    if not len(scanned):
        return 0.0, 1
    widths, counts = np.unique(scanned.widths, return_counts=True)
    several = widths >= 2
    if not several.any():
        return 0.0, 1
    most = counts[several].max()
    width = int(widths[several][counts[several] == most].max())
    return float(most) / len(scanned), width


def delimiter_of(data: bytes) -> bytes:
    """The delimiter that cuts most records into the same number of cells (two or more).

    It is decided on the first two megabytes and confirmed on the whole file: where it does not
    cut every record alike, all candidates are compared over everything.
    """
    head = data[: 2 * 2**20]
    if len(head) < len(data):
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1] or head
    ranked = sorted(DELIMITERS, key=lambda d: _rank(head, d), reverse=True)
    if len(head) == len(data) or consistency(scan(head, ranked[0]))[0] == 1.0:
        return ranked[0]
    return max(DELIMITERS, key=lambda d: _rank(data, d))


def _rank(data: bytes, delimiter: bytes) -> tuple[float, int, int]:
    share, width = consistency(scan(data, delimiter))
    preferred = (b"\t", b";", b"|", b",")
    return round(share, 2), width, -preferred.index(delimiter)
