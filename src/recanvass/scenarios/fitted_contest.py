"""An honest contest of the shape of a real one: all its figures together, not each by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from recanvass.errors import UnknownName
from recanvass.scenario import Scenario, World
from recanvass.scenarios._country import counted, countries, shapes
from recanvass.scenarios._joint_shape import JointShape, joint_electorate, joint_shapes

#: Standard deviation, on the logit scale, by which turnout and support as a whole differ from the real contest's.
LEVEL_SPREAD = 0.12


def varied(rng: np.random.Generator, shape: JointShape) -> JointShape:
    """The shape with other levels of turnout and support, and each kind of spread up to a fifth more or less."""
    turnout, leader = rng.normal(0, LEVEL_SPREAD, 2)
    factors = rng.uniform(0.8, 1.2, 5)

    def times(figures: tuple[float, ...], factor: float) -> tuple[float, ...]:
        return tuple(factor * figure for figure in figures)

    return replace(
        shape,
        turnout_by_place=tuple(height + turnout for height in shape.turnout_by_place),
        leader_by_place=tuple(height + leader for height in shape.leader_by_place),
        region_terms=times(shape.region_terms, factors[0]),
        district_turnout_terms=times(shape.district_turnout_terms, factors[1]),
        district_leader_terms=times(shape.district_leader_terms, factors[2]),
        turnout_terms=times(shape.turnout_terms, factors[3]),
        leader_terms=times(shape.leader_terms, factors[4]),
    )


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
        known = joint_shapes(self.country)
        if not known:
            there = ", ".join(countries())
            raise UnknownName(f"There is no shape of a contest in {self.country!r}; there are those of {there}.")
        name = sorted(known)[int(rng.integers(len(known)))]
        shape = varied(rng, known[name])
        results = counted(rng, joint_electorate(rng, stations, shape, shapes(self.country)[name]))
        return World(self.name, results, results)
