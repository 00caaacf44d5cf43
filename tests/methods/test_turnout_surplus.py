"""The surplus by turnout: the published figures, a second implementation, its dependence on the peak."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recanvass.case import Case
from recanvass.method import method
from recanvass.results import Labels, Results
from recanvass.turnout_bins import binned, fitted_peak, sensitivity, smoothed, tables
from tests.conftest import canonical

#: Votes as printed by the notebooks of Cedar (methods/02), to seven digits after the point.
PUBLISHED = [
    ("russia_2004", None, 7_889_226.1505, 0.565),
    ("russia_2007", None, 12_945_302.3897, 0.545),
    ("russia_2011", None, 14_932_292.4081, 0.515),
    ("russia_2012", None, 11_183_822.1833, 0.605),
    ("russia_2018", None, 10_138_780.2393, 0.615),
    ("russia_2020", 40, 28_666_717.5227, 0.405),
    ("russia_2024", 60, 22_575_773.44, 0.605),
]


@pytest.mark.parametrize(("contest", "peak", "votes", "at"), PUBLISHED)
def test_the_published_figures_come_out(data: Path, contest: str, peak: int | None, votes: float, at: float) -> None:
    results = canonical(data, contest)
    answer = method("turnout_surplus", peak=peak, draws=0).ask(Case.of(results), np.random.default_rng(0))
    assert answer.facts["votes"] == pytest.approx(votes, rel=1e-6 if peak is None else 1e-9)
    assert answer.facts["peak"] == pytest.approx(at)


def invented(seed: int = 0, stations: int = 600, added: float = 0.0) -> Results:
    rng = np.random.default_rng(seed)
    registered = rng.integers(200, 2000, stations)
    ballots = rng.binomial(registered, np.clip(rng.normal(0.5, 0.08, stations), 0.1, 0.9))
    leader = rng.binomial(ballots, 0.4)
    stuffed = np.where(rng.random(stations) < 0.3, ((registered - ballots) * added).astype(int), 0)
    votes = np.stack([leader + stuffed, ballots - leader], axis=1).astype(np.int64)
    counts = {"registered": registered.astype(np.int64), "ballots": votes.sum(axis=1)}
    places = {"region": Labels.of([f"R{i % 12}" for i in range(stations)])}
    return Results(("A", "B"), votes, counts, places=places)


def test_the_bins_equal_a_loop_over_stations() -> None:
    results = invented()
    leader, others, codes, bins, _, rows = binned(results, 0, 100)
    a, b = tables(leader, others, codes, bins)
    assert len(rows) == len(results)
    bare = Results(results.options, results.votes, {"ballots": results.counts["ballots"]}, places=results.places)
    assert binned(bare, 0, 100) is None
    by_hand = np.zeros((2, 100))
    for votes, ballots, registered in zip(
        results.votes, results.counts["ballots"], results.counts["registered"], strict=True
    ):
        (where,) = [p for p in range(100) if p * registered < 100 * ballots <= (p + 1) * registered]
        by_hand[0, where] += votes[0]
        by_hand[1, where] += ballots - votes[0]
    np.testing.assert_array_equal(a.sum(axis=0), by_hand[0])
    np.testing.assert_array_equal(b.sum(axis=0), by_hand[1])


def test_votes_that_were_added_are_found_where_the_assumption_holds() -> None:
    clean = method("turnout_surplus", option="A", peak=50).run(Case.of(invented())).answer
    added = method("turnout_surplus", option="A", peak=50).run(Case.of(invented(added=0.5))).answer
    truth = invented(added=0.5).totals["A"] - invented().totals["A"]
    assert abs(clean.facts["share"]) < 0.1
    assert added.facts["votes"] == pytest.approx(truth, rel=0.25)
    low, high = added.estimates[0].low, added.estimates[0].high
    assert low < added.facts["votes"] < high


def test_turnout_is_that_of_the_ballots_and_a_hundred_stations_are_needed() -> None:
    results = invented(stations=100)
    votes = results.votes // 2
    halved = results.with_counts(votes=votes, valid=votes.sum(axis=1))
    found = binned(halved, 0, 100)
    np.testing.assert_array_equal(found[3], binned(results, 0, 100)[3])
    np.testing.assert_array_equal(found[0] + found[1], results.counts["ballots"])
    assert binned(results.take(np.arange(99)), 0, 100) is None


def test_counts_that_would_wrap_stand_in_the_same_bins() -> None:
    results, huge = invented(), 2**50
    counts = {name: values * huge for name, values in results.counts.items()}
    large = binned(results.with_counts(votes=results.votes * huge, **counts), 0, 100)
    np.testing.assert_array_equal(large[3], binned(results.with_counts(), 0, 100)[3])


def test_the_figure_is_never_outside_its_interval() -> None:
    """Even of one draw, which is hardly ever the figure itself."""
    (one,) = [
        e for e in method("turnout_surplus", draws=1).run(Case.of(invented())).answer.estimates if "peak" in e.quantity
    ]
    assert one.low <= one.value <= one.high
    assert one.low < one.high


def test_smoothing_and_the_curve_over_peaks() -> None:
    raw = np.arange(100.0)
    assert smoothed(raw)[50] == pytest.approx(50.0)
    assert smoothed(raw)[99] == 99.0
    assert sensitivity(np.ones(100), np.zeros(100)) == [(0, 0.0)]


def test_a_regional_peak_leaves_multiples_of_ten() -> None:
    others = np.zeros(100)
    others[30] = 5.0
    assert method("turnout_surplus", peak_rule="fullest", regional=True)._peak(others) % 10 != 0


def test_a_fit_whose_covariance_overflows_gives_its_peak_and_no_warning() -> None:
    """Everybody between 76 and 93 per cent: seen in a simulated contest of villages that vote by family."""
    ballots = "86 473 636 1542 2495 5767 13974 26100 46945 54684 43686 32512 16353 8034 2716 442 397"
    others = np.zeros(100)
    others[76:93] = [float(b) for b in ballots.split()]
    assert fitted_peak(others) == 85
