"""Rows that are counted and might be totals: arithmetic cannot tell, so a person is told.

Three kinds are looked for among the rows that are kept: those without a name where nearly all have
one; those equal in every figure to the sum of rows beside them; those equal to the one row beside
them. Small stations are so by luck, so the last two are told of only where there are more of them
than luck explains, or where the figures are large: sums against their chances (`luck`), equal rows
against rows further apart.
"""

from __future__ import annotations

import numpy as np

from recanvass.reading.identities import spread
from recanvass.reading.luck import luck
from recanvass.reading.sums import sums_of_neighbours
from recanvass.results import Counts, Mask

#: Luck makes what is told of no more often than this.
RARE = 0.01

#: Rows so far apart are not the total of one another.
_APART = (5, 7, 11, 13, 17, 19, 23)


def doubtful(values: Counts, given: Mask, gone: Mask, nameless: Mask) -> dict[str, Mask]:
    """The rows by kind: ``nameless``, ``maybe_totals``, ``maybe_copies``.

    Parameters
    ----------
    values : (n, k) int64
        All figures of the rows, 0 where absent.
    given : (n, k) bool
        Where the rows give a figure.
    gone : (n,) bool
        The rows that were set aside.
    nameless : (n,) bool
        Rows without a name in a table in which nearly all have one.
    """
    kept = ~gone
    found = {"nameless": kept & nameless & given.any(axis=1)}
    number = int(kept.sum())
    if number < 3 or values.shape[1] < 2:
        return found
    hits, beside = sums_of_neighbours(values, given, gone, kept)
    sums = hits & beside.any(axis=1)
    copies = hits & ~sums
    if sums.any():
        some = np.flatnonzero(kept & values.any(axis=1))
        some = some[spread(len(some))]
        expected = float(luck(values[some], values, given).mean()) * number
        if not more_than(int(sums.sum()), expected):
            sums[sums] = luck(values[sums], values, given) * number <= RARE
    common = copies.sum() * 50 >= number and more_than(int(copies.sum()), 2 * number * _equal_by_luck(values[kept]))
    if copies.any() and not common:
        copies[copies] = luck(values[copies], values, given) * number <= RARE
    return found | {"maybe_totals": sums, "maybe_copies": copies & ~found["nameless"]}


def more_than(seen: int, expected: float) -> bool:
    """Whether so many cases are more than luck makes, at one in a hundred, with some room for a rough estimate."""
    expected = 2 * expected + RARE
    if not seen:
        return False
    term, below = np.exp(-expected), 0.0
    for k in range(seen):
        below += term
        term *= expected / (k + 1)
    return bool(1 - below < RARE)


def _equal_by_luck(rows: Counts) -> float:
    """How often two rows that stand apart are equal, and not empty."""
    pairs, equal = 0, 0
    for lag in _APART:
        if lag < len(rows):
            pairs += len(rows) - lag
            equal += int(((rows[lag:] == rows[:-lag]).all(axis=1) & rows[lag:].any(axis=1)).sum())
    return equal / pairs if pairs else 0.0
