"""Columns of whole numbers that are no counts of votes, told by their values and not by their names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from recanvass.reading.numbers import Column
from recanvass.results import Counts, Mask

#: Columns that need this many rows before their values say anything.
ENOUGH = 12


def trait(column: Column, cells: pl.Series, groups: Sequence[Counts]) -> str:
    """What a column is if it is no count: a key of ``phrases/columns.toml``, or "".

    ``groups`` are the codes of columns that may name a place or a centre.

    ``serial`` numbers the rows inside a place, or the options that stand in them (a long table of
    codes); ``identifier`` never repeats, or is written with a fixed number of digits; ``constant`` is
    one number everywhere; ``repeated`` is one number for a whole group of rows, so that its sum over
    the rows counts it many times.
    """
    values, known = column.values, ~column.absent
    n = int(known.sum())
    if n < ENOUGH or not values.any():
        return ""
    given = values[known]
    distinct = len(np.unique(given))
    if distinct == 1:
        return "constant"
    if distinct == n and (np.all(np.diff(given) >= 0) or given.min() > 999 or _leading_zeros(cells)):
        return "identifier"
    widths = cells.filter(pl.Series(known)).str.len_chars()
    fixed = widths.min() == widths.max() and bool((widths >= 4).all())
    if fixed and (given.min() > 9999 or _leading_zeros(cells)):
        return "identifier"
    for codes in groups:
        if _serial(values, known, codes) or _listed(values, known, codes):
            return "serial"
    for codes in groups:
        if _repeated(values, known, codes):
            return "repeated"
    return ""


def repeated(column: Column, rows: int, groups: Sequence[Counts]) -> bool:
    """Whether the first rows of a column hold one figure for each whole group."""
    known = ~column.absent[:rows]
    return any(_repeated(column.values[:rows], known, codes) for codes in groups)


def could_be_votes(column: Column, cells: pl.Series, first: bool) -> bool:
    """Whether an ``identifier`` may be votes after all: those of large places never repeat either.

    Not if numbers begin with zeros, nor if a column in front of the options (``first``) goes up from row to row.
    """
    given = column.values[~column.absent]
    return not _leading_zeros(cells) and not (first and bool(np.all(np.diff(given) >= 0)))


def _leading_zeros(cells: pl.Series) -> bool:
    leading = int(cells.str.contains(r"^0[0-9]").fill_null(value=False).sum())
    return leading * 100 > len(cells)


def _serial(values: Counts, known: Mask, codes: Counts) -> bool:
    """Whether the column numbers the rows of each group: distinct, from 1, one more each time."""
    use = known & (codes >= 0)
    order = np.lexsort((values[use], codes[use]))
    v, g = values[use][order], codes[use][order]
    if len(v) < ENOUGH or len(np.unique(g)) * 1.3 > len(v):
        return False
    same = g[1:] == g[:-1]
    steps = (v[1:] - v[:-1])[same]
    starts = np.concatenate([v[:1], v[1:][~same]])
    return bool(len(steps) and (steps == 1).mean() > 0.9 and (starts == 1).mean() > 0.9)


def _listed(values: Counts, known: Mask, codes: Counts) -> bool:
    """Whether each group holds the same few numbers, none of them twice: codes of options, in a row each.

    Numbers from 0 or 1 on without a gap may be the few votes of a small option, which differ by luck.
    """
    use = known & (codes >= 0)
    order = np.lexsort((values[use], codes[use]))
    v, g = values[use][order], codes[use][order]
    _, sizes = np.unique(g, return_counts=True)
    if len(v) < ENOUGH or len(sizes) < 3 or len(v) < 3 * len(sizes):
        return False
    twice = (g[1:] == g[:-1]) & (v[1:] == v[:-1])
    numbers, held = np.unique(v, return_counts=True)
    return not twice.any() and int(numbers[-1]) > len(numbers) and bool((5 * held >= 4 * len(sizes)).all())


def _repeated(values: Counts, known: Mask, codes: Counts) -> bool:
    """Whether the column has one value for each group of rows, and other values for other groups."""
    use = known & (codes >= 0) & (values > 0)
    v, g = values[use], codes[use]
    if len(v) < ENOUGH:
        return False
    order = np.argsort(g, kind="stable")
    v, g = v[order], g[order]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(g)) + 1])
    sizes = np.diff(np.append(starts, len(g)))
    several = sizes > 1
    if several.sum() < 8:
        return False
    alike = np.maximum.reduceat(v, starts) == np.minimum.reduceat(v, starts)
    firsts = v[starts][several]
    return bool(alike[several].mean() > 0.98 and len(np.unique(firsts)) * 4 > min(len(firsts), 400))


def group_codes(cells: pl.DataFrame, columns: Sequence[int]) -> list[Counts]:
    """Codes of the columns that may name a place: they repeat, but not everywhere."""
    found = []
    n = len(cells)
    for j in columns:
        codes = cells.to_series(j).cast(pl.Categorical).to_physical()
        if 2 <= codes.n_unique() <= 0.8 * n:
            found.append(codes.fill_null(0).cast(pl.Int64).to_numpy())
    return found


def no_contest(columns: Sequence[Column], headers: Sequence[str], registered: tuple[Counts, Mask] | None) -> str:
    """Why columns that nothing confirms are not the options of one contest: a key of ``[open]``, or "".

    ``percent``: some of them add up to a hundred everywhere. ``above``: together they hold more than the
    register. ``halves``: the first ones add up to what the others do, or names come twice (*Ana*, *Ana 2019*).
    """
    votes = np.stack([c.values for c in columns], axis=1)
    rows = votes.any(axis=1)
    if rows.sum() < 3:
        return ""
    votes = votes[rows]
    small = votes.max(axis=0) <= 100
    hundred = votes[:, small].sum(axis=1) if small.any() else np.zeros(len(votes))
    if (np.abs(hundred - 100) <= 2).mean() > 0.9:
        return "percent"
    total: Counts = votes.sum(axis=1, dtype=np.int64)
    if registered is not None:
        most = registered[0][rows]
        known = registered[1][rows] & (most > 0)  # a register of nobody bounds nothing: it is not told there
        if known.any() and (total > most)[known].mean() > 0.2:
            return "above"
    longer = sum(any(a != b and b.startswith(f"{a} ") for a in headers) for b in headers)
    if longer >= 2 and longer * 2 >= len(headers) - 1:
        return "halves"
    groups = {h.split(":")[0] for h in headers} if all(":" in h for h in headers) else set()
    if 1 < len(groups) < len(headers):
        return "halves"
    for split in range(1, votes.shape[1]) if len(votes) >= 8 and votes.shape[1] >= 4 else ():
        first = votes[:, :split].sum(axis=1)
        if (np.abs(2 * first - total) * 20 <= total).mean() > 0.9:
            return "halves"
    return ""
