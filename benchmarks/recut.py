"""Honest things that happen to a table before somebody examines it: parts of a contest, and other shapes of it.

A *part* is what somebody has who asks for one region, one town or one page of a list. A *shape* is what a publisher makes
of the same counts. None of them changes how the ballots were counted.
"""

from __future__ import annotations

import re
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recanvass.reading.read import read
from recanvass.results import Labels, Results

Rows = NDArray[np.int64]

#: The least number of stations of a part that is examined as a contest of its own.
LEAST = 30

#: Where a level between region and municipality stands only in the names of the stations: country → pattern.
PROVINCES: Mapping[str, str] = {"Spain": r"\d\d-(\d\d)-"}

#: How many consecutive rows a page of a list has.
PAGE = 200


def parts(results: Results, level: str) -> dict[str, Rows]:
    """The parts of a contest that have enough stations, by name; all its rows as ``whole``."""
    if level == "whole":
        return {"whole": np.arange(len(results))}
    if level == "province":
        return _provinces(results)
    if level == "page":
        starts = range(0, len(results) - LEAST + 1, PAGE)
        cut = {
            f"rows {s + 1} to {min(s + PAGE, len(results))}": np.arange(s, min(s + PAGE, len(results))) for s in starts
        }
        return cut if len(cut) > 1 else {}
    if level not in results.places:
        return {}
    areas = results.areas(level)
    kept = {name: rows for name, rows in areas if len(rows) >= LEAST}
    return kept if len(areas) > 1 else {}


def _provinces(results: Results) -> dict[str, Rows]:
    pattern = PROVINCES.get(results.contest.country)
    if pattern is None:
        return {}
    found = [re.match(pattern, name) for name in results.places["station"].values()]
    names = np.array([m.group(1) if m else "" for m in found], dtype=object)
    return {name: rows for name in sorted({*names} - {""}) if len(rows := np.flatnonzero(names == name)) >= LEAST}


def sampled(names: Mapping[str, Rows], contest: str, most: int) -> list[str]:
    """So many names in an order drawn by their hash: a larger sample holds the smaller one."""
    return sorted(names, key=lambda name: (zlib.crc32(f"{contest}|{name}".encode()), name))[:most]


def _kept_at_random(share: float) -> Callable[[Results, np.random.Generator], Results | None]:
    def shape(results: Results, rng: np.random.Generator) -> Results | None:
        rows = np.flatnonzero(rng.random(len(results)) < share)
        return results.take(rows) if len(rows) >= LEAST else None

    return shape


def _without(*names: str) -> Callable[[Results, np.random.Generator], Results | None]:
    def shape(results: Results, rng: np.random.Generator) -> Results | None:
        if not {*names} & {*results.counts}:
            return None
        counts = {name: values for name, values in results.counts.items() if name not in names}
        return replace(results, counts=counts, absent={n: g for n, g in results.absent.items() if n not in names})

    return shape


def _largest(results: Results) -> list[int]:
    return sorted(range(len(results.options)), key=lambda j: (-results.totals[results.options[j]], j))


def _options(results: Results, chosen: list[int]) -> Results:
    """The same table with these options, in this order."""
    gaps = results.absent.get("votes")
    absent = {name: mask for name, mask in results.absent.items() if name != "votes"}
    if gaps is not None and gaps[:, chosen].any():
        absent["votes"] = gaps[:, chosen]
    named = tuple(results.options[j] for j in chosen)
    return replace(results, options=named, votes=results.votes[:, chosen], absent=absent)


def two_largest(results: Results, rng: np.random.Generator) -> Results | None:
    """Only the two largest options are published; valid ballots are those of all."""
    return _options(results, _largest(results)[:2]) if len(results.options) > 2 else None


def others_together(results: Results, rng: np.random.Generator) -> Results | None:
    """The three largest options, and all others as one."""
    if len(results.options) < 5:
        return None
    order = _largest(results)
    made = _options(results, order[:3])
    rest = results.votes[:, order[3:]].sum(axis=1)
    gaps = results.absent.get("votes", np.zeros(results.votes.shape, bool))
    every = np.column_stack([gaps[:, order[:3]], gaps[:, order[3:]].all(axis=1)])
    absent = {name: mask for name, mask in made.absent.items() if name != "votes"}
    absent |= {"votes": every} if every.any() else {}
    return replace(
        made, options=(*made.options, "Others together"), votes=np.column_stack([made.votes, rest]), absent=absent
    )


def other_order(results: Results, rng: np.random.Generator) -> Results | None:
    """The options in another order."""
    return _options(results, [int(j) for j in rng.permutation(len(results.options))])


def invalid_among_options(results: Results, rng: np.random.Generator) -> Results | None:
    """Invalid and blank ballots stand in a column beside the options; nothing says how many were valid."""
    if "invalid" not in results.counts:
        return None
    gaps = results.absent.get("votes", np.zeros(results.votes.shape, bool))
    missing = results.absent.get("invalid", np.zeros(len(results), bool))
    every = np.column_stack([gaps, missing])
    absent = {n: mask for n, mask in results.absent.items() if n not in ("votes", "valid", "invalid")}
    absent |= {"votes": every} if every.any() else {}
    counts = {name: values for name, values in results.counts.items() if name not in ("valid", "invalid")}
    votes = np.column_stack([results.votes, results.counts["invalid"]])
    return replace(results, options=(*results.options, "Invalid or blank"), votes=votes, counts=counts, absent=absent)


def no_areas(results: Results, rng: np.random.Generator) -> Results | None:
    """The columns that say where a station lies are not published."""
    places = {level: labels for level, labels in results.places.items() if level == "station"}
    return replace(results, places=places) if len(places) < len(results.places) else None


