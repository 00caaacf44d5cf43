"""Turnout jumps: the table of methods/18 part B, a second implementation, planted ballots."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
import pytest

from recanvass import wording
from recanvass.case import Case
from recanvass.method import method
from recanvass.neighbours import local_medians, neighbourhoods, official_order
from recanvass.results import Labels, Results
from tests.conftest import canonical


def example_results(seed: int = 1, stations: int = 600, added: float = 0.0, honest: float = 0.0) -> Results:
    """A contest in which each tenth station has more turnout: honest voters, or ballots for A alone."""
    rng = np.random.default_rng(seed)
    registered = rng.integers(500, 1500, stations)
    jumps = np.arange(stations) % 10 == 4
    ballots = rng.binomial(registered, np.where(jumps, 0.4 + honest, 0.4))
    leader = rng.binomial(ballots, 0.5)
    extra = np.where(jumps, np.rint(registered * added), 0).astype(np.int64)
    votes = np.stack(
        [leader + extra, (ballots - leader) * 3 // 4, ballots - leader - (ballots - leader) * 3 // 4], axis=1
    )
    places = {
        "region": Labels.of([f"R{i // 50:02d}" for i in range(stations)]),
        "station": Labels.of([f"No {i + 1}" for i in range(stations)]),
    }
    return Results(("A", "B", "C"), votes, {"registered": registered, "ballots": votes.sum(axis=1)}, places=places)


#: Methods/18 part B: kappa, its standard error, and A in per cent of the leader's votes. Its counts of jumps are not
#: asked for: this program finds up to 20 % more (Georgia 2012: 62 for 58; Russia 2018: 1,635 for 1,453), because special
#: rows were left out there that the canonical tables do not mark, and for reasons not found. Georgia 2017 is the one
#: row of which A does not come out (.25 for .18, with 63 jumps for 57).
PUBLISHED = [
    ("russia_2004", 0.29, 0.04, 0.40),
    ("russia_2007", 0.43, 0.04, 0.49),
    ("russia_2011", 0.25, 0.05, 1.53),
    ("russia_2012", 0.21, 0.03, 0.58),
    ("russia_2018", 0.47, 0.04, 0.34),
    ("russia_2020", 0.45, 0.03, 0.77),
    ("russia_2024", 0.16, 0.05, 0.48),
    ("canada_2011", 0.87, 0.05, 0.10),
    ("canada_2015", 0.91, 0.05, 0.10),
    ("georgia_2014_local", 0.87, 0.05, 0.23),
    ("georgia_2016_parl", 0.58, 0.12, 0.24),
    ("uganda_2011", 0.35, 0.09, 0.60),
    ("uganda_2021", 0.13, 0.09, 1.03),
]

#: Which of them stand out by the rule of part B: Russia and Uganda, and nothing clean.
OUTSIDE = {"russia", "uganda"}


@pytest.mark.parametrize(("contest", "ratio", "error", "percent"), PUBLISHED)
def test_the_table_of_the_compendium(data: Path, contest: str, ratio: float, error: float, percent: float) -> None:
    answer = method("turnout_jumps").run(Case.of(canonical(data, contest))).answer
    facts = answer.facts
    assert facts["kappa"] == pytest.approx(ratio, abs=error)
    assert 100 * facts["share"] == pytest.approx(percent, abs=max(0.03, 0.03 * percent))
    assert facts["stands_out"] == (contest.split("_")[0] in OUTSIDE)
    assert ("stands_out" in answer.caveats) == facts["stands_out"]


@pytest.mark.parametrize("contest", ["ukraine_2019_parl", "poland_2010_sejmik", "albania_2013", "georgia_2012_parl"])
def test_where_all_options_rise_nothing_is_left_unmatched(data: Path, contest: str) -> None:
    facts = method("turnout_jumps").run(Case.of(canonical(data, contest))).answer.facts
    assert facts["kappa"] > 0.95
    assert not facts["stands_out"]


def by_hand(results: Results, option: int, jump: float) -> tuple[int, float]:
    """The ratio by loops over stations and lists."""
    region = results.places["region"].codes
    count, seen, expected = 0, 0.0, 0.0
    for i in range(len(results)):
        near = [j for j in range(i - 5, i + 6) if j != i and 0 <= j < len(results) and region[j] == region[i]]
        if len(near) < 4:
            continue
        v, g = results.counts["registered"], results.counts["ballots"]
        lead = results.votes[:, option]
        t, m, o = (statistics.median(float(x[j]) for j in near) for x in (g / v, lead / v, (g - lead) / v))
        if g[i] / v[i] - t > jump:
            count += 1
            seen += v[i] * ((g[i] - lead[i]) / v[i] - o)
            expected += v[i] * o / (m + o) * (g[i] / v[i] - t)
    return count, seen / expected


@pytest.mark.parametrize("option", ["A", "B"])
def test_the_ratio_equals_a_loop_over_stations(option: str) -> None:
    results = example_results(added=0.3)
    facts = method("turnout_jumps", option=option).run(Case.of(results)).answer.facts
    count, ratio = by_hand(results, results.options.index(option), 0.2)
    assert facts["count"] == count == 60
    assert facts["kappa"] == pytest.approx(ratio, abs=1e-10)


def test_added_ballots_bring_nobody_else_and_honest_voters_do() -> None:
    added = method("turnout_jumps").run(Case.of(example_results(added=0.3))).answer
    honest = method("turnout_jumps").run(Case.of(example_results(honest=0.3))).answer
    assert added.facts["kappa"] == pytest.approx(0.0, abs=0.1)
    assert honest.facts["kappa"] == pytest.approx(1.0, abs=0.1)
    planted = example_results(added=0.3).totals["A"] - example_results().totals["A"]
    assert added.facts["unmatched"] == pytest.approx(planted, rel=0.1)
    assert added.estimates[0].low < added.facts["kappa"] < added.estimates[0].high
    placebo = {row["option"]: row["kappa"] for row in added.tables["placebo"]}
    assert placebo["B"] > 1.0


def test_stations_stand_in_the_order_of_their_numbers() -> None:
    results = example_results(stations=120)
    order = official_order(results)
    assert order[1] < order[9] < order[10] < order[99]
    rows, codes, neighbours = neighbourhoods(results, 200, 2)
    assert list(neighbours[0]) == [-1, -1, 1, 2]
    assert list(neighbours[49]) == [47, 48, -1, -1]
    assert codes[49] != codes[50]
    assert list(rows) == list(range(120))


def test_a_median_needs_four_neighbours() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0, np.nan])
    near = np.array([[0, 1, 2, 3], [0, 1, 2, 4], [0, 1, 2, -1]])
    found = local_medians(values, near[[0, 1, 2, 0, 0]])
    assert found[0] == 2.5
    assert np.isnan(found[1])
    assert np.isnan(found[2])


def test_states_with_a_reason_and_sentences() -> None:
    assert method("turnout_jumps").run(Case.of(example_results())).code == "few_jumps"
    assert method("turnout_jumps", option="Z").run(Case.of(example_results())).code == "no_option"
    facts = method("turnout_jumps").run(Case.of(example_results(added=0.3))).answer.facts
    for language in wording.LANGUAGES:
        for outcome in ("said", "ranked"):
            text = wording.summary(
                "turnout_jumps", outcome, {**facts, "below": 3, "contests": 11, "largest": 0.4}, language
            )
            assert "60" in text
