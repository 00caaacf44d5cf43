"""What a survey of repeated percentages found, as records of plain values for tables and sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import wording
from recanvass.kernels import repeat_vectors
from recanvass.kernels.repeat_windows import GRID, LARGEST_SIZE
from recanvass.repeats import (
    LN10,
    TURNOUT,
    VECTOR,
    Block,
    Survey,
    near_percentage,
    not_counted_at_least,
    others,
)

Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]
Record = dict[str, Any]
Test = tuple[Block, int]

#: A twin (two stations with one result) is listed at this p-value over all areas.
TWIN_LOG10 = -3.0


class Names:
    """Names of areas, options and stations; a station by its whole path where names repeat."""

    def __init__(self, found: Survey) -> None:
        self._found = found
        self._short = found.results.stations
        self._unique = len(set(self._short)) == len(self._short)

    def station(self, row: int) -> str:
        """The station of a row."""
        if self._unique:
            return self._short[row]
        above = [labels[row] for level, labels in self._found.results.places.items() if level != "station"]
        return " / ".join([*(name for name in above if name), self._short[row]])

    def option(self, option: int) -> str:
        """An option; turnout has no name."""
        return "" if option == TURNOUT else self._found.results.options[option]

    def area(self, block: Block, position: int) -> str:
        """The area of a test; the whole contest by its title."""
        name = self._found.levels[block.level].names[int(block.area[position])]
        return name or self._found.results.contest.title or wording.phrase("areas", "level", "contest")


def members_of(found: Survey, block: Block, position: int, rows: Counts) -> tuple[Mask, int | None]:
    """Which of a test's rows are in its cluster, and the percentage as t, None for a whole result."""
    if block.look == VECTOR:
        vectors = found.vectors[block.level]
        centre, box, _ = vectors.found[position, 1]
        if centre < 0:
            return np.zeros(len(rows), np.bool_), None
        valid = found.results.whole("valid")
        assert valid is not None
        votes = np.ascontiguousarray(found.results.votes[rows][:, list(found.vector_options)])
        place = int(np.flatnonzero(rows == centre)[0])
        return repeat_vectors.hits(votes, valid[rows], place, int(box)), None
    t = int(found.windows[block.level, block.look].at[position, 0])
    if t < 0:
        return np.zeros(len(rows), np.bool_), None
    return near_percentage(found.looks[block.look], rows, t)[1], t


def described(found: Survey, names: Names, block: Block, position: int) -> Record:
    """One test in plain values: where, what, how many stations against how many expected at most."""
    record: Record = {
        "level": found.levels[block.level].level,
        "area": names.area(block, position),
        "area_stations": int(found.levels[block.level].sizes[block.area[position]]),
    }
    if block.look == VECTOR:
        vectors = found.vectors[block.level]
        centre, box, hits = (int(v) for v in vectors.found[position, 1])
        return record | {
            "kind": "vector",
            "option": "",
            "base": "valid",
            "percentage": 0.0,
            "shares": shares(found, centre) if centre >= 0 else "",
            "on": hits + 1 if centre >= 0 else 0,
            "near": len(found.rows(block, position)),
            "box": box,
            "expected": float(vectors.log_p[position, 1, 0]),
        }
    look, windows = found.looks[block.look], found.windows[block.level, block.look]
    t, on, near, _ = (int(v) for v in windows.at[position])
    return record | {
        "kind": "percentage",
        "option": names.option(look.option),
        "base": look.base,
        "percentage": max(t, 0) / GRID,
        "shares": "",
        "on": on,
        "near": near,
        "expected": float(windows.log_p[position, 0]),
    }


def clusters(
    found: Survey, names: Names, listed: Sequence[Test], log10_level: float
) -> tuple[list[Record], list[Record]]:
    """The listed percentages, the strongest base of each, and their stations.

    ``log10_level`` is the level of the lower bounds of stations, all tests and bases together.
    """
    lines: list[Record] = []
    members: list[Record] = []
    seen = set()
    for block, position in listed:
        if block.look == VECTOR:
            continue
        look, windows = found.looks[block.look], found.windows[block.level, block.look]
        key = block.level, int(block.area[position]), look.option
        if key in seen:
            continue
        seen.add(key)
        rows = found.rows(block, position)
        t = int(windows.at[position, 0])
        rates, on = near_percentage(look, rows, t)
        log_level = log10_level * LN10 - math.log(max(1, int(windows.at[position, 3])))
        again = others(found, look, rows[on])
        about = described(found, names, block, position)
        lines.append(
            {key: about[key] for key in ("level", "area", "option", "base", "percentage", "on", "near", "expected")}
            | {
                "area_stations": about["area_stations"],
                "log10_p": float(windows.log_p[position, 1] / LN10),
                "area_log10_p": float(windows.log_p[position, 2] / LN10),
                "not_counted_at_least": not_counted_at_least(rates[rates > 0], int(on.sum()), log_level),
                "votes": int(look.whole[rows[on]].sum()),
                "others_log10_p": None if again is None else again[0],
                "others_tested": 0 if again is None else again[1],
            }
        )
        for row in rows[on]:
            members.append(
                {
                    "cluster": f"{about['area']}: {about['option'] or about['base']} {100 * about['percentage']:.1f}",
                    "station": names.station(int(row)),
                    "count": int(look.part[row]),
                    "whole": int(look.whole[row]),
                    "share": float(look.part[row] / look.whole[row]),
                }
            )
    return lines, members


