"""Small tables made by hand, as the readers would give them."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import polars as pl

from recanvass.reader import RawTable
from recanvass.reading import assembly
from recanvass.reading.mapping import Mapping
from recanvass.results import Results, Source


def raw(text: str, *, separator: str = ",", name: str = "") -> RawTable:
    """A table of text cells; records of nothing at all are left out, as in a text file."""
    lines = [(k, row) for k, row in enumerate(csv.reader(io.StringIO(text), delimiter=separator), 1) if row]
    width = max((len(row) for _, row in lines), default=0)
    cells = {f"c{j}": [row[j] if j < len(row) else None for _, row in lines] for j in range(width)}
    rows = pl.Series([k for k, _ in lines], dtype=pl.Int64)
    return RawTable(pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String)), rows, name, None, len(lines))


def taken(text: str, mapping: str = "", **keys: Any) -> Results:
    """The results of such a table."""
    given = Mapping.parse(mapping, "map.toml") if mapping else None
    return assembly.read_tables((raw(text, **keys),), Source("t.csv", "0" * 64, len(text)), given)


def clean(n: int = 40, seed: int = 3) -> list[list[int]]:
    """registered, ballots, invalid, valid, three options: every identity holds."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(n):
        registered = int(rng.integers(200, 2500))
        ballots = int(registered * rng.uniform(0.4, 0.8))
        invalid = int(ballots * rng.uniform(0.005, 0.03))
        a = int((ballots - invalid) * rng.uniform(0.3, 0.5))
        b = int((ballots - invalid - a) * rng.uniform(0.4, 0.6))
        rows.append([registered, ballots, invalid, ballots - invalid, a, b, ballots - invalid - a - b])
    return rows


def table(headers: str, rows: list[list[int]], order: str = "rbivABC", places: bool = True) -> str:
    """A CSV with a region and a station; ``order`` picks columns: r b i v A B C, or a number for a constant."""
    index = "rbivABC"
    lines = [headers]
    for k, row in enumerate(rows):
        cells = [str(row[index.index(c)]) for c in order]
        lines.append(",".join([f"Region {k % 4}", f"S{k:04d}", *cells] if places else cells))
    return "\n".join(lines) + "\n"


def sums(rows: list[list[int]]) -> dict[str, int]:
    """The columns' totals by the letters of `table`."""
    return {c: sum(row[j] for row in rows) for j, c in enumerate("rbivABC")}
