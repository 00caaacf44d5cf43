"""JSON: a list of records, or columns of equal length; numbers keep the text they are written in."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from recanvass.errors import ReadError
from recanvass.intake import encodings
from recanvass.reader import Limits, Note, RawTable
from recanvass.wording import count, show

LONGEST_NUMBER = 400
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON = re.compile(rb"\s*(\{\s*[\"}]|\[\s*[\[{\]])")


@dataclass(frozen=True)
class _Refused:
    """A value that JSON should not hold; it is refused where its field is known."""

    what: str


@dataclass(frozen=True)
class _Number:
    """A number as it is written."""

    text: str


class Records:
    """JSON files."""

    name: ClassVar[str] = "records"
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def sniff(self, head: bytes, suffix: str) -> bool:
        """By the first signs; the suffix decides for ``[`` and ``{`` followed by anything else."""
        for mark, _ in encodings.MARKS:
            if head.startswith(mark):
                head = head[len(mark) :].replace(b"\0", b"")
                break
        return _JSON.match(head) is not None or suffix in self.suffixes

    def tables(self, data: bytes, name: str, limits: Limits) -> Sequence[RawTable]:
        """The one table of a JSON file."""
        try:
            text, encoding, notes = encodings.utf8(data, name)
        except encodings.Undecodable as error:
            raise ReadError(f"{show(name)}: byte {error.place + 1:,} is not UTF-8, as JSON must be.") from error
        if notes:  # RFC 8259 leaves no room for a proposal
            place = encodings.first_invalid(data) or 0
            raise ReadError(f"{show(name)}: byte {place + 1:,} is not UTF-8, as JSON must be.")
        return (_table(_parsed(text, name), name, encoding, notes, limits),)


def _parsed(text: bytes, name: str) -> Any:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(items)
        if any(not key.isascii() and _SURROGATE.search(key) for key in record):
            raise ReadError(f"{show(name)}: a key holds half of a character (a lone surrogate); put it right.")
        if len(record) < len(items):
            keys = [key for key, _ in items]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ReadError(
                f"{show(name)}: a record has the key {show(twice)} twice, and programs differ in which they read; "
                "put the record right."
            )
        return record

    try:
        return json.loads(
            text.decode(),
            object_pairs_hook=pairs,
            parse_int=_number,
            parse_float=_number,
            parse_constant=lambda word: _Refused(f"{word}, which is no number"),
        )
    except RecursionError as error:
        raise ReadError(f"{show(name)} is nested too deeply to be a table; check that it is the right file.") from error
    except json.JSONDecodeError as error:
        raise ReadError(
            f"{show(name)} is not valid JSON: {error.msg} in row {error.lineno}, sign {error.colno}; "
            "get the file again."
        ) from error


def _number(text: str) -> _Number | _Refused:
    if len(text) > LONGEST_NUMBER:
        return _Refused(f"a number of {len(text):,} digits")
    if abs(float(text)) == float("inf"):
        return _Refused(f"{text}, which is above every number a computer holds")
    return _Number(text)


def _table(content: Any, name: str, encoding: str, notes: tuple[Note, ...], limits: Limits) -> RawTable:
    import polars as pl

    content, wrapper = _unwrapped(content)
    if wrapper:
        notes = (*notes, Note("wrapped", {"key": wrapper}))
    if isinstance(content, dict) and content and all(isinstance(v, list) for v in content.values()):
        header, columns = _from_columns(content, name)
    elif isinstance(content, list) and content and all(isinstance(r, dict) for r in content):
        header, columns = _from_records(content, name, limits)
    else:
        raise ReadError(
            f"{show(name)} is no table: give a list of records, or an object with one list a column, of equal length."
        )
    if len(header) > limits.columns:
        raise ReadError(f"{show(name)} has {count(len(header))} columns and the limit is {count(limits.columns)}.")
    rows = len(columns[0]) if columns else 0
    if not rows or rows > limits.rows:
        raise ReadError(f"{show(name)} has {count(rows)} records; it takes one to {count(limits.rows)}.")
    frame = pl.DataFrame([pl.Series(f"c{j}", c, dtype=pl.String) for j, c in enumerate(columns)])
    positions = pl.Series(range(1, rows + 1), dtype=pl.Int64)
    return RawTable(frame, positions, "", tuple(header), rows, False, encoding, notes)  # noqa: FBT003


def _unwrapped(content: Any) -> tuple[Any, str]:
    """What lies under the one key that holds a list of records."""
    if isinstance(content, dict):
        inside = [
            key for key, value in content.items() if isinstance(value, list) and value and isinstance(value[0], dict)
        ]
        if len(inside) == 1:
            return content[inside[0]], inside[0]
    return content, ""


def _from_columns(content: dict[str, list[Any]], name: str) -> tuple[list[str], list[list[str | None]]]:
    lengths = {key: len(values) for key, values in content.items()}
    if len(set(lengths.values())) > 1:
        short, long = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
        raise ReadError(
            f"{show(name)}: the column {show(short)} has {lengths[short]:,} cells and {show(long)} "
            f"has {lengths[long]:,}; "
            "they must be as long as each other."
        )
    columns = [[_cell(v, name, k, key) for k, v in enumerate(values, 1)] for key, values in content.items()]
    return list(content), columns


def _from_records(content: list[dict[str, Any]], name: str, limits: Limits) -> tuple[list[str], list[list[str | None]]]:
    header: dict[str, list[str | None]] = {}
    for k, record in enumerate(content, 1):
        for key, value in record.items():
            if key not in header:
                if len(header) >= limits.columns:
                    raise ReadError(f"{show(name)} has more columns than the limit of {count(limits.columns)}.")
                header[key] = [None] * (k - 1)
            header[key].append(_cell(value, name, k, key))
        if len(record) < len(header):
            for cells in header.values():
                if len(cells) < k:
                    cells.append(None)
    return list(header), list(header.values())


def _cell(value: Any, name: str, row: int, key: str) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        if not value.isascii() and _SURROGATE.search(value):
            _refuse(_Refused("half of a character (a lone surrogate)"), name, row, key)
        return value
    if isinstance(value, _Number):
        return value.text
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return _refuse(value, name, row, key)


def _refuse(value: Any, name: str, row: int, key: str) -> NoReturn:
    what = value.what if isinstance(value, _Refused) else "a list or a record inside a record"
    raise ReadError(f"{show(name)}, row {row}, column {show(key)}: there is {what}; put the value right in the file.")


reader = Records()
