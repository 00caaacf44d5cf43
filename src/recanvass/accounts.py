"""The arithmetic of accounts: identities within stations, and sums beside announced totals.

What is hard, clerical or a matter of definition is said at the head of
``methods/account_identities.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass.case import Announced
from recanvass.results import Counts, Mask, Results, exact_sum

#: int64, or Python integers where sums could wrap.
Whole = NDArray[Any]

#: Where nothing says how many papers were invalid, so large a part of the ballots without a vote is not only those.
SHORT = 0.25

#: Counts above this are added as Python integers.
WRAPS = 2**50

WAYS = ("issued_early", "issued_station", "issued_outside")


@dataclass(frozen=True)
class Identity:
    """One identity over the stations: where it could be checked, and by how much it fails.

    ``difference`` is the left side less the right side, 0 where it holds or cannot be checked;
    ``hard`` says which signs are hard: ``+``, ``-``, both or none. ``rests_on`` names identities that
    must be kept by the file for this one to mean anything; ``short`` where the left side of a bound falls so far
    below the right one that the two can hardly be about the same papers.
    """

    name: str
    checked: Mask
    difference: Whole
    hard: str = ""
    rests_on: tuple[str, ...] = ()
    short: Mask | None = None

    @property
    def broken(self) -> Mask:
        """Where it fails."""
        return np.asarray(self.checked & (self.difference != 0), dtype=np.bool_)

    @property
    def defined(self) -> bool:
        """Whether the file keeps it at half of the stations or more."""
        return 2 * int(self.broken.sum()) <= int(self.checked.sum())

    def hard_votes(self) -> Whole:
        """The hard part of the difference, in votes."""
        found = np.zeros_like(self.difference)
        if "+" in self.hard:
            found = np.where(self.difference > 0, self.difference, found)
        if "-" in self.hard:
            found = np.where(self.difference < 0, -self.difference, found)
        return found


def counts_blank(results: Results) -> bool:
    """Whether this file counts blank votes among the valid ones: at more stations than not."""
    column = _columns(results)
    if not {"valid", "blank"} <= set(column) or not len(results.options):
        return False
    at = results.known("valid") & _votes_known(results)
    gap = (column["votes"] - column["valid"])[at]
    return int((gap + column["blank"][at] == 0).sum()) > int((gap == 0).sum())


def identities(results: Results, blank_counts: bool | None = None) -> list[Identity]:
    """All identities that the columns of these results allow to check.

    Parameters
    ----------
    results : Results
    blank_counts : bool, optional
        Whether blank votes are among the valid ones; by `counts_blank` unless given, as it must be
        where these are some stations of a larger file.
    """
    column, known = _columns(results), results.known
    here = set(column)
    found: list[Identity] = []

    def add(
        name: str,
        left: Whole,
        right: Whole,
        at: Mask,
        hard: str = "",
        upper: bool = False,
        rests_on: Sequence[str] = (),
    ) -> None:
        gap = np.where(at, left - right, 0)
        found.append(Identity(name, at, np.maximum(gap, 0) if upper else gap, hard, tuple(rests_on)))

    votes_known = _votes_known(results)
    if {"valid"} <= here and len(results.options):
        at = known("valid") & votes_known
        use_blank = counts_blank(results) if blank_counts is None else blank_counts
        blank = column.get("blank", np.zeros_like(column["valid"]))
        add("votes_valid", column["votes"] + blank * use_blank, column["valid"], at)
        add("votes_above_valid", column["votes"], column["valid"], at, "+", upper=True)
        add("option_valid", column["largest"], column["valid"], at, "+", upper=True, rests_on=["votes_above_valid"])
    if {"valid", "invalid", "ballots"} <= set(results.counts):
        at = known("valid", "invalid", "ballots")
        add("papers_ballots", column["valid"] + column["invalid"], column["ballots"], at, "+")
    if "ballots" in here:
        rests = [name for name in ("papers_ballots", "votes_above_valid") if any(i.name == name for i in found)]
        if len(results.options):
            at = known("ballots") & votes_known
            add("votes_ballots", column["votes"], column["ballots"], at, "+", upper=True, rests_on=rests)
            if "papers_ballots" not in rests:
                missing = column["ballots"] - column["votes"]
                short = np.asarray(at & (missing > SHORT * column["ballots"]), dtype=np.bool_)
                found[-1] = replace(found[-1], short=short)
        # Where the ways of issue are not given, postal ballots may have been issued elsewhere.
        told = "+" if sum(way in results.counts for way in WAYS) > 1 else ""
        for other, hard in (("registered", ""), ("issued", told), ("received", "+")):
            if other in here:
                at = known("ballots", other)
                add(f"ballots_{other}", column["ballots"], column[other], at, hard, upper=True)
        if {"mobile_boxes", "stationary_boxes"} <= here:
            at = known("mobile_boxes", "stationary_boxes", "ballots")
            add("boxes_ballots", column["mobile_boxes"] + column["stationary_boxes"], column["ballots"], at)
    if {"received", "issued", "unused"} <= here:
        at = known("received", "issued", "unused")
        add("issued_unused_received", column["issued"] + column["unused"], column["received"], at)
    if "issued" in results.counts and set(WAYS) <= here:
        at = known("issued", *WAYS)
        add("ways_issued", column[WAYS[0]] + column[WAYS[1]] + column[WAYS[2]], column["issued"], at)
    lowest = np.minimum.reduce([np.minimum(values, 0) for values in column.values()]) if column else None
    if lowest is not None and len(results):
        found.append(Identity("below_zero", np.ones(len(results), bool), lowest, "-"))
    return [one for one in found if one.checked.any()]


def _votes_known(results: Results) -> Mask:
    known = results.known("votes")
    if "votes" in results.absent:
        # An option that did not stand somewhere adds nothing; one that is not given might.
        known = known & ~(results.absent["votes"] & (results.votes != 0)).any(axis=1)
    return known


def _columns(results: Results) -> dict[str, Whole]:
    """The counts, the sum and the largest of the options, as integers that do not wrap."""
    column: dict[str, Whole] = {name: values for name, values in results.counts.items()}
    votes: Whole = results.votes
    biggest = max([abs(int(v.min())) | abs(int(v.max())) for v in [*column.values(), votes] if v.size], default=0)
    if biggest > WRAPS:
        column = {name: values.astype(object) for name, values in column.items()}
        votes = votes.astype(object)
    if len(results.options):
        column |= {"votes": votes.sum(axis=1), "largest": votes.max(axis=1), "smallest": votes.min(axis=1)}
    if "ballots" not in column and {"valid", "invalid"} <= set(column):
        column["ballots"] = column["valid"] + column["invalid"]
    if "issued" not in column and any(way in column for way in WAYS):
        column["issued"] = np.sum([column[way] for way in WAYS if way in column], axis=0)
    return column


def compared(results: Results, announced: Sequence[Announced]) -> list[dict[str, Any]]:
    """The sums over the stations beside the announced counts, the largest hard difference first.

    A territory that the results do not have, and a figure that no station gives, are left out.
    """
    lines: list[dict[str, Any]] = []
    for one in announced:
        rows = territory_rows(results, one.territory)
        if one.count is None or rows is None or not len(rows):
            continue
        summed = summed_over(results, one.column, rows)
        if summed is None:
            continue
        base = max(exact_sum(papers(results)[rows]), 1)
        difference = summed - one.count
        lines.append(
            {
                "territory": one.territory,
                "column": one.column,
                "announced": one.count,
                "summed": summed,
                "difference": difference,
                "share": abs(difference) / base,
                "bulletin": one.bulletin,
                "source": one.source,
            }
        )
    whole = {(ln["territory"], ln["bulletin"]) for ln in lines if ln["difference"] == 0 and ln["summed"] > 0}
    for line in lines:
        line["complete"] = (line["territory"], line["bulletin"]) in whole
        line["hard"] = line["difference"] > 0 or (line["complete"] and line["difference"] != 0)
    return sorted(lines, key=lambda ln: (not ln["hard"], -abs(ln["difference"]), ln["territory"], ln["column"]))


def summed_over(results: Results, column: str, rows: Counts) -> int | None:
    """The sum of a count or an option over these stations; None where the results do not give it."""
    if column in results.options:
        return exact_sum(results.votes[rows, results.options.index(column)])
    values = results.whole(column)
    return None if values is None or not results.known(column)[rows].any() else exact_sum(values[rows])


def territory_rows(results: Results, territory: str) -> Counts | None:
    """The stations of a territory by its full path or by a name that only one area has."""
    if not territory:
        return np.arange(len(results))
    for level in results.places:
        if level == "station":
            continue
        parts = results.areas(level)
        same = [k for k, name in enumerate(parts.names) if territory == name]
        same = same or [k for k, name in enumerate(parts.names) if name.split(" / ")[-1] == territory]
        if len(same) == 1:
            return parts.rows(same[0])
    return None


def total_ballots(results: Results) -> int:
    """Ballots of the whole contest, or votes where no ballots are given."""
    return max(exact_sum(papers(results)), 0)


def lead(results: Results) -> int:
    """By how many votes the leader is ahead of the next option; 0 where there is one option."""
    ranked = sorted((results.totals[name] for name in results.options), reverse=True)
    return ranked[0] - ranked[1] if len(ranked) > 1 else 0


def papers(results: Results) -> Counts:
    """Ballots of each station, or valid votes where no ballots are given; zeros without either."""
    for name in ("ballots", "valid"):
        values = results.whole(name)
        if values is not None and results.known(name).any():
            return values
    return np.zeros(len(results), np.int64)


def repaired(results: Results) -> Results:
    """The same votes with every identity kept: what the accounts would be were nothing wrong."""
    votes = np.maximum(results.votes, 0)
    valid = votes.sum(axis=1)
    old = {name: np.maximum(values, 0) for name, values in results.counts.items()}
    counts: dict[str, Counts] = dict(old)
    if "valid" in old:
        counts["valid"] = valid
    if "blank" in old:
        counts["blank"] = np.zeros_like(valid)
    invalid = old.get("invalid", np.zeros_like(valid))
    ballots = valid + invalid
    if "ballots" in old:
        counts["ballots"] = ballots
    if "registered" in old:
        counts["registered"] = np.maximum(old["registered"], ballots)
    ways = [way for way in WAYS if way in old]
    for way in ways:
        counts[way] = ballots if way == ways[-1] else np.zeros_like(ballots)
    if "issued" in old:
        counts["issued"] = ballots
    if "received" in old:
        counts["received"] = ballots + old.get("unused", np.zeros_like(ballots))
    if {"mobile_boxes", "stationary_boxes"} <= set(old):
        counts["mobile_boxes"] = np.minimum(old["mobile_boxes"], ballots)
        counts["stationary_boxes"] = ballots - counts["mobile_boxes"]
    return results.with_counts(votes=votes, **counts)
