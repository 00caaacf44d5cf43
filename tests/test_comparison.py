"""The comparison table: published values, its intervals against simulation, its states, its forms."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kurtosis, skew

from recanvass import comparison, comparison_panel, comparison_table, scenario, wording
from recanvass.comparison import CONSTANTS, DIGITS, Comparison, Row, compare, dip_p
from recanvass.errors import UsageError
from recanvass.results import Contest, Results
from recanvass.testing import GUILT, degenerate_cases
from tests.conftest import canonical


@pytest.fixture(autouse=True)
def _no_models(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """The two models have tests of their own and would cost most of the time of these."""
    if "models" not in request.node.name:
        monkeypatch.setattr(comparison, "_models", lambda results: ())


def row(made: Comparison, column: str, statistic: str, area: str = "") -> Row:
    (found,) = (r for r in made.rows if (r.column, r.statistic, r.area) == (column, statistic, area))
    return found


def world(seed: int = 1, stations: int = 400) -> Results:
    return scenario.scenario("clean_mixture").build(np.random.default_rng(seed), stations).results


# Counts of at least 100 of the leader: stations, mean last digit, mean second digit, part ending in 0 or 5,
# as worked out by others from the same tables (methods/06; Germany from its last line).
PUBLISHED = [
    ("russia_2004", 83851, 4.4662, 4.0379, 0.2044),
    ("russia_2011", 76887, 4.4566, 4.1611, 0.2035),
    ("russia_2012", 83047, 4.4647, 4.1531, 0.2036),
    ("russia_2018", 87859, 4.4727, 3.9586, 0.2021),
    ("russia_2020", 87881, 4.4738, 4.1026, 0.2067),
    ("russia_2024", 85902, 4.4642, 4.0083, 0.2026),
]


@pytest.mark.parametrize(("name", "stations", "last", "second", "fives"), PUBLISHED)
def test_the_digits_of_the_leader_are_the_published_ones(
    data: Path, name: str, stations: int, last: float, second: float, fives: float
) -> None:
    results = canonical(data, name)
    made = compare(results, least=100)
    leader = results.options[results.leader]
    assert row(made, leader, "last_digit").stations == stations
    assert row(made, leader, "last_digit").value == pytest.approx(last, abs=5.1e-5)
    assert row(made, leader, "second_digit").value == pytest.approx(second, abs=5.1e-5)
    assert row(made, leader, "count_05").value == pytest.approx(fives, abs=5.1e-5)


# A random sample of 10,000 stations of Russia 2018 (voters >= 100, 0 < valid <= voters) as EFToolkit 2.0.0
# printed it (peers-measured, label eft_basic_2018_10000_R1000), with its 95 % limits where it gave them;
# the turnout is there the valid votes of the register.
PRINTED = [
    ("turnout", "second_digit", 3.878, 0.06),
    ("turnout", "last_digit", 4.478, 0.06),
    ("turnout", "percent_05", 0.209, 0.009),
    ("turnout", "count_05", 0.207, 0.009),
    ("turnout", "skewness", 0.413, 0.05),
    ("turnout", "kurtosis", 2.213, 0.1),
    ("leader", "second_digit", 4.058, 0.06),
    ("leader", "last_digit", 4.476, 0.06),
    ("leader", "percent_05", 0.196, 0.009),
    ("leader", "count_05", 0.203, 0.009),
    ("leader", "slope_less_share", -0.441, 0.03),
    ("leader", "skewness", 0.192, 0.1),
    ("leader", "kurtosis", 3.025, 0.5),
    ("leader", "correlation", 0.576, 0.03),
]


@pytest.fixture(scope="module")
def russia(data: Path) -> Comparison:
    results = canonical(data, "russia_2018")
    registered, valid = results.counts["registered"], results.counts["valid"]
    kept = results.take((registered >= 100) & (valid > 0) & (valid <= registered))
    counts = {"registered": kept.counts["registered"], "valid": kept.counts["valid"]}
    return compare(replace(kept, counts=counts))


@pytest.mark.parametrize(("role", "statistic", "printed", "within"), PRINTED)
def test_the_table_is_the_printed_one_within_its_sampling_error(
    russia: Comparison, role: str, statistic: str, printed: float, within: float
) -> None:
    (found,) = (r for r in russia.rows if (r.role, r.statistic) == (role, statistic))
    assert found.value == pytest.approx(printed, abs=within)


def test_shape_and_slope_equal_a_second_implementation() -> None:
    results = world()
    made = compare(results)
    ballots, registered = results.whole("ballots"), results.counts["registered"]
    votes = results.votes[:, results.leader]
    use = (ballots >= 1) & (ballots <= registered) & (registered >= 1) & (votes <= ballots)
    turnout, share = ballots[use] / registered[use], votes[use] / ballots[use]
    leader = results.options[results.leader]
    assert row(made, leader, "skewness").value == pytest.approx(skew(share), abs=1e-10)
    assert row(made, leader, "kurtosis").value == pytest.approx(kurtosis(share, fisher=False), abs=1e-10)
    assert row(made, leader, "correlation").value == pytest.approx(np.corrcoef(turnout, share)[0, 1], abs=1e-10)
    slope = np.polyfit(turnout, share, 1)[0] - share.mean()
    assert row(made, leader, "slope_less_share").value == pytest.approx(slope, abs=1e-10)


def test_the_limits_are_those_of_the_bootstrap() -> None:
    results = world(3, 1000)
    leader = results.options[results.leader]
    made, rng = compare(results, share=0.2), np.random.default_rng(0)
    drawn: dict[str, list[float]] = {}
    for _ in range(200):
        for each in compare(results.take(rng.integers(0, len(results), len(results))), share=0.2).rows:
            if each.column == leader:
                drawn.setdefault(each.statistic, []).append(each.value)
    for statistic in set(CONSTANTS) - {"dip"}:
        found = row(made, leader, statistic)
        assert found.low is not None
        assert found.high is not None
        wide = (found.high - found.low) / (2 * comparison.POINT)
        # Four standard errors of the simulated spread.
        assert wide == pytest.approx(np.std(drawn[statistic]), rel=0.2), statistic


def test_no_law_where_many_counts_are_small() -> None:
    results = world(4, 300)
    votes = results.votes.copy()
    votes[:30] = np.minimum(votes[:30], 5)
    small = compare(results.with_counts(votes=votes))
    leader = results.options[results.leader]
    assert row(compare(results), leader, "last_digit").honest is not None
    assert row(small, leader, "last_digit").honest is None


@pytest.mark.parametrize("statistic", DIGITS)
def test_honest_limits_hold_in_clean_contests(statistic: str) -> None:
    """Turnout and options of clean worlds lie outside their 95 % limits about as often as said."""
    outside, tried = 0, 0
    for seed in range(25):
        for found in compare(world(100 + seed, 300)).rows:
            if found.statistic == statistic and found.honest is not None:
                tried += 1
                outside += not found.honest.low <= found.value <= found.honest.high
    assert tried > 50
    assert outside / tried <= 0.05 + 4 * math.sqrt(0.05 * 0.95 / tried)


def test_rounded_turnout_is_seen_where_the_constant_is_not() -> None:
    results = world(5, 2000)
    registered, ballots = results.counts["registered"], results.counts["ballots"]
    rounded = (registered * (20 * ballots // registered * 5) + 50) // 100
    changed = np.random.default_rng(1).random(len(results)) < 0.3
    moved = results.with_counts(ballots=np.where(changed, rounded, ballots))
    found = row(compare(moved), "turnout", "percent_05")
    assert found.honest is not None
    assert found.honest.log10_adjusted < -20
    clean = row(compare(results), "turnout", "percent_05")
    assert clean.honest is not None
    assert clean.honest.log10_adjusted > -2


def test_order_and_names_change_nothing() -> None:
    results = world()
    moved = results.take(np.random.default_rng(2).permutation(len(results)))
    for one, two in zip(compare(results).rows, compare(moved).rows, strict=True):
        assert one.value == pytest.approx(two.value, rel=1e-12)
        if one.honest is not None and two.honest is not None:
            assert one.honest.log10_p == pytest.approx(two.honest.log10_p, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("label", "case"), degenerate_cases(), ids=lambda x: x if isinstance(x, str) else "")
def test_degenerate_contests_give_a_state(label: str, case) -> None:
    if case.results is None:
        return
    with np.errstate(all="raise"):
        made = compare(case.results)
    assert json.dumps(made.to_dict(), allow_nan=False)
    assert comparison_table.to_html(made)
    assert made.rows or made.left_out


def test_by_region_each_area_has_its_own_rows() -> None:
    results = world(2, 600)
    made = compare(results, by="region")
    areas = {r.area for r in made.rows} | {str(o["area"]) for o in made.left_out}
    assert areas == set(results.areas("region").names)
    sizes = dict(zip(results.areas("region").names, results.areas("region").sizes, strict=True))
    assert all(r.stations <= sizes[r.area] for r in made.rows)
    with pytest.raises(UsageError, match="region"):
        compare(results, by="planet")


def test_the_dip_law_is_the_tabulated_one() -> None:
    # Hartigan and Hartigan 1985, table 1: the 5 % point for n = 200 is .0368 (root n times it: .52).
    assert 0.02 < dip_p(0.0368, 200) < 0.09
    assert dip_p(0.0, 100) == 1.0


def test_the_panel_says_how_often_clean_contests_are_coloured() -> None:
    held = comparison_panel.at_least_one()
    assert held["contests"] >= 30
    assert held["contests_coloured"] <= held["contests"]
    beside = comparison_panel.beside("leader", "last_digit")
    fewer = comparison_panel.beside("leader", "last_digit", "Israel")
    assert beside["low"] <= beside["high"]
    assert fewer["contests"] < beside["contests"]
    assert comparison_panel.beside("leader", "nothing") == {}


def test_forms(tmp_path: Path) -> None:
    results = world()
    names = ("=1+1", "<script>alert(1)</script>", *results.options[2:])
    made = compare(replace(results, options=names, contest=Contest(title="<b>x</b>")))
    page = comparison_table.to_html(made)
    assert "<script" not in page
    assert "&lt;b&gt;" in page
    assert 'src="' not in page
    read = list(csv.DictReader(io.StringIO(comparison_table.to_csv(made))))
    assert len(read) == len(made.rows)
    assert all(not line["column"].startswith("=") for line in read)
    comparison_table.write(made, tmp_path / "table.html", "ru")
    assert 'lang="ru"' in (tmp_path / "table.html").read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="html"):
        comparison_table.write(made, tmp_path / "table.txt")
    assert [p.name for p in tmp_path.iterdir()] == ["table.html"]


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_words_in_both_languages(language: str) -> None:
    made = comparison_table.table(compare(world()), language)
    text = " ".join([made.title, *made.lead, *made.below])
    assert not GUILT.search(text)
    assert wording.phrases("comparison")["ru"].keys() == wording.phrases("comparison")["en"].keys()


def test_the_models_are_those_of_the_methods() -> None:
    results = world()
    made = compare(results)
    assert [m["model"] for m in made.models] == ["fingerprint", "turnout_surplus"]
    assert all(m["said"] for m in made.models)
    assert comparison_table.table(made, "ru").below
    json.dumps(made.to_dict(), allow_nan=False)
