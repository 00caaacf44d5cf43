"""Copied results: the bound and the search written again, evidence by hand, planted chains, real contests."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multinomial

from recanvass import scaled_copies, wording
from recanvass.case import Case
from recanvass.finding import Finding, Skipped
from recanvass.kernels.scaled_rows import SMALL, TELLING, scaled_bound, scaled_hit, scaled_rows
from recanvass.method import method
from recanvass.results import Labels, Results
from recanvass.scaled_copies import Family, listed_areas, log_evidence
from tests.conftest import canonical
from tests.methods.one_division import one_division
from tests.references.copied_results import LIKE, like_an_earlier_one

contest = partial(one_division, areas=12, options=6, votes=(700, 2200))


def asked(results: Results, **parameters: object) -> Finding:
    found = method("copied_results", **parameters).run(Case.of(results))
    assert isinstance(found, Finding), found
    return found


def scaled(results: Results, rows: list[int], source: int) -> Results:
    """The rows get the source's shares at their own size, rounded, the largest option taking the rest."""
    votes = results.votes.copy()
    largest = int(np.argmax(results.votes.sum(axis=0)))
    for row in rows:
        total = int(votes[row].sum())
        made = np.rint(votes[source] * (total / votes[source].sum())).astype(np.int64)
        made[largest] += total - made.sum()
        votes[row] = made
    return results.with_counts(votes=votes)


def slow_room(n_source: int, total: int, k: int) -> Fraction:
    return (Fraction(1, 2) + Fraction(total, 2 * n_source)) * (2 if k == 0 else 1)


def slow_bound(source: list[int], n_source: int, total: int) -> float:
    left, bound = total, 1.0
    for k, x in enumerate(source):
        middle, room = Fraction(x * total, n_source), slow_room(n_source, total, k)
        window = range(max(0, math.ceil(middle - room)), math.floor(middle + room) + 1)
        betas = [1.0 if y == 0 or y >= left else (2 * math.pi * y * (1 - y / left)) ** -0.5 for y in window]
        bound *= min(1.0, math.fsum(betas))
        left -= math.floor(middle + room)
    return bound


def slow_hit(source: list[int], row: list[int]) -> bool:
    n, m = sum(source), sum(row)
    return row != source and all(
        abs(y - Fraction(x * m, n)) <= slow_room(n, m, k) for k, (x, y) in enumerate(zip(source, row, strict=True))
    )


@given(st.lists(st.integers(0, 900), min_size=2, max_size=6), st.integers(100, 4000))
@settings(max_examples=150, deadline=None)
def test_the_bound_equals_the_slow_one(source: list[int], total: int) -> None:
    n = sum(source)
    if n < 100:
        return
    slow = slow_bound(source, n, total)
    fast = scaled_bound(np.array(source), n, total)
    if fast >= SMALL:
        assert fast == pytest.approx(slow, rel=1e-10)
    else:
        assert slow <= fast * (1 + 1e-9)


@pytest.mark.parametrize(("source", "total"), [([40, 24, 12], 30), ([20, 12, 6], 45), ([30, 5, 4], 26)])
def test_the_bound_holds_for_all_rates(source: list[int], total: int) -> None:
    n = sum(source)
    bound = scaled_bound(np.array(source), n, total)
    windows = []
    for k, x in enumerate(source):
        middle, room = Fraction(x * total, n), slow_room(n, total, k)
        windows.append(range(max(0, math.ceil(middle - room)), math.floor(middle + room) + 1))
    inside = [x for x in product(*windows) if sum(x) == total]
    rng = np.random.default_rng(1)
    centre = np.array(source, float)
    rates = [centre / n, *rng.dirichlet(centre + 1, 80), *rng.dirichlet(8 * centre + 1, 80)]
    worst = max(float(multinomial.pmf(inside, total, rate).sum()) for rate in rates)
    assert 0 < worst <= bound


