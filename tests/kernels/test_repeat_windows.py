"""The worst-case rate and the window scan against slow second implementations."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp
from scipy.stats import binom

from recanvass.kernels import repeat_windows as windows
from recanvass.kernels.repeat_search import Scan, scan_windows

NO_TABLE = np.zeros((0, windows.GRID // 2 + 1))


def rate(size: int, t: int, base: int | None = None, points: int = 1, halves: int = 1, reach: float = 1.0) -> float:
    return windows.worst_rate(size, size if base is None else base, t, points, halves, reach)


def slow_rate(size: int, base: int, t: int, points: int, halves: int, reach: float) -> float:
    """The same supremum by enumeration of the counts and a bounded search over the parameter."""
    centre = t * base / 1000
    if not 0 < centre < size:
        return 1.0
    counts = np.arange(size + 1)
    sd = math.sqrt(centre * (1 - centre / size))
    near = counts[np.abs(counts - centre) <= reach * sd + 1e-7]
    on = np.array([x for x in counts.tolist() if 2 * abs(1000 * x - t * base) <= max(points * base, 1000 * halves)])
    if on[0] <= near[0] or on[-1] >= near[-1]:
        return 1.0

    def below(logit: float) -> float:
        theta = 1 / (1 + math.exp(-logit))
        return -math.exp(logsumexp(binom.logpmf(on, size, theta)) - logsumexp(binom.logpmf(near, size, theta)))

    at = math.log(centre / (size - centre))
    spread = 6 / sd
    grid = np.linspace(at - spread, at + spread, 121)
    best = grid[int(np.argmin([below(g) for g in grid]))]
    step = grid[1] - grid[0]
    found = minimize_scalar(below, bounds=(best - step, best + step), method="bounded", options={"xatol": 1e-10})
    return float(-found.fun)


@pytest.mark.parametrize(
    ("size", "base", "t", "points", "halves", "reach"),
    [
        (300, 300, 500, 1, 1, 1.0),
        (1000, 1000, 500, 1, 1, 1.0),
        (1500, 1500, 622, 1, 1, 1.0),
        (1500, 1500, 900, 1, 1, 1.0),
        (2500, 2500, 500, 1, 1, 1.0),
        (60, 60, 333, 1, 1, 1.0),
        (97, 97, 12, 1, 1, 1.0),
        (700, 700, 991, 1, 1, 2.0),
        (900, 900, 71, 2, 6, 1.5),
        (437, 1500, 156, 1, 1, 1.0),
        (20_000, 20_000, 405, 1, 1, 1.0),
    ],
)
def test_worst_rate_is_the_supremum(size: int, base: int, t: int, points: int, halves: int, reach: float) -> None:
    slow = slow_rate(size, base, t, points, halves, reach)
    fast = windows.worst_rate(size, base, t, points, halves, reach)
    assert slow * (1 - 1e-10) <= fast  # validity: never below the supremum
    assert fast == pytest.approx(min(1.0, slow * windows.MARGIN), rel=1e-9)


@pytest.mark.parametrize(
    ("size", "t", "printed"),
    [(300, 500, 0.068), (1000, 500, 0.037), (1500, 622, 0.047), (1500, 900, 0.075), (2500, 500, 0.058)],
)
def test_rates_of_the_specification(size: int, t: int, printed: float) -> None:
    """Printed for a window of its mean width: 1,500 ballots have one or two counts in turn."""
    both = (rate(size, t) + rate(size, t + 1)) / 2
    assert both == pytest.approx(printed, abs=0.0007)


@given(st.integers(30, 4000), st.integers(5, 995))
@settings(max_examples=60, deadline=None)
def test_rate_is_symmetric_and_monotone(size: int, t: int) -> None:
    here = rate(size, t)
    assert here == pytest.approx(rate(size, 1000 - t), rel=1e-8)
    assert rate(size, t, points=2, halves=3) >= here * (1 - 1e-8)
    if rate(size, t, reach=2.0) < 1:
        assert rate(size, t, reach=2.0) <= here * (1 + 1e-8)


@given(st.integers(40, 800), st.integers(50, 950), st.floats(-3, 3))
@settings(max_examples=60, deadline=None)
def test_no_parameter_beats_the_rate(size: int, t: int, shift: float) -> None:
    tau = t / 1000
    counts = np.arange(size + 1)
    near = np.abs(counts - tau * size) <= math.sqrt(size * tau * (1 - tau)) + 1e-7
    on = np.array([2 * abs(1000 * x - t * size) <= max(size, 1000) for x in counts.tolist()])
    theta = min(0.999, max(0.001, tau + shift * math.sqrt(tau * (1 - tau) / size)))
    mass = binom.pmf(counts, size, theta)
    assert (mass * (near & on)).sum() <= rate(size, t) * mass[near].sum() * (1 + 1e-9)


def test_degenerate_sizes_say_nothing() -> None:
    assert rate(0, 500) == 1.0
    assert rate(1, 500) == 1.0
    assert windows.worst_rate(10, 1000, 500, 1, 1, 1.0) == 1.0
    assert min(rate(60_000, t) for t in range(5, 501, 5)) > windows.LARGEST_RATE


def tails(rates: list[float]) -> np.ndarray:
    """P(at least j), j = 0..n, by convolution."""
    law = np.array([1.0])
    for r in rates:
        law = np.convolve(law, [1 - r, r])
    return np.cumsum(law[::-1])[::-1]


def slow_scan(size: np.ndarray, count: np.ndarray) -> tuple[int, int, int, float, float, float]:
    """Every percentage, every tail, every attainable level, without any short cut."""
    looks = {}
    for t in range(5, 996):
        rates, on = [], 0
        for n, x in zip(size.tolist(), count.tolist(), strict=True):
            tau = t / 1000
            if abs(x - tau * n) <= math.sqrt(n * tau * (1 - tau)) + 1e-7:
                r = rate(n, min(t, 1000 - t))
                if r <= 0.25:
                    rates.append(r)
                    on += 2 * abs(1000 * x - t * n) <= max(n, 1000)
        if len(rates) >= 3:
            looks[t] = rates, on
    p = {t: tails(rates)[on] for t, (rates, on) in looks.items() if on >= 2}
    if not p:
        return -1, 0, 0, 0.0, 0.0, 0.0
    t = min(p, key=lambda k: (p[k], k))
    spent = 0.0
    for rates, _ in looks.values():
        if not 1e-12 <= p[t] <= 0.01:
            spent += p[t] * (math.prod(rates) <= p[t] * (1 + 1e-9))
        else:
            spent += max((v for v in tails(rates)[2:] if v <= p[t] * (1 + 1e-9)), default=0.0)
    rates, on = looks[t]
    return t, on, len(rates), sum(rates), math.log(p[t]), min(0.0, math.log(max(spent, p[t])))


@pytest.mark.parametrize("seed", range(6))
def test_scan_is_the_scan_by_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = rng.integers(150, 2500, 14)
    count = rng.binomial(size, rng.beta(60, 40, 14))
    copied = rng.random(14) < (0.6 if seed % 2 else 0.0)
    count = np.where(copied, np.rint(0.622 * size).astype(int), count)
    order = rng.permutation(14)
    area = np.zeros(14, np.int64)
    found = scan_windows([Scan(area, size[order], count[order], np.ones(14, bool))], 5)[0]
    t, on, near, mean, log_p, area_log_p = slow_scan(size, count)
    assert found.at[0, :3].tolist() == [t, on, near]
    np.testing.assert_allclose(found.log_p[0], [mean, log_p, area_log_p], rtol=1e-9, atol=1e-10)


def test_workers_and_table_change_nothing() -> None:
    rng = np.random.default_rng(4)
    area = rng.integers(0, 60, 2000)
    size = rng.integers(100, 3000, 2000)
    count = rng.binomial(size, rng.beta(6, 4, 2000))
    scans = [Scan(area, size, count, np.ones(2000, bool)), Scan(area // 10, size, count, size > 200)]
    one, two, three = (scan_windows(scans, 5, workers=k) for k in (1, 2, 3))
    for a, b, c in zip(one, two, three, strict=True):
        np.testing.assert_array_equal(a.log_p, b.log_p)
        np.testing.assert_array_equal(a.log_p, c.log_p)
    rows = np.flatnonzero(area == 7)
    at, log_p = np.empty((1, 4), np.int64), np.empty((1, 3))
    anew = np.full(len(rows), -1)
    windows.scan(size[rows], size[rows], count[rows], anew, NO_TABLE, np.array([0, len(rows)]), at, log_p)
    np.testing.assert_allclose(log_p[0], one[0].log_p[7], rtol=1e-8)


def test_one_more_ballot_at_every_station() -> None:
    size = np.arange(700, 1900, 60)
    count = np.rint(0.75 * size).astype(np.int64)
    for extra in (0, 1):
        found = scan_windows([Scan(np.zeros(20, np.int64), size + extra, count + extra, np.ones(20, bool))], 5)[0]
        assert found.log_p[0, 2] < -20
        assert np.isfinite(found.log_p).all()


def worlds(number: int, stations: int, theta: float, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    size = rng.integers(300, 2500, number * stations)
    count = rng.binomial(size, theta)
    area = np.repeat(np.arange(number), stations)
    return scan_windows([Scan(area, size, count, np.ones(len(size), bool))], 5)[0].log_p[:, 2] / np.log(10)


@pytest.mark.parametrize("theta", [0.622, 0.05])
def test_size_where_all_stations_have_one_rate(theta: float) -> None:
    log10_p = worlds(1500, 10, theta, 1)
    assert (log10_p <= -2).mean() <= 0.01 + 3 * math.sqrt(0.01 * 0.99 / 1500)
    assert (log10_p <= -1).mean() <= 0.1 + 3 * math.sqrt(0.1 * 0.9 / 1500)
    assert (log10_p <= -1).mean() > 0.02  # it is a test: it does reject


@pytest.mark.slow
@pytest.mark.parametrize("theta", [0.622, 0.05, 0.95])
@pytest.mark.parametrize("stations", [10, 30])
def test_size_in_full(theta: float, stations: int) -> None:
    log10_p = worlds(6000, stations, theta, 2)
    assert (log10_p <= -2).mean() <= 0.01 + 3 * math.sqrt(0.01 * 0.99 / 6000)
    assert (log10_p <= -3).mean() <= 0.001 + 3 * math.sqrt(0.001 / 6000)
