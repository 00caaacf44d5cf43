"""Every value from outside that a method declares is asked for by a test, here or in the method's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from recanvass.case import Case
from recanvass.digit_counts import measured
from recanvass.finding import Finding
from recanvass.kernels.selection_bounds import clopper_pearson
from recanvass.method import Reference, method, names
from recanvass.planning import margin_of
from tests.conftest import canonical
from tests.methods.test_outside_values import COMPUTED, WITH_DATA
from tests.references.german_precincts import precincts

ROOT = Path(__file__).resolve().parents[1]

#: Values that the method gives as it stands, on the canonical table: method, contest, quantity.
AS_IT_STANDS = {
    ("account_identities", "albania_2013", "votes above ballots"),
    ("account_identities", "georgia_2016_parl", "stations above"),
    ("account_identities", "spain_1982_10", "votes above ballots"),
    ("coarse_fractions", "belarus_2020", "expected, turnout, all"),
    ("coarse_fractions", "georgia_2012_parl", "expected, share, all"),
    ("last_digits", "russia_2018", "uniform_x2 of the leader"),
    ("last_digits", "russia_2020", "uniform_x2 of the leader"),
    ("modality", "usa_dc_2010", "dip of the share"),
    ("modality", "usa_dc_2010", "dip of the turnout"),
    ("second_digits", "russia_2018", "mean of the leader"),
    ("skewness_kurtosis", "russia_2012", "skewness"),
    ("skewness_kurtosis", "usa_dc_2010", "kurtosis"),
    ("turnout_share_correlation", "russia_2018", "correlation"),
    ("turnout_share_correlation", "usa_dc_2010", "correlation"),
    ("variance_within_areas", "germany_2024_eu", "areas below 1e-3"),
}

#: Values that a test below asks for.
BELOW = {
    ("copies_against_protocols", "0 of 30", "upper limit of the rate, 95 %"),
    ("copies_against_protocols", "5 of 20", "upper limit of the rate, 95 %"),
    ("random_sample", "816 stations, share .5", "margin, percent"),
    ("second_digits", "germany_2024_eu", "mean of CDU/CSU"),
}

#: Values that a test asks for in other words: the file, and how it stands there.
ELSEWHERE = {
    ("electronic_against_paper", "example 1 of page 271", "variance between, empirical Bayes"): (
        "kernels/test_random_effects.py",
        "(FIRST, 0.192)",
    ),
    ("electronic_against_paper", "example 2 of page 272", "variance between, empirical Bayes"): (
        "kernels/test_random_effects.py",
        "(SECOND, 0.010)",
    ),
    ("ballot_sequence", "11 and 14 ballots, 13 runs", "ways of 13 runs"): ("kernels/test_ballot_runs.py", "702702"),
    ("ballot_sequence", "words of ten letters without three ones in a row", "count"): (
        "kernels/test_ballot_runs.py",
        "approx(504, abs=1e-9)",
    ),
    ("late_counts", "six departments of Berkeley", "raw difference, points"): (
        "kernels/test_stratified_order.py",
        "approx(-14.2, abs=0.05)",
    ),
    ("late_counts", "six departments", "squared contrast"): (
        "kernels/test_stratified_order.py",
        "approx(1.5246, abs=1e-3)",
    ),
    ("sibling_units", "spain_2011_11", "divided places"): ("references/sibling_units.py", "Row(16_484, 1.28, 1.50"),
    ("sibling_units", "spain_2011_11", "scale of turnout"): ("references/sibling_units.py", "Row(16_484, 1.28, 1.50"),
    ("sibling_units", "spain_2011_11", "scale of share"): ("references/sibling_units.py", "Row(16_484, 1.28, 1.50"),
    ("sibling_units", "mexico_2012", "candidates at 3.5, PRI"): ("references/sibling_units.py", "(44, (34, 32), 0.80)"),
    ("sibling_units", "mexico_2012", "p"): ("references/sibling_units.py", "(44, (34, 32), 0.80)"),
    ("sibling_units", "spain_1982_10", "candidates at 3.5, winner"): (
        "references/sibling_units.py",
        "(29, (20,), 0.63)",
    ),
    ("announced_percentages", "venezuela_2024 first bulletin", "log10 p"): (
        "witnesses/test_rounded_totals.py",
        "approx(-8.0, abs=0.05)",
    ),
    ("early_percentages", "belarus_2020", "early share of ballots, z"): (
        "methods/test_early_percentages.py",
        "approx(-0.8, abs=0.1)",
    ),
    ("identical_protocols", "israel_14 (1996)", "station 5 repeated at station 50: rows"): (
        "references/identical_protocols.py",
        '("9600-5.0", "9600-50.0")',
    ),
    ("random_sample", "tests/witnesses/test_sampling.py", "ratio and its error by hand"): (
        "witnesses/test_sampling.py",
        "Cochran 1977, 6.11, in plain loops",
    ),
    ("sibling_units", "spain_1982_10", "p"): ("references/sibling_units.py", "(29, (20,), 0.63)"),
    ("turnout_surplus", "russia_2011", "slope of the leader's votes"): (
        "kernels/test_turnout_slopes.py",
        '("russia_2011", 1.170, 0.76)',
    ),
    ("announced_bulletins", "belarus_2020", "Brest, voters from 10:00 to 12:00, thousands"): (
        "witnesses/test_photographs_and_bulletins.py",
        "96589",
    ),
    ("variance_within_areas", "Yelabuga 2018, 22 stations", "log10 p"): (
        "references/dispersion.py",
        '("Елабужская", 22, 0.57, -12.9)',
    ),
    ("variance_within_areas", "2018, areas below 1e-3", "count"): ("references/dispersion.py", "2018: (2616, 1, 1,"),
    ("machine_counted_controls", "Bashkortostan 2018, 219 machines", "votes above"): (
        "references/bashkortostan_machines.py",
        "ABOVE = 321_336.19",
    ),
    ("vote_flow", "Moscow 2012 to 2018, constrained", "Putin to Putin"): ("methods/test_vote_flow.py", "95.5"),
}

DECLARED = [(name, reference) for name in names() for reference in method(name).references]


def key(name: str, reference: Reference) -> tuple[str, str, str]:
    return name, reference.dataset, reference.quantity


def numbers(value: object) -> Iterator[float]:
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)
    elif isinstance(value, dict):
        for each in value.values():
            yield from numbers(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from numbers(each)


def forms(value: float) -> set[str]:
    """How a number may be written in a test."""
    made = {repr(value), f"{value:g}", f"{value:_}", f"{value:.2f}", f"{value:.4f}", f"{value:.5f}", f"{value:.6f}"}
    if float(value).is_integer():
        made |= {str(int(value)), f"{int(value):_}"}
    return {text.lstrip("-") for text in made}


@cache
def text_of_tests(name: str) -> str:
    """The text of the tests that mention a method, without its declaration."""
    files = [p for p in ROOT.rglob("*.py") if p.name != Path(__file__).name]
    texts = {p: p.read_text(encoding="utf-8") for p in files}
    return "\n".join(text for text in texts.values() if re.search(rf"\b{name}\b", text))


@pytest.mark.parametrize(("name", "reference"), DECLARED, ids=lambda v: v if isinstance(v, str) else v.quantity)
def test_a_test_asks_for_it(name: str, reference: Reference) -> None:
    if key(name, reference) in AS_IT_STANDS | BELOW | set(COMPUTED) | set(WITH_DATA):
        return
    if key(name, reference) in ELSEWHERE:
        file, text = ELSEWHERE[key(name, reference)]
        assert text in (ROOT / file).read_text(encoding="utf-8")
        return
    if reference.source.startswith("tests/references/") and (ROOT.parent / reference.source).is_file():
        return  # worked out there by another program, which a test runs or compares with
    # A number of one or two digits stands in every file and shows nothing.
    written = [f for f in forms(reference.value) if len(f.replace(".", "")) > 2]
    found = [f for f in written if re.search(rf"(?<![\d.]){re.escape(f)}(?!\d)", text_of_tests(name))]
    assert found, f"No test of {name} asks for {reference.quantity}, {reference.value} ({reference.source})."


@cache
def answer(folder: Path, name: str, contest: str) -> Finding:
    outcome = method(name).run(Case.of(canonical(folder, contest)))
    assert isinstance(outcome, Finding)
    return outcome


@pytest.mark.parametrize(
    ("name", "reference"),
    [(n, r) for n, r in DECLARED if key(n, r) in AS_IT_STANDS],
    ids=lambda v: v if isinstance(v, str) else f"{v.dataset} {v.quantity}",
)
def test_the_method_gives_it_as_it_stands(data: Path, name: str, reference: Reference) -> None:
    found = answer(data, name, reference.dataset).answer
    held = [*numbers(found.facts), *(e.value for e in found.estimates), *numbers(found.tables)]
    if found.evidence is not None:
        held.append(found.evidence.statistic)
    nearest = min(held, key=lambda value: abs(value - reference.value))
    assert abs(nearest - reference.value) <= reference.tolerance, nearest


def test_the_digits_of_the_german_union(data: Path) -> None:
    """CDU and CSU, of which each voter meets one, as one option, in the precincts of the polling day.

    Printed are 30,611 counts, X² 74.21 and a mean second digit of 3.23; the precincts of the published file
    give 64 counts more and 74.11. Which filter was used there is not known.
    """
    union = precincts(data)
    last, second = (measured(union, 0, 100, second=which) for which in (False, True))
    assert last is not None
    assert second is not None
    assert int(last.observed.sum()) == pytest.approx(30_611, rel=0.003)
    assert last.printed == pytest.approx(74.21, abs=0.2)
    assert second.mean == pytest.approx(3.23, abs=0.005)
    assert last.log10_p > -4  # against smooth counting nothing is left of it


def test_limits_and_margins_of_the_textbooks() -> None:
    assert clopper_pearson(5, 20)[1] == pytest.approx(0.491, abs=5e-4)
    assert clopper_pearson(0, 30)[1] == pytest.approx(0.1157, abs=5e-5)
    assert 100 * margin_of(816, 10**9, 0.5) == pytest.approx(3.43, abs=0.005)


def test_an_option_that_is_not_there_is_a_reason() -> None:
    from recanvass.testing import example

    for name in ("last_digits", "second_digits"):
        asked = method(name, option="nobody")
        assert "nobody" in getattr(asked.run(example(asked)), "reason", "")
