r"""How likely it is that counts are a rounded percentage of their total.

A count :math:`x` of a total :math:`N` lies *on the grid* of :math:`d` decimals if it is the
percentage :math:`p = 100 g/G`, :math:`G = 10^{d+2}`, worked back into votes:
:math:`|x - gN/G| \le 1/2` (rounded to the nearest, slack 0) or :math:`|x - gN/G| < 1` (rounded
down or up, slack 1), for a whole :math:`g`. All of it is decided in whole numbers.

Grid points are :math:`N/G` votes apart and each takes :math:`1 + s` of these votes, so that a
count whose place between two points is arbitrary is on the grid with the chance

.. math:: q = \min(1, (1 + s) G / N).

What has to be arbitrary is only the remainder, here one of thousands, not the share: for a grid
of a tenth of a percent it is enough that nobody could have said beforehand, to better than a
tenth of a percent, how the vote would end.

Of :math:`k` counts that make up the total together, any :math:`k - 1` are free and the last is
the rest; :math:`k` counts that leave a rest are all free. With free counts the remainders are
independent, and the chance that some :math:`m` of the :math:`k` are on the grid is at most

.. math:: \binom{k}{m} q^m \quad (m < k), \qquad q^{f} \quad (m = k),

:math:`f` the number of free counts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np


def nearest_point(count: int, total: int, decimals: int) -> tuple[int, int]:
    """The grid point next to a count, and how far it is.

    Returns
    -------
    point : int
        :math:`g`: 512 stands for 51.2 % with one decimal.
    off : int
        :math:`xG - gN`: the distance in votes, times :math:`G`.
    """
    grid = 10 ** (decimals + 2)
    point = (2 * count * grid + total) // (2 * total)
    return point, count * grid - point * total


def on_grid(count: int, total: int, decimals: int, slack: int) -> bool:
    """Whether a count is a percentage with so many decimals worked back into votes."""
    if total <= 0:
        return False
    grid = 10 ** (decimals + 2)
    _, off = nearest_point(count, total, decimals)
    return bool(2 * abs(off) <= grid if slack == 0 else abs(off) < grid)


def density(total: int, decimals: int, slack: int) -> float:
    """The chance :math:`q` that a count with an arbitrary remainder is on the grid."""
    if total <= 0:
        return 1.0
    return float(min(1.0, (1 + slack) * 10 ** (decimals + 2) / total))


def log10_chance(counts: int, hits: int, free: int, q: float) -> float:
    """log10 of the upper bound of P(at least ``hits`` of ``counts`` counts on the grid)."""
    if hits <= 0 or q >= 1.0 or counts == 0:
        return 0.0
    if hits >= counts:
        return min(0.0, free * math.log10(q))
    powered = min(hits, free)
    return min(0.0, math.log10(math.comb(counts, hits)) + powered * math.log10(q))


def log10_any(settings: Sequence[tuple[int, int, float]], log10_seen: float) -> float:
    """log10 of P(some setting looks at least as unlikely as what was seen).

    Parameters
    ----------
    settings : sequence of (counts, free, q)
        Every total, number of decimals and way of rounding that was tried.
    log10_seen : float
        The smallest bound among them, as `log10_chance` gave it.

    Notes
    -----
    For each setting the fewest hits that would have been as unlikely; the bounds are added.
    """
    terms = []
    for counts, free, q in settings:
        for hits in range(1, counts + 1):
            bound = log10_chance(counts, hits, free, q)
            if bound <= log10_seen + 1e-12:
                terms.append(bound)
                break
    if not terms:
        return 0.0
    largest = max(terms)
    return float(min(0.0, largest + math.log10(sum(10 ** (t - largest) for t in terms))))


def exact_share_of_results(total: int, counts: int, decimals: int) -> float:
    """The part of all results with this total in which *every* count is a rounded percentage.

    The whole law for two or three counts: results are all ways to split ``total`` votes among
    ``counts`` options; those are counted in which each is its percentage rounded to the nearest
    vote and the rounded counts still add up. It is below the bound of `log10_chance`, because
    roundings need not cancel.
    """
    grid = 10 ** (decimals + 2)
    points = np.arange(grid + 1, dtype=object)
    rounded = np.array([(2 * int(g) * total + grid) // (2 * grid) for g in points], dtype=np.int64)
    ways = math.comb(total + counts - 1, counts - 1)
    if counts == 2:
        found = int((rounded + rounded[::-1] == total).sum())
        return found / ways
    if counts != 3:
        raise ValueError(f"{counts} counts were given; the exact share is worked out for 2 or 3.")
    found = 0
    for first in range(grid + 1):
        rest = rounded[: grid + 1 - first]
        found += int((rounded[first] + rest + rest[::-1] == total).sum())
    return found / ways


__all__ = ["density", "exact_share_of_results", "log10_any", "log10_chance", "nearest_point", "on_grid"]
