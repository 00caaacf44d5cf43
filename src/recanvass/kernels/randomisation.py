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

from recanvass.kernel import kernel

Floats = NDArray[np.float64]

#: Lots that are drawn at once.
AT_ONCE = 2_000_000


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
        values = np.ascontiguousarray(outcomes[:, rows].T)
        whole = values.sum(axis=0)
        step = max(1, AT_ONCE // size)
        for start in range(0, draws, step):
            stop = min(draws, start + step)
            sums = _watched_sums(values, rng.random((stop - start, size)), chosen).T
            rest = (whole[:, None] - sums) / (size - chosen)
            found[:, start:stop] += chosen * (sums / chosen - rest)
        weight += chosen
    return found / weight if weight else found


@kernel
def _watched_sums(values: Floats, lots: Floats, chosen: int) -> Floats:
    """The sums of the values ``(n, q)`` at the ``chosen`` smallest lots of each row ``(draws, n)``; ``(draws, q)``.

    The largest of the chosen lots lies near ``chosen / n``: what is well below is taken without looking further,
    and only lots about it are ranked. Where it lies elsewhere all are.
    """
    draws, size = lots.shape
    sums = np.zeros((draws, values.shape[1]))
    near = np.empty(size, np.int64)
    part = chosen / size
    reach = 6.0 * math.sqrt(part * (1.0 - part) / size)
    for k in range(draws):
        low, high = part - reach, part + reach
        below = close = 0
        for i in range(size):
            below += lots[k, i] < low
            close += lots[k, i] < high
        if below > chosen or close < chosen:
            low, high, below = 0.0, 1.0, 0
        close = 0
        for i in range(size):
            if lots[k, i] < low:
                for q in range(values.shape[1]):
                    sums[k, q] += values[i, q]
            elif lots[k, i] < high:
                near[close] = i
                close += 1
        ranked = np.argsort(lots[k][near[:close]])
        for j in range(chosen - below):
            for q in range(values.shape[1]):
                sums[k, q] += values[near[ranked[j]], q]
    return sums


__all__ = ["assignments", "difference", "drawn_differences", "every_difference"]
