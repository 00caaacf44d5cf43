"""What is odd in a set of protocol copies, before any of it is used.

Copies are typed by volunteers from photographs. Some are partial, some wrong, some filed under
two stations. They are listed here, by kind; none is removed. `ledger` also says on which rows a
lower bound may lean: those about which there is no doubt of any kind.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass.matching import number_of, spelling_of, spellings
from recanvass.results import Results

#: Equal protocols are listed if fewer than this many pairs of them would be equal by chance.
CHANCE_OF_DOUBLES = 0.01


@dataclass(frozen=True)
class Ledger:
    """The copies with the doubts about them.

    Parameters
    ----------
    copies : Results
    doubles : tuple of tuple of int
        Groups of copies under different stations with the same figures throughout.
    look_alikes : tuple of tuple of int
        Groups of copies under different stations with the same votes for every option and another
        register, or none: a protocol filed twice as well, by its figures, though not to the last one.
    repeats : tuple of tuple of int
        Groups of copies of one station that agree.
    conflicts : tuple of tuple of int
        Groups of copies of one station that differ.
    negative : tuple of int
        Copies with a figure below zero, used here as none if a mapping says so.
    unbalanced : tuple of int
        Copies whose options add up to more than the ballots they give, or that give more votes
        to one option than there are ballots.
    partial : tuple of int
        Copies in which some option has no figure.
    strangers : tuple of int
        Copies that fit no single station of the official results, where these exist.
    """

    copies: Results
    doubles: tuple[tuple[int, ...], ...] = ()
    look_alikes: tuple[tuple[int, ...], ...] = ()
    repeats: tuple[tuple[int, ...], ...] = ()
    conflicts: tuple[tuple[int, ...], ...] = ()
    negative: tuple[int, ...] = ()
    unbalanced: tuple[int, ...] = ()
    partial: tuple[int, ...] = ()
    strangers: tuple[int, ...] = ()

    @cached_property
    def firm(self) -> NDArray[np.bool_]:
        """The copies about which there is no doubt; of copies that agree the first; ``(n,)``.

        Of a protocol filed under two stations neither is firm: it is not known whose it is.
        """
        kept = np.ones(len(self.copies), dtype=np.bool_)
        kept[[i for group in (*self.doubles, *self.look_alikes, *self.conflicts) for i in group]] = False
        kept[[i for group in self.repeats for i in group[1:]]] = False
        kept[[*self.negative, *self.unbalanced, *self.strangers]] = False
        return kept

    @cached_property
    def counted_once(self) -> NDArray[np.bool_]:
        """All copies, but a protocol that stands twice only once; ``(n,)``."""
        kept = np.ones(len(self.copies), dtype=np.bool_)
        kept[[i for group in (*self.doubles, *self.repeats) for i in group[1:]]] = False
        return kept

    @cached_property
    def undoubled(self) -> NDArray[np.bool_]:
        """All copies but those filed under two stations; of copies that agree the first; ``(n,)``.

        For a part of the territory: it is not known to which of the two stations a double belongs.
        """
        kept = self.counted_once.copy()
        kept[[i for group in self.doubles for i in group]] = False
        return kept

    @property
    def oddities(self) -> int:
        """Copies named under any heading but *partial*."""
        groups = [i for g in (*self.doubles, *self.look_alikes, *self.repeats, *self.conflicts) for i in g]
        return len({*groups, *self.negative, *self.unbalanced, *self.strangers})

    def table(self) -> list[dict[str, Any]]:
        """One record a copy and kind of oddity, for the reader."""
        names = self.copies.stations
        records: list[dict[str, Any]] = []
        for kind in ("doubles", "look_alikes", "repeats", "conflicts"):
            for group in getattr(self, kind):
                for i in group:
                    others = [names[j] for j in group if j != i]
                    records.append(self._record(i, names[i], kind, ", ".join(others)))
        for kind in ("strangers", "negative", "unbalanced", "partial"):
            records += [self._record(i, names[i], kind, "") for i in getattr(self, kind)]
        return records

    def _record(self, i: int, station: str, kind: str, others: str) -> dict[str, Any]:
        ballots = self.copies.whole("ballots")
        gaps = self.copies.absent.get("votes")
        votes = ["–" if gaps is not None and gaps[i, j] else str(int(v)) for j, v in enumerate(self.copies.votes[i])]
        return {
            "station": station,
            "row": int(self.copies.rows[i]),
            "oddity": kind,
            "others": others,
            "ballots": int(ballots[i]) if ballots is not None and self.copies.known("ballots")[i] else None,
            "votes": " / ".join(votes),
        }


def ledger(copies: Results) -> Ledger:
    """List what is odd in the copies."""
    gaps = copies.absent.get("votes")
    shown = np.ones(copies.votes.shape, dtype=np.bool_) if gaps is None else ~gaps
    declared = _declared_absent(copies)
    negative = np.asarray(((copies.votes < 0) & shown).any(axis=1), dtype=np.bool_)
    for name, values in copies.counts.items():
        negative |= (values < 0) & copies.known(name)
    negative |= declared
    keys = _station_keys(copies)
    doubles = _doubles(copies, shown, sorted(copies.counts), keys)
    votes = [c for c in ("ballots", "valid") if c in copies.counts and copies.known(c).all()]
    inside = {i for group in doubles for i in group}
    look_alikes = tuple(g for g in _doubles(copies, shown, votes, keys) if not inside.intersection(g))
    repeats, conflicts = _same_station(copies, keys)
    return Ledger(
        copies,
        doubles,
        look_alikes,
        repeats,
        conflicts,
        _indices(negative),
        _indices(_unbalanced(copies, shown)),
        _indices(np.asarray(~shown.all(axis=1), dtype=np.bool_)),
    )


@dataclass(frozen=True)
class AsPublished:
    """A table of copies beside the file it was worked over from.

    Parameters
    ----------
    source : Ledger
        What is odd in the file.
    compared : int
        Stations that stand in both, once each.
    differing : tuple of str
        Of these, the stations with a figure that is not the same in both.
    missing : tuple of str
        Stations of one of the two that the other lacks.
    """

    source: Ledger
    compared: int
    differing: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def negative(self) -> tuple[str, ...]:
        """Stations with a figure below zero in the file."""
        return tuple(self.source.copies.stations[i] for i in self.source.negative)


def as_published(copies: Results, source: Results) -> AsPublished:
    """Compare a table of copies with the file it came from, figure by figure; nothing is repaired."""
    rows, others = _single(copies), _single(source)
    both = sorted(rows.keys() & others.keys())
    ours = np.array([rows[name] for name in both], dtype=np.int64)
    theirs = np.array([others[name] for name in both], dtype=np.int64)
    unlike = np.zeros(len(both), dtype=np.bool_)
    for option in copies.options:
        if option in source.options:
            j, k = copies.options.index(option), source.options.index(option)
            stood, given = copies.stood(j)[ours], source.stood(k)[theirs]
            unlike |= (stood != given) | (stood & given & (copies.votes[ours, j] != source.votes[theirs, k]))
    for name in copies.counts.keys() & source.counts.keys():
        known, given = copies.known(name)[ours], source.known(name)[theirs]
        unlike |= (known != given) | (known & given & (copies.counts[name][ours] != source.counts[name][theirs]))
    missing = tuple(sorted(rows.keys() ^ others.keys()))
    return AsPublished(ledger(source), len(both), tuple(n for n, u in zip(both, unlike, strict=True) if u), missing)


def _single(copies: Results) -> dict[str, int]:
    """The row of each station that has a name and stands once."""
    names = copies.stations if "station" in copies.places else ()
    times: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(names):
        times[name].append(i)
    return {name: found[0] for name, found in times.items() if name and len(found) == 1}


def _declared_absent(copies: Results) -> NDArray[np.bool_]:
    """Copies with a figure below zero in the file that a mapping declared to be no figure."""
    issues = copies.sheet.issues if copies.sheet is not None else ()
    rows = [row for issue in issues if issue.code == "negative_absent" for row in issue.rows]
    return np.asarray(np.isin(copies.rows, rows), dtype=np.bool_)


def _indices(mask: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.flatnonzero(mask))


def _unbalanced(copies: Results, shown: NDArray[np.bool_]) -> NDArray[np.bool_]:
    found = np.zeros(len(copies), dtype=np.bool_)
    # Unlike whole numbers, floats do not wrap; a difference below one vote does not matter at 2**53.
    sums = np.where(shown & (copies.votes > 0), copies.votes, 0).sum(axis=1, dtype=np.float64)
    for name in ("ballots", "valid"):
        if name in copies.counts:
            found |= copies.known(name) & (sums > copies.counts[name])
    return found


def _doubles(
    copies: Results, shown: NDArray[np.bool_], counts: Sequence[str], keys: Sequence[str]
) -> tuple[tuple[int, ...], ...]:
    """Groups of stations with the same votes and counts, where chance would not do it.

    A count of v votes takes some 3.5 sqrt(v) values by chance alone, a total at least a hundred,
    a register at given ballots at least ten; one option is the rest of the others.
    """
    columns = [np.where(copies.known(c), copies.counts[c], -1) for c in counts]
    columns += [np.where(shown[:, j], copies.votes[:, j], -1) for j in range(len(copies.options))]
    if not columns or not len(copies):
        return ()
    _, inverse, times = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True, return_counts=True)
    groups: dict[int, list[int]] = defaultdict(list)
    for i in np.flatnonzero(times[np.ravel(inverse)] > 1):
        groups[int(np.ravel(inverse)[i])].append(int(i))
    pairs = len(copies) * (len(copies) - 1) / 2
    found = []
    for group in groups.values():
        first = group[0]
        figures = sorted(int(v) for v, s in zip(copies.votes[first], shown[first], strict=True) if s and v > 0)
        known = "registered" in counts and copies.known("registered")[first]
        values = sum(math.log10(max(1.0, 3.5 * math.sqrt(v))) for v in figures[:-1]) + 2.0 + 1.0 * known
        apart = len({keys[i] or i for i in group}) == len(group)
        if apart and len(figures) > 1 and math.log10(pairs) - values < math.log10(CHANCE_OF_DOUBLES):
            found.append(tuple(group))
    return tuple(sorted(found))


def _same_station(
    copies: Results, keys: Sequence[str]
) -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    places: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key:
            places[key].append(i)
    repeats: list[tuple[int, ...]] = []
    conflicts: list[tuple[int, ...]] = []
    for group in places.values():
        if len(group) > 1:
            same = all(_agree(copies, group[0], i) for i in group[1:])
            (repeats if same else conflicts).append(tuple(group))
    return tuple(sorted(repeats)), tuple(sorted(conflicts))


def _agree(copies: Results, one: int, other: int) -> bool:
    gaps = copies.absent.get("votes")
    both = np.ones(len(copies.options), bool) if gaps is None else ~(gaps[one] | gaps[other])
    if (copies.votes[one][both] != copies.votes[other][both]).any():
        return False
    return all(v[one] == v[other] for c, v in copies.counts.items() if copies.known(c)[one] and copies.known(c)[other])


def _station_keys(copies: Results) -> list[str]:
    """The station of each copy: its places and its number, or its spelling where it has none."""
    if "station" not in copies.places:
        return [""] * len(copies)
    levels = [lv for lv in ("region", "district", "subdistrict") if lv in copies.places]
    above = [spellings(copies.places[lv]) for lv in levels]
    keys = []
    for i, name in enumerate(copies.places["station"].values()):
        if not name:
            keys.append("")
            continue
        spelled = spelling_of(name)
        own = number_of(name) if not any(c.isalpha() for c in spelled) else spelled
        number_alone = "-" in own
        keys.append(own if number_alone else "|".join([*(a[i] for a in above), own]))
    return keys


__all__ = ["AsPublished", "Ledger", "as_published", "ledger"]
