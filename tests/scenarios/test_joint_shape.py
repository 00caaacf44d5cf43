"""Fitted contests: what the joint shape says is what the worlds have, and no other scenario knows of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtr, ndtri
from scipy.stats import binom

from recanvass import scenario
from recanvass.scenarios._country import Country, Electorate, counted, fitted
from recanvass.scenarios._joint_shape import (
    KNOTS,
    SCORES,
    JointShape,
    at,
    broken_line,
    joint_electorate,
    joint_shapes,
    spread_of,
)

#: Of every other clean scenario, 200 stations of seed 0, as they were in class clean-2026.3: the first twelve digits.
OTHERS = {
    "certificates": "fa323a805a86",
    "clean_mixture": "74d85ee5d317",
    "clerical_errors": "74d85ee5d317",
    "many_lists": "fa8e6478439d",
    "many_oddities": "aee50e0ef655",
    "merged_stations": "f2f087cb8b20",
    "rounded_registers": "91d4d670545a",
    "special_stations": "911835b59464",
    "strongholds": "263e4e2bf4ca",
    "turnout_slope": "2ed4e27c9635",
    "two_peoples": "08e439cc100d",
    "uniform_places": "3a5d37e36f6c",
    "unregistered_polls": "65396356e28a",
}

FLAT = (0.0,) * len(KNOTS)
NORMAL = tuple(float(s) for s in SCORES)
PLAIN = JointShape(
    shares=(0.5, 0.3, 0.2),
    invalid=0.02,
    invalid_spread=0.1,
    regions=1,
    region_unevenness=0.0,
    region_terms=(0.0,) * 16,
    per_district=50.0,
    lone=0.0,
    lone_sizes=tuple(np.log(300.0) + 0.2 * s for s in NORMAL),
    district_sizes=(float(np.log(50.0)),) * len(SCORES),
    station_sizes=tuple(np.log(900.0) + 0.3 * s for s in NORMAL),
    size_by_place=FLAT,
    turnout_by_place=FLAT,
    leader_by_place=FLAT,
    lone_turnout=0.0,
    lone_leader=0.0,
    district_size_terms=(0.0,) * len(SCORES),
    district_turnout_terms=(0.0,) * len(SCORES),
    district_leader_terms=(0.0,) * len(SCORES),
    district_correlations=(0.0, 0.0, 0.0),
    turnout_spread_by_place=FLAT,
    leader_spread_by_place=FLAT,
    turnout_by_size=FLAT,
    leader_by_size=FLAT,
    size_terms=NORMAL,
    turnout_terms=tuple(0.3 * s for s in NORMAL),
    leader_terms=tuple(0.4 * s for s in NORMAL),
    scatters=(0.0, 0.0, 0.0),
    neighbours=(0.0, 0.0, 0.0),
    correlation=0.0,
    correlation_spreads=(0.0, 0.0, 0.0),
    spread_by_place=(0.0, 0.0),
    spread_by_size=(0.0, 0.0),
)


def logits(people: Electorate) -> tuple[np.ndarray, np.ndarray]:
    """Turnout and the leader's share of each station, on the logit scale."""
    won = people.support[:, 0]
    return np.log(people.turnout / (1 - people.turnout)), np.log(won / (1 - won))


def drawn(shape: JointShape, stations: int = 20_000, seed: int = 1) -> Electorate:
    return joint_electorate(np.random.default_rng(seed), stations, shape, Country())


def test_the_other_clean_scenarios_are_what_they_were() -> None:
    clean = [n for n in scenario.names() if scenario.scenario(n).kind == "clean" and n != "fitted_contest"]
    made = {n: scenario.scenario(n).build(np.random.default_rng(0), 200).results.digest[:12] for n in clean}
    assert made == OTHERS


@pytest.mark.parametrize("name", sorted(n for n in fitted()))
def test_every_shape_makes_worlds_of_any_size(name: str) -> None:
    country = fitted()[name]["country"]
    shape = joint_shapes(country)[name]
    for stations in (1, 2, 3, 7, 40, 600):
        people = drawn(shape, stations, seed=stations)
        assert len(people) == stations
        assert (np.diff(people.district) >= 0).all()
        assert (np.diff(people.region) >= 0).all()
        assert np.bincount(people.district).min() >= 1
        assert people.registered.min() >= 5
        assert ((people.turnout > 0) & (people.turnout < 1)).all()
        assert np.allclose(people.support.sum(axis=1), 1)


def test_quantiles_and_lines_stay_beyond_the_outermost() -> None:
    assert at(np.array([-9.0, 0.0, 9.0]), NORMAL).tolist() == [-3.5, 0.0, 3.5]
    line = tuple(float(k) for k in range(len(KNOTS)))
    assert broken_line(np.array([-9.0, KNOTS[1], 9.0]), line).tolist() == [0.0, 1.0, len(KNOTS) - 1.0]
    assert spread_of(NORMAL) == pytest.approx(1, abs=0.01)


