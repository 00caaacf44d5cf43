"""How likely a row is the sum of others by luck: what arithmetic can tell, and what it cannot.

A sum that must be met exactly is missed by about the square root of the figure. Of the figures that
are compared, as many are independent as the rank of the table in those columns says; the smallest
are taken, equal ones once, and nought says nothing. Figures that are all multiples of ten hold a
tenth of the values. A row may also be a copy of a large one beside it, with small ones that happen
to make up the difference; then only what they make up has to be met (`rest`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass.reading.identities import spread
from recanvass.results import Counts, Mask

#: Sums by luck that a whole table may be expected to hold before a row of it is set aside.
LUCK = 0.001

_GRAINS = (1000, 500, 100, 50, 20, 10, 5, 2)
_PATTERNS = 64
_NOTHING = np.iinfo(np.int64).max


def luck(figures: Counts, table: Counts, given: Mask) -> NDArray[np.float64]:
    """The chance of each row to be a sum of rows beside it.

    Parameters
    ----------
    figures : (m, k) int64
        The sums that have to be met; 0 where nothing is compared.
    table : (n, k) int64
        The rows of the table, which say how many figures are independent, and how they are rounded.
    given : (n, k) bool
        Where they give a figure.
    """
    rows = spread(len(table), 1_000)
    table, given = table[rows], given[rows]
    figures = figures // _grains(table)
    ordered = np.sort(np.where(figures > 0, figures, _NOTHING), axis=1)
    ordered[:, 1:][ordered[:, 1:] == ordered[:, :-1]] = _NOTHING
    ordered.sort(axis=1)
    counted = np.arange(figures.shape[1]) < _ranks(figures > 0, table, given)[:, None]
    counted &= ordered < _NOTHING
    misses = np.log1p(np.sqrt(2 * np.pi * np.where(counted, ordered, 0).astype(float))).sum(axis=1)
    chance: NDArray[np.float64] = np.exp(-misses)
    return chance


def _ranks(used: Mask, table: Counts, given: Mask) -> NDArray[np.int64]:
    """For each row how many of the figures that it uses are independent of each other."""
    patterns, codes, number = np.unique(used, axis=0, return_inverse=True, return_counts=True)
    # a column less takes at most one from the rank: a bound for patterns that are too many to look at
    ranks = np.maximum(1, independent(table, given) - (~patterns).sum(axis=1))
    for p in np.argsort(-number)[:_PATTERNS].tolist():
        ranks[p] = independent(table[:, patterns[p]], given[:, patterns[p]]) if patterns[p].any() else 0
    each: NDArray[np.int64] = ranks[codes.reshape(-1)]
    return each


def independent(table: Counts, given: Mask) -> int:
    """How many of the figures of a table are independent of each other, by the rows that lack none.

    A figure that is absent reads as 0 and would break the identities between the others; columns that
    most rows lack are left out.
    """
    usual = given.mean(axis=0) >= 0.5
    whole = table[given[:, usual].all(axis=1)][:, usual]
    if len(whole) < 4:
        whole = table
    return int(np.linalg.matrix_rank(whole[spread(len(whole), 1_000)].astype(float)))


def _grains(sample: Counts) -> Counts:
    """By column the number of which nearly all its figures are multiples; 1 in a table that is not rounded."""
    found = np.ones(sample.shape[1], dtype=np.int64)
    for j, column in enumerate(sample.T):
        figures = column[column > 0]
        found[j] = next((g for g in _GRAINS if len(figures) > 3 and (figures % g == 0).mean() >= 0.9), 1)
    return found


def rest(parts: Counts) -> Counts:
    """What the parts of a sum hold beside the largest of them: ``(k,)`` for parts ``(m, k)``."""
    left: Counts = parts.sum(axis=0) - parts[int(np.argmax(parts.sum(axis=1)))]
    return left


def varied(figures: Counts, least: int) -> Mask:
    """Rows with enough different figures to say something."""
    enough: Mask = (np.count_nonzero(figures, axis=1) >= least) & (figures.max(axis=1) >= 10)
    return enough
