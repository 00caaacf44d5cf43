r"""Two honest contests at the same stations: how people go from what they chose then to what they choose now.

The clean contest that is given stands for the earlier one. Where :math:`x_{ij}` is the part of the people of station
:math:`i` who then chose :math:`j` (staying away and a spoilt ballot are choices), the later contest is drawn from

.. math:: y_{ik} = x_{ik} \ell_{ik} + d_{ik} \sum_j x_{ij} (1 - \ell_{ij}),

with :math:`\ell_{ij}` the part that stays with :math:`j` and :math:`d_i` where the others go: flows that people can
make. The part that stays is a logistic, and :math:`d_i` a share of exponentials, of a national term, terms of the
region, of the district and of the station, and a slope on the logarithm of the register, so that regions, places of
another size and single stations change differently; turnout changes with them. The shares :math:`x_i` are drawn given
the counts (a Dirichlet law about those of the district), so that the two counts are two draws from one station.

Between the contests registers grow, at a few stations by new housing with voters from elsewhere; streets go from a
station to its neighbour; stations are closed, and their voters go to the neighbour; stations are new, or bear a new
name; one of four or more options no longer stands and another stands for the first time. How much everything changes
differs from pair to pair. The figures are set so that honest pairs look to `panel_jumps` and `vote_flow` about as real
clean ones do: in Spain 2000 to 2023, Canada 2004 to 2015, Denmark 2009 to 2022, Israel 2009 to 2013 and Ukraine 2019
turnout and share both rise far at 0 to 5 stations in 1,000, their factors are 1 to 8, and a flow lies up to .5 outside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recanvass.results import Counts, Labels, Results
from recanvass.scenarios._country import logistic
from recanvass.scenarios._planting import VotesAtStations, base

Floats = NDArray[np.float64]

#: The name of the earlier contest in the case.
EARLIER = "the contest before"

#: How strongly the shares of a station are drawn to those of its district, in voters.
_PRIOR = 20.0
#: The spreads that a swing multiplies, and how much contests differ in it, as a standard deviation of its logarithm.
_SPREADS, _UNEVEN = ("national", "region", "district", "station", "by_size", "strongholds"), 0.4
#: Contests of fewer stations than this keep all of them under their names.
_LEAST = 50


@dataclass(frozen=True)
class Change:
    """What changes between two honest contests; spreads are standard deviations on the logit scale."""

    national: float = 0.4
    region: float = 0.2
    district: float = 0.12
    station: float = 0.12
    by_size: float = 0.12
    strongholds: float = 0.25
    stays: float = 1.3
    home_stays: float = 1.7
    local: float = 0.5
    growth: float = 0.04
    housing: float = 0.01
    streets: float = 0.03
    closed: float = 0.02
    new: float = 0.02
    renamed: float = 0.02


def pair(clean: str, rng: np.random.Generator, stations: int, swing: float = 1.0) -> tuple[Results, Results]:
    """The later and the earlier contest; ``swing`` multiplies every spread of the change."""
    then = base(clean, rng, stations)
    change = Change()
    swing *= float(np.exp(rng.normal(0, _UNEVEN)))
    return changed(then, rng, replace(change, **{name: swing * getattr(change, name) for name in _SPREADS}))


def changed(then: Results, rng: np.random.Generator, change: Change) -> tuple[Results, Results]:
    """The later contest that an earlier one honestly becomes, and the earlier one as it is published."""
    size, known, chose = _people(then)
    district = then.areas("district").codes if "district" in then.places else np.zeros(len(then), np.int64)
    shares = _shares(rng, chose, district)
    closed, new, renamed = _stations(rng, then, known, district, change)
    size = _streets(rng, shares, size, known, district, closed, change)
    size = _grown(rng, shares, size, district, change)
    options = len(then.options)
    fresh = _fresh(rng, then) if options >= 4 else -1
    counts = rng.multinomial(size, _flows(rng, then, shares, size, district, fresh, change))
    home, votes, spoilt = counts[:, 0], counts[:, 1:-1], counts[:, -1]
    columns = {"registered": np.where(known, size, 0), "ballots": size - home, "valid": votes.sum(axis=1)}
    columns |= {"invalid": spoilt}
    kept = {name: columns[name].astype(np.int64) for name in then.counts if name in columns}
    names = then.places["station"].values()
    names[renamed] = [f"{name}/1" for name in names[renamed]]
    places = {**then.places, "station": Labels.of(names.tolist())}
    called = tuple("Option new" if j == fresh else name for j, name in enumerate(then.options))
    gaps = {name: mask for name, mask in then.absent.items() if name != "votes"}
    now = replace(then, options=called, votes=votes.astype(np.int64), counts=kept, absent=gaps, places=places)
    return _published(now, ~closed), _published(then, ~new)


def _published(results: Results, rows: NDArray[np.bool_]) -> Results:
    """These stations, numbered anew."""
    return replace(results.take(np.flatnonzero(rows)), rows=np.empty(0, np.int64))


def _people(then: Results) -> tuple[Counts, NDArray[np.bool_], Counts]:
    """People of each station, whether the register says so, and how many stayed away, chose each option, spoilt."""
    registered, ballots = then.counts["registered"], then.counts["ballots"]
    known = then.known("registered") & (registered >= ballots)
    size = np.where(known, registered, ballots)
    votes = np.maximum(then.votes, 0)
    spoilt = np.maximum(ballots - votes.sum(axis=1), 0)
    return size, then.known("registered"), np.column_stack([size - ballots, votes, spoilt])


def _shares(rng: np.random.Generator, chose: Counts, district: Counts) -> Floats:
    """What part of the people of each station is of each kind, drawn given the counts."""
    whole = np.zeros((int(district.max(initial=0)) + 1, chose.shape[1]))
    np.add.at(whole, district, chose)
    usual = (whole / np.maximum(whole.sum(axis=1, keepdims=True), 1))[district]
    drawn = rng.standard_gamma(chose + _PRIOR * usual)
    drawn[:, 0] += drawn.sum(axis=1) == 0
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def _stations(
    rng: np.random.Generator, then: Results, known: NDArray[np.bool_], district: Counts, change: Change
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Which stations are closed before the later contest, which are new there, and which are renamed."""
    count = len(then)
    lots = rng.random(count)
    if count < _LEAST:
        none = np.zeros(count, bool)
        return none, none, none
    beside = np.append(district[1:] == district[:-1], False) & known & np.append(known[1:], False)
    edges = np.cumsum([change.closed, change.new, change.renamed])
    closed = (lots < edges[0]) & beside
    closed[1:] &= ~closed[:-1]
    return closed, (lots >= edges[0]) & (lots < edges[1]), (lots >= edges[1]) & (lots < edges[2])


