"""Results assigned from above: each district is given its percentage and meets it to the ballot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, whole_districts, with_leader, world


@dataclass(frozen=True)
class AssignedResults(Scenario):
    """The leader's total in a district is a percentage with one decimal; stations share it out as they voted.

    Parameters
    ----------
    districts : int
        In how many districts.
    gain : float
        By how much the leader's share in the district is raised.
    clean : str
        The clean scenario that it is planted into.
    """

    districts: int = 5
    gain: float = 0.05
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        before = base(self.clean, rng, stations)
        leader, after, taken, targets = before.leader, before, [], []
        for name, rows in whole_districts(before, rng, self.districts):
            votes = before.votes[rows]
            whole = votes.sum(axis=1)
            held, total = int(votes[:, leader].sum()), int(whole.sum())
            percent = round(100 * min(0.97, held / max(total, 1) + self.gain), 1)
            missing = max(0, round(total * percent / 100) - held)
            wanted = votes[:, leader] + rng.multivariate_hypergeometric(whole - votes[:, leader], missing)
            after = replaced(after, rows, with_leader(votes, leader, wanted))
            taken.append(rows)
            targets.append({"district": name, "percent": percent})
        rows = np.concatenate(taken)
        return world(self.name, before, after, rows, option=before.options[leader], targets=targets)
