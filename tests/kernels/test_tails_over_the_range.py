"""Tails of sums of events over the whole range: laws of every shape, both tails, the ends, down to 1e-300.

What is asked is what the methods call (`poisson_binomial.tails`, `log_tail`, `scored_events.tails`), beside the
convolution in 80-bit numbers, whose smallest is 1e-4932, and beside draws at 1e-3 and 1e-4.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest

from recanvass.kernels import poisson_binomial, poisson_binomial_tail, scored_events
from tests.kernels.test_exactness import exact_upper

RNG = np.random.default_rng(2026)

#: Chances of many shapes, and the relative error of a tail that is allowed; ``None`` is 1e-9: exact.
SHAPES: dict[str, tuple[np.ndarray, float | None]] = {
    "many small": (RNG.uniform(0, 6e-4, 6_000), 9e-3),
    "many, next to nothing happens": (np.full(3_000, 1e-6), None),
    "few large": (RNG.uniform(0.2, 0.8, 20), None),
    "one hundred and fifty": (RNG.uniform(0.001, 0.6, 150), None),
    "nearly sure": (1 - RNG.uniform(0, 1e-3, 400), None),
    "nearly sure and rare": (np.r_[np.full(300, 1e-4), np.full(300, 1 - 1e-4)], None),
    "one nearly sure among rare ones": (np.r_[0.9999, np.full(300, 1e-3)], None),
    "some sure": (np.r_[np.ones(200), RNG.uniform(0.01, 0.3, 300)], 2e-3),
    "some impossible": (np.r_[np.zeros(300), RNG.uniform(0.01, 0.3, 300)], 2e-3),
    "even chances": (np.full(1_200, 0.5), 2e-3),
    "very uneven": (RNG.beta(0.1, 2, 1_500), 2e-3),
    "one happens": (np.full(300, 1 / 299), None),
    "two happen": (np.full(300, 2 / 299), 7e-3),
}


def found(chances: np.ndarray, at: np.ndarray) -> np.ndarray:
    n = len(chances)
    starts = np.arange(len(at) + 1) * n
    return np.asarray(poisson_binomial.tails(np.tile(chances, len(at)), starts, at, poisson_binomial.FEW))


def spread(values: list[int], most: int = 120) -> np.ndarray:
    return np.array(sorted({*values[:5], *values[:: max(1, len(values) // most)], *values[-5:]}))


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("upper", [True, False])
def test_both_tails_of_every_shape(shape: str, upper: bool) -> None:
    """The lower tail of S is the upper one of the events that do not happen."""
    chances, allowed = SHAPES[shape]
    chances = chances if upper else 1 - chances
    exact = exact_upper(chances, np.ones(len(chances), int))
    seen = spread([s for s in range(len(chances) + 1) if exact[s] > -299.9])
    error = np.abs(found(chances, seen) - exact[seen]) * math.log(10)
    if allowed is None and len(chances) * seen.max() <= poisson_binomial.STEPS:
        assert error.max() < 1e-9, (seen[error.argmax()], error.max())
        return
    # All but a few of the possible events happen: Stirling's formula stands for the factorial of one or two.
    last = seen >= (chances > 0).sum() - 12
    assert error[~last].max() < (allowed or 1e-9), (seen[~last][error[~last].argmax()], error[~last].max())
    assert last.sum() == 0 or error[last].max() < 0.03


@pytest.mark.parametrize("shape", SHAPES)
def test_the_ends(shape: str) -> None:
    chances, _ = SHAPES[shape]
    n, sure, can = len(chances), int((chances == 1).sum()), int((chances > 0).sum())
    ends = found(chances, np.array([-1, 0, sure, can, can + 1, n + 1]))
    all_of_them = max(float(np.log10(chances[chances > 0].astype(np.longdouble)).sum()), poisson_binomial.IMPOSSIBLE)
    assert ends[:3].tolist() == [0.0, 0.0, 0.0]
    assert ends[3] == pytest.approx(all_of_them, rel=1e-12, abs=1e-12)
    assert ends[4] == ends[5] == poisson_binomial.IMPOSSIBLE
    falling = found(chances, np.arange(0, can + 1, max(1, can // 200)))
    assert (np.diff(falling) <= 1e-12).all()
    assert np.isfinite(falling).all()


def test_a_contest_of_twenty_thousand_unequal_stations() -> None:
    chances = np.random.default_rng(5).beta(2, 14, 20_000)
    law = np.zeros(6_000, np.longdouble)
    law[0] = 1
    for p in chances.astype(np.longdouble):  # what leaves the window above is lost: 1e-600 of the sum
        law[1:] = law[1:] * (1 - p) + law[:-1] * p
        law[0] *= 1 - p
    exact = np.log10(np.cumsum(law[::-1])[::-1]).astype(float)
    seen = spread([s for s in range(2_000, 5_500) if exact[s] > -300], 60)
    assert exact[seen].min() < -299
    error = np.abs(found(chances, seen) - exact[seen]) * math.log(10)
    assert error.max() < 1e-3


@pytest.mark.parametrize("rate", [1e-5, 0.004, 0.3])
def test_the_exact_ways_in_fractions_down_to_1e_300(rate: float) -> None:
    """Both dynamic programmes, at 1e-280 to 1e-300 too, where a term below the smallest float is lost."""
    n = {1e-5: 80, 0.004: 160, 0.3: 700}[rate]
    chances = np.random.default_rng(3).uniform(0.5, 1.5, n) * rate
    scale = 2**1200  # fractions of a fixed denominator: exact to 2 ** -1200
    whole = [int(Fraction(float(c)) * scale) for c in chances]
    masses = [scale] + [0] * n
    for i, p in enumerate(whole):
        for k in range(i + 1, 0, -1):
            masses[k] = (masses[k] * (scale - p) + masses[k - 1] * p) // scale
        masses[0] = masses[0] * (scale - p) // scale
    tail, checked = 0, 0
    for s in range(n, 0, -1):
        tail += masses[s]
        log10 = (math.log2(tail) - 1200) * math.log10(2) if tail else -math.inf
        if -299.9 < log10 < -1 and (s % 7 == 0 or log10 < -250):
            assert poisson_binomial.exact_tail(chances, s) == pytest.approx(log10, abs=1e-10)
            assert poisson_binomial_tail.log_tail(chances, s) / math.log(10) == pytest.approx(log10, abs=1e-10)
            checked += log10 < -270
    assert checked
    falling = [poisson_binomial_tail.log_tail(chances, s) for s in range(1, n + 1)]
    assert (np.diff(falling) <= 1e-12).all()
    assert falling[-1] <= -300 * math.log(10) + 1e-9  # beyond 1e-300 a bound, never above it


@pytest.mark.parametrize("shape", ["many small", "few large", "some sure", "very uneven", "even chances", "two happen"])
def test_draws_at_one_in_a_thousand_and_in_ten_thousand(shape: str) -> None:
    chances, _ = SHAPES[shape]
    rng = np.random.default_rng(17)
    draws = 200_000
    if len(chances) > 2_000:  # many small ones: the number that happen, drawn in groups of nearly equal chances
        groups = np.array_split(np.sort(chances), 200)
        sums = sum(rng.binomial(len(g), g.mean(), draws) for g in groups)
    else:
        sums = np.zeros(draws, np.int64)
        for p in chances[(chances > 0) & (chances < 1)]:
            sums += rng.random(draws) < p
        sums += int((chances == 1).sum())
    for level in (3e-3, 1e-3, 1e-4):
        s = int(np.quantile(sums, 1 - level)) + 1
        share = float((sums >= s).mean())
        tail = 10 ** float(found(chances, np.array([s]))[0])
        assert share == pytest.approx(tail, abs=4 * math.sqrt(tail / draws)), (level, s)


@pytest.mark.parametrize(("events", "largest"), [(12, 40), (60, 25), (400, 6)])
def test_scores_down_to_1e_300(events: int, largest: int) -> None:
    rng = np.random.default_rng(events)
    scores = rng.integers(1, largest, (events, 2))
    chances = rng.uniform(0.5, 1.0, (events, 2)) * {12: 1e-25, 60: 1e-6, 400: 0.05}[events]
    law = np.zeros(int(scores.max(axis=1).sum()) + 1, np.longdouble)
    law[0] = 1
    for (p, q), (a, b) in zip(chances.astype(np.longdouble), scores.tolist(), strict=True):
        fresh = law * (1 - p - q)
        fresh[a:] += law[: len(law) - a] * p
        fresh[b:] += law[: len(law) - b] * q
        law = fresh
    with np.errstate(divide="ignore"):
        exact = np.log10(np.cumsum(law[::-1])[::-1]).astype(float)
    seen = spread([t for t in range(1, len(law)) if exact[t] > -299.9])
    assert exact[seen].min() < (-250 if events < 400 else -299)
    starts = np.arange(len(seen) + 1) * events
    tails = scored_events.tails(np.tile(chances, (len(seen), 1)), np.tile(scores, (len(seen), 1)), starts, seen, 0.0)
    assert np.abs(tails - exact[seen]).max() * math.log(10) < 1e-9
