r"""The model of Klimek, Yegorov, Hanel and Thurner (2012): its plug-in values and a likelihood fit.

A station of the clean kind has turnout :math:`t \sim N(\tau, s_\tau)` and share :math:`v \sim N(\nu, s_\nu)`,
each on [0, 1]. A part :math:`x` of those who stayed away is added for the option, and a part :math:`x^\alpha` of
the other ballots is moved to it:

.. math:: T = 1 - (1-x)(1-t), \qquad T S = t v + x (1-t) + x^\alpha (1-v) t,

with :math:`x = 0` (clean), :math:`x \sim N(0, \theta)` on [0, 1] (*incremental*, weight :math:`f_i`) or
:math:`1 - x \sim N(0, .075)` on [0, 1] (*extreme*, weight :math:`f_e`).

The plug-in values are those of the published code (Kobak's reading of it): :math:`\tau, \nu` are the first
crests past a start of a Gaussian kernel density with Scott's bandwidth on the grid 0(.001)1
(of at least half the greatest height: that condition is ours);
:math:`s_\tau^2 = \overline{(t-\tau)^2}` over stations with :math:`t<\tau` and :math:`v<\nu`;
:math:`s_\nu^2 = \overline{(v-\nu)^2}` over :math:`v<\nu`; :math:`\theta^4 = \overline{(v-\nu)^2}` over :math:`v>\nu`.

The fit replaces the published search over a grid of simulated histograms: the chance of each cell of
a turnout by share table under each kind is computed once, from a fixed lattice of points that fills
the cube of (t, v, x) evenly (so nothing is drawn at random), and the weights are those of the greatest
likelihood, for each :math:`\alpha` of a grid. A fourth kind, even over all cells, takes the stations that
no kind of the model can hold; without it a handful of them would decide the fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import oaconvolve
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

#: Cells a side of the table of turnout by share.
CELLS = 50
#: The spread of extreme stations, as published.
EXTREME_SPREAD = 0.075
#: The kinds of station, in the order of the weights.
KINDS = ("clean", "incremental", "extreme", "outside")


@dataclass(frozen=True)
class PlugIns:
    """The values that are read off the table before the fit."""

    tau: float
    nu: float
    s_tau: float
    s_nu: float
    theta: float


def crest(values: Floats, start: float, height: float = 0.5) -> float | None:
    """The first grid point past ``start`` at which a Gaussian kernel density falls; None if it never does.

    A crest must reach ``height`` of the greatest density: a handful of stations in a thin tail is none
    (0 is the published rule, which in Russia 2018 takes such a handful for the crest). The density is that
    of the values spread linearly over a lattice of 1e-4, which differs from the exact one by less than
    1e-6 of its height.
    """
    spread = float(values.std(ddof=1)) if values.size > 1 else 0.0
    width = spread * values.size ** (-0.2)
    if width < 1e-3:
        return None
    step, margin = 1e-4, 1000
    place = np.clip(values, -0.05, 1.05) / step
    low = np.floor(place)
    part = place - low
    index = low.astype(np.int64) + margin
    size = 10_001 + 2 * margin
    weight = np.bincount(index, 1 - part, minlength=size) + np.bincount(index + 1, part, minlength=size)
    reach = min(int(8 * width / step) + 1, size)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / width) ** 2)
    density = oaconvolve(weight, kernel, mode="full")[reach + margin : reach + margin + 10_001 : 10]
    # A flat stretch of rounding noise is not a crest.
    falls = np.diff(density) < -1e-9 * density.max()
    grid = np.arange(1000) / 1000
    found = np.flatnonzero(falls & (grid >= start) & (density[:-1] >= height * density.max()))
    return float(grid[found[0]]) if found.size else None


def plug_ins(turnout: Floats, share: Floats, start_turnout: float = 0.3, start_share: float = 0.3) -> PlugIns | None:
    """The plug-in values; None where a crest or a side of it is missing."""
    tau, nu = crest(turnout, start_turnout), crest(share, start_share)
    return None if tau is None or nu is None else spreads(turnout, share, tau, nu)


def spreads(turnout: Floats, share: Floats, tau: float, nu: float) -> PlugIns | None:
    """The spreads around given crests; None where a side of them is empty or has no width."""
    below, above = share < nu, share > nu
    left = below & (turnout < tau)
    if not left.any() or not above.any():
        return None
    s_tau = math.sqrt(float(np.mean((turnout[left] - tau) ** 2)))
    s_nu = math.sqrt(float(np.mean((share[below] - nu) ** 2)))
    theta = float(np.mean((share[above] - nu) ** 2)) ** 0.25
    return PlugIns(tau, nu, s_tau, s_nu, theta) if min(s_tau, s_nu, theta) > 1e-4 else None


def lattice(points: int) -> Floats:
    """``(points, 3)`` numbers that fill the unit cube evenly (Kronecker's sequence of the cubic golden ratio)."""
    golden = 1.2207440846057596
    steps = golden ** -np.arange(1.0, 4.0)
    return np.asarray((0.5 + np.arange(1, points + 1)[:, None] * steps) % 1.0)


def truncated_normal(uniform: Floats, mean: float, spread: float) -> Floats:
    """Quantiles of a normal law kept to [0, 1]."""
    low, high = ndtr(-mean / spread), ndtr((1 - mean) / spread)
    return np.asarray(np.clip(mean + spread * ndtri(low + uniform * (high - low)), 0.0, 1.0))


def moved(t: Floats, v: Floats, x: Floats, alpha: float) -> tuple[Floats, Floats]:
    """Turnout and share after adding and moving; the share of an empty station is ``v``."""
    turnout = 1 - (1 - x) * (1 - t)
    votes = t * v + x * (1 - t) + x**alpha * (1 - v) * t
    return turnout, np.where(turnout > 0, votes / np.where(turnout > 0, turnout, 1.0), v)


def cells(turnout: Floats, share: Floats) -> NDArray[np.int64]:
    """The cell of each pair in the table, row by row."""
    side = [np.clip((values * CELLS).astype(np.int64), 0, CELLS - 1) for values in (turnout, share)]
    return side[0] * CELLS + side[1]


def laws(found: PlugIns, alphas: Floats, points: int = 1 << 15) -> Floats:
    """The chance of each cell under each kind, ``(alphas, 4, CELLS**2)``."""
    even = lattice(points)
    t = truncated_normal(even[:, 0], found.tau, found.s_tau)
    v = truncated_normal(even[:, 1], found.nu, found.s_nu)
    parts = (
        np.zeros(points),
        truncated_normal(even[:, 2], 0.0, found.theta),
        1 - truncated_normal(even[:, 2], 0.0, EXTREME_SPREAD),
    )
    table = np.full((alphas.size, 4, CELLS**2), 1.0 / CELLS**2)
    for a, alpha in enumerate(alphas):
        for k, x in enumerate(parts):
            if k == 0 and a:
                table[a, 0] = table[0, 0]
                continue
            table[a, k] = np.bincount(cells(*moved(t, v, x, float(alpha))), minlength=CELLS**2) / points
    return table


def weights(counts: Floats, law: Floats, rounds: int, start: Floats | None = None) -> tuple[Floats, Floats]:
    """Weights of greatest likelihood and the log-likelihood, by expectation and maximisation.

    Parameters
    ----------
    counts : (samples, cells)
        Stations in each cell; every sample is fitted by itself.
    law : (alphas, kinds, cells)
    rounds : int
        Iterations at most; it stops when no weight moves by 1e-7.
    start : (alphas, samples, kinds), optional

    Returns
    -------
    (alphas, samples, kinds), (alphas, samples)
    """
    size = (law.shape[0], counts.shape[0], law.shape[1])
    now = np.full(size, 1.0 / size[2]) if start is None else np.broadcast_to(start, size).copy()
    total = np.maximum(counts.sum(axis=1), 1.0)[None, :, None]
    turned = np.ascontiguousarray(law.transpose(0, 2, 1))
    for _ in range(rounds):
        ratio = counts / np.maximum(now @ law, 1e-300)
        after = now * (ratio @ turned) / total
        still = float(np.abs(after - now).max()) < 1e-7
        now = after
        if still:
            break
    return now, np.asarray((counts * np.log(np.maximum(now @ law, 1e-300))).sum(axis=2))
