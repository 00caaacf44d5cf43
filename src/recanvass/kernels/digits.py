r"""Digits of counts under smooth counting.

A count :math:`X \sim \mathrm{Bin}(n, \hat p)`, :math:`\hat p = x/n`, has the last digit :math:`d` with
probability :math:`\sum_{y \equiv d \,(10)} P(X = y)`, and a second digit likewise over the counts that
have it. The sum runs over all counts within nine standard deviations (and eight counts) of :math:`x`.
Weights follow from :math:`P(y+1)/P(y) = \frac{n-y}{y+1}\cdot\frac{p}{1-p}`, starting at 1 in
:math:`x`, so nothing under- or overflows.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel


@kernel
def digit_of(count: int, second: bool) -> int:
    """The last digit, or the second one from the left; -1 where there is none."""
    if not second:
        return count % 10
    if count < 10:
        return -1
    while count >= 100:
        count //= 10
    return count % 10


@kernel
def digit_probabilities(
    counts: NDArray[np.int64], totals: NDArray[np.int64], second: bool, least: int
) -> NDArray[np.float64]:
    """Probability of each digit at each station, ``(n, 10)``, given that the count is at least ``least``.

    Rows sum to 1, or to 0 where there is no digit.
    """
    out = np.zeros((counts.size, 10))
    for i in range(counts.size):
        n, k = totals[i], counts[i]
        if k <= 0 or k >= n:
            digit = digit_of(k, second)
            if digit >= 0:
                out[i, digit] = 1.0
            continue
        odds = k / (n - k)
        reach = int(9.0 * math.sqrt(k * (n - k) / n)) + 8
        total = 0.0
        weight = 1.0
        for y in range(k, min(n, k + reach) + 1):
            digit = digit_of(y, second)
            if digit >= 0 and y >= least:
                out[i, digit] += weight
                total += weight
            weight *= (n - y) / (y + 1.0) * odds
        weight = 1.0
        for y in range(k, max(0, k - reach), -1):
            weight *= y / (n - y + 1.0) / odds
            digit = digit_of(y - 1, second)
            if digit >= 0 and y - 1 >= least:
                out[i, digit] += weight
                total += weight
        if total > 0.0:
            for digit in range(10):
                out[i, digit] /= total
    return out
