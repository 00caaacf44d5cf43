"""Ballot-level lower bounds, and announcements one after the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recanvass.case import Announced, Case
from recanvass.case_folder import load_case
from recanvass.finding import Finding, Skipped
from recanvass.hour_drawings import labelled
from recanvass.method import method
from recanvass.results import Contest, Labels, Results
from tests.witnesses.tables import BELARUS, canonical_table, null_log10_p

CASES = Path(__file__).parents[2] / "cases"


def asked(name: str, case: Case) -> Finding:
    outcome = method(name).run(case)
    assert isinstance(outcome, Finding), outcome
    return outcome


def stations(votes: np.ndarray) -> Results:
    return Results(
        ("A", "B"), votes.astype(np.int64), places={"station": Labels.of([f"1-{i:03d}" for i in range(len(votes))])}
    )


def test_lower_bound_adds_up() -> None:
    protocol = np.array([[10, 100]] * 50)
    seen = np.zeros((50, 2))
    seen[:20, 0] = 25
    seen[20:, 0] = 10
    case = Case(
        Contest(), copies=stations(protocol), photographs=stations(seen), verified=("unique", "dated", "signed")
    )
    finding = asked("ballot_photographs", case)
    assert finding.status == "contradiction"
    assert finding.estimates[0].value == 20 * 15
    assert finding.estimates[0].kind == "lower bound"
    assert len(finding.stations) == 20


@pytest.mark.parametrize("known", [(), ("unique",), ("unique", "signed"), ("dated", "signed")])
def test_photographs_not_verified_are_no_contradiction(known: tuple[str, ...]) -> None:
    """Unique, dated and signed, all three, or the word is not used and the headline does not rest on it."""
    protocol = np.array([[10, 100]] * 50)
    case = Case(
        Contest(), copies=stations(protocol), photographs=stations(protocol + np.array([[20, 0]])), verified=known
    )
    finding = asked("ballot_photographs", case)
    assert finding.status == "departure"
    assert "no contradiction" in finding.summary
    assert "unverified" in finding.answer.caveats


def test_few_photographs_misfiled_are_no_contradiction() -> None:
    """Many stations short by one photograph each: 30 of 5,030 photographs misfiled would do it."""
    protocol = np.array([[100, 100]] * 50)
    seen = np.array([[101, 0]] * 30 + [[100, 0]] * 20)
    case = Case(
        Contest(), copies=stations(protocol), photographs=stations(seen), verified=("unique", "dated", "signed")
    )
    finding = asked("ballot_photographs", case)
    assert finding.answer.facts["log10_p"] < -5
    assert finding.answer.facts["needed"] == 30 / 5030
    assert finding.status == "departure"


def test_a_copy_in_doubt_carries_no_shortfall() -> None:
    """Photographs at a station of which two different copies exist are listed as unused."""
    names = ["1-000", "1-000", "1-001"]
    protocol = Results(("A", "B"), np.array([[50, 100], [60, 90], [50, 99]]), places={"station": Labels.of(names)})
    seen = Results(("A", "B"), np.array([[99, 0], [1, 1]]), places={"station": Labels.of(["1-000", "1-001"])})
    finding = asked("ballot_photographs", Case(Contest(), copies=protocol, photographs=seen))
    assert finding.status == "none"
    assert finding.answer.facts["unmatched"] == 1


def test_declared_votes_only_suggest() -> None:
    protocol = np.array([[10, 100]] * 50)
    told = np.array([[90, 0]] * 50)
    finding = asked("ballot_photographs", Case(Contest(), copies=stations(protocol), declared=stations(told)))
    assert finding.status == "description"
    assert finding.evidence is None
    assert "suggests" in finding.summary


def test_one_misfiled_station_is_no_contradiction() -> None:
    protocol = np.array([[50, 100]] * 50)
    seen = np.full((50, 2), 3)
    seen[0, 0] = 51
    finding = asked("ballot_photographs", Case(Contest(), copies=stations(protocol), photographs=stations(seen)))
    assert finding.status == "departure"
    assert finding.stations == ("1-000",)


def test_more_photographs_than_voters_are_not_its_own() -> None:
    protocol = Results(("A", "B"), np.array([[50, 100], [50, 99], [50, 98]]), {"ballots": np.array([150, 149, 148])},
                       places={"station": Labels.of(["1-000", "1-001", "1-002"])})  # fmt: skip
    seen = np.array([[151, 0], [60, 0], [3, 3]])
    finding = asked("ballot_photographs", Case(Contest(), copies=protocol, photographs=stations(seen)))
    assert finding.stations == ("1-001",)
    assert finding.answer.facts["missing"] == 10
    assert [r["station"] for r in finding.answer.tables["beyond"]] == ["1-000"]


def test_photographs_size() -> None:
    rng = np.random.default_rng(2)
    protocol = rng.integers(5, 60, (80, 2))
    case = Case(Contest(), copies=stations(protocol), photographs=stations(rng.integers(0, 60, (80, 2))))
    log10_p = null_log10_p(method("ballot_photographs"), case, 150)
    assert (log10_p <= np.log10(0.05)).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)


def test_belarus_photographs(data: Path) -> None:
    case = Case(
        Contest(), copies=canonical_table(data, BELARUS),
        photographs=canonical_table(data, BELARUS, "x_golos_", "_photo"), declared=canonical_table(data, BELARUS, "x_golos_", "_registered"),
    )  # fmt: skip
    finding = asked("ballot_photographs", case)
    facts = finding.answer.facts
    assert (facts["option"], facts["option_places"], facts["option_missing"]) == ("Tikhanovskaya", 432, 47552)
    assert facts["other_places"] == 4
    assert finding.status == "departure"  # nothing is claimed here of how the photographs were verified
    assert facts["unknown"] == ["unique", "dated", "signed"]
    assert 0.18 < facts["needed"] < 0.19


def test_a_total_that_shrinks() -> None:
    falling = (Announced("A", 1000, bulletin="1"), Announced("A", 900, bulletin="2"))
    assert asked("announced_bulletins", Case(Contest(), announced=falling)).status == "contradiction"
    corrected = (Announced("A", 10000, bulletin="1"), Announced("A", 9995, bulletin="2"))
    assert asked("announced_bulletins", Case(Contest(), announced=corrected)).status == "departure"
    growing = (Announced("A", 1000, bulletin="1"), Announced("A", 1000, bulletin="2"))
    assert asked("announced_bulletins", Case(Contest(), announced=growing)).status == "none"


def turnout(percent: str, bulletin: str = "") -> Announced:
    return Announced("ballots", None, percent, base="registered", bulletin=bulletin, territory="North")


def test_turnout_that_falls() -> None:
    register = Announced("registered", 10_000, territory="North", bulletin="before")
    falls = (register, turnout("60.00", "18:00"), turnout("59.00"))
    finding = asked("announced_bulletins", Case(Contest(), announced=falls))
    assert finding.status == "contradiction"
    assert finding.answer.facts["missing"] == 6000 - 5900  # whole voters: at least 6,000 became at most 5,900
    grown = (
        Announced("registered", 50_000, bulletin="before"),
        Announced("registered", 50_900, bulletin="final"),
        *falls,
    )
    softened = asked("announced_bulletins", Case(Contest(), announced=grown))
    assert softened.status == "none"
    assert "growth" in softened.answer.caveats


def test_capacity_is_an_assumption_and_a_departure() -> None:
    known = (Announced("registered", 10_000, territory="North"), Announced("stations", 5, territory="North"),
             turnout("10.0", "10:00"), turnout("60.0", "12:00"))  # fmt: skip
    finding = asked("announced_bulletins", Case(Contest(), announced=known))
    assert finding.answer.outcome == "crowded"
    assert finding.status == "departure"
    assert finding.answer.facts["rate"] == pytest.approx(500.0)


def test_belarus_hours() -> None:
    case = load_case(CASES / "belarus-2020", read=lambda path, **known: None)  # type: ignore[arg-type,return-value]
    finding = asked("announced_bulletins", case)
    assert finding.status == "none"
    last = {r["territory"]: r for r in finding.answer.tables["hours"] if r["first"] == "20:00"}
    assert last["Gomel"]["percent_before"] - last["Gomel"]["percent_after"] == pytest.approx(0.11)
    assert last["Gomel"]["verdict"] == "lower share only"
    brest = [r for r in finding.answer.tables["hours"] if r["territory"] == "Brest" and r["second"] == "12:00"]
    assert brest[0]["voters_between"] == pytest.approx(96589, abs=1)


def test_early_votes_are_described() -> None:
    early = tuple(
        Announced("issued_early", None, p, t, "registered") for t, p in (("North", "41.1"), ("South", "42.9"))
    )
    finding = asked("announced_bulletins", Case(Contest(), announced=early))
    assert finding.status == "description"
    assert "41.1" in finding.summary


def test_nothing_repeated_is_a_reason() -> None:
    outcome = method("announced_bulletins").run(Case(Contest(), announced=(Announced("A", 5),)))
    assert isinstance(outcome, Skipped)


def test_names_at_the_ends_of_lines_do_not_lie_on_one_another() -> None:
    points = [
        {"territory": f"Region {k}", "hour": hour, "percent": base + 0.3 * k}
        for k in range(6)
        for hour, base in ((10, 40.0), (20, 90.0))
    ]
    rows = labelled(points)
    heights = sorted(r["percent"] for r in rows if r["kind"] == "label")
    assert min(np.diff(heights)) >= 51.5 / 16 - 1e-9
    assert np.mean(heights) == pytest.approx(90.75)  # moved apart, not moved away
    alone = labelled([{"territory": "A", "hour": 10, "percent": 40.0}, {"territory": "A", "hour": 20, "percent": 90.0}])
    assert [r["percent"] for r in alone if r["kind"] == "label"] == [90.0]
