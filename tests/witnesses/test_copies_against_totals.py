"""Sums over copies against announced totals, and bounds on what nobody saw."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recanvass.announced_totals import count_range
from recanvass.case import Announced, Case
from recanvass.case_folder import load_case
from recanvass.errors import UsageError
from recanvass.finding import Finding, Skipped
from recanvass.kernels.selection_bounds import (
    clopper_pearson,
    log10_at_least,
    odds_ratio,
    printed_interval,
    share_at_odds,
    unseen_shares,
)
from recanvass.method import method
from recanvass.results import Contest, Labels, Results
from tests.witnesses.tables import BELARUS, VENEZUELA, canonical_table

CASES = Path(__file__).parents[2] / "cases"


def asked(case: Case) -> Finding:
    outcome = method("copies_against_totals").run(case)
    assert isinstance(outcome, Finding), outcome
    return outcome


def copies(votes: list[tuple[int, int]], region: str = "North") -> Results:
    table = np.array(votes, dtype=np.int64)
    places = {"region": Labels.of([region] * len(votes)), "station": Labels.of([f"1-{i}" for i in range(len(votes))])}
    return Results(("A", "B"), table, {"ballots": table.sum(axis=1)}, places=places)


def of(records: list[dict[str, object]], territory: str, option: str) -> dict[str, object]:
    (found,) = [r for r in records if r["territory"] == territory and r["option"] == option]
    return found


def test_more_votes_in_the_copies_than_announced() -> None:
    case = Case(Contest("x", share_of="ballots"), announced=(Announced("A", 250), Announced("ballots", 900)),
                copies=copies([(120, 80), (131, 70)]))  # fmt: skip
    finding = asked(case)
    assert finding.status == "contradiction"
    assert finding.answer.facts["above_at_least"] == 1
    assert (
        asked(Case(case.contest, announced=(Announced("A", 251), Announced("ballots", 900)), copies=case.copies)).status
        != "contradiction"
    )


def test_rounding_decides() -> None:
    """14.9 % of 1,000 may be 149.4 votes: 149 in the copies fit, 150 do not."""
    known = (Announced("ballots", 1000), Announced("A", None, "14.9", base="ballots"))
    assert (
        asked(Case(Contest("x", share_of="ballots"), announced=known, copies=copies([(149, 100)]))).status
        != "contradiction"
    )
    assert (
        asked(Case(Contest("x", share_of="ballots"), announced=known, copies=copies([(150, 100)]))).status
        == "contradiction"
    )


def test_growth_of_the_register_is_allowed_for() -> None:
    register = (Announced("registered", 10_000, bulletin="before"), Announced("registered", 10_500, bulletin="final"),
                Announced("registered", 1000, territory="North", bulletin="before"))  # fmt: skip
    shares = (
        Announced("ballots", None, "50.00", "North", "registered"),
        Announced("A", None, "20.00", "North", "ballots"),
    )
    total = count_range((*register, *shares), "North", "A")
    assert total is not None
    assert (total.low, total.high) == (100, math.floor(1500 * Fraction("0.50005") * Fraction("0.20005")))
    inside = copies([(101, 50)])
    assert (
        asked(Case(Contest("x", share_of="ballots"), announced=(*register, *shares), copies=inside)).status
        != "contradiction"
    )
    without = (register[2], *shares)
    assert asked(Case(Contest("x", share_of="ballots"), announced=without, copies=inside)).status == "contradiction"


def test_stations_still_to_come_are_allowed_for() -> None:
    counted = Announced("A", 100, coverage="90")
    assert count_range((counted,), "", "A") is not None
    assert count_range((counted,), "", "A").high is None  # type: ignore[union-attr]
    known = (counted, Announced("registered", 1000))
    total = count_range(known, "", "A")
    assert total is not None
    assert total.high == 100 + 105  # 89.5 % is printed as 90 %
    assert asked(Case(Contest("x"), announced=known, copies=copies([(205, 10)]))).status == "none"
    assert asked(Case(Contest("x"), announced=known, copies=copies([(206, 10)]))).status == "contradiction"
    assert asked(Case(Contest("x"), announced=(counted,), copies=copies([(5000, 10)]))).status == "none"


def test_doubtful_copies_bear_no_contradiction() -> None:
    """The same protocol under two stations, and one that adds up to more than its ballots."""
    table = np.array([[300, 211, 57, 44], [300, 211, 57, 44], [100, 20, 20, 20]], dtype=np.int64)
    places = {"station": Labels.of(["1-1", "1-2", "1-3"])}
    ballots = np.array([612, 612, 110], dtype=np.int64)
    doubtful = Results(("A", "B", "C", "D"), table, {"ballots": ballots}, places=places)
    case = Case(
        Contest("x", share_of="ballots"), announced=(Announced("A", 500), Announced("ballots", 5000)), copies=doubtful
    )
    finding = asked(case)
    assert finding.status != "contradiction"
    oddities = {(r["station"], r["oddity"]) for r in finding.answer.tables["oddities"]}
    assert oddities == {("1-1", "doubles"), ("1-2", "doubles"), ("1-3", "unbalanced")}


@given(st.data())
def test_bounds_hold_whatever_the_selection(data: st.DataObject) -> None:
    """For any true stations and any choice of copies, the truth lies within the bounds."""
    stations = data.draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=12))
    seen = data.draw(st.lists(st.booleans(), min_size=len(stations), max_size=len(stations)))
    total_a, total = sum(a for a, _ in stations), sum(a + b for a, b in stations)
    part_a = sum(a for (a, _), s in zip(stations, seen, strict=True) if s)
    part = sum(a + b for (a, b), s in zip(stations, seen, strict=True) if s)
    assume(total > part)
    printed = f"{100 * total_a / total:.1f}"
    bounds = unseen_shares(printed_interval(printed), (total, total), part_a, part)
    assert bounds is not None
    assert bounds[0] <= Fraction(total_a - part_a, total - part) <= bounds[1]
    assert part_a <= total_a


@pytest.mark.parametrize(
    ("text", "low", "high"), [("14.92", "0.14915", "0.14925"), ("5", "0.045", "0.055"), ("0.0", "0", "0.0005")]
)
def test_printed_interval(text: str, low: str, high: str) -> None:
    assert printed_interval(text) == (Fraction(low), Fraction(high))


@pytest.mark.parametrize("text", ["", "nan", "1e3", "12.x", "--5", "9" * 40])
def test_a_percentage_that_is_none(text: str) -> None:
    known = (Announced("ballots", 1000), Announced("A", None, text, base="ballots"))
    with pytest.raises(UsageError, match="percentage"):
        method("copies_against_totals").run(Case(Contest("x"), announced=known, copies=copies([(1, 1)])))


def test_announcements_that_refer_to_each_other_end() -> None:
    known = (Announced("ballots", None, "90", base="valid"), Announced("valid", None, "99", base="ballots"),
             Announced("A", None, "50", base="ballots"))  # fmt: skip
    assert count_range(known, "", "A") is None
    assert isinstance(
        method("copies_against_totals").run(Case(Contest("x"), announced=known, copies=copies([(1, 1)]))),
        Finding | Skipped,
    )


def test_odds() -> None:
    assert odds_ratio(0.5, 0.5) == pytest.approx(1.0)
    assert odds_ratio(0.862, 0.617) == pytest.approx(3.88, abs=0.01)  # methods/12: 61.7 against 86.2
    assert odds_ratio(0.0, 0.4) is None
    assert share_at_odds(0.6, 0.25, 1.0) == pytest.approx(0.6)
    needed = odds_ratio(0.8924, 0.6214)
    assert needed is not None
    assert share_at_odds(0.6214, 0.3373, needed) == pytest.approx(0.3373 * 0.6214 + 0.6627 * 0.8924)


def test_exact_tails() -> None:
    """Against a sum over the binomial law in logarithms, and against published limits."""
    for hits, trials, rate in ((3, 10, 0.02), (40, 100, 0.02), (439, 1358, 0.02)):
        terms = [math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * math.log(rate)
                 + (trials - k) * math.log1p(-rate) for k in range(hits, trials + 1)]  # fmt: skip
        top = max(terms)
        slow = (top + math.log(math.fsum(math.exp(t - top) for t in terms))) / math.log(10)
        assert log10_at_least(hits, trials, rate) == pytest.approx(slow, rel=1e-10)
    assert clopper_pearson(5, 20) == pytest.approx(
        (0.0866, 0.4910), abs=5e-5
    )  # Clopper and Pearson's chart; R binom.test
    assert clopper_pearson(0, 30)[1] == pytest.approx(0.1157, abs=5e-5)
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def announced(name: str) -> tuple[Announced, ...]:
    """What travels with a case, without the tables that do not."""
    return load_case(CASES / name, read=lambda path, **known: None).announced  # type: ignore[arg-type,return-value]


def test_belarus_as_published(data: Path) -> None:
    case = Case(Contest("Belarus 2020", share_of="ballots"), announced=announced("belarus-2020"),
                copies=canonical_table(data, BELARUS))  # fmt: skip
    finding = asked(case)
    assert finding.status == "departure"  # strained, and not said to be a contradiction
    table = finding.answer.tables["territories"]
    her, him = of(table, "", "Tikhanovskaya"), of(table, "", "Lukashenko")
    assert (her["votes_listed"], her["announced"]) == (487496, 588622)
    assert him["unseen_point"] == pytest.approx(0.892, abs=5e-4)
    assert him["seen_share"] == pytest.approx(0.621, abs=5e-4)
    assert him["odds_ratio"] == pytest.approx(5.05, abs=0.01)
    city = of(table, "Minsk city", "Tikhanovskaya")
    assert (city["copies"], city["votes_used"], city["announced"]) == (415, 124540, 124539)
    assert city["seen_part"] == pytest.approx(0.66, abs=5e-3)
    assert (city["announced_low"], city["left_low"]) == (124488, -52)
    assert 0 < int(str(city["left_high"])) < 6100  # all growth of the register in the city
    assert city["above_at_least"] == 0
    region = of(table, "Minsk region", "Tikhanovskaya")
    assert (region["votes_used"], region["announced"]) == (112487, 114361)
    assert region["unseen_point"] == pytest.approx(0.003, abs=5e-4)
    others = [of(table, t, "Tikhanovskaya") for t in ("Brest", "Vitebsk", "Gomel", "Grodno", "Mogilev")]
    assert all(0.02 < float(str(r["unseen_point"])) < 0.06 for r in others)
    assert all(0.12 < float(str(r["seen_share"])) < 0.32 for r in others)
    doubles = [r for r in finding.answer.tables["oddities"] if r["oddity"] == "doubles"]
    assert len(doubles) == 12


def test_venezuela_tallies(data: Path) -> None:
    case = Case(Contest("Venezuela 2024"), announced=announced("venezuela-2024"),
                copies=canonical_table(data, VENEZUELA))  # fmt: skip
    finding = asked(case)
    assert finding.status == "contradiction"
    record = of(finding.answer.tables["territories"], "", "Gonzalez")
    assert (record["votes_listed"], record["announced"]) == (7156462, 5326104)
    assert record["above_as_announced"] == 1830358
    assert record["above_at_least"] == 7156462 - 5326104 - math.ceil(21321805 * (1 - Fraction("0.96865")))
    assert of(finding.answer.tables["territories"], "", "Maduro")["announced"] == 6408844


def test_negative_rows_of_the_source(data: Path) -> None:
    """The volunteers' own file: three counts below zero, listed and not dropped."""
    from recanvass.copies import ledger

    raw = pl.read_csv(data / "raw" / "belarus_2020" / "voice.csv", infer_schema_length=10000)
    raw = raw.filter(pl.col("officialVotes").is_not_null())
    names = ("lukashenko", "tihanovkaja", "kanopatskaja", "dmitriyev", "cherechen", "against")
    columns = [raw[f"{n}_officialVotes"].cast(pl.Int64) for n in names]
    votes = np.stack([c.fill_null(0).to_numpy() for c in columns], axis=1)
    gaps = np.stack([c.is_null().to_numpy() for c in columns], axis=1)
    register = raw["officialVoters"].cast(pl.Int64)
    counts = {
        "ballots": raw["officialVotes"].cast(pl.Int64).to_numpy().copy(),
        "registered": register.fill_null(0).to_numpy().copy(),
    }
    absent = {"votes": gaps, "registered": register.is_null().to_numpy().copy()}
    table = Results(names, votes, counts, absent, {"station": Labels.of(raw["id"].to_list())})
    book = ledger(table)
    assert {table.stations[i] for i in book.negative} == {"01-011-0022", "03-096-0060", "05-039-0017"}
    assert not book.firm[list(book.negative)].any()
    assert len(book.doubles) == 6
    alike = {tuple(table.stations[i] for i in group) for group in book.look_alikes}
    assert alike == {("04-022-0067", "04-022-0069"), ("05-036-0007", "05-036-0019"), ("07-009-0003", "07-009-0023")}


def test_null_never_contradicts() -> None:
    case = Case(Contest("x", share_of="ballots"), announced=(Announced("A", 250), Announced("ballots", 900)),
                copies=copies([(120, 80), (151, 70)]))  # fmt: skip
    chosen = method("copies_against_totals")
    assert asked(case).status == "contradiction"
    assert asked(chosen.null(case, np.random.default_rng(1))).status != "contradiction"
