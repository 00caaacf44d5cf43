"""The exact way to read delimited text: slow, cell by cell, and able to say where it went wrong.

It is used for preambles, for files whose quotation marks are not regular, and to name the row
and column of whatever the pre-scan rejects. Its grammar is that of Python's csv module in
strict mode: a mark at the start of a field opens it and a single mark inside closes it; a mark
elsewhere in an unquoted field is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_QUOTED = re.compile(r'"([^"]*(?:""[^"]*)*)"')


class Malformed(Exception):
    """A field that cannot be read: where its record begins, its column (from 0), and why."""

    def __init__(self, line: int, column: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.column, self.reason = line, column, reason


@cache
def _plain(delimiter: str) -> re.Pattern[str]:
    return re.compile(f"[^{re.escape(delimiter)}\r\n]*")


def records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line on which it begins (1 the first); blank lines are left out.

    Raises
    ------
    Malformed
        A quotation mark is not closed, or text follows a closed one.
    """
    plain, place, line, size = _plain(delimiter), 0, 1, len(text)
    while place < size:
        if text[place] in "\r\n":
            place, line = _after_line_end(text, place), line + 1
            continue
        cells: list[str] = []
        begins = line
        while True:
            if text[place : place + 1] == '"':
                match = _QUOTED.match(text, place)
                if match is None:
                    raise Malformed(begins, len(cells), "opens a quote that is never closed")
                inner = match.group(1)
                cells.append(inner.replace('""', '"'))
                line += inner.count("\n") + inner.count("\r") - inner.count("\r\n")
                place = match.end()
                if text[place : place + 1] not in ("", delimiter, "\r", "\n"):
                    raise Malformed(begins, len(cells) - 1, "has text after a closing quote")
            else:
                match = plain.match(text, place)
                assert match is not None  # an empty match is a match
                cells.append(match.group())
                place = match.end()
            if text[place : place + 1] != delimiter:
                break
            place += 1
        yield begins, cells
        if place < size:
            place, line = _after_line_end(text, place), line + 1


def _after_line_end(text: str, place: int) -> int:
    return place + (2 if text[place : place + 2] == "\r\n" else 1)
