"""The model of Klimek and others: published plug-in values, slow second implementations, recovery."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import gaussian_kde, truncnorm

from recanvass import wording
from recanvass.case import Case
from recanvass.finding import Skipped
from recanvass.kernels import fingerprint as kernel
from recanvass.method import method
from recanvass.results import Contest, Labels, Results
from tests.conftest import canonical

#: Printed in Kobak's reading of the paper (methods/03): nu, s_nu, theta, tau, s_tau.
PRINTED = [
    ("russia_2007", 0.610, 0.098875, 0.425573, 0.561, 0.069873),
    ("russia_2011", 0.324, 0.069723, 0.559001, 0.529, 0.081381),
    ("russia_2012", 0.600, 0.091970, 0.418900, 0.605, 0.069407),
]


@pytest.mark.parametrize(("contest", "nu", "s_nu", "theta", "tau", "s_tau"), PRINTED)
def test_the_printed_plug_in_values(
    data: Path, contest: str, nu: float, s_nu: float, theta: float, tau: float, s_tau: float
) -> None:
    results = canonical(data, contest)
    registered, ballots = results.counts["registered"], results.whole("ballots")
    use = (ballots > 0) & (registered > 0)
    turnout, share = ballots[use] / registered[use], results.votes[use, results.leader] / ballots[use]
    found = kernel.plug_ins(turnout, share)
    assert found.nu == pytest.approx(nu, abs=1e-9)
    assert found.s_nu == pytest.approx(s_nu, abs=1e-6)
    assert found.theta == pytest.approx(theta, abs=1e-6)
    # The printed turnout is of ballots given out, which the canonical tables lack: found in the boxes here.
    assert found.tau == pytest.approx(tau, abs=0.0011)
    assert found.s_tau == pytest.approx(s_tau, abs=6e-4)


def two_crowds(seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.clip(np.concatenate([rng.normal(0.5, 0.06, 700), rng.normal(0.8, 0.1, 300)]), 0, 1)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("height", [0.0, 0.5])
def test_the_crest_is_that_of_the_exact_density(seed: int, height: float) -> None:
    values = two_crowds(seed)
    grid = np.arange(1001) / 1000
    density = gaussian_kde(values)(grid)
    by_hand = next(
        x
        for x, now, after in zip(grid, density, density[1:], strict=False)
        if x >= 0.3 and after < now and now >= height * density.max()
    )
    assert kernel.crest(values, 0.3, height) == pytest.approx(by_hand, abs=1e-9)


def test_a_thin_tail_is_no_crest() -> None:
    values = np.concatenate([two_crowds(0), [0.301, 0.302]])
    assert kernel.crest(values[values > 0.3], 0.3) > 0.45
    assert kernel.crest(np.full(50, 0.5), 0.3) is None


def slow_weights(counts: np.ndarray, law: np.ndarray) -> np.ndarray:
    def loss(z: np.ndarray) -> float:
        w = np.exp(z - z.max())
        return -float(counts @ np.log((w / w.sum()) @ law))

    z = minimize(loss, np.zeros(len(law)), method="BFGS", options={"gtol": 1e-7}).x
    w = np.exp(z - z.max())
    return w / w.sum()


def test_the_weights_are_those_of_greatest_likelihood() -> None:
    rng = np.random.default_rng(3)
    law = rng.dirichlet(np.full(12, 0.6), size=(2, 4))
    counts = rng.multinomial(5000, np.array([0.4, 0.3, 0.2, 0.1]) @ law[1]).astype(float)
    fitted, likelihood = kernel.weights(counts[None], law, 200_000)
    for a in range(2):
        by_hand = slow_weights(counts, law[a])
        np.testing.assert_allclose(fitted[a, 0], by_hand, atol=2e-4)
        assert likelihood[a, 0] == pytest.approx(float(counts @ np.log(fitted[a, 0] @ law[a])), rel=1e-12)
        assert likelihood[a, 0] >= float(counts @ np.log(by_hand @ law[a])) - 1e-4


def test_the_law_of_a_cell_is_the_integral_of_the_density() -> None:
    """The closed form of methods/03: given x, (t, v) is a function of (T, S), with its Jacobian."""
    found = kernel.PlugIns(0.5, 0.45, 0.08, 0.07, 0.4)
    alpha = 1.7
    law = kernel.laws(found, np.array([alpha]), 1 << 17)[0, 1].reshape(kernel.CELLS, kernel.CELLS)

    def normal(mean: float, spread: float) -> object:
        return truncnorm((0 - mean) / spread, (1 - mean) / spread, mean, spread)

    t_law, v_law, x_law = normal(0.5, 0.08), normal(0.45, 0.07), normal(0.0, 0.4)
    nodes, factors = np.polynomial.legendre.leggauss(200)
    x = (nodes + 1) / 2
    step = 1 / kernel.CELLS
    inside = (np.arange(10) + 0.5) / 10 * step
    for row, column in [(30, 28), (35, 32), (40, 38)]:
        turnout, share = (a.ravel() for a in np.meshgrid(row * step + inside, column * step + inside, indexing="ij"))
        t = (turnout[:, None] - x) / (1 - x)
        with np.errstate(all="ignore"):
            v = 1 - (1 - share[:, None]) * turnout[:, None] / (t * (1 - x**alpha))
            density = t_law.pdf(t) * v_law.pdf(v) * turnout[:, None] / ((1 - x) * (1 - x**alpha) * t) * x_law.pdf(x)
        density = np.where((t > 0) & (v >= 0) & (v <= 1), density, 0.0)
        by_hand = float((density @ (factors / 2)).mean()) * step**2
        assert law[row, column] == pytest.approx(by_hand, rel=0.06)


def contest(seed: int, incremental: float, extreme: float, alpha: float = 1.5, stations: int = 6000) -> Results:
    """The model itself, station by station."""
    rng = np.random.default_rng(seed)
    registered = rng.integers(1500, 3000, stations)
    kind = rng.choice(3, stations, p=[1 - incremental - extreme, incremental, extreme])
    t = np.clip(rng.normal(0.5, 0.06, stations), 0, 1)
    v = np.clip(rng.normal(0.45, 0.06, stations), 0, 1)
    x = np.select(
        [kind == 1, kind == 2], [np.abs(rng.normal(0, 0.35, stations)), 1 - np.abs(rng.normal(0, 0.075, stations))], 0.0
    )
    turnout, share = kernel.moved(t, v, np.clip(x, 0, 1), alpha)
    ballots = np.rint(registered * turnout).astype(np.int64)
    leader = np.rint(ballots * share).astype(np.int64)
    votes = np.stack([leader, (ballots - leader) * 2 // 3, ballots - leader - (ballots - leader) * 2 // 3], axis=1)
    places = {"region": Labels.of([f"R{i % 30:02d}" for i in range(stations)])}
    return Results(("A", "B", "C"), votes, {"registered": registered, "ballots": ballots}, places=places)


def test_what_the_model_made_is_found_again() -> None:
    results = contest(1, 0.25, 0.04)
    answer = method("fingerprint", option="A").run(Case.of(results)).answer
    assert answer.facts["incremental"] == pytest.approx(0.25, abs=0.08)
    assert answer.facts["extreme"] == pytest.approx(0.04, abs=0.01)
    by_name = {e.quantity: e for e in answer.estimates}
    assert by_name["extreme"].low < answer.facts["extreme"] < by_name["extreme"].high
    clean = method("fingerprint", option="A", draws=0).run(Case.of(contest(1, 0.0, 0.0))).answer
    assert clean.facts["touched"] < 0.12
    assert clean.facts["extreme"] < 0.002


def test_an_honest_mixture_of_two_crowds_is_called_touched() -> None:
    """The reason for the class: a second honest crowd looks touched."""
    rng = np.random.default_rng(5)
    registered = np.full(4000, 2000)
    second = rng.random(4000) < 0.3
    ballots = rng.binomial(registered, np.where(second, 0.7, 0.5) + rng.normal(0, 0.04, 4000))
    leader = rng.binomial(ballots, np.where(second, 0.65, 0.4) + rng.normal(0, 0.04, 4000))
    results = Results(
        ("A", "B"), np.stack([leader, ballots - leader], axis=1), {"registered": registered, "ballots": ballots}
    )
    assert method("fingerprint", option="A").run(Case.of(results)).answer.facts["touched"] > 0.15


def test_the_sentences_of_both_outcomes_and_languages() -> None:
    finding = method("fingerprint").run(Case.of(contest(2, 0.1, 0.02, stations=1500)))
    facts = {**finding.answer.facts, "below": 30, "contests": 37, "largest": 0.3}
    for language in wording.LANGUAGES:
        for outcome in ("said", "ranked"):
            assert wording.summary("fingerprint", outcome, facts, language)


def test_states_with_a_reason() -> None:
    results = contest(3, 0.0, 0.0, stations=300)
    assert method("fingerprint", option="Nobody").run(Case.of(results)).code == "no_option"
    flat = results.with_counts(
        votes=np.stack(
            [results.counts["ballots"], 0 * results.counts["ballots"], 0 * results.counts["ballots"]], axis=1
        )
    )
    outcome = method("fingerprint").run(Case.of(flat))
    assert isinstance(outcome, Skipped)
    assert outcome.code == "no_crest"


def test_turnout_is_of_what_the_contest_prescribes() -> None:
    results = contest(4, 0.0, 0.0, stations=500)
    issued = np.minimum(results.counts["ballots"] + 100, results.counts["registered"])
    given = Results(
        results.options,
        results.votes,
        {**results.counts, "issued": issued},
        places=results.places,
        contest=Contest(turnout_of="issued"),
    )
    one = method("fingerprint", draws=0).run(Case.of(results)).answer.facts["tau"]
    two = method("fingerprint", draws=0).run(Case.of(given)).answer.facts["tau"]
    assert two > one + 0.02
