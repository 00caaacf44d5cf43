"""Manipulations: what is untouched stays, the truth is the difference, the thing planted is there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recanvass import scenario
from recanvass.errors import UsageError
from recanvass.power_surface import DOSES, HONEST, MANIPULATIONS
from recanvass.scenario import World

CLEAN = [n for n in scenario.names() if scenario.scenario(n).kind == "clean"]
PLANTED = [n for n in scenario.names() if n not in CLEAN]


def build(name: str, seed: int, stations: int, clean: str = "clean_mixture", **parameters: object) -> World:
    if name != "demo":
        parameters["clean"] = clean
    return scenario.scenario(name, **parameters).build(np.random.default_rng(seed), stations)


def rows_of(world: World) -> np.ndarray:
    return np.array(sorted({i for p in world.planted for i in p.rows}), dtype=np.int64)


@pytest.mark.parametrize("name", PLANTED)
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32), stations=st.integers(1, 300), clean=st.sampled_from(CLEAN))
def test_the_rest_is_untouched_and_the_accounts_hold(name: str, seed: int, stations: int, clean: str) -> None:
    world = build(name, seed, stations, clean)
    before, after = world.before, world.results
    rest = np.setdiff1d(np.arange(len(after)), rows_of(world))
    assert (after.votes[rest] == before.votes[rest]).all()
    for column, values in before.counts.items():
        assert (after.counts[column][rest] == values[rest]).all()
    assert (after.counts["registered"] == before.counts["registered"]).all()
    assert (after.votes >= 0).all()
    whole = after.votes.sum(axis=1) == after.counts["valid"]
    found = after.counts["valid"] + after.counts["invalid"] == after.counts["ballots"]
    if clean not in ("clerical_errors", "many_oddities") and name != "broken_accounts":
        assert whole.all()
        assert found.all()
    above = after.counts["ballots"] > np.maximum(before.counts["registered"], before.counts["ballots"])
    assert not above.any()


@pytest.mark.parametrize("name", PLANTED)
def test_the_truth_is_the_difference(name: str) -> None:
    world = build(name, 3, 400)
    truth = world.truth()
    moved = world.results.votes - world.before.votes
    assert truth["votes_moved"] == {o: int(moved[:, j].sum()) for j, o in enumerate(world.results.options)}
    assert truth["votes_changed"] == int(np.abs(moved).sum())
    named = {s for p in truth["planted"] for s in p["stations"]}
    changed = {world.results.stations[i] for i in np.flatnonzero(moved.any(axis=1))}
    assert changed <= named
    if name in HONEST:
        assert not moved.any()
        assert not truth["planted"]
    elif name == "electronic_shift":  # the stations are left as they are: only the electronic votes were moved
        assert not moved.any()
        assert truth["planted"][0]["facts"]["votes"] > 0
    elif name == "rounded_early_votes":  # what was given out early is written down otherwise, and no vote moves
        early = world.results.counts["issued_early"] - world.before.counts["issued_early"]
        assert not moved.any()
        assert np.abs(early).sum() == truth["planted"][0]["facts"]["votes"] > 0
        assert set(np.flatnonzero(early).tolist()) <= set(world.planted[0].rows)
    elif name in (
        "rounded_totals",
        "swollen_totals",
        "falling_bulletins",
    ):  # nothing is published by station: only the announced totals were moved
        assert not moved.any()
        assert truth["planted"][0]["facts"]["votes"] > 0
        assert truth["counted"] == world.before.totals
    elif name == "altered_total":
        (over,) = [a for a in world.announced if a.count != world.results.totals[a.column]]
        assert over.column == world.results.options[world.results.leader]
    else:
        assert len(changed) > len(named) / 3


def test_rounded_results_are_round() -> None:
    world = build("rounded_results", 5, 2000, turnout=True)
    rows, leader = rows_of(world), world.before.leader
    valid = world.results.counts["valid"][rows]
    share = 100 * world.results.votes[rows, leader] / np.maximum(valid, 1)
    assert (np.abs(share - np.rint(share)) <= 50 / np.maximum(valid, 1) + 1e-9).all()
    registered = world.results.counts["registered"][rows]
    turnout = 100 * world.results.counts["ballots"][rows] / registered
    assert (np.abs(turnout - np.rint(turnout)) <= 50 / registered + 1e-9).mean() > 0.9


@pytest.mark.parametrize("extent", [0.01, 0.1, 0.5])
def test_an_extent_is_reached_by_whole_districts(extent: float) -> None:
    world = build("rounded_results", 6, 3000, extent=extent)
    rows = rows_of(world)
    assert rows.size >= extent * 3000
    district = world.results.areas("district")
    for k in set(district.codes[rows].tolist()):
        assert set(district.rows(k).tolist()) <= set(rows.tolist())


def test_a_copied_percentage_is_met_to_the_ballot() -> None:
    world = build("copied_percentage", 7, 2000)
    rows, leader = rows_of(world), world.before.leader
    (target,) = world.planted[0].facts["targets"]
    valid = world.results.counts["valid"][rows]
    wanted = target["percent"] / 100 * valid
    assert (np.abs(world.results.votes[rows, leader] - wanted) <= 0.5 + 1e-9).all()


def test_equalised_results_agree_better_than_chance() -> None:
    world = build("equalised_results", 8, 2000)
    rows, leader = rows_of(world), world.before.leader
    areas = world.results.areas("district").codes[rows]
    for area in np.unique(areas):
        here = rows[areas == area]
        n, x = world.results.counts["valid"][here], world.results.votes[here, leader]
        p = x.sum() / n.sum()
        dispersion = ((x - n * p) ** 2 / np.maximum(n * p * (1 - p), 1e-9)).sum() / (len(here) - 1)
        assert dispersion < 0.2


def test_assigned_results_meet_the_district_total() -> None:
    world = build("assigned_results", 9, 2000)
    areas = world.results.areas("district")
    leader = world.before.leader
    for target in world.planted[0].facts["targets"]:
        rows = areas.rows(areas.names.index(target["district"]))
        votes = world.results.votes[rows]
        assert votes[:, leader].sum() == round(votes.sum() * target["percent"] / 100)


def test_invented_turnout_gives_no_option_a_share() -> None:
    worlds = [build("invented_turnout", seed, 1000, extent=0.5) for seed in range(6)]
    gained = []
    for world in worlds:
        rows, leader = rows_of(world), world.before.leader
        one, two = (r.votes[rows].sum(axis=0) for r in (world.before, world.results))
        assert two.sum() > one.sum()
        gained.append(two[leader] / two.sum() - one[leader] / one.sum())
    assert abs(float(np.mean(gained))) < 0.01


@pytest.mark.parametrize("name", ["ballot_stuffing", "stuffing_and_switching", "late_batch", "unobserved_stations"])
def test_added_ballots_help_the_leader_only(name: str) -> None:
    world = build(name, 10, 1000)
    moved = world.results.votes - world.before.votes
    leader = world.before.leader
    assert moved[:, leader].min() >= 0
    assert np.delete(moved, leader, axis=1).max() <= 0
    assert moved.sum() == world.results.totals["ballots"] - world.before.totals["ballots"] > 0


def test_the_control_is_an_honest_draw_of_another_electorate() -> None:
    """After a shift at random the share is q + (1 - q) p, and the spread within a district that of counting."""
    clean = "uniform_places"
    pairs = []
    for seed in range(5):
        world = build("proportional_shift", seed, 1500, clean)
        leader = world.before.leader
        for results in (world.before, world.results):
            codes = results.areas("district").codes
            n, x = results.counts["valid"].astype(float), results.votes[:, leader].astype(float)
            p = (np.bincount(codes, x) / np.bincount(codes, n))[codes]
            spread = ((x - n * p) ** 2 / np.maximum(n * p * (1 - p), 1e-9)).sum() / (len(n) - len(np.unique(codes)))
            pairs.append(spread)
        shares = [r.totals[r.options[leader]] / r.totals["valid"] for r in (world.before, world.results)]
        assert shares[1] == pytest.approx(0.05 + 0.95 * shares[0], abs=0.002)
    assert np.abs(np.array(pairs) - 1).max() < 0.2


def test_the_demonstration_is_what_it_says() -> None:
    world = scenario.scenario("demo").build(np.random.default_rng(0), 5000)
    assert len(world.results) == 5000
    assert len(world.results.areas("district")) == 60
    assert [p.kind for p in world.planted] == ["rounded_results", "rounded_results", "copied_percentage"]


@pytest.mark.parametrize("clustering", ["districts", "regions", "coordinated"])
def test_whole_areas_are_taken_until_the_extent_is_reached(clustering: str) -> None:
    world = build("ballot_stuffing", 11, 2500, extent=0.1, clustering=clustering)
    rows, before = rows_of(world), world.before
    areas = before.areas("region" if clustering == "regions" else "district")
    taken = set(areas.codes[rows].tolist())
    assert rows.size >= 0.1 * len(before)
    assert rows.size == sum(len(areas.rows(k)) for k in taken)
    if clustering == "coordinated":
        leader = before.leader
        share = {k: before.votes[r, leader].sum() / before.votes[r].sum() for k, (_, r) in enumerate(areas)}
        assert max(share[k] for k in taken) <= min(v for k, v in share.items() if k not in taken)


@pytest.mark.parametrize(
    "name", ["ballot_stuffing", "vote_switching", "unobserved_stations", "inflated_turnout", "proportional_shift"]
)
def test_a_dose_in_votes_is_met(name: str) -> None:
    extent = {} if name in ("unobserved_stations", "proportional_shift") else {"extent": 0.5}
    world = build(name, 12, 2000, of_leader=0.04, **extent)
    leader, moved = world.before.leader, world.results.votes - world.before.votes
    gained = moved.sum() if name == "inflated_turnout" else moved[:, leader].sum()
    assert gained / world.before.votes[:, leader].sum() == pytest.approx(0.04, rel=0.03)


def test_a_dose_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="raise extent"):
        build("ballot_stuffing", 12, 2000, extent=0.01, of_leader=0.5)


@pytest.mark.parametrize("rounding", ["up", "down"])
def test_counts_are_rounded_the_way_that_is_said(rounding: str) -> None:
    world = build("rounded_results", 13, 2000, extent=0.1, rounding=rounding, fives=0.0)
    rows, leader = rows_of(world), world.before.leader
    valid, votes = world.results.counts["valid"][rows], world.results.votes[rows, leader]
    here = valid > 200
    exact = 100 * votes[here] / valid[here]
    off = (exact - np.rint(exact)) * valid[here] / 100
    assert (off > -1e-6).all() if rounding == "up" else (off < 1e-6).all()
    assert np.abs(off).max() > 0.5


def test_every_manipulation_of_the_field_has_a_scenario_and_a_dose() -> None:
    assert list(MANIPULATIONS) == [f"F{k}" for k in range(1, 14)]
    for names in MANIPULATIONS.values():
        assert set(names) <= set(DOSES)
    for name, grid in DOSES.items():
        for dose in grid:
            scenario.scenario(name, **dose)


@given(seed=st.integers(0, 2**32), decimals=st.integers(0, 3), clean=st.sampled_from(CLEAN))
@settings(max_examples=25, deadline=None)
def test_rounded_totals_add_up_and_are_percentages_to_the_nearest_ballot(seed: int, decimals: int, clean: str) -> None:
    world = build("rounded_totals", seed, 60, clean, decimals=decimals)
    valid, *shown = world.announced
    assert sum(a.count for a in shown) == valid.count == world.before.votes.sum()
    assert world.case().results is None
    grid, leader = 100 * 10**decimals, world.before.leader
    for j, (announced, option) in enumerate(zip(shown, world.before.options, strict=True)):
        assert announced.count >= 0
        point = round(grid * announced.count / valid.count) if valid.count else 0
        if j != leader:
            assert abs(announced.count - point * valid.count / grid) <= 0.5
            assert abs(announced.count - world.before.totals[option]) <= valid.count / grid / 2 + 1


def test_copies_are_the_protocols_before_they_were_altered() -> None:
    world = build("altered_protocols", 4, 600, errors=0.0)
    copies, case = world.known["copies"], world.case()
    row = {name: i for i, name in enumerate(world.before.stations)}
    rows = [row[name] for name in copies.stations]
    assert len(rows) == case.sampling.drawn[""] == 120
    assert case.sampling.frame[""] == 600
    assert (copies.votes == world.before.votes[rows]).all()
    altered = (copies.votes != world.results.votes[rows]).any(axis=1)
    assert {copies.stations[i] for i in np.flatnonzero(altered)} <= set(world.truth()["planted"][0]["stations"])
    assert {a.column: a.count for a in world.announced} == world.results.totals
    slipped = build("altered_protocols", 4, 600, errors=0.1).known["copies"]
    assert 0 < (slipped.votes != copies.votes).any(axis=1).sum() < 40
    clean = build("altered_protocols", 4, 600, extent=0.0)
    assert not clean.planted[0].rows
    assert clean.results is clean.before or (clean.results.votes == clean.before.votes).all()


def test_who_was_observed_is_known_to_the_case() -> None:
    world = build("unobserved_stations", 4, 300)
    assert list(world.case().observers.stations) == world.planted[0].facts["observed"]
    assert not set(world.case().observers.stations) & set(world.truth()["planted"][0]["stations"])
