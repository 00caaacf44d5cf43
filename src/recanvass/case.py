"""A case: the official results and whatever else is known about the contest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from recanvass.division import Division
from recanvass.observation import Arrivals, Observers, Sampling
from recanvass.results import Contest, Results


@dataclass(frozen=True)
class Announced:
    """One figure given by the authority, for one territory.

    Parameters
    ----------
    column : str
        A canonical count or an option.
    count : int or None
    percent : str or None
        As printed, so that its decimals are known: ``"51.20"``.
    territory : str
        Empty for the whole contest, else an area's name.
    base : str
        What the percentage is taken of: ``valid``, ``ballots`` or ``registered``.
    source : str
        A citation of where it was announced.
    bulletin : str
        Which of several announcements, if there were more than one; in the order in which they
        stand in the case. ``10:00`` and the like mean a figure given at that hour of the day.
    coverage : str
        The percentage of the electors (or stations) that the figure covers, as printed; empty
        where it covers all.
    """

    column: str
    count: int | None = None
    percent: str | None = None
    territory: str = ""
    base: str = "valid"
    source: str = ""
    bulletin: str = ""
    coverage: str = ""


@dataclass(frozen=True)
class Case:
    """What an examination looks at.

    Parameters
    ----------
    contest : Contest
    results : Results or None
        The official table by station; None where none was published.
    announced : tuple of Announced
        Totals given by the authority.
    copies : Results or None
        Protocols copied by observers, by station.
    earlier : mapping of str to Results
        Earlier contests of the same territory, by name.
    photographs : Results or None
        Verified photographs of marked ballots, by station and option.
    declared : Results or None
        Voters who told a platform how they would vote, by station and option.
    sampling : Sampling
        How the stations of the copies were chosen.
    observers : Observers or None
        Which stations of the official results were assigned to observers.
    machine_counted : tuple of str
        Names of the stations, as in the official results, whose ballots were counted by a machine;
        empty: not known.
    copies_source : Results or None
        The table of copies as its publishers released it, if ``copies`` is worked over from it.
    verified : tuple of str
        What is known of every photograph: ``unique`` (of one ballot each), ``dated``, ``signed`` (by the
        commission that handed the ballot out).
    away : tuple of str
        Tables that the case names and that are not at hand here: ``copies``, ``photographs``, ...
    arrivals : Arrivals or None
        When the result of each station was processed, and when processing was interrupted.
    ballot_sequences : mapping of str to tuple of str
        The options of a station's ballots in the order in which they were read out or scanned, by the
        station's name; ``""`` for a ballot that could not be read.
    electronic : Results or None
        Votes cast electronically, by area; they are not among ``results``.
    division : Division or None
        How one place was divided among several stations; None: what is known of the country is used.
    """

    contest: Contest
    results: Results | None = None
    announced: tuple[Announced, ...] = ()
    copies: Results | None = None
    earlier: Mapping[str, Results] = field(default_factory=dict)
    photographs: Results | None = None
    declared: Results | None = None
    sampling: Sampling = field(default_factory=Sampling)
    observers: Observers | None = None
    machine_counted: tuple[str, ...] = ()
    copies_source: Results | None = None
    verified: tuple[str, ...] = ()
    away: tuple[str, ...] = ()
    arrivals: Arrivals | None = None
    ballot_sequences: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    electronic: Results | None = None
    division: Division | None = None

    @classmethod
    def of(cls, results: Results, **known: Any) -> Case:
        """The smallest case: a table of results."""
        totals = tuple(Announced(c, n) for c, n in results.contest.announced.items())
        return cls(results.contest, results, **({"announced": totals} | known))

    @property
    def digest(self) -> str:
        """SHA-256 of the table, or nothing where there is none."""
        return self.results.digest if self.results is not None else ""
