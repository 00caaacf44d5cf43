"""An honest contest of the shape of a real one: all its figures together, not each by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.errors import UnknownName
from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, countries, electorate, shapes


@dataclass(frozen=True)
class FittedContest(Scenario):
    """The fitted shape of one real clean contest, each spread a little off, its districts fitting into its size.

    Parameters
    ----------
    country : str
        The shapes of this country alone, of whichever half; empty for all of the development half.
    """

    country: str = ""

    kind = "clean"

    def build(self, rng: np.random.Generator, stations: int) -> World:
        """One contest."""
        known = shapes(self.country)
        if not known:
            there = ", ".join(countries())
            raise UnknownName(f"There is no shape of a contest in {self.country!r}; there are those of {there}.")
        shape = known[sorted(known)[int(rng.integers(len(known)))]]
        districts = max(1, round(stations / shape.per_district))
        country = replace(
            shape,
            leader=float(np.clip(shape.leader + rng.normal(0, 0.03), 0.05, 0.95)),
            turnout=float(np.clip(shape.turnout + rng.normal(0, 0.03), 0.05, 0.95)),
            region_spread=shape.region_spread * float(rng.uniform(0.8, 1.2)),
            district_spread=shape.district_spread * float(rng.uniform(0.8, 1.2)),
            station_spread=shape.station_spread * float(rng.uniform(0.8, 1.2)),
            turnout_spread=shape.turnout_spread * float(rng.uniform(0.8, 1.2)),
            per_district=max(2, min(shape.per_district, stations // 6)) if districts < 6 else shape.per_district,
        )
        results = counted(rng, electorate(rng, stations, country))
        return World(self.name, results, results)
