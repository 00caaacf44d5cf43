"""Rules that divide a place: which stations are siblings, by country, date and name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recanvass import scenario
from recanvass.case_folder import load_case
from recanvass.citations import CITATIONS
from recanvass.division import Division, known_division, systems
from recanvass.errors import ReadError, UsageError
from recanvass.results import Contest, Labels, Results
from tests.methods.divided_places import asked, planted


@pytest.mark.parametrize(
    ("country", "date", "name"),
    [
        ("Spain", "1982-10-28", "spain-before-1985"),
        ("ES", "2023-07-23", "spain"),
        ("Испания", "", "spain"),
        ("Israel", "1992-06-23", "israel-1992"),
        ("Zimbabwe", "2013-07-31", "zimbabwe-2013"),
        ("Bolivia", "2019-10-20", "bolivia"),
    ],
)
def test_the_rule_follows_country_and_date(country: str, date: str, name: str) -> None:
    found = known_division(Contest(country=country, date=date))
    assert found is not None
    assert found.name == name


def test_the_table_of_rules_is_sound() -> None:
    assert known_division(Contest(country="Norway")) is None
    for rule, _, since, until in systems():
        assert not rule.documented or rule.documented in CITATIONS, rule.name
        assert not (since and until) or since < until
    sourced = {rule.name for rule, *_ in systems() if rule.is_sourced and rule.validated}
    assert sourced == {"spain"}


@pytest.mark.parametrize(
    ("country", "together", "apart"),
    [
        ("Spain", ("01-04-003|01|003|A", "01-04-003|01|003|B"), ("01-04-003|01|004|A", "01-04-003|01|003|U")),
        ("Mexico", ("1-376-1 / B-C", "1-376-180 / B-C"), ("1-376-200 / E", "1-377-2 / B-C")),
        ("Canada", ("10001-54A", "10001-54B"), ("10001-54", "10002-54A")),
        ("Israel", ("13-2660-23.1", "13-2660-23.2"), ("13-2660-23.0", "13-2660-24.1")),
        ("Albania", ("TIRANE|20121", "TIRANE|20122", "TIRANE|2012"), ("TIRANE|2013", "TIRANE|12")),
        ("Albania", ("KRUJE|6831", "KRUJE|683"), ("KRUJE|6841", "KRUJE|68", "KRUJE|6", "VORE|6832", "KRUJE|6831#0")),
    ],
)
def test_which_names_are_siblings(country: str, together: tuple[str, ...], apart: tuple[str, ...]) -> None:
    names = [*together, *apart]
    results = Results(("A",), np.zeros((len(names), 1), np.int64), places={"station": Labels.of(names)})
    codes = known_division(Contest(country=country)).codes(results)
    assert len(set(codes[: len(together)].tolist())) == 1
    assert codes[0] >= 0
    assert not set(codes[len(together) :].tolist()) & {int(codes[0])}


def test_initials_are_siblings_inside_their_parish_only() -> None:
    names = ["Market (A-L)", "Market (M - Z)", "Market (A-L)", "Market"]
    places = {"subdistrict": Labels.of(["P", "P", "Q", "P"]), "station": Labels.of(names)}
    results = Results(("A",), np.zeros((4, 1), np.int64), places=places)
    codes = known_division(Contest(country="Uganda")).codes(results)
    assert codes[0] == codes[1] != codes[2]
    assert codes[3] == -1
    level = Division(place="subdistrict", rule="surname")
    assert len(set(level.codes(results)[[0, 1, 3]].tolist())) == 1


def test_a_rule_that_cannot_be_used_is_refused() -> None:
    for wrong in ({}, {"station": "(a)", "place": "region"}, {"station": "abc"}, {"station": "(("}, {"place": "town"}):
        with pytest.raises(UsageError):
            Division(**wrong)
    with pytest.raises(UsageError, match="surname"):
        Division(station="(.+)", rule="lottery")


def test_a_case_may_give_its_rule(tmp_path: Path) -> None:
    world, _ = planted(1)
    scenario.write(world, tmp_path / "table.csv")
    rule = '[division]\nstation = "(.+)-[A-H]"\nrule = "surname"\ndocumented = "Act 1"\nvalidated = "The contest of 2019"\n'
    head = '[contest]\ntitle = "T"\ndate = 2024-01-01\n[results]\nfile = "table.csv"\n'
    (tmp_path / "case.toml").write_text(head + rule)
    case = load_case(tmp_path, read=lambda path, **known: world.results)
    finding = asked(case)
    assert finding.evidence_class == "B"
    assert finding.answer.facts["source"] == "Act 1"
    for bad in ("(.+)+-A", "(a", ".+-A", "(.*)(.*)(.*)(.*)(.*)"):
        (tmp_path / "case.toml").write_text(head + rule.replace("(.+)-[A-H]", bad))
        with pytest.raises(ReadError, match="division"):
            load_case(tmp_path, read=lambda path, **known: world.results)


def divided(names: list[str], areas: list[str] | None = None, **rule: object) -> list[int]:
    """The places that a rule of one's own gives to stations of these names."""
    places = {"station": Labels.of(names)} | ({"district": Labels.of(areas)} if areas else {})
    results = Results(("A",), np.zeros((len(names), 1), np.int64), places=places)
    return list(Division(**{"station": r"(\d+)\d", "first_unit": True, "rule": "number"} | rule).codes(results))


def test_a_rule_of_ones_own_may_have_first_units_that_bear_the_places_name() -> None:
    one, unit, other, lone, stranger = divided(["1979", "19791", "19792", "2050", "20611"])
    assert one == unit == other >= 0
    assert lone == stranger == -1


def test_a_first_unit_of_another_area_is_no_first_unit() -> None:
    codes = divided(["1979", "19791", "19791", "19792"], ["P", "P", "Q", "Q"], within="district")
    assert codes[0] == codes[1] >= 0
    assert codes[2:] == [-1, -1]


def test_a_name_that_is_a_place_and_a_unit_at_once_is_neither() -> None:
    codes = divided(["197", "1979", "19791", "1972"])
    assert codes[0] == codes[3] >= 0
    assert codes[1:3] == [-1, -1]


def test_the_groups_of_a_first_unit_are_joined() -> None:
    codes = divided(["A7", "A71", "A72", "B7"], station=r"([A-Z])(\d+)\d")
    assert codes[0] == codes[1] == codes[2] >= 0
    assert codes[3] == -1


def test_a_first_unit_needs_a_pattern() -> None:
    with pytest.raises(UsageError, match="first_unit"):
        Division(place="district", first_unit=True)


def test_a_case_folder_keeps_first_units(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text(
        '[contest]\ntitle = "Nowhere"\ndate = 2026-11-01\n[division]\nstation = \'(\\d+)\\d\'\nfirst_unit = true\nrule = "number"\n'
    )
    division = load_case(tmp_path).division
    assert division is not None
    assert division.first_unit
