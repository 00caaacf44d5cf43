"""Coarse fractions: the lattice by fractions and scipy, size, power, real contests, the published F."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import betabinom

from recanvass import coarse_shares, plantings
from recanvass.case import Case
from recanvass.finding import Finding, Skipped
from recanvass.kernels.coarse_lattice import MEMBERS, SIXTIETHS, coarse_fraction, redrawn_fractions
from recanvass.kernels.poisson_binomial import exact_tail
from recanvass.method import method
from recanvass.results import Labels, Results
from tests.conftest import canonical
from tests.references.coarse_fractions import SUPPORT, TURNOUT, VALUES, counts, expected, is_on


def contest(seed: int = 0, stations: int = 1500, planted: int = 0) -> Results:
    """An honest mixture; at so many stations the leader's share is set to the next multiple of 5 per cent."""
    rng = np.random.default_rng(seed)
    region = rng.integers(0, 5, stations)
    registered = rng.integers(300, 2500, stations)
    ballots = rng.binomial(registered, 1 / (1 + np.exp(-rng.normal(0.4, 0.4, stations))))
    leader = 1 / (1 + np.exp(-rng.normal(0.2, 0.3, 5)[region] - rng.normal(0, 0.4, stations)))
    first = rng.binomial(ballots, leader)
    first[:planted] = np.rint(np.ceil(20 * first[:planted] / ballots[:planted]) / 20 * ballots[:planted])
    places = {"region": Labels.of([f"Region {r}" for r in region])}
    given = {"registered": registered, "ballots": ballots, "valid": ballots}
    return Results(("A", "B"), np.column_stack([first, ballots - first]), given, places=places)


def asked(results: Results, **parameters: object) -> Finding:
    found = method("coarse_fractions", **parameters).run(Case.of(results))
    assert isinstance(found, Finding), found
    return found


