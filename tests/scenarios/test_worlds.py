"""Clean worlds: honest accounts, honest draws, a frozen class."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from recanvass import scenario, wording
from recanvass.errors import UnknownName
from recanvass.results import Results
from recanvass.scenarios._country import (
    Country,
    counted,
    countries,
    electorate,
    fitted,
    level,
    logistic,
    lopsided,
    several,
    shapes,
)

CLEAN = [n for n in scenario.names() if scenario.scenario(n).kind == "clean"]

#: A change of the class of clean contests changes this; then its version has to change, and the calibration to be made anew.
FROZEN = "22be2bf02e0b52ae12a64d8d695d4dcbf5b6da8f89a6dfcd5c1d41a83793c6d1"


def broken(results: Results) -> np.ndarray:
    counts = results.counts
    parts = counts["valid"] + counts["invalid"] != counts["ballots"]
    return parts | (results.votes.sum(axis=1) != counts["valid"])


def test_every_scenario_has_a_sentence() -> None:
    for name in scenario.names():
        sentence = wording.phrase("scenarios", name)
        start = {"clean": "Clean: ", "control": "Control: ", "planted": "Planted: "}[scenario.scenario(name).kind]
        assert sentence.startswith(start)
        assert sentence.endswith(".")


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="ballot_stuffing"):
        scenario.scenario("ballot_stufing")


def test_the_class_is_frozen() -> None:
    assert (scenario.CLEAN_CLASS, scenario.fingerprint()) == ("clean-2026.4", FROZEN)


@pytest.mark.parametrize("name", CLEAN)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), stations=st.integers(1, 400))
def test_clean_worlds_add_up(name: str, seed: int, stations: int) -> None:
    made = scenario.scenario(name).build(np.random.default_rng(seed), stations)
    results = made.results
    assert made.before is results
    assert made.planted == ()
    assert len(results) == stations
    assert (results.votes >= 0).all()
    if name not in ("clerical_errors", "many_oddities"):
        assert not broken(results).any()
        if name not in ("certificates", "unregistered_polls", "rounded_registers"):
            assert (results.counts["ballots"] <= results.counts["registered"]).all()
    for column, gaps in results.absent.items():
        values = results.votes if column == "votes" else results.counts[column]
        assert (values[gaps] == 0).all()


@pytest.mark.parametrize("name", scenario.names())
def test_the_generator_alone_decides(name: str) -> None:
    one, two, other = (scenario.scenario(name).build(np.random.default_rng(seed), 150) for seed in (4, 4, 5))
    assert one.results.digest == two.results.digest
    assert one.truth() == two.truth()
    assert one.results.digest != other.results.digest


def test_what_is_odd_is_there() -> None:
    def draw(name: str) -> Results:
        return scenario.scenario(name).build(np.random.default_rng(11), 3000).results

    share = {n: (r := draw(n)).votes[:, r.leader] / np.maximum(r.votes.sum(axis=1), 1) for n in ("two_peoples",)}
    assert np.mean(np.abs(share["two_peoples"] - 0.5) < 0.1) < 0.3
    strong = draw("strongholds")
    assert (strong.votes.max(axis=1) > 0.95 * strong.votes.sum(axis=1)).mean() > 0.01
    assert (draw("special_stations").counts["registered"] < 90).mean() > 0.05
    assert draw("unregistered_polls").absent["registered"].mean() > 0.03
    assert len(draw("many_lists").options) >= 12
    assert draw("many_lists").absent["votes"].any()
    guests = draw("certificates").counts
    assert (guests["ballots"] > guests["registered"]).any()
    registers = draw("rounded_registers").counts["registered"]
    assert (registers % 10 == 0).mean() > 0.15
    assert 0 < broken(draw("clerical_errors")).mean() < 0.015
    assert broken(draw("many_oddities")).mean() < 0.01


def test_postal_polls_have_preferences_of_their_own() -> None:
    apart = []
    for seed in range(6):
        results = scenario.scenario("unregistered_polls").build(np.random.default_rng(seed), 3000).results
        postal = results.absent["registered"]
        shares = [results.votes[rows].sum(axis=0) / results.votes[rows].sum() for rows in (postal, ~postal)]
        apart.append(np.abs(shares[0] - shares[1]).max())
    assert np.median(apart) > 0.03


def test_merged_stations_are_sums_of_neighbours() -> None:
    """A merged row is larger, and the rows that follow each other in a district are alike in nothing else."""
    gained = []
    for seed in range(6):
        results = scenario.scenario("merged_stations").build(np.random.default_rng(seed), 2000).results
        sizes = results.areas("district")
        means = np.array([results.counts["registered"][rows].mean() for _, rows in sizes])
        gained.append(np.percentile(means, 95) / np.median(means))
        assert len(results) == 2000
        assert len(set(results.stations)) == 2000
    plain = []
    for seed in range(6):
        results = scenario.scenario("clean_mixture").build(np.random.default_rng(seed), 2000).results
        means = np.array([results.counts["registered"][rows].mean() for _, rows in results.areas("district")])
        plain.append(np.percentile(means, 95) / np.median(means))
    assert np.median(gained) > np.median(plain)


def test_a_fitted_contest_is_of_its_country() -> None:
    """Canada's polls are small, Ukraine's large: the levels of the register come from the shape."""
    sizes = {}
    for country in ("Canada", "Ukraine"):
        fitted = scenario.scenario("fitted_contest", country=country)
        tables = [fitted.build(np.random.default_rng(seed), 1500).results for seed in range(4)]
        sizes[country] = float(np.median([np.percentile(t.counts["registered"], 90) for t in tables]))
    assert sizes["Canada"] < 700 < sizes["Ukraine"]
    with pytest.raises(UnknownName, match="Norway"):
        scenario.scenario("fitted_contest", country="Atlantis").build(np.random.default_rng(0), 100)


def test_the_class_knows_the_development_half_alone() -> None:
    development, test = set(countries("development")), set(countries("test"))
    assert development
    assert test
    assert not development & test
    assert {s["country"] for n, s in fitted().items() if n in shapes()} == development


@pytest.mark.parametrize("skew", [-1.5, -0.4, 0.0, 0.8, 2.0])
def test_lopsided_noise_has_the_skewness_it_is_given(skew: float) -> None:
    made = lopsided(np.random.default_rng(1).normal(size=(400_000, 1)), np.array([skew]))[:, 0]
    assert abs(made.mean()) < 0.01
    assert made.var() == pytest.approx(1, abs=0.03)
    assert (made**3).mean() == pytest.approx(skew, abs=0.05 + 0.06 * abs(skew))


def test_districts_have_a_station_each_and_as_many_as_asked_in_all() -> None:
    country = Country(per_district=8, unevenness=5.0, large_towns=0.8, town_clustering=0.7)
    people = electorate(np.random.default_rng(5), 4000, country)
    sizes = np.bincount(people.district)
    assert len(people) == 4000
    assert len(sizes) == 500
    assert sizes.min() >= 1
    assert np.median(sizes) <= 4
    town = np.bincount(people.district, people.urban) / sizes
    large = sizes >= np.percentile(sizes, 80)
    assert town[large].mean() > town[~large].mean() + 0.1


def test_a_share_of_the_districts_are_places_of_one_station_with_registers_of_their_own() -> None:
    country = Country(per_district=8, lone=0.6, lone_size=150.0, lone_size_spread=0.9, lone_turnout=0.5)
    people = electorate(np.random.default_rng(6), 6000, country)
    sizes = np.bincount(people.district)
    lone = (sizes == 1)[people.district]
    assert len(people) == 6000
    assert (sizes == 1).mean() == pytest.approx(0.6, abs=0.06)
    assert not people.urban[lone].any()
    assert np.median(people.registered[lone]) == pytest.approx(150, rel=0.2)
    assert np.log(people.registered[lone]).std() == pytest.approx(0.9, abs=0.1)
    logits = np.log(people.turnout / (1 - people.turnout))
    assert logits[lone].mean() > logits[~lone].mean() + 0.3


@pytest.mark.parametrize("trend", [-0.4, 0.0, 0.4])
def test_the_spread_of_stations_is_a_power_of_their_size(trend: float) -> None:
    flat = Country(village_size_spread=0.8, urban=0.01, turnout_by_size=0.0, district_scatter=0.0, tails=0.0)
    country = replace(flat, turnout_spread_by_size=trend, turnout_region_spread=0.0, turnout_district_spread=0.0)
    people = electorate(np.random.default_rng(7), 20_000, replace(country, neighbours=0.0, turnout_skew=0.0))
    logits, logs = np.log(people.turnout / (1 - people.turnout)), np.log(people.registered)
    off = np.abs(logits - np.median(logits))
    made = np.polyfit(logs[off > 0], np.log(off[off > 0]), 1)[0]
    assert made == pytest.approx(trend, abs=0.06)


@pytest.mark.parametrize("stations", [1, 2, 3, 7, 40])
def test_few_stations_share_the_districts_that_there_are(stations: int) -> None:
    people = electorate(np.random.default_rng(8), stations, Country(per_district=2, lone=0.3, regions=19))
    assert len(people) == stations
    assert np.bincount(people.district).min() >= 1
    assert people.region.max() < max(1, (people.district.max() + 1) // 2)
    assert np.isfinite(people.support).all()


def test_the_count_is_a_multinomial_draw() -> None:
    """Standardised by its own probabilities, an honest count has variance 1 and no mean."""
    rng = np.random.default_rng(2)
    people = electorate(rng, 6000, Country(options=3))
    results = counted(rng, people)
    valid = results.counts["valid"]
    for j in range(3):
        p = people.support[:, j]
        here = valid * p * (1 - p) > 5
        z = ((results.votes[:, j] - valid * p) / np.sqrt(valid * p * (1 - p)))[here]
        assert abs(z.mean()) < 4 / np.sqrt(z.size)
        assert abs(z.var() - 1) < 4 * np.sqrt(2.2 / z.size)


def test_whole_percentages_come_by_chance_alone() -> None:
    """The chance that round(m n / 100) is hit, from the drawn probabilities; a plain loop, no kernel."""
    rng = np.random.default_rng(9)
    expected = observed = variance = 0.0
    for _ in range(10):
        people = electorate(rng, 400, replace(several(rng), options=3))
        results = counted(rng, people)
        for n, x, p in zip(results.counts["valid"], results.votes[:, 0], people.support[:, 0], strict=True):
            if n < 100:
                continue
            targets = {int(np.floor(m * n / 100 + 0.5)) for m in range(101)}
            chance = float(binom.pmf(sorted(targets), n, p).sum())
            expected, variance = expected + chance, variance + chance * (1 - chance)
            observed += int(x) in targets
    assert abs(observed - expected) < 4 * np.sqrt(variance)


@given(target=st.floats(0.02, 0.98), seed=st.integers(0, 1000))
def test_a_level_is_met(target: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, weights = rng.normal(rng.normal(), 1.5, 300), rng.integers(1, 1000, 300)
    shift = level(logits, weights, target)
    assert np.average(logistic(logits + shift), weights=weights) == pytest.approx(target, abs=1e-6)


def test_a_country_has_the_levels_it_is_given() -> None:
    country = Country(options=4, leader=0.35, turnout=0.7, invalid=0.02, per_district=50)
    results = counted(np.random.default_rng(3), electorate(np.random.default_rng(4), 5000, country))
    totals = results.totals
    assert totals["ballots"] / totals["registered"] == pytest.approx(0.7, abs=0.002)
    assert totals["Option A"] / totals["valid"] == pytest.approx(0.35, abs=0.002)
    assert totals["invalid"] / totals["ballots"] == pytest.approx(0.02, abs=0.004)
    assert 90 <= len(results.areas("district")) <= 100


def test_a_written_world_is_the_world(tmp_path: Path) -> None:
    world = scenario.scenario("ballot_stuffing", clean="many_lists").build(np.random.default_rng(1), 120)
    truth = scenario.write(world, tmp_path / "contest.csv")
    assert truth.name == "contest.csv.truth.json"
    assert json.loads(truth.read_text(encoding="utf-8")) == json.loads(json.dumps(world.truth()))
    with (tmp_path / "contest.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["station"] for row in rows] == list(world.results.stations)
    for j, option in enumerate(world.results.options):
        stood = world.results.stood(j)
        cells = [row[option] for row in rows]
        assert [c != "" for c in cells] == stood.tolist()
        assert [int(c or 0) for c in cells] == world.results.votes[:, j].tolist()
