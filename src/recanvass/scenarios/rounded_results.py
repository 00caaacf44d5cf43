"""Whole percentages: in whole districts the leader's share, and the turnout, are set to a round figure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import (
    base,
    replaced,
    some_stations,
    whole_ballots,
    whole_districts,
    with_leader,
    world,
)


@dataclass(frozen=True)
class RoundedResults(Scenario):
    """Districts in which somebody chose the percentage and worked out the counts (F4).

    Parameters
    ----------
    districts : int
        In how many districts.
    extent : float
        If above 0: stations until this share of all is reached, chosen as ``clustering`` says.
    clustering : str
        ``stations`` anywhere, whole ``districts`` or ``regions``, or ``coordinated``: whole districts in which the
        leader is weakest.
    turnout : bool
        Whether the turnout is set as well.
    gain : int
        By at most how many percentage points the share is raised.
    fives : float
        The share of the stations whose percentage is a multiple of five.
    rounding : str
        Which count the percentage is turned into: the ``nearest`` one, or that rounded ``up`` or ``down``.
    part : float
        The share of a district's stations that is set.
    clean : str
        The clean scenario that it is planted into.
    """

    districts: int = 3
    extent: float = 0.0
    clustering: str = "districts"
    turnout: bool = False
    gain: int = 4
    fives: float = 0.3
    rounding: str = "nearest"
    part: float = 1.0
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        if self.extent > 0:
            rows = some_stations(before, rng, self.extent, self.clustering)
        else:
            rows = np.concatenate([r for _, r in whole_districts(before, rng, self.districts)])
        rows = rows[rng.random(rows.size) < self.part] if self.part < 1 else rows
        leader = before.leader
        ballots, invalid = before.counts["ballots"][rows], before.counts["invalid"][rows]
        votes = before.votes[rows]
        if self.turnout:
            registered = before.counts["registered"][rows]
            percent = np.minimum(np.ceil(100 * ballots / np.maximum(registered, 1)) + 1, 99)
            ballots = np.maximum(whole_ballots(percent / 100, registered), votes.sum(axis=1) + invalid)
            added = ballots - invalid - votes.sum(axis=1)
            votes = votes.copy()
            votes[:, leader] += added
        valid = votes.sum(axis=1)
        share = 100 * votes[:, leader] / np.maximum(valid, 1)
        percent = np.minimum(np.ceil(share) + rng.integers(0, self.gain, rows.size), 99)
        fives = rng.random(rows.size) < self.fives
        percent = np.where(fives, np.minimum(np.ceil(percent / 5) * 5, 95), percent)
        votes = with_leader(votes, leader, whole_ballots(percent / 100, valid, self.rounding))
        after = replaced(before, rows, votes, ballots=ballots, valid=valid)
        return world(self.name, before, after, rows, option=before.options[leader], turnout=self.turnout)
