"""From text cells to `Results` with their sheet: one table is chosen, read, checked and accounted for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from recanvass.errors import MappingNeeded, ReadError, UsageError
from recanvass.reader import RawTable
from recanvass.reading import layout, ledger, mapping, totals, verification, warnings
from recanvass.reading.assignment import summed
from recanvass.reading.columns import Decision
from recanvass.reading.doubtful import doubtful
from recanvass.reading.layout import Laid
from recanvass.reading.mapping import Mapping
from recanvass.reading.numbers import HIDDEN, Column, parsed
from recanvass.reading.tableplan import Plan, plan
from recanvass.results import COUNTS, LEVELS, Contest, Labels, Results, Source
from recanvass.sheet import Sheet, Warned
from recanvass.wording import listed, show


def read_tables(tables: Sequence[RawTable], source: Source, given: Mapping | None) -> Results:
    """The results of a file: of the only table in it that holds results, or the first sheet that does."""
    plans: list[Plan] = []
    errors: list[ReadError | UsageError] = []
    for raw in tables:
        try:
            plans.append(plan(raw, source, given))
        except (ReadError, UsageError) as error:
            errors.append(error)
    if not plans:
        raise (
            next((e for e in errors if isinstance(e, MappingNeeded)), errors[0])
            if errors
            else ReadError(f"{source.name} holds no table.")
        )
    _refuse_unread(plans[0], tables, [p.raw for p in plans], source.name)
    chosen = _one(plans, source) if len(plans) > 1 else plans[0]
    others = [raw.name for raw in tables if raw is not chosen.raw and raw.name]
    return finished(chosen, source, others)


def _one(plans: Sequence[Plan], source: Source) -> Plan:
    """The sheet to be read among several with results; refused where another holds stations of its own.

    The first is taken where the others hold nothing but its stations (a corrected or an older version);
    the longest where the others have the same sums (a summary).
    """
    if all(p.raw.cell_names for p in plans):
        read = [finished(p, source, []) for p in plans]
        stations = [{tuple(labels[i] for labels in r.places.values()) for i in range(len(r))} for r in read]
        if all(r.places for r in read) and all(s <= stations[0] for s in stations):
            return plans[0]
        longest = max(range(len(plans)), key=lambda k: len(read[k]))
        votes = [{o: r.totals[o] for o in r.options} for r in read]
        if all(v == votes[longest] for v in votes):
            return plans[longest]
    names = [p.raw.name for p in plans]
    raise ReadError(
        f"{source.name} holds several tables of results with different stations: {listed(names)}; name one with "
        "--part, or put their rows into one table."
    )


def _refuse_unread(made: Plan, tables: Sequence[RawTable], read: Sequence[RawTable], name: str) -> None:
    """A table that could not be read, but has the options of the one that could, is part of the results."""
    options = {made.table.headers[j] for j in made.decision.options.values()}
    for raw in tables:
        if any(raw is other for other in read):
            continue
        try:
            headers = set(layout.laid(raw, name).headers)
        except ReadError:
            continue
        if options and len(options & headers) * 2 > len(options):
            raise ReadError(
                f"{name}: {show(raw.name)} has the same options as {show(made.raw.name)} and could not be read; "
                "name the part to be read with --part, or give its columns the same headers."
            )


def finished(made: Plan, source: Source, others: Sequence[str]) -> Results:
    """The results of a decided table: strict numbers, rows set aside, control totals, sheet."""
    table, columns, found_totals, doubts = _aside(made)
    made = replace(made, decision=_held(made.decision, columns))
    decision = made.decision
    _refuse(table, columns, decision, source.name)
    results = _results(table, columns, decision, made, source)
    ledger.control(table, columns, decision.figures, decision.options, results, source.name)
    counted = len(table.cells) + made.folded
    records = made.raw.records or len(made.raw.cells)
    ledger.balance(records, counted, len(table.aside), source.name)
    checked = verification.checks(results)
    issues = verification.issues(results, checked)
    issues += warnings.negative_issue(made, results)
    names = {
        **{n: decision.figures[n] for n in COUNTS if n in decision.figures},
        **{n: (j,) for n, j in decision.options.items()},
    }
    shown = {level: (j,) for level, j in decision.levels.items()} | names
    told = replace(
        made.layout_of,
        columns=made.layout_of.columns
        or {
            n: tuple(mapping.reference(table.headers, j) for j in js)
            for n, js in shown.items()
            if n not in decision.options
        }
        | {lv: ns for lv, ns in (made.mapping.columns if made.mapping else {}).items() if lv in LEVELS and len(ns) > 1},
        options={}
        if made.layout_of.votes
        else {n: mapping.reference(table.headers, j) for n, j in decision.options.items()},
    )
    sheet = Sheet(
        records=records,
        counted=counted,
        quarantined=tuple(sorted(table.aside, key=lambda q: q.row)),
        columns={n: " + ".join(table.headers[j] or f"#{j + 1}" for j in js) for n, js in shown.items()},
        decided=dict(decision.decided),
        ignored=tuple(h for j, h in enumerate(table.headers) if h and not any(j in js for js in shown.values())),
        known={
            **{n: int(results.known(n).sum()) for n in results.counts},
            **{o: int(results.stood(j).sum()) for j, o in enumerate(results.options)},
        },
        warnings=(
            *warnings.of_notes(made.raw),
            *warnings.of_reading(made, table, columns, results, found_totals, others, issues),
            *doubts,
        ),
        identities=verification.identities(checked),
        compared=verification.compared(results),
        issues=tuple(issues),
        mapping=told.text([f"How {show(source.name)} was read; --mapping with this file gives the same reading."]),
    )
    return replace(results, sheet=sheet)


def _used(decision: Decision) -> list[int]:
    return sorted({j for js in decision.figures.values() for j in js} | set(decision.options.values()))


def _aside(made: Plan) -> tuple[Laid, tuple[Column, ...], int, list[Warned]]:
    """Take totals, notes and records without a needed figure out of the table; say how many, and what is doubtful."""
    table, columns, decision = made.table, made.columns, made.decision
    used = _used(decision)
    reasons: dict[int, str] = {}
    gaps = np.logical_and.reduce([columns[j].absent for j in used])
    figures = np.flatnonzero(~gaps)
    body = (int(figures[0]), int(figures[-1])) if len(figures) else (0, 0)
    reasons |= {i: "note" for i in np.flatnonzero(gaps).tolist() if _is_note(table, i, decision, body)}
    texts = [j for j, c in enumerate(columns) if c.kind == "text" or j in decision.levels.values() or c.refusals]
    rows = np.stack([columns[j].values for j in used], axis=1)
    keep = made.mapping.totals == "keep" if made.mapping else False
    given = np.stack([~columns[j].absent for j in used], axis=1)
    found = {} if keep else totals.totals(table, rows, given, decision.levels, texts)
    reasons |= found
    for header in made.mapping.need if made.mapping else ():
        assert made.mapping is not None
        j = mapping.position(table.headers, header, made.mapping)
        reasons |= {i: "figure_missing" for i in np.flatnonzero(columns[j].absent).tolist() if i not in reasons}
    kept = np.ones(len(table.cells), dtype=bool)
    kept[list(reasons)] = False
    doubts = (
        []
        if keep
        else warnings.of_doubtful(table, doubtful(rows, given, ~kept, totals.nameless(table, decision.levels)))
    )
    if not reasons:
        return table, columns, 0, doubts
    cells_of = made.mapping.cells_of if made.mapping else lambda _: mapping.Cells()
    left = layout.without(table, reasons)
    if not len(left.cells):
        raise ReadError("No station is left once totals, notes and records without figures are set aside.")
    parts = []
    for j, header in enumerate(table.headers):
        how = cells_of(header)
        column = columns[j]
        if column.kind == "count" and (column.readings or column.bad is not None):
            parts.append(
                parsed(
                    left.cells.to_series(j),
                    missing=frozenset(how.missing),
                    negative=how.negative,
                    zero=how.zero,
                    kind="count",
                )
            )
        else:
            parts.append(Column(column.kind, column.values[kept], column.absent[kept]))
    return left, tuple(parts), len(found), doubts


def _held(decision: Decision, columns: Sequence[Column]) -> Decision:
    """The decision without figures that no station gives, once the totals are set aside."""
    empty = {name: js for name, js in decision.figures.items() if any(columns[j].absent.all() for j in js)}
    if not empty:
        return decision
    figures = {name: js for name, js in decision.figures.items() if name not in empty}
    gone = {j: "totals_only" for js in empty.values() for j in js}
    return replace(decision, figures=figures, aside={**decision.aside, **gone})


def _is_note(table: Laid, i: int, decision: Decision, body: tuple[int, int]) -> bool:
    """Whether a record without any figure is no station: it names none, or is a lone sentence beside the table.

    ``body`` are the first and the last record with figures.
    """
    row = table.cells.row(i)
    given = [j for j, text in enumerate(row) if text and text.strip()]
    station = decision.levels.get("station")
    if station is not None and station not in given:
        return True
    text = HIDDEN.sub("", row[given[0]] or "").strip()
    if len(given) != 1 or len(table.headers) <= 2:
        return False
    outside = not body[0] < i < body[1]
    return (outside and len(text.split()) >= 4 and not _named_alike(table, given[0], text)) or text[:1] in "*†¹[("


def _named_alike(table: Laid, column: int, text: str) -> bool:
    """Whether other records of the table are named in the same way but for their letters and numbers."""
    shapes = table.cells.to_series(column).str.replace_all(r"\p{N}+", "9").str.replace_all(r"\p{L}+", "a")
    own = pl.Series([text]).str.replace_all(r"\p{N}+", "9").str.replace_all(r"\p{L}+", "a")[0]
    alike = int((shapes == own).sum())
    return alike > 1 and alike * 20 > len(shapes)


def _refuse(table: Laid, columns: Sequence[Column], decision: Decision, name: str) -> None:
    """Cells that are no counts, in columns that are counted."""
    found = []
    total = 0
    for j in _used(decision):
        total += columns[j].refusals
        found += [(i, j, text, why) for i, text, why in columns[j].refused]
    if not found:
        return
    shown = [f"{table.at(i, j)} holds {show(text, 40)!r}" for i, j, text, _ in sorted(found)[:5]]
    more = f" (and {total - len(shown):,} more cells)" if total > len(shown) else ""
    reasons = {why for *_, why in found}
    advice = "A mapping may declare such figures absent" if reasons <= {"negative", "not_finite", "words"} else ""
    raise ReadError(
        f"{name}: {'; '.join(shown)}{more}; a count is a whole number from 0 up to {2**40:,}. "
        f"{advice + ', or c' if advice else 'C'}orrect the cells."
    )


def _results(table: Laid, columns: Sequence[Column], decision: Decision, made: Plan, source: Source) -> Results:
    n = len(table.cells)
    counts, absent = {}, {}
    for name in COUNTS:
        if name in decision.figures:
            values, known = summed(decision.figures[name], columns)
            counts[name] = np.where(known, values, 0)
            if not known.all():
                absent[name] = ~known
    chosen = [columns[j] for j in decision.options.values()]
    votes = np.stack([c.values for c in chosen], axis=1) if chosen else np.zeros((n, 0), np.int64)
    gaps = np.stack([c.absent for c in chosen], axis=1) if chosen else np.zeros((n, 0), bool)
    if gaps.any():
        absent["votes"] = gaps
    places = {
        level: Labels.of_column(table.cells.to_series(decision.levels[level]))
        for level in LEVELS
        if level in decision.levels
    }
    declared: dict[str, Any] = dict(made.mapping.contest) if made.mapping else {}
    return Results(
        tuple(decision.options),
        votes,
        counts,
        absent,
        places,
        table.positions.cast(pl.Int64).to_numpy().copy(),
        Contest(**{k: declared[k] for k in Contest.__dataclass_fields__ if k in declared}),
        replace(source, encoding=made.raw.encoding, part=made.raw.name),
    )


def with_contest(results: Results, contest: Contest) -> Results:
    """The results with what is known of the contest, and its announced totals compared."""
    told = replace(results, contest=contest)
    if results.sheet is None:
        return told
    return replace(told, sheet=replace(results.sheet, compared=verification.compared(told)))
