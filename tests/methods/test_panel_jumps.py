"""Jumps since an earlier contest: outside values, a loop, planted ballots, matching, real pairs."""

from __future__ import annotations

import math
import statistics
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from recanvass import panel, wording
from recanvass.case import Case
from recanvass.method import method
from recanvass.methods.panel_jumps import change_scores, changes
from recanvass.results import Labels, Results
from recanvass.same_stations import same_stations
from tests.conftest import canonical


def pair(added: float = 0.0) -> Case:
    """Two honest contests, or the second with ballots added for A at each twentieth station."""
    case = method("panel_jumps").example(np.random.default_rng(2))
    results = case.results
    free = results.counts["registered"] - results.counts["ballots"]
    extra = np.where(np.arange(len(results)) % 20 == 3, np.rint(added * free), 0).astype(np.int64)
    votes = results.votes.copy()
    votes[:, 0] += extra
    cast = votes.sum(axis=1)
    return replace(case, results=results.with_counts(votes=votes, ballots=cast, valid=cast))


def score(k: int, n: int, after: int, whole: int) -> float:
    """One station in an area of three whose median change is nothing."""
    columns = [np.array([v, 1, 1], float) for v in (k, n, after, whole)]
    columns[1][1:] = columns[3][1:] = 10.0
    return float(change_scores(*columns, np.zeros(3, np.int64))[0])


@pytest.mark.parametrize(("table", "value"), [((400, 1000, 500, 1000), 4.494666), ((30, 100, 50, 100), 2.886751)])
def test_the_score_is_that_of_the_two_proportion_test(table: tuple[int, ...], value: float) -> None:
    k, n, after, whole = table
    outside = chi2_contingency([[k, n - k], [after, whole - after]], correction=False).statistic
    assert score(*table) == pytest.approx(value, abs=1e-6)
    assert score(*table) == pytest.approx(math.sqrt(outside), abs=1e-10)


def test_the_scores_equal_a_loop_over_stations() -> None:
    case = pair(added=0.5)
    now, before = case.results, case.earlier["the earlier contest"]
    rows = np.arange(len(now))
    found = changes(now, before, rows, rows, 0, 0, 100)
    region = now.places["region"].codes
    delta = [
        now.counts["ballots"][i] / now.counts["registered"][i]
        - before.counts["ballots"][i] / before.counts["registered"][i]
        for i in rows
    ]
    by_hand = []
    for i in rows:
        usual = statistics.median(delta[j] for j in rows if region[j] == region[i])
        n, m = before.counts["registered"][i], now.counts["registered"][i]
        p = (before.counts["ballots"][i] + now.counts["ballots"][i]) / (n + m)
        by_hand.append((delta[i] - usual) / math.sqrt(p * (1 - p) * (1 / n + 1 / m)))
    np.testing.assert_allclose(found.turnout * math.sqrt(found.turnout_factor), by_hand, atol=1e-10)


def test_added_ballots_are_seen_and_honest_changes_go_both_ways() -> None:
    clean = method("panel_jumps", option="A").run(pair()).answer
    added = method("panel_jumps", option="A").run(pair(added=0.5)).answer
    assert abs(clean.facts["up"] - clean.facts["down"]) <= 2
    planted = {f"Station {i + 1}" for i in range(300) if i % 20 == 3}
    assert len(planted & set(added.stations)) >= 13
    assert len(set(added.stations) - planted) <= 1
    assert all(row["up"] <= 1 for row in added.tables["placebo"])


def test_stations_are_matched_by_their_whole_path_once() -> None:
    def table(regions: str, stations: list[str]) -> Results:
        votes = np.ones((len(stations), 2), np.int64)
        return Results(("A", "B"), votes, places={"region": Labels.of(list(regions)), "station": Labels.of(stations)})

    one = table("XXYYY", ["1", "2", "1", "3", "3"])
    two = table("YXXYX", ["1", "2", "", "3", "9"])
    now, old = same_stations(one, two)
    assert sorted(zip(now.tolist(), old.tolist(), strict=True)) == [(1, 1), (2, 0)]