@given(st.integers(1, 60_000), st.data())
@settings(max_examples=200, deadline=None)
def test_on_a_fraction_equals_exact_fractions(n: int, data: st.DataObject) -> None:
    near = [min(n, max(0, n * g // 60 + d)) for g in (3, 20, 30, 57) for d in (-1, 0, 1)]
    x = data.draw(st.one_of(st.integers(0, n), st.sampled_from(near)))
    place = coarse_fraction(np.array([x]), np.array([n]), SIXTIETHS)[0]
    assert (place >= 0) == is_on(x, n)
    if place >= 0:
        assert abs(Fraction(x, n) - Fraction(int(SIXTIETHS[place]), 60)) <= Fraction(1, 2000)


@pytest.mark.parametrize(
    ("x", "n", "a", "b"),
    [(52, 103, 3.0, 4.0), (700, 1400, 9.5, 2.2), (1999, 2000, 1.0, 1.0), (30, 900, 0.4, 7.0), (4100, 6200, 80.0, 45.0)],
)
def test_the_chances_equal_the_beta_binomial_law(x: int, n: int, a: float, b: float) -> None:
    on, leaves = redrawn_fractions(np.array([x]), np.array([n]), np.array([a]), np.array([b]), SIXTIETHS)
    lattice = np.arange(n + 1)
    mass = betabinom(n, a + x, b + n - x).pmf(lattice)
    slow = [mass[np.abs(60 * lattice - g * n) * 100 <= 3 * n].sum() for g in SIXTIETHS]
    np.testing.assert_allclose(on[0], slow, atol=1e-10)
    outside = mass[(40 * lattice < n) | (40 * lattice > 39 * n)].sum()
    assert leaves[0] == pytest.approx(outside, abs=1e-10)


def test_families_and_tail_by_hand() -> None:
    results = contest(stations=140)
    (one, _) = method("coarse_fractions").looks(results)
    for family in range(3):
        chance = np.array([one.chance[i, family] for i in range(len(one.rows))])
        chosen = set(SIXTIETHS[MEMBERS[family]].tolist())
        x, n = results.votes[one.rows, 0], results.counts["valid"][one.rows]
        hits = sum(any(100 * abs(60 * int(v) - g * int(w)) <= 3 * w for g in chosen) for v, w in zip(x, n, strict=True))
        assert one.observed(family) == hits
        assert one.log10_p(family) == pytest.approx(float(exact_tail(chance, hits)), abs=1e-10)
    assert [int(m.sum()) for m in MEMBERS] == [5, 9, 21]


def test_small_wholes_are_no_excess_where_they_are_let_in() -> None:
    """Villages of 20 to 100 are on coarse fractions by arithmetic; the lattice null expects it."""
    rng = np.random.default_rng(4)
    n = rng.integers(20, 100, 4000)
    x = rng.binomial(n, rng.beta(6, 5, 4000))
    found = asked(Results(("A", "B"), np.column_stack([x, n - x])), least=20)
    line = next(row for row in found.answer.tables["families"] if row["family"] == "all")
    assert line["expected"] > 300
    assert abs(line["z"]) < 3
    assert found.status == "none"


def test_planted_fractions_are_found_and_the_placebo_is_shown() -> None:
    clean, set_to = asked(contest()), asked(contest(planted=120))
    assert clean.status == "none"
    assert set_to.status == "departure"
    assert set_to.answer.outcome == "yes_share"
    assert {row["option"] for row in clean.answer.tables["placebo"]} == {"B"}
    assert set_to.evidence is not None
    smallest = min(row["log10_p"] for row in set_to.answer.tables["families"])
    assert set_to.evidence.log10_p == pytest.approx(smallest + math.log10(6))


def test_what_is_said_to_be_seen_is_seen() -> None:
    planted = asked(contest()).answer.power["planted"]
    seen = sum(asked(contest(seed, planted=planted + 5)).status == "departure" for seed in range(10))
    unseen = sum(asked(contest(seed, planted=planted // 3)).status == "departure" for seed in range(10))
    assert seen >= 5
    assert unseen <= 3


def test_where_the_contest_has_fewer_than_chance_gives_more_are_promised() -> None:
    """The contest with the fewest of its kind: what is promised of it is seen in it, not in an average one."""

    def lacking(results: Results) -> float:
        rows = asked(results, placebo=False).answer.tables["families"]
        return next(row["excess"] for row in rows if (row["look"], row["family"]) == ("share", "all"))

    results = min((contest(seed) for seed in range(12)), key=lacking)
    assert lacking(results) < -8
    planted = asked(results, placebo=False).answer.power["planted"]
    assert planted > asked(contest(), placebo=False).answer.power["planted"]
    seen = 0
    for seed in range(20):
        rows = np.random.default_rng(seed).choice(len(results), planted, replace=False)
        votes, ballots = results.votes.copy(), results.counts["ballots"][rows]
        votes[rows, 0] = np.rint(np.rint(20 * votes[rows, 0] / ballots) / 20 * ballots)
        votes[rows, 1] = ballots - votes[rows, 0]
        found = asked(results.with_counts(votes=votes), placebo=False)
        assert found.evidence is not None
        seen += found.evidence.log10_p <= math.log10(plantings.HEADLINE)
    assert seen >= 14


def test_honest_contests_stay_above_the_level() -> None:
    """Fresh honest contests, not the method's own null: the p-value is not too small."""
    logs = [asked(contest(seed, stations=400), placebo=False).evidence.log10_p for seed in range(150)]  # type: ignore[union-attr]
    assert sum(p <= math.log10(0.05) for p in logs) <= 16
    assert min(logs) > -3.5


@pytest.mark.parametrize("key", sorted(VALUES))
def test_counts_and_expectation_of_another_program(data: Path, key: tuple[str, str]) -> None:
    stations, observed, mean = VALUES[key]
    tables = asked(canonical(data, key[0]), placebo=False).answer.tables
    line = next(row for row in tables["families"] if row["look"] == key[1] and row["family"] == "all")
    assert (line["stations"], line["observed"]) == (stations, observed)
    if mean is not None:
        assert line["expected"] == pytest.approx(mean, abs=1e-6)


def test_the_reference_program_is_run(data: Path) -> None:
    x, n, region = counts(data, "belarus_2020", "turnout")
    assert sum(is_on(a, b) for a, b in zip(x, n, strict=True)) == 53
    assert expected(x[:60], n[:60], region[:60]) > 0


@pytest.mark.slow
def test_the_expectation_is_worked_out_again(data: Path) -> None:
    for key, (_, _, mean) in VALUES.items():
        if mean is not None:
            assert expected(*counts(data, *key)) == pytest.approx(mean, abs=1e-6)


@pytest.mark.parametrize("name", ["canada_2015", "germany_2024_eu", "usa_dc_2010", "denmark_2011", "ukraine_2019_parl"])
def test_clean_contests_raise_no_alarm(data: Path, name: str) -> None:
    found = asked(canonical(data, name), placebo=False)
    assert found.evidence is not None
    assert found.evidence.log10_p > -3


def slow_density(values: np.ndarray) -> np.ndarray:
    """R's density as its manual states it: 1,024 knots, linear weights, Fourier smoothing, linear interpolation."""
    knots, bandwidth, size = np.linspace(-4e-4, 1 + 4e-4, 1024), 1e-4, 1024
    mass = np.zeros(2 * size)
    for value in values:
        left = max(k for k in range(size - 1) if knots[k] <= value)
        part = (value - knots[left]) / (knots[1] - knots[0])
        mass[left] += (1 - part) / len(values)
        mass[left + 1] += part / len(values)
    lag = np.linspace(0, 2 * (knots[-1] - knots[0]), 2 * size)
    lag[size + 1 :] = -lag[size - 1 : 0 : -1]
    curve = np.exp(-0.5 * (lag / bandwidth) ** 2) / (bandwidth * np.sqrt(2 * np.pi))
    smooth = np.fft.ifft(np.fft.fft(mass) * np.conj(np.fft.fft(curve))).real[:size]
    return np.interp(np.linspace(0, 1, 1001), knots, np.maximum(smooth, 0))


def test_the_density_equals_a_slow_one_by_fourier() -> None:
    rng = np.random.default_rng(3)
    values = np.r_[rng.integers(0, 400, 200) / 400, 0.0, 1.0, 0.5, 0.5004, 0.4996]
    _, fast = coarse_shares.density_at_grid(values)
    slow = slow_density(values)
    np.testing.assert_allclose(fast, slow, atol=1e-10 * slow.max())
    assert len(np.unique(np.flatnonzero(fast))) > len(set(values.tolist()))


def test_bins_are_closed_above() -> None:
    bins, _ = coarse_shares.density_at_grid(np.array([0.0, 1 / 2000, 3 / 2000, 1.0]))
    assert np.flatnonzero(bins).tolist() == [0, 1, 1000]
    assert bins[0] == 0.5


def slow_published(shares: np.ndarray, resampled: list[np.ndarray]) -> float:
    """Steps 3 and 4 of the publication, value by value."""
    grid = np.linspace(0, 1, 1001)
    density = slow_density

    def bins(values: np.ndarray) -> np.ndarray:
        return np.array([np.mean((values > g - 0.0005) & (values <= g + 0.0005)) for g in grid])

    envelope = np.max([density(r) for r in resampled], axis=0)
    weight = np.maximum(0.0, bins(shares) - np.mean([bins(r) for r in resampled], axis=0))
    weight[0] = 0.0
    return float(100 * weight[density(shares) > envelope].sum())


def test_the_published_sum_equals_a_slow_one(monkeypatch: pytest.MonkeyPatch) -> None:
    results = contest(stations=300, planted=60)
    registered, ballots, votes = results.counts["registered"], results.counts["ballots"], results.votes[:, 0]
    drawn: list[np.ndarray] = []
    true_density = coarse_shares.density_at_grid

    def spy(shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        drawn.append(shares.copy())
        return true_density(shares)

    monkeypatch.setattr(coarse_shares, "density_at_grid", spy)
    f, excess, mean = coarse_shares.published_share(
        registered, ballots, votes, TURNOUT, SUPPORT, 12, np.random.default_rng(1)
    )
    assert f == pytest.approx(slow_published(drawn[0], drawn[1:]), abs=1e-9)
    assert f > 5
    assert mean.sum() == pytest.approx(1.0)
    assert excess[0] == 0.0


def test_the_published_figure_of_two_stations_by_hand() -> None:
    """Two stations, each with 2 registered, 2 ballots, 1 vote; all vote again; the rate has the prior Beta(1, 1).

    The posterior Beta(2, 2) gives 0, 1, 2 votes with 3/10, 4/10, 3/10, so of one resample k = 0, 1, 2 stations stand
    on one half with 9/25, 12/25, 4/25. Both are observed there: F is 100 (1 - k / 2), and 0 where the resample's density
    is as high (k = 2). With two resamples it is 100 less 25 a station on one half, and 0 if either has both.
    """
    two, one, sure = np.array([2, 2]), np.array([1, 1]), ((1e12, 1e-3, 1.0),)
    rng = np.random.default_rng(5)
    for resamples, law in (
        (1, {0: 4 / 25, 50: 12 / 25, 100: 9 / 25}),
        (2, {0: 1 - (21 / 25) ** 2, 50: (12 / 25) ** 2, 75: 2 * 12 * 9 / 625, 100: (9 / 25) ** 2}),
    ):
        found = [
            round(coarse_shares.published_share(two, two, one, sure, ((1.0, 1.0, 1.0),), resamples, rng)[0], 9)
            for _ in range(2000)
        ]
        assert set(found) == set(law)
        for value, chance in law.items():
            assert found.count(value) / 2000 == pytest.approx(chance, abs=4 * (chance * (1 - chance) / 2000) ** 0.5)


def test_the_published_figure_of_four_stations_without_chance() -> None:
    """Priors that leave nothing open put every resample on 0: what stands elsewhere counts whole, bin 0 never."""
    hundred, votes = np.full(4, 100), np.array([50, 50, 25, 0])
    f, excess, mean = coarse_shares.published_share(
        hundred, hundred, votes, ((1e15, 1e-3, 1.0),), ((1e-3, 1e15, 1.0),), 3, np.random.default_rng(1)
    )
    assert f == pytest.approx(75.0, abs=1e-12)
    assert dict(zip(*(x.tolist() for x in (np.flatnonzero(excess), excess[excess > 0])), strict=True)) == {
        250: 0.25,
        500: 0.5,
    }
    assert mean[0] == 1.0


def test_the_published_figure_is_described_and_never_counted() -> None:
    found = asked(contest(planted=300), definition="published", resamples=30)
    assert found.status == "description"
    assert found.evidence is None
    assert found.answer.facts["f"] > 1
    assert asked(contest(), definition="published", resamples=200).answer.facts["f"] < found.answer.facts["f"]
    method("coarse_fractions").draw(found)
    assert isinstance(
        method("coarse_fractions", definition="published").run(Case.of(Results(("A",), np.ones((9, 1), np.int64)))),
        Skipped,
    )


@pytest.mark.slow
def test_the_published_figure_on_the_scale_of_the_compendium(data: Path) -> None:
    """With the printed mixtures: .3 in Canada 2011, 3.6 in Russia 2024.

    The clean scale of up to .23 belongs to 1,000 resamples; 100 make a lower envelope, and so a larger F.
    """
    f = {
        name: asked(
            canonical(data, name), definition="published", resamples=100, turnout_prior=TURNOUT, support_prior=SUPPORT
        ).answer.facts["f"]
        for name in ("canada_2011", "russia_2024")
    }
    assert 8 * f["canada_2011"] < f["russia_2024"]
    assert f["canada_2011"] < 0.5


def test_an_unknown_option_is_a_reason() -> None:
    outcome = method("coarse_fractions", option="nobody").run(Case.of(contest()))
    assert isinstance(outcome, Skipped)
    assert "nobody" in outcome.reason


@pytest.mark.parametrize(
    ("x", "n"), [(101, 2000), (99, 2000), (102, 2000), (2001, 4000), (1998, 6000), (2003, 6000), (2004, 6000)]
)
def test_ties_are_on_the_fraction(x: int, n: int) -> None:
    assert (coarse_fraction(np.array([x]), np.array([n]), SIXTIETHS)[0] >= 0) == is_on(x, n)
