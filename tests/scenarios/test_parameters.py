"""What a scenario may be given: read from text, checked, and refused with what to do."""

from __future__ import annotations

import pytest

from recanvass import scenario, scenario_parameters
from recanvass.errors import UnknownName, UsageError


def read(name: str, *given: str) -> dict[str, object]:
    return scenario_parameters.from_text(name, scenario.kind_of(name), given)


def test_texts_become_what_the_defaults_are() -> None:
    made = read(
        "rounded_results", "districts=5", "extent=0.05", "turnout=yes", "clustering=regions", "clean=many_lists"
    )
    assert made == {"districts": 5, "extent": 0.05, "turnout": True, "clustering": "regions", "clean": "many_lists"}
    assert type(made["districts"]) is int


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("ballot_stuffing", "extent", "NAME=VALUE"),
        ("ballot_stuffing", "extent=much", "a number"),
        ("ballot_stuffing", "extent=nan", "a number"),
        ("rounded_results", "districts=1.5", "whole number"),
        ("rounded_results", "turnout=maybe", "yes or no"),
    ],
)
def test_a_text_of_another_kind_is_refused(name: str, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(name, text)


def test_a_parameter_given_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="twice"):
        read("ballot_stuffing", "extent=0.1", "extent=0.2")


def test_an_unknown_parameter_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'extent'"):
        read("ballot_stuffing", "extend=0.1")
    with pytest.raises(UnknownName, match="It has none"):
        read("clean_mixture", "zzz=0.1")


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("ballot_stuffing", {"extent": 1.5}, "between 0 and 1"),
        ("vote_switching", {"dose": -0.1}, "between 0 and 1"),
        ("ballot_stuffing", {"clustering": "towns"}, "must be one of stations, districts, regions, coordinated"),
        ("ballot_stuffing", {"clean": "vote_switching"}, "is not one"),
        ("invented_turnout", {"gain": 0}, "between 1 and 100"),
    ],
)
def test_a_value_outside_its_range_is_refused(name: str, given: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        scenario.scenario(name, **given)


@pytest.mark.parametrize("name", scenario.names())
def test_defaults_are_accepted_and_every_number_has_a_range(name: str) -> None:
    kind = scenario.kind_of(name)
    known = scenario_parameters.parameters(kind)
    scenario_parameters.check(name, kind, known)
    for key, value in known.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            assert (name, key) in scenario_parameters.OWN_RANGES or key in scenario_parameters.RANGES, key
