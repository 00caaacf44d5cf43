"""Flow of votes: Kobak's Moscow matrix, slow second implementations, planted flows."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize

from recanvass import wording
from recanvass.case import Case
from recanvass.method import method
from recanvass.methods.vote_flow import possible, unconstrained
from recanvass.results import Labels, Results
from tests.conftest import canonical


def moscow(folder: Path, name: str, liberals: tuple[str, ...]) -> Results:
    """The city's commissions with the options of Kobak's notebook: Putin, liberals, all others."""
    results = canonical(folder, name)
    region = results.places["region"]
    city = [k for k, text in enumerate(region.names) if "Москва" in text]
    results = results.take(np.isin(region.codes, city))
    leader = results.votes[:, results.leader]
    free = sum(results.votes[:, j] for j, o in enumerate(results.options) if any(n in o for n in liberals))
    votes = np.stack([leader, free], axis=1)
    names = [re.sub(r"^\d+ ", "", n).lower().replace("район ", "").strip() for n in results.places["district"].values()]
    return Results(("Putin", "Liberals"), votes, results.counts, places={"district": Labels.of(names)})


def test_the_printed_moscow_matrix(data: Path) -> None:
    """Methods/07, printed by Kobak's notebook with ballots given out; found in the boxes here, hence the tolerance."""
    before = moscow(data, "russia_2012", ("Прохоров",))
    now = moscow(data, "russia_2018", ("Собчак", "Явлинский", "Титов"))
    answer = method("vote_flow", most=2, draws=20).run(Case.of(now, earlier={"2012": before})).answer
    assert answer.facts["areas"] == 125
    cells = {(r["then"], r["now"]): r for r in answer.tables["flows"]}
    kinds = ("stayed_away", "Putin", "Liberals", "other_ballots")
    free = [cells["stayed_away", k]["free"] for k in kinds]
    np.testing.assert_allclose(free, [0.6512, 0.2622, -0.0043, 0.0908], atol=0.007)
    printed = [[64.7, 26.4, 0, 8.9], [0, 95.5, 0, 4.5], [54.2, 0, 45.8, 0], [34.2, 27.4, 0, 38.4]]
    errors = [[6.0, 5.3, 1, 1.7], [3.8, 4.5, 1, 2.5], [1.4, 1, 1.0, 1], [10.4, 9.2, 1, 4.7]]
    mine = 100 * np.array([[cells[j, k]["flow"] for k in kinds] for j in kinds])
    assert (np.abs(mine - printed) <= errors).all(), mine.round(1)


def shares(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    then = rng.dirichlet([5, 3, 2], 40)
    flows = np.array([[0.9, 0.1, 0.0], [0.0, 0.7, 0.3], [0.3, 0.0, 0.7]])
    return then, then @ flows + rng.normal(0, 0.02, (40, 3)), rng.uniform(1, 3, 40)


@pytest.mark.parametrize("seed", range(3))
def test_the_possible_flows_are_the_nearest(seed: int) -> None:
    then, now, weight = shares(seed)
    mine = possible(then, now, weight)
    assert mine.min() >= 0
    np.testing.assert_allclose(mine.sum(axis=1), 1, atol=1e-12)

    def loss(flat: np.ndarray) -> float:
        return float((weight[:, None] * (now - then @ flat.reshape(3, 3)) ** 2).sum())

    rows = [{"type": "eq", "fun": lambda f, j=j: f.reshape(3, 3)[j].sum() - 1} for j in range(3)]
    by_hand = minimize(
        loss, np.full(9, 1 / 3), bounds=[(0, 1)] * 9, constraints=rows, options={"ftol": 1e-14, "maxiter": 500}
    )
    np.testing.assert_allclose(mine.ravel(), by_hand.x, atol=1e-4)
    assert loss(mine.ravel()) <= by_hand.fun + 1e-8


def test_the_free_flows_solve_the_normal_equations() -> None:
    then, now, weight = shares(9)
    w = np.diag(weight)
    np.testing.assert_allclose(
        unconstrained(then, now, weight), np.linalg.inv(then.T @ w @ then) @ then.T @ w @ now, atol=1e-10
    )
    assert unconstrained(np.repeat(then[:1], 40, axis=0), now, weight) is None


def test_flows_that_were_made_are_found_and_impossible_ones_seen() -> None:
    case = method("vote_flow").example(np.random.default_rng(4))
    answer = method("vote_flow").run(case).answer
    cells = {(r["then"], r["now"]): r for r in answer.tables["flows"]}
    assert cells["A", "A"]["low"] < 0.8 < cells["A", "A"]["high"]
    assert answer.facts["outside"] < 0.1
    results = case.results
    free = results.counts["registered"] - results.counts["ballots"]
    old = case.earlier["the earlier contest"]
    share = old.votes[:, 0] / old.counts["registered"]
    extra = np.rint(free * np.clip(3 * (share - share.min()), 0, 1)).astype(np.int64)
    votes = results.votes + extra[:, None] * np.array([1, 0, 0])
    cast = votes.sum(axis=1)
    planted = replace(case, results=results.with_counts(votes=votes, ballots=cast, valid=cast))
    assert method("vote_flow").run(planted).answer.facts["outside"] > 0.15


def test_states_with_a_reason_and_sentences() -> None:
    case = method("vote_flow").example(np.random.default_rng(4))
    results = case.results
    for given, parameters, code in [
        (Case.of(results), {}, "no_earlier"),
        (case, {"earlier": "never"}, "no_such_contest"),
        (case, {"fewest": 10**6}, "few_areas"),
        (replace(case, results=replace(results, places={})), {}, "few_areas"),
        (Case.of(results, earlier={"x": replace(results, counts={})}), {}, "columns"),
    ]:
        assert method("vote_flow", **parameters).run(given).code == code
    facts = method("vote_flow").run(case).answer.facts
    for language in wording.LANGUAGES:
        for outcome in ("said", "ranked"):
            assert wording.summary(
                "vote_flow", outcome, {**facts, "below": 3, "contests": 11, "largest": 0.1}, language
            )