@pytest.mark.parametrize("seed", range(3))
def test_the_search_equals_all_pairs(seed: int) -> None:
    results = scaled(contest(seed, areas=2, stations=25, options=5), [4, 9, 30], 2)
    votes, totals = results.votes, results.votes.sum(axis=1)
    starts = np.array([0, 25, 50])
    chance, source, bound, told = scaled_rows(votes, totals, starts, 7)
    hits = 0
    for j in range(50):
        earlier = [i for i in range(max(25 * (j // 25), j - 7), j)]
        telling = {i: slow_bound(votes[i].tolist(), int(totals[i]), int(totals[j])) for i in earlier}
        telling = {i: r for i, r in telling.items() if r <= TELLING}
        assert told[j] == len(telling)
        assert chance[j] == pytest.approx(math.fsum(telling.values()), rel=1e-9, abs=1e-12)
        like = [i for i in telling if slow_hit(votes[i].tolist(), votes[j].tolist())]
        assert (source[j] >= 0) == bool(like)
        if like:
            hits += 1
            assert source[j] == min(like, key=lambda i: (telling[i], i))
            assert bound[j] == pytest.approx(telling[source[j]], rel=1e-10)
    assert hits >= 1 or seed


def test_equal_rows_are_no_hit() -> None:
    row = np.array([500, 300, 100, 50])
    assert not scaled_hit(row, 950, row.copy(), 950)
    assert scaled_hit(row, 950, row + np.array([1, -1, 0, 0]), 950)
    assert scaled_hit(row, 950, 2 * row, 1900)
    assert not scaled_hit(row, 950, 2 * row + np.array([0, 2, -2, 0]), 1900)


def test_evidence_by_hand() -> None:
    chance = np.array([0.01, 0.02, 0.005, 0.03])
    one = Family(np.arange(4), chance, np.array([-1, 2, 3, -1]), chance)
    by_weight = []
    for w in range(1, 7):
        e = 1.0
        for v, hit in zip(chance, (False, True, True, False), strict=True):
            e *= (math.exp(w) if hit else 1.0) / (1 + (math.exp(w) - 1) * v)
        by_weight.append(e)
    assert log_evidence(one, np.zeros(4, np.int64), 1)[0] == pytest.approx(math.log(np.mean(by_weight)), rel=1e-10)
    exact = [
        sum(
            math.prod(v if h else 1 - v for v, h in zip(chance, hits, strict=True))
            * math.prod(
                (math.exp(w) if h else 1) / (1 + (math.exp(w) - 1) * v) for v, h in zip(chance, hits, strict=True)
            )
            for hits in product((False, True), repeat=4)
        )
        for w in range(1, 7)
    ]
    np.testing.assert_allclose(exact, 1.0)


def test_named_areas_by_hand() -> None:
    logs = np.log(np.array([1e5, 120.0, 250.0, 1.0]))
    assert listed_areas(logs, 0.01).tolist() == [True, False, True, False]
    assert not listed_areas(np.zeros(5), 0.01).any()


def test_a_planted_chain_is_found_with_its_sources() -> None:
    rows = [95, 98, 101, 104, 107, 110, 113]
    found = asked(scaled(contest(), rows, 92))
    assert found.status == "departure"
    assert found.answer.outcome == "area"
    assert "District 03" in found.summary
    pairs = {line["copy"]: line for line in found.answer.tables["pairs"]}
    assert {f"{row:05d}" for row in rows} >= set(pairs)
    assert len(pairs) >= 5
    votes = contest().votes.sum(axis=1)
    for line in pairs.values():
        assert int(line["source"]) in [92, *rows]
        assert line["factor"] == pytest.approx(votes[int(line["copy"])] / votes[int(line["source"])])
    assert found.stations == tuple(sorted(pairs))


def test_rows_entered_twice_raise_nothing() -> None:
    results = contest()
    votes = results.votes.copy()
    for row in range(95, 115, 2):
        votes[row] = votes[row - 1]
    found = asked(results.with_counts(votes=votes))
    assert found.status == "none"
    assert found.evidence is not None
    assert found.evidence.log10_p == 0.0


def test_equal_rows_of_other_areas_are_counted_by_their_number() -> None:
    results = contest(areas=20)
    votes = results.votes.copy()
    for k in range(20):
        votes[30 * ((k + 7) % 20) + 5] = results.votes[30 * k + 20]
    found = asked(results.with_counts(votes=votes))
    assert found.answer.outcome == "elsewhere"
    assert found.answer.facts["elsewhere"] >= 15
    assert len(found.answer.tables["elsewhere"]) >= 15
    one = results.votes.copy()
    one[35] = one[200]
    single = asked(results.with_counts(votes=one))
    assert single.status == "none"
    assert [(line["copy"], line["source"]) for line in single.answer.tables["elsewhere"]] == [("00200", "00035")]


@pytest.mark.parametrize(
    ("level", "language", "words"),
    [
        ("district", "en", "of one area of 30 at the smallest level there is (districts)"),
        ("region", "en", "(regions)"),
        ("district", "ru", "самого мелкого уровня (районы)"),
    ],
)
def test_what_could_be_seen_names_the_level(level: str, language: str, words: str) -> None:
    results = contest()
    results = replace(results, places={level: results.places["district"], "station": results.places["station"]})
    power = asked(results).answer.power
    assert words in wording.phrase("smallest", "seen", "scaled_in_area", facts=power, language=language)


def test_what_is_said_to_be_seen_is_seen() -> None:
    results = contest()
    power = asked(results).answer.power
    assert 3 <= power["copies"] <= 12
    rows = [91 + 2 * t for t in range(power["copies"] + 1)]
    assert asked(scaled(results, rows, 90)).status == "departure"
    assert asked(scaled(results, rows[:2], 90)).status == "none"


def test_size_under_the_hardest_null() -> None:
    one, case = method("copied_results"), Case.of(contest(areas=8, stations=25, options=4))
    logs = []
    for draw in range(80):
        found = one.run(one.null(case, np.random.default_rng([9, draw])))
        assert isinstance(found, Finding)
        assert found.evidence is not None
        logs.append(found.evidence.log10_p)
    assert sum(p <= math.log10(0.05) for p in logs) <= 10
    assert min(logs) > -3


def test_where_likeness_is_chance_nothing_is_asked() -> None:
    outcome = method("copied_results").run(Case.of(contest(options=2)))
    assert isinstance(outcome, Skipped)
    assert outcome.code == "untelling"


def test_a_hundred_thousand_rows_without_areas_are_answered() -> None:
    votes = np.tile(np.array([[300, 200, 100, 50]]), (100_000, 1))
    found = asked(Results(tuple("ABCD"), votes))
    assert found.status == "none"
    assert "one_area" in found.answer.caveats


@pytest.mark.parametrize("key", sorted(LIKE))
def test_commissions_equal_those_of_another_program(data: Path, key: tuple[str, str]) -> None:
    stations, like = like_an_earlier_one(data, *key)
    assert (stations, like) == LIKE[key]
    found = asked(canonical(data, key[0]))
    assert found.status == "departure"
    (line,) = (line for line in found.answer.tables["areas"] if key[1] in line["area"])
    assert 0.6 * like <= line["copies"] <= like
    assert line["stations"] <= stations


@pytest.mark.parametrize(
    "name", ["spain_1982_10", "spain_2023_07", "israel_19", "denmark_2022", "canada_2015", "poland_2010_sejmik"]
)
def test_clean_contests_raise_no_alarm(data: Path, name: str) -> None:
    found = asked(canonical(data, name))
    assert found.evidence is not None
    assert found.evidence.log10_p > -0.5


def test_large_totals_are_left_out_and_the_rest_asked() -> None:
    results = contest()
    votes = results.votes.copy()
    votes[:30] = 2**40
    kept = scaled_copies.compared(results.with_counts(votes=votes))
    assert len(kept.rows) == 330
    assert kept.starts[-1] == 330
    assert asked(results.with_counts(votes=votes)).status == "none"


def test_chances_of_equal_rows_elsewhere_by_hand() -> None:
    """Each row may equal any earlier telling row with its total, itself and later ones left out."""
    rng = np.random.default_rng(2)
    votes = np.stack([rng.multinomial(400 + 100 * (i % 2), [0.4, 0.3, 0.2, 0.1]) for i in range(60)])
    votes[47] = votes[3]
    places = {
        "district": Labels.of([f"{i % 5}" for i in range(60)]),
        "station": Labels.of([f"{i:02d}" for i in range(60)]),
    }
    found = scaled_copies.compared(Results(tuple("ABCD"), votes, places=places))
    far = scaled_copies.elsewhere(found, found.rows, 0.005)
    seen = {int(found.rows[k]): n for n, k in enumerate(far.rows)}
    for j in range(60):
        chance = 0.0
        for i in range(j):
            row = votes[i]
            own = math.exp(multinomial.logpmf(row, row.sum(), row / row.sum()))
            chance += own if row.sum() == votes[j].sum() and own <= TELLING else 0.0
        assert (j in seen) == (0 < chance <= scaled_copies.MOST)
        if j in seen:
            assert far.chance[seen[j]] == pytest.approx(chance + 0.005, rel=1e-9)
    assert far.hits == 1
    assert int(found.rows[far.source[seen[47]]]) == 3
