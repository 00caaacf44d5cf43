"""Identical protocols: the bounds against enumeration, planted copies, slips, and real contests."""

from __future__ import annotations

import json
import math
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import multinomial

from recanvass import plantings, protocol_copies
from recanvass.case import Case
from recanvass.finding import Finding, Skipped
from recanvass.kernels.near_rows import BOXES, REACH, box_bound, log_row_bound, near_rows
from recanvass.kernels.poisson_binomial_tail import log_tail
from recanvass.method import method
from recanvass.results import Results
from tests.conftest import canonical
from tests.methods.one_division import one_division
from tests.references.identical_protocols import REPEATS, STATIONS, repeats

contest = partial(one_division, areas=10, options=5, votes=(450, 900))


def asked(results: Results, **parameters: object) -> Finding:
    found = method("identical_protocols", **parameters).run(Case.of(results))
    assert isinstance(found, Finding), found
    return found


def copied(results: Results, rows: list[int], source: int, off: int = 0) -> Results:
    votes = results.votes.copy()
    for t, row in enumerate(rows):
        votes[row] = votes[source]
        if off:
            votes[row, t % votes.shape[1]] += off
    return results.with_counts(votes=votes)


def slow_neighbourhood(votes: np.ndarray, area: np.ndarray, telling: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    hits, pairs = np.zeros((len(votes), BOXES), np.int64), np.zeros(REACH + 1, np.int64)
    for i in range(len(votes)):
        for j in range(len(votes)):
            gap = int(np.abs(votes[i] - votes[j]).max())
            if i == j or area[i] != area[j]:
                continue
            if telling[i]:
                hits[i] += [gap <= width for width in range(BOXES)]
            if i < j and gap <= REACH and telling[i] and telling[j]:
                pairs[gap] += 1
    return hits, pairs


@pytest.mark.parametrize("seed", range(4))
def test_the_search_equals_all_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    votes = rng.integers(0, 14, (120, 3)) + np.array([40, 20, 5])
    area = np.sort(rng.integers(0, 4, 120))
    telling = rng.random(120) < 0.8
    starts = np.r_[0, np.cumsum(np.bincount(area, minlength=4))]
    order = np.lexsort((votes[:, 0], area))
    fast = near_rows(votes, starts, order, telling)
    for one, other in zip(fast, slow_neighbourhood(votes, area, telling), strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_bound_of_a_row_is_the_multinomial_at_its_own_shares() -> None:
    rows = np.array([[300, 200, 100, 7], [120, 0, 0, 3], [500, 0, 0, 0], [1, 1, 1, 1]])
    expected = [multinomial.logpmf(r, r.sum(), r / r.sum()) for r in rows]
    np.testing.assert_allclose(log_row_bound(rows), expected, rtol=1e-9, atol=1e-9)
    assert log_row_bound(rows)[2] == pytest.approx(0.0, abs=1e-9)


def slow_box_bound(row: np.ndarray, total: int, width: int) -> float:
    left, bound = total, 1.0
    for x in row.tolist():
        betas = [
            1.0 if y <= 0 or y >= left else (2 * math.pi * y * (1 - y / left)) ** -0.5
            for y in range(max(0, x - width), x + width + 1)
        ]
        bound *= min(1.0, math.fsum(betas))
        left -= x + width
    return bound


@pytest.mark.parametrize(("row", "total"), [([20, 12, 6], 38), ([20, 12, 6], 40), ([9, 9, 9], 27), ([30, 3, 0], 33)])
@pytest.mark.parametrize("width", [1, 2])
def test_the_bound_of_a_box_holds_for_all_rates(row: list[int], total: int, width: int) -> None:
    """Enumerated: no parameter vector gives the box more than the bound says."""
    centre = np.array(row)
    bound = box_bound(centre, total, width)
    assert bound == pytest.approx(slow_box_bound(centre, total, width), rel=1e-10)
    inside = [x for x in product(*(range(max(0, c - width), c + width + 1) for c in row)) if sum(x) == total]
    rng = np.random.default_rng(1)
    rates = [centre / centre.sum(), *rng.dirichlet(centre + 1.0, 60), *rng.dirichlet(10 * centre + 1.0, 60)]
    worst = max(float(multinomial.pmf(inside, total, r).sum()) for r in rates)
    assert worst <= bound
    assert bound < 12 * worst or bound == 1.0


def test_slips_alone_never_raise_the_headline() -> None:
    clean = contest()
    twice = copied(copied(clean, [5], 6), [65, 75], 70)
    found = asked(twice)
    assert found.status == "description"
    assert found.answer.outcome == "copies"
    assert found.evidence is not None
    assert found.evidence.log10_p > -1
    assert sum(line["copies"] - 1 for line in found.answer.tables["copies"]) == 3
    assert found.stations == ()
    assert asked(clean).status == "none"


@pytest.mark.parametrize(
    ("rows", "source", "off", "outcome"),
    [
        ([61, 62, 63, 64, 65], 60, 0, "run"),
        ([62, 66, 70, 74, 78, 82], 60, 0, "cluster"),
        ([61, 62, 63, 64, 65, 66, 67], 60, 1, "cluster_near"),
    ],
)
def test_planted_copies_are_named(rows: list[int], source: int, off: int, outcome: str) -> None:
    found = asked(copied(contest(), rows, source, off))
    assert found.status == "departure"
    assert found.answer.outcome == outcome
    assert found.stations == tuple(f"{i:05d}" for i in sorted([source, *rows]))
    assert "District 02" in found.summary
    assert {line["station"] for line in found.answer.tables["rows"]} == set(found.stations)


def test_a_run_that_drifts_is_named() -> None:
    results = contest()
    votes = results.votes.copy()
    for t in range(1, 11):
        votes[60 + t] = votes[60] + 2 * t * np.array([1, -1, 1, -1, 0])
    found = asked(results.with_counts(votes=votes))
    assert found.answer.outcome == "run_near"
    assert found.answer.facts["width"] == 2
    assert found.stations == tuple(f"{i:05d}" for i in range(60, 71))


def test_many_pairs_raise_the_headline_by_their_number() -> None:
    results = contest(areas=40)
    pairs = [(30 * a + 3, 30 * a + 13) for a in range(40)]
    votes = results.votes.copy()
    for one, other in pairs:
        votes[other] = votes[one]
    found = asked(results.with_counts(votes=votes))
    assert found.answer.outcome == "number"
    assert found.answer.facts["repeats"] == 40
    assert found.evidence is not None
    chernoff = 40 - 12 + 40 * math.log(12 / 40)
    assert found.evidence.log10_p == pytest.approx((chernoff + math.log(3)) / math.log(10))
    assert len(found.stations) == 80


def test_the_p_value_of_a_cluster_by_hand() -> None:
    results = contest(options=6)
    found = protocol_copies.table(copied(results, [62, 66, 70, 74], 60))
    telling = found.log_bound <= math.log(0.005)
    hits, _ = protocol_copies.neighbourhood(found, telling)
    group = protocol_copies.cluster(found, hits, 0.005)
    assert group is not None
    assert group.width == 0
    assert sorted(found.rows[group.members].tolist()) == [60, 62, 66, 70, 74]
    rates = [0.005, 0.005] + [0.01 / 29] * 27 + [math.exp(found.log_bound[60])] * 4
    assert group.log_p == pytest.approx(float(log_tail(np.array(rates), 4)) + math.log(3 * 300), rel=1e-9)


def test_the_p_value_of_a_run_by_hand() -> None:
    found = protocol_copies.table(copied(contest(), [61, 62, 63], 60))
    group = protocol_copies.run(found, 0.005)
    assert group is not None
    chance = 0.005 + math.exp(found.log_bound[60])
    assert group.log_p == pytest.approx(3 * math.log(chance) + math.log(3 * 300), rel=1e-9)


def test_what_is_said_to_be_seen_is_seen() -> None:
    results = contest(options=6)
    power = asked(results).answer.power
    assert power["area_stations"] == 30
    run = asked(copied(results, list(range(61, 60 + power["run"])), 60))
    assert run.status == "departure"
    # What is promised raises the headline whichever other methods were asked; one less does not.
    fewer = asked(copied(results, list(range(61, 59 + power["run"])), 60))
    assert run.evidence is not None
    assert fewer.evidence is not None
    assert run.evidence.log10_p <= math.log10(plantings.HEADLINE) < fewer.evidence.log10_p
    spread = [60 + 3 * t for t in range(1, power["cluster"])]
    assert asked(copied(results, spread, 60)).status == "departure"


def test_where_equality_is_chance_nothing_is_asked() -> None:
    few = contest(options=2, votes=(150, 300))
    outcome = method("identical_protocols").run(Case.of(few))
    assert isinstance(outcome, Skipped)
    assert outcome.code == "untelling"
    empty = np.zeros((300, 5), np.int64)
    empty[:, 0] = 350
    assert isinstance(method("identical_protocols").run(Case.of(contest().with_counts(votes=empty))), Skipped)


def test_a_hundred_thousand_equal_rows_are_answered() -> None:
    votes = np.tile(np.array([[300, 200, 100, 50]]), (100_000, 1))
    found = asked(Results(tuple("ABCD"), votes))
    assert found.status == "departure"
    json.dumps(found.to_dict(), allow_nan=False)


def test_size_under_the_hardest_null() -> None:
    """Slips at their full rate and one division an area: the headline stays below its level."""
    one = method("identical_protocols")
    case = Case.of(contest(areas=6, stations=25, votes=(300, 600)))
    logs = []
    for draw in range(60):
        found = one.run(one.null(case, np.random.default_rng([3, draw])))
        assert isinstance(found, Finding)
        assert found.evidence is not None
        logs.append(found.evidence.log10_p)
    assert sum(p <= math.log10(0.05) for p in logs) <= 9
    assert sum(p <= -2 for p in logs) <= 3


@pytest.mark.parametrize("name", sorted(REPEATS))
def test_repeats_equal_those_of_another_program(data: Path, name: str) -> None:
    assert repeats(data, name) == REPEATS[name]
    assert asked(canonical(data, name)).answer.facts["repeats"] == REPEATS[name]


@pytest.mark.parametrize("name", sorted(STATIONS))
def test_the_pairs_of_the_compendium_are_described(data: Path, name: str) -> None:
    found = asked(canonical(data, name))
    assert found.status == "description"
    assert found.answer.tables["copies"][0]["stations"] == "; ".join(STATIONS[name])


def test_six_tables_of_one_centre_in_zabul(data: Path) -> None:
    found = asked(canonical(data, "afghanistan_2009"))
    assert found.answer.outcome == "run"
    assert found.stations == tuple(f"2907026-{k}" for k in range(1, 7))


@pytest.mark.parametrize(
    "name", ["spain_1982_10", "israel_19", "canada_2011", "denmark_2022", "venezuela_2024_actas_ids"]
)
def test_clean_contests_raise_no_alarm(data: Path, name: str) -> None:
    found = asked(canonical(data, name))
    assert found.evidence is not None
    assert found.evidence.log10_p > -1
    assert found.status in ("none", "description")
