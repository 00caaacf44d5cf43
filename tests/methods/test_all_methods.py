"""Every method × every requirement of the harness, by name."""

from __future__ import annotations

import pytest

from recanvass import testing
from recanvass.method import method, names

CHECKS = [
    testing.check_declaration,
    testing.check_repeatable,
    testing.check_order,
    testing.check_options_renamed,
    testing.check_polite,
    testing.check_stands_alone,
    testing.check_placebo,
]


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__[6:])
def test_requirement(name: str, check) -> None:
    check(method(name))


@pytest.mark.parametrize("name", names())
def test_size(name: str) -> None:
    testing.check_size(method(name), draws=60)


@pytest.mark.slow
@pytest.mark.parametrize("stations", testing.SIZES)
@pytest.mark.parametrize("name", names())
def test_size_in_full(name: str, stations: int) -> None:
    testing.check_size(method(name), draws=2000, stations=stations)


@pytest.mark.parametrize(("name", "planted"), [(n, s) for n in names() for s in method(n).detects])
def test_power(name: str, planted: str) -> None:
    testing.check_power(method(name), planted, trials=7)
