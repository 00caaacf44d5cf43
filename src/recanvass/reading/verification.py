"""The checks of the verification sheet: identities station by station, repeated records, gaps, names.

Each check looks only at stations where all its figures are given. Everything found is kept in the
table and listed with all its stations; a check is never a correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from recanvass.issue import Issue
from recanvass.reading import alike
from recanvass.results import Counts, Mask, Results, exact_sum
from recanvass.sheet import Compared, Identity


@dataclass(frozen=True)
class Checked:
    """An identity with its differences: ``(n,)`` votes, where ``known``; broken where not zero."""

    name: str
    issue: str
    difference: Counts
    known: Mask


def checks(results: Results) -> list[Checked]:
    """The identities that the figures allow to be checked."""
    found: list[Checked] = []
    figure = {name: results.whole(name) for name in ("registered", "ballots", "issued")}
    given = {name: results.counts.get(name) for name in ("valid", "invalid", "blank")}
    votes: Counts = results.votes.sum(axis=1, dtype=np.int64)
    ballots, registered, issued = figure["ballots"], figure["registered"], figure["issued"]
    valid, invalid = given["valid"], given["invalid"]

    def within(name: str, issue: str, least: Counts, most: Counts, *needed: str) -> None:
        found.append(Checked(name, issue, np.maximum(least - most, 0), results.known(*needed)))

    if registered is not None and ballots is not None:
        some = registered > 0
        within(
            "ballots_within_registered",
            "ballots_above_registered",
            ballots,
            registered,
            "ballots",
            "registered",
        )
        found[-1] = Checked(found[-1].name, found[-1].issue, found[-1].difference, found[-1].known & some)
    if issued is not None and ballots is not None:
        within("ballots_within_issued", "ballots_above_issued", ballots, issued, "ballots", "issued")
    if valid is not None and invalid is not None and "ballots" in results.counts:
        found.append(
            _closest(
                results,
                "ballots_balanced",
                "ballots_not_balanced",
                valid + invalid,
                "ballots",
                "valid",
                "invalid",
            )
        )
    if results.options and valid is not None:
        found.append(_closest(results, "votes_are_valid", "votes_not_valid", votes, "valid", "votes"))
    elif results.options and invalid is not None and "ballots" in results.counts:
        found.append(
            _closest(
                results,
                "votes_and_invalid",
                "votes_not_valid",
                votes + invalid,
                "ballots",
                "votes",
                "invalid",
            )
        )
    elif results.options and ballots is not None and "ballots" in results.counts:
        within("votes_within_ballots", "votes_above_ballots", votes, ballots, "votes", "ballots")
    return found


def _closest(results: Results, name: str, issue: str, parts: Counts, whole: str, *needed: str) -> Checked:
    """The identity with blank ballots or without them, whichever holds at more stations."""
    target, known = results.counts[whole], results.known(whole, *needed)
    plain = Checked(name, issue, parts - target, known)
    if "blank" not in results.counts:
        return plain
    blank = Checked(name, issue, parts + results.counts["blank"] - target, known & results.known("blank"))
    broken = [int(((c.difference != 0) & c.known).sum()) for c in (plain, blank)]
    return blank if broken[1] < broken[0] else plain


def identities(found: Sequence[Checked]) -> tuple[Identity, ...]:
    """The identities as the sheet shows them."""
    return tuple(
        Identity(
            c.name,
            int(c.known.sum()),
            int(((c.difference != 0) & c.known).sum()),
            exact_sum(np.abs(c.difference[c.known])),
        )
        for c in found
    )


def issues(results: Results, found: Sequence[Checked]) -> list[Issue]:
    """Everything odd in the table, with all its stations."""
    listed = []
    for c in found:
        broken = (c.difference != 0) & c.known
        if c.name == "ballots_within_issued" and broken.sum() * 2 > c.known.sum():
            continue  # postal or early ballots are issued elsewhere: the two figures are of different things
        if broken.any():
            target = "ballots" if c.name == "votes_and_invalid" else "valid"
            facts = {"excess": exact_sum(np.abs(c.difference[broken])), "identity": c.name, "target": target}
            listed.append(_issue(c.issue, results, broken, facts))
    registered, ballots = results.counts.get("registered"), results.whole("ballots")
    if registered is not None and ballots is not None:
        none = (registered == 0) & (ballots > 0) & results.known("registered", "ballots")
        if none.any():
            listed.append(_issue("ballots_without_register", results, none, {"excess": exact_sum(ballots[none])}))
    return [*listed, *_missing(results), *_repeated(results), *_names(results)]


def _issue(code: str, results: Results, where: Mask, facts: dict[str, object]) -> Issue:
    rows = np.flatnonzero(where)
    return Issue(code, names_of(results, rows), tuple(int(r) for r in results.rows[rows]), facts)


def names_of(results: Results, rows: Counts) -> tuple[str, ...]:
    """The stations of these rows, as the source names them."""
    labels = results.places.get("station")
    if labels is None:
        return tuple(f"row {results.rows[i]}" for i in rows)
    return tuple(labels[i] or f"row {results.rows[i]}" for i in rows.tolist())


def _missing(results: Results) -> list[Issue]:
    """Stations that lack a figure which the table gives elsewhere; an option that did not stand is no gap."""
    gaps = np.zeros(len(results), dtype=bool)
    columns = []
    for name, mask in results.absent.items():
        here = mask if name != "votes" else mask.all(axis=1)
        if name == "votes" and "valid" in results.counts and not here.all():
            partly = mask.any(axis=1) & ~here & (results.votes.sum(axis=1) != results.counts["valid"])
            here = here | (partly & results.known("valid"))
        if here.any():
            columns.append(name)
            gaps |= here
    return [_issue("missing_figures", results, gaps, {"columns": columns})] if gaps.any() else []


def _repeated(results: Results) -> list[Issue]:
    """Records that stand more than once, and stations with several records."""
    if "station" not in results.places or len(results.places["station"].names) == len(results):
        return []
    places = pl.DataFrame({level: labels.codes for level, labels in results.places.items()})
    twice = places.is_duplicated() & (places["station"] >= 0)
    if not twice.any():
        return []
    rows = np.flatnonzero(twice.to_numpy())
    figures = {name: values[rows] for name, values in results.counts.items()}
    figures |= {f"votes {j}": results.votes[rows, j] for j in range(len(results.options))}
    frame = pl.DataFrame({**{c: places[c].to_numpy()[rows] for c in places.columns}, **figures})
    exact = np.zeros(len(results), dtype=bool)
    exact[rows] = frame.is_duplicated().to_numpy()
    keys = frame.select(places.columns)
    distinct = frame.unique(maintain_order=True).select(places.columns)
    differing = distinct.filter(distinct.is_duplicated()).unique()
    several = np.zeros(len(results), dtype=bool)
    if len(differing):
        marked = keys.join(differing.with_columns(pl.lit(value=True).alias("_twice")), on=places.columns, how="left")
        several[rows] = marked["_twice"].fill_null(value=False).to_numpy()
    found = []
    if exact.any():
        found.append(_issue("duplicate_record", results, exact, {}))
    if several.any():
        found.append(_issue("station_twice", results, several, {}))
    return found


def _names(results: Results) -> list[Issue]:
    """Names that look alike, and names with hidden marks, in every level and among the options."""
    found = []
    for level, labels in results.places.items():
        names = pl.Series(labels.names, dtype=pl.String)
        odd = names if len(names) <= 100_000 else names.filter(names.str.contains(r"[^ -~]"))
        index = {name: code for code, name in enumerate(labels.names)} if len(odd) else {}
        similar = alike.alike(odd)
        if level == "station":
            similar = _same_place(results, similar, index)
        for code, groups in (("names_alike", similar), ("hidden_marks", [(n,) for n in alike.marked(odd)])):
            flat = [name for group in groups for name in group]
            if flat:
                where = np.isin(labels.codes, [index[name] for name in flat])
                found.append(_issue(code, results, where, {"column": level, "alike": flat}))
    options = pl.Series(results.options, dtype=pl.String)
    for code, groups in (
        ("names_alike", alike.alike(options)),
        ("hidden_marks", [(n,) for n in alike.marked(options)]),
    ):
        flat = [name for group in groups for name in group]
        if flat:
            found.append(Issue(code, (), (), {"column": "options", "alike": flat}))
    return found


def _same_place(results: Results, groups: list[tuple[str, ...]], index: dict[str, int]) -> list[tuple[str, ...]]:
    """Station names look alike to some purpose only where they stand in one place."""
    if not groups or len(results.places) < 2:
        return groups
    codes = np.stack([lb.codes for level, lb in results.places.items() if level != "station"])
    found = []
    for group in groups:
        places = [
            {tuple(p) for p in codes[:, results.places["station"].codes == index[name]].T.tolist()} for name in group
        ]
        if any(a & b for k, a in enumerate(places) for b in places[k + 1 :]):
            found.append(group)
    return found[:1000]


def compared(results: Results) -> tuple[Compared, ...]:
    """The announced totals beside the sums over the stations."""
    sums = {**{name: exact_sum(v) for name in ("valid", "ballots") if (v := results.whole(name)) is not None}}
    sums |= results.totals
    return tuple(
        Compared(column, int(announced), sums[column])
        for column, announced in results.contest.announced.items()
        if column in sums
    )
