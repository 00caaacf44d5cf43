r"""Dispersion between the stations of an area, and the chance that it is this small.

Stations i = 1..n of an area count :math:`x_i` of :math:`w_i`; :math:`p = \sum x / \sum w`,

.. math:: X^2 = \sum_i d_i(x_i), \qquad d_i(y) = (y - w_i p)^2 / (w_i p (1 - p)).

Whatever makes stations differ only adds to :math:`X^2`; its smallest law is that of equal stations:
given the area's total, the counts are multivariate hypergeometric. :math:`X^2` is then close to
chi-square with n - 1 degrees of freedom, but not below the grain of whole votes, where the
chi-square tail is far too small. So the lower tail comes from the law itself. The hypergeometric
law is that of independent binomials given their sum T, hence exactly

.. math:: E e^{-s X^2} = \prod_i M_i(s) \; \frac{P_s(\sum y = T)}{P_0(\sum y = T)},
   \qquad M_i(s) = \sum_y \mathrm{Bin}(y; w_i, p) e^{-s d_i(y)},

with :math:`P_s` the law tilted by :math:`e^{-s d}`. The products are summed over the lattice; the
chance of the sum is by its local normal law, never above 1, after a second tilt that keeps the
mean of the sum at T. X² of equal stations moves in steps of 2 / (w p (1 - p)), one vote from one to
another; half a step, at the mean of w, is added to the observed value. The tail is the saddlepoint formula
of Lugannani and Rice, never above the Chernoff bound :math:`e^{s c} E e^{-s X^2}`, which becomes
the probability of the one remaining vector where all stations sit on their nearest count.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel
from recanvass.kernels.normal_tail import HALF_LOG_2_PI, mills_less_reciprocal

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Above this variance of a station's count its law is taken as normal.
SMOOTH = 1e4

#: Up to this log10 of the chi-square tail `lower_tails` goes on to the law of whole votes.
CLOSER = -1.0

#: A border that no tail reaches: chi-square everywhere.
NEVER = -1000.0

LOG10 = math.log(10.0)


@kernel
def squares(part: Counts, whole: Counts, starts: Counts) -> tuple[Floats, Counts]:
    """X² of each area and its degrees of freedom; 0 and 0 where nobody or everybody is counted.

    Parameters
    ----------
    part, whole : (n,) int64
        Counts, area after area; ``0 <= part <= whole``, ``whole >= 1``.
    starts : (g + 1,) int64
        Where each area begins.
    """
    found = np.zeros(len(starts) - 1)
    degrees = np.zeros(len(starts) - 1, np.int64)
    for g in range(len(starts) - 1):
        total, base = 0.0, 0.0
        for i in range(starts[g], starts[g + 1]):
            total += part[i]
            base += whole[i]
        if base == 0.0 or total == 0.0 or total == base:
            continue
        p = total / base
        for i in range(starts[g], starts[g + 1]):
            found[g] += (part[i] - whole[i] * p) ** 2 / (whole[i] * p * (1.0 - p))
        degrees[g] = starts[g + 1] - starts[g] - 1
    return found, degrees


@kernel
def chi_square_tail(statistic: float, degrees: int) -> float:
    """log10 of the lower tail of chi-square, down to any size, by its series; 0 for no degrees."""
    if degrees <= 0:
        return 0.0
    a = 0.5 * degrees
    x = 0.5 * statistic
    if x <= 0.0:
        return -400.0
    if x > a + 12.0 * math.sqrt(a) + 60.0:
        return 0.0
    term = 1.0
    total = 1.0
    k = 1
    while term > 1e-17 * total:
        term *= x / (a + k)
        total += term
        k += 1
    log_tail = a * math.log(x) - x - math.lgamma(a + 1.0) + math.log(total)
    return max(min(log_tail, 0.0) / LOG10, -400.0)


@kernel
def _laws(whole: Counts, p: float) -> tuple[Floats, Floats, Floats, Counts]:
    """Binomial masses, squared deviations and counts of all stations, and where each begins."""
    size = len(whole)
    starts = np.zeros(size + 1, np.int64)
    for i in range(size):
        variance = whole[i] * p * (1.0 - p)
        reach = 0 if variance > SMOOTH else int(9.0 * math.sqrt(variance)) + 8
        low = max(0, int(whole[i] * p) - reach)
        high = min(whole[i], int(whole[i] * p) + reach)
        starts[i + 1] = starts[i] + (0 if reach == 0 else high - low + 1)
    masses = np.zeros(starts[size])
    distances = np.zeros(starts[size])
    counts = np.zeros(starts[size])
    for i in range(size):
        if starts[i + 1] == starts[i]:
            continue
        n = whole[i]
        variance = n * p * (1.0 - p)
        middle = int(n * p)
        low = max(0, middle - int(9.0 * math.sqrt(variance)) - 8)
        first = starts[i]
        at = first + middle - low
        masses[at] = 1.0
        for k in range(at + 1, starts[i + 1]):
            y = low + k - first
            masses[k] = masses[k - 1] * (n - y + 1.0) / y * p / (1.0 - p)
        for k in range(at - 1, first - 1, -1):
            y = low + k - first
            masses[k] = masses[k + 1] * (y + 1.0) / (n - y) * (1.0 - p) / p
        total = 0.0
        for k in range(first, starts[i + 1]):
            total += masses[k]
        for k in range(first, starts[i + 1]):
            y = low + k - first
            masses[k] /= total
            counts[k] = y - n * p
            distances[k] = counts[k] ** 2 / variance
    return masses, distances, counts, starts


@kernel
def _tilted(
    whole: Counts,
    p: float,
    masses: Floats,
    distances: Floats,
    counts: Floats,
    starts: Counts,
    s: float,
    lean: float,
) -> tuple[float, float, float]:
    """Log E exp(-s Σ d + lean Σ (y - w p)) of independent stations; mean and variance of the sum there."""
    total = 0.0
    shift = 0.0
    variance = 0.0
    for i in range(len(whole)):
        spread = whole[i] * p * (1.0 - p)
        if starts[i + 1] == starts[i]:
            narrow = spread / (1.0 + 2.0 * s)
            smooth = -0.5 * math.log1p(2.0 * s)
            grain = -s * 0.25 / spread - 0.5 * math.log(spread) - HALF_LOG_2_PI
            total += max(smooth, grain) + 0.5 * lean * lean * narrow
            shift += lean * narrow
            variance += narrow
            continue
        top = -1e300
        for k in range(starts[i], starts[i + 1]):
            top = max(top, lean * counts[k] - s * distances[k])
        mass, first, second = 0.0, 0.0, 0.0
        for k in range(starts[i], starts[i + 1]):
            power = lean * counts[k] - s * distances[k] - top
            if power > -40.0:
                weight = masses[k] * math.exp(power)
                mass += weight
                first += weight * counts[k]
                second += weight * counts[k] ** 2
        total += math.log(mass) + top
        shift += first / mass
        variance += max(second / mass - (first / mass) ** 2, 0.0)
    return total, shift, variance


@kernel
def _cumulant(
    whole: Counts, p: float, masses: Floats, distances: Floats, counts: Floats, starts: Counts, s: float
) -> float:
    """Log E exp(-s X²) given the total, which the tilted stations are leant to keep."""
    lean = 0.0
    low, high = -1e300, 1e300
    total, shift, variance = _tilted(whole, p, masses, distances, counts, starts, s, lean)
    for _ in range(60):
        if abs(shift) < 1e-4 * math.sqrt(variance + 0.01):
            break
        if shift > 0.0:
            high = lean
        else:
            low = lean
        step = -shift / max(variance, 0.05)
        reach = 1.0 + abs(lean)
        step = min(max(step, -reach), reach)
        if not low < lean + step < high:
            step = 0.5 * (low + high) - lean
        lean += step
        total, shift, variance = _tilted(whole, p, masses, distances, counts, starts, s, lean)
    base = 0.0
    for i in range(len(whole)):
        base += whole[i] * p * (1.0 - p)
    at_total = min(0.0, -0.5 * math.log(max(variance, 1e-300)) - HALF_LOG_2_PI)
    return total + at_total + 0.5 * math.log(base) + HALF_LOG_2_PI


@kernel
def lower_tail(part: Counts, whole: Counts, statistic: float) -> float:
    """log10 P(X² ≤ statistic) for the counts of one area given their total.

    Parameters
    ----------
    part, whole : (n,) int64
        One area; ``0 <= part <= whole``, ``whole >= 1``.
    statistic : float
        The observed X², from `squares`.
    """
    total, base = 0.0, 0.0
    for i in range(len(part)):
        total += part[i]
        base += whole[i]
    if base == 0.0 or total == 0.0 or total == base or len(part) < 2:
        return 0.0
    p = total / base
    masses, distances, counts, starts = _laws(whole, p)
    most = 0.0
    spread = 0.0
    for i in range(len(whole)):
        most = max(most, whole[i] * p * (1.0 - p))
        spread += whole[i] * p * (1.0 - p)
    statistic += len(whole) / spread
    # Golden section over t = log(1 + 2 s): the exponent is convex in s.
    ratio = 0.5 * (math.sqrt(5.0) - 1.0)
    low, high = 0.0, math.log1p(400.0 * max(most, 1.0))
    left = high - ratio * (high - low)
    right = low + ratio * (high - low)
    at_left = 0.5 * math.expm1(left) * statistic + _cumulant(
        whole, p, masses, distances, counts, starts, 0.5 * math.expm1(left)
    )
    at_right = 0.5 * math.expm1(right) * statistic + _cumulant(
        whole, p, masses, distances, counts, starts, 0.5 * math.expm1(right)
    )
    while high - low > 1e-4:
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            s = 0.5 * math.expm1(left)
            at_left = s * statistic + _cumulant(whole, p, masses, distances, counts, starts, s)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            s = 0.5 * math.expm1(right)
            at_right = s * statistic + _cumulant(whole, p, masses, distances, counts, starts, s)
    s = 0.5 * math.expm1(0.5 * (low + high))
    here = _cumulant(whole, p, masses, distances, counts, starts, s)
    drop = -(s * statistic + here)
    if drop <= 1e-9 or s <= 0.0:
        return 0.0
    step = 0.02 * (s + 0.05)
    up = _cumulant(whole, p, masses, distances, counts, starts, s + step)
    down = _cumulant(whole, p, masses, distances, counts, starts, s - step)
    curvature = max((up - 2.0 * here + down) / step**2, 1e-300)
    factor = mills_less_reciprocal(math.sqrt(2.0 * drop)) + 1.0 / (s * math.sqrt(curvature))
    log_tail = -drop
    if factor > 0.0:
        log_tail = min(log_tail, -drop - HALF_LOG_2_PI + math.log(factor))
    return max(log_tail / LOG10, -400.0)


@kernel
def lower_tails(part: Counts, whole: Counts, starts: Counts, closer: float) -> tuple[Floats, Counts, Floats]:
    """X², degrees of freedom and log10 of the lower tail, for each area.

    The tail is chi-square's where that is above 10**closer, too large to be of interest, and that
    of the law of whole votes below.
    """
    found, degrees = squares(part, whole, starts)
    tails = np.zeros(len(found))
    for g in range(len(found)):
        tails[g] = chi_square_tail(found[g], degrees[g])
        if tails[g] < closer:
            here = slice(starts[g], starts[g + 1])
            tails[g] = lower_tail(part[here], whole[here], found[g])
    return found, degrees, tails
