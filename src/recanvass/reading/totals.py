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
from recanvass.reading.gaps import row_sums_with_gaps, sums_with_gaps
from recanvass.reading.layout import Laid
from recanvass.reading.luck import LUCK, luck, rest
from recanvass.reading.numbers import MISSING
from recanvass.reading.sums import (
    grand,
    like_totals,
    mostly_grand,
    nearly_grand,
    neighbours,
    row_sums,
    summary,
    sums_of_neighbours,
)
from recanvass.results import Counts, Mask

# Labels that name nothing: dashes and dots, no letters.
_NOTHING = sorted(word for word in MISSING if not any(c.isalnum() for c in word))

#: How many levels of totals may be stacked.
DEEPEST = 5

#: How many rows may be asked about for the way in which they are labelled.
MOST_LABELLED = 20_000


def totals(table: Laid, values: Counts, given: Mask, levels: Mapping[str, int], texts: Sequence[int]) -> dict[int, str]:
    """The records that are totals, by index: ``total_row``, or ``total_differs`` where it is not the sum.

    Parameters
    ----------
    values : (n, k) int64
        All figures of the rows, 0 where absent.
    given : (n, k) bool
        Where the rows give a figure: a total is held to those figures that it gives.
    levels : mapping
        The columns that name places.
    texts : sequence of int
        All columns with words, where a label may stand.
    """
    n = len(values)
    if n < 2:
        return {}
    finest = _finest(levels)
    worded, whole = _worded(table, texts, finest)
    blank = _no_station(table, finest)
    gone = np.zeros(n, dtype=bool)
    gone |= whole | (worded & blank)
    gone &= ~_too_small(values, whole & gone)
    said = gone.copy()
    for _ in range(DEEPEST):
        sums = row_sums(values, given, gone) & ~gone
        sums |= row_sums_with_gaps(values, given, gone | sums)
        sums |= like_totals(values, given, gone | sums)
        if finest is not None:
            sums |= _patterned(table.cells.to_series(finest), values, given, gone | sums)
        if not sums.any():
            break
        gone |= sums
    gone |= worded & grand(values, given, gone, worded)
    gone |= neighbours(values, given, gone, worded & ~gone)
    gone |= summary(values, given, gone)
    off = _companions(worded, gone) & ~gone
    off |= nearly_grand(values, given, gone | off) & ~gone
    off |= mostly_grand(values, given, gone | off, worded) & ~gone
    gone |= off
    for j in texts:
        gone |= _nameless(table.cells.to_series(j), values, given, gone)
    if gone.all():
        return {}
    off |= said & ~neighbours(values, given, gone & ~said, said) & ~grand(values, given, gone, worded)
    return {int(i): "total_differs" if off[i] and values[i].any() else "total_row" for i in np.flatnonzero(gone)}


def _finest(levels: Mapping[str, int]) -> int | None:
    return next((levels[level] for level in ("station", "subdistrict", "district") if level in levels), None)


def nameless(table: Laid, levels: Mapping[str, int]) -> Mask:
    """Rows that name no station, in a table in which most do."""
    finest = _finest(levels)
    empty = np.zeros(len(table.cells), dtype=bool) if finest is None else _blank(table.cells.to_series(finest))
    return empty & bool(empty.mean() < 0.5)


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


def _nameless(cells: pl.Series, values: Counts, given: Mask, gone: Mask) -> Mask:
    """Rows that lack a name which most rows have, and together hold every figure of all the others."""
    nothing = np.zeros(len(values), dtype=bool)
    blank = (cells.is_null() | (cells.str.strip_chars() == "")).fill_null(value=True).to_numpy() & ~gone
    others = ~blank & ~gone
    if not blank.any() or blank.sum() * 2 > others.sum():
        return nothing
    both = given[blank].any(axis=0) & given[others].any(axis=0)
    ours, theirs = values[blank][:, both].sum(axis=0), values[others][:, both].sum(axis=0)
    if not theirs.any() or not np.array_equal(ours, theirs):
        return nothing
    left = np.zeros(values.shape[1], dtype=np.int64)
    left[both] = rest(values[others][:, both])
    return blank if luck(left[None, :], values, given)[0] <= LUCK else nothing


def _patterned(cells: pl.Series, values: Counts, given: Mask, gone: Mask) -> Mask:
    """Rows labelled in a way in which only totals are labelled, that are sums of any number of neighbours.

    The way is known from totals found before, or from itself: nearly all rows that are labelled so
    are sums, and more of them than luck or copies make. Rows without a label, where most have one,
    need no others like them; but a copy of one neighbour says something only among such totals.
    """
    nothing = np.zeros(len(values), dtype=bool)
    codes, names = _shapes(cells)
    number = np.bincount(codes, minlength=len(names))
    known = np.bincount(codes[gone], minlength=len(names))
    nameless = names == ""
    asked = (number * 2 < len(values)) & ((known > 0) | (number >= 3) | nameless)
    candidates = asked[codes] & ~gone
    if not candidates.any() or candidates.sum() > MOST_LABELLED:
        return nothing
    sums, beside = sums_of_neighbours(values, given, gone, candidates)
    also, _, more = sums_with_gaps(values, given, gone, candidates & ~sums)
    beside[also] = more[also]
    sums |= also
    chance = luck(beside, values, given)
    joint = np.bincount(codes[sums], weights=np.log(chance[sums]), minlength=len(names)) + np.log(len(values))
    zeros = np.bincount(codes[~values.any(axis=1) & ~gone], minlength=len(names))
    hits = np.bincount(codes[sums], minlength=len(names)) + known
    nearly = (hits >= 3) & (hits * 10 >= (number - zeros) * 9)
    only = ((known > 0) & (hits + zeros == number)) | (nearly & (joint <= np.log(LUCK)))
    certain = sums & (chance * number[codes] <= LUCK)
    own = np.bincount(codes[certain], minlength=len(names)) + known
    copies = (own >= 3) & (own * 10 >= (number - zeros) * 7)
    found: Mask = certain & (nameless | nearly)[codes]
    found |= sums & (only | (copies & nearly))[codes]
    empty = ~values.any(axis=1) & ~gone & (only | (copies & nearly))[codes]
    found |= empty & _beside_nothing(values)
    return found


def _shapes(cells: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """How each label is written, its letters and numbers apart: codes, and what they mean; "" for no label."""
    plain = cells.fill_null("").str.strip_chars().replace(_NOTHING, "")
    shapes = plain.str.replace_all(r"\p{N}+", "9").str.replace_all(r"\p{L}+", "a").to_frame("shape")
    names = shapes["shape"].unique(maintain_order=True)
    codes = shapes["shape"].replace_strict(names, pl.Series(range(len(names)), dtype=pl.Int64)).to_numpy()
    return codes, names.to_numpy()


def _beside_nothing(values: Counts) -> Mask:
    """Rows with a row of zeros just above or just below."""
    padded = np.concatenate([[False], ~values.any(axis=1), [False]])
    beside: Mask = padded[:-2] | padded[2:]
    return beside


def _companions(worded: Mask, gone: Mask) -> Mask:
    """Rows that say *total* and do not add up, where nearly all rows that say so are totals."""
    said = int(worded.sum())
    certain = int((worded & gone).sum())
    return worded if certain >= 3 and certain * 10 >= said * 8 else np.zeros(len(worded), dtype=bool)
