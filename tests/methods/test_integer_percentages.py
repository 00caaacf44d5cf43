"""Integer percentages: against a plain second writing, published values, clean and rounded worlds."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recanvass.case import Case
from recanvass.finding import Finding, Skipped
from recanvass.kernels.binomial_lattice import is_integer, kinds
from recanvass.methods.integer_percentages import IntegerPercentages
from recanvass.plantings import HEADLINE
from recanvass.results import Contest, Labels, Results
from recanvass.rounding import CONTEST, reached, scores
from tests.conftest import canonical
from tests.references import integer_percentages as reference
from tests.references.russian_protocols import protocols


def contest(stations: int = 600, seed: int = 0, share: float = 0.6, districts: int = 12) -> Results:
    """An honest contest: rates differ by district and station."""
    rng = np.random.default_rng(seed)
    district = rng.integers(0, districts, stations)
    registered = rng.integers(150, 2500, stations)
    shift = rng.normal(0, 0.4, districts)[district]
    turnout = 1 / (1 + np.exp(-(0.4 + shift + rng.normal(0, 0.2, stations))))
    rate = 1 / (1 + np.exp(-(np.log(share / (1 - share)) + shift + rng.normal(0, 0.3, stations))))
    ballots = rng.binomial(registered, turnout)
    invalid = rng.binomial(ballots, 0.02)
    valid = ballots - invalid
    leader = rng.binomial(valid, rate)
    second = rng.binomial(valid - leader, 0.7)
    votes = np.stack([leader, second, valid - leader - second], axis=1).astype(np.int64)
    counts = {"registered": registered, "ballots": ballots, "valid": valid, "invalid": invalid}
    places = {
        "region": Labels.of([f"R{d % 3}" for d in district]),
        "district": Labels.of([f"D{d:02d}" for d in district]),
        "station": Labels.of([f"S{i:04d}" for i in range(stations)]),
    }
    return Results(("A", "B", "C"), votes, {k: v.astype(np.int64) for k, v in counts.items()}, places=places)


def rounded(results: Results, rows: np.ndarray) -> Results:
    """The leader's share set to a whole percentage at these stations."""
    votes, valid = results.votes.copy(), results.counts["valid"]
    target = np.round(100 * votes[rows, 0] / valid[rows])
    votes[rows, 0] = np.round(target * valid[rows] / 100)
    votes[rows, 1] = np.minimum(votes[rows, 1], valid[rows] - votes[rows, 0])
    votes[rows, 2] = valid[rows] - votes[rows, 0] - votes[rows, 1]
    return results.with_counts(votes=votes)


def finding(results: Results, **parameters: object) -> Finding:
    outcome = IntegerPercentages(**parameters).run(Case.of(results))  # type: ignore[arg-type]
    assert isinstance(outcome, Finding), outcome
    return outcome


def test_published_definition_against_the_second_writing() -> None:
    results = contest(120, seed=3)
    c = results.counts
    pairs = list(
        zip(*(v.tolist() for v in (c["ballots"], c["registered"], results.votes[:, 0], c["ballots"])), strict=True)
    )
    excess, sd = reference.excess(pairs)
    found = finding(results, definition="published")
    assert found.evidence is not None
    assert found.evidence.statistic - found.evidence.expected == pytest.approx(excess, abs=1e-8)
    assert found.evidence.sd == pytest.approx(sd, abs=1e-8)


def test_rounded_results_are_seen_and_named() -> None:
    results = contest(900, seed=5)
    codes = results.areas("district").codes
    found = finding(rounded(results, np.flatnonzero(codes == 4)))
    assert found.status == "departure"
    top = found.answer.tables["areas"][0]
    assert top["area"] == results.areas("district").names[4]
    assert top["listed"]
    assert found.answer.outcome == "local_nearest"
    there = codes == 4
    sized = there & (results.counts["valid"] >= 100)
    assert top["nearest_observed"] == top["stations"] == sized.sum()
    assert f"{top['stations']} of {top['stations']} stations there report the count nearest" in found.summary
    assert set(found.stations) <= set(results.stations)
    assert found.estimates[1].kind == "lower bound"


def test_widespread_rounding_and_its_lower_bound() -> None:
    results = contest(2000, seed=6)
    rows = np.random.default_rng(1).choice(2000, 300, replace=False)
    planted = rounded(results, rows)
    found = finding(planted)
    assert found.status == "departure"
    excess, bound = found.estimates
    # Below 1,000 votes the nearest count may not print as round, but it is the nearest one.
    part, whole = planted.votes[rows, 0], planted.counts["valid"][rows]
    assert (kinds(part, whole) > 0).sum() > 1.1 * is_integer(part, whole).sum()
    assert 100 < bound.value <= 300
    assert excess.low is not None
    assert excess.high is not None
    look = IntegerPercentages().looks(results)[0]
    assert excess.low <= 300 * (1 - look.near.sum(axis=1).mean()) <= excess.high


