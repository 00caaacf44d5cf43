"""Scores of the rounding lattice: against a second writing, sizes on clean worlds, power as promised."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recanvass import rounding, rounding_tables, scenario
from recanvass.case import Case
from recanvass.kernels import scored_events
from recanvass.methods.integer_percentages import IntegerPercentages
from recanvass.whole_percentages import Look
from tests.methods.test_integer_percentages import contest, finding, rounded


def share(seed: int = 0, stations: int = 400, **options: int) -> Look:
    return IntegerPercentages().looks(contest(stations, seed=seed, **options))[0]


def test_scores_are_the_log_likelihood_ratios() -> None:
    for n in (100, 250, 5000):
        one, five = rounding.scores(np.array([n]), (64, 1 / 19))[0]
        usual = 100 / n
        # A part 1/20 chosen, .42 of it on the 20 multiples of five: the ratio to counting alone, over 19/20.
        assert one == round(64 * np.log((0.95 * 0.8 * usual + 0.05 * 0.58) / (0.95 * 0.8 * usual)))
        assert five == round(64 * np.log((0.95 * 0.2 * usual + 0.05 * 0.42) / (0.95 * 0.2 * usual)))


def test_a_large_station_and_a_multiple_of_five_tell_more() -> None:
    small, large = rounding.scores(np.array([150, 2000]), rounding.AREA)
    assert small[0] < small[1] < large[1]
    assert small[0] < large[0] < large[1]


def test_contest_tail_against_draws_of_the_null() -> None:
    look = share(seed=3, stations=120)
    score = rounding.scores(look.whole, rounding.CONTEST)
    observed = rounding.reached(look, score).sum()
    rng = np.random.default_rng(1)
    lots = rng.random((20000, len(score), 1))
    kinds = (lots < np.cumsum(look.near, axis=1)).sum(axis=2)  # 2: the first kind, 1: the second
    totals = np.where(kinds == 2, score[:, 0], np.where(kinds == 1, score[:, 1], 0)).sum(axis=1)
    share_above = (totals >= observed).mean()
    assert 10 ** rounding.contest_tail(look) == pytest.approx(share_above, abs=0.02)


def test_needed_total_has_the_level_as_its_tail() -> None:
    look = share(seed=5, stations=1500)
    score = rounding.scores(look.whole, rounding.CONTEST)
    for level in (1e-2, 1e-4):
        needed = rounding._needed(look.near, score, level)
        tail = scored_events.saddlepoint_tail(look.near, score, round(needed))
        assert tail == pytest.approx(np.log10(level), abs=0.06)


@pytest.mark.parametrize("near", [np.zeros((40, 2)), np.tile([1.0, 0.0], (40, 1)), np.full((40, 2), 1e-260)])
def test_a_total_that_chance_does_not_move_needs_one_more(near: np.ndarray) -> None:
    score = np.tile([3, 5], (40, 1))
    assert rounding._needed(near, score, 1e-3) == (121 if near[0, 0] == 1 else 1)


def test_areas_of_five_stations_are_scanned_and_smaller_ones_not() -> None:
    results = contest(60, districts=11, seed=4)
    looks = IntegerPercentages().looks(results)
    scan = rounding.scan_areas(results, looks, 0.01)
    assert len(scan.sizes) == len(scan.log10_p)
    assert scan.sizes.min() >= 5
    assert (scan.sizes < 10).any()
    bare = [replace(look, kind=look.kind[:0], near=look.near[:0]) for look in looks]
    assert rounding.scan_areas(results, bare, 0.01).sizes.min() >= 10


def test_rates_of_the_scan_on_clean_worlds_are_within_the_levels() -> None:
    # Own seeds; 10 worlds, some thousand tests: within three standard errors of the level or below.
    found = []
    for trial in range(10):
        results = scenario.scenario("clean_mixture").build(np.random.default_rng([611, trial]), 3000).results
        found.append(rounding.scan_areas(results, IntegerPercentages().looks(results), 0.01).log10_p)
    tails = np.concatenate(found)
    assert len(tails) > 1000
    for level in (0.01, 0.001):
        assert (tails <= np.log10(level)).mean() <= level + 3 * np.sqrt(level / len(tails))


def test_a_sloppy_rounder_is_seen_by_the_count() -> None:
    # Three votes beside the whole percentage at 8,000 votes: it prints as 60.0 and is not the nearest count.
    results = contest(400, seed=9)
    big = results.with_counts(votes=results.votes * 8, **{k: v * 8 for k, v in results.counts.items()})
    rng = np.random.default_rng(2)
    rows = np.flatnonzero(big.counts["valid"] > 8000)
    valid = big.counts["valid"][rows]
    leader = rng.binomial(valid, big.votes[rows, 0] / valid)
    sloppy = np.round(np.round(100 * leader / valid) * valid / 100).astype(np.int64) + 3
    votes = big.votes.copy()
    votes[rows] = np.stack([sloppy, valid - sloppy, valid * 0], axis=1)
    found = finding(big.with_counts(votes=votes), placebo=False)
    line = found.answer.tables["looks"][0]
    assert line["log10_p"] < -10 < line["score_log10_p"]
    assert found.status == "departure"
    assert found.answer.outcome == "yes_share"


def test_the_sentence_tells_the_count_that_the_evidence_holds() -> None:
    results = contest(1500, seed=12)
    rows = np.random.default_rng(3).choice(1500, 200, replace=False)
    found = finding(rounded(results, rows), placebo=False)
    assert found.answer.outcome == "yes_share_nearest"
    facts, evidence = found.answer.facts, found.evidence
    assert evidence is not None
    assert (evidence.statistic, evidence.expected) == (facts["nearest_observed"], facts["nearest_expected"])
    line = found.answer.tables["looks"][0]
    assert line["nearest_observed"] == facts["nearest_observed"]
    # Half of the level is for the contest, where two statistics of two looks share it.
    assert evidence.log10_p == pytest.approx(line["score_log10_p"] + np.log10(8), abs=1e-9)


def test_power_promises_nothing_where_not_all_would_be_seen() -> None:
    look = share(stations=20)
    rng = np.random.default_rng(0)
    assert rounding.power(replace(look, rows=look.rows[:0]), look.hits, [], 1e-3, (2, 0), rng) == {}
    few = IntegerPercentages().looks(contest(3, seed=1))[0]
    assert rounding.power(few, few.kind == 2, [], 1e-9, (2, 0), rng) == {}


def test_power_in_an_area_holds() -> None:
    # As many stations of one district as the finding says: seen with 80 %; 30 trials, at least 18.
    seen = 0
    for trial in range(30):
        results = contest(900, seed=300 + trial, districts=30)
        facts = finding(results, placebo=False).answer.power
        codes = results.areas("district").codes
        sizes = np.bincount(codes)
        district = int(np.argmin(np.abs(sizes - facts["area_size"])))
        rng = np.random.default_rng(trial)
        rows = rng.choice(np.flatnonzero(codes == district), min(facts["area"], sizes[district]), replace=False)
        seen += finding(rounded(results, rows), placebo=False).status == "departure"
    assert seen >= 18


def test_the_lower_bound_holds() -> None:
    # Nominal 95 %: of 60 planted contests at most 8 may have a bound above the 40 stations planted.
    above = 0
    for trial in range(60):
        results = contest(400, seed=700 + trial)
        rows = np.random.default_rng(trial).choice(400, 40, replace=False)
        look = IntegerPercentages().looks(rounded(results, rows))[0]
        bound = rounding_tables.estimates(look)[1]
        above += bound.value > 40
    assert above <= 8


def areas_of(seed: int, whole: int = 400) -> tuple[list[rounding._Tests], np.ndarray]:
    """Two areas of five stations as tests of one look, all with the same size of station."""
    rng = np.random.default_rng(seed)
    near = rng.uniform(0.02, 0.3, (10, 2))
    base = share(stations=40)
    kind = np.zeros(10, np.int64)
    look = replace(base, rows=np.arange(10), whole=np.full(10, whole), kind=kind, near=near)
    tests = rounding._Tests("district", ("A", "B"), look, np.arange(10), np.array([0, 5, 10]), np.arange(2), kind[:2])
    return [tests], near


def ratio(kinds: np.ndarray) -> np.ndarray:
    """The largest log likelihood ratio over two areas and the parts, written from its definition; ``(m,)``."""
    usual = 100 / 400
    best = np.full(len(kinds), -np.inf)
    for part in (0.25, 0.5, 0.95):
        odds = part / (1 - part)
        worth = np.array([0, np.log1p(odds * 0.58 / (0.8 * usual)), np.log1p(odds * 0.42 / (0.2 * usual))])
        worth = np.round(8 * worth) / 8 + np.log(1 - part)
        for mine in (slice(0, 5), slice(5, 10)):
            best = np.maximum(best, worth[kinds[:, mine]].sum(axis=1))
    return best


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_areas_together_hold_their_level_exactly_far_into_the_tail(seed: int) -> None:
    # The whole law of the largest ratio, by enumeration of the 3^10 outcomes of ten stations.
    tests, near = areas_of(seed)
    kinds = np.array(np.unravel_index(np.arange(3**10), (3,) * 10)).T
    chance = np.concatenate([1 - near.sum(axis=1, keepdims=True), near], axis=1)
    mass = np.take_along_axis(np.broadcast_to(chance, (3**10, 10, 3)), kinds[:, :, None], axis=2)[:, :, 0].prod(axis=1)
    largest = ratio(kinds)
    assert mass.sum() == pytest.approx(1)
    for at in np.unique(np.round(np.quantile(largest[largest > 0.01], np.linspace(0, 1, 25)), 9)):
        example = kinds[np.argmin(np.abs(largest - at))]
        look = replace(tests[0].look, kind=example)
        found = 10 ** rounding._together([replace(tests[0], look=look)])[0]
        truth = mass[largest >= ratio(example[None])[0] - 1e-9].sum()
        # Never too small; at most six tests' worth too large, as the sum is over two areas and three parts.
        assert truth * (1 - 1e-9) <= found <= min(1.0, 6.01 * truth)


def test_areas_together_have_no_more_small_p_values_than_their_level_on_clean_worlds() -> None:
    # Own seeds, 60 worlds of 300 stations of the method's null; one tail in ten may be below .1, three errors more.
    method, found = IntegerPercentages(), []
    for trial in range(60):
        rng = np.random.default_rng([612, trial])
        results = method.null(Case.of(contest(300, seed=trial)), rng).results
        assert results is not None
        found.append(rounding.scan_areas(results, method.looks(results), 0.01).together)
    assert (np.array(found) <= -1).mean() <= 0.1 + 3 * np.sqrt(0.09 / 60)
    assert min(found) > -3


def test_an_area_that_cannot_give_such_a_ratio_costs_nothing() -> None:
    tests, _ = areas_of(4)
    kind = np.array([2, 2, 1, 1, 1, 0, 0, 0, 0, 0])
    both = rounding._together([replace(tests[0], look=replace(tests[0].look, kind=kind))])
    alone = replace(tests[0], look=replace(tests[0].look, kind=kind, whole=np.repeat([400, 110], 5)))
    assert both[1] == rounding._together([alone])[1] == 0
    # The five stations of 110 votes tell next to nothing: their part of the sum vanishes.
    assert rounding._together([alone])[0] < both[0] - 0.1


def test_the_area_of_the_largest_ratio_is_named_where_the_list_is_empty() -> None:
    results = contest(300, seed=900, districts=30)
    codes = results.areas("district").codes
    district = int(np.argmin(np.abs(np.bincount(codes) - 8)))
    planted = rounded(results, np.flatnonzero(codes == district))
    looks = IntegerPercentages().looks(planted)
    name = results.areas("district").names[district]
    # At a rate of 1e-200 Benjamini-Hochberg lists nothing.
    silent = rounding.scan_areas(planted, looks, 1e-200)
    assert not any(line["listed"] for line in silent.lines)
    scan = rounding.scan_areas(planted, looks, 1e-200, alarm=1e-3)
    assert scan.together == silent.together < -3
    assert [line["area"] for line in scan.lines if line["listed"]] == [name]
    assert scan.lines[0]["listed"]
    assert scan.lines[0]["log10_q"] <= scan.together
    assert not any(line["listed"] for line in rounding.scan_areas(planted, looks, 1e-200, alarm=1e-100).lines)


def test_a_district_wholly_rounded_speaks_for_itself() -> None:
    results = contest(300, seed=900, districts=30)
    codes = results.areas("district").codes
    district = int(np.argmin(np.abs(np.bincount(codes) - 8)))
    planted = rounded(results, np.flatnonzero(codes == district))
    found = finding(planted, placebo=False)
    assert found.answer.outcome.startswith("local")
    assert found.answer.facts["area_area"] == results.areas("district").names[district]
    scan = rounding.scan_areas(planted, IntegerPercentages().looks(planted), 0.01)
    assert found.evidence is not None
    # Half of the level is for the areas.
    assert found.evidence.log10_p == pytest.approx(scan.together + np.log10(2), abs=1e-9)
