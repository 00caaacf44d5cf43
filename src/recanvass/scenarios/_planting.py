"""How a manipulation is planted into a clean world: which stations, and how the accounts stay whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recanvass.results import Results
from recanvass.scenario import Planted, World, scenario

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


def some_stations(results: Results, rng: np.random.Generator, extent: float, *, by_district: bool = False) -> Counts:
    """A share of the stations: anywhere, or whole districts until the share is reached."""
    wanted = max(1, round(extent * len(results)))
    if not by_district:
        return np.sort(rng.choice(len(results), size=min(wanted, len(results)), replace=False))
    areas = results.areas("district")
    taken: list[Counts] = []
    for k in rng.permutation(len(areas)):
        if sum(len(t) for t in taken) >= wanted:
            break
        taken.append(areas.rows(int(k)))
    return np.sort(np.concatenate(taken))


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


def whole_ballots(fraction: NDArray[np.float64], size: Counts) -> Counts:
    """A fraction of a number of ballots, to the nearest ballot."""
    return np.rint(fraction * size).astype(np.int64)


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


def world(name: str, before: Results, after: Results, rows: Counts, **facts: object) -> World:
    """The world in which one thing was done."""
    return World(name, after, before, (Planted(name, tuple(int(i) for i in rows), dict(facts)),))
