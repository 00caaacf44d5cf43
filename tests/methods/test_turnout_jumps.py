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


#: Methods/18 part B: stations, jumps, kappa, its standard error, and A in per cent of the leader's votes; None where
#: the number of stations is printed in round figures only, where no error is printed, and where A is printed as a
#: sign. Its text gives one limit, 200 registered voters; all 20 counts come out with a second, 100 for a neighbour,
#: and none of them without it.
PUBLISHED = [
    ("russia_2004", 80_573, 1314, 0.29, 0.04, 0.40),
    ("russia_2007", 81_601, 1619, 0.43, 0.04, 0.49),
    ("russia_2011", 82_092, 2244, 0.25, 0.05, 1.53),
    ("russia_2012", 82_051, 1463, 0.21, 0.03, 0.58),
    ("russia_2018", 84_469, 1453, 0.47, 0.04, 0.34),
    ("russia_2020", 83_990, 2111, 0.45, 0.03, 0.77),
    ("russia_2024", 79_766, 1157, 0.16, 0.05, 0.48),
    ("uganda_2011", 23_156, 376, 0.35, 0.09, 0.60),
    ("uganda_2021", 32_789, 485, 0.13, 0.09, 1.03),
    ("canada_2004", None, 409, 0.92, None, 0.10),
    ("canada_2011", None, 426, 0.87, None, 0.10),
    ("canada_2015", None, 497, 0.91, None, 0.10),
    ("ukraine_2019_pres_r1", None, 215, 1.20, None, None),
    ("ukraine_2019_parl", None, 421, 1.04, None, None),
    ("georgia_2012_parl", 3_391, 58, 1.11, 0.25, None),
    ("georgia_2014_local", None, 75, 0.87, None, 0.23),
    ("georgia_2016_parl", None, 30, 0.58, 0.12, 0.24),
    ("georgia_2017_local", None, 57, 0.83, None, 0.18),
    ("poland_2010_sejmik", 24_065, 218, 1.16, None, None),
    ("albania_2013", 5_175, 330, 1.00, 0.03, None),
]

#: Which of them stand out by the rule of part B: Russia and Uganda, and nothing clean.
OUTSIDE = {"russia", "uganda"}


@pytest.mark.parametrize(("contest", "stations", "jumps", "ratio", "error", "percent"), PUBLISHED)
def test_the_table_of_the_compendium(
    data: Path, contest: str, stations: int | None, jumps: int, ratio: float, error: float | None, percent: float | None
) -> None:
    answer = method("turnout_jumps").run(Case.of(ordinary(data, contest))).answer
    facts = answer.facts
    assert facts["count"] == jumps
    assert stations in (None, facts["stations"])
    assert facts["kappa"] == pytest.approx(ratio, abs=0.0051)  # rounded there
    if error is not None:
        assert facts["error"] == pytest.approx(error, abs=0.02)
    if percent is None:
        assert facts["share"] < 0
    else:
        limit = 0.0 if contest.startswith("canada") else percent - max(0.02, 0.03 * percent)
        assert limit <= 100 * facts["share"] <= percent + max(0.02, 0.03 * percent)
    assert facts["stands_out"] == (contest.split("_")[0] in OUTSIDE)
    assert ("stands_out" in answer.caveats) == facts["stands_out"]


def ordinary(data: Path, contest: str) -> Results:
    """The canonical table without advance and special polls, where it marks them."""
    import polars as pl

    results = canonical(data, contest)
    frame = pl.read_parquet(data / "canonical" / f"{contest}.parquet")
    if "x_advance_or_special" not in frame.columns:
        return results
    return results.take(np.flatnonzero(~frame["x_advance_or_special"].to_numpy()))


def test_one_limit_for_all_gives_other_counts(data: Path) -> None:
    facts = method("turnout_jumps", least_near=200).run(Case.of(canonical(data, "georgia_2012_parl"))).answer.facts
    assert facts["count"] == 62


def by_hand(results: Results, option: int, jump: float) -> tuple[int, float]:
    """The ratio by loops over stations and lists."""
    region = results.places["region"].codes
    count, seen, expected = 0, 0.0, 0.0
    for i in range(len(results)):
        v, g = results.counts["registered"], results.counts["ballots"]
        line = [j for j in range(len(results)) if v[j] >= 100 and region[j] == region[i]]
        near = line[max(line.index(i) - 5, 0) : line.index(i) + 6] if i in line else []
        near = [j for j in near if j != i]
        if len(near) < 4 or v[i] < 200:
            continue
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


def test_small_stations_are_neighbours_and_do_not_jump() -> None:
    results = example_results(added=0.3)
    size = np.random.default_rng(3).choice([90, 150, 900], len(results))
    votes = results.votes * size[:, None] // results.counts["registered"][:, None]
    changed = results.with_counts(registered=size, votes=votes, ballots=votes.sum(axis=1))
    facts = method("turnout_jumps", enough=5).run(Case.of(changed)).answer.facts
    count, ratio = by_hand(changed, 0, 0.2)
    assert facts["count"] == count
    assert 5 < count < 40
    assert facts["kappa"] == pytest.approx(ratio, abs=1e-10)
    alone = method("turnout_jumps", enough=5, least_near=200).run(Case.of(changed)).answer.facts
    assert alone["kappa"] != pytest.approx(ratio, abs=1e-3)


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
