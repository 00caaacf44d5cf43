"""Which columns add up to a total: the arithmetic that decides what a header only proposes.

Over the rows, ``sum of options = valid`` (or ``= valid - blank``, ``= ballots - invalid``, ...). The
columns that may be options are searched for the set whose sum is the target at the most rows:

1. all of them; then, while that helps, without the one whose removal helps most;
2. every run of neighbouring columns (differences of cumulative sums);
3. least squares, whose coefficients are 1 for an option and 0 for anything else.

A set counts only if it meets the target exactly, in whole numbers, at three fifths of the
rows at least: published tables break their own identities, and those rows are evidence to be kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recanvass.results import Counts, Mask

#: The share of rows at which an identity must hold exactly to decide what columns mean.
HOLDS = 0.6

#: Rows looked at in the search (the choice is then verified on all of them).
SAMPLE = 2_000


@dataclass(frozen=True)
class Fit:
    """A set of columns and the share of rows at which its sum is the target; ``rows`` were comparable."""

    columns: tuple[int, ...]
    rate: float
    rows: int


@dataclass(frozen=True)
class Target:
    """What the options should add up to, by row; ``name`` says it in canonical names."""

    name: str
    values: Counts
    known: Mask


def spread(n: int, most: int = SAMPLE) -> NDArray[np.int64]:
    """At most so many rows, evenly spread over the table."""
    if n <= most:
        return np.arange(n, dtype=np.int64)
    return np.unique(np.linspace(0, n - 1, most).astype(np.int64))


def rate(total: Counts, target: Target) -> tuple[float, int]:
    """The share of comparable rows at which a sum is the target; rows of zeros tell nothing."""
    comparable = target.known & ((target.values != 0) | (total != 0))
    rows = int(comparable.sum())
    return (float((total == target.values)[comparable].mean()) if rows else 0.0), rows


def best_set(columns: Sequence[int], votes: Counts, target: Target) -> Fit:
    """The set of columns that meets the target at the most rows.

    Parameters
    ----------
    columns : sequence of int
        Names of the columns of ``votes``, in the order of the table.
    votes : (n, k) int64
    target : Target
    """
    n, k = votes.shape
    if not k or not n:
        return Fit((), 0.0, 0)
    chosen = list(range(k))
    best = _fit(chosen, votes, target)
    if best[0] < HOLDS:
        for candidate in (_run(votes, target), _least_squares(votes, target)):
            if candidate and (found := _fit(candidate, votes, target))[0] > best[0]:
                best, chosen = found, candidate
    best, chosen = _without_strangers(best, chosen, votes, target)
    return Fit(tuple(columns[j] for j in chosen), best[0], best[1])


def _fit(chosen: Sequence[int], votes: Counts, target: Target) -> tuple[float, int]:
    return rate(votes[:, list(chosen)].sum(axis=1, dtype=np.int64), target)


def _without_strangers(
    best: tuple[float, int], chosen: list[int], votes: Counts, target: Target
) -> tuple[tuple[float, int], list[int]]:
    """Leave out columns as long as the identity then holds at more rows."""
    while len(chosen) > 1 and best[0] < 1:
        total = votes[:, chosen].sum(axis=1, dtype=np.int64)
        trials = [(rate(total - votes[:, j], target), j) for j in chosen]
        found, worst = max(trials, key=lambda t: (t[0][0], t[1]))
        gain = found[0] - best[0]
        rare = np.count_nonzero(votes[:, worst]) * 10 < len(votes)
        if gain <= 0 or (rare and best[0] >= 0.9):  # an option of few stations, where the sum is wrong besides
            break
        best, chosen = found, [j for j in chosen if j != worst]
    return best, chosen


def _run(votes: Counts, target: Target) -> list[int]:
    """The run of neighbouring columns that meets the target at the most rows; the longest of equals."""
    n, k = votes.shape
    sums = np.concatenate([np.zeros((n, 1), np.int64), votes.cumsum(axis=1)], axis=1)
    rows = np.flatnonzero(target.known & (target.values != 0))
    if not len(rows):
        return []
    rows = rows[spread(len(rows), 400)]
    wanted = target.values[rows]
    best, found = 0.0, (0, 0)
    for start in range(k):
        hits = (sums[rows, start + 1 :] - sums[rows, start, None] == wanted[:, None]).mean(axis=0)
        for width, hit in enumerate(hits.tolist(), 1):
            if hit > best or (hit == best > 0 and width > found[1] - found[0]):
                best, found = hit, (start, start + width)
    return list(range(*found))


def _least_squares(votes: Counts, target: Target) -> list[int]:
    """The columns with coefficients near one; fitted again on the rows where the rounded answer is exact."""
    rows = np.flatnonzero(target.known & (target.values != 0))
    if len(rows) <= votes.shape[1]:
        return []
    x, y = votes[rows].astype(float), target.values[rows].astype(float)
    keep = np.ones(len(rows), dtype=bool)
    chosen: list[int] = []
    for _ in range(6):
        if keep.sum() <= x.shape[1]:
            break
        weights = np.linalg.lstsq(x[keep], y[keep], rcond=None)[0]
        residual = np.abs(x @ weights - y)
        chosen = [j for j in range(x.shape[1]) if abs(weights[j] - 1) < 0.3]
        closer = residual <= max(float(np.median(residual[keep])), 1e-6)
        if np.array_equal(closer, keep):
            break
        keep = closer
    return chosen
