"""Every method has two values that others found, and gives them.

A value found by a second script of ours or by hand is a test of the code, not of what was understood: it does not
count. Where `COMPUTED` gives a declared value its tolerance is the declared one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import betabinom, chi2_contingency, mannwhitneyu, multinomial, rankdata, skew

from recanvass import coarse_shares
from recanvass.case import Announced, Case
from recanvass.digit_counts import BENFORD
from recanvass.finding import Finding
from recanvass.kernels import dispersion, near_rows
from recanvass.kernels.coarse_lattice import SIXTIETHS, redrawn_fractions
from recanvass.kernels.dip import dip
from recanvass.kernels.randomisation import difference as difference_of_lots
from recanvass.kernels.randomisation import every_difference
from recanvass.kernels.selection_bounds import odds_ratio
from recanvass.method import Reference, method, names
from recanvass.methods.skewness_kurtosis import moments
from recanvass.methods.small_stations import Difference, difference
from recanvass.methods.spatial_association import getis_ord, moran, standardised_sums
from recanvass.planning import margin_of
from recanvass.protocol_copies import table
from tests.conftest import canonical
from tests.references import bashkortostan_machines, outside_data
from tests.references.identical_protocols import STATIONS
from tests.references.russian_protocols import protocols

#: Methods for which nothing outside is known, with the reason. None.
EXCEPTIONS: dict[str, str] = {}

DECLARED = {(name, r.dataset, r.quantity): r for name in names() for r in method(name).references}


@pytest.mark.parametrize("name", names())
def test_two_values_are_from_outside(name: str) -> None:
    outside = [r for r in method(name).references if r.outside]
    assert len(outside) >= 2 or name in EXCEPTIONS, f"{name} has {len(outside)} values from outside; two are asked."


@pytest.mark.parametrize("reference", DECLARED.values(), ids=lambda r: f"{r.source} {r.quantity}")
def test_the_origin_is_what_the_source_says(reference: Reference) -> None:
    """What stands in the tests, or was done by hand, is not from outside; the compendium's files are named."""
    if reference.source.startswith("tests") or "hand" in reference.quantity:
        assert not reference.outside
    if reference.origin == "compendium":
        assert reference.source.split(" ")[0].rstrip(":0123456789/") in ("methods", "ground-truth", "catalogue")
    if reference.origin == "program":
        assert reference.source.split(",")[0].split(" ")[0].split(".")[0] in (
            "R",
            "esda",
            "scipy",
            "spikes",
            "statsmodels",
        )


# ------------------------------------------------------------------ what gives them, without data


def order_in_twenties() -> np.ndarray:
    return np.repeat(np.arange(5), 20)


def autocorrelation(values: list[int]) -> float:
    """Moran's index of a row whose neighbours are the next ones is n / (n - 1) of the first autocorrelation."""
    z = np.array(values, float) - np.mean(values)
    found = moran(z, np.zeros(len(z), np.int64), 1)
    assert found is not None
    return found * (len(z) - 1) / len(z)


def michelson_in_twenties(inside: bool) -> float:
    values, codes = np.array(outside_data.MICHELSON, float), order_in_twenties()
    centre = np.array([values[codes == k].mean() for k in range(5)])[codes] if inside else values.mean()
    found = moran(values - centre, codes, 3)
    assert found is not None
    return found


def star_scores() -> np.ndarray:
    points, x = np.array(outside_data.POINTS, float), np.array(outside_data.POINT_VALUES, float)
    near = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1)) <= 15
    return standardised_sums(x, near @ x, near.sum(axis=1).astype(float))


