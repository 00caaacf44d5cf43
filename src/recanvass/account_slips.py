"""Stations whose accounts fail as clerks' slips make them fail, and how many of those an honest contest has.

A station's accounts fail *by one slip* if nothing impossible is left, and the options add up to the valid votes
where the file keeps to that, once a single figure is read with one slip of the pen (two neighbouring digits
exchanged, a digit misread, lost or added) or two of its counts are exchanged. That is an innocent explanation
that fits, not a finding that a slip was made; so it serves for few stations only.

The class of clean contests has slips at up to `RATE` of the stations, and rows that no single slip mends
(a shifted line, a page of another station) at up to `RARE` of them. The *allowance* is the number of stations
that these rates exceed in one contest of a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from scipy.special import bdtr

from recanvass import accounts
from recanvass.accounts import Identity, Whole
from recanvass.kernels.digit_slips import slip_between
from recanvass.results import Counts, Mask, Results

#: Honest slips, as a part of the stations: the class of clean contests has .1 to 1 per cent.
RATE = 0.01

#: Honest rows that no single slip mends.
RARE = 0.0025

#: Rows tried at once.
_BATCH = 100_000


def allowance(stations: int, rate: float, beyond: float = 1e-3) -> int:
    """The number of stations that a rate exceeds with this probability at most."""
    reach = np.arange(int(stations * rate + 10 * np.sqrt(stations * rate) + 20))
    return min(stations, int(np.searchsorted(bdtr(reach, stations, rate), 1.0 - beyond)))


def forgiven(results: Results, hard: Whole, kept: Sequence[Identity]) -> tuple[Mask, Mask]:
    """Stations whose hard votes honest clerks may have made.

    Parameters
    ----------
    results : Results
    hard : (n,) integers
        The largest hard difference of each station.
    kept : sequence of Identity
        The identities that the file keeps.

    Returns
    -------
    slips, others : (n,) bool
        Stations explained by one slip, none if they are more than the allowance; and of the rest those with the
        largest differences, up to the smaller allowance.
    """
    slips, others = np.zeros(len(results), bool), np.zeros(len(results), bool)
    rows = np.flatnonzero(hard > 0)
    most = allowance(len(results), RATE)
    if len(rows) <= 4 * most:  # with more, the explained ones alone would hardly be within the allowance
        explained = by_one_slip(results, rows, [one.name for one in kept])
        if int(explained.sum()) <= most:
            slips[rows[explained]] = True
    rest = np.flatnonzero((hard > 0) & ~slips)
    largest = sorted(rest.tolist(), key=lambda i: (-int(hard[i]), results.stations[i]))
    others[largest[: allowance(len(results), RARE)]] = True
    return slips, others


def by_one_slip(results: Results, rows: Counts, kept: Sequence[str]) -> Mask:
    """Which of these stations' accounts hold again after one slip; ``(len(rows),)``."""
    found = np.zeros(len(rows), bool)
    blank = accounts.counts_blank(results)
    exact = {"votes_valid", "papers_ballots"} <= set(kept)
    for tries in (_needed(results, rows, kept, blank), () if exact else _misread(results, rows)):
        for which, trial in _batches(results, rows, tries, found):
            holds = np.ones(len(which), bool)
            for one in accounts.identities(trial, blank):
                if one.name in kept:
                    holds &= ~one.broken if one.name == "votes_valid" else one.hard_votes() == 0
            found[which[holds]] = True
    return found


#: A change of a row: which of ``rows``, and new values by column (a count's name or an option's number).
_Change = tuple[int, dict[str | int, int]]


def _needed(results: Results, rows: Counts, kept: Sequence[str], blank: bool) -> Iterator[_Change]:
    """Figures moved by just what an identity lacks, if one slip does it; and pairs of counts exchanged."""
    part = results.take(rows)
    gaps = [one for one in accounts.identities(part, blank) if one.name in kept]
    for k in range(len(rows)):
        lacking = {abs(int(one.difference[k])) for one in gaps} - {0}
        figures = _figures(part, k)
        for column, value in figures.items():
            for fresh in (value + change for gap in sorted(lacking) for change in (gap, -gap)):
                if fresh >= 0 and slip_between(value, fresh) != "other":
                    yield k, {column: fresh}
        counts = [column for column in figures if isinstance(column, str)]
        for i, one in enumerate(counts):
            for other in counts[i + 1 :]:
                if figures[one] != figures[other]:
                    yield k, {one: figures[other], other: figures[one]}


def _misread(results: Results, rows: Counts) -> Iterator[_Change]:
    """Every one-slip reading of the counts and of the largest option, for files without exact identities."""
    part = results.take(rows)
    for k in range(len(rows)):
        figures = _figures(part, k)
        largest = int(np.argmax(part.votes[k])) if part.votes.shape[1] else -1
        for column, value in figures.items():
            if isinstance(column, str) or column == largest:
                yield from ((k, {column: fresh}) for fresh in readings(value))


def readings(value: int) -> list[int]:
    """Every count that one slip turns into this one."""
    if value < 0:
        return []
    text = str(value)
    made = {text[:i] + d + text[i + 1 :] for i in range(len(text)) for d in "0123456789"}
    made |= {text[:i] + d + text[i:] for i in range(len(text) + 1) for d in "0123456789"}
    made |= {text[:i] + text[i + 1 :] for i in range(len(text))}
    made |= {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)}
    found = {int(one) for one in made if one and len(one) <= 18}
    return sorted(one for one in found if slip_between(value, one) not in ("same", "other"))


def _figures(part: Results, row: int) -> dict[str | int, int]:
    """The counts by name and the options by number, as far as the station gives them."""
    given: dict[str | int, int] = {
        name: int(values[row])
        for name, values in part.counts.items()
        if name not in part.absent or not part.absent[name][row]
    }
    return given | {j: int(part.votes[row, j]) for j in range(part.votes.shape[1])}


def _batches(
    results: Results, rows: Counts, changes: Iterable[_Change], found: Mask
) -> Iterator[tuple[Counts, Results]]:
    """The changed rows as results of their own, with the position of each in ``rows``."""
    waiting: list[_Change] = []
    for change in changes:
        if found[change[0]]:
            continue
        waiting.append(change)
        if len(waiting) == _BATCH:
            yield _changed(results, rows, waiting)
            waiting = []
    if waiting:
        yield _changed(results, rows, waiting)


def _changed(results: Results, rows: Counts, changes: Sequence[_Change]) -> tuple[Counts, Results]:
    which = np.array([k for k, _ in changes], np.int64)
    part = results.take(rows[which])
    votes, counts = part.votes.copy(), {name: values.copy() for name, values in part.counts.items()}
    for i, (_, fresh) in enumerate(changes):
        for column, value in fresh.items():
            if isinstance(column, str):
                counts[column][i] = value
            else:
                votes[i, column] = value
    return which, part.with_counts(votes=votes, **counts)


def one_slip_in_a_column(values: Counts, difference: int) -> bool:
    """Whether one slip at one station makes a sum miss by just this difference."""
    return any(
        slip_between(int(value), int(value) - difference) not in ("same", "other")
        for value in values
        if int(value) >= max(difference, 0)
    )


__all__ = ["RARE", "RATE", "allowance", "by_one_slip", "forgiven", "one_slip_in_a_column", "readings"]