def test_the_option_then_is_the_same_name_or_the_leader() -> None:
    case = pair()
    renamed = replace(case, results=replace(case.results, options=("New", "B", "C")))
    answer = method("panel_jumps", option="New").run(renamed).answer
    assert answer.facts["counterpart"] == "A"
    assert "counterpart" in answer.caveats
    assert (answer.outcome, answer.evidence.null) == ("ranked", "rank")
    assert answer.evidence.log10_p == panel.rank("panel_jumps", "excess", answer.facts["excess"]).log10_p
    assert "log10_p" not in answer.facts
    assert method("panel_jumps", option="B").run(case).answer.facts["counterpart"] == "B"


def test_a_p_value_of_its_own_is_the_evidence_and_the_rank_is_said_beside_it() -> None:
    finding = method("panel_jumps", option="A").run(pair(added=0.5))
    facts, rank = finding.answer.facts, panel.rank("panel_jumps", "excess", finding.answer.facts["excess"])
    assert rank.contests >= 15
    assert (facts["below"], facts["contests"]) == (rank.below, rank.contests)
    assert (finding.answer.outcome, finding.evidence.null) == ("tested_ranked", "null")
    assert finding.evidence.log10_p == facts["log10_p"] < rank.log10_p
    for language, said in (("en", "clean pairs of contests"), ("ru", "пар чистых выборов")):
        text = wording.summary("panel_jumps", "tested_ranked", facts, language)
        assert said in text
        assert f"p = {wording.p_value(facts['log10_p'], language)}" in text


def test_the_null_draws_all_that_is_published_anew() -> None:
    case = pair(added=0.5)
    drawn = method("panel_jumps", option="A").null(case, np.random.default_rng(0)).results
    for name in ("ballots", "valid"):
        np.testing.assert_array_equal(drawn.counts[name], drawn.votes.sum(axis=1))
    before = case.earlier["the earlier contest"]
    assert drawn.counts["ballots"].sum() == pytest.approx(before.counts["ballots"].sum(), rel=0.01)


def test_stations_that_cannot_be_compared_are_left_out() -> None:
    case = pair()
    counts = {name: values.copy() for name, values in case.results.counts.items()}
    counts["registered"][3], counts["ballots"][3], counts["valid"][3] = 60, 40, 40
    counts["registered"][5] = counts["ballots"][5] - 1
    counts["valid"][7] = 0
    before, rows = case.earlier["the earlier contest"], np.arange(len(case.results))
    votes = case.results.votes.copy()
    votes[3] = [20, 10, 10]
    found = changes(case.results.with_counts(votes=votes, **counts), before, rows, rows, 0, 0, 100)
    assert set(rows) - set(found.now) == {3, 5, 7}


def test_states_with_a_reason_and_sentences() -> None:
    case = pair()
    bare = replace(case.results, places={})
    for given, parameters, code in [
        (Case.of(case.results), {}, "no_earlier"),
        (case, {"earlier": "never"}, "no_such_contest"),
        (case, {"option": "Z"}, "no_option"),
        (replace(case, results=bare), {}, "no_names"),
        (case, {"least": 10**6}, "few_matched"),
    ]:
        assert method("panel_jumps", **parameters).run(given).code == code
    facts = method("panel_jumps").run(case).answer.facts
    for language in wording.LANGUAGES:
        for outcome in ("said", "ranked", "tested_said", "tested_ranked"):
            assert wording.summary(
                "panel_jumps", outcome, {**facts, "below": 3, "contests": 11, "largest": 0.1}, language
            )


def test_a_real_pair_answers(data: Path) -> None:
    """Spain 2011 and 2016: the same tables, hardly anything beyond both ways alike."""
    now, before = canonical(data, "spain_2016_06"), canonical(data, "spain_2011_11")
    facts = method("panel_jumps").run(Case.of(now, earlier={"2011": before})).answer.facts
    assert facts["stations"] > 10_000
    assert abs(facts["excess"]) < 0.02
