r"""Rows of counts that equal another row, option by option, to within a few ballots.

Station j with a total of :math:`n_j` *hits* the row :math:`x` of another station in the box of
half-width d if :math:`|X_{jk} - x_k| \le d` for every option k. Given the row and the totals, the
chance of a hit is bounded over *all* true rates. With no width it is at most the largest value of
the multinomial probability, reached at :math:`\theta = x / n`:

.. math:: B_0(x) = \frac{n!}{\prod_k x_k!} \prod_k (x_k / n)^{x_k} .

With a width the options are taken one after the other, as in `recanvass.kernels.repeat_vectors`:

.. math:: B_d(x, n_j) = \prod_k \min\Big(1, \sum_{y = x_k - d}^{x_k + d} \beta(y, n'_k)\Big), \qquad
          \beta(y, n') = 1 / \sqrt{2 \pi y (1 - y / n')},

:math:`n'_k` what is left of :math:`n_j` after the upper ends of the earlier windows. A station whose
total differs by more than d times the number of options cannot hit at all.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Half-widths 0, 1 and 2 ballots.
BOXES = 3

#: Differences are told apart up to this one.
REACH = 10

#: A row is compared with at most so many rows on either side of it, in the order of the largest option:
#: beyond that hits are left out, which only makes evidence weaker.
MOST = 1_000


def log_row_bound(votes: Counts) -> Floats:
    """Natural logarithm of :math:`B_0`, the largest probability of each row given its total; ``(n,)``."""
    from scipy.special import gammaln, xlogy

    x = np.maximum(votes, 0).astype(np.float64)
    total = x.sum(axis=1)
    rate = x / np.maximum(total, 1.0)[:, None]
    logs = gammaln(total + 1.0) - gammaln(x + 1.0).sum(axis=1) + xlogy(x, rate).sum(axis=1)
    return np.asarray(np.minimum(logs, 0.0), dtype=np.float64)


@kernel
def box_bound(row: Counts, total: int, width: int) -> float:
    """The largest chance, over all true rates, that a station with this total hits the row; ``width`` ≥ 1.

    Parameters
    ----------
    row : (k,) int64
        The row of the other station, the options in the order in which they are taken.
    total : int
        The total of the station that may hit it.
    width : int
        Half-width of the box, ballots.
    """
    left = total
    bound = 1.0
    for k in range(len(row)):
        here = 0.0
        for y in range(max(row[k] - width, 0), row[k] + width + 1):
            here += 1.0 if y == 0 or y >= left else 1.0 / math.sqrt(2.0 * math.pi * y * (1.0 - y / left))
            if here >= 1.0:
                break
        bound *= min(1.0, here)
        left -= row[k] + width
    return bound


@kernel
def difference(one: Counts, other: Counts, reach: int) -> int:
    """The largest difference over the options; ``reach + 1`` if it is more than ``reach``."""
    largest = 0
    for k in range(len(one)):
        gap = abs(one[k] - other[k])
        if gap > largest:
            largest = gap
            if largest > reach:
                return reach + 1
    return largest


@kernel
def near_rows(votes: Counts, starts: Counts, order: Counts, telling: NDArray[np.bool_]) -> tuple[Counts, Counts]:
    """How many rows of its area hit each row in each box, and pairs of rows by their largest difference.

    Parameters
    ----------
    votes : (n, k) int64
        Rows area after area, the largest option first.
    starts : (areas + 1,) int64
        Where each area begins.
    order : (n,) int64
        The rows of each area in ascending order of the first option.
    telling : (n,) bool
        Rows at which equality says something; others are no centres.

    Returns
    -------
    hits : (n, BOXES) int64
        0 where not telling.
    pairs : (REACH + 1,) int64
        Pairs of telling rows inside an area.
    """
    hits = np.zeros((len(votes), BOXES), np.int64)
    pairs = np.zeros(REACH + 1, np.int64)
    for area in range(len(starts) - 1):
        last = starts[area + 1]
        for place in range(starts[area], last):
            i = order[place]
            other = place + 1
            while other < min(last, place + MOST) and votes[order[other], 0] - votes[i, 0] <= REACH:
                j = order[other]
                other += 1
                gap = difference(votes[i], votes[j], REACH)
                if gap > REACH:
                    continue
                if telling[i] and telling[j]:
                    pairs[gap] += 1
                for box in range(gap, BOXES):
                    hits[i, box] += telling[i]
                    hits[j, box] += telling[j]
    return hits, pairs
