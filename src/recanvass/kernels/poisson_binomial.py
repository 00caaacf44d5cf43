r"""The law of a sum of independent yes-or-no events with different chances.

:math:`S = \sum_i w_i B_i` with :math:`B_i` Bernoulli(:math:`p_i`); its cumulant function is
:math:`K(u) = \sum_i \log(1 - p_i + p_i e^{w_i u})`. Upper tails P(S ≥ s) come

- *exactly*, by an absorbing dynamic programme that adds positive terms only, so that 1e-250 is as
  accurate as 1e-2, where the events number at most ``FEW`` or the variance is below ``STEADY``;
- by the saddlepoint formula of Lugannani and Rice (1980) with the continuity correction of
  Daniels (1987) elsewhere: relative error about 1e-3 or less where the variance is above 10, and
  below 2e-2 above ``STEADY``. Where hardly anything happens it would be too small by three tenths;
  where all of many events but one or two happen, it is by 3 per cent.

Tails are base-10 logarithms, as they may be smaller than the smallest float.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel
from recanvass.kernels.normal_tail import HALF_LOG_2_PI, mills_less_reciprocal

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Up to this many events the law is computed exactly by `tails`.
FEW = 150

#: Below this variance `tails` computes the law exactly, however many events, up to ``STEPS`` (events × least sum).
STEADY, STEPS = 1.0, 20_000_000

#: The logarithm of a chance of nothing at all.
IMPOSSIBLE = -400.0

LOG10 = math.log(10.0)


@kernel
def mass(chances: Floats) -> Floats:
    """The whole law, P(S = 0..n), by direct convolution; quadratic in the number of events."""
    law = np.zeros(len(chances) + 1)
    law[0] = 1.0
    for i in range(len(chances)):
        p = chances[i]
        for k in range(i + 1, 0, -1):
            law[k] = law[k] * (1.0 - p) + law[k - 1] * p
        law[0] *= 1.0 - p
    return law


@kernel
def exact_tail(chances: Floats, at_least: int) -> float:
    """log10 P(S ≥ at_least), exact while it is above 1e-300; `IMPOSSIBLE` below that."""
    if at_least <= 0:
        return 0.0
    if at_least > len(chances):
        return IMPOSSIBLE
    below = np.zeros(at_least)
    below[0] = 1.0
    tail = 0.0
    for i in range(len(chances)):
        p = chances[i]
        tail += below[at_least - 1] * p
        for k in range(min(i + 1, at_least - 1), 0, -1):
            below[k] = below[k] * (1.0 - p) + below[k - 1] * p
        below[0] *= 1.0 - p
    return min(math.log10(tail), 0.0) if tail > 1e-300 else IMPOSSIBLE


@kernel
def _slopes(chances: Floats, weights: Floats, u: float) -> tuple[float, float]:
    """The first two derivatives of K at u."""
    first = 0.0
    second = 0.0
    weighted = len(weights) > 0
    tilt = math.exp(u)
    for i in range(len(chances)):
        p = chances[i]
        w = 1.0
        if weighted:
            w = weights[i]
            tilt = math.exp(w * u)
        q = p * tilt / (1.0 - p + p * tilt)
        first += w * q
        second += w * w * q * (1.0 - q)
    return first, second


@kernel
def _cumulant(chances: Floats, weights: Floats, u: float) -> float:
    """K(u)."""
    total = 0.0
    weighted = len(weights) > 0
    gain = math.expm1(u)
    for i in range(len(chances)):
        if weighted:
            gain = math.expm1(weights[i] * u)
        total += math.log1p(chances[i] * gain)
    return total


@kernel
def saddlepoint_tail(chances: Floats, weights: Floats, at_least: float) -> float:
    """log10 P(S ≥ at_least) by the saddlepoint.

    Parameters
    ----------
    chances : (n,) float64
    weights : (n,) float64, or of length 0
        Positive weights; then S is taken as continuous. Length 0 means weights of one, and
        ``at_least`` is an integer.
    at_least : float
        The observed sum.
    """
    weighted = len(weights) > 0
    most = 0.0
    sure = 0.0
    mean = 0.0
    variance = 0.0
    skew = 0.0
    log_all = 0.0
    for i in range(len(chances)):
        p = chances[i]
        w = weights[i] if weighted else 1.0
        if p > 0.0:
            most += w
            log_all += math.log(p)
        if p >= 1.0:
            sure += w
        mean += w * p
        variance += w * w * p * (1.0 - p)
        skew += w**3 * p * (1.0 - p) * (1.0 - 2.0 * p)
    if at_least <= sure:
        return 0.0
    if at_least > most * (1.0 + 1e-12):
        return IMPOSSIBLE
    if at_least >= most * (1.0 - 1e-12):
        return max(log_all / LOG10, IMPOSSIBLE)
    target = at_least if weighted else at_least - 0.5
    # The root of K'(u) = target lies in the bracket; Newton, halved where it leaves it.
    u = 0.0
    low, high = -1e300, 1e300
    for _ in range(200):
        first, second = _slopes(chances, weights, u)
        gap = target - first
        if abs(gap) <= 1e-11 * math.sqrt(variance) or second <= 0.0:
            break
        if gap > 0.0:
            low = u
        else:
            high = u
        step = gap / second
        limit = 2.0 / (math.sqrt(variance) if weighted else 1.0) + abs(u)
        step = min(max(step, -limit), limit)
        if not low < u + step < high:
            step = 0.5 * (low + high) - u
        u += step
    first, second = _slopes(chances, weights, u)
    deviation = math.sqrt(second)
    if abs(u) * math.sqrt(variance) < 1e-3:
        z = (target - mean) / math.sqrt(variance)
        flat = 0.5 * math.erfc(z / math.sqrt(2.0))
        bend = skew / variance**1.5 / 6.0 * (z * z - 1.0)
        return math.log10(flat + bend * math.exp(-0.5 * z * z - HALF_LOG_2_PI))
    drop = max(u * target - _cumulant(chances, weights, u), 0.0)
    r = math.copysign(math.sqrt(2.0 * drop), u)
    v = deviation * (u if weighted else 2.0 * math.sinh(0.5 * u))
    if r > 0.0:
        factor = mills_less_reciprocal(r) + 1.0 / v
        if factor <= 0.0:
            return max(min(-drop / LOG10, 0.0), IMPOSSIBLE)
        log_tail = -drop - HALF_LOG_2_PI + math.log(factor)
        # The Chernoff bound, which holds always, where the formula loses its footing.
        return max(min(log_tail, -drop) / LOG10, IMPOSSIBLE)
    lower = (mills_less_reciprocal(-r) - 1.0 / v) * math.exp(-drop - HALF_LOG_2_PI)
    return math.log10(max(1.0 - lower, 1e-16)) if lower > 0.0 else 0.0


@kernel
def tails(chances: Floats, starts: Counts, at_least: Counts, few: int) -> Floats:
    """log10 P(S ≥ at_least) for each group of events; exact for groups of at most ``few``, or of little variance.

    Parameters
    ----------
    chances : (n,) float64
        The chances of all events, group after group.
    starts : (g + 1,) int64
        Where each group begins.
    at_least : (g,) int64
    few : int
        ``FEW``, or another border between the exact law and the saddlepoint.
    """
    found = np.zeros(len(at_least))
    for g in range(len(at_least)):
        found[g] = _tail(chances[starts[g] : starts[g + 1]], at_least[g], few)
    return found


@kernel
def _tail(chances: Floats, at_least: int, few: int) -> float:
    """log10 P(S ≥ at_least) by the way that suits the group."""
    exact = len(chances) <= few
    if not exact and len(chances) * at_least <= STEPS:
        variance = 0.0
        for i in range(len(chances)):
            variance += chances[i] * (1.0 - chances[i])
        exact = variance < STEADY
    found = exact_tail(chances, at_least) if exact else IMPOSSIBLE
    return saddlepoint_tail(chances, np.empty(0), float(at_least)) if found == IMPOSSIBLE else found


def threshold(chances: Floats, log10_level: float) -> int:
    """The smallest s with P(S ≥ s) ≤ 10**log10_level; ``len(chances) + 1`` where there is none."""
    low, high = 0, len(chances) + 1
    while low < high:
        middle = (low + high) // 2
        if _tail(chances, middle, FEW) <= log10_level:
            high = middle
        else:
            low = middle + 1
    return low
