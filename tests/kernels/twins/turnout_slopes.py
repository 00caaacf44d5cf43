"""Slopes by least squares, ranks and cores by plain loops over the stations."""

from __future__ import annotations

import numpy as np

from recanvass.kernels.turnout_slopes import core


def stations(seed, size=80):
    rng = np.random.default_rng(seed)
    registered = rng.integers(5, 300, size)
    ballots = rng.binomial(registered, rng.choice([0.2, 0.5, 0.5, 0.9], size))
    option = rng.binomial(ballots, 0.6)
    groups = np.unique(rng.integers(0, 6, size), return_inverse=True)[1]
    return option, ballots - option, registered, groups.astype(np.int64)


def slow_slopes(option, others, registered):
    turnout = (option + others) / registered
    if len(set(turnout.tolist())) < 2:
        return None
    root = np.sqrt(registered)
    design = np.stack([np.ones(len(option)), turnout], axis=1) * root[:, None]
    found = [np.linalg.lstsq(design, v / registered * root, rcond=None)[0][1] for v in (option, others)]
    return float(found[0]), float(found[1])


def given_slopes():
    half = np.full(5, 50)
    return [*(stations(seed)[:3] for seed in range(10)), (half, half, np.full(5, 200))]


def slow_middle_ranks(turnout, registered, groups):
    ranks = []
    for t, g in zip(turnout, groups, strict=True):
        mine = [(u, v) for u, v, h in zip(turnout, registered, groups, strict=True) if h == g]
        below, tied = (sum(v for u, v in mine if u < t), sum(v for u, v in mine if u == t))
        ranks.append((below + tied / 2) / sum(v for _, v in mine))
    return np.array(ranks)


def given_middle_ranks():
    worlds = [stations(seed) for seed in range(10)]
    return [((w[0] + w[1]) / w[2], w[2], w[3]) for w in worlds]


def fast_core(*given):
    found = core(*given)
    return found.quiet, found.overall


def slow_core(option, others, registered, groups, high=0.2):
    ranks = slow_middle_ranks((option + others) / registered, registered, groups)
    quiet_rates = []
    for votes in (option, others):
        total = 0.0
        for g in set(groups.tolist()):
            mine = np.flatnonzero(groups == g)
            quiet = [i for i in mine if ranks[i] <= high] or [i for i in mine if ranks[i] == ranks[mine].min()]
            total += registered[mine].sum() * votes[quiet].sum() / registered[quiet].sum()
        quiet_rates.append(total / registered.sum())
    whole = sum(registered.tolist())
    return tuple(quiet_rates), (sum(option.tolist()) / whole, sum(others.tolist()) / whole)


def given_core():
    return [*(stations(seed) for seed in range(10)), (*stations(11), 0.5), (*stations(12, 6), 0.01)]
