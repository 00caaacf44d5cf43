r"""How an honest contest comes about: places, people, turnout, choice, count.

Stations lie in districts, districts in regions; each is urban or rural, with its own sizes. On the
logit scale

.. math::
    \mathrm{turnout}_i &= \mu + u_i \delta + a\, l_i + f(p_{h(i)}) + r_{g(i)} + d_{h(i)} + s_i, \\
    \eta_{ij} &= \log \pi_j + u_i \beta_j + b_j\, l_i + f_j(p_{h(i)}) + \rho_{g(i)j} + \kappa_{h(i)j} + \sigma_{ij}
        + \gamma_j z_i

with :math:`u` urban, :math:`l` the logarithm of the register against that of a typical station of its kind,
:math:`p` the logarithm of the register of the whole district, :math:`z` the station's standardised turnout and
:math:`\gamma` the slope of support on turnout, of either sign; the station's terms :math:`s, \sigma` follow an
autoregression along the official order, so that neighbours resemble each other, are lopsided (a shifted lognormal of
the skewness given), with heavy (Student) tails and a scatter that differs from district to district. A share of the
districts are places that were never divided: one station each, whose register is the place itself, of any size, and
whose level :math:`f` has a step and a slope of its own; the others have two stations or more, of the size that law or
habit asks for, in lognormal numbers, :math:`f` is linear in them, and the more of them the more urban. The spreads of
:math:`s, \sigma` are powers of the district's register and of the station's, those of :math:`d, \kappa` of the
district's: small places and small stations differ more (or less) than large ones.
Constants are added to the turnout and to the leader's :math:`\eta` so that the contest has
exactly the level it is given. Ballots are binomial draws of the register, invalid ones of the ballots, votes
a multinomial draw of the rest. Nothing else happens at the count. ``benchmarks/shapes.py`` fits the figures of
real contests and ``benchmarks/realism.py`` measures how well the two can be told apart.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from recanvass.results import Contest, Labels, Results

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: The smallest and the largest register of an ordinary station.
LEAST_REGISTERED, MOST_REGISTERED = 5, 12_000


@dataclass(frozen=True)
class Country:
    """The shape of an honest contest; spreads are standard deviations on the logit scale."""

    options: int = 5
    leader: float = 0.45
    turnout: float = 0.6
    urban: float = 0.55
    urban_turnout: float = -0.35
    urban_leader: float = -0.5
    region_spread: float = 0.3
    district_spread: float = 0.25
    station_spread: float = 0.3
    turnout_region_spread: float = 0.15
    turnout_district_spread: float = 0.12
    turnout_spread: float = 0.25
    slope: float = 0.1
    neighbours: float = 0.4
    invalid: float = 0.012
    town_size: float = 1500.0
    village_size: float = 450.0
    town_size_spread: float = 0.4
    village_size_spread: float = 0.6
    town_clustering: float = 0.3
    size_clustering: float = 0.1
    large_towns: float = 0.3
    turnout_by_size: float = -0.1
    leader_by_size: float = 0.0
    turnout_skew: float = 0.3
    leader_skew: float = 0.0
    district_scatter: float = 0.3
    tails: float = 1.0
    per_district: int = 40
    per_region: int = 8
    unevenness: float = 0.4
    regions: int = 0
    lone: float = 0.0
    lone_size: float = 300.0
    lone_size_spread: float = 0.6
    lone_turnout: float = 0.0
    lone_leader: float = 0.0
    turnout_by_lone_size: float = 0.0
    leader_by_lone_size: float = 0.0
    turnout_by_place: float = 0.0
    leader_by_place: float = 0.0
    district_spread_by_place: float = 0.0
    turnout_spread_by_place: float = 0.0
    station_spread_by_place: float = 0.0
    turnout_spread_by_size: float = 0.0
    station_spread_by_size: float = 0.0


@dataclass(frozen=True)
class Electorate:
    """A country before the count: places, register, and the probabilities of each station."""

    country: Country
    region: Counts
    district: Counts
    urban: NDArray[np.bool_]
    registered: Counts
    turnout: Floats
    invalid: Floats
    support: Floats

    def __len__(self) -> int:
        return len(self.registered)


def logistic(x: Floats) -> Floats:
    """The inverse of the logit."""
    return np.asarray(1 / (1 + np.exp(-x)))


def level(logits: Floats, weights: NDArray[Any], target: float) -> float:
    """What to add to all logits so that their weighted mean probability is the target (Newton's method)."""
    weight = weights / weights.sum()
    shift = float(np.log(target / (1 - target)) - (weight * logits).sum())
    for _ in range(12):
        rate = logistic(logits + shift)
        miss = float((weight * rate).sum()) - target
        shift -= miss / max(float((weight * rate * (1 - rate)).sum()), 1e-6)
        if abs(miss) < 1e-9:
            break
    return shift


def electorate(rng: np.random.Generator, stations: int, country: Country) -> Electorate:
    """Places and people; about ``stations`` of them, in official order."""
    districts = min(stations, max(1, round(stations / country.per_district)))
    regions = country.regions or max(1, round(districts / country.per_region))
    regions = min(regions, max(1, districts // 2))
    sizes = _district_sizes(rng, stations, districts, country)
    district = np.repeat(np.arange(districts), sizes)
    of_region = np.sort(rng.integers(regions, size=districts))
    region = of_region[district]
    urban, registered, logs = _registers(rng, district, sizes, country)
    size = np.log(np.bincount(district, registered))
    place = size - size.mean()
    here, lone = place[district], (sizes == 1)[district]
    divided = float(place[sizes > 1].mean()) if (sizes > 1).any() else 0.0
    inner, outer = np.where(lone, 0.0, logs), np.where(lone, 0.0, here - divided)
    bent = _bent(country.turnout_spread_by_place * here + country.turnout_spread_by_size * logs)
    skew = np.array([country.turnout_skew])
    turned = _spread(rng, district, country, country.turnout_spread * bent, skew)[:, 0]
    apart = _bent(country.district_spread_by_place * place)
    turned += rng.normal(0, country.turnout_region_spread, regions)[region]
    turned += (apart * rng.normal(0, country.turnout_district_spread, districts))[district]
    z = (turned - turned.mean()) / max(float(turned.std()), 1e-9)
    turned += urban * country.urban_turnout + country.turnout_by_size * inner + country.turnout_by_place * outer
    turned += lone * (country.lone_turnout + country.turnout_by_lone_size * logs)
    turned += level(turned, registered, country.turnout)
    lean = urban * country.urban_leader + country.leader_by_size * inner + country.leader_by_place * outer
    lean += lone * (country.lone_leader + country.leader_by_lone_size * logs) + country.slope * z
    bent = _bent(country.station_spread_by_place * here + country.station_spread_by_size * logs)
    support = _support(rng, country, region, district, apart, bent, lean, registered * logistic(turned))
    odd = rng.normal(0, 0.25, districts)[district]
    invalid = logistic(np.log(country.invalid / (1 - country.invalid)) + odd)
    return Electorate(country, region, district, urban, registered, logistic(turned), invalid, support)


def _registers(
    rng: np.random.Generator, district: Counts, sizes: Counts, country: Country
) -> tuple[NDArray[np.bool_], Counts, Floats]:
    """Which stations are urban, their registers, and the logarithm of these against what is typical of their kind.

    Where a place has several stations, somebody divided it into stations of the size that law or habit asks for. A
    place with one station was not divided: its register is the place, of whatever size.
    """
    stations, lone = len(district), (sizes == 1)[district]
    inclined = np.zeros(len(sizes))
    inclined[sizes > 1] = _inclined(rng, sizes[sizes > 1], country)
    urban = rng.random(stations) < inclined[district]
    scatter = np.where(urban, country.town_size_spread, country.village_size_spread)
    scatter = np.where(lone, country.lone_size_spread, scatter)
    apart = np.sqrt(country.size_clustering) * rng.normal(0, 1, len(sizes))[district]
    logs = scatter * (apart + np.sqrt(1 - country.size_clustering) * rng.normal(0, 1, stations))
    typical = np.where(lone, country.lone_size, np.where(urban, country.town_size, country.village_size))
    registered = np.clip(np.rint(np.exp(np.log(typical) + logs)), LEAST_REGISTERED, MOST_REGISTERED)
    return urban, registered.astype(np.int64), np.log(registered / typical)


def _bent(logs: Floats) -> Floats:
    """Factors of a spread whose mean square is 1; none is more than twenty times another."""
    made = np.exp(np.clip(logs, -1.5, 1.5))
    return np.asarray(made / np.sqrt((made**2).mean()))


def _district_sizes(rng: np.random.Generator, stations: int, districts: int, country: Country) -> Counts:
    """Stations by district: one in a share of them; two each in others, and the rest by lognormal weights."""
    weights = np.exp(np.sqrt(np.log1p(country.unevenness**2)) * rng.normal(0, 1, districts))
    least = np.where(rng.random(districts) < country.lone, 1, 2)
    least[int(np.argmax(weights))] = 2
    if least.sum() > stations:
        least = np.ones(districts, np.int64)
    weights = np.where((least == 1) & (least.max() > 1), 0.0, weights)
    return np.asarray(least + rng.multinomial(stations - int(least.sum()), weights / weights.sum()), dtype=np.int64)


def _inclined(rng: np.random.Generator, sizes: Counts, country: Country) -> Floats:
    """The share of each district that is town, larger districts first as far as ``large_towns`` says."""
    strength = 1 / max(country.town_clustering, 1e-3) - 1
    made = rng.beta(strength * country.urban + 1e-3, strength * (1 - country.urban) + 1e-3, len(sizes))
    ranks = np.argsort(np.argsort(sizes + rng.random(len(sizes)))) / max(len(sizes) - 1, 1) - 0.5
    held = country.large_towns
    score = held * ranks * np.sqrt(12) + np.sqrt(1 - held**2) * rng.normal(0, 1, len(sizes))
    inclined = np.empty(len(sizes))
    inclined[np.argsort(score)] = np.sort(made)
    return inclined


def _spread(rng: np.random.Generator, district: Counts, country: Country, spread: Floats, skew: Floats) -> Floats:
    """Terms of the stations, one column an option: neighbours alike, districts of different scatter, heavy tails.

    A station's scale is shared by its columns: with 4 + 6/tails degrees of freedom its law is Student's,
    whose excess kurtosis is ``tails``. ``skew`` is the skewness of each column before that.
    """
    stations = len(district)
    draws = rng.normal(0, 1, (stations, len(skew)))
    noise = lfilter([np.sqrt(1 - country.neighbours**2)], [1, -country.neighbours], draws, axis=0)
    noise = lopsided(noise, skew)
    freedom = 4 + 6 / max(country.tails, 1e-3)
    scale = np.sqrt((freedom - 2) / rng.chisquare(freedom, stations))
    tau = country.district_scatter
    scale *= np.exp(tau * rng.normal(0, 1, int(district.max(initial=0)) + 1) - tau**2)[district]
    return np.asarray((spread * scale)[:, None] * noise)


def lopsided(noise: Floats, skew: Floats) -> Floats:
    """Standard normal columns made shifted lognormal ones of mean 0, variance 1 and this skewness."""
    square = skew**2
    root = (1 + square / 2 + np.sqrt(square + square**2 / 4)) ** (1 / 3)
    grown = np.maximum(root + 1 / root - 1, 1 + 1e-12)
    kappa = np.sqrt(np.log(grown))
    made = (np.exp(kappa * noise * np.sign(skew)) / np.sqrt(grown) - 1) / np.sqrt(grown - 1) * np.sign(skew)
    return np.asarray(np.where(np.abs(skew) < 1e-3, noise, made))


def _support(
    rng: np.random.Generator,
    country: Country,
    region: Counts,
    district: Counts,
    apart: Floats,
    bent: Floats,
    lean: Floats,
    voters: Floats,
) -> Floats:
    k, stations = country.options, len(region)
    if k == 1:
        return np.ones((stations, 1))
    rest = rng.dirichlet(np.full(k - 1, 1.5)) * (1 - country.leader)
    eta = np.log(np.maximum(np.concatenate([[country.leader], rest]), 1e-3))[None, :].repeat(stations, axis=0)
    eta += rng.normal(0, country.region_spread, (int(region.max()) + 1, k))[region]
    eta += (apart[:, None] * rng.normal(0, country.district_spread, (len(apart), k)))[district]
    eta += _spread(rng, district, country, country.station_spread * bent, np.eye(1, k)[0] * country.leader_skew)
    eta[:, 0] += lean
    eta -= eta.max(axis=1, keepdims=True)
    odds = eta[:, 0] - np.log(np.exp(eta[:, 1:]).sum(axis=1))
    eta[:, 0] += level(odds, voters, country.leader)
    eta -= eta.max(axis=1, keepdims=True)
    made = np.exp(eta)
    return np.asarray(made / made.sum(axis=1, keepdims=True))


def counted(rng: np.random.Generator, people: Electorate, title: str = "A simulated contest") -> Results:
    """The honest count of an electorate."""
    ballots = rng.binomial(people.registered, people.turnout)
    invalid = rng.binomial(ballots, people.invalid)
    votes = rng.multinomial(ballots - invalid, people.support)
    return table(people, ballots, invalid, votes, title)


def table(people: Electorate, ballots: Counts, invalid: Counts, votes: Counts, title: str) -> Results:
    """The counts as results, with the names of the places."""
    names = [f"Option {chr(65 + j)}" if j < 26 else f"Option {j + 1}" for j in range(votes.shape[1])]
    order = np.arange(len(people)) + 1
    places = {
        "region": Labels.of([f"Region {g + 1:02d}" for g in people.region]),
        "district": Labels.of([f"District {h + 1:03d}" for h in people.district]),
        "station": Labels.of([f"{h + 1:03d}-{i:06d}" for h, i in zip(people.district, order, strict=True)]),
    }
    counts = {
        "registered": people.registered,
        "ballots": ballots.astype(np.int64),
        "valid": (ballots - invalid).astype(np.int64),
        "invalid": invalid.astype(np.int64),
    }
    return Results(tuple(names), votes.astype(np.int64), counts, places=places, contest=Contest(title=title))


@cache
def fitted() -> dict[str, dict[str, Any]]:
    """The shapes of real clean contests (``scenario_shapes.toml``), by name, with their countries and halves."""
    text = (resources.files("recanvass") / "scenario_shapes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def shapes(country: str = "", half: str = "development") -> dict[str, Country]:
    """The shapes of real clean contests, by name: those of a half, or of one country."""
    kept = {n: s for n, s in fitted().items() if (s["country"] == country if country else s["half"] == half)}
    figures = {f.name for f in fields(Country)}
    return {name: Country(**{k: v for k, v in shape.items() if k in figures}) for name, shape in kept.items()}


def countries(half: str = "") -> tuple[str, ...]:
    """The countries of a half, or all of them, in alphabetical order."""
    return tuple(sorted({s["country"] for s in fitted().values() if half in ("", s["half"])}))


@cache
def bounds(figure: str) -> tuple[float, float]:
    """Between which values a figure is drawn: the range of the shapes of the development half, a quarter wider."""
    seen = [float(getattr(shape, figure)) for shape in shapes().values()]
    margin = (max(seen) - min(seen)) / 4
    return min(seen) - margin, max(seen) + margin


def several(rng: np.random.Generator) -> Country:
    """A country drawn at random: what most clean scenarios start from.

    Spreads, neighbours, clustering and invalid rates lie anywhere in the `bounds` of the fitted shapes, each by
    itself; what politics decides (levels, the number of options, slopes) is drawn over wide ranges of our own.
    """

    def between(figure: str, least: float = 0.0, most: float = np.inf) -> float:
        low, high = bounds(figure)
        return float(rng.uniform(max(low, least), min(high, most)))

    return Country(
        options=int(rng.integers(2, 12)),
        leader=float(rng.uniform(0.22, 0.68)),
        turnout=float(rng.uniform(0.35, 0.85)),
        urban=float(rng.uniform(0.25, 0.9)),
        urban_turnout=float(rng.normal(-0.15, 0.3)),
        urban_leader=float(rng.normal(-0.1, 0.4)),
        region_spread=between("region_spread"),
        district_spread=between("district_spread"),
        station_spread=between("station_spread"),
        turnout_region_spread=between("turnout_region_spread"),
        turnout_district_spread=between("turnout_district_spread"),
        turnout_spread=between("turnout_spread"),
        slope=float(rng.normal(0, 0.2)),
        neighbours=between("neighbours", most=0.9),
        invalid=between("invalid", least=0.001),
        town_size=float(rng.uniform(400, 2400)),
        village_size=float(rng.uniform(120, 600)),
        town_size_spread=between("town_size_spread", least=0.05),
        village_size_spread=between("village_size_spread", least=0.3),
        town_clustering=between("town_clustering", least=0.02, most=0.95),
        per_district=int(rng.integers(12, 90)),
        per_region=int(rng.integers(3, 20)),
        size_clustering=between("size_clustering", most=0.9),
        large_towns=between("large_towns", most=0.9),
        turnout_by_size=between("turnout_by_size", least=-np.inf),
        leader_by_size=between("leader_by_size", least=-np.inf),
        turnout_skew=between("turnout_skew", least=-np.inf),
        leader_skew=between("leader_skew", least=-np.inf),
        district_scatter=between("district_scatter"),
        tails=between("tails"),
        unevenness=float(np.exp(rng.uniform(np.log(0.1), np.log(4)))),
        lone=max(0.0, float(rng.uniform(-0.4, 0.7))),
        lone_size=float(rng.uniform(60, 700)),
        lone_size_spread=between("lone_size_spread", least=0.3),
        lone_turnout=between("lone_turnout", least=-np.inf),
        lone_leader=between("lone_leader", least=-np.inf),
        turnout_by_lone_size=between("turnout_by_lone_size", least=-np.inf),
        leader_by_lone_size=between("leader_by_lone_size", least=-np.inf),
        turnout_by_place=between("turnout_by_place", least=-np.inf),
        leader_by_place=between("leader_by_place", least=-np.inf),
        district_spread_by_place=between("district_spread_by_place", least=-np.inf),
        turnout_spread_by_place=between("turnout_spread_by_place", least=-np.inf),
        station_spread_by_place=between("station_spread_by_place", least=-np.inf),
        turnout_spread_by_size=between("turnout_spread_by_size", least=-np.inf),
        station_spread_by_size=between("station_spread_by_size", least=-np.inf),
    )
