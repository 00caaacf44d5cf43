"""Many scans at once: the kernels of repeated percentages over all areas, on all cores.

The rows of every scan are taken in the order given, area after area, and each area is worked on
whole by one thread, so that the number of workers changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from recanvass.kernels.repeat_vectors import repeated_vectors
from recanvass.kernels.repeat_windows import GRID, LARGEST_SIZE, scan

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Scan(NamedTuple):
    """One count, as a percentage of one base, at one level of areas.

    ``part`` of ``base``; ``areas`` is ``(n,)``, -1 where a station lies in none; ``there`` says which stations count
    towards the size of an area, whatever their count.
    """

    areas: Counts
    base: Counts
    part: Counts
    there: Mask


class Windows(NamedTuple):
    """What a scan found: arrays over the areas that were large enough.

    ``at`` and ``log_p`` are those of `repeat_windows.scan`; ``area`` the codes of the areas.
    """

    area: Counts
    at: Counts
    log_p: Floats


class Vectors(NamedTuple):
    """The most repeated vectors: arrays over the areas that were large enough.

    ``found`` and ``log_p`` are those of `repeat_vectors.repeated_vectors`, centres as rows of the input.
    """

    area: Counts
    found: Counts
    log_p: Floats


def grouped(areas: Counts, chosen: Mask, large: Counts) -> tuple[Counts, Counts]:
    """The chosen rows of the large areas, area after area, and where each area begins."""
    rows = np.flatnonzero(chosen & np.isin(areas, large))
    rows = rows[np.argsort(areas[rows], kind="stable")]
    starts = np.searchsorted(areas[rows], np.r_[large, np.iinfo(np.int64).max])
    return rows, np.asarray(starts, dtype=np.int64)


def large_areas(areas: Counts, there: Mask, least: int) -> Counts:
    """The codes of the areas with at least so many stations."""
    sizes = np.bincount(areas[there & (areas >= 0)])
    return np.flatnonzero(sizes >= max(1, least)).astype(np.int64)


def scan_windows(scans: Sequence[Scan], least: int, workers: int | None = None) -> list[Windows]:
    """`repeat_windows.scan` for each of these, over the areas of at least ``least`` stations."""
    there = [s.there & (s.base >= 1) & (s.base <= LARGEST_SIZE) for s in scans]
    known = np.zeros(LARGEST_SIZE + 1, np.bool_)
    for s, here in zip(scans, there, strict=True):
        known[s.base[here]] = True
    row_of = np.cumsum(known) - 1
    table = np.zeros((int(known.sum()), GRID // 2 + 1))
    found, jobs = [], []
    for s, here in zip(scans, there, strict=True):
        large = large_areas(s.areas, here, least)
        rows, starts = grouped(s.areas, here & (s.part > 0) & (s.part < s.base), large)
        base, count = s.base[rows], s.part[rows]
        windows = Windows(large, np.empty((len(large), 4), np.int64), np.empty((len(large), 3)))
        found.append(windows)
        for first, last in _parts(np.diff(starts)):

            def job(
                a: int = starts[first],
                b: int = starts[last],
                edges: Counts = starts[first : last + 1] - starts[first],
                base: Counts = base,
                count: Counts = count,
                at: Counts = windows.at[first:last],
                log_p: Floats = windows.log_p[first:last],
            ) -> None:
                scan(base[a:b], base[a:b], count[a:b], row_of[base[a:b]], table, edges, at, log_p)

            jobs.append(job)
    _run(jobs, workers)
    return found


def search_vectors(
    levels: Sequence[Counts], votes: Counts, valid: Counts, there: Mask, least: int, workers: int | None = None
) -> list[Vectors]:
    """`repeat_vectors.repeated_vectors` at each level, over the areas of at least ``least`` stations."""
    found, order, jobs = [], [], []
    for areas in levels:
        large = large_areas(areas, there, least)
        rows, starts = grouped(areas, there, large)
        here = np.ascontiguousarray(votes[rows]), valid[rows]
        vectors = Vectors(large, np.empty((len(large), 2, 3), np.int64), np.empty((len(large), 2, 2)))
        found.append(vectors)
        order.append((rows, starts))
        for first, last in _parts(np.diff(starts) ** 2):

            def job(
                a: int = starts[first],
                b: int = starts[last],
                edges: Counts = starts[first : last + 1] - starts[first],
                votes: Counts = here[0],
                valid: Counts = here[1],
                centres: Counts = vectors.found[first:last],
                log_p: Floats = vectors.log_p[first:last],
            ) -> None:
                area = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
                by_share = np.lexsort((votes[a:b, 0] / valid[a:b], area))
                by_size = np.lexsort((valid[a:b], area))
                repeated_vectors(votes[a:b], valid[a:b], edges, by_share, by_size, centres, log_p)
                some = centres[:, :, 0] >= 0
                centres[:, :, 0][some] += a

            jobs.append(job)
    _run(jobs, workers)
    for vectors, (rows, _) in zip(found, order, strict=True):
        some = vectors.found[:, :, 0] >= 0
        vectors.found[:, :, 0][some] = rows[vectors.found[:, :, 0][some]]
    return found


def _parts(weights: Counts, parts: int = 8) -> list[tuple[int, int]]:
    """Consecutive areas in parts of about equal weight."""
    if not len(weights):
        return []
    total = np.cumsum(weights.astype(np.float64))
    edges = np.searchsorted(total, total[-1] * np.arange(1, parts) / parts)
    bounds = np.unique(np.r_[0, edges, len(weights)])
    return list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))


def _run(jobs: Sequence[Callable[[], None]], workers: int | None) -> None:
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()