def vectors(found: Survey, names: Names, listed: Sequence[Test]) -> tuple[list[Record], list[Record]]:
    """The listed whole results of three stations or more, and their stations."""
    lines: list[Record] = []
    members: list[Record] = []
    for block, position in listed:
        if block.look != VECTOR:
            continue
        rows = found.rows(block, position)
        on, _ = members_of(found, block, position, rows)
        about = described(found, names, block, position)
        lines.append(
            _vector_line(about, "cluster")
            | {"area_log10_p": float(block.log10_p[position])}
            | {"stations": ", ".join(sorted(names.station(int(row)) for row in rows[on]))}
        )
        valid = found.results.whole("valid")
        assert valid is not None
        leader = found.vector_options[0]
        members += [
            {
                "cluster": f"{about['area']}: {about['shares']}",
                "station": names.station(int(row)),
                "count": int(found.results.votes[row, leader]),
                "whole": int(valid[row]),
                "share": float(found.results.votes[row, leader] / valid[row]),
            }
            for row in rows[on]
        ]
    return lines, members


def _vector_line(about: Record, kind: str) -> Record:
    keys = ("level", "area", "area_stations", "shares", "on", "expected")
    return {"kind": kind} | {key: about[key] for key in keys}


def twins(found: Survey, names: Names) -> list[Record]:
    """Pairs of stations with one result that chance does not explain: look for an entry error."""
    lines = []
    valid = found.results.whole("valid")
    tested = sum(len(v.area) for v in found.vectors)
    for level, here in enumerate(found.vectors):
        for position in np.flatnonzero(here.found[:, 0, 0] >= 0):
            log10_p = float(here.log_p[position, 0, 1] / LN10)
            if log10_p + math.log10(tested) > TWIN_LOG10 or valid is None:
                continue
            block = next(b for b in found.blocks if b.look == VECTOR and b.level == level)
            rows = found.rows(block, int(position))
            centre, box, _ = (int(v) for v in here.found[position, 0])
            votes = np.ascontiguousarray(found.results.votes[rows][:, list(found.vector_options)])
            on = repeat_vectors.hits(votes, valid[rows], int(np.flatnonzero(rows == centre)[0]), box)
            lines.append(
                {
                    "kind": "twin",
                    "level": found.levels[level].level,
                    "area": names.area(block, int(position)),
                    "area_stations": int(found.levels[level].sizes[here.area[position]]),
                    "shares": shares(found, centre),
                    "on": int(on.sum()),
                    "expected": float(here.log_p[position, 0, 0]),
                    "area_log10_p": log10_p,
                    "stations": ", ".join(sorted(names.station(int(row)) for row in rows[on])),
                }
            )
    return lines


def shares(found: Survey, row: int) -> str:
    """A station's result as percentages of the valid votes, the largest option first."""
    valid = found.results.whole("valid")
    assert valid is not None
    parts = [100 * int(found.results.votes[row, j]) / max(1, int(valid[row])) for j in found.vector_options]
    return " / ".join(f"{part:.1f}" for part in parts)


def duplicates(found: Survey, names: Names) -> list[Record]:
    """Groups of equal records of one area that chance does not explain."""
    valid, registered = found.results.whole("valid"), found.results.whole("registered")
    lines = []
    for rows, log_bound in found.duplicates:
        assert valid is not None
        same = None if registered is None else bool((registered[rows] == registered[rows[0]]).all())
        areas = found.levels[0]
        lines.append(
            {
                "area": areas.names[int(areas.codes[rows[0]])],
                "stations": ", ".join(sorted(names.station(int(row)) for row in rows)),
                "copies": len(rows),
                "valid": int(valid[rows[0]]),
                "shares": shares(found, int(rows[0])),
                "same_register": same,
                "log10_p": log_bound / LN10,
            }
        )
    return sorted(lines, key=lambda line: (line["area"], line["stations"]))


def distinct_rows(found: Survey, listed: Sequence[Test]) -> Counts:
    """The rows that any listed cluster names, once each."""
    rows = [np.empty(0, np.int64)]
    for block, position in listed:
        here = found.rows(block, position)
        rows.append(here[members_of(found, block, position, here)[0]])
    return np.unique(np.concatenate(rows))


def left_out(found: Survey) -> list[Record]:
    """How many stations the looks did not use, and why: by look."""
    lines = []
    for look in found.looks:
        absent = ~found.results.known(look.base)
        if look.option != TURNOUT:
            absent = absent | ~found.results.stood(look.option)
        reasons = {
            "absent": absent,
            "repeated": ~found.kept,
            "nobody": look.whole == 0,
            "too_large": look.whole > LARGEST_SIZE,
            "impossible": (look.part < 0) | (look.part > look.whole),
        }
        rest = ~look.there
        for reason, mask in reasons.items():
            number = int((rest & mask).sum())
            rest = rest & ~mask
            if number:
                option = "" if look.option == TURNOUT else found.results.options[look.option]
                lines.append({"option": option, "base": look.base, "reason": reason, "stations": number})
    return lines
