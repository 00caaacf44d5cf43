"""Too little variance: counts published, the clean contests, planted areas, copies, degenerate input."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recanvass.case import Case
from recanvass.finding import Finding, Skipped
from recanvass.methods.variance_within_areas import VarianceWithinAreas, repeated_rows
from recanvass.results import Results
from tests.conftest import canonical
from tests.methods.test_integer_percentages import CLEAN, contest
from tests.references import dispersion as reference
from tests.references.german_precincts import precincts
from tests.references.russian_protocols import protocols


def equalised(results: Results, area: int, jitter: int = 1) -> Results:
    """One district whose stations all get its overall shares, but for a few votes."""
    rows = results.areas("district").rows(area)
    votes, valid = results.votes.copy(), results.counts["valid"]
    shares = votes[rows].sum(axis=0) / valid[rows].sum()
    votes[rows, :2] = np.round(shares[:2] * valid[rows, None])
    votes[rows, 0] += np.random.default_rng(0).integers(-jitter, jitter + 1, len(rows))
    votes[rows, 2] = valid[rows] - votes[rows, 0] - votes[rows, 1]
    return results.with_counts(votes=np.maximum(votes, 0))


def finding(results: Results, **parameters: object) -> Finding:
    outcome = VarianceWithinAreas(**parameters).run(Case.of(results))  # type: ignore[arg-type]
    assert isinstance(outcome, Finding), outcome
    return outcome


def test_published_statistic_against_the_second_writing() -> None:
    results = contest(300, seed=1)
    method = VarianceWithinAreas(definition="published", areas_of="district")
    parts = method.parts(results)
    tested = method.test(results, 0, parts, np.zeros(300, bool))
    for area, statistic, tail in zip(tested.area, tested.statistic, tested.log10_p, strict=True):
        rows = [i for i in parts.rows(int(area)) if results.counts["registered"][i] >= 100]
        pairs = [(int(results.votes[i, 0]), int(results.counts["ballots"][i])) for i in rows]
        assert (statistic, tail) == pytest.approx(reference.plain(pairs), rel=1e-10)


def test_equalised_area_is_found_and_named() -> None:
    results = equalised(contest(600, seed=2), 5)
    found = finding(results)
    assert found.status == "departure"
    assert found.evidence is not None
    assert found.evidence.log10_p < -6
    parts = results.areas("district")
    assert found.answer.facts["area"] == parts.names[5]
    assert set(found.stations) == {results.stations[i] for i in parts.rows(5)}
    assert found.answer.facts["areas"] == 1


def test_honest_contest_is_silent() -> None:
    for seed in range(10):
        found = finding(contest(600, seed=seed))
        assert found.status == "none"
        assert found.evidence is not None
        assert found.evidence.log10_p > -2


def test_copied_rows_alone_make_no_finding() -> None:
    results = contest(400, seed=3)
    rows = results.areas("district").rows(2)
    share = results.votes[rows, 0] / results.counts["valid"][rows]
    middling = rows[np.argsort(share)[len(rows) // 2]]
    index = np.concatenate([np.arange(400), np.repeat([middling], 2000)])
    copied = results.take(index)
    assert repeated_rows(copied, copied.areas("district")).sum() == 2000
    found = finding(copied)
    assert found.status == "none"
    assert found.answer.facts["copies"] == 2000
    assert "copies" in found.answer.caveats
    # Were they kept, they would: the check must be able to fail.
    method = VarianceWithinAreas()
    kept = method.test(copied, 0, method.parts(copied), np.zeros(len(copied), bool))
    assert kept.log10_p.min() < -20


def test_equal_small_stations_are_not_copies() -> None:
    results = contest(100)
    votes = np.tile([20, 10, 5], (100, 1))
    small = results.with_counts(votes=votes, valid=votes.sum(axis=1))
    assert not repeated_rows(small, small.areas("district")).any()


def test_two_options_are_one_test() -> None:
    results = contest(400)
    votes = np.stack([results.votes[:, 0], results.votes[:, 1] + results.votes[:, 2]], axis=1)
    two = replace(results, options=("A", "B"), votes=votes)
    assert VarianceWithinAreas().options(two) == [0]
    assert VarianceWithinAreas().options(results)[0] == results.leader


def test_no_outcome_filter_cuts_the_variance() -> None:
    # A district of honest stations near 99 %: a ceiling would make it look too even.
    rng = np.random.default_rng(5)
    results = contest(400, seed=5)
    valid = results.counts["valid"]
    leader = np.where(results.areas("district").codes == 1, rng.binomial(valid, 0.99), results.votes[:, 0])
    votes = np.stack([leader, valid - leader, valid * 0], axis=1)
    assert finding(results.with_counts(votes=votes)).status == "none"


def test_order_of_rows_and_names_of_options_do_not_matter() -> None:
    results = equalised(contest(400, seed=4), 3)
    one, other = finding(results), finding(results.take(np.random.default_rng(0).permutation(400)))
    assert one.to_dict()["answer"] == other.to_dict()["answer"]
    assert one.evidence == finding(replace(results, options=("Z", "Y", "X"))).evidence


def test_json_and_back_and_a_drawing_from_it() -> None:
    found = finding(equalised(contest(300), 2))
    back = Finding.from_dict(json.loads(json.dumps(found.to_dict(), allow_nan=False)))
    assert back == found
    for language in ("en", "ru"):
        assert VarianceWithinAreas().draw(back, language).records


@pytest.mark.parametrize("stations", [0, 1, 5])
def test_too_few_stations_are_refused(stations: int) -> None:
    assert isinstance(VarianceWithinAreas().run(Case.of(contest(50).take(np.arange(stations)))), Skipped)


def test_unanimous_and_empty_contests_are_refused() -> None:
    results = contest(100)
    valid = results.counts["valid"]
    for votes in (np.stack([valid, valid * 0, valid * 0], axis=1), results.votes * 0):
        assert isinstance(VarianceWithinAreas().run(Case.of(results.with_counts(votes=votes))), Skipped)


def test_null_keeps_sizes_and_totals() -> None:
    results = contest(300)
    drawn = VarianceWithinAreas().null(Case.of(results), np.random.default_rng(2)).results
    assert drawn is not None
    assert (drawn.votes.sum(axis=1) == results.votes.sum(axis=1)).all()
    assert (drawn.votes.sum(axis=0) == results.votes.sum(axis=0)).all()


def test_p_values_of_the_null_are_even() -> None:
    # Pooled over 60 shuffles of 12 areas: 720 p-values; 5 % is 36 ± 6.
    method, case, tails = VarianceWithinAreas(), Case.of(contest(300, seed=1)), []
    for draw in range(60):
        drawn = method.null(case, np.random.default_rng([3, draw])).results
        assert drawn is not None
        tails += method.test(drawn, 0, method.parts(drawn), np.zeros(300, bool)).log10_p.tolist()
    assert 16 <= (np.array(tails) <= np.log10(0.05)).sum() <= 56


@pytest.mark.slow
def test_sizes_under_its_own_null() -> None:
    method, case = VarianceWithinAreas(), Case.of(contest(300, seed=1))
    tails: list[float] = []
    for draw in range(3000):
        drawn = method.null(case, np.random.default_rng([3, draw])).results
        assert drawn is not None
        tails += method.test(drawn, 0, method.parts(drawn), np.zeros(300, bool)).log10_p.tolist()
    assert 0.042 < (np.array(tails) <= np.log10(0.05)).mean() < 0.058
    assert 0.0066 < (np.array(tails) <= -2).mean() < 0.0138


@pytest.mark.slow
@pytest.mark.parametrize("year", sorted(reference.COUNTS))
def test_published_counts(data: Path, year: int) -> None:
    results = canonical(data, f"russia_{year}")
    method = VarianceWithinAreas(definition="published", areas_of="district")
    tested = method.test(results, results.leader, method.parts(results), np.zeros(len(results), bool))
    areas, milli, micro, first, median = reference.COUNTS[year]
    assert (len(tested.area), (tested.log10_p < -3).sum(), (tested.log10_p < -6).sum()) == (areas, milli, micro)
    phi = np.quantile(tested.statistic / tested.degrees, [0.01, 0.5])
    assert phi == pytest.approx([first, median], abs=0.0051)


@pytest.mark.slow
@pytest.mark.parametrize("year", sorted(reference.CASES))
def test_published_cases(data: Path, year: int) -> None:
    results = canonical(data, f"russia_{year}") if year == 2020 else protocols(data, year)
    method = VarianceWithinAreas(definition="published", areas_of="district", ceiling=True)
    parts = method.parts(results)
    tested = method.test(results, results.leader, parts, np.zeros(len(results), bool))
    for part, stations, statistic, log10_p in reference.CASES[year]:
        k = min(
            (k for k in range(len(tested.area)) if part in parts.names[tested.area[k]]), key=lambda k: tested.log10_p[k]
        )
        assert tested.degrees[k] + 1 == stations
        assert tested.statistic[k] == pytest.approx(statistic, abs=0.0051)
        assert tested.log10_p[k] == pytest.approx(log10_p, abs=0.051)


@pytest.mark.slow
@pytest.mark.parametrize("name", CLEAN)
def test_clean_contests_have_no_area_below_1e_3(data: Path, name: str) -> None:
    outcome = VarianceWithinAreas().run(Case.of(canonical(data, name)))
    assert isinstance(outcome, Finding)
    assert outcome.status == "none"
    assert outcome.answer.tables["areas"][0]["log10_p"] > -3


@pytest.mark.slow
def test_german_municipalities(data: Path) -> None:
    # The compendium has 1,546 of them; its filter is not written out, and ours keeps four more.
    results = precincts(data)
    method = VarianceWithinAreas(definition="published", areas_of="district", share_of="valid")
    for option, (first, median) in enumerate([(0.91, 3.87), (0.88, 3.90), (0.60, 2.82), (0.66, 2.28)]):
        tested = method.test(results, option, method.parts(results), np.zeros(len(results), bool))
        assert len(tested.area) == 1550
        assert not (tested.log10_p < -3).any()
        phi = np.quantile(tested.statistic / tested.degrees, [0.01, 0.5])
        assert phi == pytest.approx([first, median], abs=0.011)
    assert finding(results, areas_of="district").status == "none"
