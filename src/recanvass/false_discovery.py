"""Lists with a false-discovery rate: which of many tests to name.

Benjamini and Hochberg (1995): of M tests in ascending order, the first k are listed, k the
largest with p_(k) ≤ k q / M; on average at most a part q of the listed ones is wrong where the
tests are independent or positively dependent. Benjamini and Yekutieli (2001) divide q by
1 + 1/2 + ... + 1/M and need no condition. All p-values are base-10 logarithms.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def adjusted(log10_p: Floats, *, any_dependence: bool = False) -> Floats:
    """log10 of the adjusted p-values (q-values) of Benjamini-Hochberg, or -Yekutieli; ``(m,)``."""
    size = len(log10_p)
    if size == 0:
        return np.zeros(0)
    rank = np.arange(1, size + 1)
    price = np.log10(size) + (np.log10((1.0 / rank).sum()) if any_dependence else 0.0)
    order = np.argsort(log10_p, kind="stable")
    steps = np.asarray(log10_p, dtype=np.float64)[order] + price - np.log10(rank)
    smallest = np.minimum.accumulate(steps[::-1])[::-1]
    found = np.empty(size)
    found[order] = np.minimum(smallest, 0.0)
    return found


def listed(log10_p: Floats, rate: float = 0.01, *, any_dependence: bool = False) -> NDArray[np.bool_]:
    """Which tests are listed at this false-discovery rate; ``(m,)``."""
    found: NDArray[np.bool_] = adjusted(log10_p, any_dependence=any_dependence) <= np.log10(rate)
    return found


def smallest(log10_p: Floats) -> float:
    """log10 of the Bonferroni p-value of all tests together; 0 where there are none."""
    if len(log10_p) == 0:
        return 0.0
    return float(min(0.0, np.min(log10_p) + np.log10(len(log10_p))))
