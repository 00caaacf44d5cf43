"""The class D methods: reference values, second implementations, ranks."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2

from recanvass import panel
from recanvass.case import Case
from recanvass.digit_counts import BENFORD, log10_chi_square, measured
from recanvass.kernels.digits import digit_probabilities
from recanvass.kernels.dip import dip
from recanvass.method import method
from recanvass.methods.skewness_kurtosis import moments
from recanvass.methods.spatial_association import getis_ord, moran
from recanvass.scenario import scenario
from tests.conftest import canonical


def slow_digits(count: int, total: int, second: bool, least: int) -> np.ndarray:
    """The law of the digit by adding up the binomial over all counts there are."""
    law = np.zeros(10)
    for y in range(max(least, 10 if second else 0), total + 1):
        law[int(str(y)[1]) if second else y % 10] += binom.pmf(y, total, count / total)
    return law / law.sum()


@given(st.integers(1, 400), st.integers(2, 600), st.booleans(), st.sampled_from([0, 10, 100]))
@settings(max_examples=60, deadline=None)
def test_digits_equal_the_slow_sum(count: int, total: int, second: bool, least: int) -> None:
    if not least <= count < total or (second and count < 10):
        return
    fast = digit_probabilities(np.array([count]), np.array([total]), second, least)[0]
    np.testing.assert_allclose(fast, slow_digits(count, total, second, least), atol=1e-9)


def slow_dip(x: np.ndarray) -> float:
    """The dip by linear programming: the best law that is convex before and concave after each mode."""
    return min(_misfit(x, mode) for mode in range(len(x)))


def _misfit(x: np.ndarray, mode: int) -> float:
    from scipy.optimize import linprog

    n = len(x)
    # Unknowns: the heights of F at the data, then the largest distance from the empirical law.
    rows, bounds = [], []
    for a in range(n):
        upper, lower = np.zeros(n + 1), np.zeros(n + 1)
        upper[a], upper[n] = 1, -1
        lower[a], lower[n] = -1, -1
        rows += [upper, lower]
        bounds += [a / n, -(a + 1) / n]
    for a in range(1, n - 1):
        left, right = x[a] - x[a - 1], x[a + 1] - x[a]
        bend = np.zeros(n + 1)
        bend[a + 1], bend[a], bend[a - 1] = 1 / right, -1 / right - 1 / left, 1 / left
        if a != mode:
            rows.append(-bend if a < mode else bend)
            bounds.append(0)
    for a in range(n - 1):
        rise = np.zeros(n + 1)
        rise[a], rise[a + 1] = 1, -1
        rows.append(rise)
        bounds.append(0)
    goal = np.zeros(n + 1)
    goal[n] = 1
    found = linprog(goal, A_ub=np.array(rows), b_ub=np.array(bounds), bounds=[(0, 1)] * n + [(0, None)])
    return found.fun if found.success else np.inf


@pytest.mark.parametrize("seed", range(6))
def test_the_dip_equals_the_best_of_all_unimodal_fits(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = np.sort(np.concatenate([rng.normal(size=4), rng.normal(3, 0.5, 4)]))
    assert dip(x) == pytest.approx(slow_dip(x), abs=1e-7)


def test_the_dip_of_known_samples() -> None:
    assert dip(np.arange(1.0, 101.0)) == pytest.approx(1 / 200)  # evenly spread: half a step
    assert dip(np.repeat([0.0, 1.0], 50)) == pytest.approx(0.25)  # two equal atoms: Hartigan and Hartigan


def test_chi_square_tails_in_the_far_tail() -> None:
    assert log10_chi_square(20.0, 9) == pytest.approx(np.log10(chi2.sf(20.0, 9)))
    assert log10_chi_square(1300.0, 9) == pytest.approx(chi2.logsf(1300.0, 9) / np.log(10), rel=1e-3)
    assert log10_chi_square(4000.0, 9) < -800


def test_moran_and_getis_ord_by_hand() -> None:
    path = Path(__file__).parents[1] / "references" / "spatial_association.py"
    spec = importlib.util.spec_from_file_location("reference", path)
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    rng = np.random.default_rng(0)
    for values, reach in (([1, 2, 3, 4, 5, 6, 7, 8], 1), ([1, 2] * 4, 1), (rng.normal(size=30).tolist(), 3)):
        z = np.array(values, float) - np.mean(values)
        assert moran(z, np.zeros(len(z), np.int64), reach) == pytest.approx(reference.moran(values, reach))
    x = rng.normal(size=12)
    scores = getis_ord(x, np.zeros(12, np.int64), 1)
    for i in range(12):
        near = [j for j in range(12) if abs(i - j) <= 1]
        w = len(near)
        spread = x.std() * np.sqrt((12 * w - w**2) / 11)
        assert scores[i] == pytest.approx((x[near].sum() - x.mean() * w) / spread)


def test_neighbours_never_cross_an_area() -> None:
    z = np.array([1.0, 1.0, -1.0, -1.0])
    assert moran(z, np.array([0, 0, 1, 1]), 1) == pytest.approx(1.0)
    assert moran(z, np.array([0, 1, 2, 3]), 1) is None


@pytest.mark.parametrize(("name", "fact"), [("modality", "share"), ("spatial_association", "moran")])
def test_any_option_may_be_asked_about(name: str, fact: str) -> None:
    """And the leader is, unless another one is named."""
    results = scenario("clean_mixture").build(np.random.default_rng(3), 300).results
    first, other = (results.options[j] for j in np.argsort(-results.votes.sum(axis=0))[:2])
    case = Case.of(results)
    usual, leading, second = (method(name, option=option).run(case) for option in (None, first, other))
    assert usual.answer == leading.answer
    assert (usual.answer.facts["option"], second.answer.facts["option"]) == (first, other)
    assert usual.answer.facts[fact] != second.answer.facts[fact]
    lead = replace(results, contest=replace(results.contest, leader=other))
    assert method(name).run(Case.of(lead)).answer.facts == second.answer.facts
    assert first in {row["option"] for row in second.answer.tables["placebo"]}
    assert method(name, option="nobody").run(case).code == "no_option"


def test_moments_of_a_normal_sample() -> None:
    skewness, kurtosis = moments(np.random.default_rng(1).normal(size=200_000))
    assert (skewness, kurtosis) == (pytest.approx(0, abs=0.03), pytest.approx(3, abs=0.05))


def test_benford_second_digits() -> None:
    assert BENFORD @ np.arange(10) == pytest.approx(4.187, abs=5e-4)


def test_a_rank_leaves_the_own_country_out(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {"contests": {"a": "X", "b": "Y", "c": "X"}, "statistics": {"m.q": {"a": 1.0, "b": 2.0, "c": 3.0}}}
    monkeypatch.setattr(panel, "panel", lambda: made)
    assert panel.rank("m", "q", 2.5) == panel.Rank(2, 3, 3.0)
    assert panel.rank("m", "q", 2.5, "X") == panel.Rank(1, 1, 2.0)
    assert panel.rank("m", "q", 2.5, "X").log10_p == pytest.approx(np.log10(1 / 2))
    assert panel.rank("m", "none", 2.5).log10_p == 0.0


REFERENCES = [
    ("usa_dc_2010", "turnout_share_correlation", "correlation", -0.2048, 5e-4),
    ("usa_dc_2010", "skewness_kurtosis", "kurtosis", 1.527, 2e-3),
    ("usa_dc_2010", "skewness_kurtosis", "skewness", -0.007, 2e-3),
    ("russia_2018", "skewness_kurtosis", "skewness", -1.646, 1e-3),
    ("russia_2018", "skewness_kurtosis", "kurtosis", 7.030, 1e-3),
    ("russia_2018", "last_digits", "printed", 17.41, 0.01),
    ("russia_2018", "last_digits", "mean", 4.4727, 1e-4),
    ("russia_2018", "second_digits", "mean", 3.9586, 1e-4),
]


@pytest.mark.parametrize(("contest", "name", "fact", "value", "within"), REFERENCES)
def test_published_or_reproduced_values(
    data: Path, contest: str, name: str, fact: str, value: float, within: float
) -> None:
    finding = method(name).run(Case.of(canonical(data, contest)))
    assert finding.answer.facts[fact] == pytest.approx(value, abs=within)


@pytest.mark.parametrize(("option", "x2"), [("GRÜNE", 33.42)])
def test_uniform_last_digits_reject_clean_germany(data: Path, option: str, x2: float) -> None:
    results = canonical(data, "germany_2024_eu")
    import polars as pl

    kind = pl.read_parquet(data / "canonical" / "germany_2024_eu.parquet", columns=["x_kind"])["x_kind"]
    urns = results.take(np.flatnonzero((kind == "0").to_numpy()))
    chosen = [j for j, o in enumerate(urns.options) if option in o]
    assert measured(urns, chosen[0], 100, second=False).printed == pytest.approx(x2, abs=0.02)
