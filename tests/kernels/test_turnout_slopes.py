"""Slopes by turnout and the break-even share: against plain loops, and published figures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from recanvass.kernels.turnout_slopes import core, middle_ranks, slopes
from recanvass.testing import check_kernel
from recanvass.turnout_bins import binned, regions
from tests.conftest import canonical

#: Sobyanin and Sukhovolsky's slope of the leader's votes on turnout, and the break-even share within
#: regions, as printed in the compendium (methods/02 and methods/19, section 5).
PUBLISHED = [
    ("russia_2004", 1.018, 0.81),
    ("russia_2007", 1.109, 0.79),
    ("russia_2011", 1.170, 0.76),
    ("russia_2012", 1.143, 0.78),
    ("russia_2018", 1.055, 0.90),
    ("russia_2020", 1.046, 0.94),
    ("russia_2024", 1.044, 0.99),
    ("uganda_2011", None, 0.77),
]


def stations(seed: int, size: int = 80) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    registered = rng.integers(5, 300, size)
    ballots = rng.binomial(registered, rng.choice([0.2, 0.5, 0.5, 0.9], size))
    option = rng.binomial(ballots, 0.6)
    groups = np.unique(rng.integers(0, 6, size), return_inverse=True)[1]
    return option, ballots - option, registered, groups.astype(np.int64)


def slow_slopes(option: np.ndarray, others: np.ndarray, registered: np.ndarray) -> tuple[float, float]:
    design = np.stack([np.ones(len(option)), (option + others) / registered], axis=1) * np.sqrt(registered)[:, None]
    found = [
        np.linalg.lstsq(design, votes / registered * np.sqrt(registered), rcond=None)[0][1]
        for votes in (option, others)
    ]
    return float(found[0]), float(found[1])


def slow_ranks(turnout: np.ndarray, registered: np.ndarray, groups: np.ndarray) -> np.ndarray:
    ranks = []
    for t, g in zip(turnout, groups, strict=True):
        mine = [(u, v) for u, v, h in zip(turnout, registered, groups, strict=True) if h == g]
        ranks.append(
            (sum(v for u, v in mine if u < t) + sum(v for u, v in mine if u == t) / 2) / sum(v for _, v in mine)
        )
    return np.array(ranks)


def slow_core(option: np.ndarray, others: np.ndarray, registered: np.ndarray, groups: np.ndarray) -> list[float]:
    ranks = slow_ranks((option + others) / registered, registered, groups)
    found = []
    for votes in (option, others):
        total = 0.0
        for g in set(groups.tolist()):
            mine = np.flatnonzero(groups == g)
            quiet = [i for i in mine if ranks[i] <= 0.2] or [i for i in mine if ranks[i] == ranks[mine].min()]
            total += registered[mine].sum() * votes[quiet].sum() / registered[quiet].sum()
        found.append(total / registered.sum())
    return found


def test_against_plain_loops() -> None:
    worlds = [stations(seed) for seed in range(20)]
    check_kernel(slopes, slow_slopes, [w[:3] for w in worlds], within=1e-9)
    check_kernel(middle_ranks, slow_ranks, [((w[0] + w[1]) / w[2], w[2], w[3]) for w in worlds])
    check_kernel(lambda *w: core(*w).quiet, slow_core, worlds)


def test_the_order_of_the_rows_does_not_matter() -> None:
    world = stations(3)
    shuffled = np.random.default_rng(0).permutation(len(world[0]))
    assert core(*(column[shuffled] for column in world)).quiet == pytest.approx(core(*world).quiet, rel=1e-12)


def test_nothing_is_left_over_at_the_break_even_share() -> None:
    found = core(*stations(5))
    assert found.break_even is not None
    assert found.excess(found.break_even) == pytest.approx(0.0, abs=1e-12)


def test_equal_turnout_has_no_slope_and_no_break_even_share() -> None:
    half = np.full(5, 50)
    assert slopes(half, half, np.full(5, 200)) is None
    assert core(half, half, np.full(5, 200), np.zeros(5, np.int64)).break_even is None


@pytest.mark.parametrize(("contest", "slope", "break_even"), PUBLISHED)
def test_published_slopes_and_break_even_shares(
    data: Path, contest: str, slope: float | None, break_even: float
) -> None:
    results = canonical(data, contest)
    found = binned(results, results.leader, 100)
    assert found is not None
    leader, others, _, _, registered, rows = found
    if slope is not None:
        assert slopes(leader, others, registered)[0] == pytest.approx(slope, abs=0.00055)
    share = core(leader, others, registered, regions(results, rows)[0]).break_even
    assert share == pytest.approx(break_even, abs=0.0051)
