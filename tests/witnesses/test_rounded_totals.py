"""Counts that are a rounded percentage of the total, and percentages that do not follow."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recanvass.announced_sets import follows
from recanvass.case import Announced, Case
from recanvass.errors import UsageError
from recanvass.finding import Finding, Skipped
from recanvass.kernels.rounded_totals import (
    density,
    exact_share_of_results,
    log10_any,
    log10_chance,
    nearest_point,
    on_grid,
)
from recanvass.method import method
from recanvass.results import Contest
from tests.witnesses.tables import null_log10_p

VENEZUELA = (("Maduro", 5150092, "51.20"), ("Gonzalez", 4445978, "44.2"), ("others", 462704, "4.6"))
SYRIA = (
    Announced("registered", 15845575),
    Announced("ballots", 11634412, "73.42", base="registered"),
    Announced("invalid", 442108, "3.8", base="ballots"),
    Announced("Assad", 10319723, "88.7"),
    Announced("Nouri", 500279, "4.3"),
    Announced("Hajjar", 372301, "3.2"),
)


def ask(*announced: Announced) -> Finding:
    outcome = method("announced_percentages").run(Case(Contest("x"), announced=announced))
    assert isinstance(outcome, Finding), outcome
    return outcome


def slow_on_grid(count: int, total: int, decimals: int, slack: int) -> bool:
    """By going through every percentage there is and rounding it, in fractions."""
    from fractions import Fraction

    grid = 10 ** (decimals + 2)
    for g in range(grid + 1):
        exact = Fraction(g * total, grid)
        near = abs(exact - count) <= Fraction(1, 2) if slack == 0 else abs(exact - count) < 1
        if near:
            return True
    return False


@given(st.integers(1, 3000), st.data(), st.integers(0, 1), st.integers(0, 1))
def test_on_grid_is_the_slow_rule(total: int, data: st.DataObject, decimals: int, slack: int) -> None:
    count = data.draw(st.integers(0, total))
    assert on_grid(count, total, decimals, slack) == slow_on_grid(count, total, decimals, slack)


@pytest.mark.parametrize(("total", "counts", "decimals"), [(500, 2, 0), (731, 2, 0), (300, 3, 0), (257, 3, 0)])
def test_exact_share_counts_every_result(total: int, counts: int, decimals: int) -> None:
    """Second implementation: list every way to split the votes."""
    found = ways = 0
    grid = 10 ** (decimals + 2)
    rounded = {(2 * g * total + grid) // (2 * grid) for g in range(grid + 1)}
    points = [(g, (2 * g * total + grid) // (2 * grid)) for g in range(grid + 1)]
    for first in itertools.product(range(total + 1), repeat=counts - 1):
        if sum(first) <= total:
            ways += 1
    assert ways == math.comb(total + counts - 1, counts - 1)
    assert len(rounded) == grid + 1
    for chosen in itertools.product(points, repeat=counts):
        found += sum(g for g, _ in chosen) == grid and sum(c for _, c in chosen) == total
        if counts == 3 and total > 300:
            break
    if counts == 2 or total <= 300:
        assert exact_share_of_results(total, counts, decimals) == pytest.approx(found / ways, rel=1e-12)


def test_bound_is_above_the_exact_law_and_near_it() -> None:
    """P(both free counts on the grid) over all results, by listing them all."""
    total, decimals = 900, 0
    q = density(total, decimals, 0)
    hits = ways = 0
    for a in range(total + 1):
        for b in range(total + 1 - a):
            ways += 1
            hits += all(on_grid(x, total, decimals, 0) for x in (a, b, total - a - b))
    bound = 10 ** log10_chance(3, 3, 2, q)
    assert hits / ways <= bound * 1.05
    assert hits / ways >= bound * 0.5


def test_venezuela_first_bulletin() -> None:
    finding = ask(*(Announced(o, n, p, bulletin="28 July") for o, n, p in VENEZUELA))
    assert sum(n for _, n, _ in VENEZUELA) == 10058774
    assert finding.status == "contradiction"
    assert finding.evidence is not None
    assert finding.evidence.log10_p == pytest.approx(-8.0, abs=0.05)
    assert exact_share_of_results(10058774, 3, 1) == pytest.approx(7.44e-9, rel=1e-3)
    assert [r["percent"] for r in finding.answer.tables["grid"]] == ["51.2", "44.2", "4.6"]
    assert [round(r["off"], 3) for r in finding.answer.tables["grid"]] == [-0.288, -0.108, 0.396]


def test_syria_one_option_is_a_lead_only() -> None:
    finding = ask(Announced("ballots", 11634412), Announced("Assad", 10319723, "88.7", base="ballots"))
    assert finding.status == "departure"
    assert finding.evidence is not None
    assert -4.1 < finding.evidence.log10_p < -3.8
    assert "one_option" in finding.answer.caveats


def test_syria_whole_announcement() -> None:
    finding = ask(*SYRIA)
    assert finding.status == "contradiction"
    verdicts = {r["figure"]: (r["verdict"], r["percent_of_base"]) for r in finding.answer.tables["percentages"]}
    assert verdicts["Assad"] == ("another total", "92.20")
    assert verdicts["invalid"] == ("follows", "3.80")
    assert finding.answer.tables["sums"][0]["off"] == 1


def test_a_changed_vote_is_seen() -> None:
    """Ten votes moved between two candidates leave nothing of the chance."""
    moved = [("Maduro", 5150102, None), ("Gonzalez", 4445968, None), ("others", 462704, None)]
    finding = ask(*(Announced(o, n, p) for o, n, p in moved))
    assert finding.evidence is not None
    assert finding.evidence.log10_p > -4
    assert finding.status != "contradiction"


def test_what_was_tried_is_counted_in() -> None:
    q = density(10058774, 1, 0)
    one = log10_chance(3, 3, 2, q)
    alone = log10_any([(3, 2, q)], one)
    more = log10_any([(3, 2, q), (3, 2, density(10058774, 0, 0)), (3, 2, density(10058774, 0, 1))], one)
    assert alone == pytest.approx(one)
    assert 10**more == pytest.approx(10**one * (1 + 3 * 0.01 + 3 * 0.04), rel=1e-9)


def test_size_under_its_own_null() -> None:
    """A village of 2,000 votes, where round percentages are common: no more alarms than stated."""
    counts = (("A", 1113), ("B", 587), ("C", 300))
    case = Case(Contest("x"), announced=tuple(Announced(o, n) for o, n in counts))
    log10_p = null_log10_p(method("announced_percentages"), case, 1500)
    assert len(log10_p) == 1500
    for level in (0.05, 0.01):
        allowed = 1500 * level + 3 * math.sqrt(1500 * level * (1 - level))
        assert (log10_p <= math.log10(level)).sum() <= allowed
    assert (log10_p < 0).any()


@pytest.mark.parametrize(
    ("count", "total", "percent", "right"),
    [(1, 3, "33.3", True), (2, 3, "66.6", True), (2, 3, "66.7", True), (2, 3, "66.8", False), (1, 8, "12.5", True)],
)
def test_follows(count: int, total: int, percent: str, right: bool) -> None:
    assert follows(count, total, percent) is right


def test_percentages_of_nothing_announced() -> None:
    wrong = (Announced("A", 600, "70.0"), Announced("B", 400, "30.0"))
    finding = ask(*wrong)
    assert finding.status == "contradiction"
    assert finding.answer.outcome == "does_not_follow"
    single = ask(Announced("A", 612, "70.1"), Announced("B", 388))
    assert single.status == "departure"


def test_no_counts_is_a_reason() -> None:
    outcome = method("announced_percentages").run(Case(Contest("x"), announced=(Announced("A", None, "51.2"),)))
    assert isinstance(outcome, Skipped)
    assert outcome.code == "no_counts"


def test_a_percentage_that_is_none() -> None:
    with pytest.raises(UsageError, match="1e5"):
        ask(Announced("A", 5, "1e5"), Announced("B", 5))


@pytest.mark.parametrize("counts", [(0, 0), (2**50, 2**50), (0, 1), (7, 0, 0, 0)])
def test_degenerate_counts(counts: tuple[int, ...]) -> None:
    announced = (*(Announced(f"O{i}", n) for i, n in enumerate(counts)), Announced("ballots", sum(counts)))
    finding = method("announced_percentages").run(Case(Contest("x"), announced=announced))
    if not sum(counts):
        assert isinstance(finding, Skipped)
        return
    assert isinstance(finding, Finding)
    json.dumps(finding.to_dict(), allow_nan=False)
    method("announced_percentages").draw(finding)


def test_nearest_point() -> None:
    assert nearest_point(5150092, 10058774, 1) == (512, 5150092 * 1000 - 512 * 10058774)
    assert np.isclose(5150092 - 0.512 * 10058774, -0.288)
