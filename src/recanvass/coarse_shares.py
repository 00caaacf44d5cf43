"""Coarse fractions at stations: which are looked at, the chance of each, and the published statistic.

The mathematics stands at the head of ``methods/coarse_fractions.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recanvass.kernels import poisson_binomial
from recanvass.kernels.binomial_lattice import prior
from recanvass.kernels.coarse_lattice import (
    EDGE,
    FAMILIES,
    LARGEST,
    MEMBERS,
    SIXTIETHS,
    coarse_fraction,
    redrawn_fractions,
)
from recanvass.results import Counts, Mask

Floats = NDArray[np.float64]
Mixture = tuple[tuple[float, float, float], ...]

#: Points of the published grid, the bandwidth of its density, and the knots that R puts beneath it.
GRID = 1001
BANDWIDTH = 1e-4
KNOTS = 1024


@dataclass(frozen=True)
class Fractions:
    """One count over its stations: what is on a fraction, and the chance of it under the null.

    ``place`` is the fraction of each station (-1: none), ``chance`` is ``(n, families)``.
    """

    name: str
    rows: Counts
    place: Counts
    chance: Floats
    expected: Floats
    variance: Floats

    def observed(self, family: int) -> int:
        """Stations on a fraction of the family."""
        return int(MEMBERS[family][self.place[self.place >= 0]].sum())

    def by_fraction(self) -> Counts:
        """Stations on each fraction."""
        return np.bincount(self.place[self.place >= 0], minlength=len(SIXTIETHS))

    def log10_p(self, family: int) -> float:
        """log10 of the upper tail of the family's count."""
        starts, observed = np.array([0, len(self.rows)]), np.array([self.observed(family)])
        chance = np.ascontiguousarray(self.chance[:, family])
        return float(poisson_binomial.tails(chance, starts, observed, poisson_binomial.FEW)[0])


def usable(part: Counts, whole: Counts, known: Mask, least: int) -> tuple[Mask, Mapping[str, int]]:
    """The stations looked at, and how many are left out for which reason."""
    possible = known & (part >= 0) & (whole >= 0) & (part <= whole)
    small = possible & (whole < max(1, least))
    large = possible & (whole > LARGEST)
    rows = possible & ~small & ~large
    end = np.zeros_like(rows)
    end[rows] = (EDGE * part[rows] < whole[rows]) | (EDGE * part[rows] > (EDGE - 1) * whole[rows])
    reasons = {"absent": ~known, "impossible": known & ~possible, "small": small, "large": large, "end": end}
    return rows & ~end, {name: int(mask.sum()) for name, mask in reasons.items()}


def fractions(name: str, part: Counts, whole: Counts, rows: Mask, groups: Counts) -> Fractions:
    """The fractions of one count and their chances, in an order that that of the rows does not change."""
    index = np.flatnonzero(rows)
    index = index[np.lexsort((part[index], whole[index], groups[index]))]
    x, n = part[index], whole[index]
    _, group = np.unique(groups[index], return_inverse=True)
    prior_a, prior_b = prior(x, n, group.astype(np.int64))
    on, leaves = redrawn_fractions(x, n, prior_a, prior_b, SIXTIETHS)
    place = coarse_fraction(x, n, SIXTIETHS)
    # A redrawn count that leaves the range is not used: the station keeps its own.
    seen = np.flatnonzero(place >= 0)
    on[seen, place[seen]] += leaves[seen]
    on = np.minimum(on, 1.0)
    chance = np.minimum(on @ MEMBERS.T.astype(np.float64), 1.0)
    return Fractions(name, index, place, chance, on.sum(axis=0), (on * (1.0 - on)).sum(axis=0))


def prints(whole: Counts, sixtieth: int) -> Mask:
    """Whether the count nearest to a fraction of each whole is on it; ``(n,)``."""
    nearest = (2 * whole * sixtieth + 60) // 120
    return np.asarray(100 * np.abs(60 * nearest - sixtieth * whole) <= 3 * whole)


def family_line(one: Fractions, family: int) -> dict[str, float | int | str]:
    """What is observed and expected of one family, as plain values."""
    chance = one.chance[:, family]
    sd = float(np.sqrt((chance * (1.0 - chance)).sum()))
    observed, expected = one.observed(family), float(chance.sum())
    return {
        "look": one.name,
        "family": FAMILIES[family],
        "stations": len(one.rows),
        "observed": observed,
        "expected": expected,
        "sd": sd,
        "excess": observed - expected,
        "z": (observed - expected) / sd if sd > 0 else 0.0,
        "log10_p": one.log10_p(family),
    }


