r"""The dip statistic: how far a sample is from any unimodal distribution.

.. math:: D = \min_{F\ \mathrm{unimodal}} \sup_x |F_n(x) - F(x)|

(Hartigan and Hartigan 1985). A unimodal :math:`F` is convex up to its mode and concave after it. The
best one hugs the greatest convex minorant of :math:`F_n` on the left of a modal interval and the
least concave majorant on its right; the interval is narrowed, each time to where the two are
farthest apart, until that distance no longer exceeds the largest misfit outside it. Twice the dip
is that misfit. Written from the definition; :math:`O(n)` after sorting.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel


@kernel
def convex_minorant(x: NDArray[np.float64], rank: NDArray[np.float64], low: int, high: int) -> NDArray[np.int64]:
    """Indices of the corners of the greatest convex minorant of ``rank`` over ``x`` on low..high."""
    corners = np.empty(high - low + 1, np.int64)
    used = 0
    for i in range(low, high + 1):
        while used >= 2:
            a, b = corners[used - 2], corners[used - 1]
            if (rank[b] - rank[a]) * (x[i] - x[b]) < (rank[i] - rank[b]) * (x[b] - x[a]):
                break
            used -= 1
        corners[used] = i
        used += 1
    return corners[:used]


@kernel
def concave_majorant(x: NDArray[np.float64], rank: NDArray[np.float64], low: int, high: int) -> NDArray[np.int64]:
    """Indices of the corners of the least concave majorant of ``rank`` over ``x`` on low..high."""
    corners = np.empty(high - low + 1, np.int64)
    used = 0
    for i in range(low, high + 1):
        while used >= 2:
            a, b = corners[used - 2], corners[used - 1]
            if (rank[b] - rank[a]) * (x[i] - x[b]) > (rank[i] - rank[b]) * (x[b] - x[a]):
                break
            used -= 1
        corners[used] = i
        used += 1
    return corners[:used]


@kernel
def along(x: NDArray[np.float64], rank: NDArray[np.float64], corners: NDArray[np.int64], i: int) -> float:
    """The piecewise linear function with these corners, at ``x[i]``."""
    left, right = 0, corners.size - 1
    while right - left > 1:
        middle = (left + right) // 2
        if corners[middle] <= i:
            left = middle
        else:
            right = middle
    a, b = corners[left], corners[right]
    if i == b or x[b] == x[a]:
        return float(rank[b] if i == b else rank[a])
    return float(rank[a] + (rank[b] - rank[a]) * (x[i] - x[a]) / (x[b] - x[a]))


@kernel
def misfit_left(x: NDArray[np.float64], low: NDArray[np.float64], corners: NDArray[np.int64], end: int) -> float:
    """The largest height of the steps' tops above the minorant, up to ``end``."""
    worst = 0.0
    for k in range(corners.size - 1):
        a, b = corners[k], corners[k + 1]
        if b > end:
            break
        for i in range(a, b + 1):
            line = low[a] + (low[b] - low[a]) * (x[i] - x[a]) / (x[b] - x[a]) if x[b] > x[a] else low[a]
            worst = max(worst, low[i] + 1.0 - line)
    return worst


@kernel
def misfit_right(x: NDArray[np.float64], high: NDArray[np.float64], corners: NDArray[np.int64], start: int) -> float:
    """The largest depth of the steps' feet below the majorant, from ``start`` on."""
    worst = 0.0
    for k in range(corners.size - 1):
        a, b = corners[k], corners[k + 1]
        if a < start:
            continue
        for i in range(a, b + 1):
            line = high[a] + (high[b] - high[a]) * (x[i] - x[a]) / (x[b] - x[a]) if x[b] > x[a] else high[b]
            worst = max(worst, line - (high[i] - 1.0))
    return worst


@kernel
def dip(values: NDArray[np.float64]) -> float:
    """The dip of a sorted sample; 0 for fewer than four different values is never below 1/(2n)."""
    n = values.size
    if n < 2 or values[0] == values[-1]:
        return 0.5 / max(n, 1)
    below = np.arange(n).astype(np.float64)
    above = below + 1.0
    low, high, worst = 0, n - 1, 1.0
    while True:
        minorant = convex_minorant(values, below, low, high)
        majorant = concave_majorant(values, above, low, high)
        apart, new_low, new_high = 0.0, low, high
        for k in range(minorant.size):
            i = minorant[k]
            distance = along(values, above, majorant, i) - below[i]
            if distance > apart:
                apart, new_low = distance, i
                new_high = majorant[np.searchsorted(majorant, i)]
        for k in range(majorant.size):
            j = majorant[k]
            distance = above[j] - along(values, below, minorant, j)
            if distance > apart:
                apart, new_high = distance, j
                new_low = minorant[np.searchsorted(minorant, j, side="right") - 1]
        if apart <= worst:
            break
        worst = max(worst, misfit_left(values, below, minorant, new_low))
        worst = max(worst, misfit_right(values, above, majorant, new_high))
        if (new_low == low and new_high == high) or new_low >= new_high:
            break
        low, high = new_low, new_high
    return worst / (2.0 * n)