def test_power_statement_holds() -> None:
    # As many stations as the finding says are seen with a chance of 80 %: 40 trials, at least 24.
    seen = 0
    for trial in range(40):
        results = contest(800, seed=100 + trial)
        promised = finding(results, placebo=False).answer.power["most"]
        rows = np.random.default_rng(trial).choice(800, int(promised), replace=False)
        seen += finding(rounded(results, rows), placebo=False).status == "departure"
    assert seen >= 24


def test_where_the_contest_has_fewer_than_chance_gives_more_are_promised() -> None:
    """The contest with the lowest score of twelve: what is promised of it is seen in it, not in an average one."""
    made = [contest(800, seed=200 + k) for k in range(12)]
    looks = [IntegerPercentages().looks(results)[0] for results in made]
    lacking = [reached(x, scores(x.whole, CONTEST)).sum() - (x.near * scores(x.whole, CONTEST)).sum() for x in looks]
    results = made[int(np.argmin(lacking))]
    promised = int(finding(results, placebo=False).answer.power["most"])
    seen = 0
    for trial in range(20):
        rows = np.random.default_rng(trial).choice(800, promised, replace=False)
        seen += finding(rounded(results, rows), placebo=False).evidence.log10_p <= np.log10(HEADLINE)
    assert seen >= 14


def test_expectations_by_integer_cover_all_stations() -> None:
    found = finding(contest(1500, seed=8))
    table = found.answer.tables["integers"]
    for look in ("share", "turnout"):
        line = next(x for x in found.answer.tables["looks"] if x["look"] == look)
        lines = [x for x in table if x["look"] == look]
        assert sum(x["expected"] for x in lines) == pytest.approx(line["expected"], rel=1e-9)
        assert sum(x["observed"] for x in lines) == line["observed"]


def test_order_of_rows_and_names_of_options_do_not_matter() -> None:
    results = contest(500, seed=2)
    one = finding(results)
    shuffled = finding(results.take(np.random.default_rng(0).permutation(500)))
    assert one.to_dict()["answer"] == shuffled.to_dict()["answer"]
    renamed = finding(replace(results, options=("Z", "Y", "X")))
    assert one.evidence == renamed.evidence


def test_json_and_back_and_a_drawing_from_it() -> None:
    found = finding(contest(300))
    back = Finding.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False)))
    assert back == found
    for language in ("en", "ru"):
        drawing = IntegerPercentages().draw(back, language)
        assert drawing.records
        json.dumps([drawing.spec, drawing.records], allow_nan=False)


def test_contest_without_register_looks_at_the_share_only() -> None:
    results = contest(400)
    bare = replace(results, counts={"valid": results.counts["valid"]}, places={})
    found = finding(bare)
    assert [x["look"] for x in found.answer.tables["looks"]] == ["share"]
    assert {"one_look", "no_areas"} <= set(found.answer.caveats)


def test_what_is_left_out_is_counted() -> None:
    results = contest(400)
    votes, counts = results.votes.copy(), {k: v.copy() for k, v in results.counts.items()}
    votes[0] = [counts["valid"][0] + 5, 0, 0]
    votes[1] = [counts["valid"][1], 0, 0]
    counts["valid"][2], votes[2] = 40, [20, 10, 10]
    broken = results.with_counts(votes=votes, **counts)
    broken = replace(broken, absent={"valid": np.arange(400) == 3})
    left = {(x["look"], x["reason"]): x["stations"] for x in finding(broken).answer.tables["left_out"]}
    assert left["share", "impossible"] == 1
    assert left["share", "end"] == 1
    assert left["share", "absent"] == 1
    assert left["share", "small"] >= 1


def test_unknown_option_and_empty_contest_are_refused_politely() -> None:
    outcome = IntegerPercentages(option="Nobody").run(Case.of(contest(50)))
    assert isinstance(outcome, Skipped)
    assert "Nobody" in outcome.reason
    empty = contest(50).take(np.zeros(0, np.int64))
    assert isinstance(IntegerPercentages().run(Case.of(empty)), Skipped)
    zero = contest(50)
    zero = zero.with_counts(votes=zero.votes * 0, **{k: v * 0 for k, v in zero.counts.items()})
    assert isinstance(IntegerPercentages().run(Case.of(zero)), Skipped)


def test_null_keeps_the_accounts_and_the_sizes() -> None:
    case = Case.of(contest(500))
    drawn = IntegerPercentages().null(case, np.random.default_rng(1)).results
    assert drawn is not None
    c = drawn.counts
    assert (c["valid"] + c["invalid"] == c["ballots"]).all()
    assert (drawn.votes.sum(axis=1) == c["valid"]).all()
    assert (c["ballots"] <= c["registered"]).all()
    assert (drawn.votes != case.results.votes).any()  # type: ignore[union-attr]