def _streets(
    rng: np.random.Generator,
    shares: Floats,
    size: Counts,
    known: NDArray[np.bool_],
    district: Counts,
    closed: NDArray[np.bool_],
    change: Change,
) -> Counts:
    """People go from a station to the next one of its district: all of them, or some streets; ``shares`` change."""
    beside = np.append(district[1:] == district[:-1], False) & known & np.append(known[1:], False)
    some = (rng.random(len(size)) < change.streets) & beside & ~closed & ~np.append(closed[1:], False)
    part = np.where(closed, 1.0, np.where(some, rng.uniform(0.1, 0.5, len(size)), 0.0))
    moved = np.zeros_like(size)
    moved[:-1] = np.rint(part * size)[:-1].astype(np.int64)
    came = np.concatenate([[0], moved[:-1]]).astype(np.int64)
    rows = np.flatnonzero(came > 0)
    weight = (came[rows] / np.maximum(came[rows] + size[rows], 1))[:, None]
    shares[rows] = weight * shares[rows - 1] + (1 - weight) * shares[rows]
    return np.asarray(size - np.where(closed, 0, moved) + came)


def _grown(rng: np.random.Generator, shares: Floats, size: Counts, district: Counts, change: Change) -> Counts:
    """Registers of the later contest; where houses were built, people of some other station came; ``shares`` change."""
    local = rng.normal(0, change.growth, int(district.max(initial=0)) + 1)[district]
    grown = size * np.exp(0.02 + local + rng.normal(0, change.growth, len(size)))
    built = np.flatnonzero(rng.random(len(size)) < change.housing)
    part = rng.uniform(0.2, 0.6, built.size)
    elsewhere = rng.integers(len(size), size=built.size)
    shares[built] = part[:, None] * shares[elsewhere] + (1 - part[:, None]) * shares[built]
    grown[built] = grown[built] / (1 - part)
    return np.where(size > 0, np.maximum(np.rint(grown), 1), 0).astype(np.int64)


def _fresh(rng: np.random.Generator, then: Results) -> int:
    """The option that no longer stands; it is none of the two largest, and another takes its place."""
    order = sorted(range(len(then.options)), key=lambda j: -then.totals[then.options[j]])
    return order[int(rng.integers(2, len(order)))]


def _flows(
    rng: np.random.Generator, then: Results, shares: Floats, size: Counts, district: Counts, fresh: int, change: Change
) -> Floats:
    """The shares of the later contest."""
    kinds = shares.shape[1]
    region = then.places["region"].codes if "region" in then.places else np.zeros(len(then), np.int64)
    logs = np.log(np.maximum(size, 1))
    logs = logs - (float(logs.mean()) if logs.size else 0.0)

    def terms() -> Floats:
        """What a place adds to each kind."""
        made = rng.normal(0, change.region, (int(region.max(initial=0)) + 1, kinds))[region]
        made += rng.normal(0, change.district, (int(district.max(initial=0)) + 1, kinds))[district]
        made += rng.standard_t(5, (len(size), kinds)) * change.station
        return np.asarray(made + rng.normal(0, change.by_size, kinds) * logs[:, None])

    stays = np.full(kinds, change.stays) + rng.normal(0, change.national, kinds)
    stays[0], stays[-1] = change.home_stays + rng.normal(0, change.national / 2), -1.5
    nation = np.average(shares, axis=0, weights=np.maximum(size, 1e-9)) if size.sum() else np.ones(kinds) / kinds
    whole = np.zeros((int(district.max(initial=0)) + 1, kinds))
    np.add.at(whole, district, shares * size[:, None])
    here = (whole / np.maximum(whole.sum(axis=1, keepdims=True), 1e-9))[district]
    held = np.log(here + 1e-2) - np.log(nation + 1e-2)
    loyal = logistic(stays + terms() + rng.normal(0, change.strongholds, kinds) * held)
    drawn = change.local * np.log(here + 1e-3) + (1 - change.local) * np.log(nation + 1e-3)
    drawn += rng.normal(0, change.national, kinds) + terms()
    if fresh >= 0:
        loyal[:, 1 + fresh] = 0.0
    made = np.exp(drawn - drawn.max(axis=1, keepdims=True))
    stood = nation > 0
    made[:, ~stood] = 0.0
    goes = made / made.sum(axis=1, keepdims=True)
    later = shares * loyal + (shares * (1 - loyal)).sum(axis=1, keepdims=True) * goes
    return np.asarray(later / later.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class SinceEarlier(VotesAtStations):
    """Something done at some stations of the later of two contests; ``clean`` is the scenario of the earlier one.

    Parameters
    ----------
    swing : float
        How much people honestly change between the two, against what they usually do.
    """

    extent: float = 0.1
    dose: float = 0.4
    swing: float = 1.0
