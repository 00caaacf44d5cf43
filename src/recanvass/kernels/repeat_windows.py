r"""How often a count may *be* a percentage, when it comes within one binomial width of it.

For a station with :math:`n` ballots, a percentage :math:`\tau = t / 1000` and any parameter
:math:`\theta`, with :math:`X \sim` Binomial(:math:`n, \theta`):

- the *window* W holds the counts that are :math:`\tau`: :math:`|x - \tau n| \le \max(h n, b)`,
  in integers :math:`2 |1000 x - t n| \le \max(p\,n, 1000\,q)` with :math:`h = p/2000`, :math:`b = q/2`;
- the *neighbourhood* A the counts within :math:`c` standard deviations,
  :math:`|x - \tau n| \le c \sqrt{n \tau (1 - \tau)}`;
- the *worst-case rate* is :math:`r = \sup_\theta P_\theta(X \in W) / P_\theta(X \in A)`, so that
  :math:`P(X \in W \mid X \in A) \le r` for every :math:`\theta` and every mixture of them.

Another :math:`\theta` multiplies the weights at :math:`\tau` by :math:`e^{\eta x}`; the supremum
solves :math:`E_W[x] = E_A[x]`, found by Newton's method with the step
:math:`(E_W - E_A) / (Var_A - Var_W)`. Where it stops, :math:`|E_W - E_A| < 10^{-5} sd_A` leaves the
logarithm of the ratio at most about :math:`10^{-10}` below its supremum; `MARGIN` more than covers it.

The size may differ from the base that percentages are taken of: a second option given the first
is Binomial(n − first, ·), but its window is a percentage of n.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from recanvass.kernel import kernel
from recanvass.kernels.poisson_binomial_tail import attainable, log_chernoff, log_tail

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Percentages are looked at in steps of 1/GRID, from FIRST to GRID - FIRST.
GRID = 1000
FIRST = 5

#: Width of the neighbourhood in standard deviations; windows of .05 points or half a ballot.
REACH = 1.0
POINTS = 1
HALVES = 1

#: A station whose worst-case rate is above this says too little about a percentage.
LARGEST_RATE = 0.25

#: Above this size no percentage has a rate below LARGEST_RATE, so the station cannot matter.
LARGEST_SIZE = 60_000

#: A percentage is tested where at least so many stations lie near it, and so many are on it.
LEAST_NEAR = 3
LEAST_ON = 2

#: The exact tail is found for so many percentages of an area, those with the smallest Chernoff bounds.
EXACT = 12

#: The plain bound on the number of windows stands in beyond this many stations or below this p-value.
MANY_NEAR = 400
TINY = 1e-12

MARGIN = 1.0 + 1e-9
SLACK = 1e-7


@kernel
def worst_rate(size: int, base: int, t: int, points: int, halves: int, reach: float) -> float:
    """The worst-case rate of one station at the percentage t/GRID of ``base``; 1 where it is useless.

    ``size`` is the binomial size, ``base`` what the percentage is taken of. The window is
    ``points`` half-units of 1/GRID or ``halves`` half ballots, whichever is wider.
    """
    centre = t * base / GRID
    if size <= 0 or centre <= 0.0 or centre >= size:
        return 1.0
    rate = centre / size
    width = reach * math.sqrt(centre * (1.0 - rate)) + SLACK
    low = max(0, math.ceil(centre - width))
    high = min(size, math.floor(centre + width))
    span = max(points * base, halves * GRID)
    on_low = max(0, -((span - 2 * t * base) // (2 * GRID)))
    on_high = min(size, (2 * t * base + span) // (2 * GRID))
    if on_low <= low or on_high >= high:
        return 1.0
    start = round(centre)
    odds = rate / (1.0 - rate)
    tilt = 0.0
    best = 0.0
    for _ in range(12):
        factor = odds * math.exp(tilt)
        near = near_1 = near_2 = on = on_1 = on_2 = 0.0
        mass = 1.0
        for x in range(start, high + 1):
            d = x - start
            near += mass
            near_1 += mass * d
            near_2 += mass * d * d
            if on_low <= x <= on_high:
                on += mass
                on_1 += mass * d
                on_2 += mass * d * d
            mass *= (size - x) * factor / (x + 1)
        mass = start / ((size - start + 1) * factor)
        for x in range(start - 1, low - 1, -1):
            d = x - start
            near += mass
            near_1 += mass * d
            near_2 += mass * d * d
            if on_low <= x <= on_high:
                on += mass
                on_1 += mass * d
                on_2 += mass * d * d
            mass *= x / ((size - x + 1) * factor)
        best = max(best, on / near)
        mean = near_1 / near
        mean_on = on_1 / on
        variance = near_2 / near - mean * mean
        gap = mean_on - mean
        spare = variance - (on_2 / on - mean_on * mean_on)
        if abs(gap) < 1e-5 * math.sqrt(variance) or spare <= 0.0:
            break
        tilt += gap / spare
    return min(1.0, best * MARGIN)


@kernel
def _reach_of(size: int, base: int, count: int) -> tuple[int, int]:
    """The percentages, as t, within REACH standard deviations of this count (Wilson's interval)."""
    square = REACH * REACH
    middle = 2.0 * count + square
    spread = REACH * math.sqrt(square + 4.0 * count * (1.0 - count / size))
    scale = size / (2.0 * (size + square)) * GRID / base
    first = math.floor((middle - spread) * scale)
    last = math.ceil((middle + spread) * scale)
    return max(FIRST, first), min(GRID - FIRST, last)


@kernel
def _rate_at(size: int, base: int, count: int, t: int, row: int, table: Floats) -> float:
    """The rate where the count lies in the neighbourhood of t, else 0; kept in the table if row ≥ 0."""
    centre = t * base / GRID
    if centre <= 0.0 or centre >= size:
        return 0.0
    if abs(count - centre) > REACH * math.sqrt(centre * (1.0 - centre / size)) + SLACK:
        return 0.0
    if row < 0:
        return worst_rate(size, base, t, POINTS, HALVES, REACH)
    column = min(t, GRID - t)
    rate = float(table[row, column])
    if rate == 0.0:
        rate = worst_rate(size, base, column, POINTS, HALVES, REACH)
        table[row, column] = rate
    return rate


@kernel
def near(size: Counts, base: Counts, count: Counts, t: int) -> tuple[Floats, NDArray[np.bool_]]:
    """The stations near the percentage t/GRID: their rates (0 elsewhere), and which are on it; ``(n,)``."""
    rates = np.zeros(len(size))
    on = np.zeros(len(size), np.bool_)
    table = np.zeros((0, 0))
    for i in range(len(size)):
        rate = _rate_at(size[i], base[i], count[i], t, -1, table)
        if 0.0 < rate <= LARGEST_RATE:
            rates[i] = rate
            on[i] = 2 * abs(GRID * count[i] - t * base[i]) <= max(POINTS * base[i], HALVES * GRID)
    return rates, on


@kernel
def scan(
    size: Counts,
    base: Counts,
    count: Counts,
    rows: Counts,
    table: Floats,
    starts: Counts,
    at: Counts,
    log_p: Floats,
) -> None:
    """Scan every percentage in every area.

    Parameters
    ----------
    size, base, count : (n,) int64
        Binomial size, what percentages are taken of, and the count, ``0 < count < size``.
    rows : (n,) int64
        The row of ``table`` for this size, or -1 to compute rates anew (then size may differ from base).
    table : (sizes, GRID // 2 + 1) float64
        Rates already known, 0 where not yet; filled as needed, by any thread alike.
    starts : (areas + 1,) int64
        Where each area begins.
    at : (areas, 4) int64
        Written: the percentage with the smallest p-value as t (-1 if none could be tested), stations
        on it, stations near it, and the number of percentages that could be tested.
    log_p : (areas, 3) float64
        Written: expected stations on it at most; natural logarithms of its p-value and of the area's.
    """
    for area in range(len(starts) - 1):
        _scan_area(
            size[starts[area] : starts[area + 1]],
            base[starts[area] : starts[area + 1]],
            count[starts[area] : starts[area + 1]],
            rows[starts[area] : starts[area + 1]],
            table,
            at[area],
            log_p[area],
        )


@kernel
def _scan_area(
    size: Counts, base: Counts, count: Counts, rows: Counts, table: Floats, at: Counts, log_p: Floats
) -> None:
    room = 0
    for i in range(len(size)):
        first, last = _reach_of(size[i], base[i], count[i])
        room += max(0, last - first + 1)
    entry_t = np.empty(room, np.int64)
    entry_rate = np.empty(room)
    number = np.zeros(GRID + 1, np.int64)
    on = np.zeros(GRID + 1, np.int64)
    mean = np.zeros(GRID + 1)
    entries = 0
    for i in range(len(size)):
        first, last = _reach_of(size[i], base[i], count[i])
        span = max(POINTS * base[i], HALVES * GRID)
        for t in range(first, last + 1):
            rate = _rate_at(size[i], base[i], count[i], t, rows[i], table)
            if 0.0 < rate <= LARGEST_RATE:
                entry_t[entries] = t
                entry_rate[entries] = rate
                entries += 1
                number[t] += 1
                mean[t] += rate
                if 2 * abs(GRID * count[i] - t * base[i]) <= span:
                    on[t] += 1
    at[0], at[1], at[2], at[3] = -1, 0, 0, 0
    log_p[0], log_p[1], log_p[2] = 0.0, 0.0, 0.0
    ends = np.zeros(GRID + 1, np.int64)
    place = np.zeros(GRID + 1, np.int64)
    for t in range(1, GRID + 1):
        place[t] = ends[t - 1]
        ends[t] = ends[t - 1] + number[t]
    rates = np.empty(entries)
    for k in range(entries):
        rates[place[entry_t[k]]] = entry_rate[k]
        place[entry_t[k]] += 1
    bounds = np.ones(GRID + 1)
    for t in range(GRID + 1):
        if number[t] >= LEAST_NEAR:
            at[3] += 1
            if on[t] >= LEAST_ON:
                bounds[t] = log_chernoff(mean[t], on[t])
    best = 0.0
    for _ in range(EXACT):
        t = 0
        for k in range(GRID + 1):
            if bounds[k] < bounds[t]:
                t = k
        if bounds[t] > 0.0:
            break
        bounds[t] = 1.0
        log_here = log_tail(rates[ends[t] - number[t] : ends[t]], on[t])
        if at[0] < 0 or log_here < best:
            best = log_here
            at[0], at[1], at[2] = t, on[t], number[t]
            log_p[0] = mean[t]
    if at[0] < 0:
        return
    log_p[1] = best
    log_p[2] = _area_log_p(best, rates, number, ends)


@kernel
def _area_log_p(best: float, rates: Floats, number: Counts, ends: Counts) -> float:
    """The union bound over percentages, each charged what it can attain at the smallest p-value."""
    level = math.exp(max(best, -690.0)) * MARGIN  # else rounding may deny a window its own p-value
    spent = 0.0
    plain = 0
    for t in range(GRID + 1):
        if number[t] < LEAST_NEAR:
            continue
        here = rates[ends[t] - number[t] : ends[t]]
        if level < TINY or level > 0.01 or number[t] > MANY_NEAR:
            product = 1.0
            for rate in here:
                product *= rate
            plain += product <= level
        else:
            spent += attainable(here, level, LEAST_ON)
    return min(0.0, best + math.log(max(1.0, plain + spent / level)))
