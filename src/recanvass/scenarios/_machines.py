"""Which stations of a clean contest count by machine: officials place them in towns and at large stations.

Machines are not placed by lot: the odds of one rise with the size of the station and of its district, and where the
leader is honestly weaker than elsewhere in the district, so that the others differ with nothing done to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass.results import Counts, Results
from recanvass.same_stations import same_stations
from recanvass.scenario import Scenario
from recanvass.scenarios._country import level, logistic
from recanvass.scenarios._earlier import EARLIER, pair

Floats = NDArray[np.float64]


def listed(
    before: Results, then: Results, rng: np.random.Generator, machines: float, placing: float, leaning: float
) -> tuple[str, ...]:
    """The names of the stations with a machine, in the order of the table.

    What kind of place a station is, is taken from both contests alike, so that the luck of neither decides.

    Parameters
    ----------
    before, then : Results
        The contest with nothing done, and the one before it.
    machines : float
        The share of the stations that gets a machine.
    placing : float
        How much the odds of a machine rise with the size of the station, and (half as much) of its district, for one
        standard deviation of the logarithm; at 0 machines are placed without regard to size or district.
    leaning : float
        How much the odds of a machine honestly rise where the leader is weaker than in the rest of the district, for
        one standard deviation: town and village of one district differ in more than their size.
    """
    share, leader = _share(before, before.leader), before.leader
    now, old = same_stations(before, then)
    share[now] = (share[now] + _share(then, leader)[old]) / 2
    names = before.stations
    return tuple(names[i] for i in _placed(before, rng, share, machines, placing, leaning))


def _share(results: Results, option: int) -> Floats:
    return np.asarray(results.votes[:, option] / np.maximum(results.votes.sum(axis=1), 1))


def _placed(
    results: Results, rng: np.random.Generator, share: Floats, machines: float, placing: float, leaning: float
) -> Counts:
    count = len(results)
    size = np.maximum(np.maximum(results.counts["registered"], results.counts["ballots"]), 1).astype(np.float64)
    district = results.areas("district").codes if "district" in results.places else np.zeros(count, np.int64)
    whole = np.bincount(district, size)[district] if count else size
    logits = placing * (_standard(np.log(size)) + 0.5 * _standard(np.log(whole)))
    usual = np.bincount(district, share) / np.maximum(np.bincount(district), 1) if count else share
    logits -= leaning * _standard(share - usual[district])
    if placing > 0:
        logits += rng.normal(0, 0.5, int(district.max(initial=0)) + 1)[district]
    if not 0 < machines < 1 or not count:
        return np.arange(count if machines >= 1 else 0)
    return np.flatnonzero(rng.random(count) < logistic(logits + level(logits, np.ones(count), machines)))


def _standard(values: Floats) -> Floats:
    spread = float(values.std()) if values.size else 0.0
    return np.asarray((values - values.mean()) / spread if spread > 0 else np.zeros_like(values))


@dataclass(frozen=True)
class WithMachines(Scenario):
    """An honest contest with its list of machines, and the contest before.

    Parameters
    ----------
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

    machines: float = 0.2
    placing: float = 1.0
    leaning: float = 0.2
    earlier: bool = True
    swing: float = 1.0
    clean: str = "clean_mixture"

    def honest(self, rng: np.random.Generator, stations: int) -> tuple[Results, dict[str, Any]]:
        """The contest with nothing done, and what is known beside its table."""
        before, then = pair(self.clean, rng, stations, self.swing)
        machines = listed(before, then, rng, self.machines, self.placing, self.leaning)
        known: dict[str, Any] = {"machine_counted": machines} if machines else {}
        return before, known | ({"earlier": {EARLIER: then}} if self.earlier else {})
