"""Slips of the pen: how many an honest contest has, and which stations one of them explains."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from recanvass import account_slips, accounts
from recanvass.account_slips import allowance, by_one_slip, one_slip_in_a_column, readings
from recanvass.kernels.digit_slips import slip_between
from recanvass.results import Results
from tests.methods.test_integer_percentages import contest


@pytest.mark.parametrize("stations", [1, 7, 143, 2000, 97_699])
@pytest.mark.parametrize("rate", [account_slips.RATE, account_slips.RARE])
def test_allowance_is_the_binomial_quantile(stations: int, rate: float) -> None:
    assert allowance(stations, rate) == int(binom.ppf(0.999, stations, rate))


@given(st.integers(10, 99_999))
def test_readings_are_all_the_counts_one_slip_away(value: int) -> None:
    found = readings(value)
    assert value not in found
    assert all(slip_between(one, value) not in ("same", "other") for one in found)
    near = [
        one for one in range(max(0, value - 1000), value + 1000) if slip_between(value, one) not in ("same", "other")
    ]
    assert set(near) <= set(found)


def kept(results: Results) -> list[str]:
    return [one.name for one in accounts.identities(results)]


def changed(results: Results, row: int, votes: int | None = None, **counts: int) -> Results:
    fresh = {name: results.counts[name].copy() for name in counts}
    for name, value in counts.items():
        fresh[name][row] = value
    cells = results.votes.copy()
    if votes is not None:
        cells[row, 0] = votes
    return results.with_counts(votes=cells, **fresh)


def test_a_lost_digit_is_a_slip_and_an_invented_figure_is_not() -> None:
    results = contest(50)
    valid = int(results.counts["valid"][8])
    rows = np.array([8])
    assert by_one_slip(changed(results, 8, valid=valid // 10), rows, kept(results)).all()
    assert not by_one_slip(changed(results, 8, valid=valid - 137), rows, kept(results)).any()


def test_a_file_without_exact_accounts_is_read_generously() -> None:
    results = contest(50)
    bare = Results(results.options, results.votes, {"ballots": results.counts["ballots"]}, places=results.places)
    rows = np.array([8])
    ballots = int(bare.counts["ballots"][8])
    assert by_one_slip(changed(bare, 8, ballots=ballots // 10), rows, ["votes_ballots"]).all()
    votes = bare.votes.copy()
    votes[8] += 40 * ballots
    assert not by_one_slip(bare.with_counts(votes=votes), rows, ["votes_ballots"]).any()


def test_blank_votes_are_read_as_in_the_whole_file() -> None:
    results = contest(50)
    blank = np.full(50, 5)
    valid = results.counts["valid"] + blank
    whole = results.with_counts(blank=blank, valid=valid, ballots=valid + results.counts["invalid"])
    assert accounts.counts_blank(whole)
    assert not accounts.counts_blank(results.with_counts(blank=blank))
    slipped = changed(whole, 8, valid=int(whole.counts["valid"][8]) // 10)
    assert by_one_slip(slipped, np.array([8]), kept(whole)).all()


def test_a_sum_that_one_slip_explains() -> None:
    values = np.array([120, 4567, 88])
    assert one_slip_in_a_column(values, 4567 - 456)
    assert one_slip_in_a_column(values, 4567 - 45670)
    assert not one_slip_in_a_column(values, 1234)


def test_as_many_stations_as_the_rates_of_honest_contests_allow() -> None:
    """The class of clean contests has 1 per cent of slips and .25 of other errors at most."""
    assert [allowance(2000, rate) for rate in (account_slips.RATE, account_slips.RARE)] == [35, 13]


@pytest.mark.parametrize("beyond", [0, 1])
def test_slips_are_forgiven_up_to_the_allowance_and_then_none(beyond: int) -> None:
    results = contest(50)
    valid = results.counts["valid"].copy()
    rows = np.arange(allowance(50, account_slips.RATE) + beyond)
    valid[rows] //= 10
    changed_ = results.with_counts(valid=valid)
    hard = np.where(np.arange(50) < len(rows), 100, 0)
    slips, others = account_slips.forgiven(changed_, hard, accounts.identities(results))
    assert np.flatnonzero(slips).tolist() == ([] if beyond else rows.tolist())
    assert others.sum() == (allowance(50, account_slips.RARE) if beyond else 0)


def test_small_slips_are_slips() -> None:
    """A last digit misread by one, and a nought written as seventy."""
    results = contest(50)
    valid = int(results.counts["valid"][8])
    one = valid + (-1 if valid % 10 == 9 else 1)
    assert by_one_slip(changed(results, 8, valid=one), np.array([8]), kept(results)).all()
    row = int(np.flatnonzero(results.counts["valid"] // 10 % 10 == 5)[0])  # 70 more are no single slip
    clean = changed(
        results, row, invalid=0, **dict.fromkeys(("ballots", "registered"), int(results.counts["valid"][row]))
    )
    assert by_one_slip(changed(clean, row, invalid=70), np.array([row]), kept(clean)).all()


def test_counts_exchanged_explain_only_what_they_mend() -> None:
    """Valid votes exchanged with the register leave no option above them, but the options then do not add up."""
    results = contest(50)
    bare = replace(results, counts={name: results.counts[name] for name in ("registered", "valid")})
    invented = changed(bare, 8, votes=int(bare.votes[8, 0]) + 137)
    assert not by_one_slip(invented, np.array([8]), kept(bare)).any()
    registered, valid = (int(bare.counts[name][8]) for name in ("registered", "valid"))
    assert by_one_slip(changed(bare, 8, registered=valid, valid=registered), np.array([8]), kept(bare)).all()
