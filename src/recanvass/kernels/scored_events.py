r"""The law of a sum of scores: independent events of two kinds, each with a chance and a whole score.

:math:`T = \sum_i s_i`, where :math:`s_i` is :math:`a_{i1}` with the chance :math:`p_{i1}`,
:math:`a_{i2}` with :math:`p_{i2}`, and 0 otherwise. Scores are whole numbers from 0 on, so T lives on
a lattice and its upper tail P(T ≥ t) can be had

- *exactly*, by an absorbing dynamic programme of positive terms (`exact_tail`), 1e-250 as accurate as
  1e-2;
- by the saddlepoint formula of Lugannani and Rice (1980) with the continuity correction of Daniels
  (1987), on the lattice of the greatest common divisor of the scores (`saddlepoint_tail`);
- as *Chernoff's bound* :math:`\min_u e^{K(u) - u t}`, which is never too small (`chernoff`), with
  :math:`K(u) = \sum_i \log(1 + p_{i1}(e^{u a_{i1}} - 1) + p_{i2}(e^{u a_{i2}} - 1))`.

Tails are base-10 logarithms.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel
from recanvass.kernels.normal_tail import HALF_LOG_2_PI, mills_less_reciprocal
from recanvass.kernels.poisson_binomial import IMPOSSIBLE, LOG10

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Up to this many steps (events × total) `tails` computes the law exactly.
STEPS = 20_000_000

#: The same for `needed_tails`, which is asked for each of many groups: some fifty events, from which on the
#: saddlepoint is within two per cent.
SHORT = 60_000


@kernel
def exact_tail(chances: Floats, scores: Counts, at_least: int) -> float:
    """log10 P(T ≥ at_least), exact while it is above 1e-300; `IMPOSSIBLE` below that.

    Parameters
    ----------
    chances : (n, 2) float64
        Of the two kinds; their sum is at most 1.
    scores : (n, 2) int64
        From 0 on.
    at_least : int
    """
    if at_least <= 0:
        return 0.0
    below = np.zeros(at_least)
    below[0] = 1.0
    tail = 0.0
    top = 0
    for i in range(len(chances)):
        p, q = chances[i, 0], chances[i, 1]
        a, b = scores[i, 0], scores[i, 1]
        rest = max(1.0 - p - q, 0.0)
        for k in range(top, -1, -1):
            here = below[k]
            if here == 0.0:
                continue
            below[k] = here * rest
            if k + a < at_least:
                below[k + a] += here * p
            else:
                tail += here * p
            if k + b < at_least:
                below[k + b] += here * q
            else:
                tail += here * q
        top = min(top + max(a, b), at_least - 1)
    return min(math.log10(tail), 0.0) if tail > 1e-300 else IMPOSSIBLE


@kernel
def _cumulants(chances: Floats, scores: Counts, u: float) -> tuple[float, float, float]:
    """K(u) and its first two derivatives."""
    total = 0.0
    first = 0.0
    second = 0.0
    for i in range(len(chances)):
        a, b = float(scores[i, 0]), float(scores[i, 1])
        p, q = chances[i, 0] * math.exp(u * a), chances[i, 1] * math.exp(u * b)
        norm = max(1.0 - chances[i, 0] - chances[i, 1], 0.0) + p + q
        total += math.log(norm)
        mean = (p * a + q * b) / norm
        first += mean
        second += (p * a * a + q * b * b) / norm - mean * mean
    return total, first, second


@kernel
def tilt(chances: Floats, scores: Counts, at_least: float) -> float:
    """The root u > 0 of K'(u) = at_least, for a total above the mean and below the largest possible one."""
    largest = 1
    for i in range(len(scores)):
        largest = max(largest, scores[i, 0], scores[i, 1])
    low, high = 0.0, 600.0 / largest
    u = 0.0
    for _ in range(100):
        _, first, second = _cumulants(chances, scores, u)
        gap = at_least - first
        if abs(gap) <= 1e-10 * at_least or high - low < 1e-14:
            break
        if gap > 0.0:
            low = u
        else:
            high = u
        step = gap / second if second > 0.0 else 1.0
        u = u + step if low < u + step < high else 0.5 * (low + high)
    return u


@kernel
def chernoff(chances: Floats, scores: Counts, at_least: int) -> float:
    """log10 of Chernoff's bound of P(T ≥ at_least); 0 up to the mean, `IMPOSSIBLE` beyond every total."""
    mean = 0.0
    most = 0
    for i in range(len(chances)):
        mean += chances[i, 0] * scores[i, 0] + chances[i, 1] * scores[i, 1]
        most += max(scores[i, 0], scores[i, 1])
    if at_least <= mean:
        return 0.0
    if at_least > most:
        return IMPOSSIBLE
    u = tilt(chances, scores, float(at_least))
    total, _, _ = _cumulants(chances, scores, u)
    return max(min(total - u * at_least, 0.0) / LOG10, IMPOSSIBLE)


