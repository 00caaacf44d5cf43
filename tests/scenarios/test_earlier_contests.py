"""Worlds that know an earlier contest or where machines count: coherent, repeatable, honest, and as told."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recanvass import scenario
from recanvass.case import Case
from recanvass.errors import UsageError
from recanvass.method import method
from recanvass.power_surface import HONEST
from recanvass.results import Results
from recanvass.same_stations import same_stations
from recanvass.scenario import World
from recanvass.scenarios._earlier import EARLIER, pair

CLEAN = [n for n in scenario.names() if scenario.scenario(n).kind == "clean"]
SINCE = ("added_since_earlier", "moved_since_earlier")
PAIRS = (*HONEST, *SINCE, "added_beside_machines")


def build(name: str, seed: int = 3, stations: int = 800, **parameters: object) -> World:
    return scenario.scenario(name, **parameters).build(np.random.default_rng(seed), stations)


def of(case: Case) -> tuple[Results, Results]:
    assert case.results is not None
    return case.results, case.earlier[EARLIER]


@pytest.mark.parametrize("name", PAIRS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), stations=st.integers(1, 200), clean=st.sampled_from(CLEAN))
def test_both_protocols_are_whole(name: str, seed: int, stations: int, clean: str) -> None:
    """The later contest always; the earlier one is the clean contest itself, slips of the pen included."""
    now, then = of(build(name, seed, stations, clean=clean).case())
    tables = [now] if clean in ("clerical_errors", "many_oddities") else [now, then]
    for table in tables:
        counts = table.counts
        assert (table.votes >= 0).all()
        assert (table.votes.sum(axis=1) == counts["valid"]).all()
        assert (counts["valid"] + counts["invalid"] == counts["ballots"]).all()
    known = now.known("registered")
    assert (now.counts["ballots"] <= now.counts["registered"])[known].all()
    assert len(set(now.stations)) == len(now)


@pytest.mark.parametrize("name", PAIRS)
def test_a_seed_gives_the_same_contests(name: str) -> None:
    first, second, other = (build(name, seed).case() for seed in (3, 3, 4))
    assert [t.digest for t in of(first)] == [t.digest for t in of(second)]
    assert first.machine_counted == second.machine_counted
    assert of(first)[1].digest != of(other)[1].digest


@pytest.mark.parametrize("name", SINCE)
def test_the_earlier_contest_is_honest_and_the_later_one_that_of_the_control(name: str) -> None:
    """What is planted is planted into the pair that the control has for the same seed."""
    planted, honest = build(name), build("honest_swing")
    assert of(planted.case())[1].digest == of(honest.case())[1].digest
    assert planted.before.digest == honest.results.digest
    assert planted.results.digest != honest.results.digest


@pytest.mark.parametrize("name", [*SINCE, "added_beside_machines"])
def test_votes_moved_are_those_recorded(name: str) -> None:
    world = build(name)
    (planted,) = world.planted
    moved = world.results.votes - world.before.votes
    leader = world.before.leader
    said = [v for k, v in planted.facts.items() if k in ("added", "moved", "votes")]
    assert said == [int(moved[:, leader].sum())]
    assert said[0] > 0
    assert set(np.flatnonzero(moved.any(axis=1)).tolist()) <= set(planted.rows)
    ballots = world.results.totals["ballots"] - world.before.totals["ballots"]
    assert ballots == (0 if name == "moved_since_earlier" else said[0])
    assert world.truth()["planted"][0]["votes_moved"] == said[0]


@pytest.mark.parametrize("name", [*SINCE, "added_beside_machines"])
def test_a_dose_in_votes_is_met(name: str) -> None:
    world = build(name, stations=2000, of_leader=0.04, extent=0.5)
    leader = world.before.leader
    gained = (world.results.votes - world.before.votes)[:, leader].sum()
    assert gained / world.before.votes[:, leader].sum() == pytest.approx(0.04, rel=0.05)
    with pytest.raises(UsageError, match="raise extent"):
        build(name, of_leader=2.0, extent=0.02)


def test_machines_count_honestly_and_stand_in_towns() -> None:
    for moved in (False, True):
        world = build("added_beside_machines", stations=2000, moved=moved)
        listed = frozenset(world.case().machine_counted)
        names = world.results.stations
        assert not {names[i] for i in world.planted[0].rows} & listed
        machine = np.array([name in listed for name in names])
        assert machine.mean() == pytest.approx(0.2, abs=0.03)
        size = world.results.counts["registered"]
        assert size[machine].mean() > 1.1 * size[~machine].mean()
        gained = world.results.totals["ballots"] - world.before.totals["ballots"]
        assert (gained == 0) is moved
    lot = build("placed_machines", stations=2000, placing=0.0, leaning=0.0)
    machine = np.isin(np.array(lot.results.stations, dtype=object), lot.case().machine_counted)
    size = lot.results.counts["registered"]
    assert size[machine].mean() == pytest.approx(size[~machine].mean(), rel=0.1)
    assert not build("placed_machines", earlier=False).case().earlier


def test_stations_are_new_closed_and_renamed_and_an_option_is_new() -> None:
    seen = {"new": 0, "closed": 0, "renamed": 0, "option": 0}
    for seed in range(4):
        now, then = of(build("honest_swing", seed, 1500).case())
        names, old = set(now.stations), set(then.stations)
        renamed = {name for name in names if name.endswith("/1")}
        seen["renamed"] += len(renamed)
        seen["new"] += len(names - old - renamed)
        seen["closed"] += len(old - names - {name[:-2] for name in renamed})
        seen["option"] += "Option new" in now.options
        assert len(set(now.options) - set(then.options)) <= 1
        assert now.options[now.leader] in then.options
        assert 0.85 * 1500 < same_stations(now, then)[0].size < 0.99 * 1500
    assert all(count > 3 for count in seen.values())


def between(swing: float, seed: int) -> tuple[float, float]:
    """How far turnout changes within a district, in variances of two lotteries, and how far apart regions change."""
    now, then = pair("uniform_places", np.random.default_rng(seed), 1500, swing=swing)
    rows, old = same_stations(now, then)
    cast, size = now.counts["ballots"][rows], now.counts["registered"][rows]
    before, was = then.counts["ballots"][old], then.counts["registered"][old]
    p, change = (cast + before) / (size + was), cast / size - before / was
    district, region = (now.areas(level).codes[rows] for level in ("district", "region"))
    district = np.unique(district, return_inverse=True)[1]
    usual = np.array([np.median(change[district == k]) for k in range(district.max() + 1)])
    z = (change - usual[district]) / np.sqrt(p * (1 - p) * (1 / size + 1 / was))
    return float(np.median(z**2)) / 0.455, float(np.std([change[region == k].mean() for k in np.unique(region)]))


def test_what_changes_is_the_place_and_not_the_count() -> None:
    """Without a swing, hardly more than two lotteries (who chose the option that is gone may stay at home)."""
    quiet, loud = ([between(swing, seed) for seed in (0, 1, 2)] for swing in (1e-9, 3.0))
    assert all(0.7 < factor < 1.3 for factor, _ in quiet)
    assert sum(factor for factor, _ in loud) > 2 * sum(factor for factor, _ in quiet)
    assert sum(apart for _, apart in loud) > 1.5 * sum(apart for _, apart in quiet)


def test_honest_pairs_look_like_real_ones() -> None:
    """Real clean pairs: both far up at 0 to 5 stations in 1,000, factors of 1 to 8, a flow 0 to .5 outside."""
    up, factors, outside = [], [], []
    for seed in range(12):
        case = build("honest_swing", seed, 2000).case()
        facts = method("panel_jumps").run(case).answer.facts
        up.append(facts["up"] / facts["stations"])
        factors += [facts["turnout_factor"], facts["share_factor"]]
        outside.append(method("vote_flow", draws=0).run(case).answer.facts["outside"])
    assert np.median(up) < 0.005
    assert 1.1 < np.median(factors) < 4
    assert max(factors) < 12
    assert 0.01 < np.median(outside) < 0.3


@pytest.mark.parametrize(
    ("name", "asked", "parameters"),
    [
        ("honest_swing", "panel_jumps", {}),
        ("placed_machines", "machine_counted_controls", {}),
        ("placed_machines", "machine_counted_controls", {"placing": 0.0, "leaning": 0.0, "earlier": False}),
    ],
)
def test_the_controls_stay_at_the_limit(name: str, asked: str, parameters: dict[str, object]) -> None:
    """At p <= 1e-3 at most 3 of 40 honest contests: the binomial bound of a rate of 1 in 100 (one in a thousand)."""
    seen = 0
    for seed in range(40):
        found = method(asked).run(build(name, seed, 500, **parameters).case())
        evidence = getattr(found, "evidence", None)
        seen += evidence is not None and evidence.log10_p <= -3
    assert seen <= 3


def test_a_difference_that_was_there_before_is_no_alarm() -> None:
    """Machines where the leader is weak: often a false alarm if told that a lot placed them, with the earlier contest
    hardly ever, and never with neither."""
    seen = {"lot": 0, "earlier": 0}
    for seed in range(12):
        alone = build("placed_machines", seed, 1500, leaning=0.8, earlier=False).case()
        assert method("machine_counted_controls").run(alone).evidence is None
        told = method("machine_counted_controls", placed_by_lot=True).run(alone)
        before = build("placed_machines", seed, 1500, leaning=0.8, earlier=True).case()
        since = method("machine_counted_controls").run(before)
        seen["lot"] += told.evidence.log10_p <= -3
        seen["earlier"] += since.evidence.log10_p <= -3
    assert seen["lot"] >= 5
    assert seen["earlier"] <= 1


def test_no_file_of_an_honest_pair_joins_the_class_of_clean_contests() -> None:
    """Their kind is not clean, so that neither the draws of the class nor its hash know them."""
    assert all(scenario.kind_of(name).kind == "control" for name in HONEST)
    clean = {scenario.draw_clean(np.random.default_rng(seed)).name for seed in range(30)}
    assert not clean & set(PAIRS)
