"""Which column is which figure: every assignment that the dictionary leaves open, scored by arithmetic."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recanvass.reading import identities
from recanvass.reading.identities import Fit, Target
from recanvass.reading.numbers import Column
from recanvass.results import Counts, Mask

#: Figures that may be published in several columns (invalid papers beside invalid votes).
SUMMED = ("invalid",)


@dataclass(frozen=True)
class Proposal:
    """What the headers say, before any arithmetic."""

    figures: Mapping[int, tuple[str, ...]]
    levels: Mapping[str, int]
    unnamed: tuple[int, ...]
    aside: Mapping[int, str]


def assigned(proposal: Proposal, columns: Sequence[Column]) -> tuple[dict[str, tuple[int, ...]], list[int]]:
    """The assignment of figures with the best arithmetic, and the columns that it cannot tell apart."""
    claims: dict[str, list[int]] = {}
    for j, names in proposal.figures.items():
        for name in names:
            claims.setdefault(name, []).append(j)
    unsure = [j for j, names in proposal.figures.items() if len(names) > 1 or len(claims[names[0]]) > 1]
    fixed: dict[str, tuple[int, ...]] = {names[0]: (j,) for j, names in proposal.figures.items() if j not in unsure}
    if not unsure:
        return fixed, []
    choices = [(*(n for n in proposal.figures[j] if n not in fixed), "") for j in unsure]
    scored: list[tuple[float, dict[str, tuple[int, ...]], tuple[str, ...]]] = []
    cache: dict[tuple[str, int, int], Fit] = {}
    for names in itertools.islice(itertools.product(*choices), 3_000):
        used = [n for n in names if n]
        if any(used.count(n) > 1 for n in used if n not in SUMMED):
            continue
        trial: dict[str, tuple[int, ...]] = dict(fixed)
        for j, name in zip(unsure, names, strict=True):
            if name:
                trial[name] = (*(trial[name] if name in SUMMED and name in trial else ()), j)
        scored.append((_score(trial, proposal, columns, cache), trial, names))
    scored.sort(key=lambda item: -item[0])
    best = scored[0]
    rivals: list[int] = []
    for score, trial, names in scored[1:]:
        if best[0] - score > 1e-9:
            break
        differing = [j for j, a, b in zip(unsure, best[2], names, strict=True) if a != b]
        if not _same_values(best[1], trial, columns):
            rivals = differing
            break
    return best[1], rivals


def _same_values(
    one: Mapping[str, tuple[int, ...]], other: Mapping[str, tuple[int, ...]], columns: Sequence[Column]
) -> bool:
    return set(one) == set(other) and all(
        np.array_equal(summed(one[name], columns)[0], summed(other[name], columns)[0]) for name in one
    )


def _score(
    trial: Mapping[str, tuple[int, ...]],
    proposal: Proposal,
    columns: Sequence[Column],
    cache: dict[tuple[str, int, int], Fit],
) -> float:
    rows = identities.spread(len(columns[0]))
    part = [_rows(c, rows) for c in columns]
    score = 0.01 * sum(1 for name in trial if name in ("registered", "ballots", "valid", "invalid"))
    score += 0.001 * len(trial)
    figures = {name: summed(js, part) for name, js in with_boxes(trial).items()}
    if {"valid", "invalid", "ballots"} <= set(figures):
        score += max(_balance(figures, blank) for blank in (False, True))
    fits = []
    for target in targets(figures):
        key = (target.name, hash(target.values.tobytes()), int(target.known.sum()))
        if key not in cache:
            votes = np.stack([part[j].values for j in proposal.unnamed], axis=1) if proposal.unnamed else None
            cache[key] = identities.best_set(proposal.unnamed, votes, target) if votes is not None else Fit((), 0, 0)
        weight = 0.98 if target.name == "ballots" else 1.0
        fits.append(weight * cache[key].rate * (1 + 0.001 * len(cache[key].columns)))
    score += max(fits, default=0.0)
    if {"registered", "ballots"} <= set(figures):
        r, b = figures["registered"], figures["ballots"]
        both = r[1] & b[1] & ((r[0] > 0) | (b[0] > 0))
        score += 0.3 * float((r[0] >= b[0])[both].mean()) if both.any() else 0.0
    return score


def _rows(column: Column, rows: Counts) -> Column:
    return replace(column, values=column.values[rows], absent=column.absent[rows])


def _balance(figures: Mapping[str, tuple[Counts, Mask]], blank: bool) -> float:
    v, i, b = (figures[name] for name in ("valid", "invalid", "ballots"))
    extra = figures["blank"][0] if blank and "blank" in figures else 0
    known = v[1] & i[1] & b[1]
    return identities.rate(v[0] + i[0] + extra, Target("ballots", b[0], known))[0]


def with_boxes(figures: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """The figures, with the ballots found as the sum of both kinds of boxes where no column gives them."""
    found = dict(figures)
    if "ballots" not in found and {"mobile_boxes", "stationary_boxes"} <= set(found):
        found["ballots"] = (*found["mobile_boxes"], *found["stationary_boxes"])
    return found


def summed(js: Sequence[int], columns: Sequence[Column]) -> tuple[Counts, Mask]:
    """The sum of columns, and where all of them give a figure."""
    known = np.ones(len(columns[0]), dtype=bool)
    total = np.zeros(len(columns[0]), dtype=np.int64)
    for j in js:
        total = total + columns[j].values
        known &= ~columns[j].absent
    return total, known


def targets(figures: Mapping[str, tuple[Counts, Mask]]) -> list[Target]:
    """What the options may add up to, the most direct first."""
    found = []
    if "valid" in figures:
        v, known = figures["valid"]
        found.append(Target("valid", v, known))
        if "blank" in figures:
            b, given = figures["blank"]
            found.append(Target("valid - blank", v - b, known & given))
    if "ballots" in figures:
        b, known = figures["ballots"]
        if "invalid" in figures:
            i, given = figures["invalid"]
            found.append(Target("ballots - invalid", b - i, known & given))
            if "blank" in figures:
                e, there = figures["blank"]
                found.append(Target("ballots - invalid - blank", b - i - e, known & given & there))
        else:
            found.append(Target("ballots", b, known))
            if "blank" in figures:
                e, there = figures["blank"]
                found.append(Target("ballots - blank", b - e, known & there))
    return found