def standardised(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()


def ranks(first: list[float], second: list[float]) -> Difference:
    """The first sample as the small stations of one area, the second as the others."""
    z = standardised(rankdata([*first, *second]))
    found = difference(z, z, np.arange(len(z)), np.zeros(len(z), np.int64), len(first) / len(z))
    assert found is not None
    assert found.small == len(first)
    return found


def two_areas() -> Difference:
    """Twenty stations each, eight above; of the five and the six smallest, four and three are."""
    values = np.array([1] * 4 + [0] + [1] * 4 + [0] * 11 + [1] * 3 + [0] * 3 + [1] * 5 + [0] * 9, float)
    z = np.concatenate([standardised(values[:20]), standardised(values[20:])])
    size = np.r_[[1] * 5, [2] * 15, [1] * 6, [2] * 14]
    # The fifth and the sixth of each area: a cut at a quarter takes all that are as small.
    found = difference(z, z, size, np.repeat([0, 1], 20), 0.25)
    assert found is not None
    assert found.small == 11
    return found


def coarse_chance(x: int, n: int, a: float, b: float) -> float:
    on, _ = redrawn_fractions(np.array([x]), np.array([n]), np.array([a]), np.array([b]), SIXTIETHS)
    return float(on.sum())


def smokers() -> float:
    whole = np.array(outside_data.PATIENTS)
    return float(dispersion.squares(np.array(outside_data.SMOKERS), whole, np.array([0, 4]))[0][0])


def same_row() -> float:
    return float(np.exp(near_rows.log_row_bound(np.array([[160, 120, 80, 40]]))[0]))


def lots_of_the_tea() -> float:
    """Four of eight cups had the milk first; she names all four: as many right under what part of the lots."""
    cups = np.array([True] * 4 + [False] * 4)
    law = every_difference(cups.astype(float), cups, [np.arange(8)])
    return float((law >= 1 - 1e-12).mean())


def lots_of_the_maize() -> float:
    """Each pair is a stratum, and the lot says which of the two is crossed."""
    outcome = np.array([[gap, 0] for gap in outside_data.MAIZE], float).ravel()
    crossed = np.tile([True, False], 15)
    strata = list(np.arange(30).reshape(15, 2))
    law, seen = every_difference(outcome, crossed, strata), difference_of_lots(outcome, crossed, strata)
    assert len(law) == 2**15
    assert int((law >= seen - 1e-9).sum()) == 863
    return float((np.abs(law) >= seen - 1e-9).sum())


SPEED, ROW = "speed of light, 100", "400 votes, 160, 120, 80, 40"
COMPUTED: dict[tuple[str, str, str], Callable[[], float]] = {
    ("coarse_fractions", "700 of 1400, prior 9.5, 2.2", "chance of a coarse fraction"): lambda: coarse_chance(
        700, 1400, 9.5, 2.2
    ),
    ("coarse_fractions", "4100 of 6200, prior 80, 45", "chance of a coarse fraction"): lambda: coarse_chance(
        4100, 6200, 80.0, 45.0
    ),
    ("copied_results", ROW, "chance of the same row"): same_row,
    ("copies_against_totals", "61.7 % seen, 86.2 % unseen", "odds ratio"): lambda: odds_ratio(0.862, 0.617) or 0.0,
    ("identical_protocols", ROW, "chance of the same row"): same_row,
    ("modality", "precip, 70 cities", "dip"): lambda: dip(np.sort(np.array(outside_data.PRECIPITATION))),
    ("modality", "0, 2, 3, 5, 6", "dip"): lambda: dip(np.array([0.0, 2, 3, 5, 6])),
    ("random_sample", "324 stations, share .5", "margin, percent"): lambda: 100 * margin_of(324, 10**9, 0.5),
    ("randomised_observers", "lady tasting tea, 4 of 8 all right", "one-sided p"): lots_of_the_tea,
    ("randomised_observers", "Darwin's fifteen pairs of maize", "lots as far apart"): lots_of_the_maize,
    ("second_digits", "Benford's second digit", "mean"): lambda: float(BENFORD @ np.arange(10)),
    ("skewness_kurtosis", "2, 8, 0, 4, 1, 9, 9, 0", "skewness"): lambda: moments(np.array([2.0, 8, 0, 4, 1, 9, 9, 0]))[
        0
    ],
    ("small_stations", "24 rats on a rotating rod", "two-sided p"): lambda: (
        2 * float(ndtr(-abs(ranks(*outside_data.RATS).turnout_score)))
    ),
    ("small_stations", "15 membranes, Hollander and Wolfe 1973", "one-sided p"): lambda: float(
        ndtr(-ranks(*outside_data.MEMBRANES).share_score)
    ),
    ("small_stations", "two areas of twenty, eight of each above", "squared score"): lambda: (
        two_areas().share_score ** 2
    ),
    ("spatial_association", SPEED, "first autocorrelation"): lambda: autocorrelation(outside_data.MICHELSON),
    ("spatial_association", "filter, 50", "first autocorrelation"): lambda: autocorrelation(outside_data.MAVRO),
    ("spatial_association", "six points", "star score of the first"): lambda: float(star_scores()[0]),
    ("spatial_association", "speed of light, reach 3", "moran"): lambda: michelson_in_twenties(inside=False),
    ("spatial_association", "speed of light, reach 3", "inside"): lambda: michelson_in_twenties(inside=True),
    ("variance_within_areas", "smokers of four hospitals, page 139", "X²"): smokers,
}


@pytest.mark.parametrize("key", COMPUTED, ids=" ".join)
def test_the_value_comes_out(key: tuple[str, str, str]) -> None:
    reference = DECLARED[key]
    assert COMPUTED[key]() == pytest.approx(reference.value, abs=reference.tolerance)


def test_the_programs_give_today_what_they_gave() -> None:
    """The programs that are at hand where the tests run; esda, statsmodels and R were asked once."""
    lattice = np.arange(1401)
    on = np.min([100 * np.abs(60 * lattice - g * 1400) for g in SIXTIETHS], axis=0) <= 3 * 1400
    chance = betabinom(1400, 709.5, 702.2).pmf(lattice)[on].sum()
    key = ("coarse_fractions", "700 of 1400, prior 9.5, 2.2", "chance of a coarse fraction")
    assert chance == pytest.approx(DECLARED[key].value, rel=1e-10)
    row = multinomial.pmf([160, 120, 80, 40], 400, [0.4, 0.3, 0.2, 0.1])
    assert row == pytest.approx(DECLARED["copied_results", ROW, "chance of the same row"].value, rel=1e-10)
    membranes = mannwhitneyu(*outside_data.MEMBRANES, alternative="greater", method="asymptotic", use_continuity=False)
    assert membranes.statistic == 35
    assert membranes.pvalue == pytest.approx(ranks_p(outside_data.MEMBRANES), rel=1e-10)
    rats = mannwhitneyu(*outside_data.RATS, method="asymptotic", use_continuity=False)
    assert rats.pvalue == pytest.approx(2 * ranks_p(outside_data.RATS), rel=1e-10)
    smoking = np.array([outside_data.SMOKERS, np.subtract(outside_data.PATIENTS, outside_data.SMOKERS)])
    assert smokers() == pytest.approx(chi2_contingency(smoking).statistic, rel=1e-10)
    assert moments(np.array([2.0, 8, 0, 4, 1, 9, 9, 0]))[0] == pytest.approx(skew([2, 8, 0, 4, 1, 9, 9, 0]), rel=1e-12)


def ranks_p(samples: tuple[list[float], list[float]]) -> float:
    return float(ndtr(-ranks(*samples).turnout_score))


def test_every_star_score_of_the_other_program() -> None:
    np.testing.assert_allclose(star_scores(), outside_data.STAR_SCORES, atol=5e-9)
    ours = getis_ord(np.array(outside_data.MICHELSON, float), order_in_twenties(), 3)
    for place, score in outside_data.STAR_OF_MICHELSON.items():
        assert ours[place] == pytest.approx(score, abs=1e-10)


# ------------------------------------------------------------------ and with the real contests

#: Values that a test below asks for.
WITH_DATA: frozenset[tuple[str, str, str]] = frozenset(
    {
        ("account_identities", "russia_2018", "sum of the winner's votes"),
        ("account_identities", "spain_2011_11", "sum of the winner's votes"),
        ("account_identities", "spain_1982_10", "stations above the register"),
        ("account_identities", "georgia_2016_parl", "stations above the register"),
        ("copied_results", "russia_2018", "Malgobek, stations with one result"),
        ("identical_protocols", "israel_15 (1999)", "station 2 repeated at station 20: rows"),
        ("machine_counted_controls", "Bashkortostan 2018, 219 machines", "the leader's votes"),
        ("coarse_fractions", "russia_2018, 10,000 stations, 100 resamples", "F, per cent"),
        ("coarse_fractions", "russia_2018, 2,000 stations, 20 resamples", "F, per cent"),
        ("coarse_fractions", "russia_2018, 10,000 stations, 20 resamples", "F, per cent"),
        ("coarse_fractions", "russia_2018, 10,000 stations, 300 resamples", "F, per cent"),
        ("coarse_fractions", "russia_2018, 2,000 stations, 300 resamples", "F, per cent"),
    }
)


def test_what_is_said_to_be_asked_is_declared() -> None:
    assert set(COMPUTED) | WITH_DATA <= set(DECLARED)
    for name in names():
        kinds = [(r.dataset, r.quantity) for r in method(name).references]
        assert len(kinds) == len(set(kinds)), f"{name} declares a value twice."


def given(folder: Path, name: str, contest: str, *announced: Announced) -> Finding:
    results = canonical(folder, contest)
    found = method(name).run(Case(results.contest, results, announced) if announced else Case.of(results))
    assert isinstance(found, Finding)
    return found


@pytest.mark.parametrize("contest", ["russia_2018", "spain_2011_11"])
def test_the_sum_is_what_the_commission_announced(data: Path, contest: str) -> None:
    reference = DECLARED["account_identities", contest, "sum of the winner's votes"]
    results = canonical(data, contest)
    winner = results.options[results.leader]
    for wrong in (0, 1):
        announced = Announced(winner, int(reference.value) - wrong, source=reference.source)
        found = given(data, "account_identities", contest, announced)
        (line,) = found.answer.tables["totals"]
        assert (line["summed"], line["difference"]) == (reference.value, wrong)
        assert found.answer.facts["totals_differ"] == wrong


@pytest.mark.parametrize("contest", ["spain_1982_10", "georgia_2016_parl"])
def test_the_stations_above_the_register_are_those_of_the_catalogue(data: Path, contest: str) -> None:
    reference = DECLARED["account_identities", contest, "stations above the register"]
    tables = given(data, "account_identities", contest).answer.tables
    (line,) = (line for line in tables["identities"] if line["identity"] == "ballots_registered")
    assert line["broken"] == reference.value


def test_the_stations_with_one_result_in_malgobek(data: Path) -> None:
    reference = DECLARED["copied_results", "russia_2018", "Malgobek, stations with one result"]
    lines = given(data, "copied_results", "russia_2018").answer.tables["areas"]
    (line,) = (line for line in lines if "Малгобек" in line["area"])
    assert line["copies"] == pytest.approx(reference.value, abs=reference.tolerance)


def test_the_row_that_was_entered_twice_in_1999(data: Path) -> None:
    reference = DECLARED["identical_protocols", "israel_15 (1999)", "station 2 repeated at station 20: rows"]
    lines = given(data, "identical_protocols", "israel_15").answer.tables["copies"]
    assert [line["stations"] for line in lines] == ["; ".join(STATIONS["israel_15"])]
    assert lines[0]["stations"].count(";") == reference.value
    assert len(table(canonical(data, "israel_15")).rows)


def test_the_leaders_votes_in_bashkortostan(data: Path) -> None:
    key = ("machine_counted_controls", "Bashkortostan 2018, 219 machines", "the leader's votes")
    assert DECLARED[key].value == bashkortostan_machines.OFFICIAL
    published = protocols(data, 2018)
    regions = published.places["region"]
    rows = regions.codes == regions.names.index("Республика Башкортостан")
    assert int(published.votes[rows, published.leader].sum()) == DECLARED[key].value


@pytest.mark.parametrize(
    ("stations", "resamples"), [(10_000, 100), (10_000, 20), (10_000, 300), (2_000, 20), (2_000, 300)]
)
def test_the_published_f_of_the_peer(data: Path, stations: int, resamples: int) -> None:
    """The mixtures and the sample are the peer's, the draws are not: F differs by chance, and so by seed."""
    quantity = f"russia_2018, {stations:,} stations, {resamples} resamples"
    reference = DECLARED["coarse_fractions", quantity, "F, per cent"]
    whole = protocols(data, 2018)
    registered, valid, votes = whole.counts["registered"], whole.counts["valid"], whole.votes[:, whole.leader]
    able = np.flatnonzero((registered >= 100) & (valid > 0) & (valid <= registered))
    rows = able[np.random.RandomState(42).choice(len(able), stations, replace=False)]
    turnout, support = outside_data.SPIKES_TURNOUT[stations], outside_data.SPIKES_SUPPORT[stations]

    def share(resamples: int, seed: int) -> float:
        rng = np.random.default_rng(seed)
        return coarse_shares.published_share(
            registered[rows], valid[rows], votes[rows], turnout, support, resamples, rng
        )[0]

    # One draw of 20 resamples has a standard deviation of .56 (2,000 stations), and the peer's mean of three one of .3.
    seeds = range(4) if (stations, resamples) == (2_000, 20) else range(1, 2)
    mean = float(np.mean([share(resamples, seed) for seed in seeds]))
    assert mean == pytest.approx(reference.value, abs=reference.tolerance)
    if (stations, resamples) == (2_000, 20):
        assert share(1_000, 1) == 0.0
