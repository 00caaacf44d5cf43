r"""The randomisation test: the lot itself is the null.

Stations were assigned to observers by lot inside strata. If watching changed nothing, every other
outcome of the lot would have shown the same stations' figures, so the difference between watched
and unwatched stations has a known law: all assignments with as many watched stations in each
stratum, equally likely (Fisher 1935). The statistic is the mean over strata of the difference in
means, weighted by watched stations:

.. math:: D = \sum_h \frac{m_h}{m} \left(\bar y_{h1} - \bar y_{h0}\right).

Few enough assignments are counted one by one; otherwise they are drawn and the p-value is
:math:`(1 + \#\{D^* \ge D\}) / (1 + K)`, which is exact at its levels as well.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def difference(outcome: Floats, watched: NDArray[np.bool_], strata: Sequence[NDArray[np.int64]]) -> float:
    """:math:`D`: watched minus unwatched, by stratum, weighted by watched stations."""
    top = bottom = 0.0
    for rows in strata:
        on = watched[rows]
        if on.all() or not on.any():
            continue
        values = outcome[rows]
        top += float(on.sum()) * (float(values[on].mean()) - float(values[~on].mean()))
        bottom += float(on.sum())
    return top / bottom if bottom else 0.0


def assignments(watched: NDArray[np.bool_], strata: Sequence[NDArray[np.int64]]) -> int:
    """How many outcomes the lot had."""
    return math.prod(math.comb(len(rows), int(watched[rows].sum())) for rows in strata)


def every_difference(outcome: Floats, watched: NDArray[np.bool_], strata: Sequence[NDArray[np.int64]]) -> Floats:
    """:math:`D` under every outcome of the lot."""
    choices = [list(itertools.combinations(range(len(rows)), int(watched[rows].sum()))) for rows in strata]
    found = []
    for picked in itertools.product(*choices):
        other = np.zeros(len(outcome), dtype=np.bool_)
        for rows, chosen in zip(strata, picked, strict=True):
            other[rows[list(chosen)]] = True
        found.append(difference(outcome, other, strata))
    return np.array(found, dtype=np.float64)


def drawn_differences(
    outcomes: Floats,
    watched: NDArray[np.bool_],
    strata: Sequence[NDArray[np.int64]],
    draws: int,
    rng: np.random.Generator,
) -> Floats:
    """:math:`D` of several outcomes under the same drawn lots.

    Parameters
    ----------
    outcomes : (q, n) float
    draws : int

    Returns
    -------
    (q, draws) float
    """
    found = np.zeros((len(outcomes), draws))
    weight = 0.0
    for rows in strata:
        size, chosen = len(rows), int(watched[rows].sum())
        if chosen in (0, size):
            continue
        values = outcomes[:, rows]
        step = max(1, 2_000_000 // size)
        for start in range(0, draws, step):
            stop = min(draws, start + step)
            picked = np.argpartition(rng.random((stop - start, size)), chosen - 1, axis=1)[:, :chosen]
            sums = values[:, picked].sum(axis=2)
            rest = (values.sum(axis=1)[:, None] - sums) / (size - chosen)
            found[:, start:stop] += chosen * (sums / chosen - rest)
        weight += chosen
    return found / weight if weight else found


__all__ = ["assignments", "difference", "drawn_differences", "every_difference"]
