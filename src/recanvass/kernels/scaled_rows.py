r"""Rows of counts that are an earlier row, scaled to their own total, but for rounding.

Row j *hits* an earlier row i if :math:`|X_{jk} - X_{ik}\, n_j / n_i| \le \tfrac12 (1 + n_j / n_i)` for
every option k: half a ballot at either, as when both were rounded from one set of percentages. The
first option, the largest, may differ by twice that, as it takes what rounding leaves. Rows that are
equal in every count are no hit: they are entered twice in clean elections too.

Given row i and the totals the chance of a hit is bounded over all true rates, the options taken one
after the other,

.. math:: R_{ij} = \prod_k \min\Big(1, \sum_{y \in window_k} \beta(y, n'_k)\Big), \qquad
          \beta(y, n') = 1 / \sqrt{2 \pi y (1 - y / n')},

as in `recanvass.kernels.repeat_vectors`. A source is *telling* for j if its bound is at most
``TELLING``; only telling sources count. That depends on earlier rows and on totals alone, so

.. math:: P(\text{j hits a telling source} \mid \text{earlier rows}) \le V_j = \sum_i R_{ij} .
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: The bound that a source may have at most.
TELLING = 1e-3

#: A product of bounds below this is not followed further; what is left out only lowers it.
SMALL = 1e-14


@kernel
def scaled_bound(source: Counts, n_source: int, total: int) -> float:
    """The largest chance, over all true rates, that a row with this total hits the source.

    Parameters
    ----------
    source : (k,) int64
        Votes of the source for some of the options, in the order in which they are taken.
    n_source, total : int
        All votes of the source, and of the row that may hit it; at most 2e6.
    """
    left = total
    bound = 1.0
    for k in range(len(source)):
        room = (n_source + total) * (2 if k == 0 else 1)
        middle = 2 * source[k] * total
        low = -((room - middle) // (2 * n_source))
        high = (middle + room) // (2 * n_source)
        here = 0.0
        for y in range(max(low, 0), high + 1):
            here += 1.0 if y == 0 or y >= left else 1.0 / math.sqrt(2.0 * math.pi * y * (1.0 - y / left))
            if here >= 1.0:
                break
        bound *= min(1.0, here)
        if bound < SMALL:
            break
        left -= high
    return bound


@kernel
def scaled_hit(source: Counts, n_source: int, row: Counts, total: int) -> bool:
    """Whether every count is that of the source, scaled, but for rounding, and not all are equal; exact."""
    equal = n_source == total
    for k in range(len(source)):
        room = (n_source + total) * (2 if k == 0 else 1)
        if 2 * abs(row[k] * n_source - source[k] * total) > room:
            return False
        equal = equal and row[k] == source[k]
    return not equal


@kernel
def scaled_rows(votes: Counts, totals: Counts, starts: Counts, reach: int) -> tuple[Floats, Counts, Floats, Counts]:
    """For each row the chance, at most, to hit an earlier telling row of its area, and the row that it hits.

    Parameters
    ----------
    votes : (n, k) int64
        Rows area after area, inside each in the official order.
    totals : (n,) int64
        All votes, 1 to 2e6.
    starts : (areas + 1,) int64
        Where each area begins.
    reach : int
        Sources are so many rows before it, at most.

    Returns
    -------
    chance : (n,) float64
        The sum of the bounds of the telling sources.
    source : (n,) int64
        The telling source that it hits, of several the one with the smallest bound, -1 if none.
    bound : (n,) float64
        The bound of that source, 1 if none.
    telling : (n,) int64
        How many of the sources are telling.
    """
    size = len(votes)
    chance, bound = np.zeros(size), np.ones(size)
    source, telling = np.full(size, -1, np.int64), np.zeros(size, np.int64)
    for area in range(len(starts) - 1):
        for j in range(starts[area], starts[area + 1]):
            for i in range(max(starts[area], j - reach), j):
                here = scaled_bound(votes[i], totals[i], totals[j])
                if here > TELLING:
                    continue
                telling[j] += 1
                chance[j] += here
                if here < bound[j] and scaled_hit(votes[i], totals[i], votes[j], totals[j]):
                    bound[j], source[j] = here, i
    return chance, source, bound, telling
