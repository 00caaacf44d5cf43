"""Stations against their neighbours: outside values, a loop, planted ballots, real contests."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, hypergeom, norm

from recanvass import wording
from recanvass.case import Case
from recanvass.method import method
from recanvass.methods.neighbour_residuals import scores, signed_root
from recanvass.neighbours import neighbourhoods
from recanvass.results import Labels, Results
from tests.conftest import canonical


def invented(seed: int = 0, added: float = 0.0, stations: int = 600) -> Results:
    rng = np.random.default_rng(seed)
    registered = rng.integers(800, 2000, stations)
    ballots = rng.binomial(registered, np.clip(0.5 + rng.normal(0, 0.02, stations), 0, 1))
    leader = rng.binomial(ballots, np.clip(0.4 + rng.normal(0, 0.02, stations), 0, 1))
    extra = np.where(np.arange(stations) % 20 == 7, np.rint(added * (registered - ballots)), 0).astype(np.int64)
    other = (ballots - leader) // 2
    votes = np.stack([leader + extra, ballots - leader - other, other], axis=1)
    cast = votes.sum(axis=1)
    places = {
        "region": Labels.of([f"R{i // 60:02d}" for i in range(stations)]),
        "station": Labels.of([f"{i + 1}" for i in range(stations)]),
    }
    return Results(("A", "B", "C"), votes, {"registered": registered, "ballots": cast, "valid": cast}, places=places)


def root(k1: int, n1: int, k2: int, n2: int) -> float:
    return float(signed_root(*(np.array([float(v)]) for v in (k1, n1, k2, n2)))[0])


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ((30, 100, 50, 100), -2.898684),
        ((700, 900, 2100, 3000), 4.626987),
        ((10, 100, 30, 300), 0.0),
        ((0, 9, 0, 8), 0.0),
    ],
)
def test_the_score_has_the_value_of_the_likelihood_ratio_test(table: tuple[int, ...], value: float) -> None:
    assert root(*table) == pytest.approx(value, abs=1e-6)


@given(st.integers(1, 499), st.integers(1, 999))
@settings(max_examples=50, deadline=None)
def test_the_score_equals_scipy(k1: int, k2: int) -> None:
    found = chi2_contingency([[k1, 500 - k1], [k2, 1000 - k2]], correction=False, lambda_="log-likelihood")
    assert root(k1, 500, k2, 1000) ** 2 == pytest.approx(found.statistic, abs=1e-8)


@pytest.mark.parametrize("k1", [380, 400, 420, 440])
def test_the_score_is_near_the_exact_hypergeometric_one(k1: int) -> None:
    k2, n1, n2 = 2400, 1000, 6000
    law = hypergeom(n1 + n2, k1 + k2, n1)
    middle = law.sf(k1) + law.pmf(k1) / 2
    assert root(k1, n1, k2, n2) == pytest.approx(norm.isf(middle), abs=0.02)


def test_the_scores_equal_a_loop_over_stations() -> None:
    results = invented(added=0.5)
    found = scores(results, 0, neighbourhoods(results, 100, 3))
    region = results.places["region"].codes
    v, g, lead = results.counts["registered"], results.counts["ballots"], results.votes[:, 0]
    by_hand = []
    for i in range(len(results)):
        near = [j for j in range(i - 3, i + 4) if j != i and 0 <= j < len(results) and region[j] == region[i]]
        if len(near) >= 4:
            by_hand.append(
                (i, root(g[i], v[i], sum(g[near]), sum(v[near])), root(lead[i], g[i], sum(lead[near]), sum(g[near])))
            )
    assert [i for i, _, _ in by_hand] == list(found.rows)
    t, s = (np.array([row[k] for row in by_hand]) for k in (1, 2))
    np.testing.assert_allclose(found.turnout * math.sqrt(found.turnout_factor), t, atol=1e-10)
    np.testing.assert_allclose(found.share * math.sqrt(found.share_factor), s, atol=1e-10)


def test_added_ballots_push_up_only() -> None:
    clean = method("neighbour_residuals", option="A").run(Case.of(invented())).answer
    added = method("neighbour_residuals", option="A").run(Case.of(invented(added=0.5))).answer
    assert abs(clean.facts["up"] - clean.facts["down"]) <= 2
    planted = {f"{i + 1}" for i in range(600) if i % 20 == 7}
    assert len(planted & set(added.stations)) > 25
    assert len(set(added.stations) - planted) <= 2
    assert all(row["up"] <= 3 for row in added.tables["placebo"])


def test_real_contests_answer(data: Path) -> None:
    """Direction in methods/18: Russia 2018 far above Canada 2015, where both ways are alike."""
    russia, canada = (
        method("neighbour_residuals").run(Case.of(canonical(data, c))).answer.facts
        for c in ("russia_2018", "canada_2015")
    )
    assert russia["excess"] > abs(canada["excess"])


def test_states_with_a_reason_and_sentences() -> None:
    assert method("neighbour_residuals", option="Z").run(Case.of(invented())).code == "no_option"
    assert method("neighbour_residuals", least=10**6).run(Case.of(invented())).code == "nothing_left"
    facts = method("neighbour_residuals").run(Case.of(invented())).answer.facts
    for language in wording.LANGUAGES:
        for outcome in ("said", "ranked"):
            assert wording.summary(
                "neighbour_residuals", outcome, {**facts, "below": 3, "contests": 11, "largest": 0.1}, language
            )