def test_registers_have_the_quantile_function_they_are_given() -> None:
    limit = tuple(min(v, float(np.log(1000.0))) for v in PLAIN.station_sizes)
    registered = drawn(replace(PLAIN, station_sizes=limit)).registered
    assert registered.max() == 1000
    assert (registered == 1000).mean() == pytest.approx(1 - float(ndtr(np.log(10 / 9) / 0.3)), abs=0.08)
    quarter = np.exp(np.log(900) + 0.3 * ndtri(0.25))
    assert np.quantile(registered, 0.25) == pytest.approx(quarter, rel=0.02)


@pytest.mark.parametrize("correlation", [-0.8, 0.0, 0.6])
def test_turnout_and_support_go_together_as_asked(correlation: float) -> None:
    turnout, share = logits(drawn(replace(PLAIN, correlation=float(np.arctanh(correlation)))))
    assert turnout.std() == pytest.approx(0.3, abs=0.01)
    assert share.std() == pytest.approx(0.4, abs=0.01)
    assert np.corrcoef(turnout, share)[0, 1] == pytest.approx(correlation, abs=0.03)


def test_neighbours_are_alike_each_figure_by_itself() -> None:
    people = drawn(replace(PLAIN, neighbours=(0.0, 0.7, 0.3)))
    for values, asked in zip((np.log(people.registered), *logits(people)), (0.0, 0.7, 0.3), strict=True):
        assert np.corrcoef(values[1:], values[:-1])[0, 1] == pytest.approx(asked, abs=0.03)


def test_lopsided_terms_come_out_lopsided() -> None:
    """A quantile function bent upwards above its middle: the long tail is the upper one, at districts and at stations."""
    bent = tuple(float(np.exp(0.5 * s) - 1) for s in SCORES)
    turnout, _ = logits(drawn(replace(PLAIN, turnout_terms=bent)))
    off = turnout - np.median(turnout)
    assert np.quantile(off, 0.99) > 2 * -np.quantile(off, 0.01)
    turnout, _ = logits(drawn(replace(PLAIN, district_turnout_terms=bent, turnout_terms=(0.0,) * 15), 30_000))
    off = turnout - np.median(turnout)
    assert np.quantile(off, 0.99) > 2 * -np.quantile(off, 0.01)


def test_a_share_of_the_districts_is_undivided_the_smallest_of_them() -> None:
    shape = replace(PLAIN, lone=0.6, per_district=20.6, lone_turnout=0.5)
    people = drawn(shape, 8000)
    sizes = np.bincount(people.district)
    lone = (sizes == 1)[people.district]
    assert (sizes == 1).mean() == pytest.approx(0.6, abs=0.06)
    assert np.median(people.registered[lone]) == pytest.approx(300, rel=0.1)
    turnout, _ = logits(people)
    assert turnout[lone].mean() == pytest.approx(turnout[~lone].mean() + 0.5, abs=0.1)


def test_regions_have_the_spread_they_are_given_steadier_than_chance_makes_it() -> None:
    """The spread of twelve normal terms has a standard deviation of its own of .21; balanced, less than half of it is left."""
    terms = np.zeros((4, 4))
    terms[2, 2], terms[3, 3] = 0.5, 0.7
    shape = replace(PLAIN, regions=12, per_district=10.0, region_terms=tuple(float(v) for v in terms.ravel()))
    shape = replace(shape, district_sizes=(float(np.log(10.0)),) * len(SCORES))
    made = []
    for seed in range(24):
        people = drawn(shape, 2400, seed)
        means = [np.bincount(people.region, x) / np.bincount(people.region) for x in logits(people)]
        made.append([np.std(x[people.region]) for x in means])
    assert np.mean(made, axis=0) == pytest.approx([0.5, 0.7], rel=0.08)
    assert (np.std(made, axis=0) / [0.5, 0.7]).max() < 0.12


def test_a_fitted_contest_is_counted_by_chance_alone() -> None:
    """Against the drawn probabilities votes have variance 1, and whole percentages are as many as chance makes."""
    expected = observed = variance = 0.0
    squares: list[float] = []
    for number, shape in enumerate(joint_shapes().values()):
        people = drawn(shape, 250, number)
        results = counted(np.random.default_rng(number), people)
        valid, p, won = results.counts["valid"], people.support[:, 0], results.votes[:, 0]
        here = valid * p * (1 - p) > 5
        squares += (((won - valid * p) ** 2 / (valid * p * (1 - p)))[here]).tolist()
        for n, x, chance in zip(valid.tolist(), won.tolist(), p.tolist(), strict=True):
            if n < 100:
                continue
            targets = {int(np.floor(m * n / 100 + 0.5)) for m in range(101)}
            hit = float(binom.pmf(sorted(targets), n, chance).sum())
            expected, variance = expected + hit, variance + hit * (1 - hit)
            observed += x in targets
    assert abs(np.mean(squares) - 1) < 4 * np.sqrt(2.2 / len(squares))
    assert abs(observed - expected) < 4 * np.sqrt(variance)
