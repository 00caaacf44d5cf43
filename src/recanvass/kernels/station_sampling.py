r"""Shares from a random sample of stations: the separate strata, the combined ratio.

In stratum :math:`h` of :math:`N_h` stations, :math:`n_h` drawn by lot show :math:`y_i` votes of
:math:`x_i`; the combined ratio estimator (Cochran 1977, chapter 6) is

.. math:: R = \frac{\sum_h N_h \bar y_h}{\sum_h N_h \bar x_h}, \qquad
   \widehat{\mathrm{Var}}(R) = \frac{1}{\hat X^2} \sum_h N_h^2 \frac{1 - f_h}{n_h}
   \frac{\sum_i \left(d_i - \bar d_h\right)^2}{n_h - 1}, \quad d_i = y_i - R x_i,

:math:`f_h = n_h / N_h` the finite-population correction. A stratum with a single station has no
variance of its own: strata like it are pooled into one for the variance, and if they cannot be,
there is no margin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def combined_ratio(
    votes: Floats, base: Floats, stratum: NDArray[np.int64], frame: Sequence[int]
) -> tuple[float, float | None, float | None]:
    """Share, its standard error and the design effect.

    Parameters
    ----------
    votes, base : (n,) float
        Votes for the option, and the votes or ballots that the share is taken of.
    stratum : (n,) int
        Index into ``frame``.
    frame : sequence of int
        Stations there are in each stratum.

    Returns
    -------
    share : float
    error : float or None
        None where no stratum, even pooled, has two stations.
    effect : float or None
        Variance over that of as many voters drawn one by one.
    """
    sizes = np.bincount(stratum, minlength=len(frame)).astype(np.float64)
    there = np.asarray(frame, dtype=np.float64)
    weight = np.divide(there, sizes, out=np.zeros_like(there), where=sizes > 0)[stratum]
    total = float((weight * base).sum())
    share = float((weight * votes).sum()) / total
    residual = votes - share * base
    variance, measured = 0.0, False
    lonely = np.flatnonzero((sizes == 1) & (there > 1))
    groups = [np.flatnonzero(stratum == h) for h in np.flatnonzero(sizes >= 2)]
    numbers = [float(there[h]) for h in np.flatnonzero(sizes >= 2)]
    if len(lonely):
        groups.append(np.flatnonzero(np.isin(stratum, lonely)))
        numbers.append(float(there[lonely].sum()))
    for rows, number in zip(groups, numbers, strict=True):
        n = len(rows)
        if n < 2:
            return share, None, None
        spread = float(((residual[rows] - residual[rows].mean()) ** 2).sum()) / (n - 1)
        variance += number**2 * max(0.0, 1.0 - n / number) * spread / n
        measured = True
    if not measured:
        census = bool((sizes >= there).all())
        return (share, 0.0, None) if census else (share, None, None)
    error = math.sqrt(variance) / total
    one_by_one = share * (1.0 - share) / float(base.sum())
    return share, error, error**2 / one_by_one if one_by_one > 0 else None


def missing_bounds(
    votes: Floats, base: Floats, stratum: NDArray[np.int64], frame: Sequence[int], drawn: Sequence[int]
) -> tuple[float, float]:
    """The shares if every drawn station that did not report had shown nothing, or everything.

    A silent station is given the mean base of its stratum (or of all, where it has none).
    """
    sizes = np.bincount(stratum, minlength=len(frame)).astype(np.float64)
    asked = np.maximum(np.asarray(drawn, dtype=np.float64), sizes)
    there = np.asarray(frame, dtype=np.float64)
    overall = float(base.mean())
    low = high = total = 0.0
    for h in range(len(frame)):
        if asked[h] == 0:
            continue
        rows = stratum == h
        mean = float(base[rows].mean()) if sizes[h] else overall
        silent = (asked[h] - sizes[h]) * mean
        scale = there[h] / asked[h]
        low += scale * float(votes[rows].sum())
        high += scale * (float(votes[rows].sum()) + silent)
        total += scale * (float(base[rows].sum()) + silent)
    return low / total, high / total


__all__ = ["combined_ratio", "missing_bounds"]
