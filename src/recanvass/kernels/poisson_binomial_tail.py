r"""Upper tails of a Poisson-binomial law by positive terms, and the levels that it can attain.

For independent events with the probabilities :math:`r_i` the tail :math:`P(\sum B_i \ge m)` is
found by a dynamic programme whose last state absorbs: only positive terms are added, so that
1e-250 is as accurate as 1e-2. Below `SMALLEST` the Chernoff bound
:math:`e^{-\mu} (e \mu / m)^m`, an upper bound for every Poisson-binomial law with the mean
:math:`\mu < m`, stands in for it (Hoeffding 1956; Le Cam 1960 for the law itself).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel

Floats = NDArray[np.float64]

#: A tail below this is replaced by its Chernoff bound.
SMALLEST = 1e-300


@kernel
def log_chernoff(mean: float, events: int) -> float:
    """Natural logarithm of the Chernoff bound of P(at least so many events); 0 where it says nothing."""
    if events <= mean or events <= 0:
        return 0.0
    if mean <= 0.0:
        return -math.inf
    return events - mean + events * math.log(mean / events)


@kernel
def log_tail(rates: Floats, events: int) -> float:
    """Natural logarithm of P(at least ``events`` of the independent events happen).

    Parameters
    ----------
    rates : (n,) float64
        Probabilities in [0, 1].
    events : int
        At least so many; 0 or fewer gives 0, more than ``n`` gives minus infinity.

    Returns
    -------
    float
        Exact down to `SMALLEST`; below it that, or the Chernoff bound where this is smaller.
    """
    if events <= 0:
        return 0.0
    if events > len(rates):
        return -math.inf
    below = np.zeros(events)
    below[0] = 1.0
    tail = 0.0
    mean = 0.0
    for i in range(len(rates)):
        rate = rates[i]
        mean += rate
        tail += below[events - 1] * rate
        for j in range(min(i + 1, events - 1), 0, -1):
            below[j] = below[j] * (1.0 - rate) + below[j - 1] * rate
        below[0] *= 1.0 - rate
    if tail < SMALLEST:
        return min(log_chernoff(mean, events), math.log(SMALLEST))
    return min(0.0, math.log(tail))


@kernel
def attainable(rates: Floats, level: float, least: int) -> float:
    """The largest tail P(at least j events), j ≥ ``least``, that is not above ``level``; 0 if none is.

    What a test that looks at this law may spend at this level. ``level`` must be positive.
    """
    size = len(rates)
    product = 1.0
    mean = 0.0
    for i in range(size):
        product *= rates[i]
        mean += rates[i]
    if size < least or product > level:
        return 0.0
    bound = math.log(level)
    cut = max(least, int(mean) + 1)
    while cut < size and log_chernoff(mean, cut) > bound:
        cut += 1
    cut = min(cut, size)
    below = np.zeros(cut)
    below[0] = 1.0
    tail = 0.0
    for i in range(size):
        rate = rates[i]
        tail += below[cut - 1] * rate
        for j in range(min(i + 1, cut - 1), 0, -1):
            below[j] = below[j] * (1.0 - rate) + below[j - 1] * rate
        below[0] *= 1.0 - rate
    if tail > level:
        return level
    j = cut
    while j > least and tail + below[j - 1] <= level:
        tail += below[j - 1]
        j -= 1
    return tail
