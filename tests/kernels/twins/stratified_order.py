"""Contrasts inside strata by every order, jumps by least squares, the decomposition stratum by stratum."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np

from recanvass.kernels import stratified_order


def small(seed, sizes=(4, 3, 1)):
    rng = np.random.default_rng(seed)
    strata = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    values = rng.random(len(strata))
    return slow_deviations(values, strata), strata


def members(strata):
    return [[i for i, s in enumerate(strata.tolist()) if s == g] for g in sorted(set(strata.tolist()))]


def slow_deviations(values, strata):
    made = np.zeros(len(strata))
    for rows in members(strata):
        mean = sum(float(values[i]) for i in rows) / len(rows)
        for i in rows:
            made[i] = float(values[i]) - mean
    return made


def given_deviations():
    rng = np.random.default_rng(1)
    return [
        (rng.random(50), rng.integers(0, 9, 50)),
        (np.array([3.0]), np.array([0])),
        (np.ones(4), np.array([0, 2, 2, 5])),
    ]


def every_order(weights, centred, strata):
    """The sum of weights with outcomes under every order inside the strata."""
    groups = members(strata)
    sums = [[sum(weights[i] * v for i, v in zip(g, p, strict=True)) for p in permutations(centred[g])] for g in groups]
    return [sum(parts) for parts in product(*sums)]


def slow_contrast(weights, centred, strata):
    value = sum(w * e for w, e in zip(weights.tolist(), centred.tolist(), strict=True))
    told = sum(w * w for w in slow_deviations(weights, strata).tolist())
    return value, float(np.std(every_order(weights, centred, strata))), told


def given_contrast():
    rng = np.random.default_rng(2)
    late = (np.arange(8) >= 3).astype(float)
    flat = (np.ones(4), *small(5, (4,)))
    return [(late, *small(3)), (rng.normal(size=8), *small(4)), (rng.normal(size=6), *small(6, (3, 3))), flat]


def slow_window_contrast(weights, first, centred, strata, sizes, squares):
    """Weights of zero outside of the window, and the variance from its definition."""
    whole = np.zeros(len(strata))
    whole[first : first + len(weights)] = weights
    away, variance = slow_deviations(whole, strata), 0.0
    for rows in members(strata):
        outcomes = sum(float(centred[i]) ** 2 for i in rows)
        variance += sum(away[i] ** 2 for i in rows) * outcomes / max(1, len(rows) - 1)
    return float(whole @ centred), variance**0.5, float((away**2).sum())


def given_window_contrast():
    rng = np.random.default_rng(15)
    worlds = [small(16, (20, 7, 1)), small(17, (5, 5)), small(18, (40,))]
    return [
        (rng.normal(size=size), first, *world, np.bincount(world[1]), np.bincount(world[1], world[0] ** 2))
        for world in worlds
        for first, size in ((0, len(world[1])), (3, 4), (0, 0), (len(world[1]) - 1, 1))
    ]


def slow_scan(centred, strata, cuts):
    found = [slow_contrast((np.arange(len(centred)) >= c).astype(float), centred, strata) for c in cuts.tolist()]
    return np.array([f[0] for f in found]), np.array([f[1] for f in found])


def given_scan():
    return [(*small(7), np.arange(9)), (*small(8, (3, 3)), np.array([2]))]


def fast_drawn(seed, *given):
    return stratified_order.drawn(*given, np.random.default_rng(seed))


def slow_drawn(seed, centred, strata, cuts, weights, draws):
    """The same lots: in each stratum the outcomes in the order of uniform numbers fill its places in turn."""
    rng = np.random.default_rng(seed)
    late, lines = [], []
    for _ in range(draws):
        lots = iter(rng.random(len(centred)).tolist())
        moved = [0.0] * len(centred)
        for rows in members(strata):
            dealt = sorted((next(lots), float(centred[i])) for i in rows)
            for i, (_, outcome) in zip(rows, dealt, strict=True):
                moved[i] = outcome
        late.append([sum(moved[c:]) for c in cuts.tolist()])
        lines.append(sum(w * v for w, v in zip(weights.tolist(), moved, strict=True)))
    return np.array(late), np.array(lines)


def given_drawn():
    rng = np.random.default_rng(9)
    return [
        (1, *small(10), np.array([0, 3, 8]), rng.normal(size=8), 50),
        (2, *small(11, (30, 1, 12)), np.arange(0, 44, 7), rng.normal(size=43), 40),
        (3, *small(14, (200, 49, 48)), np.array([290, 5, 5, 100]), rng.normal(size=297), 6),
    ]


def fast_line_weights(outcome, *given):
    weights = stratified_order.line_weights(*given)
    return None if weights is None else float(weights @ outcome)


def slow_line_weights(outcome, position, cut, bandwidth, donut=0.0):
    """The jump itself: a weighted line each side by least squares, right less left at the cut."""
    ends = []
    for side in (-1, 1):
        away = (position - cut) * side
        near = (away > donut) & (away < bandwidth)
        if near.sum() < 5 or len(set(position[near].tolist())) < 2:
            return None
        root = np.sqrt(1 - away[near] / bandwidth)
        design = np.stack([np.ones(near.sum()), away[near]], axis=1) * root[:, None]
        ends.append(np.linalg.lstsq(design, outcome[near] * root, rcond=None)[0][0])
    return float(ends[1] - ends[0])


def given_line_weights():
    rng = np.random.default_rng(12)
    x, y = rng.random(80), rng.random(80)
    flat = np.repeat([0.2, 0.6], 40)
    many = [(y, x, cut, bandwidth) for cut in (0.1, 0.4, 0.9) for bandwidth in (0.15, 0.3, 1.0)]
    return [*many, (y, x, 0.4, 0.3, 0.03), (y, x, 1.5, 0.3), (y, flat, 0.4, 0.5), (y[:4], x[:4], 0.5, 1.0)]


def fast_decomposition(*given):
    found = stratified_order.decomposition(*given)
    return tuple(found[key] for key in ("raw", "rest", "composition", "votes", "alone"))


def slow_decomposition(votes, valid, late, strata):
    raw = votes[late].sum() / valid[late].sum() - votes[~late].sum() / valid[~late].sum()
    inside = alone = 0.0
    for g in set(strata.tolist()):
        after, before = (strata == g) & late, (strata == g) & ~late
        if before.any() and valid[before].sum():
            inside += votes[after].sum() - valid[after].sum() * votes[before].sum() / valid[before].sum()
        else:
            alone += valid[after].sum()
    whole = valid[late].sum()
    parts = raw, inside / whole, raw - inside / whole, inside, alone / whole
    return tuple(float(part) for part in parts)


def given_decomposition():
    rng = np.random.default_rng(13)
    valid = rng.integers(1, 900, 70).astype(float)
    votes = rng.binomial(valid.astype(int), 0.4).astype(float)
    apart = np.arange(70) % 2
    worlds = [(rng.random(70) < 0.3, rng.integers(0, size, 70)) for size in (1, 5, 40)]
    return [(votes, valid, late, strata) for late, strata in [*worlds, (apart > 0, apart)]]
