"""What speaks for and against columns as options where no total confirms them: sums among them, and their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from recanvass.reading import identities, traits
from recanvass.reading.assignment import Proposal, summed
from recanvass.reading.dictionary import meanings
from recanvass.reading.identities import Target
from recanvass.reading.layout import Laid
from recanvass.reading.numbers import Column

#: Rates are compared at so many stations at most.
_RATES = 60


def hidden_total(left: Sequence[int], columns: Sequence[Column]) -> bool:
    """Whether one of the columns is the sum of others: a total whose header nobody understood."""
    if len(left) < 3 or len(columns[0]) < 3:
        return False
    rows = identities.spread(len(columns[0]))
    votes = np.stack([columns[j].values[rows] for j in left], axis=1)
    for k in range(len(left)):
        others = [i for i in range(len(left)) if i != k]
        target = identities.Target("total", votes[:, k], ~columns[left[k]].absent[rows])
        fit = identities.best_set(others, votes[:, others], target)
        filled = [i for i in fit.columns if votes[:, i].any()]
        if fit.rate >= identities.HOLDS and fit.rows >= 3 and len(filled) >= 2:
            return True
    return False


def shares_given(table: Laid, left: Sequence[int], columns: Sequence[Column]) -> bool:
    """Whether a column of rates gives one of the columns as a share of another.

    They are then a part and its whole, as the ballots and the register are beside a turnout, and no options.
    """
    rows = identities.spread(len(columns[0]))[:_RATES]
    votes = np.stack([columns[j].values[rows] for j in left], axis=1).astype(float)
    known = np.stack([~columns[j].absent[rows] for j in left], axis=1)
    for j in (j for j, column in enumerate(columns) if column.kind == "decimal"):
        text = table.cells.to_series(j)[rows].fill_null("").str.replace_all(r"[\s%]", "").str.replace(",", ".")
        rates = text.cast(pl.Float64, strict=False).to_numpy()
        places = np.array([len(cell.partition(".")[2]) for cell in text.to_list()])
        share = np.isfinite(rates) & (rates > 0)
        if len(np.unique(rates[share])) < 3:
            continue
        for i, part in enumerate(votes.T):
            told = share[:, None] & known & known[:, [i]] & (votes > 0)
            for scale in (1.0, 100.0):
                off = np.abs(rates[:, None] * votes - scale * part[:, None])
                met = off <= votes * (0.5 * 10.0**-places + 1e-9)[:, None]
                met[:, i] = False
                if ((met & told).sum(axis=0) >= np.maximum(3, 0.9 * told.sum(axis=0))).any():
                    return True
    return False


def total_of(votes: Sequence[int], unnamed: Sequence[int], columns: Sequence[Column]) -> int | None:
    """The one column without a meaning that is everywhere the sum of columns that say that they are votes."""
    values, _ = summed(votes, columns)
    found = []
    for j in (j for j in unnamed if j not in votes):
        held, rows = identities.rate(values, Target("valid", columns[j].values, ~columns[j].absent))
        if held >= identities.HOLDS and rows >= 3:
            found.append(j)
    return found[0] if len(found) == 1 else None


def sums_of_others(chosen: Sequence[int], unnamed: Sequence[int], columns: Sequence[Column]) -> bool:
    """Whether a chosen column is the sum of two or more that were left out: a total of options, and no option."""
    left = [j for j in unnamed if j not in chosen and columns[j].values.any()]
    if len(left) < 2 or len(columns[0]) < 3:
        return False
    rows = identities.spread(len(columns[0]))
    votes = np.stack([columns[j].values[rows] for j in left], axis=1)
    for j in chosen:
        fit = identities.best_set(
            left, votes, identities.Target("total", columns[j].values[rows], ~columns[j].absent[rows])
        )
        filled = [i for i in fit.columns if columns[i].values.any()]
        if fit.rate >= identities.HOLDS and fit.rows >= 3 and len(filled) >= 2:
            return True
    return False


def parts_of(found: tuple[int, ...], columns: Sequence[Column], beside: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The columns that add up to a figure, without one that is the total of the others (and of those ``beside``)."""
    values = {j: np.where(columns[j].absent, 0, columns[j].values) for j in (*found, *beside)}
    for j in found if len(found) > 1 else ():
        others = [i for i in found if i != j]
        total = np.sum([values[i] for i in others], axis=0)
        for more in (total, np.sum([total, *(values[i] for i in beside)], axis=0)):
            if values[j].any() and (values[j] == more).all():
                return tuple(others)
    return found


