"""The fewest stations with the same counts that would be seen in a contest, found by planting them into it.

A bound says how many would do if every count were the same (`least_run`, `least_cluster`). Whoever writes one
result for several stations may leave valid votes of no option (blank ones) as they were, and areas differ, so as
many are planted in areas like that of the median station, and more until enough plantings are seen. Where one
result in ten is no surprise twice over, no number is bound to be seen, and the promise is narrowed.
"""

from __future__ import annotations

from math import inf, log
from typing import Any

import numpy as np

from recanvass import plantings
from recanvass.kernels.near_rows import BOXES
from recanvass.kernels.poisson_binomial_tail import log_tail
from recanvass.protocol_copies import Table, centre_log_p, run, slip_rates
from recanvass.results import Counts, Mask

#: Of a larger area so many rows are planted in: the chances of slips add up to the same whatever its size.
LARGE = 2_000

#: So many rows with the same counts, or a whole area, are seen wherever any number is.
MANY = 100


def fewest_same(found: Table, slips: float, log_level: float, rng: np.random.Generator) -> dict[str, Any]:
    """Rows of one area with the same counts, in a row and anywhere, that are seen; empty where no number is.

    ``run`` and ``cluster`` rows, in an area of ``area_stations``, and the ``votes`` of so long a run at middling
    stations. All is of the finest areas of the file, in which rows are compared. ``phrase`` is *text* for what holds in
    any of them; else *able* for what holds in the ``areas``, of ``all_areas``, in which nine in ten rows are telling;
    else *throughout* for counts that are the same throughout, valid votes of no option too.

    Parameters
    ----------
    found : Table
    slips : float
        The chance of a slip.
    log_level : float
        Natural logarithm of the p-value that a cluster or a run must have, all rows and boxes counted.
    rng : numpy.random.Generator
    """
    sizes = np.diff(found.starts)
    telling = np.bincount(found.area[found.log_bound <= log(slips)], minlength=len(sizes))
    able = np.flatnonzero(plantings.TIMES * telling >= plantings.ENOUGH * sizes)
    every, whole = np.arange(len(sizes)), np.ones(found.votes.shape[1], dtype=np.bool_)
    tries = {"text": (every, found.named), "able": (able, found.named), "throughout": (every, whole)}
    if len(able) in (0, len(every)):
        del tries["able"]
    if found.rest < 0:
        del tries["throughout"]
    for phrase, (areas, columns) in tries.items():
        told = _fewest(found, areas, columns, slips, log_level, rng)
        if told:
            return told | {"areas": len(areas), "all_areas": len(every), "phrase": phrase}
    return {}


def _fewest(
    found: Table, areas: Counts, columns: Mask, slips: float, log_level: float, rng: np.random.Generator
) -> dict[str, Any]:
    """What is seen in an area like that of the median station among these, with these columns the same."""
    size, close = plantings.typical(np.diff(found.starts)[areas])
    bounds = found.starts[areas[close]], found.starts[areas[close] + 1]
    members = [found.votes[first : min(last, first + LARGE)] for first, last in zip(*bounds, strict=True)]
    sizes = np.array([len(votes) for votes in members])
    inside = np.isin(found.area, areas)
    least = least_cluster(found, size, slips, log_level, inside)
    if not least:
        return {}

    def seen(planted: int, *, in_a_row: bool) -> int:
        hits = 0
        for trial, (k, chosen) in enumerate(plantings.drawn(sizes, planted, rng)):
            if trial - hits > plantings.TIMES - plantings.ENOUGH:
                break  # too many are unseen already
            rows = chosen
            if in_a_row:
                rows = int(rng.integers(sizes[k] - planted + 1)) + np.arange(planted)
            hits += _log_p(found, members[k], rows, columns, in_a_row, slips, rng) <= log_level
        return hits

    room = int(sizes.min())
    if seen(min(room, MANY), in_a_row=False) < plantings.ENOUGH:
        return {}
    cluster = plantings.fewest(least, room, lambda planted: seen(planted, in_a_row=False))
    first = min(cluster, least_run(found, slips, log_level, inside) or cluster)
    in_a_row = plantings.fewest(first, room, lambda planted: seen(planted, in_a_row=True)) if cluster else 0
    if not in_a_row:
        return {}
    votes = in_a_row * round(float(np.median(found.total[inside & (found.log_bound <= log(slips))])))
    return {"run": in_a_row, "cluster": cluster, "area_stations": size, "votes": votes}


def _log_p(
    found: Table,
    before: Counts,
    rows: Counts,
    columns: Mask,
    in_a_row: bool,
    slips: float,
    rng: np.random.Generator,
) -> float:
    """The p-value, at most, of these rows of an area once they have these columns of one of them.

    Only the planted rows are taken as hits, about the one that most of them hit: what else is alike adds to it.
    """
    votes, source = before.copy(), int(rng.choice(rows))
    votes[np.ix_(rows, columns)] = before[source, columns]
    area = Table(found.areas, np.arange(len(votes)), votes, np.array([0, len(votes)]), found.rest)
    gaps = np.abs(votes[rows][:, None] - votes[rows][None]).max(axis=2)
    centre = int(np.argmax((gaps < BOXES).sum(axis=1)))
    best = 0.0
    if area.log_bound[rows[centre]] <= log(slips):
        for width in range(BOXES):
            hits = int((gaps[centre] <= width).sum()) - 1
            best = min(best, centre_log_p(area, int(rows[centre]), width, hits, slips) + log(BOXES * len(found.rows)))
    if in_a_row:
        alone = run(Table(found.areas, rows, votes[rows], np.array([0, len(rows)]), found.rest), slips)
        if alone is not None:
            best = min(best, alone.log_p + log(len(found.rows)) - log(len(rows)))
    return best


def _hardest(found: Table, inside: Mask) -> float:
    """The bound of a row that nine in ten of these are as telling as."""
    return float(np.exp(np.quantile(found.log_bound[inside], plantings.ENOUGH / plantings.TIMES)))


def least_run(found: Table, slips: float, log_level: float, inside: Mask) -> int:
    """Neighbours that must agree exactly, with nine in ten of the rows, to be seen at this level; 0 for none."""
    price = log(BOXES * max(1, len(found.rows)))
    step = log(min(1.0, _hardest(found, inside) + slips))
    needed = (log_level - price) / step if step < 0 else inf
    return 1 + int(np.ceil(needed)) if needed < 10_000 else 0


def least_cluster(found: Table, size: int, slips: float, log_level: float, inside: Mask) -> int:
    """Rows equal to one, of nine in ten, that would be seen in an area of this size; 0 where no number would do."""
    price = log(BOXES * max(1, len(found.rows)))
    rates, alike = slip_rates(size, slips), _hardest(found, inside)
    for hits in range(2, len(rates) + 1):
        chances = np.minimum(rates + np.where(np.arange(len(rates)) < hits, alike, 0.0), 1.0)
        if log_tail(chances, hits) + price <= log_level:
            return hits + 1
    return 0
