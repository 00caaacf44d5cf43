r"""The order of two kinds of ballots: laws of the runs when every order of them is equally likely.

Given :math:`m` ballots for the option and :math:`l` others, :math:`n = m + l`, all
:math:`\binom{n}{m}` orders are equally likely. Three statistics of clumping:

**Runs.** With :math:`R` the number of runs (Wald and Wolfowitz 1940),

.. math:: P(R = 2k) = \frac{2 \binom{m-1}{k-1} \binom{l-1}{k-1}}{\binom{n}{m}}, \quad
          P(R = 2k + 1) = \frac{\binom{m-1}{k} \binom{l-1}{k-1} + \binom{m-1}{k-1} \binom{l-1}{k}}{\binom{n}{m}}.

**Longest run of the option.** The :math:`m` ballots fall into the :math:`l + 1` gaps between the others;
that some gap holds :math:`r` or more has, by inclusion and exclusion over the gaps, the probability

.. math:: P(L \ge r) = \sum_{i \ge 1} (-1)^{i+1} \binom{l+1}{i} \binom{n - ir}{l} \Big/ \binom{n}{m}.

The terms alternate and are far larger than their sum, so they are added as whole numbers, which is exact.

**Richest segment.** :math:`M = \max_{a < b} \sum_{a \le t < b} (x_t - m/n)`, the most by which any stretch of
ballots exceeds its proportional part. Its law has no short form; orders are drawn outside and
`richest_in_orders` gives the statistic of each. It is kept in whole numbers, :math:`nM`, so that equal is equal.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from recanvass.kernel import kernel

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


def _log_choose(n: float | Floats, k: Floats) -> Floats:
    """Logarithms of binomial coefficients; minus infinity outside the triangle."""
    inside = (k >= 0) & (k <= n)
    k = np.where(inside, k, 0)
    made = gammaln(np.asarray(n) + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)
    return np.where(inside, made, -np.inf)


def runs(marked: NDArray[np.bool_]) -> int:
    """The number of runs of a sequence; 0 for an empty one."""
    return int(len(marked) > 0) + int((marked[1:] != marked[:-1]).sum())


def log10_few_runs(marked: int, others: int, seen: int) -> float:
    """log10 of P(R <= seen): so few runs, or fewer. 0 where only one kind is there."""
    if marked < 1 or others < 1 or seen >= 2 * min(marked, others) + 1:
        return 0.0
    if seen < 2:
        return -math.inf
    r = np.arange(2, seen + 1)
    k = (r // 2).astype(np.float64)
    same = np.log(2) + _log_choose(marked - 1, k - 1) + _log_choose(others - 1, k - 1)
    more = np.logaddexp(
        _log_choose(marked - 1, k) + _log_choose(others - 1, k - 1),
        _log_choose(marked - 1, k - 1) + _log_choose(others - 1, k),
    )
    logs = np.where(r % 2 == 0, same, more)
    top = float(logs.max())
    whole = float(_log_choose(marked + others, np.array(float(marked))))
    return min(0.0, (top + math.log(float(np.exp(logs - top).sum())) - whole) / math.log(10))


def expected_runs(marked: int, others: int) -> float:
    """The mean of the number of runs."""
    n = marked + others
    return 1 + 2 * marked * others / n if n else 0.0


def longest_run(marked: NDArray[np.bool_]) -> tuple[int, int]:
    """The length of the longest run of marked ballots, and where the first such run begins."""
    if not marked.any():
        return 0, 0
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marked.astype(np.int8), [0]])))
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return int(ends[longest] - starts[longest]), int(starts[longest])


def log10_long_run(marked: int, others: int, length: int) -> float:
    """log10 of P(L >= length), exact in whole numbers; 0 where it is certain, -inf where impossible."""
    n = marked + others
    if length <= 0 or length * (others + 1) <= marked - others:
        return 0.0
    if length > marked:
        return -math.inf
    total, ways = 0, math.comb(others + 1, 1)
    rest = math.comb(n - length, others)
    for i in range(1, min(others + 1, marked // length) + 1):
        total += ways * rest if i % 2 else -ways * rest
        ways = ways * (others + 1 - i) // (i + 1)
        rest = math.comb(n - (i + 1) * length, others) if (i + 1) * length <= n else 0
    return min(0.0, math.log10(total) - math.log10(math.comb(n, marked)))


@kernel
def richest_in_orders(marked: NDArray[np.bool_], orders: NDArray[np.int32]) -> Whole:
    """:math:`nM` of one sequence's ballots in each of ``(k, n)`` orders of their positions; ``(k,)``.

    Along an order the rise above the lowest sum so far is the larger of zero and itself with the next ballot.
    """
    rows, n = orders.shape
    step = np.where(marked, n, 0) - marked.sum()
    found = np.zeros(rows, np.int64)
    for row in range(rows):
        rise, most = 0, 0
        for k in range(n):
            rise = max(rise + step[orders[row, k]], 0)
            most = max(most, rise)
        found[row] = most
    return found


def richest_segment(marked: NDArray[np.bool_]) -> tuple[int, int, int]:
    """:math:`nM` of one sequence and the segment ``[start, end)`` that has it, the first of equal ones."""
    n = len(marked)
    sums = np.concatenate([[0], np.cumsum(marked * n - int(marked.sum()))]).astype(np.int64)
    above = sums - np.minimum.accumulate(sums)
    end = int(np.argmax(above))
    start = end - int(np.argmin(sums[: end + 1][::-1]))
    return int(above[end]), start, end


__all__ = [
    "expected_runs",
    "log10_few_runs",
    "log10_long_run",
    "longest_run",
    "richest_in_orders",
    "richest_segment",
    "runs",
]
