"""Repeated percentages in a table of results: which looks are taken, what they found, and where.

The law and the kernels stand in ``kernels/repeat_windows.py``, ``kernels/repeat_vectors.py`` and
``kernels/duplicate_records.py``; the question is that of ``methods/repeated_percentages.py``.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recanvass import areas as places
from recanvass import false_discovery, plantings
from recanvass.kernels.duplicate_records import duplicate_records
from recanvass.kernels.poisson_binomial_tail import log_tail
from recanvass.kernels.repeat_search import Scan, Vectors, Windows, scan_windows, search_vectors
from recanvass.kernels.repeat_vectors import BOXES, LARGEST_VECTOR, LEAST_VECTOR, hit_bound
from recanvass.kernels.repeat_windows import FIRST, GRID, LARGEST_SIZE, LEAST_NEAR, near, scan
from recanvass.results import Areas, Results, exact_sum

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: An area with fewer stations is not tested.
LEAST_STATIONS = 5

#: In whole vectors, options with so small a share of the contest are left out, and all past so many.
VECTOR_SHARE = 0.005
VECTOR_OPTIONS = 12

#: Expected number of pairs of equal records that may be listed by chance.
DUPLICATE_LEVEL = 1e-3

TURNOUT = -1
VECTOR = -2
LN10 = math.log(10.0)


class Look(NamedTuple):
    """One count as a percentage of one base; ``option`` is an index or `TURNOUT`."""

    option: int
    base: str
    whole: Counts
    part: Counts
    there: Mask


class Block(NamedTuple):
    """The tests of one look at one level: an area each; ``look`` is an index or `VECTOR`."""

    level: int
    look: int
    area: Counts
    log10_p: Floats


@dataclass(frozen=True)
class Survey:
    """Everything that was looked at in one table, in an order that does not depend on its rows.

    Parameters
    ----------
    results : Results
        The rows in canonical order.
    kept : (n,) bool
        False for all but one of equal records.
    windows : mapping of (level, look) to Windows
    vectors : list of Vectors, one a level
    """

    results: Results
    levels: tuple[Areas, ...]
    looks: tuple[Look, ...]
    vector_options: tuple[int, ...]
    kept: Mask
    duplicates: tuple[tuple[Counts, float], ...]
    windows: dict[tuple[int, int], Windows]
    vectors: tuple[Vectors, ...]
    blocks: tuple[Block, ...]

    @property
    def log10_p(self) -> Floats:
        """Of all tests, block after block."""
        return np.concatenate([np.zeros(0), *(b.log10_p for b in self.blocks)])

    @property
    def tests(self) -> int:
        """How many tests were made."""
        return sum(len(b.area) for b in self.blocks)

    def locate(self, test: int) -> tuple[Block, int]:
        """The block of a test and its position there."""
        for block in self.blocks:
            if test < len(block.area):
                return block, test
            test -= len(block.area)
        raise IndexError(test)

    def strongest(self) -> int | None:
        """The test with the smallest p-value; of equal ones the first."""
        return int(np.argmin(self.log10_p)) if self.tests else None

    def listed(self, rate: float) -> list[int]:
        """The tests listed at this false-discovery rate, the smallest p-value first."""
        log10_p = self.log10_p
        chosen = np.flatnonzero(false_discovery.listed(log10_p, rate) & (log10_p < 0))
        return [int(k) for k in chosen[np.argsort(log10_p[chosen], kind="stable")]]

    def rows(self, block: Block, position: int) -> Counts:
        """The rows that a test looked at."""
        rows = self.levels[block.level].rows(int(block.area[position]))
        if block.look == VECTOR:
            return rows[self._vector_rows()[rows]]
        look = self.looks[block.look]
        inside = (look.part[rows] > 0) & (look.part[rows] < look.whole[rows])
        return rows[look.there[rows] & inside]

    def _vector_rows(self) -> Mask:
        return vector_rows(self.results, self.kept)


def canonical_order(results: Results) -> Counts:
    """An order of the rows that depends on what they hold alone."""
    columns = [*results.votes.T, *results.counts.values()]
    columns += [results.places[level].codes for level in results.places]
    return np.lexsort(columns).astype(np.int64) if columns else np.arange(len(results))


def levels(results: Results, prefix: int | None) -> tuple[Areas, ...]:
    """The finest areas, then the regions; with ``prefix`` the finest are heads of station names."""
    finest = places.chosen(results, LEAST_STATIONS) if prefix is None else _by_prefix(results, prefix)
    coarse = [results.areas("region")] if "region" in places.levels(results) else []
    return (finest, *(areas for areas in coarse if areas.level != finest.level))


def _by_prefix(results: Results, prefix: int) -> Areas:
    stations = results.places["station"]
    heads = np.array([name[:prefix] for name in stations.names] + [""], dtype=object)[stations.codes]
    if "region" in results.places:
        heads = np.array(
            [f"{r} / {h}" if r and h else h for r, h in zip(results.places["region"].values(), heads, strict=True)],
            dtype=object,
        )
    names = sorted({*heads.tolist()} - {""})
    code = {name: k for k, name in enumerate(names)} | {"": -1}
    return Areas("station_prefix", tuple(names), np.array([code[h] for h in heads], dtype=np.int64))


def ranked(results: Results, least: float) -> tuple[int, ...]:
    """The options with at least this part of the valid votes, the largest first."""
    valid = results.whole("valid")
    total = exact_sum(valid) if valid is not None else 0
    votes = [results.totals[option] for option in results.options]
    chosen = [j for j, v in enumerate(votes) if v > 0 and v >= least * total]
    return tuple(sorted(chosen, key=lambda j: (-votes[j], results.votes[:, j].tobytes())))


def looks(results: Results, kept: Mask, bases: Sequence[str], least: float) -> tuple[Look, ...]:
    """Every large option in every base that the results give, then turnout."""
    found: list[Look] = []
    seen: list[Counts] = []
    for base in bases:
        whole = results.whole(base)
        if whole is None or any(np.array_equal(whole, other) for other in seen):
            continue
        seen.append(whole)
        for j in ranked(results, least):
            count = results.votes[:, j]
            there = kept & results.known(base) & results.stood(j) & _possible(count, whole)
            found.append(Look(j, base, whole, count, there))
    registered, ballots = results.whole("registered"), results.whole("ballots")
    if registered is not None and ballots is not None:
        there = kept & results.known("registered", "ballots") & _possible(ballots, registered)
        found.append(Look(TURNOUT, "registered", registered, ballots, there))
    return tuple(found)


def _possible(count: Counts, whole: Counts) -> Mask:
    return np.asarray((count >= 0) & (count <= whole) & (whole >= 1) & (whole <= LARGEST_SIZE))


def vector_rows(results: Results, kept: Mask) -> Mask:
    """The stations whose vectors can be compared: nothing impossible, 100 valid votes or more."""
    valid = results.whole("valid")
    if valid is None:
        return np.zeros(len(results), np.bool_)
    size = (valid >= LEAST_VECTOR) & (valid <= LARGEST_VECTOR) & results.known("valid", "votes")
    possible = (results.votes >= 0).all(axis=1) & (results.votes.sum(axis=1, dtype=np.float64) <= valid)
    return np.asarray(kept & size & possible)


def survey(results: Results, bases: Sequence[str], least_share: float, prefix: int | None) -> Survey:
    """Duplicates first, then every window and every vector at every level."""
    results = results.take(canonical_order(results))
    everywhere = levels(results, prefix)
    duplicates, kept = _duplicates(results, everywhere[0])
    chosen = looks(results, kept, bases, least_share)
    keys = [(level, look) for level in range(len(everywhere)) for look in range(len(chosen))]
    scans = [Scan(everywhere[a].codes, chosen[b].whole, chosen[b].part, chosen[b].there) for a, b in keys]
    windows = dict(zip(keys, scan_windows(scans, LEAST_STATIONS), strict=True))
    options = ranked(results, VECTOR_SHARE)[:VECTOR_OPTIONS]
    vectors: list[Vectors] = []
    if options:
        valid = results.whole("valid")
        assert valid is not None
        codes = [areas.codes for areas in everywhere]
        vectors = search_vectors(
            codes, results.votes[:, list(options)], valid, vector_rows(results, kept), LEAST_STATIONS
        )
    blocks = [Block(a, b, w.area, w.log_p[:, 2] / LN10) for (a, b), w in windows.items()]
    blocks += [Block(a, VECTOR, v.area, v.log_p[:, 1, 1] / LN10) for a, v in enumerate(vectors)]
    return Survey(results, everywhere, chosen, options, kept, duplicates, windows, tuple(vectors), tuple(blocks))


def _duplicates(results: Results, finest: Areas) -> tuple[tuple[tuple[Counts, float], ...], Mask]:
    """Groups of equal records, and which rows to keep; rows are in canonical order."""
    kept = np.ones(len(results), bool)
    valid = results.whole("valid")
    if not len(results) or valid is None:
        return (), kept
    keys = np.column_stack([*(p.codes for p in results.places.values()), *results.counts.values(), results.votes])
    if "station" in results.places:
        kept[1:] = (keys[1:] != keys[:-1]).any(axis=1) | (results.places["station"].codes[1:] < 0)
    comparable = np.where(vector_rows(results, np.ones(len(results), bool)), finest.codes, -1)
    groups, _ = duplicate_records(comparable, results.votes, valid, LEAST_VECTOR, DUPLICATE_LEVEL)
    for rows, _ in groups:
        kept[rows[1:]] = False
    return tuple(groups), kept


def not_counted_at_least(rates: Floats, on: int, log_level: float) -> int:
    """How many of the stations on a percentage cannot be there by chance, at this level."""
    honest = int(rates.sum())
    while honest < len(rates) and log_tail(rates, honest + 1) > log_level:
        honest += 1
    return max(0, on - honest)


def near_percentage(look: Look, rows: Counts, t: int) -> tuple[Floats, Mask]:
    """The worst-case rates of the stations near a percentage (0 elsewhere), and which are on it."""
    return near(look.whole[rows], look.whole[rows], look.part[rows], t)


def others(found: Survey, look: Look, rows: Counts) -> tuple[float, int] | None:
    """Whether the other counts of a cluster repeat too: log10 p by Fisher's sum, and how many counts.

    The stations were chosen by one count alone; each further option is binomial among the ballots
    that the earlier ones leave, turnout among the registered. None where nothing could be tested.
    """
    results = found.results
    total = 0.0
    tested = 0
    valid = results.whole("valid")
    base = look.whole[rows] if look.option != TURNOUT or valid is None else valid[rows]
    used = look.part[rows] if look.option != TURNOUT else np.zeros(len(rows), np.int64)
    for j in found.vector_options:
        if j != look.option:
            count = results.votes[rows, j]
            known = results.stood(j)[rows]
            step = _given(base, base - used, count, known)
            used = used + count
            if step is not None:
                total -= step
                tested += 1
    for other in found.looks:
        if other.option == TURNOUT != look.option:
            whole = other.whole[rows]
            step = _given(whole, whole, other.part[rows], other.there[rows])
            if step is not None:
                total -= step
                tested += 1
    if not tested:
        return None
    return log_fisher(total, tested) / LN10, tested


def log_fisher(total: float, tests: int) -> float:
    """Natural log of Fisher's combined p-value, from the sum of -log p; chi-squared with 2 x tests."""
    if total <= 0.0:
        return 0.0
    terms = [i * math.log(total) - math.lgamma(i + 1) for i in range(tests)]
    top = max(terms)
    return min(0.0, top + math.log(math.fsum(math.exp(v - top) for v in terms)) - total)


