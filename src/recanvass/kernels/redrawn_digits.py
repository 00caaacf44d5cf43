r"""Digits of a redrawn count: mean and variance of four digit statistics at each station.

A station counted :math:`x` of :math:`n`. Under smooth counting its count is drawn anew as
:math:`X' \sim \mathrm{BetaBinomial}(n, a + x, b + n - x)`, the posterior predictive law of a rate with the
prior Beta(a, b) (`recanvass.kernels.binomial_lattice.prior`). If rates follow the prior, :math:`(X, X')`
is exchangeable, so that the mean of any :math:`g(X')` over honest stations is that of :math:`g(X)`: no
bias. The statistics :math:`g` are

0. the second digit from the left,
1. the last digit,
2. whether the last digit is 0 or 5,
3. whether :math:`100 X'/n`, rounded to a whole percentage (halves to the even one, as tables of the field
   do; in integers), ends in 0 or 5.

The first three look at counts of at least ``least`` (the second digit: at least 10) only. A redrawn count
that is smaller is refused and the station keeps its own, which leaves the exchange of :math:`X` and
:math:`X'` symmetrical. Masses follow from their two-term recurrence, from 1 at the observed count outwards
until a term is below ``NEGLIGIBLE`` of the sum; nothing under- or overflows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: The four statistics, by their place in the arrays.
SECOND_DIGIT, LAST_DIGIT, COUNT_05, PERCENT_05 = 0, 1, 2, 3

UP, DOWN = True, False

#: Terms below this part of the running sum end the sum.
NEGLIGIBLE = 1e-12


@kernel
def digit_statistics(count: int, whole: int, out: Floats) -> None:
    """The four statistics of one count, written to ``out``; a count below 10 has the second digit 0."""
    left = count
    while left >= 100:
        left //= 10
    out[SECOND_DIGIT] = left % 10 if count >= 10 else 0.0
    last = count % 10
    out[LAST_DIGIT] = last
    out[COUNT_05] = 1.0 if last in (0, 5) else 0.0
    percent = (200 * count + whole) // (2 * whole)
    if percent % 2 and (200 * count + whole) % (2 * whole) == 0:
        percent -= 1
    out[PERCENT_05] = 1.0 if percent % 5 == 0 else 0.0


@kernel
def _side(
    x: int, n: int, a: float, b: float, least: Counts, up: bool, sums: Floats, squares: Floats, refused: Floats
) -> float:
    """One side of the lattice, the observed count on the upper one; adds to the sums, gives the mass."""
    g = np.empty(4)
    total = 0.0
    if up:
        y, mass = x, 1.0
    else:
        if x == 0:
            return 0.0
        y = x - 1
        mass = x * (b + n - x) / ((n - x + 1.0) * (a + x - 1.0))
    while 0 <= y <= n and mass > NEGLIGIBLE * total:
        total += mass
        digit_statistics(y, n, g)
        for k in range(4):
            if y >= least[k]:
                sums[k] += mass * g[k]
                squares[k] += mass * g[k] * g[k]
            else:
                refused[k] += mass
        if up:
            mass *= (n - y) * (a + y) / ((y + 1.0) * (b + n - y - 1.0))
            y += 1
        elif y > 0:
            mass *= y * (b + n - y) / ((n - y + 1.0) * (a + y - 1.0))
            y -= 1
        else:
            break
    return total


@kernel
def redrawn_digits(
    part: Counts, whole: Counts, prior_a: Floats, prior_b: Floats, least: Counts
) -> tuple[Floats, Floats, Floats]:
    """Observed statistics, and the mean and variance of the redrawn ones.

    Parameters
    ----------
    part, whole : (n,) int64
        Counts and what they are taken of, ``0 <= part <= whole``, ``1 <= whole``.
    prior_a, prior_b : (n,) float64
        The Beta prior of each station, positive: the posterior is ``Beta(a + part, b + whole - part)``.
    least : (4,) int64
        The smallest count that each statistic looks at.

    Returns
    -------
    observed, mean, variance : (n, 4) float64
        Not to be used where ``part < least``.
    """
    size = len(part)
    observed = np.zeros((size, 4))
    mean = np.zeros((size, 4))
    variance = np.zeros((size, 4))
    sums, squares, refused = np.zeros(4), np.zeros(4), np.zeros(4)
    for i in range(size):
        x, n = part[i], whole[i]
        a, b = prior_a[i] + x, prior_b[i] + (n - x)
        sums[:] = 0.0
        squares[:] = 0.0
        refused[:] = 0.0
        total = _side(x, n, a, b, least, UP, sums, squares, refused)
        total += _side(x, n, a, b, least, DOWN, sums, squares, refused)
        digit_statistics(x, n, observed[i])
        for k in range(4):
            own = observed[i, k]
            first = (sums[k] + refused[k] * own) / total
            second = (squares[k] + refused[k] * own * own) / total
            mean[i, k] = first
            variance[i, k] = max(second - first * first, 0.0)
    return observed, mean, variance
