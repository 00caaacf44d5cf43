"""The mapping file: a person's word on what the columns are, in TOML, checked key by key.

It is written by every reading (so that the reading can be had again), proposed where something is
open, and edited by hand. ``docs/mapping.md`` describes it. A column is named by its header, or by
its place: ``#3`` is the third.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from recanvass.errors import ReadError, UsageError
from recanvass.results import COUNTS, LEVELS
from recanvass.wording import listed, show

VERSION = 1

_CELLS = {"missing": list, "negative": str, "zero": str}


@dataclass(frozen=True)
class Cells:
    """How the cells of one column (or, under ``*``, of all) are to be read."""

    missing: tuple[str, ...] = ()
    negative: str = ""
    zero: str = ""


@dataclass(frozen=True)
class Question:
    """What is open in a proposal: the figure, the sentence, and the headers to choose from."""

    figure: str
    question: str
    choices: tuple[str, ...]


@dataclass(frozen=True)
class Mapping:
    """A reading as a person declares it; see ``docs/mapping.md``.

    ``columns`` maps a canonical count or level to the headers whose sum it is; ``options`` an
    option to its header; ``option`` and ``votes`` are the two columns of a long table. ``only``
    keeps the records that hold a text in a column, ``need`` those that give a figure there.
    """

    origin: str = ""
    sha256: str = ""
    signature: str = ""
    part: str = ""
    encoding: str = ""
    header: tuple[int, ...] = ()
    columns: MappingOf[str, tuple[str, ...]] = field(default_factory=dict)
    options: MappingOf[str, str] = field(default_factory=dict)
    option: tuple[str, ...] = ()
    votes: str = ""
    cells: MappingOf[str, Cells] = field(default_factory=dict)
    only: MappingOf[str, str] = field(default_factory=dict)
    need: tuple[str, ...] = ()
    totals: str = "aside"
    contest: MappingOf[str, Any] = field(default_factory=dict)
    open: tuple[Question, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether it says what the columns are (and not only which part or how cells are read)."""
        return bool(self.options or self.votes)

    def cells_of(self, header: str) -> Cells:
        """The reading of a column's cells."""
        return self.cells.get(header, self.cells.get("*", Cells()))

    @classmethod
    def load(cls, path: Path) -> Mapping:
        """The mapping of a file."""
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(f"The mapping {path.name} cannot be read: {error.strerror}.") from error
        except UnicodeDecodeError as error:
            raise UsageError(f"The mapping {path.name} is not UTF-8 text; save it as UTF-8.") from error
        return cls.parse(text, path.name)

    @classmethod
    def parse(cls, text: str, origin: str = "the mapping") -> Mapping:
        """The mapping in a text; every key is checked."""
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UsageError(f"{origin} is no TOML: {error}.") from error
        _keys(
            data,
            ("mapping", "file", "layout", "columns", "options", "long", "cells", "rows", "contest", "open"),
            origin,
        )
        if data.get("mapping") != VERSION:
            raise UsageError(f"{origin}: mapping is {data.get('mapping')!r}; this version reads mapping = {VERSION}.")
        file = _table(data, "file", ("sha256", "signature", "part", "encoding"), origin)
        layout = _table(data, "layout", ("header",), origin)
        rows = _table(data, "rows", ("only", "need", "totals"), origin)
        long = _table(data, "long", ("option", "votes"), origin)
        columns = {
            name: _texts(value, f"columns.{name}", origin) for name, value in _dict(data, "columns", origin).items()
        }
        for name in columns:
            if name not in (*COUNTS, *LEVELS):
                raise UsageError(
                    f"{origin}: columns.{show(name)} is no figure; those are {', '.join((*COUNTS, *LEVELS))}."
                )
        options = {
            name: _text(value, f"options.{name}", origin) for name, value in _dict(data, "options", origin).items()
        }
        totals = _text(rows.get("totals", "aside"), "rows.totals", origin)
        if totals not in ("aside", "keep"):
            raise UsageError(f"{origin}: rows.totals is {totals!r}; give 'aside' or 'keep'.")
        questions = data.get("open", [])
        return cls(
            origin=origin,
            sha256=_text(file.get("sha256", ""), "file.sha256", origin),
            signature=_text(file.get("signature", ""), "file.signature", origin),
            part=_text(file.get("part", ""), "file.part", origin),
            encoding=_text(file.get("encoding", ""), "file.encoding", origin),
            header=_rows(layout.get("header", []), origin),
            columns=columns,
            options=options,
            option=_texts(long.get("option", []), "long.option", origin),
            votes=_text(long.get("votes", ""), "long.votes", origin),
            cells={name: _cells(value, name, origin) for name, value in _dict(data, "cells", origin).items()},
            only={k: _text(v, f"rows.only.{k}", origin) for k, v in _dict(rows, "only", origin).items()},
            need=_texts(rows.get("need", []), "rows.need", origin),
            totals=totals,
            contest=_dict(data, "contest", origin),
            open=tuple(Question(str(q["figure"]), str(q["question"]), tuple(q.get("choices", ()))) for q in questions),
        )

    def text(self, comments: Sequence[str] = ()) -> str:
        """The mapping as TOML; `parse` reads it back."""
        lines = [f"# {line}" for line in comments] + [f"mapping = {VERSION}"]
        file = {
            "sha256": self.sha256,
            "signature": self.signature,
            "part": self.part,
            "encoding": self.encoding,
        }
        lines += _section("file", {k: v for k, v in file.items() if v})
        lines += _section("layout", {"header": list(self.header)} if self.header else {})
        lines += _section("columns", {k: v[0] if len(v) == 1 else list(v) for k, v in self.columns.items()})
        lines += _section("options", self.options)
        if self.votes:
            lines += _section("long", {"option": list(self.option), "votes": self.votes})
        rows: dict[str, Any] = {"need": list(self.need)} if self.need else {}
        lines += _section("rows", rows | ({"totals": self.totals} if self.totals != "aside" else {}))
        lines += _section("rows.only", self.only)
        for header, cells in self.cells.items():
            values = {"missing": list(cells.missing), "negative": cells.negative, "zero": cells.zero}
            lines += _section(f"cells.{_quoted(header)}", {k: v for k, v in values.items() if v})
        lines += _section("contest", {k: v for k, v in self.contest.items() if not isinstance(v, dict)})
        lines += _section("contest.announced", self.contest.get("announced", {}))
        for question in self.open:
            lines += ["", "[[open]]", *_pairs({"figure": question.figure, "question": question.question})]
            lines += [f"choices = {_quoted(list(question.choices))}"]
        return "\n".join(lines) + "\n"


