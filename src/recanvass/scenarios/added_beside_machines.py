"""Votes added only where ballots were counted by hand, beside stations that counted by machine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._earlier import EARLIER, pair
from recanvass.scenarios._machines import listed
from recanvass.scenarios._planting import some_stations, stuffed, switched, world


@dataclass(frozen=True)
class AddedBesideMachines(Scenario):
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
    machines : float
        The share of the stations with a machine.
    placing : float
        How much likelier a machine is at a large station and in a large district.
    leaning : float
        How much likelier a machine is where the leader is honestly weaker than in the rest of the district. With
        both at 0 machines are placed by lot.
    earlier : bool
        Whether the contest before, with hands counting everywhere, is in the case too.
    swing : float
        How much people honestly change between the two, against what they usually do.
    clean : str
        The clean scenario of the earlier contest, which the later one is made from.
    """

    extent: float = 0.5
    dose: float = 0.3
    of_leader: float = 0.0
    moved: bool = False
    machines: float = 0.2
    placing: float = 1.0
    leaning: float = 0.2
    earlier: bool = True
    swing: float = 1.0
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest with its list of machines."""
        before, then = pair(self.clean, rng, stations, self.swing)
        machines = listed(before, then, rng, self.machines, self.placing, self.leaning)
        by_hand = np.flatnonzero(~np.isin(np.array(before.stations, dtype=object), machines))
        rows = by_hand[some_stations(before.take(by_hand), rng, self.extent)] if by_hand.size else by_hand
        done = switched if self.moved else stuffed
        after, votes = done(before, rng, rows, self.dose, self.of_leader)
        made = world(self.name, before, after, rows, option=before.options[before.leader], votes=votes)
        known = {"machine_counted": machines} if machines else {}
        return replace(made, known=known | ({"earlier": {EARLIER: then}} if self.earlier else {}))
