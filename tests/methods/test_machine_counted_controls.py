"""Machine-counted stations as controls: by hand, a loop, planted votes, states."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recanvass import wording
from recanvass.case import Case
from recanvass.method import method
from recanvass.results import Labels, Results
from tests.conftest import canonical
from tests.references import bashkortostan_machines as bashkortostan


def two_areas() -> Case:
    """By hand: area X 400 - .1 * 2000 = 200 above; area Y 700 - .2 * 3000 = 100 above; Z has no machine."""
    registered = np.array([1000, 1000, 1000, 2000, 500], np.int64)
    votes = np.array([[100, 50], [300, 50], [200, 40], [500, 80], [400, 10]], np.int64)
    places = {"region": Labels.of(list("XXYYZ")), "station": Labels.of(list("abcde"))}
    return Case.of(
        Results(("A", "B"), votes, {"registered": registered}, places=places), machine_counted=("a", "c", "elsewhere")
    )


def test_two_areas_by_hand() -> None:
    answer = method("machine_counted_controls").run(two_areas()).answer
    assert answer.facts["votes"] == pytest.approx(300.0, abs=1e-9)
    assert answer.facts["share"] == pytest.approx(0.272727273, abs=1e-9)
    assert (answer.facts["machines"], answer.facts["hands"], answer.facts["areas"]) == (2, 2, 2)
    assert [row["area"] for row in answer.tables["areas"]] == ["X", "Y"]
    assert answer.tables["placebo"] == [{"option": "B", "votes": 0, "share": 0.0}]


def test_the_published_figure_of_bashkortostan(data: Path) -> None:
    results = canonical(data, "russia_2018")
    results = results.take(np.array([name.startswith("Республика Башкортостан|") for name in results.stations]))
    listed = tuple(name for name in results.stations if int(name.rsplit("|", 1)[1]) in bashkortostan.MACHINES)
    answer = method("machine_counted_controls").run(Case.of(results, machine_counted=listed)).answer
    assert answer.facts["areas"] == bashkortostan.COMMISSIONS
    assert answer.facts["official"] == bashkortostan.OFFICIAL
    assert answer.facts["votes"] == pytest.approx(bashkortostan.ABOVE, abs=0.01)


def planted(added: float) -> Case:
    case = method("machine_counted_controls").example(np.random.default_rng(3))
    hand = np.arange(300) % 5 != 0
    extra = np.where(hand, np.rint(added * case.results.counts["registered"]), 0).astype(np.int64)
    votes = case.results.votes + extra[:, None] * np.array([1, 0, 0])
    cast = votes.sum(axis=1)
    return replace(case, results=case.results.with_counts(votes=votes, ballots=cast, valid=cast))


def test_the_difference_equals_a_loop() -> None:
    case = planted(0.1)
    results, total = case.results, 0.0
    for area in set(results.places["region"].values()):
        rows = [i for i, name in enumerate(results.places["region"].values()) if name == area]
        machine = [i for i in rows if results.stations[i] in case.machine_counted]
        people = results.counts["registered"]
        rate = sum(results.votes[i, 0] for i in machine) / sum(people[i] for i in machine)
        total += sum(results.votes[i, 0] for i in rows) - rate * sum(people[i] for i in rows)
    assert method("machine_counted_controls").run(case).answer.facts["votes"] == pytest.approx(total, abs=1e-8)


def test_votes_added_where_hands_count_are_found() -> None:
    clean = method("machine_counted_controls").run(planted(0.0)).answer
    added = method("machine_counted_controls").run(planted(0.1)).answer
    truth = planted(0.1).results.totals["A"] - planted(0.0).results.totals["A"]
    assert added.facts["votes"] - clean.facts["votes"] == pytest.approx(truth, rel=1e-9)
    assert clean.estimates[0].low < 0 < clean.estimates[0].high
    assert added.estimates[0].low > 0
    assert all(abs(row["share"]) < 0.08 for row in added.tables["placebo"])


def test_states_with_a_reason_and_sentences() -> None:
    case = two_areas()
    for given, parameters, code in [
        (replace(case, machine_counted=()), {}, "no_list"),
        (replace(case, machine_counted=("z",)), {}, "none_found"),
        (replace(case, machine_counted=tuple("abcde")), {}, "nothing_to_compare"),
        (case, {"option": "Z"}, "no_option"),
    ]:
        assert method("machine_counted_controls", **parameters).run(given).code == code
    facts = method("machine_counted_controls").run(case).answer.facts
    for language in wording.LANGUAGES:
        for outcome in ("said", "tested"):
            assert wording.summary("machine_counted_controls", outcome, {**facts, "log10_p": -2.0}, language)


def test_a_p_value_needs_an_earlier_contest_or_a_lot() -> None:
    by_lot = method("machine_counted_controls", placed_by_lot=True)
    few = by_lot.run(two_areas()).answer
    assert (few.outcome, few.evidence) == ("said", None)
    assert {"few_areas", "lot", "no_panel"} <= set(few.caveats)
    case = planted(0.1)
    for asked, given, caveat in (
        (method("machine_counted_controls"), case, "before"),
        (by_lot, replace(case, earlier={}), "lot"),
    ):
        many = asked.run(given)
        assert many.answer.outcome == "tested"
        assert many.evidence.log10_p == many.answer.facts["log10_p"] < -3
        assert caveat in many.answer.caveats
        assert "few_areas" not in many.answer.caveats
        assert wording.p_value(many.evidence.log10_p) in many.summary


def test_without_either_the_difference_is_said_and_not_tested() -> None:
    found = method("machine_counted_controls").run(replace(planted(0.1), earlier={}))
    assert (found.answer.outcome, found.evidence, found.answer.power) == ("said", None, {})
    assert {"placed", "never_before"} <= set(found.answer.caveats)
    assert "few_areas" not in found.answer.caveats
    assert found.answer.estimates[0].low > 0


def test_a_difference_that_was_there_before_is_no_finding() -> None:
    case = planted(0.1)
    hand, before = np.arange(300) % 5 != 0, case.earlier["the earlier contest"]
    extra = np.where(hand, np.rint(0.1 * before.counts["registered"]), 0).astype(np.int64)
    votes = before.votes + extra[:, None] * np.array([1, 0, 0])
    given = replace(case, earlier={"then": before.with_counts(votes=votes)})
    found = method("machine_counted_controls").run(given)
    assert found.evidence.log10_p > -2 > -3 > method("machine_counted_controls").run(case).evidence.log10_p


def test_the_same_table_twice_leaves_nothing_but_rounding() -> None:
    case = planted(0.1)
    found = method("machine_counted_controls").run(replace(case, earlier={"then": case.results}))
    assert (found.answer.outcome, found.evidence) == ("said", None)
    assert found.answer.estimates[1].value == pytest.approx(0, abs=1e-6)


def test_the_null_makes_both_contests_alike_and_leaves_one_that_cannot_be() -> None:
    asked, rng = method("machine_counted_controls", draws=0), np.random.default_rng(0)
    case = planted(0.1)
    drawn = asked.null(case, rng)
    before = drawn.earlier["the earlier contest"]
    assert (before.votes != case.earlier["the earlier contest"].votes).any()
    machine = np.arange(300) % 5 == 0
    assert (before.votes[machine] == case.earlier["the earlier contest"].votes[machine]).all()
    bare = case.earlier["the earlier contest"]
    bare = Results(bare.options, bare.votes, {}, places=bare.places)
    assert asked.null(replace(case, earlier={"then": bare}), rng).earlier["then"] is bare