def positions(headers: Sequence[str], names: Sequence[str], mapping: Mapping) -> tuple[int, ...]:
    """The columns that a mapping names."""
    return tuple(position(headers, name, mapping) for name in names)


def position(headers: Sequence[str], name: str, mapping: Mapping) -> int:
    """The column that a mapping names by its header or by ``#n``."""
    fitting = [j for j, header in enumerate(headers) if header == name]
    if not fitting and (found := re.fullmatch(r"#([0-9]{1,4})", name)) and 1 <= int(found[1]) <= len(headers):
        return int(found[1]) - 1
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        numbers = ", ".join(f"#{j + 1}" for j in fitting)
        raise UsageError(f"{mapping.origin}: {len(fitting)} columns are called {show(name)!r}; say which: {numbers}.")
    raise UsageError(
        f"{mapping.origin}: the table has no column {show(name)!r}; "
        f"it has {listed([h for h in headers if h], most=12)}."
    )


def reference(headers: Sequence[str], j: int) -> str:
    """How a mapping names a column: its header, or its place where that is not enough."""
    header = headers[j]
    plain = header and list(headers).count(header) == 1 and not re.fullmatch(r"#[0-9]+", header)
    return header if plain else f"#{j + 1}"


def signature(headers: Sequence[str]) -> str:
    """SHA-256 of the headers: files with the same columns share it."""
    return hashlib.sha256("\x1f".join(headers).encode(errors="surrogatepass")).hexdigest()


@cache
def committed() -> tuple[Mapping, ...]:
    """The mappings that come with the program, for known files."""
    folder = resources.files("recanvass") / "catalogue" / "mappings"
    if not folder.is_dir():
        return ()
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return tuple(Mapping.parse(f.read_text(encoding="utf-8"), f.name) for f in files)


def known(sha256: str, headers: Sequence[str]) -> Mapping | None:
    """The mapping that comes with the program for this file, or for tables with exactly these headers."""
    mine = signature(headers)
    return next(
        (m for m in committed() if (m.sha256 and m.sha256 == sha256) or (m.signature and m.signature == mine)), None
    )


def _keys(data: MappingOf[str, Any], allowed: Sequence[str], origin: str, where: str = "") -> None:
    for key in data:
        if key not in allowed:
            raise UsageError(f"{origin}: {where}{show(key)} is no key of a mapping; there are {', '.join(allowed)}.")


def _dict(data: MappingOf[str, Any], key: str, origin: str) -> dict[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise UsageError(f"{origin}: {key} is {show(str(value))!r}; it must be a table ([{key}]).")
    return value


def _table(data: MappingOf[str, Any], key: str, allowed: Sequence[str], origin: str) -> dict[str, Any]:
    value = _dict(data, key, origin)
    _keys(value, allowed, origin, f"{key}.")
    return value


def _text(value: Any, key: str, origin: str) -> str:
    if not isinstance(value, str):
        raise UsageError(f"{origin}: {show(key)} is {show(str(value))!r}; it must be a text in quotation marks.")
    return value


def _texts(value: Any, key: str, origin: str) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list):
        raise UsageError(f"{origin}: {show(key)} is {show(str(value))!r}; it must be a text or a list of texts.")
    return tuple(_text(v, key, origin) for v in values)


def _rows(value: Any, origin: str) -> tuple[int, ...]:
    if not isinstance(value, list) or not all(isinstance(v, int) and v > 0 for v in value):
        raise UsageError(f"{origin}: layout.header is {show(str(value))!r}; it must be a list of rows, such as [3, 4].")
    return tuple(value)


def _cells(value: Any, header: str, origin: str) -> Cells:
    if not isinstance(value, dict):
        raise UsageError(f"{origin}: cells.{show(header)} must be a table with {', '.join(_CELLS)}.")
    _keys(value, tuple(_CELLS), origin, f"cells.{show(header)}.")
    for key in ("negative", "zero"):
        if value.get(key, "absent") != "absent":
            raise UsageError(f"{origin}: cells.{show(header)}.{key} is {value[key]!r}; the only word is 'absent'.")
    missing = _texts(value.get("missing", []), f"cells.{header}.missing", origin)
    return Cells(missing, value.get("negative", ""), value.get("zero", ""))


def _section(name: str, values: MappingOf[str, Any]) -> list[str]:
    return ["", f"[{name}]", *_pairs(values)] if values else []


def _pairs(values: MappingOf[str, Any]) -> list[str]:
    bare = re.compile(r"[A-Za-z0-9_-]+")
    return [f"{k if bare.fullmatch(k) else _quoted(k)} = {_quoted(v)}" for k, v in values.items()]


def _quoted(value: Any) -> str:
    if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
        raise ReadError("A header holds half a character (a lone surrogate), which no mapping can name.")
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
