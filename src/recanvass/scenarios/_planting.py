"""How a manipulation is planted into a clean world: which stations, and how the accounts stay whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recanvass.errors import UsageError
from recanvass.results import Results
from recanvass.scenario import Planted, Scenario, World, scenario

Counts = NDArray[np.int64]


def base(world: str, rng: np.random.Generator, stations: int) -> Results:
    """The clean contest that something is done to."""
    return scenario(world).build(rng, stations).results


def whole_districts(
    results: Results, rng: np.random.Generator, count: int, least: int = 15
) -> list[tuple[str, Counts]]:
    """So many districts with at least ``least`` stations (the largest ones where there are too few)."""
    areas = results.areas("district")
    large = np.flatnonzero(areas.sizes >= least)
    if large.size < count:
        large = np.argsort(-areas.sizes, kind="stable")[:count]
    chosen = rng.choice(large, size=min(count, large.size), replace=False)
    return [(areas.names[k], areas.rows(int(k))) for k in sorted(chosen)]


def some_stations(results: Results, rng: np.random.Generator, extent: float, clustering: str = "stations") -> Counts:
    """A share of the stations.

    ``stations`` takes them anywhere; ``districts`` and ``regions`` take whole ones, at random, until the share is
    reached; ``coordinated`` takes whole districts, those in which the leader is weakest first.
    """
    wanted = max(1, round(extent * len(results)))
    if clustering == "stations":
        return np.sort(rng.choice(len(results), size=min(wanted, len(results)), replace=False))
    areas = results.areas("region" if clustering == "regions" else "district")
    if clustering == "coordinated":
        codes = areas.codes
        won = np.bincount(codes, results.votes[:, results.leader], minlength=len(areas))
        whole = np.bincount(codes, results.votes.sum(axis=1), minlength=len(areas))
        order = np.argsort(won / np.maximum(whole, 1), kind="stable")
    else:
        order = rng.permutation(len(areas))
    taken: list[Counts] = []
    for k in order:
        if sum(len(t) for t in taken) >= wanted:
            break
        taken.append(areas.rows(int(k)))
    return np.sort(np.concatenate(taken))


def part_for(results: Results, available: Counts, of_leader: float) -> float:
    """The part of what is available at the chosen stations that makes up a share of the leader's votes.

    Raises
    ------
    UsageError
        If there is less than that.
    """
    wanted = of_leader * float(results.votes[:, results.leader].sum())
    there = float(available.sum())
    if wanted > there:
        raise UsageError(
            f"of_leader={of_leader:g} asks for {wanted:,.0f} votes, and the chosen stations have {there:,.0f} to give;"
            " lower it or raise extent."
        )
    return wanted / max(there, 1.0)


def with_leader(votes: Counts, leader: int, target: Counts) -> Counts:
    """Rows of votes with the leader set to a target and the others scaled to what is left.

    Each row keeps its sum; what rounding leaves goes to the largest other option.
    """
    whole = votes.sum(axis=1)
    target = np.clip(target, 0, whole)
    others = votes.copy()
    others[:, leader] = 0
    held = np.maximum(others.sum(axis=1), 1)
    made = others * (whole - target)[:, None] // held[:, None]
    if votes.shape[1] > 1:
        largest = np.argmax(others, axis=1)
        largest = np.where((largest == leader) | (others.sum(axis=1) == 0), (leader + 1) % votes.shape[1], largest)
        made[np.arange(len(made)), largest] += whole - target - made.sum(axis=1)
        made[:, leader] = target
    else:
        made[:, leader] = whole
    return np.asarray(made, dtype=np.int64)


def whole_ballots(fraction: NDArray[np.float64], size: Counts, rounding: str = "nearest") -> Counts:
    """A fraction of a number of ballots, to the ``nearest`` ballot or rounded ``up`` or ``down``."""
    made = fraction * size
    if rounding == "up":
        return np.ceil(made - 1e-9).astype(np.int64)
    if rounding == "down":
        return np.floor(made + 1e-9).astype(np.int64)
    return np.rint(made).astype(np.int64)


def replaced(results: Results, rows: Counts, votes: Counts, **counts: Counts) -> Results:
    """The results with other votes (and counts) at these rows."""
    full = results.votes.copy()
    full[rows] = votes
    columns = {}
    for name, values in counts.items():
        column = results.counts[name].copy()
        column[rows] = values
        columns[name] = column
    return results.with_counts(votes=full, **columns)


def stuffed(
    before: Results, rng: np.random.Generator, rows: Counts, dose: float, of_leader: float = 0.0
) -> tuple[Results, int]:
    """The results with ballots added for the leader at these rows, and how many.

    ``dose`` is the typical part of the abstainers; ``of_leader``, above 0, all of it as a part of the leader's votes.
    """
    leader, counts = before.leader, before.counts
    part = np.minimum(np.abs(rng.normal(0, dose, rows.size)), 1)
    home = np.maximum(counts["registered"][rows] - counts["ballots"][rows], 0)
    if of_leader > 0:
        part[:] = part_for(before, home, of_leader)
    added = rng.binomial(home, part)
    votes = before.votes[rows].copy()
    votes[:, leader] += added
    ballots, valid = counts["ballots"][rows] + added, counts["valid"][rows] + added
    return replaced(before, rows, votes, ballots=ballots, valid=valid), int(added.sum())


def switched(
    before: Results, rng: np.random.Generator, rows: Counts, dose: float, of_leader: float = 0.0
) -> tuple[Results, int]:
    """The results with a part of the other votes at these rows counted for the leader, and how many."""
    leader, votes = before.leader, before.votes[rows].copy()
    others = votes.sum(axis=1) - votes[:, leader]
    moved = rng.binomial(np.maximum(votes, 0), part_for(before, others, of_leader) if of_leader > 0 else dose)
    moved[:, leader] = 0
    votes -= moved
    votes[:, leader] += moved.sum(axis=1)
    return replaced(before, rows, votes), int(moved.sum())


def world(name: str, before: Results, after: Results, rows: Counts, **facts: object) -> World:
    """The world in which one thing was done."""
    return World(name, after, before, (Planted(name, tuple(int(i) for i in rows), dict(facts)),))


@dataclass(frozen=True)
class AtStations(Scenario):
    """Something done at some stations of a clean contest.

    Parameters
    ----------
    extent : float
        The share of stations.
    clustering : str
        ``stations`` anywhere, whole ``districts`` or ``regions``, or ``coordinated``: whole districts in which the
        leader is weakest.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.2
    clustering: str = "stations"
    clean: str = "clean_mixture"

    kind = "planted"


@dataclass(frozen=True)
class VotesAtStations(AtStations):
    """Votes added or moved at some stations, by a dose or so many in all.

    Parameters
    ----------
    dose : float
        The part of what there is to add or to move at a station.
    of_leader : float
        If above 0: how many votes are added or moved in all, as a part of the leader's votes; it replaces ``dose``.
    """

    dose: float = 0.3
    of_leader: float = 0.0
