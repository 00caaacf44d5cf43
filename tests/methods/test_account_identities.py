"""Accounts: each identity, what is hard, what is material, sums beside announced totals, real contests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recanvass import accounts
from recanvass.case import Announced, Case
from recanvass.finding import Finding, Skipped
from recanvass.methods.account_identities import AccountIdentities
from recanvass.results import Labels, Results
from tests.conftest import canonical
from tests.methods.test_integer_percentages import CLEAN, contest
from tests.references import account_identities as reference


def finding(results: Results, *announced: Announced) -> Finding:
    outcome = AccountIdentities().run(Case(results.contest, results, announced))
    assert isinstance(outcome, Finding), outcome
    return outcome


def broken(results: Results, row: int, **changes: int) -> Results:
    counts = {name: results.counts[name].copy() for name in changes}
    for name, change in changes.items():
        counts[name][row] += change
    return results.with_counts(**counts)


def full() -> Results:
    """A contest with every count that a protocol may hold, all in order."""
    results = contest(200)
    ballots, spare = results.counts["ballots"], results.counts["registered"] // 10
    outside = ballots // 20
    return results.with_counts(
        received=ballots + spare,
        unused=spare,
        issued=ballots,
        issued_early=ballots * 0,
        issued_station=ballots - outside,
        issued_outside=outside,
        mobile_boxes=outside,
        stationary_boxes=ballots - outside,
    )


def line(found: Finding, name: str) -> dict[str, Any]:
    return next(x for x in found.answer.tables["identities"] if x["identity"] == name)


def test_contest_in_order_agrees() -> None:
    found = finding(full())
    assert (found.status, found.answer.outcome) == ("none", "agree")
    assert len(found.answer.tables["identities"]) == 12
    assert all(x["broken"] == 0 for x in found.answer.tables["identities"])


@pytest.mark.parametrize(
    ("changes", "name", "difference", "hard"),
    [
        ({"valid": -7}, "votes_valid", 7, 0),
        ({"valid": -7}, "votes_above_valid", 7, 7),
        ({"ballots": -4}, "papers_ballots", 4, 4),
        ({"ballots": 4}, "papers_ballots", -4, 0),
        ({"registered": -5000}, "ballots_registered", None, 0),
        ({"issued": -3}, "ballots_issued", 3, 3),
        ({"received": -9000}, "ballots_received", None, None),
        ({"mobile_boxes": 6}, "boxes_ballots", 6, 0),
        ({"unused": 11}, "issued_unused_received", 11, 0),
        ({"issued_early": 2}, "ways_issued", 2, 0),
        ({"unused": -100000}, "below_zero", None, None),
    ],
)
def test_each_identity(changes: dict[str, int], name: str, difference: int | None, hard: int | None) -> None:
    found = finding(broken(full(), 17, **changes))
    told = line(found, name)
    assert told["broken"] == 1
    gap = told["more"] - told["less"]
    if difference is None:
        assert gap != 0
    else:
        assert gap == difference
    assert told["hard"] == (abs(gap) if hard is None else hard)
    listed = next(x for x in found.answer.tables["stations"] if x["identity"] == name)
    assert (listed["station"], listed["row"], listed["difference"]) == ("S0017", 18, gap)
    area = next(x for x in found.answer.tables["areas"] if x["identity"] == name)
    assert area["stations"] == 1
    assert "S0017" in found.stations


def test_options_above_their_valid_votes() -> None:
    results = full()
    votes = results.votes.copy()
    votes[3] = [results.counts["valid"][3] + 30, 0, 0]
    found = finding(results.with_counts(votes=votes))
    assert line(found, "option_valid")["hard"] == 30
    # One station's figure counts once, however many identities it breaks.
    assert found.answer.facts["affected_votes"] == 30


def test_slips_are_described_and_raise_no_alarm() -> None:
    results = full()
    for row in range(12):
        results = broken(results, row, valid=-3 if row % 2 else 3)
    found = finding(results)
    assert found.status == "description"
    assert found.answer.facts["broken"] == 12
    assert 0 < found.answer.facts["affected_share"] < 0.01


def added(results: Results, rows: range, votes: int) -> Results:
    """Votes added for the first option at these stations, all of the same number but the last."""
    changed = results.votes.copy()
    each = votes // len(rows)
    changed[rows, 0] += each
    changed[rows[-1], 0] += votes - each * len(rows)
    return results.with_counts(votes=changed)


def test_material_hard_votes_are_a_contradiction() -> None:
    results = full()
    ballots, lead = results.totals["ballots"], accounts.lead(results)
    border = finding(results).answer.facts["border"]
    assert border == min(-(-ballots // 100), max(-(-lead // 2), -(-ballots // 500)))
    rows = range(3, 200, 10)
    assert finding(added(results, rows, border - 1)).status == "description"
    found = finding(added(results, rows, border))
    assert (found.status, found.answer.outcome) == ("contradiction", "stations")
    assert set(found.stations) == {f"S{row:04d}" for row in rows}
    assert found.answer.facts["counted_votes"] == found.answer.facts["affected_votes"] == border


def test_a_vote_that_breaks_several_rules_is_one_vote() -> None:
    results = full()
    rows, votes = range(3, 200, 10), finding(results).answer.facts["border"]
    found = finding(added(results, rows, votes))
    assert len([one for one in found.answer.tables["identities"] if one["broken"]]) > 1
    assert found.answer.facts["difference_votes"] == found.answer.facts["affected_votes"] == votes


def test_many_votes_that_an_honest_count_may_lack_are_not_called_few() -> None:
    results = full()
    border = finding(results).answer.facts["border"]
    taken, fewer = results.votes.copy(), finding(added(results, range(3, 200, 10), 20))
    taken[::9, 0] //= 2
    found = finding(results.with_counts(votes=taken))
    assert (found.status, found.answer.outcome, found.answer.facts["affected_votes"]) == ("description", "soft", 0)
    assert found.answer.facts["difference_votes"] == int((results.votes - taken).sum()) >= border
    assert "too few" not in found.summary
    assert (fewer.answer.outcome, fewer.answer.facts["difference_votes"]) == ("clerical", 20)


def test_ballots_above_those_issued_are_hard_only_where_the_ways_of_issue_are_given() -> None:
    told = full()
    bare = replace(told, counts={name: told.counts[name] for name in told.counts if not name.startswith("issued_")})
    fewer = told.counts["ballots"] - np.where(np.arange(200) % 3 == 0, told.counts["ballots"] // 8, 0)
    found = finding(bare.with_counts(issued=fewer))  # postal ballots were issued elsewhere
    assert (found.status, line(found, "ballots_issued")["hard"]) == ("description", 0)
    hard = told.with_counts(issued=fewer, issued_station=fewer - told.counts["issued_outside"])
    two = replace(hard, counts={name: values for name, values in hard.counts.items() if name != "issued_early"})
    for given in (hard, two):
        found = finding(given)
        assert (found.status, found.answer.outcome) == ("contradiction", "stations")
    one = replace(two, counts={name: values for name, values in two.counts.items() if name != "issued_outside"})
    assert finding(one).status == "description"


def test_few_stations_alone_are_no_contradiction_however_many_votes() -> None:
    found = finding(added(full(), range(40, 43), 60_011))
    assert (found.status, found.answer.outcome) == ("description", "slips")
    assert found.answer.facts["others"] == 3
    assert "3 stations" in found.summary


def test_one_slip_of_the_pen_is_an_innocent_explanation() -> None:
    results = full()
    votes = results.votes.copy()
    for row in (3, 50, 120):
        votes[row, 0] = int(f"{votes[row, 0]}7")
    slipped = results.with_counts(votes=votes)
    found = finding(slipped)
    assert found.answer.facts["affected_votes"] > found.answer.facts["border"]
    assert (found.status, found.answer.facts["slips"], found.answer.facts["others"]) == ("description", 3, 0)
    # As many as honest contests do not have are no slips any more.
    votes = votes.copy()
    for row in range(1, 200, 6):
        votes[row, 0] = int(f"{results.votes[row, 0]}7")
    found = finding(results.with_counts(votes=votes))
    assert (found.status, found.answer.facts["slips"]) == ("contradiction", 0)


def test_lines_exchanged_are_a_slip() -> None:
    results = full()
    counts = {name: results.counts[name].copy() for name in ("valid", "invalid")}
    counts["valid"][9], counts["invalid"][9] = results.counts["invalid"][9], results.counts["valid"][9]
    found = finding(results.with_counts(**counts))
    assert (found.answer.facts["slips"], found.answer.facts["stations"]) == (1, 1)


def test_register_exceeded_is_never_hard() -> None:
    results = full()
    results = results.with_counts(registered=np.where(np.arange(200) < 60, 1, results.counts["registered"]))
    found = finding(results)
    assert found.status == "description"
    assert "register" in found.answer.caveats


def test_definition_of_a_column_is_not_an_account() -> None:
    # Blank votes inside "valid": the sum misses it nearly everywhere, and nothing is counted.
    results = contest(200)
    valid = results.counts["valid"] + 5
    found = finding(results.with_counts(valid=valid, ballots=valid + results.counts["invalid"]))
    assert found.status == "none"
    assert not line(found, "votes_valid")["counts"]
    assert "definition" in found.answer.caveats


def test_blank_votes_are_added_where_the_file_means_it() -> None:
    results = contest(200)
    blank = np.full(200, 5)
    valid = results.counts["valid"] + blank
    found = finding(results.with_counts(valid=valid, blank=blank, ballots=valid + results.counts["invalid"]))
    assert found.answer.outcome == "agree"


def test_forged_total_is_a_contradiction_where_the_file_is_complete() -> None:
    results = contest(200)
    true = results.totals["A"]
    register = Announced("registered", results.totals["registered"])
    assert finding(results, register, Announced("A", true)).status == "none"
    forged = finding(results, register, Announced("A", int(true * 1.2)))
    assert (forged.status, forged.answer.outcome) == ("contradiction", "total")
    assert forged.answer.facts["total_column"] == "A"
    # Without another figure that agrees, stations may be missing from the file.
    assert finding(results, Announced("A", int(true * 1.2))).status == "description"
    # Stations that sum to more than was announced need no completeness.
    assert finding(results, Announced("A", int(true * 0.8))).status == "contradiction"
    # One slip at one station explains a difference, however large.
    row = int(np.argmax(results.votes[:, 0]))
    lost = int(results.votes[row, 0]) - int(str(results.votes[row, 0])[:-1])
    assert finding(results, register, Announced("A", true + 90 * true)).status == "contradiction"
    assert finding(results, register, Announced("A", true - lost)).status == "description"
    # A few votes are described.
    assert finding(results, register, Announced("A", true + 3)).status == "description"


def test_totals_of_territories() -> None:
    results = contest(400)
    region = results.areas("region")
    rows = region.rows(1)
    true = int(results.votes[rows, 0].sum())
    off = Announced("A", true - int(0.05 * results.counts["ballots"][rows].sum()), territory=region.names[1])
    found = finding(results, off)
    assert found.status == "contradiction"
    assert found.answer.tables["totals"][0]["territory"] == region.names[1]
    assert finding(results, replace(off, count=true - 2)).status == "description"
    assert finding(results, replace(off, territory="Nowhere")).answer.facts["totals"] == 0


def test_equal_names_are_not_a_territory() -> None:
    results = contest(100)
    places = {"region": Labels.of(["N", "S"] * 50), "district": Labels.of(["Centre"] * 100)}
    two = replace(results, places=places)
    assert accounts.territory_rows(two, "Centre") is None
    rows = accounts.territory_rows(two, "N / Centre")
    assert rows is not None
    assert len(rows) == 50
    # A name that one area alone has needs no path.
    alone = replace(two, places={**places, "district": Labels.of(["Old Town", "Harbour"] * 50)})
    found = accounts.territory_rows(alone, "Harbour")
    assert found is not None
    assert found.tolist() == list(range(1, 100, 2))


def test_a_complete_territory_says_only_of_other_figures_that_they_are_hard() -> None:
    results = contest(60)
    same, off = Announced("registered", results.totals["registered"]), Announced("A", results.totals["A"] + 5)
    told = {ln["column"]: ln for ln in accounts.compared(results, [same, off])}
    assert [(told[c]["complete"], told[c]["hard"]) for c in ("registered", "A")] == [(True, False), (True, True)]
    (alone,) = accounts.compared(results, [off])
    assert not alone["hard"]
    (above,) = accounts.compared(results, [replace(off, count=results.totals["A"] - 1)])
    assert above["hard"]


def test_the_lead_is_over_the_next_option() -> None:
    votes = np.array([[5, 30, 9], [5, 10, 9]])
    assert accounts.lead(Results(("A", "B", "C"), votes)) == 22
    assert accounts.lead(Results(("A", "B"), votes[:, :2])) == 30
    assert accounts.lead(Results(("A",), votes[:, :1])) == 0


def test_absent_is_not_zero() -> None:
    results = contest(100)
    counts = {name: values.copy() for name, values in results.counts.items()}
    counts["invalid"][4] = 0
    gaps = replace(results.with_counts(**counts), absent={"invalid": np.arange(100) == 4})
    found = finding(gaps)
    assert line(found, "papers_ballots")["checked"] == 99
    assert found.status == "none"


def test_counts_that_would_wrap() -> None:
    results = contest(100)
    votes = results.votes.copy()
    votes[::3] = 2**62
    found = finding(results.with_counts(votes=votes))
    assert found.status == "contradiction"
    assert found.answer.facts["affected_votes"] > 34 * 2**63
    json.dumps(found.to_dict())


def test_null_repairs_everything() -> None:
    results = full()
    for row in range(200):
        results = broken(results, row, ballots=-9, valid=4, issued=-20, mobile_boxes=3, received=-7)
    case = Case(results.contest, results, (Announced("A", 1), Announced("registered", 5)))
    repaired = AccountIdentities().run(AccountIdentities().null(case, np.random.default_rng(0)))
    assert isinstance(repaired, Finding)
    assert (repaired.status, repaired.answer.facts["totals_differ"]) == ("none", 0)
    assert {told["identity"] for told in repaired.answer.tables["identities"] if told["broken"]} == set()


def test_json_and_back_and_a_drawing_from_it() -> None:
    found = finding(broken(full(), 3, valid=-7), Announced("A", 12))
    assert Finding.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False))) == found
    for language in ("en", "ru"):
        drawn = AccountIdentities().draw(found, language).records
        series = found.answer.series
        assert len({record["identity"] for record in drawn}) == sum(many > 0 for many in series["stations"])
        assert 0 < len(drawn) < 2 * len(series["identity"])  # what holds everywhere has no bar


def test_votes_alone_have_nothing_to_check() -> None:
    bare = replace(contest(20), counts={}, places={})
    found = AccountIdentities().run(Case.of(bare))
    assert isinstance(found, Finding | Skipped)
    assert isinstance(AccountIdentities().run(Case.of(bare.take(np.zeros(0, np.int64)))), Skipped)


@pytest.mark.parametrize("name", sorted(reference.ABOVE))
def test_real_contests(data: Path, name: str) -> None:
    assert reference.above(data, name) == reference.ABOVE[name]
    found = finding(canonical(data, name))
    told = {x["identity"]: x for x in found.answer.tables["identities"]}
    stations, votes, register = reference.ABOVE[name]
    assert (told["votes_ballots"]["broken"], told["votes_ballots"]["more"]) == (stations, votes)
    assert told["ballots_registered"]["broken"] == register


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*CLEAN, "mexico_2012", "georgia_2014_local", "georgia_2016_parl", "georgia_2017_local"]
)
def test_clean_contests_are_described_without_alarm(data: Path, name: str) -> None:
    found = finding(canonical(data, name))
    assert found.status in ("none", "description")
    assert found.answer.facts["affected_share"] < 0.005