def another_contest(
    chosen: Sequence[int], unnamed: Sequence[int], columns: Sequence[Column], targets: Sequence[Target]
) -> bool:
    """Whether as many columns as were chosen are left out and add up to such a total too: first and second votes.

    Nothing then tells which contest is meant. The same figures printed twice are no other contest.
    """
    chosen = [j for j in chosen if columns[j].values.any()]
    left = [j for j in unnamed if j not in chosen and columns[j].values.any()]
    alike = {columns[j].values.tobytes() for j in chosen}
    if len(left) < 2 or len(columns[0]) < 3 or all(columns[j].values.tobytes() in alike for j in left):
        return False
    rows = identities.spread(len(columns[0]))
    votes = np.stack([columns[j].values[rows] for j in left], axis=1)
    for target in targets:
        fit = identities.best_set(left, votes, Target(target.name, target.values[rows], target.known[rows]))
        if fit.rate >= identities.HOLDS and fit.rows >= 3 and len(fit.columns) == len(chosen):
            return True
    return False


def interchangeable(chosen: Sequence[int], unnamed: Sequence[int], columns: Sequence[Column]) -> bool:
    """Whether, in a table of few rows, one chosen column may stand in for another that was left out.

    It has the figures of one that was, so that the sum is the same with either, or it numbers the rows. The sum then
    says nothing of which is the option; many rows are not alike by luck.
    """
    if len(columns[0]) >= traits.ENOUGH:
        return False
    left = [columns[j].values for j in unnamed if j not in chosen and columns[j].values.any()]
    numbers = np.arange(1, len(columns[0]) + 1)  # of rows: many options and few rows let them stand in for an option
    alike = [*left, numbers] if left else []
    return any(np.array_equal(columns[i].values, values) for i in chosen for values in alike)


def falls_short(left: Sequence[int], columns: Sequence[Column], known: Sequence[Target]) -> bool:
    """Whether the columns hold most of a total and hardly ever more: options, of which some are not in the file."""
    return bool(left) and any(_falls_short(left, columns, target) for target in known)


def _falls_short(left: Sequence[int], columns: Sequence[Column], target: Target) -> bool:
    total, known = summed(left, columns)
    known = known & target.known & (target.values > 0)
    if not known.any():
        return False
    within = float((total <= target.values)[known].mean())
    return within >= 0.97 and total[known].sum() >= 0.8 * target.values[known].sum()


def side_by_side(left: Sequence[int], columns: Sequence[Column], aside: Mapping[int, str]) -> bool:
    """Whether nothing but columns that were set aside stands between the options."""
    between = range(min(left), max(left) + 1)
    return all(j in left or j in aside or columns[j].kind in ("empty", "decimal") for j in between)


def needed(
    left: Sequence[int], uncertain: Sequence[int], columns: Sequence[Column], known: Sequence[Target]
) -> list[int]:
    """The uncertain columns that are votes, because without them the others are far from every total.

    All of them together must bring the others near it, and at least one must be needed for that; the rest are then
    votes like it. But what stands in front of all options, and is not needed, may be a number of places.
    """
    if not uncertain or falls_short(left, columns, known):
        return []
    whole = [*left, *uncertain]
    if not falls_short(whole, columns, known):
        return []
    alone = [j for j in uncertain if not falls_short([i for i in whole if i != j], columns, known)]
    return list(uncertain) if alone and min(uncertain) >= min([*left, *alone]) else []


def uncertain(
    table: Laid, columns: Sequence[Column], proposal: Proposal, left: Sequence[int], aside: Mapping[int, str]
) -> list[int]:
    """Columns that were not taken, stand among the options or next to them, and may be votes."""
    front = min(left, default=len(columns))
    unlike = [
        j
        for j, why in aside.items()
        if why == "identifier" and traits.could_be_votes(columns[j], table.cells.to_series(j), j < front)
    ]
    return [j for j in (*unlike, *_called_like_places(table, columns, proposal)) if _beside(j, left, aside)]


def _called_like_places(table: Laid, columns: Sequence[Column], proposal: Proposal) -> list[int]:
    """Columns of counts called like a place that another column names: *PS* is a polling station and a party."""
    spare = [j for j, why in proposal.aside.items() if why == "named" and columns[j].kind == "count"]
    return [
        j
        for j in spare
        if any(m.kind == "level" for m in meanings(table.headers[j]))
        and not traits.trait(columns[j], table.cells.to_series(j), ())
    ]


def _beside(j: int, left: Sequence[int], aside: Mapping[int, str]) -> bool:
    """Whether a column stands among the options, or next to them."""
    if not left:
        return True
    return all(i in aside for i in range(j + 1, min(left))) and all(i in aside for i in range(max(left) + 1, j))
