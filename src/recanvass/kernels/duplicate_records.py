r"""Records that stand twice in one area: the same valid total and the same votes for every option.

Given a station's total :math:`n`, the chance that it shows one given vector is at most
:math:`\prod_k \beta(x_k, n'_k)` whatever its parameters are (see `repeat_vectors`, windows of no
width), so that g given stations with one total are equal with at most its power g - 1. A group is
listed only if this, times the number of sets of g stations with equal totals inside an area, is
below a level for pairs, and half of it for each further record: the expected number of groups
listed by chance is then below twice the level.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


def log_vector_bound(votes: Counts, valid: Counts) -> Floats:
    """Natural logarithm of the largest probability of each vector of votes, given its total; ``(n,)``."""
    x = np.sort(np.maximum(votes, 0).astype(np.float64), axis=1)[:, ::-1]
    left = valid[:, None] - np.concatenate([np.zeros((len(x), 1)), np.cumsum(x, axis=1)[:, :-1]], axis=1)
    spread = 2.0 * np.pi * x * (1.0 - x / np.where(x < left, left, np.inf))
    inside = (x > 0) & (x < left)
    logs = np.log(np.where(inside, np.maximum(spread, 1.0), 1.0))
    return np.asarray(-0.5 * logs.sum(axis=1), dtype=np.float64)


def duplicate_records(
    area: Counts, votes: Counts, valid: Counts, least: int, level: float
) -> tuple[list[tuple[Counts, float]], int]:
    """Groups of equal records inside an area that chance does not explain.

    Parameters
    ----------
    area : (n,) int64
        The area of each station; -1 is left out.
    votes, valid : (n, k), (n,) int64
    least : int
        Least valid total.
    level : float
        Expected number of pairs that may be listed by chance.

    Returns
    -------
    groups : list of (rows, natural logarithm of the number of such groups expected at most)
        Rows ascending; the groups in the order of their first row.
    pairs : int
        Pairs with equal valid totals inside an area.
    """
    rows = np.flatnonzero((area >= 0) & (valid >= least))
    if not len(rows):
        return [], 0
    totals = np.column_stack([area[rows], valid[rows]])
    sizes = np.unique(totals, axis=0, return_counts=True)[1].astype(np.int64)
    pairs = int((sizes * (sizes - 1) // 2).sum())
    keys = np.column_stack([totals, votes[rows]])
    order = np.lexsort(keys.T[::-1])
    starts = np.flatnonzero(np.r_[True, (keys[order][1:] != keys[order][:-1]).any(axis=1)])
    ends = np.r_[starts[1:], len(rows)]
    groups = []
    for start, end in zip(starts, ends, strict=True):
        if end - start < 2:
            continue
        members = np.sort(rows[order[start:end]])
        copies = int(end - start)
        bound = (copies - 1) * log_vector_bound(votes[members[:1]], valid[members[:1]])[0]
        bound += _log_sets(sizes, copies)
        if bound < np.log(level) - (copies - 2) * np.log(2.0):
            groups.append((members, float(bound)))
    return sorted(groups, key=lambda group: int(group[0][0])), pairs


def _log_sets(sizes: Counts, copies: int) -> float:
    """Natural logarithm of the number of sets of so many stations inside cells of these sizes."""
    cells, number = np.unique(sizes[sizes >= copies], return_counts=True)
    return math.log(sum(math.comb(int(c), copies) * int(k) for c, k in zip(cells, number, strict=True)))
