r"""How a contest of the shape of a real one comes about: size, turnout and support of places and stations together.

Each district has a score :math:`w_h`, standard normal: by it a place was never divided (one station, the smaller the
lower the score) or has the stations that the fitted quantile function gives. With :math:`g` the typical size of the
stations of a district, :math:`z_i` a station's size as a normal score, and :math:`T, V` the logits of turnout and of
the leader's share,

.. math::
    g_h &= f_g(w_h) + R^g_{r(h)} + D^g_h, \qquad z_i = g_{h(i)} + e_i, \\
    T_i &= f_T(w_{h(i)}) + R^T_{r(h)} + D^T_{h(i)} + k_T(z_i) + s^T_i, \\
    V_i &= f_V(w_{h(i)}) + R^V_{r(h)} + D^V_{h(i)} + k_V(z_i) + s^V_i .

:math:`f, k` are broken lines (with a step for places that were never divided), :math:`R` the normal terms of the
regions, jointly with their mean :math:`w`, their mean zero; :math:`D` and :math:`e, s` have the fitted
quantile functions, whatever their skewness and tails, bound by a normal copula: at the districts one correlation for
all, at the stations partial correlations that differ from district to district, as do the spreads; these follow a
power of the station's size and of the place's too. Along the official order the stations are autoregressions, each
figure with its own. The other options share what the leader leaves. No level is forced: a draw of whole districts
has its own, as a part of a country has.
``benchmarks/joint_shape.py`` fits these figures, ``benchmarks/realism.py`` measures how well the worlds can be told
from the contests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter
from scipy.special import ndtr, ndtri

from recanvass.scenarios._country import (
    LEAST_REGISTERED,
    Country,
    Counts,
    Electorate,
    Floats,
    fitted,
    logistic,
)

#: Normal scores at which quantile functions are given, and those between which the broken lines run.
SCORES = np.linspace(-3.5, 3.5, 15)
KNOTS = np.linspace(-2.0, 3.0, 6)


@dataclass(frozen=True)
class JointShape:
    """The fitted figures; tuples of 15 are quantile functions at `SCORES`, of 6 broken lines at `KNOTS`."""

    shares: tuple[float, ...]
    invalid: float
    invalid_spread: float
    regions: int
    region_unevenness: float
    region_terms: tuple[float, ...]
    per_district: float
    lone: float
    lone_sizes: tuple[float, ...]
    district_sizes: tuple[float, ...]
    station_sizes: tuple[float, ...]
    size_by_place: tuple[float, ...]
    turnout_by_place: tuple[float, ...]
    leader_by_place: tuple[float, ...]
    lone_turnout: float
    lone_leader: float
    district_size_terms: tuple[float, ...]
    district_turnout_terms: tuple[float, ...]
    district_leader_terms: tuple[float, ...]
    district_correlations: tuple[float, ...]
    turnout_spread_by_place: tuple[float, ...]
    leader_spread_by_place: tuple[float, ...]
    turnout_by_size: tuple[float, ...]
    leader_by_size: tuple[float, ...]
    size_terms: tuple[float, ...]
    turnout_terms: tuple[float, ...]
    leader_terms: tuple[float, ...]
    scatters: tuple[float, ...]
    neighbours: tuple[float, ...]
    correlation: float
    correlation_spreads: tuple[float, ...]
    spread_by_place: tuple[float, ...]
    spread_by_size: tuple[float, ...]


@dataclass(frozen=True)
class _Places:
    """Districts in official order: their regions, scores, whether they are undivided, and their stations."""

    region: Counts
    score: Floats
    lone: NDArray[np.bool_]
    sizes: Counts
    terms: Floats


def at(score: Floats, quantiles: tuple[float, ...]) -> Floats:
    """The quantile function at normal scores; beyond the outermost it stays."""
    return np.interp(score, SCORES, quantiles)


def broken_line(score: Floats, heights: tuple[float, ...]) -> Floats:
    """A line through the heights at `KNOTS`; beyond the outermost it stays."""
    return np.interp(score, KNOTS, heights)


def joint_electorate(rng: np.random.Generator, stations: int, shape: JointShape, country: Country) -> Electorate:
    """Places and people of a contest of ``stations`` stations, in official order."""
    places = _places(rng, stations, shape)
    districts = len(places.sizes)
    district = np.repeat(np.arange(districts), places.sizes)
    lone, score = places.lone[district], places.score[district]
    corner = _lower(shape.district_correlations)
    draws = rng.normal(size=(districts, 3)) @ corner.T
    tables = (shape.district_size_terms, shape.district_turnout_terms, shape.district_leader_terms)
    levels = [at(draws[:, k], table) for k, table in enumerate(tables)]
    for k, heights in enumerate((shape.turnout_spread_by_place, shape.leader_spread_by_place)):
        levels[k + 1] *= np.exp(broken_line(places.score, heights))
    levels = [term + places.terms[places.region, k + 1] for k, term in enumerate(levels)]
    levels[0] += broken_line(places.score, shape.size_by_place)
    levels[1] += broken_line(places.score, shape.turnout_by_place) + places.lone * shape.lone_turnout
    levels[2] += broken_line(places.score, shape.leader_by_place) + places.lone * shape.lone_leader
    chained = [lfilter([np.sqrt(1 - r * r)], [1, -r], rng.normal(size=stations)) for r in shape.neighbours]
    scales = np.exp(rng.normal(size=(districts, 3)) * shape.scatters)[district]
    size = levels[0][district] + scales[:, 0] * at(chained[0], shape.size_terms)
    logs = np.where(lone, at(_within_lone(score, shape), shape.lone_sizes), at(size, shape.station_sizes))
    registered = np.maximum(np.rint(np.exp(logs)), LEAST_REGISTERED).astype(np.int64)
    size = np.where(lone, 0.0, size)
    parts = np.tanh(rng.normal(size=(districts, 3)) * shape.correlation_spreads + [0, 0, shape.correlation])[district]
    first = parts[:, 0] * chained[0] + np.sqrt(1 - parts[:, 0] ** 2) * chained[1]
    second = parts[:, 2] * chained[1] + np.sqrt(1 - parts[:, 2] ** 2) * chained[2]
    second = parts[:, 1] * chained[0] + np.sqrt(1 - parts[:, 1] ** 2) * second
    scales[:, 1:] *= np.exp(
        np.clip(score[:, None] * shape.spread_by_place + size[:, None] * shape.spread_by_size, -1.5, 1.5)
    )
    turnout = levels[1][district] + scales[:, 1] * at(first, shape.turnout_terms)
    leader = levels[2][district] + scales[:, 2] * at(second, shape.leader_terms)
    turnout += np.where(lone, 0.0, broken_line(size, shape.turnout_by_size))
    leader += np.where(lone, 0.0, broken_line(size, shape.leader_by_size))
    support = _support(rng, shape, places, district, leader)
    odd = rng.normal(0, shape.invalid_spread, districts)[district]
    invalid = logistic(np.log(shape.invalid / (1 - shape.invalid)) + odd)
    urban = size > 0
    return Electorate(
        country, places.region[district], district, urban, registered, logistic(turnout), invalid, support
    )


def _lower(correlations: tuple[float, ...]) -> Floats:
    """The triangular root of a matrix of three correlations; too strong ones are drawn in until there is one."""
    size_turnout, size_leader, turnout_leader = correlations
    made = np.eye(3)
    made[0, 1] = made[1, 0] = size_turnout
    made[0, 2] = made[2, 0] = size_leader
    made[1, 2] = made[2, 1] = turnout_leader
    least = float(np.linalg.eigvalsh(made)[0])
    held = min(1.0, 0.99 / max(1 - least, 1e-9))
    return np.asarray(np.linalg.cholesky(held * made + (1 - held) * np.eye(3)))


def _within_lone(score: Floats, shape: JointShape) -> Floats:
    """The score among the undivided places of a place of that score among all."""
    return np.asarray(ndtri(np.clip(ndtr(score) / max(shape.lone, 1e-9), 1e-9, 1 - 1e-9)))


def _places(rng: np.random.Generator, stations: int, shape: JointShape) -> _Places:
    """Whole districts until there are stations enough; the last one is cut."""
    typical = min(shape.per_district, max(2.0, stations / 6))
    drawn = int(2 * stations / typical) + 20
    regions = max(1, min(shape.regions, round(stations / typical) // 2))
    weights = np.exp(shape.region_unevenness * rng.normal(size=regions))
    region = rng.choice(regions, size=drawn, p=weights / weights.sum())
    root = np.reshape(shape.region_terms, (4, 4))
    terms = _balanced(rng.normal(size=(regions, 4)), region) @ root.T
    apart = min(float((root[0] ** 2).sum()), 0.9)
    score = terms[region, 0] + np.sqrt(1 - apart) * rng.normal(size=drawn)
    rank = np.empty(drawn)
    rank[np.argsort(score)] = (np.arange(drawn) + rng.random(drawn)) / drawn
    score = ndtri(np.clip(rank, 1e-9, 1 - 1e-9))
    lone = rank < shape.lone
    above = ndtri(np.clip((rank - shape.lone) / max(1 - shape.lone, 1e-9), 1e-9, 1 - 1e-9))
    drawn_sizes = np.exp(at(above, shape.district_sizes)) * typical / shape.per_district
    sizes = np.where(lone, 1, np.maximum(2, np.rint(drawn_sizes))).astype(np.int64)
    sizes[int(np.argmax(sizes))] += max(0, stations - int(sizes.sum()))
    total = np.cumsum(sizes)
    last = int(np.searchsorted(total, stations))
    sizes[last] -= total[last] - stations
    order = np.argsort(region[: last + 1], kind="stable")
    there, code = np.unique(region[: last + 1][order], return_inverse=True)
    return _Places(np.ravel(code), score[order], lone[order], sizes[order], terms[there])


def _balanced(draws: Floats, region: Counts) -> Floats:
    """Draws for the regions, made of mean 0 over the districts and, as far as a small factor does it, of spread 1."""
    weight = np.bincount(region, minlength=len(draws)) / len(region)
    draws = draws - weight @ draws
    spread = np.sqrt(weight @ draws**2)
    return np.asarray(draws / np.clip(spread, 0.7, 1.4) if len(draws) > 2 else draws)


def _support(rng: np.random.Generator, shape: JointShape, places: _Places, district: Counts, leader: Floats) -> Floats:
    """The probabilities of the options: the leader's, and what it leaves to the others."""
    others = np.array(shape.shares[1:])
    k, stations = len(others), len(district)
    won = logistic(leader)
    if k == 1:
        return np.stack([won, 1 - won], axis=1)
    weight = np.sqrt(1 + float(((others / others.sum()) ** 2).sum()))
    spreads = [float(np.linalg.norm(np.reshape(shape.region_terms, (4, 4))[3]))]
    spreads += [spread_of(shape.district_leader_terms), spread_of(shape.leader_terms)]
    of_region = rng.normal(0, spreads[0] / weight, (int(places.region.max()) + 1, k))
    eta = np.log(others) + of_region[places.region[district]]
    eta += rng.normal(0, spreads[1] / weight, (len(places.sizes), k))[district]
    eta += rng.normal(0, spreads[2] / weight, (stations, k))
    eta -= eta.max(axis=1, keepdims=True)
    made = np.exp(eta)
    made *= ((1 - won) / made.sum(axis=1))[:, None]
    return np.concatenate([won[:, None], made], axis=1)


def spread_of(quantiles: tuple[float, ...]) -> float:
    """The standard deviation of a quantile function."""
    fine = at(ndtri((np.arange(400) + 0.5) / 400), quantiles)
    return float(fine.std())


@cache
def joint_shapes(country: str = "", half: str = "development") -> Mapping[str, JointShape]:
    """The joint shapes of real clean contests, by name: those of a half, or of one country."""
    made = {}
    for name, given in fitted().items():
        if given["country"] == country if country else given["half"] == half:
            made[name] = shape_from(given["joint"])
    return made


def shape_from(given: Mapping[str, Any]) -> JointShape:
    """The figures as they stand in the file."""
    figures: dict[str, Any] = {f.name: given[f.name] for f in fields(JointShape)}
    figures |= {name: tuple(v) for name, v in figures.items() if isinstance(v, list)}
    return JointShape(**figures)
