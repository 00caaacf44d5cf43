"""The two-kinds model point by point; its crests on the exact density; its weights in plain loops."""

from __future__ import annotations

import math
from dataclasses import astuple

import numpy as np
from scipy.stats import truncnorm

from recanvass.kernels import fingerprint as kernel

RNG = np.random.default_rng(8)
TURNOUT = np.clip(RNG.normal(0.55, 0.09, 1500), 0, 1)
SHARE = np.clip(RNG.normal(0.45, 0.08, 1500) + 0.2 * (RNG.random(1500) < 0.2), 0, 1)
FOUND = kernel.PlugIns(0.55, 0.45, 0.09, 0.08, 0.3)


def slow_crest(values, start, height=0.5):
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else 0.0
    width = spread * len(values) ** -0.2
    if width < 1e-3:
        return None
    grid = np.arange(1001) / 1000
    density = np.array([math.fsum(np.exp(-0.5 * ((g - values) / width) ** 2)) for g in grid])
    for i in range(1000):
        if grid[i] >= start and density[i + 1] < density[i] and density[i] >= height * density.max():
            return float(grid[i])
    return None


def given_crest():
    return [(TURNOUT, 0.3), (SHARE, 0.3), (SHARE, 0.5, 0.0), (np.full(9, 0.5), 0.3), (np.array([0.5]), 0.3)]


def fast_plug_ins(*given):
    found = kernel.plug_ins(*given)
    return None if found is None else astuple(found)


def slow_plug_ins(turnout, share, start_turnout=0.3, start_share=0.3):
    tau, nu = slow_crest(turnout, start_turnout), slow_crest(share, start_share)
    return None if tau is None or nu is None else slow_spreads(turnout, share, tau, nu)


def given_plug_ins():
    return [(TURNOUT, SHARE), (TURNOUT, np.full(1500, 0.4))]


def fast_spreads(*given):
    found = kernel.spreads(*given)
    return None if found is None else astuple(found)


def slow_spreads(turnout, share, tau, nu):
    pairs = list(zip(turnout.tolist(), share.tolist(), strict=True))
    left = [(t - tau) ** 2 for t, v in pairs if t < tau and v < nu]
    below = [(v - nu) ** 2 for _, v in pairs if v < nu]
    above = [(v - nu) ** 2 for _, v in pairs if v > nu]
    if not left or not above:
        return None
    found = (
        math.sqrt(math.fsum(left) / len(left)),
        math.sqrt(math.fsum(below) / len(below)),
        (math.fsum(above) / len(above)) ** 0.25,
    )
    return (tau, nu, *found) if min(found) > 1e-4 else None


def given_spreads():
    return [(TURNOUT, SHARE, 0.55, 0.45), (TURNOUT, SHARE, 0.55, 2.0)]


def slow_lattice(points):
    golden = max(r.real for r in np.roots([1, 0, 0, -1, -1]) if abs(r.imag) < 1e-12)
    return np.array([[(0.5 + i * golden**-k) % 1 for k in (1, 2, 3)] for i in range(1, points + 1)])


def given_lattice():
    return [(1,), (500,)]


def slow_truncated_normal(uniform, mean, spread):
    return truncnorm.ppf(uniform, -mean / spread, (1 - mean) / spread, loc=mean, scale=spread)


def given_truncated_normal():
    return [(np.linspace(0.001, 0.999, 57), mean, spread) for mean, spread in ((0.5, 0.1), (0.0, 0.3), (0.9, 0.4))]


def slow_moved(t, v, x, alpha):
    turnout, share = [], []
    for a, b, c in zip(t.tolist(), v.tolist(), x.tolist(), strict=True):
        whole = a + c * (1 - a)
        votes = a * b + c * (1 - a) + c**alpha * (1 - b) * a
        turnout.append(whole)
        share.append(votes / whole if whole > 0 else b)
    return np.array(turnout), np.array(share)


def given_moved():
    x = RNG.random(50)
    return [(TURNOUT[:50], SHARE[:50], x, 1.7), (np.zeros(3), SHARE[:3], np.array([0.0, 0.5, 1.0]), 2.0)]


def slow_cells(turnout, share):
    side = lambda value: min(49, max(0, int(50 * value)))  # noqa: E731
    return np.array([50 * side(t) + side(v) for t, v in zip(turnout.tolist(), share.tolist(), strict=True)])


def given_cells():
    return [(TURNOUT, SHARE), (np.array([0.0, 1.0]), np.array([1.0, 0.0]))]


def slow_laws(found, alphas, points=1 << 15):
    even = slow_lattice(points)
    t = slow_truncated_normal(even[:, 0], found.tau, found.s_tau)
    v = slow_truncated_normal(even[:, 1], found.nu, found.s_nu)
    added = slow_truncated_normal(even[:, 2], 0.0, found.theta)
    all_but = 1 - slow_truncated_normal(even[:, 2], 0.0, 0.075)
    table = []
    for alpha in alphas.tolist():
        kinds = []
        for x in (np.zeros(points), added, all_but):
            law = np.zeros(2500)
            for cell in slow_cells(*slow_moved(t, v, x, alpha)).tolist():
                law[cell] += 1 / points
            kinds.append(law)
        table.append([*kinds, np.full(2500, 1 / 2500)])
    return np.array(table)


def given_laws():
    return [(FOUND, np.array([0.5, 2.0]), 600)]


def slow_weights(counts, law, rounds, start=None):
    alphas, kinds, _ = law.shape
    now = np.full((alphas, len(counts), kinds), 1 / kinds) if start is None else np.array(start)
    for _ in range(rounds):
        after = np.zeros_like(now)
        for a in range(alphas):
            for s in range(len(counts)):
                mixed = now[a, s] @ law[a]
                for k in range(kinds):
                    shares = now[a, s, k] * law[a, k] / mixed
                    after[a, s, k] = math.fsum(counts[s] * shares) / counts[s].sum()
        still, now = abs(after - now).max() < 1e-7, after
        if still:
            break
    fit = [[math.fsum(counts[s] * np.log(now[a, s] @ law[a])) for s in range(len(counts))] for a in range(alphas)]
    return now, np.array(fit)


def given_weights():
    law = RNG.dirichlet(np.ones(12), (2, 4))
    return [(RNG.integers(0, 30, (3, 12)).astype(float), law, rounds) for rounds in (1, 25)]
