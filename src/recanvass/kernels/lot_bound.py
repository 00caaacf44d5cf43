r"""How improbable is a sample drawn by lot, whatever the stations look like?

Student's law trusts that the stations drawn show how stations differ. Where an option lives in a few strongholds most
samples hold none or hardly any of them, and its tail is wrong by factors of hundreds. What follows holds for every
contest: if the share is R, the residuals :math:`d_i = y_i - R x_i` of *all* stations sum to zero, so with
:math:`g_i = (N_h / n_h) d_i` and :math:`1 + \lambda g \ge 0` for all of them

.. math:: E \prod_i (1 + \lambda g_i) \le \prod_h \Bigl(1 + \lambda \tfrac{N_h}{n_h} \bar d_h\Bigr)^{n_h}
   \le \exp\Bigl(\lambda \sum_h N_h \bar d_h\Bigr) = 1,

the first by Maclaurin's inequality (the mean of the products of n out of N numbers, drawn without replacement, is at
most the n-th power of their mean), the second by :math:`1 + x \le e^x`. The mean of such products over a fixed grid of
:math:`\lambda`, of both signs, is E, and the p-value is at most 1 / E (Markov). The grid is
:math:`\pm 2^{-k} / m_\pm`, k = 0..7; :math:`m_+ = \max_h (N_h / n_h) R X_h` and :math:`m_- = \max_h (N_h / n_h) (1 - R)
X_h` are the largest falls there can be where no station is larger than X, a quarter above the largest one seen.

A station that was drawn and did not report is taken at its worst, with the mean base of its stratum.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

Floats = NDArray[np.float64]

#: How much larger than the largest station seen one that was not seen may be.
ROOM = 1.25
FRACTIONS = 0.5 ** np.arange(8)
_LEAST = -300.0


def log10_chance(
    votes: Floats,
    base: Floats,
    stratum: NDArray[np.int64],
    frame: Sequence[int],
    drawn: Sequence[int],
    share: float,
) -> float:
    """log10 of a p-value for a share, two-sided, valid for any contest and any size of the sample.

    Parameters
    ----------
    votes, base : (n,) float
        Votes for the option, and the votes or ballots that the share is taken of.
    stratum : (n,) int
        Index into ``frame``.
    frame, drawn : sequence of int
        Stations there are, and were drawn, in each stratum.
    share : float
        The share in question, 0 to 1.
    """
    sizes = np.bincount(stratum, minlength=len(frame)).astype(np.float64)
    asked = np.maximum(np.asarray(drawn, dtype=np.float64), sizes)
    weight = np.divide(np.asarray(frame, dtype=np.float64), asked, out=np.zeros_like(asked), where=asked > 0)
    largest = np.full(len(frame), float(base.max()))
    mean = np.full(len(frame), float(base.mean()))
    for h in np.flatnonzero(sizes > 0):
        largest[h], mean[h] = base[stratum == h].max(), base[stratum == h].mean()
    silent = asked - sizes
    gain = weight[stratum] * (votes - share * base)
    sides = ((1.0, share), (-1.0, 1.0 - share))
    logs = [_log_wealth(sign * gain, part * weight * largest, part * weight * mean, silent) for sign, part in sides]
    return max(_LEAST, min(0.0, (math.log(2) - float(logsumexp(logs))) / math.log(10)))


def _log_wealth(gain: Floats, fall: Floats, usual: Floats, silent: Floats) -> float:
    """Log of the mean product over one side of the grid."""
    most = ROOM * max(float(fall.max()), float((-gain).max()))
    if most <= 0:
        return 0.0 if not gain.any() else math.log(1e300)
    rates = FRACTIONS / most
    logs = np.log1p(rates[:, None] * gain).sum(axis=1) + np.log1p(-rates[:, None] * usual) @ silent
    return float(logsumexp(logs)) - math.log(len(rates))


__all__ = ["log10_chance"]