@pytest.mark.parametrize("share", [0.03, 0.1, 0.5, 0.95])
def test_no_bias_from_small_to_large_shares(share: float) -> None:
    # 30 honest contests: the mean z has a standard error of .18.
    method = IntegerPercentages(option="A", placebo=False)
    z = []
    for seed in range(30):
        look = method.looks(contest(500, seed=seed, share=share))[0]
        z.append((look.observed - look.expected) / look.sd)
    assert abs(np.mean(z)) < 0.65
    assert 0.6 < np.std(z) < 1.4


@pytest.mark.slow
def test_sizes_under_its_own_null() -> None:
    method = IntegerPercentages(placebo=False)
    case = Case.of(contest(300, seed=1))
    p: dict[str, list[float]] = {"share": [], "turnout": []}
    for draw in range(5000):
        drawn = method.null(case, np.random.default_rng([5, draw])).results
        assert drawn is not None
        for look in method.looks(drawn):
            p[look.name].append(look.log10_p)
    for values in p.values():
        assert (np.array(values) <= np.log10(0.05)).mean() < 0.058
        assert (np.array(values) <= -2).mean() < 0.0138


@pytest.mark.slow
@pytest.mark.parametrize("year", [2018, 2024])
def test_published_values_from_issued_ballots(data: Path, year: int) -> None:
    results = protocols(data, year)
    looks = {x.name: x for x in IntegerPercentages(definition="published").looks(results)}
    union, share, turnout, sd = reference.EXACT[year]
    for name, value in (("either", union), ("share", share), ("turnout", turnout)):
        assert looks[name].observed - looks[name].expected == pytest.approx(value, abs=0.0051)
    assert looks["either"].sd == pytest.approx(sd, abs=0.0051)
    assert looks["either"].observed - looks["either"].expected == pytest.approx(reference.MONTE_CARLO[year], abs=15)
    for weights, value in zip(("registered", "ballots", "votes"), reference.WEIGHTED[year], strict=True):
        weighted = IntegerPercentages(definition="published", weights=weights).looks(results)[-1]
        assert weighted.observed - weighted.expected == pytest.approx(value, abs=0.51)


def test_published_values_from_boxes(data: Path) -> None:
    looks = {x.name: x for x in IntegerPercentages(definition="published").looks(canonical(data, "russia_2020"))}
    union, share, turnout, sd = reference.EXACT_2020
    for name, value in (("either", union), ("share", share), ("turnout", turnout)):
        assert looks[name].observed - looks[name].expected == pytest.approx(value, abs=0.0051)
    assert looks["either"].sd == pytest.approx(sd, abs=0.0051)
    for year, (published, ours) in reference.FROM_BOXES.items():
        found = {x.name: x for x in IntegerPercentages(definition="published").looks(canonical(data, f"russia_{year}"))}
        excess = {name: look.observed - look.expected for name, look in found.items()}
        assert (excess["either"], excess["share"]) == pytest.approx(ours, abs=0.0051)
        assert abs(excess["either"] - published[0]) < 0.3 * found["either"].sd
        assert abs(excess["share"] - published[1]) < 0.025 * found["share"].sd
        assert year != 2004 or found["share"].observed == reference.SHARES_2004


def test_belarus_2020(data: Path) -> None:
    results = canonical(data, "belarus_2020")
    looks = {x.name: x for x in IntegerPercentages(share_of="ballots").looks(results)}
    assert looks["share"].observed == 205
    assert looks["share"].expected == pytest.approx(136, abs=1)
    published = {x.name: x for x in IntegerPercentages(definition="published").looks(results)}
    assert published["turnout"].observed == 213
    assert published["turnout"].expected == pytest.approx(130, abs=1)
    assert finding(results).status == "departure"


CLEAN = [
    "canada_2004",
    "canada_2011",
    "canada_2015",
    "denmark_2011",
    "denmark_2019",
    "denmark_2022",
    "denmark_ref_2009",
    "denmark_ref_2014",
    "georgia_2012_parl",
    "germany_2024_eu",
    "israel_13",
    "israel_14",
    "israel_15",
    "israel_16",
    "israel_18",
    "israel_19",
    "israel_21",
    "israel_24",
    "norway_2021",
    "poland_2005_sejm",
    "poland_2020_pres_r1",
    "spain_1982_10",
    "spain_1986_06",
    "spain_1993_06",
    "spain_2000_03",
    "spain_2011_11",
    "spain_2016_06",
    "spain_2019_04",
    "spain_2023_07",
    "ukraine_2019_parl",
    "ukraine_2019_pres_r1",
    "usa_dc_2010",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", CLEAN)
def test_clean_contests_are_silent(data: Path, name: str) -> None:
    found = finding(canonical(data, name), placebo=False)
    assert found.status == "none"
    for line in found.answer.tables["looks"]:
        assert abs(line["z"]) < 3, line
    assert not any(line["listed"] for line in found.answer.tables.get("areas", []))


def test_contest_denominators_are_respected() -> None:
    results = contest(400)
    ballots = replace(results, contest=Contest(share_of="ballots"))
    assert finding(ballots).answer.facts["share_of"] == "ballots"
    assert finding(results).answer.facts["share_of"] == "valid"
