r"""Which counts are a whole percentage, and how often a redrawn count would be one.

A count :math:`x` out of :math:`n` is *a whole percentage* if it prints as one with one decimal,
:math:`|100 x / n - m| \le 1/20` for an integer :math:`m`. In integers, with
:math:`r = 100 x \bmod n`: :math:`20 \min(r, n - r) \le n`. Floats get the ties (:math:`2000 | n`)
wrong.

Two laws of a redrawn count :math:`X'` are here, both summed over the lattice of counts:

- the *plug-in* law Binomial(n, x/n) of Kobak, Shpilkin and Pshenichnikov (2016);
- the *posterior predictive* law: with a prior Beta(a, b) of the station's rate,
  BetaBinomial(n, a + x, b + n - x). If rates follow the prior, :math:`(X, X')` is exchangeable,
  so the expected number of whole percentages among the redrawn counts is that among the honest
  ones: no bias. The plug-in adds its noise twice and lacks this property where shares are small.

Beside the printing ones the counts *nearest* to a whole percentage are summed, those that somebody
who wants m per cent of n writes: :math:`|x - m n / 100| \le 1/2`, in integers
:math:`\min(r, n - r) \le 50` (both neighbours where m n / 100 ends in one half). Below 1,000 they
print as other figures too; above, the window holds counts that nobody would choose.

The masses are built by their two-term recurrence from the observed count outwards and divided
by their sum, until a term is below ``NEGLIGIBLE`` of it: no special function is needed.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: A station with a larger whole is not tested: it is no station, and the lattice sum would be long.
LARGEST = 10_000_000

#: A count so many hundredths of a vote or less from a whole percentage is nearest to it.
HALF = 50

#: Terms below this part of the running sum end the sum; the error of a probability is a few times this.
NEGLIGIBLE = 1e-12

UP, DOWN = True, False
PLUG_IN, POSTERIOR = True, False


@kernel
def is_integer(part: Counts, whole: Counts) -> NDArray[np.bool_]:
    """Whether 100 part / whole lies within .05 of an integer; ``(n,)``, exact, whole ≥ 1."""
    found = np.empty(len(part), np.bool_)
    for i in range(len(part)):
        n = whole[i]
        r = (100 * (part[i] % n)) % n
        found[i] = 20 * min(r, n - r) <= n
    return found


@kernel
def nearest_integer(part: Counts, whole: Counts) -> Counts:
    """The integer nearest to 100 part / whole, halves upwards; ``(n,)``, exact, whole ≥ 1."""
    nearest = np.empty(len(part), np.int64)
    for i in range(len(part)):
        nearest[i] = (200 * part[i] + whole[i]) // (2 * whole[i])
    return nearest


@kernel
def kinds(part: Counts, whole: Counts) -> Counts:
    """What each count is nearest to; ``(n,)``, exact, whole ≥ 100.

    0: to no whole percentage from 1 to 99; 1: to one that is no multiple of five; 2: to a multiple of five.
    """
    found = np.zeros(len(part), np.int64)
    for i in range(len(part)):
        n = whole[i]
        m = (200 * part[i] + n) // (2 * n)
        if 1 <= m <= 99 and abs(100 * part[i] - m * n) <= HALF:
            found[i] = 2 if m % 5 == 0 else 1
    return found


@kernel
def _walk(
    here: Floats, x: int, n: int, a: float, b: float, slope: float, low: int, high: int, up: bool
) -> tuple[float, float, float, float, float]:
    """One side of the lattice: its mass, that of the whole percentages in the range, that outside.

    The last two are the masses in the range of the counts nearest to any whole percentage, and to a
    multiple of five.

    The observed count has mass 1 and belongs to the upper side. ``here`` collects by integer. The
    remainder r of 100 y by n, and the quotient q, are carried along; there is no branch but the
    end, as a mispredicted one costs more than ten terms.
    """
    step = 100 % n
    leap = 100 // n
    r = (100 * x) % n
    q = (100 * x) // n
    if up:
        terms = n - x + 1
        mass = 1.0
        left, more, made, less = float(n - x), a + slope * x, x + 1.0, b + slope * (n - x - 1)
    else:
        terms = x
        mass = 0.0 if x == 0 else x * (b + slope * (n - x)) / ((n - x + 1.0) * (a + slope * (x - 1)))
        left, more, made, less = x - 1.0, b + slope * (n - x + 1), n - x + 2.0, a + slope * (x - 2)
        step, leap = -step, -leap
        r += step
        q += leap
        if r < 0:
            r += n
            q -= 1
    total = 0.0
    hits = 0.0
    outside = 0.0
    near = 0.0
    five = 0.0
    for _ in range(terms):
        if mass <= NEGLIGIBLE * total:
            break
        m = q + (2 * r >= n)
        inside = (m >= low) & (m <= high)
        whole = inside & ((20 * r <= n) | (20 * (n - r) <= n))
        total += mass
        outside += 0.0 if inside else mass
        hit = mass if whole else 0.0
        hits += hit
        here[m] += hit
        close = mass if inside & ((r <= HALF) | (n - r <= HALF)) else 0.0
        near += close
        five += close if m % 5 == 0 else 0.0
        mass *= (left * more) / (made * less)
        left -= 1.0
        more += slope
        made += 1.0
        less -= slope
        r += step
        q += leap
        over = (r >= n) * 1 - (r < 0) * 1
        r -= over * n
        q += over
    return total, hits, outside, near, five


@kernel
def redrawn(
    part: Counts, whole: Counts, prior_a: Floats, prior_b: Floats, low: int, high: int, plug_in: bool
) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """Chances that a redrawn count is a whole percentage inside a range, and that it leaves the range.

    Parameters
    ----------
    part, whole : (n,) int64
        Counts and what they are taken of, ``0 <= part <= whole``, ``1 <= whole <= LARGEST``.
    prior_a, prior_b : (n,) float64
        The Beta prior of each station, positive; not used where ``plug_in``.
    low, high : int
        The nearest integers that are inside the range, such as 1 and 99; 0 and 100 is no limit.
    plug_in : bool
        Whether to redraw from Binomial(n, x/n) rather than from the posterior predictive law.

    Returns
    -------
    inside : (n,) float64
        P(X' is a whole percentage and in the range).
    leaves : (n,) float64
        P(X' is not in the range).
    expected, variance : (101,) float64
        By integer: the sum over the stations of P(X' hits it), and of P (1 - P). Where X' leaves
        the range the station keeps its observed count.
    near : (n, 2) float64
        P(X' is in the range and nearest to a whole percentage that is no multiple of five), and
        the same for multiples of five.
    """
    size = len(part)
    inside = np.zeros(size)
    leaves = np.zeros(size)
    expected = np.zeros(101)
    variance = np.zeros(101)
    near = np.zeros((size, 2))
    here = np.zeros(101)
    for i in range(size):
        x = part[i]
        n = whole[i]
        if plug_in:
            a = x / (n - x) if x < n else 1.0
            b = 1.0 if x < n else 0.0
            slope = 0.0
        else:
            a = prior_a[i] + x
            b = prior_b[i] + (n - x)
            slope = 1.0
        above, hits_above, out_above, near_above, five_above = _walk(here, x, n, a, b, slope, low, high, UP)
        below, hits_below, out_below, near_below, five_below = _walk(here, x, n, a, b, slope, low, high, DOWN)
        total = above + below
        inside[i] = (hits_above + hits_below) / total
        leaves[i] = (out_above + out_below) / total
        near[i, 1] = (five_above + five_below) / total
        near[i, 0] = (near_above + near_below) / total - near[i, 1]
        own = (200 * x + n) // (2 * n)
        r = (100 * x) % n
        if low <= own <= high and (20 * r <= n or 20 * (n - r) <= n):
            here[own] += leaves[i] * total
        for m in range(101):
            if here[m] > 0.0:
                chance = here[m] / total
                expected[m] += chance
                variance[m] += chance * (1.0 - chance)
                here[m] = 0.0
    return inside, leaves, expected, variance, near


def prior(part: Counts, whole: Counts, groups: Counts) -> tuple[Floats, Floats]:
    """A Beta prior of the rate in each group by its moments, given back by station; two ``(n,)``.

    The mean is that of all votes of the group; the spread is the analysis-of-variance estimate of
    the correlation within stations (Kleinman 1973), kept between 1e-6 (stations all alike) and .9.
    """
    size = int(groups.max()) + 1 if len(groups) else 0
    counted = np.bincount(groups, whole, size)
    stations = np.bincount(groups, minlength=size)
    mean = (np.bincount(groups, part, size) + 0.5) / (counted + 1.0)
    rate = part / whole
    between = np.bincount(groups, whole * (rate - mean[groups]) ** 2, size) / (mean * (1.0 - mean))
    squares = np.bincount(groups, whole.astype(np.float64) ** 2, size)
    spare = np.maximum(stations - 1.0, 0.0)
    room = counted - squares / np.maximum(counted, 1.0) - spare
    within = np.full(size, 0.5)
    np.divide(between - spare, room, out=within, where=room > 0.5)
    within = np.clip(within, 1e-6, 0.9)
    strength = (1.0 - within) / within
    return (mean * strength)[groups], ((1.0 - mean) * strength)[groups]


def chances(
    part: Counts, whole: Counts, groups: Counts, plug_in: bool = False
) -> tuple[NDArray[np.bool_], Floats, Floats, Floats, Floats]:
    """Which counts are whole percentages, and the chance of each under the null.

    Parameters
    ----------
    part, whole : (n,) int64
        Without ``plug_in`` each must be nearest to one of 1, ..., 99 per cent.
    groups : (n,) int64
        The group, from 0, whose stations share a prior; not used where ``plug_in``.
    plug_in : bool
        The published law, without a range.

    Returns
    -------
    hits : (n,) bool
    chance : (n,) float64
        Under the null the hits are independent with these chances: the redrawn count is whole, or
        it leaves the range, the station keeps its count, and that is whole.
    expected, variance : (101,) float64
        By integer, over all stations.
    near : (n, 2) float64
        The chances of the `kinds` 1 and 2, in the same sense; they are not used where ``plug_in``.
    """
    hits = is_integer(part, whole)
    if plug_in:
        none = np.ones(len(part))
        inside, _, expected, variance, near = redrawn(part, whole, none, none, 0, 100, PLUG_IN)
        return hits, np.minimum(inside, 1.0), expected, variance, near
    prior_a, prior_b = prior(part, whole, groups)
    inside, leaves, expected, variance, near = redrawn(part, whole, prior_a, prior_b, 1, 99, POSTERIOR)
    own = kinds(part, whole)
    near[:, 0] += leaves * (own == 1)
    near[:, 1] += leaves * (own == 2)
    return hits, np.minimum(inside + leaves * hits, 1.0), expected, variance, np.clip(near, 0.0, 1.0)
