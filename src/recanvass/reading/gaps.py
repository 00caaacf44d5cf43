"""Sums of stations that lack figures: a total holds what a station left empty.

A row is held to the columns in which every one of the stations that it sums gives a figure; there it
must be met exactly. In the other columns it must not be less than what the stations give.
"""

from __future__ import annotations

import numpy as np

from recanvass.reading.luck import LUCK, luck, rest, varied
from recanvass.results import Counts, Mask

#: How many columns are tried as the one in which no station lacks its figure.
LEADS = 4


def sums_with_gaps(values: Counts, given: Mask, gone: Mask, candidates: Mask) -> tuple[Mask, Counts, Counts]:
    """Candidates that sum kept rows just above or below, some of which lack figures.

    Returns
    -------
    tuple of (n,) bool, (n,) int64 and (n, k) int64
        The candidates; how many rows with something in them each sums; and what these hold beside
        the largest of them, in the columns that were met exactly.
    """
    found, beside = np.zeros(len(values), dtype=bool), np.zeros_like(values)
    parts: Counts = np.zeros(len(values), dtype=np.int64)
    kept = np.flatnonzero(~gone)
    if given.all() or values.shape[1] < 2 or not candidates.any() or len(kept) < 3:
        return found, parts, beside
    whole = values[kept].sum(axis=0)
    for lead in np.argsort(-whole)[:LEADS].tolist():
        for step in (1, -1):
            order = kept[::step]
            figures = values[order, lead]
            before = np.concatenate([[0], np.cumsum(figures)])
            wanted = before[:-1] - figures
            first = np.searchsorted(before, wanted, side="left")
            last = np.searchsorted(before, wanted, side="right") - 1
            likely = (candidates & ~found)[order] & (figures > 0) & (before[np.minimum(first, len(order))] == wanted)
            for i in np.flatnonzero(likely).tolist():
                for begin in {int(first[i]), int(last[i])}:
                    whole_columns = _met(values, given, order[i], order[begin:i])
                    if whole_columns is not None:
                        place, summed = order[i], values[order[begin:i]]
                        found[place] = True
                        parts[place] = np.count_nonzero(summed.any(axis=1))
                        beside[place] = np.where(whole_columns, rest(summed), 0)
    return found, parts, beside


def _met(values: Counts, given: Mask, row: int, parts: Counts) -> Mask | None:
    """The columns that all parts give, where the row is their sum there and not less elsewhere."""
    sums = values[parts].sum(axis=0)
    whole: Mask = given[row] & given[parts].all(axis=0)
    less = given[row] & ~whole
    exact = np.array_equal(sums[whole], values[row][whole]) and np.count_nonzero(values[row][whole]) >= 2
    return whole if exact and bool((sums[less] <= values[row][less]).all()) else None


def row_sums_with_gaps(values: Counts, given: Mask, gone: Mask) -> Mask:
    """Rows that are such sums of three or more, and more than a copy and luck could make."""
    found, parts, beside = sums_with_gaps(values, given, gone, ~gone)
    rows = np.flatnonzero(found)
    if len(rows):
        telling = (parts[rows] >= 3) & varied(beside[rows], min(3, values.shape[1]))
        found[rows] = telling & (luck(beside[rows], values, given) * len(values) <= LUCK)
    return found