def _sorted_by(key: Callable[[Results], NDArray[np.float64]]) -> Callable[..., Results | None]:
    def shape(results: Results, rng: np.random.Generator) -> Results | None:
        return _reordered(results, np.argsort(key(results), kind="stable"))

    return shape


def _reordered(results: Results, order: Rows) -> Results:
    return replace(results.take(order), rows=np.arange(1, len(results) + 1))


def _size(results: Results) -> NDArray[np.float64]:
    size = results.whole("registered")
    size = results.votes.sum(axis=1) if size is None else size
    return -np.asarray(size, dtype=np.float64)


def _share(results: Results) -> NDArray[np.float64]:
    total = np.maximum(results.votes.sum(axis=1), 1)
    return -np.asarray(results.votes[:, results.leader] / total)


def by_name(results: Results, rng: np.random.Generator) -> Results | None:
    """Rows in the alphabetical order of the stations' names."""
    return _reordered(results, np.argsort(np.array(results.stations, dtype=object), kind="stable"))


def shuffled(results: Results, rng: np.random.Generator) -> Results | None:
    """Rows in no order."""
    return _reordered(results, rng.permutation(len(results)))


def in_pairs(results: Results, rng: np.random.Generator) -> Results | None:
    """Two stations that follow each other in the same area are published as one."""
    level = [name for name in results.places if name != "station"][-1:] or ["contest"]
    codes = results.areas(level[0]).codes
    group, last, open_group = np.empty(len(results), np.int64), -1, {}
    for row, code in enumerate(codes.tolist()):
        waiting = open_group.pop(code, None)
        if waiting is None:
            last += 1
            open_group[code] = waiting = last
        group[row] = waiting
    return _added(results, group, results.places)


def by_municipality(results: Results, rng: np.random.Generator) -> Results | None:
    """One row a municipality, as if it were a station."""
    if "district" not in results.places:
        return None
    areas = results.areas("district")
    placed = results.take(np.flatnonzero(areas.codes >= 0))
    codes = areas.codes[areas.codes >= 0]
    places = {"station": placed.places["district"]} | {
        level: labels for level, labels in placed.places.items() if level == "region"
    }
    return _added(placed, codes, places)


def _added(results: Results, group: Rows, places: Mapping[str, Labels]) -> Results | None:
    """Stations of one group as one row; a figure is absent only where no station of the group has it."""
    number, first, group = np.unique(group, return_index=True, return_inverse=True)
    if len(number) < LEAST:
        return None
    order = np.argsort(first, kind="stable")
    group, first = np.argsort(order, kind="stable")[group], first[order]

    def summed(values: NDArray[np.int64]) -> NDArray[np.int64]:
        made = np.zeros((len(first), *values.shape[1:]), np.int64)
        np.add.at(made, group, values)
        return made

    absent = {}
    for name, gaps in results.absent.items():
        known = summed((~gaps).astype(np.int64)) > 0
        absent |= {name: ~known} if not known.all() else {}
    return replace(
        results,
        votes=summed(results.votes),
        counts={name: summed(values) for name, values in results.counts.items()},
        absent=absent,
        places={level: labels.take(first) for level, labels in places.items()},
        rows=np.arange(1, len(first) + 1),
    )


def as_file(results: Results, rng: np.random.Generator) -> Results | None:
    """Written as a file of comma-separated values, and read again as a stranger's file is."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.csv"
        results.to_frame().write_csv(path)
        return replace(read(path), contest=results.contest)


def stacked(first: Results, second: Results) -> Results:
    """Two contests of the same places in one table, one below the other; options that did not stand are absent."""
    options = tuple(dict.fromkeys([*first.options, *second.options]))
    tables = (first, second)
    votes = np.zeros((len(first) + len(second), len(options)), np.int64)
    gaps = np.ones(votes.shape, bool)
    counts, absent, start = {}, {}, 0
    for table in tables:
        rows = slice(start, start + len(table))
        for j, option in enumerate(table.options):
            votes[rows, options.index(option)] = table.votes[:, j]
            gaps[rows, options.index(option)] = ~table.stood(j)
        start += len(table)
    absent["votes"] = gaps
    for name in dict.fromkeys([*first.counts, *second.counts]):
        counts[name] = np.concatenate([t.counts.get(name, np.zeros(len(t), np.int64)) for t in tables])
        missing = np.concatenate([t.absent.get(name, np.full(len(t), name not in t.counts)) for t in tables])
        absent |= {name: missing} if missing.any() else {}
    levels = [level for level in first.places if level in second.places]
    places = {lv: Labels.of([*first.places[lv].values(), *second.places[lv].values()]) for lv in levels}
    return Results(options, votes, counts, absent, places, contest=first.contest)


#: What publishers do to a whole table: a name, and what makes it.
SHAPES: Mapping[str, Callable[[Results, np.random.Generator], Results | None]] = {
    "half of the stations": _kept_at_random(0.5),
    "a tenth of the stations": _kept_at_random(0.1),
    "a tenth of the stations missing": _kept_at_random(0.9),
    "no register": _without("registered"),
    "valid and invalid not told apart": _without("valid", "invalid"),
    "invalid among the options": invalid_among_options,
    "two largest options": two_largest,
    "three largest and others": others_together,
    "options in another order": other_order,
    "no areas": no_areas,
    "sorted by size": _sorted_by(_size),
    "sorted by the leader's share": _sorted_by(_share),
    "sorted by name": by_name,
    "rows in no order": shuffled,
    "merged in pairs": in_pairs,
    "by municipality": by_municipality,
    "written and read again": as_file,
}
