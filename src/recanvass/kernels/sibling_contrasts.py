r"""How far each unit of a divided place lies from the rest of its place, and the law of a count of such units.

For a two-by-two table (k_1 of n_1 in the unit, k_2 of n_2 in the rest), :math:`p = (k_1+k_2)/(n_1+n_2)`,

.. math:: G^2 = 2\Big[k_1 \ln\frac{k_1}{n_1 p} + (n_1-k_1) \ln\frac{n_1-k_1}{n_1(1-p)} + \text{same for the rest}\Big],
          \qquad z = \mathrm{sign}(k_1/n_1 - k_2/n_2)\, \sqrt{\max(G^2, 0)},

with 0 ln 0 = 0: the signed root of the likelihood ratio, nearly standard normal when both are draws of one rate.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@kernel
def signed_roots(taken: Counts, size: Counts, rest_taken: Counts, rest_size: Counts) -> Floats:
    """The signed root of the likelihood ratio of each unit against the rest of its place.

    Parameters
    ----------
    taken, size : (n,) int64
        Successes and trials of the unit, 0 <= taken <= size.
    rest_taken, rest_size : (n,) int64
        The same of the rest of its place.

    Returns
    -------
    (n,) float64
        0 where either has no trials, the pooled rate is 0 or 1, or both rates are equal.
    """
    roots = np.zeros(len(taken))
    for i in range(len(taken)):
        k1, n1, k2, n2 = float(taken[i]), float(size[i]), float(rest_taken[i]), float(rest_size[i])
        whole, trials = k1 + k2, n1 + n2
        if n1 <= 0 or n2 <= 0 or whole <= 0 or whole >= trials or k1 * n2 == k2 * n1:
            continue
        p = whole / trials
        ratio = 0.0
        if k1 > 0:
            ratio += k1 * math.log(k1 / (n1 * p))
        if k1 < n1:
            ratio += (n1 - k1) * math.log((n1 - k1) / (n1 * (1 - p)))
        if k2 > 0:
            ratio += k2 * math.log(k2 / (n2 * p))
        if k2 < n2:
            ratio += (n2 - k2) * math.log((n2 - k2) / (n2 * (1 - p)))
        root = math.sqrt(max(2 * ratio, 0.0))
        roots[i] = root if k1 * n2 > k2 * n1 else -root
    return roots


@kernel
def log_negative_binomial_tail(least: int, mean: float, size: float) -> float:
    """The natural logarithm of P(N >= least), N negative binomial with this mean and this size; 0 for least <= 0.

    The terms are summed upwards from ``least``, relative to the first, until they no longer count; where the
    sum reaches the mean the complement is summed instead.
    """
    if least <= 0:
        return 0.0
    stay = mean / (mean + size)
    if least <= mean:
        term = math.exp(size * math.log1p(-stay))
        below = term
        for k in range(1, least):
            term *= stay * (k - 1 + size) / k
            below += term
        return math.log(max(1.0 - below, 1e-300))
    first = (
        math.lgamma(least + size)
        - math.lgamma(size)
        - math.lgamma(least + 1.0)
        + size * math.log1p(-stay)
        + least * math.log(stay)
    )
    total, term, k = 1.0, 1.0, least
    while True:
        term *= stay * (k + size) / (k + 1)
        k += 1
        total += term
        if term < 1e-17 * total:
            break
    return min(0.0, first + math.log(total))
