"""How much town and country differ in elections that nobody disputes.

A set of copies is usually more urban than the country. These odds ratios say how far that alone
moves a result: the odds of an option's share in one kind of place over its odds in the other,
added up over whole contests from their official results by station.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Contrast:
    """One option in two kinds of place of one contest."""

    contest: str
    option: str
    places: str
    ratio: float


#: Computed from the official results by station of each contest; shares are of the valid votes
#: (Mexico: of all votes).
KNOWN: tuple[Contrast, ...] = (
    Contrast("Mexico 2012, president", "PRI-PVEM", "rural against urban sections", 1.48),
    Contrast("Denmark 2022, parliament", "Venstre", "the country against Greater Copenhagen", 1.68),
    Contrast("Ukraine 2019, president, round 1", "Poroshenko", "Kyiv against the country", 1.94),
    Contrast("Poland 2020, president, round 1", "Duda", "villages against towns", 2.13),
    Contrast("Georgia 2012, parliament", "UNM", "the country against Tbilisi", 2.27),
)

__all__ = ["KNOWN", "Contrast"]
