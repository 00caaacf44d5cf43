"""The lower tail of X²: against the exact conditional law, and never below it by more than a hair."""

from __future__ import annotations

import math
from math import comb

import numpy as np
import pytest
from scipy.stats import chi2

from recanvass.kernels import dispersion


def exact_law(size: int, stations: int, total: int) -> list[tuple[float, float]]:
    """(X², log10 P(X² ≤ it)) of equal stations given their total: by sums and sums of squares."""
    ways = [comb(size, count) for count in range(size + 1)]
    table = {(0, 0): 1}
    for _ in range(stations):
        fresh: dict[tuple[int, int], int] = {}
        for (summed, squared), number in table.items():
            for count in range(min(size, total - summed) + 1):
                key = summed + count, squared + count * count
                fresh[key] = fresh.get(key, 0) + number * ways[count]
        table = fresh
    found = sorted((squared, number) for (summed, squared), number in table.items() if summed == total)
    p, everything, below, law = total / (size * stations), sum(n for _, n in found), 0, []
    for squared, number in found:
        below += number
        value = (squared - 2 * size * p * total + stations * (size * p) ** 2) / (size * p * (1 - p))
        law.append((value, math.log10(below / everything)))
    return law


@pytest.mark.parametrize(("size", "stations", "total"), [(20, 10, 80), (25, 10, 83), (15, 12, 20), (15, 12, 90)])
def test_small_counts_against_the_exact_law(size: int, stations: int, total: int) -> None:
    part = np.full(stations, total // stations)
    part[: total % stations] += 1
    whole = np.full(stations, size)
    for value, exact in exact_law(size, stations, total):
        if exact > math.log10(0.2):
            break
        ours = dispersion.lower_tail(part, whole, value)
        # Valid: at most a hair below the truth; useful: at most a third of a decade above, which
        # is reached only where a single vector is left.
        assert exact - 0.006 <= ours <= exact + 0.41, (value, exact, ours)
        if exact > -3:
            assert ours == pytest.approx(exact, abs=0.04 if total != 20 else 0.13)


def test_chi_square_alone_would_be_too_small() -> None:
    law = exact_law(20, 10, 80)
    value, exact = next((v, p) for v, p in law if p > -4)
    assert dispersion.chi_square_tail(value, 9) < exact - 0.3


def test_large_counts_are_chi_square() -> None:
    rng = np.random.default_rng(1)
    whole = rng.integers(800, 3000, 35)
    part = rng.binomial(whole, 0.6)
    for value in (2.0, 5.0, 12.0, 20.0):
        # 1 / (w p (1 - p)) of X² is added for the grain; it weighs 17 powers of X².
        grain = 34 / 2 * np.log10(1 + 1 / (whole * 0.24).mean() / value)
        tail = dispersion.lower_tail(part, whole, value)
        assert tail == pytest.approx(chi2.logcdf(value, 34) / math.log(10) + grain, abs=0.03 + 2 * grain)


def test_unequal_stations_against_draws() -> None:
    rng = np.random.default_rng(7)
    whole = rng.integers(5, 60, 14)
    part = rng.binomial(whole, 0.3)
    total, p = part.sum(), part.sum() / whole.sum()
    draws = rng.multivariate_hypergeometric(whole, total, size=400_000, method="marginals")
    squares = ((draws - whole * p) ** 2 / (whole * p * (1 - p))).sum(axis=1)
    for quantile in (0.1, 0.01, 0.001, 0.0002):
        value = float(np.quantile(squares, quantile))
        measured = (squares <= value).mean()
        noise = 4 * math.sqrt(quantile / 400_000)
        assert 10 ** dispersion.lower_tail(part, whole, value) >= 0.98 * measured - noise
        assert 10 ** dispersion.lower_tail(part, whole, value) <= 1.3 * measured + noise


@pytest.mark.parametrize(("value", "degrees"), [(0.01, 19), (5.0, 19), (19.0, 19), (3.42, 47), (0.05, 27)])
def test_chi_square_tail(value: float, degrees: int) -> None:
    assert dispersion.chi_square_tail(value, degrees) == pytest.approx(
        chi2.logcdf(value, degrees) / math.log(10), rel=1e-10
    )


def test_published_tails() -> None:
    # X² and stations as printed: log10 p -26.9, -12.9, -32.2 within the rounding of X².
    assert dispersion.chi_square_tail(0.57, 21) == pytest.approx(-12.9, abs=0.1)
    assert dispersion.chi_square_tail(1.53, 47) == pytest.approx(-26.2, abs=0.1)
    assert dispersion.chi_square_tail(3.42, 47) == pytest.approx(-18.3, abs=0.1)


def test_squares_by_hand_and_degenerate_areas() -> None:
    # 10 of 20 and 30 of 40, p = 2/3: (10 - 13.33)² / 4.44 + (30 - 26.67)² / 8.89 = 2.5 + 1.25.
    part, whole = np.array([10, 30, 0, 0, 5, 5]), np.array([20, 40, 9, 9, 5, 5])
    found, degrees = dispersion.squares(part, whole, np.array([0, 2, 4, 6]))
    assert found == pytest.approx([3.75, 0, 0])
    assert degrees.tolist() == [1, 0, 0]
    assert dispersion.lower_tail(part[2:4], whole[2:4], 0.0) == 0.0
    assert math.isfinite(dispersion.lower_tail(np.full(20, 2**39), np.full(20, 2**40), 0.0))
