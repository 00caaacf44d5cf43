"""Which level of place a method looks at: one rule for all, stated with each finding.

The level is the finest (the station itself apart) at which areas of at least ``least`` stations
hold at least half of all stations; where no level does, the one at which they hold the most, and
the finer of two equal ones. A contest without places is one area. Where a person chose a level for
the whole examination (`Contest.areas`) and the results have it, it is taken instead, and said.
"""

from __future__ import annotations

from recanvass import wording
from recanvass.results import Areas, Results

#: Fewer stations than this are too few for a statement about an area.
LEAST = 10


def levels(results: Results) -> tuple[str, ...]:
    """The levels that part the stations into two areas or more, coarse to fine, never the station."""
    return tuple(
        level
        for level in results.places
        if level != "station" and len({*results.places[level].codes.tolist()} - {-1}) > 1
    )


def held(areas: Areas, least: int = LEAST) -> int:
    """How many stations lie in areas of at least ``least`` stations."""
    return int(areas.sizes[areas.sizes >= least].sum())


def chosen(results: Results, least: int = LEAST, language: str = "en") -> Areas:
    """The areas that a method looks at, by the rule above; the rule stands in ``rule``."""
    best, most, given = results.areas("contest"), 0, results.contest.areas
    if given in results.places:
        best = results.areas(given)
    for level in reversed(levels(results)) if given not in results.places else ():
        areas = results.areas(level)
        count = held(areas, least)
        if 2 * count >= len(results):
            best = areas
            break
        if count > most:
            best, most = areas, count
    level = wording.phrase("areas", "level", best.level, language=language)
    facts = {"level": level, "least": least, "held": held(best, least), "stations": len(results)}
    key = "given" if given in results.places else "contest" if best.level == "contest" else "finest"
    return Areas(
        best.level, best.names, best.codes, wording.phrase("areas", "rule", key, facts=facts, language=language)
    )
