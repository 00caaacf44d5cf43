"""Votes added only where ballots were counted by hand, beside stations that counted by machine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import World
from recanvass.scenarios._machines import WithMachines
from recanvass.scenarios._planting import some_stations, stuffed, switched, world


@dataclass(frozen=True)
class AddedBesideMachines(WithMachines):
    """Machines stand in towns and at large stations; at some hand-counted ones the leader gains votes (F1 or F2).

    Parameters
    ----------
    extent : float
        The share of the hand-counted stations.
    dose : float
        The typical part of the abstainers that is added, or of the other votes that is moved.
    of_leader : float
        If above 0: how many votes are moved in all, as a part of the leader's votes; it replaces ``dose``.
    moved : bool
        Votes for others are counted for the leader, and no ballot is added.
    """

    extent: float = 0.5
    dose: float = 0.3
    of_leader: float = 0.0
    moved: bool = False

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest with its list of machines."""
        before, known = self.honest(rng, stations)
        machines = known.get("machine_counted", ())
        by_hand = np.flatnonzero(~np.isin(np.array(before.stations, dtype=object), machines))
        rows = by_hand[some_stations(before.take(by_hand), rng, self.extent)] if by_hand.size else by_hand
        done = switched if self.moved else stuffed
        after, votes = done(before, rng, rows, self.dose, self.of_leader)
        made = world(self.name, before, after, rows, option=before.options[before.leader], votes=votes)
        return replace(made, known=known)
