r"""Stations whose whole result, option by option, is that of another station to within a few ballots.

Each station in turn is a centre, its shares :math:`c_k = X_{ik} / n_i` then fixed numbers. Station j
*hits* in a box of half-width :math:`w = \max(h n_j, b)` if :math:`|X_{jk} - c_k n_j| \le w` for every
option k. For every parameter vector the probability of a hit is at most

.. math:: R_j = \prod_k \min\Big(1, \sum_{x \in window_k} \beta(x, n'_k)\Big), \qquad
          \beta(x, n') = 1 / \sqrt{2 \pi x (1 - x / n')},

the options taken one after the other: given the earlier ones an option is binomial with at most
:math:`n_j` less their lower ends, at least :math:`n'_k =` :math:`n_j` less their upper ends ballots
left; :math:`\beta` is at least the supremum over :math:`\theta` of the binomial probability of x
(Stirling) and falls as :math:`n'` rises; it is 1 where :math:`x \le 0` or :math:`x \ge n'`. Then
P(PoissonBinomial(R) ≥ hits) is the p-value of a centre and a box.

All comparisons are in integers: :math:`|X_{jk} n_i - X_{ik} n_j|` times 10,000 against
:math:`2^{box} n_i \max(5 n_j, 5000)`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Boxes of .05, .1, .2 and .4 points, or half, one, two and four ballots if that is more.
BOXES = 4
UNIT = 10_000
POINTS = 5
BALLOTS = 5_000

#: Stations with fewer valid votes are left out, so that no box is wider than four points (and a
#: hair, as shares are compared in floats before counts are compared in integers).
LEAST_VECTOR = 100
WIDEST = 0.0401

#: Larger units are left out: their products would not fit in 64 bits.
LARGEST_VECTOR = 2_000_000


@kernel
def _box_of(centre: Counts, n_centre: int, other: Counts, n_other: int) -> int:
    """The smallest box in which the other station hits; BOXES if none."""
    span = n_centre * max(POINTS * n_other, BALLOTS)
    box = 0
    for k in range(len(centre)):
        gap = UNIT * abs(other[k] * n_centre - centre[k] * n_other)
        while gap > span << box:
            box += 1
            if box == BOXES:
                return box
    return box


@kernel
def hit_bound(centre: Counts, n_centre: int, n_other: int, box: int) -> float:
    """The largest probability, over all parameters, that a station of this size hits in this box.

    Parameters
    ----------
    centre : (k,) int64
        The votes of the centre, the options in the order in which they are taken.
    n_centre, n_other : int
        The valid votes of the centre and of the other station.
    box : int
        0 to ``BOXES - 1``.
    """
    span = (n_centre * max(POINTS * n_other, BALLOTS)) << box
    scale = UNIT * n_centre
    left = n_other
    bound = 1.0
    for k in range(len(centre)):
        middle = UNIT * centre[k] * n_other
        low = -((span - middle) // scale)
        high = (middle + span) // scale
        total = 0.0
        for x in range(max(low, 0), high + 1):
            total += 1.0 if x == 0 or x >= left else 1.0 / math.sqrt(2.0 * math.pi * x * (1.0 - x / left))
            if total >= 1.0:
                break
        bound *= min(1.0, total)
        left -= max(high, 0)
    return bound


@kernel
def hits(votes: Counts, valid: Counts, centre: int, box: int) -> NDArray[np.bool_]:
    """The stations that hit the centre in this box, itself included; ``(n,)``."""
    found = np.zeros(len(valid), np.bool_)
    for j in range(len(valid)):
        found[j] = _box_of(votes[centre], valid[centre], votes[j], valid[j]) <= box
    return found


@kernel
def repeated_vectors(
    votes: Counts,
    valid: Counts,
    starts: Counts,
    by_share: Counts,
    by_size: Counts,
    found: Counts,
    log_p: Floats,
) -> None:
    """The most repeated vector of each area, for twins (two stations) and for clusters (three or more).

    Parameters
    ----------
    votes : (n, k) int64
        Votes, the largest option first, area after area.
    valid : (n,) int64
        Valid votes, `LEAST_VECTOR` to `LARGEST_VECTOR`.
    starts : (areas + 1,) int64
        Where each area begins.
    by_share, by_size : (n,) int64
        The rows of each area in ascending order of the largest option's share, and of valid votes.
    found : (areas, 2, 3) int64
        Written: for twins and for clusters, the centre (a row of ``votes``, -1 if none), the box, the hits.
    log_p : (areas, 2, 2) float64
        Written: expected hits at most, and the natural logarithm of the p-value of the area (times
        boxes and centres, at most 1).
    """
    for area in range(len(starts) - 1):
        first, last = starts[area], starts[area + 1]
        looks = BOXES * (last - first)
        for kind in range(2):
            found[area, kind, 0] = -1
            found[area, kind, 1] = found[area, kind, 2] = 0
            log_p[area, kind, 0] = log_p[area, kind, 1] = 0.0
        best = np.full(2, 1.0 / max(1, looks))
        order, sizes = by_share[first:last], by_size[first:last]
        share = votes[order, 0] / valid[order]
        width = np.maximum(WIDEST / 10, WIDEST * LEAST_VECTOR / valid[order])
        # The leader's share is the first test of a hit, so only neighbours by share are looked at.
        for place in range(len(order)):
            i = order[place]
            number = np.zeros(BOXES, np.int64)
            for step in (-1, 1):
                other = place + step
                while 0 <= other < len(order) and abs(share[other] - share[place]) <= WIDEST:
                    if abs(share[other] - share[place]) <= width[other]:
                        j = order[other]
                        box = _box_of(votes[i], valid[i], votes[j], valid[j])
                        for b in range(box, BOXES):
                            number[b] += 1
                    other += step
            for b in range(BOXES):
                kind = min(1, number[b] - 1)
                if kind < 0:
                    continue
                tail, mean = _tail_below(votes, valid, i, sizes, b, number[b], best[kind])
                if tail < best[kind]:
                    best[kind] = tail
                    found[area, kind, 0], found[area, kind, 1], found[area, kind, 2] = i, b, number[b]
                    log_p[area, kind, 0] = mean
                    log_p[area, kind, 1] = min(0.0, math.log(max(tail, 1e-300)) + math.log(looks))


@kernel
def _tail_below(
    votes: Counts, valid: Counts, centre: int, by_size: Counts, box: int, hits: int, limit: float
) -> tuple[float, float]:
    """P(at least so many hits) and their mean; given up, as 1, once it is not below the limit.

    Small stations come first: they hit most easily, and equal sizes stand together.
    """
    below = np.zeros(hits)
    below[0] = 1.0
    tail = 0.0
    mean = 0.0
    size = -1
    rate = 0.0
    for j in by_size:
        if j == centre:
            continue
        if valid[j] != size:
            size = valid[j]
            rate = hit_bound(votes[centre], valid[centre], size, box)
        mean += rate
        tail += below[hits - 1] * rate
        if tail >= limit:
            return 1.0, mean
        for k in range(hits - 1, 0, -1):
            below[k] = below[k] * (1.0 - rate) + below[k - 1] * rate
        below[0] *= 1.0 - rate
    return tail, mean
