"""Rows that sum other rows: found by their words, in any language, and by arithmetic.

A row is set aside as a total if a label is nothing but a word for a total; if a label holds such a
word and the row has no station of its own, or is exactly a sum; or, whatever its words, if all its
figures are exactly the sums of three or more rows that stand together just above or below it, or of
all other rows; so are rows without a name that together hold every figure of the others. Exact sums
in every one of at least three different columns do not happen by chance. The sum of one or two
neighbours may be a copy, so it says something only of a row whose label says *total* too, or is
written as the labels of other totals are and as no station's is (`_patterned`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recanvass.reading.dictionary import says_total, total_phrases
from recanvass.reading.layout import Laid
from recanvass.reading.numbers import MISSING
from recanvass.results import Counts, Mask

# Labels that name nothing: dashes and dots, no letters.
_NOTHING = sorted(word for word in MISSING if not any(c.isalnum() for c in word))

#: How many levels of totals may be stacked.
DEEPEST = 5


def totals(table: Laid, values: Counts, levels: Mapping[str, int], texts: Sequence[int]) -> dict[int, str]:
    """The records that are totals, by index: ``total_row``, or ``total_differs`` where it is not the sum.

    Parameters
    ----------
    values : (n, k) int64
        All figures of the rows, 0 where absent.
    levels : mapping
        The columns that name places.
    texts : sequence of int
        All columns with words, where a label may stand.
    """
    n = len(values)
    if n < 2:
        return {}
    finest = next((levels[level] for level in ("station", "subdistrict", "district") if level in levels), None)
    worded, whole = _worded(table, texts, finest)
    blank = _no_station(table, finest)
    gone = np.zeros(n, dtype=bool)
    gone |= whole | (worded & blank)
    gone &= ~_too_small(values, whole & gone)
    said = gone.copy()
    for _ in range(DEEPEST):
        sums = _sums(values, gone) & ~gone
        if not sums.any():
            break
        gone |= sums
    gone |= worded & _grand(values, gone)
    gone |= _neighbours(values, gone, worded & ~gone)
    if finest is not None and gone.any():
        gone |= _patterned(table.cells.to_series(finest), values, gone)
    off = _companions(worded, gone) & ~gone
    off |= _nearly_grand(values, gone | off) & ~gone
    gone |= off
    for j in texts:
        gone |= _nameless(table.cells.to_series(j), values, gone)
    if gone.all():
        return {}
    off |= said & ~_neighbours(values, gone & ~said, said) & ~_grand(values, gone)
    return {int(i): "total_differs" if off[i] and values[i].any() else "total_row" for i in np.flatnonzero(gone)}


def _too_small(values: Counts, named: Mask) -> Mask:
    """Rows called *total* with less in them than the rows above and below have: places of that name."""
    size: Counts = values.sum(axis=1, dtype=np.int64)
    if named.sum() == 1:  # the only one would be the total of all
        alone: Mask = named & (size > 0) & (size < size.max())
        return alone
    padded = np.concatenate([[0], size, [0]])
    smaller: Mask = named & (size > 0) & (size < padded[:-2]) & (size < padded[2:])
    return smaller


def _worded(table: Laid, texts: Sequence[int], finest: int | None) -> tuple[Mask, Mask]:
    """Rows with a word for a total in a label, and rows with a label that is nothing else."""
    n = len(table.cells)
    part, whole = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    for j in texts:
        cells = table.cells.to_series(j)
        said = {name: found for name in _likely(cells) if (found := says_total(name))}
        if said:
            here = cells.is_in(list(said)).fill_null(value=False).to_numpy()
            if here.mean() > 0.5 and (finest is None or n > 8):  # a column that says *total* everywhere names no rows
                continue
            part |= here
            alone = cells.is_in([name for name, found in said.items() if found == "whole"])
            here = alone.fill_null(value=False).to_numpy()
            whole |= here if finest in (None, j) else here & _blank(table.cells.to_series(finest))
    return part, whole


def _likely(cells: pl.Series) -> list[str]:
    """Labels that may hold a word for a total: a cheap filter before the exact comparison."""
    stems = cells.str.strip_chars(" 0123456789")  # most names of stations differ by their numbers alone
    names = stems.unique().drop_nulls()
    if len(names) > 2_000:
        words = names.filter(names.str.contains(r"\p{L}{3}"))
        plain = words.str.normalize("NFKD").str.to_lowercase().str.replace_all(r"\p{Mn}", "")
        names = words.filter(plain.str.contains_any(sorted({max(p.split(), key=len) for p in total_phrases()})))
    said = [name for name in names.to_list() if says_total(name)]
    return list(cells.filter(stems.is_in(said)).unique().to_list()) if said else []


def _no_station(table: Laid, finest: int | None) -> Mask:
    """Rows without a station of their own, in a table in which nearly all rows have one."""
    n = len(table.cells)
    if finest is None:
        return np.ones(n, dtype=bool)
    empty = _blank(table.cells.to_series(finest))
    return empty if empty.mean() < 0.5 else np.zeros(n, dtype=bool)


def _blank(cells: pl.Series) -> Mask:
    """Where a label is empty, or a dash or another word for nothing."""
    blank: Mask = cells.fill_null("").str.strip_chars().is_in(_NOTHING).to_numpy()
    return blank


def _nameless(cells: pl.Series, values: Counts, gone: Mask) -> Mask:
    """Rows that lack a name which most rows have, and together hold every figure of all the others."""
    nothing = np.zeros(len(values), dtype=bool)
    blank = (cells.is_null() | (cells.str.strip_chars() == "")).fill_null(value=True).to_numpy() & ~gone
    rest = ~blank & ~gone
    if not blank.any() or blank.sum() * 2 > rest.sum():
        return nothing
    ours, theirs = values[blank].sum(axis=0), values[rest].sum(axis=0)
    return blank if theirs.any() and np.array_equal(ours, theirs) else nothing


def _neighbours(values: Counts, gone: Mask, candidates: Mask) -> Mask:
    """Candidates equal, in every figure, to the sum of one or more kept rows just above or just below them."""
    found = np.zeros(len(values), dtype=bool)
    if not candidates.any():
        return found
    kept = np.flatnonzero(~gone)
    figures, asked = values[kept], candidates[kept]
    for step in (1, -1):
        f, rows = figures[::step], np.flatnonzero(asked[::step])
        size: Counts = f.sum(axis=1, dtype=np.int64)
        before = np.concatenate([[0], np.cumsum(size)])
        for i in rows[size[rows] > 0].tolist():
            begin = int(np.searchsorted(before[: i + 1], before[i] - size[i], side="left"))
            if before[begin] == before[i] - size[i] and np.array_equal(f[begin:i].sum(axis=0), f[i]):
                found[kept[i if step == 1 else len(kept) - 1 - i]] = True
    return found


def _patterned(cells: pl.Series, values: Counts, gone: Mask) -> Mask:
    """Rows labelled in a way in which only totals are labelled, that are sums of one or two neighbours."""
    shapes = cells.fill_null("").str.replace_all(r"\p{N}+", "9").str.replace_all(r"\p{L}+", "a").str.strip_chars()
    known = shapes.filter(pl.Series(gone)).unique()
    alike = shapes.is_in(known.to_list()).to_numpy() & ~gone
    if not alike.any() or alike.sum() > 20_000:
        return np.zeros(len(values), dtype=bool)
    sums = _neighbours(values, gone, alike)
    stations = set(shapes.filter(pl.Series(~gone & ~sums)).to_list())
    found: Mask = sums & ~shapes.is_in(list(stations)).to_numpy()
    return found


def _companions(worded: Mask, gone: Mask) -> Mask:
    """Rows that say *total* and do not add up, where nearly all rows that say so are totals."""
    said = int(worded.sum())
    certain = int((worded & gone).sum())
    return worded if certain >= 3 and certain * 10 >= said * 8 else np.zeros(len(worded), dtype=bool)


def _sums(values: Counts, gone: Mask) -> Mask:
    """Rows equal, in every figure, to the sum of the kept rows just above or just below them."""
    n = len(values)
    kept = np.flatnonzero(~gone)
    figures = values if len(kept) == n else values[kept]
    found = np.zeros(n, dtype=bool)
    if len(kept) < 4 or values.shape[1] < 2:
        return found
    size: Counts = figures.sum(axis=1, dtype=np.int64)
    hits: set[int] = set()
    for step in (1, -1):
        s, f = size[::step], figures[::step]
        before = np.concatenate([[0], np.cumsum(s)])[:-1]
        three = s[:-3] + s[1:-2] + s[2:-1]
        rows = np.flatnonzero((s[3:] >= three) & (s[3:] > 0)) + 3
        wanted = before[rows] - s[rows]
        start = np.searchsorted(before, wanted, side="left")
        last = np.searchsorted(before, wanted, side="right") - 1
        hit = (wanted >= 0) & (before[start] == wanted) & (rows - last >= 3)
        for i, begin in zip(rows[hit].tolist(), start[hit].tolist(), strict=True):
            above = f[begin:i]
            if np.count_nonzero(above.any(axis=1)) >= 3 and np.array_equal(above.sum(axis=0), f[i]):
                hits.add(i if step == 1 else len(kept) - 1 - i)
    varied = [i for i in hits if _varied(figures[[i]])[0]]
    if varied:
        luck = _luck(figures)
        systematic = len(varied) >= 10 and len(varied) >= 20 * float(luck[_varied(figures)].sum())
        found[kept[[i for i in varied if systematic or luck[i] * len(kept) <= 0.01]]] = True
    return found | _grand(values, gone)


def _varied(figures: Counts) -> Mask:
    """Rows with enough different figures to say something."""
    enough: Mask = (np.count_nonzero(figures, axis=1) >= min(3, figures.shape[1])) & (figures.max(axis=1) >= 10)
    return enough


def _luck(figures: Counts) -> NDArray[np.float64]:
    """How likely a row is a sum of its neighbours by luck, roughly: small stations often are.

    A sum that must be met exactly is missed by about the square root of the figure; as many figures
    are independent of each other as the rank of the table says, and equal ones count once.
    """
    from recanvass.reading.identities import spread

    rank = int(np.linalg.matrix_rank(figures[spread(len(figures), 1_000)].astype(float)))
    ordered = np.sort(figures, axis=1)
    ordered[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = 0
    ordered = np.sort(ordered, axis=1)[:, ::-1][:, :rank]
    misses = np.log1p(np.sqrt(2 * np.pi * ordered.astype(float))).sum(axis=1)
    luck: NDArray[np.float64] = np.exp(-misses)
    return luck


def _nearly_grand(values: Counts, gone: Mask) -> Mask:
    """Rows within a hundredth of the sum of all others in every figure: an announced total with an error in it."""
    kept = ~gone
    found = np.zeros(len(values), dtype=bool)
    if int(kept.sum()) <= 5 or values.shape[1] < 3:
        return found
    everything = values.sum(axis=0, dtype=np.int64) - values[gone].sum(axis=0, dtype=np.int64)
    lead = int(np.argmax(everything))
    for i in np.flatnonzero(kept & (values[:, lead] * 5 > everything[lead] * 2)).tolist():
        others = everything - values[i]
        found[i] = bool((np.abs(others - values[i]) * 100 <= others + 200).all())
    return found


def _grand(values: Counts, gone: Mask) -> Mask:
    """Rows equal, in every figure, to the sum of all other rows that are kept."""
    kept = ~gone
    found = np.zeros(len(values), dtype=bool)
    if int(kept.sum()) <= 3:
        return found
    everything = values.sum(axis=0, dtype=np.int64) - values[gone].sum(axis=0, dtype=np.int64)
    lead = int(np.argmax(everything))
    rest = everything[lead] - np.where(kept, values[:, lead], 0)
    for i in np.flatnonzero((rest == values[:, lead]) & (values[:, lead] > 0)).tolist():
        others = everything - values[i] if kept[i] else everything
        found[i] = bool(np.array_equal(others, values[i]))
    return found
