"""Ballots added for the leader at some stations of places that were divided by surname, and not at their siblings."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.scenario import Scenario, World
from recanvass.scenarios._planting import base, replaced, world
from recanvass.sibling_worlds import ERRORS, SIMULATED, divided


@dataclass(frozen=True)
class StuffedUnits(Scenario):
    """Large places of a clean contest are divided by surname; some units get ballots for the leader (F1).

    The divided contest is honest and not smooth: families vote alike, a few units are hamlets of their own, and
    gross errors befall every option alike. With ``extent = 0`` nothing is planted, and it is the clean contest of
    this kind. It is no member of the class of clean contests, whose draws a new clean file would change: without
    divided places `sibling_units` cannot be asked, and it raises nothing there.

    Parameters
    ----------
    extent : float
        The share of divided units.
    dose : float
        Ballots added, as a share of the register; no more than stayed at home.
    hamlets : float
        The share of divided places with a unit that is a village of its own.
    errors : float
        The share of units with a hundred ballots too many for an option taken at random.
    clean : str
        The clean scenario that it is planted into.
    """

    extent: float = 0.06
    dose: float = 0.25
    hamlets: float = 0.03
    errors: float = ERRORS
    clean: str = "clean_mixture"

    kind = "planted"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        whole = base(self.clean, rng, max(1, round(0.6 * stations)))
        before, units = divided(whole, rng, self.hamlets, self.errors)
        wanted = round(self.extent * units.size)
        if self.extent > 0 and units.size:
            wanted = max(1, wanted)
        rows = np.sort(rng.choice(units, size=wanted, replace=False))
        registered, ballots = before.counts["registered"][rows], before.counts["ballots"][rows]
        added = np.minimum(np.rint(self.dose * registered).astype(np.int64), registered - ballots)
        votes = before.votes[rows].copy()
        votes[:, before.leader] += added
        after = replaced(before, rows, votes, ballots=ballots + added, valid=before.counts["valid"][rows] + added)
        made = world(self.name, before, after, rows, option=before.options[before.leader], added=int(added.sum()))
        return replace(made, known={"division": SIMULATED})