def density_at_grid(shares: Floats) -> tuple[Floats, Floats]:
    """The share of values in each bin of the grid, and R's density of bandwidth 1e-4 at its points.

    Bins of .001 are centred on the points and closed above. R's ``density`` spreads each value linearly over the two
    nearest of 1,024 knots, which reach four bandwidths beyond 0 and 1, smooths from knot to knot, and reads the grid
    off by linear interpolation. Knots are 9.8 bandwidths apart: the Gaussian curve carries less than 2e-21 to the
    next one and is left out there, so what is compared is a curve some .001 wide, ten bandwidths.
    """
    low, step = -4.0 * BANDWIDTH, (1.0 + 8.0 * BANDWIDTH) / (KNOTS - 1)
    size = max(1, len(shares))
    where = (shares - low) / step
    left = np.minimum(np.floor(where).astype(np.int64), KNOTS - 2)
    part = where - left
    knots = np.bincount(left, 1.0 - part, KNOTS) + np.bincount(left + 1, part, KNOTS)
    height = knots / (size * BANDWIDTH * np.sqrt(2.0 * np.pi))
    nearest = np.maximum(np.ceil(shares * (GRID - 1) - 0.5), 0).astype(np.int64)
    points = np.linspace(0.0, 1.0, GRID)
    return np.bincount(nearest, minlength=GRID) / size, np.interp(points, low + step * np.arange(KNOTS), height)


def moment_mixture(part: Counts, whole: Counts) -> Mixture:
    """One Beta component fitted by moments: (alpha, beta, weight)."""
    a, b = prior(part, whole, np.zeros(len(part), np.int64))
    return ((float(a[0]), float(b[0]), 1.0),)


def published_share(
    registered: Counts,
    ballots: Counts,
    votes: Counts,
    turnout: Mixture | None,
    support: Mixture | None,
    resamples: int,
    rng: np.random.Generator,
) -> tuple[float, Floats, Floats]:
    """F of Rozenas (2017), per cent of stations: resampling, density, envelope and sum as printed.

    Parameters
    ----------
    registered, ballots, votes : (n,) int64
        ``0 <= votes <= ballots <= registered``.
    turnout, support : mixtures of (alpha, beta, weight), or None
        The prior densities; None is one component by moments.
    resamples : int
        The envelope is the largest of so many densities, so F depends on it.

    Returns
    -------
    f : float
    excess : (1001,) float64
        By bin, the share of stations above the mean of the resamples where the density is above all of them.
    expected : (1001,) float64
        The mean of the resamples.
    """
    turnout = moment_mixture(ballots, registered) if turnout is None else turnout
    support = moment_mixture(votes, ballots) if support is None else support
    with_t = _components(ballots, registered, turnout)
    with_v = _components(votes, ballots, support)
    observed, density = density_at_grid(votes / np.maximum(ballots, 1))
    envelope, mean = np.zeros(GRID), np.zeros(GRID)
    for _ in range(resamples):
        t = _draw(ballots, registered, registered, turnout, with_t, rng)
        v = _draw(votes, ballots, t, support, with_v, rng)
        bins, here = density_at_grid(v / np.maximum(t, 1))
        envelope = np.maximum(envelope, here)
        mean += bins / resamples
    excess = np.where(density > envelope, np.maximum(observed - mean, 0.0), 0.0)
    excess[0] = 0.0
    return float(100.0 * excess.sum()), excess, mean


def _components(part: Counts, whole: Counts, mixture: Mixture) -> Floats:
    """Cumulated posterior probabilities of the components of each station; ``(n, components)``."""
    from scipy.special import betaln

    logs = np.stack([np.log(w) + betaln(part + a, whole - part + b) - betaln(a, b) for a, b, w in mixture], axis=1)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1))


def _draw(
    part: Counts, whole: Counts, size: Counts, mixture: Mixture, cumulated: Floats, rng: np.random.Generator
) -> Counts:
    alpha = np.array([a for a, _, _ in mixture])
    beta = np.array([b for _, b, _ in mixture])
    chosen = (rng.random(len(part))[:, None] > cumulated[:, :-1]).sum(axis=1)
    rate = rng.beta(part + alpha[chosen], whole - part + beta[chosen])
    return np.asarray(rng.binomial(size, rate))