def _given(base: Counts, size: Counts, count: Counts, known: Mask) -> float | None:
    """Natural log of the p-value of a scan of these stations; None where no window can be tested."""
    ok = known & (count > 0) & (count < size) & (base >= 1) & (base <= LARGEST_SIZE)
    if int(ok.sum()) < LEAST_NEAR:
        return None
    at, log_p = np.empty((1, 4), np.int64), np.empty((1, 3))
    ends = np.array([0, int(ok.sum())])
    scan(size[ok], base[ok], count[ok], np.full(int(ok.sum()), -1), np.zeros((0, GRID // 2 + 1)), ends, at, log_p)
    return float(log_p[0, 2]) if at[0, 3] > 0 else None


def typical_power(found: Survey, level: float, rng: np.random.Generator) -> dict[str, float | int] | None:
    """The smallest cluster that would be seen in an area like that of the median station, found by planting it.

    Stations drawn by lot are set to the percentage that the option that leads *their area* (the contest's leader
    need not stand there) has at one of them, by lot too, so that as many honest ones lie about it as there are.
    ``level`` is the contest's p-value. None where nothing was tested, 0 where not even a whole area would be seen.
    """
    window = found.windows.get((0, 0))
    if window is None or not len(window.area) or not len(found.looks):
        return None
    areas = found.levels[0]
    rows_of = [areas.rows(int(area)) for area in window.area]
    size, close = plantings.typical(np.array([int(found.looks[0].there[rows].sum()) for rows in rows_of]))
    asked = [_leading(found, rows_of[k]) for k in close]
    limit = math.log(level) - math.log(max(1, found.tests))
    sizes = np.array([len(rows) for _, rows in asked])

    def seen(planted: int) -> int:
        whole, part = [], []
        for k, chosen in plantings.drawn(sizes, planted, rng):
            look, rows = asked[k]
            count = look.part[rows].copy()
            target = _percentage(look, int(rng.choice(rows)))
            count[chosen] = np.rint(look.whole[rows[chosen]] * (target / GRID)).astype(np.int64)
            whole.append(look.whole[rows])
            part.append(count)
        trial = np.repeat(np.arange(len(whole)), [len(one) for one in whole])
        everything = np.concatenate(whole), np.concatenate(part)
        (scanned,) = scan_windows([Scan(trial, *everything, np.ones(len(trial), bool))], LEAST_STATIONS)
        return int((scanned.log_p[:, 2] <= limit).sum())

    firsts = [first for look, rows in asked if (first := _least_cluster(look, rows, limit))]
    stations = plantings.fewest(min(firsts), int(sizes.min()), seen) if firsts else 0
    votes = round(stations * float(np.mean(np.concatenate([look.whole[rows] for look, rows in asked]))))
    return {"stations": stations, "area_stations": size, "votes": votes}


def _leading(found: Survey, rows: Counts) -> tuple[Look, Counts]:
    """The scanned option with most votes at these stations, and those at which it stands."""
    first = found.looks[0]
    looks = [look for look in found.looks if look.base == first.base and look.option != TURNOUT] or [first]
    votes = [int(look.part[rows[look.there[rows]]].sum()) for look in looks]
    look = looks[int(np.argmax(votes))]
    return look, rows[look.there[rows]]


def _percentage(look: Look, row: int) -> int:
    """A station's percentage, in thousandths, as far as it is scanned."""
    return min(GRID - FIRST, max(FIRST, round(GRID * int(look.part[row]) / int(look.whole[row]))))


def _least_cluster(look: Look, rows: Counts, limit: float) -> int:
    """How many stations on the middling percentage would do if all near it told as much as the median; 0 if none."""
    ranked_rows = np.argsort(look.part[rows] / look.whole[rows], kind="stable")
    t = _percentage(look, int(rows[ranked_rows[len(rows) // 2]]))
    set_to = np.rint(look.whole[rows] * (t / GRID)).astype(np.int64)
    rates, on = near(look.whole[rows], look.whole[rows], set_to, t)
    telling = rates[on]
    if not len(telling):
        return 0
    alone = float(np.median(telling))
    stay = float((near(look.whole[rows], look.whole[rows], look.part[rows], t)[0] > 0).mean())

    def enough(stations: int) -> int:
        close = stations + round(stay * (len(rows) - stations))
        return int(log_tail(np.full(close, alone), stations) <= limit)

    sizes = range(LEAST_NEAR, len(rows) + 1)
    least = bisect_left(sizes, 1, key=enough)
    return sizes[least] if least < len(sizes) else 0


def vector_power(found: Survey, log10_level: float) -> int:
    """The smallest number of stations with one vector that would be seen in the area of median size.

    Counted from the kernel's bound for a result like the area's first station, half a ballot wide;
    0 where no number would do.
    """
    if not found.vectors or not len(found.vectors[0].area):
        return 0
    areas, vectors = found.levels[0], found.vectors[0]
    sizes = areas.sizes[vectors.area]
    area = int(vectors.area[np.argsort(sizes, kind="stable")[(len(sizes) - 1) // 2]])
    rows = areas.rows(area)
    rows = rows[vector_rows(found.results, found.kept)[rows]]
    valid = found.results.whole("valid")
    assert valid is not None
    centre = rows[np.argsort(valid[rows], kind="stable")[len(rows) // 2]]
    votes = np.ascontiguousarray(found.results.votes[centre, list(found.vector_options)])
    rates = np.array([hit_bound(votes, valid[centre], valid[j], 0) for j in rows if j != centre])
    price = math.log(BOXES * len(rows) * max(1, found.tests))
    for hits in range(2, len(rates) + 1):
        if log_tail(rates, hits) + price <= log10_level * LN10:
            return hits + 1
    return 0
