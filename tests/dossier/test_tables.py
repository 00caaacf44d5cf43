"""Records as tables of words."""

from __future__ import annotations

import re
from importlib import resources

import numpy as np
import pytest

from recanvass import wording
from recanvass.case import Case
from recanvass.dossier import tables
from recanvass.dossier.tables import MOST_ROWS, amount, cell, quantity, table
from recanvass.method import method
from recanvass.scenario import scenario

_UNITS = re.compile(
    r'Estimate\([^)]*?"(votes?|stations?|ballots?|share|ratio|log odds|standard deviations of an area)"'
)


@pytest.mark.parametrize(
    ("value", "key", "expected"),
    [
        (None, "x", "–"),
        (True, "listed", "yes"),
        (97699, "stations", "97,699"),
        (2018, "year", "2018"),
        (0.622, "share", "62.2\u202f%"),
        (195.0, "observed", "195"),
        (-6.478, "log10_p", "−6.5"),
        (0.0446, "sd", "0.04"),
        ("district", "level", "district"),
        ("small", "reason", "fewer than 100"),
        ("\u202ename", "area", "\\u202ename"),
    ],
)
def test_a_cell_is_written_for_a_reader(value: object, key: str, expected: str) -> None:
    assert cell(value, key, "integer_percentages", "en") == expected


@pytest.mark.parametrize(
    ("value", "key", "method", "expected"),
    [
        ("tenths", "family", "coarse_fractions", "кратные 10 процентам"),
        ("below_zero", "identity", "account_identities", "Ни одно число не меньше нуля"),
        ("run", "kind", "identical_protocols", "соседи, стоящие подряд"),
        ("follows", "verdict", "announced_percentages", "следует из числа"),
        ("nothing known", "kind", "account_identities", "nothing known"),
    ],
)
def test_a_code_is_put_into_the_readers_language(value: str, key: str, method: str, expected: str) -> None:
    assert cell(value, key, method, "ru") == expected


def test_a_long_table_is_cut_and_says_so() -> None:
    made = table([{"digit": k, "observed": k} for k in range(MOST_ROWS + 7)], "digits", "last_digits", "en")
    assert len(made["rows"]) == MOST_ROWS
    assert f"{MOST_ROWS} of {MOST_ROWS + 7} rows" in made["more"]


def test_a_table_without_words_keeps_its_own_names() -> None:
    made = table([{"some_key": "a"}], "never_heard_of", "last_digits", "en")
    assert made["columns"][0] == {"heading": "some key", "numeric": False}
    assert "never heard of" in made["title"]


@pytest.mark.parametrize(("value", "expected"), [(1234.5, "1,234"), (8.0, "8"), (12.34, "12.3"), (0.05, "0.050")])
def test_a_quantity_has_the_decimals_its_size_asks_for(value: float, expected: str) -> None:
    assert quantity(value, "en") == expected


@pytest.mark.parametrize("name", ["coarse_fractions", "small_stations"])
def test_what_is_no_fraction_is_not_printed_as_a_percentage(name: str) -> None:
    """Multiples of five per cent and standard deviations once stood as 500 % and 92 %."""
    finding = method(name).run(Case.of(scenario("clean_mixture").build(np.random.default_rng(3), 900).results))
    for key, records in finding.answer.tables.items():
        made = table(records, key, name, "en")
        for column, heading in enumerate(made["columns"]):
            texts = [row[column] for row in made["rows"]]
            if heading["heading"].endswith(("s.d.", "Percentage")):
                assert not any("%" in text for text in texts), texts


@pytest.mark.parametrize(
    ("value", "unit", "language", "expected"),
    [
        (1.0, "stations", "en", "1 station"),
        (104.1, "stations", "en", "104.1 stations"),
        (47552.0, "votes", "ru", "47\u202f552 голоса"),
        (0.026, "share", "ru", "2,6\u202f%"),
        (0.043, "part of stations", "en", "4.3\u202f% of the stations"),
        (0.12, "standard deviations of an area", "ru", "0,12 стандартного отклонения территории"),
    ],
)
def test_an_amount_is_said_with_its_unit(value: float, unit: str, language: str, expected: str) -> None:
    assert amount(value, unit, language) == expected


def test_every_unit_that_a_method_gives_has_words() -> None:
    sources = resources.files("recanvass").joinpath("methods").iterdir()
    units = {u for s in sources for u in _UNITS.findall(s.read_text(encoding="utf-8"))}
    assert {"votes", "standard deviations of an area"} <= units
    assert not units - tables._COUNTED - wording.template("dossier", "unit", language="ru").keys()
