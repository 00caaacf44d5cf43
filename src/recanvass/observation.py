"""How the stations of which copies exist were chosen, who watched which, and when each was processed.

What may be said of a set of copies hangs on this and on nothing else: a random sample gives an
estimate with a margin, whatever its size; any other set gives bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

#: ``random``: every station had a known chance; ``convenience``: whatever could be had;
#: ``unknown``: nobody has said, which is treated as convenience.
Design = Literal["random", "convenience", "unknown"]


@dataclass(frozen=True)
class Sampling:
    """How the stations of the copies were chosen.

    Parameters
    ----------
    design : Design
    level : str
        The level of place that holds the strata (``region``, ...), or ``""`` for no strata.
    frame : mapping of str to int
        Stations there are in each stratum, sampled or not; the key is ``""`` without strata.
    drawn : mapping of str to int
        Stations drawn in each stratum, those that never reported included. Empty: all reported.
    """

    design: Design = "unknown"
    level: str = ""
    frame: Mapping[str, int] = field(default_factory=dict)
    drawn: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Observers:
    """Which stations of the official results were to be watched.

    Parameters
    ----------
    design : Design
        ``random`` only if the stations were drawn by lot.
    stations : tuple of str
        Names of the stations assigned, as in the official results, whether or not the observer
        stayed until the end.
    level : str
        The level of place inside which the lot was drawn, or ``""`` for the whole contest.
    kept : tuple of str
        Of these, the stations where the procedure was carried out in full; empty: not known.
    """

    design: Design = "unknown"
    stations: tuple[str, ...] = ()
    level: str = ""
    kept: tuple[str, ...] = ()


@dataclass(frozen=True)
class Arrivals:
    """When the result of each station was processed, as a time or as a rank.

    Parameters
    ----------
    when : mapping of str to float
        The station's name, as in the official results, to its time (minutes) or its rank; stations
        processed together share a value. A station that is not named has no known time.
    interruptions : tuple of float
        In the same unit: what was processed later than this came after the interruption. Empty:
        none is known, and all moments are looked at.
    unit : str
        ``minutes`` or ``order``.
    """

    when: Mapping[str, float] = field(default_factory=dict)
    interruptions: tuple[float, ...] = ()
    unit: Literal["minutes", "order"] = "order"


__all__ = ["Arrivals", "Design", "Observers", "Sampling"]