@kernel
def saddlepoint_tail(chances: Floats, scores: Counts, at_least: int) -> float:
    """log10 P(T ≥ at_least) by the saddlepoint formula; for many events, of which several happen."""
    mean = 0.0
    variance = 0.0
    skew = 0.0
    step = 0
    most = 0
    for i in range(len(chances)):
        first = 0.0
        second = 0.0
        third = 0.0
        for k in range(2):
            p, a = chances[i, k], scores[i, k]
            first += p * a
            second += p * a * a
            third += p * a * a * a
            if p > 0.0:
                other = a
                while other > 0:
                    step, other = other, step % other
        mean += first
        variance += second - first * first
        skew += third - 3.0 * first * second + 2.0 * first**3
        most += max(scores[i, 0], scores[i, 1])
    if variance <= 0.0 or step == 0:
        return 0.0 if at_least <= mean + 1e-9 else IMPOSSIBLE
    # Only multiples of the common divisor are attained: the first of them from at_least on, less half a step.
    reached = (at_least + step - 1) // step * step
    if reached > most:
        return IMPOSSIBLE
    target = reached - 0.5 * step
    deviation = math.sqrt(variance)
    if target <= mean + 1e-3 * deviation:
        z = (target - mean) / deviation
        bend = skew / variance**1.5 / 6.0 * (z * z - 1.0)
        flat = 0.5 * math.erfc(z / math.sqrt(2.0)) + bend * math.exp(-0.5 * z * z - HALF_LOG_2_PI)
        return math.log10(min(max(flat, 1e-3), 1.0))
    u = tilt(chances, scores, target)
    total, _, curve = _cumulants(chances, scores, u)
    drop = max(u * target - total, 0.0)
    r = math.sqrt(2.0 * drop)
    v = math.sqrt(curve) * 2.0 * math.sinh(0.5 * u * step) / step
    factor = mills_less_reciprocal(r) + 1.0 / v if r > 0.0 and v > 0.0 else 0.0
    if factor <= 0.0:
        return max(min(-drop / LOG10, 0.0), IMPOSSIBLE)
    return max(min(-drop - HALF_LOG_2_PI + math.log(factor), -drop) / LOG10, IMPOSSIBLE)


@kernel
def tails(chances: Floats, scores: Counts, starts: Counts, totals: Counts, border: float) -> Floats:
    """log10 P(T ≥ total) for each group of events: never too small by more than the saddlepoint's error.

    Parameters
    ----------
    chances, scores : (n, 2)
        Of all events, group after group.
    starts : (g + 1,) int64
        Where each group begins.
    totals : (g,) int64
    border : float
        Where Chernoff's bound is above this log10 it stands for the tail; 0 to have all tails.

    Returns
    -------
    (g,) float64
        Exact up to `STEPS` steps, by saddlepoint beyond.
    """
    found = np.zeros(len(totals))
    for g in range(len(totals)):
        part, score = chances[starts[g] : starts[g + 1]], scores[starts[g] : starts[g + 1]]
        if totals[g] <= 0:
            continue
        if border < 0.0:
            found[g] = chernoff(part, score, totals[g])
            if found[g] > border:
                continue
        found[g] = IMPOSSIBLE
        if len(part) * totals[g] <= STEPS:
            found[g] = exact_tail(part, score, totals[g])
        if found[g] == IMPOSSIBLE:
            found[g] = saddlepoint_tail(part, score, totals[g])
    return found


@kernel
def needed_tails(
    chances: Floats, scores: Counts, starts: Counts, needed: Counts, tilted: float, low: float, bounded: bool
) -> Floats:
    """log10 P(T ≥ needed) for each group of events, where a tail below ``low`` need not be known closely.

    Chernoff's bound :math:`e^{K(u) - u t}` at one given u stands for the tail where it is at most ``low``.

    Parameters
    ----------
    chances, scores : (n, 2)
        Of all events, group after group.
    starts : (g + 1,) int64
        Where each group begins.
    needed : (g,) int64
    tilted : float
        The u of the bound; half of one over the unit of scores that are logarithms of likelihood ratios.
    low : float
        A log10.
    bounded : bool
        Whether `chernoff` is close enough for the other tails.

    Returns
    -------
    (g,) float64
        Otherwise exact up to `SHORT` steps, by saddlepoint beyond; never too small where it is a bound.
    """
    found = np.zeros(len(needed))
    for g in range(len(needed)):
        if needed[g] <= 0:
            continue
        most = 0
        bound = -tilted * needed[g]
        for i in range(starts[g], starts[g + 1]):
            a, b = scores[i, 0], scores[i, 1]
            most += max(a, b)
            bound += math.log1p(chances[i, 0] * math.expm1(tilted * a) + chances[i, 1] * math.expm1(tilted * b))
        if needed[g] > most:
            found[g] = IMPOSSIBLE
            continue
        found[g] = max(min(bound / LOG10, 0.0), IMPOSSIBLE)
        if found[g] <= low:
            continue
        part, score = chances[starts[g] : starts[g + 1]], scores[starts[g] : starts[g + 1]]
        if bounded:
            found[g] = chernoff(part, score, needed[g])
            continue
        found[g] = IMPOSSIBLE
        if len(part) * needed[g] <= SHORT:
            found[g] = exact_tail(part, score, needed[g])
        if found[g] == IMPOSSIBLE:
            found[g] = saddlepoint_tail(part, score, needed[g])
    return found


def smallest_total(chances: Floats, scores: Counts, log10_level: float) -> int:
    """The smallest t with P(T ≥ t) ≤ 10**log10_level; one more than the largest total where there is none."""
    low, high = 0, int(scores.max(axis=1).sum()) + 1 if len(scores) else 1
    starts = np.array([0, len(chances)])
    while low < high:
        middle = (low + high) // 2
        if tails(chances, scores, starts, np.array([middle]), 0.0)[0] <= log10_level:
            high = middle
        else:
            low = middle + 1
    return low
