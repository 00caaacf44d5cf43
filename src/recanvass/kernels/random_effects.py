r"""Effects that differ from area to area: their mean, their spread, and how surely each is known.

Areas have estimates :math:`y_a` with sampling variances :math:`v_a` and differ by a variance
:math:`\tau^2`, which solves
(Paule and Mandel 1982; the empirical Bayes estimator is the same)

.. math:: \sum_a \frac{(y_a - \hat\mu)^2}{v_a + \tau^2} = k - 1, \qquad
          \hat\mu = \frac{\sum_a y_a / (v_a + \tau^2)}{\sum_a 1 / (v_a + \tau^2)},

or is 0 where the left side is smaller at 0. The mean's variance is :math:`\max(1, q) / \sum_a 1/(v_a + \tau^2)` with
:math:`q` the mean square of the left side (Hartung and Knapp 2001), compared with
Student's law of :math:`k - 1` degrees.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _mean(effects: Floats, variances: Floats, spread: float) -> tuple[float, float, float]:
    weight = 1 / (variances + spread)
    mean = float((weight * effects).sum() / weight.sum())
    return mean, float((weight * (effects - mean) ** 2).sum()), float(weight.sum())


def pooled(effects: Floats, variances: Floats) -> tuple[float, float, float]:
    """The mean, its standard error, and the variance between areas, of two areas or more."""
    degrees = len(effects) - 1
    spread = 0.0
    if _mean(effects, variances, 0.0)[1] > degrees:
        low, high = 0.0, max(float(np.var(effects)), float(variances.max()), 1e-12)
        while _mean(effects, variances, high)[1] > degrees:
            high *= 2
        for _ in range(200):
            spread = (low + high) / 2
            low, high = (spread, high) if _mean(effects, variances, spread)[1] > degrees else (low, spread)
    mean, square, total = _mean(effects, variances, spread)
    return mean, (max(1.0, square / degrees) / total) ** 0.5, spread


__all__ = ["pooled"]
