"""The contract of a reader: one source format, bytes in, text cells out.

A reader interprets nothing: no types, no header, no missing-value words. It gives every record
of every table that the file holds as text, says how many records the bytes themselves hold, and
refuses, naming the row and the column, whatever two programs could read differently.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Limits:
    """What a stranger's file may cost. Sizes in bytes."""

    file: int = 200 * 2**20
    inflated: int = 2**30
    ratio: int = 200
    ratio_from: int = 10 * 2**20
    members: int = 1_000
    field: int = 64 * 2**10
    record: int = 2**20
    columns: int = 2_000
    rows: int = 20_000_000
    depth: int = 64


@dataclass(frozen=True)
class Note:
    """A warning for the person who reads the file: a key of ``phrases/reading.toml`` and its facts."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class RawTable:
    """One table of a file, as text.

    Parameters
    ----------
    cells : polars.DataFrame
        Every record from the first on, header and preamble included, all columns ``String``,
        named ``c0``, ``c1``, ...; a cell that is not there at all is null, an empty one is "".
        Empty lines are left out of the table and are not records.
    positions : polars.Series of int64
        For each record the row where it begins, as the user would look it up: the line of a
        text file, the row of a sheet, the ordinal of a JSON record; 1 is the first.
    name : str
        The sheet, the archive member, or "" where there is only one.
    header : tuple of str or None
        Column names that the format itself guarantees (JSON, Parquet); then ``cells`` has none.
    records : int
        The number of records counted in the bytes, independently of the loader.
    cell_names : bool
        True where a cell is called ``F3`` (a sheet) rather than by row and column name.
    encoding : str
        The text encoding it was read in; "" where the format has none.
    notes : tuple of Note
    """

    cells: pl.DataFrame
    positions: pl.Series
    name: str = ""
    header: tuple[str, ...] | None = None
    records: int = 0
    cell_names: bool = False
    encoding: str = ""
    notes: tuple[Note, ...] = ()


class Reader(Protocol):
    """A source format. The module holds one instance called ``reader``."""

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]

    def sniff(self, head: bytes, suffix: str) -> bool:
        """Whether the first 64 kB look like this format."""

    def tables(self, data: bytes, name: str, limits: Limits) -> Sequence[RawTable]:
        """All tables of the file; raises `ReadError` naming ``name``, the row and the column."""


def names() -> tuple[str, ...]:
    """The readers: the files of the folder."""
    folder = importlib.import_module("recanvass.readers")
    found = pkgutil.iter_modules(folder.__path__)
    return tuple(sorted(m.name for m in found if not m.name.startswith("_")))


def reader(name: str) -> Reader:
    """The reader of this name."""
    found: Reader = importlib.import_module(f"recanvass.readers.{name}").reader
    return found
