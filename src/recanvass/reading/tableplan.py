"""What the columns of one table are: by a mapping, by a mapping that comes with the program, or by themselves."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from recanvass.errors import MappingNeeded, ReadError, UsageError
from recanvass.reader import RawTable
from recanvass.reading import blocks, layout, long, mapping
from recanvass.reading.columns import Decision, Open, decide, proposed
from recanvass.reading.dictionary import closest, meanings
from recanvass.reading.layout import Laid
from recanvass.reading.mapping import Mapping, Question
from recanvass.reading.numbers import Column, parsed
from recanvass.results import COUNTS, LEVELS, Source
from recanvass.wording import listed, phrase, show


@dataclass(frozen=True)
class Plan:
    """A table whose columns are decided, before its numbers are held to account."""

    raw: RawTable
    table: Laid
    columns: tuple[Column, ...]
    decision: Decision
    mapping: Mapping | None
    folded: int = 0
    layout_of: Mapping = field(default_factory=Mapping)


def plan(raw: RawTable, source: Source, given: Mapping | None) -> Plan:
    """What the columns of one table are.

    Raises
    ------
    MappingNeeded
        Something stays open; a mapping to be edited comes with it.
    """
    if given is not None and given.open:
        figures = listed([q.figure for q in given.open])
        raise UsageError(f"{given.origin}: still open is {figures}; decide it and delete the [[open]] tables.")
    table = layout.laid(raw, source.name, given.header if given else ())
    used = given or mapping.known(source.sha256, table.headers)
    table = _joined(blocks.unfolded(_only(table, used, source.name), source.name), used)
    columns = _parsed(table, used)
    if used is None:
        _one_contest(table, source.name)
    records = len(table.cells)
    found = _long(table, columns, used)
    if used is None and found is None:
        _upright(table, columns, source.name)
    told = Mapping(
        sha256=source.sha256,
        part=raw.name,
        encoding=raw.encoding,
        header=tuple(q.row for q in table.aside if q.reason == "header"),
        cells=dict(used.cells) if used else {},
        only=dict(used.only) if used else {},
        need=used.need if used else (),
        totals=used.totals if used else "aside",
        contest=dict(used.contest) if used else {},
    )
    if found is not None:
        names = [mapping.reference(table.headers, j) for j in found.option]
        levels = _long_levels(table, found, columns)
        told = replace(
            told,
            option=tuple(names),
            votes=mapping.reference(table.headers, found.votes),
            columns={level: (mapping.reference(table.headers, j),) for level, j in levels.items()},
        )
        wide = long.widened(table, found, columns, source.name)
        wide = replace(wide, headers=tuple(_renamed(wide, table, levels)))
        folded = records - (len(wide.aside) - len(table.aside)) - len(wide.cells)
        table, columns = wide, _parsed(wide, None)
        return Plan(raw, table, columns, decide(table, columns), used, folded, told)
    _distinct(table, columns, source.name)
    decision = _mapped(table, columns, used) if used and (used.decides or used.columns) else decide(table, columns)
    if decision.open:
        raise _needed(table, columns, decision, told, source.name)
    return Plan(raw, table, columns, decision, used, 0, told)


def _one_contest(table: Laid, name: str) -> None:
    """Refuse a table with the records of several contests, which would be added up."""
    several = long.contests(table)
    if several is not None:
        header, contests = several
        raise ReadError(
            f"{name}: the column {show(header)!r} names several contests ({listed(contests, most=5)}); choose one in a "
            f'mapping: [rows] only = {{ "{show(header)}" = "{show(contests[0])}" }}.'
        )


def _upright(table: Laid, columns: Sequence[Column], name: str) -> None:
    """Refuse a table that lies on its side: stations in columns, and figures in rows."""
    for j, column in enumerate(columns):
        if column.kind == "text" and len(table.cells) <= 200:
            cells = table.cells.to_series(j).drop_nulls().unique().to_list()
            meant = [{m.name for m in meanings(text) if m.kind == "figure"} for text in cells]
            named = set().union(*meant) & {"registered", "ballots", "valid", "invalid", "issued"}
            if len(named) >= 3 and sum(map(bool, meant)) * 3 >= len(cells):
                raise ReadError(
                    f"{name}: the table lies on its side, for the rows of column {j + 1} are figures "
                    f"({listed(sorted(named), most=4)}); turn it so that each station has a row."
                )


def _parsed(table: Laid, used: Mapping | None) -> tuple[Column, ...]:
    columns = []
    for j, header in enumerate(table.headers):
        cells = used.cells_of(header) if used else mapping.Cells()
        columns.append(
            parsed(
                table.cells.to_series(j),
                missing=frozenset(cells.missing),
                negative=cells.negative,
                zero=cells.zero,
            )
        )
    return tuple(columns)


def _distinct(table: Laid, columns: Sequence[Column], name: str) -> None:
    """Two columns of one name, with figures in them, are refused: programs would take one or the other."""
    seen: dict[str, int] = {}
    for j, header in enumerate(table.headers):
        if header and columns[j].kind != "empty":
            if header in seen and "count" in (columns[j].kind, columns[seen[header]].kind):
                raise ReadError(
                    f"{name}: columns {seen[header] + 1} and {j + 1} are both called {show(header)!r}; "
                    "rename one, because it cannot be known which is meant."
                )
            seen[header] = j


def _only(table: Laid, used: Mapping | None, name: str) -> Laid:
    """Set aside the records of other contests, as the mapping says."""
    for header, text in (used.only if used else {}).items():
        assert used is not None
        j = mapping.position(table.headers, header, used)
        other = (table.cells.to_series(j).fill_null("").str.strip_chars() != text).to_numpy()
        if other.all():
            raise UsageError(f"{used.origin}: no record of {name} has {show(text)!r} in {show(header)!r}.")
        table = layout.without(table, {int(i): "other_contest" for i in np.flatnonzero(other)})
    return table


def _joined(table: Laid, used: Mapping | None) -> Laid:
    """Levels that a mapping makes of several columns, each as one more column."""
    for level in LEVELS:
        names = used.columns.get(level, ()) if used else ()
        if used is None or len(names) < 2:
            continue
        js = mapping.positions(table.headers, names, used)
        parts = [pl.col(table.cells.columns[j]).fill_null("").str.strip_chars() for j in js]
        cells = table.cells.with_columns(pl.concat_str(parts, separator=" / ").alias(f"joined_{level}"))
        table = replace(table, cells=cells, headers=(*table.headers, _join_header(names)))
    return table


def _join_header(names: Sequence[str]) -> str:
    return " + ".join(names)


def _long(table: Laid, columns: Sequence[Column], used: Mapping | None) -> long.Long | None:
    if used is not None and used.votes:
        option = mapping.positions(table.headers, used.option, used)
        index = [mapping.position(table.headers, used.columns[lv][0], used) for lv in LEVELS if lv in used.columns]
        return long.Long(option, mapping.position(table.headers, used.votes, used), tuple(index))
    if used is not None and used.decides:
        return None
    return long.found(table, columns, proposed(table, columns).levels)


def _long_levels(table: Laid, found: long.Long, columns: Sequence[Column]) -> dict[str, int]:
    levels = {level: j for level, j in proposed(table, columns).levels.items() if j in found.index}
    spare = [level for level in reversed(LEVELS) if level not in levels]
    for j in reversed(found.index):
        if j not in levels.values() and spare:
            levels[spare.pop(0)] = j
    return {level: levels[level] for level in LEVELS if level in levels}


def _renamed(wide: Laid, table: Laid, levels: MappingOf[str, int]) -> list[str]:
    back = {table.headers[j]: level for level, j in levels.items()}
    return [back.get(header, header) for header in wide.headers]


def _mapped(table: Laid, columns: Sequence[Column], used: Mapping) -> Decision:
    """The columns as a mapping says; with figures but no options in it, the options are still searched."""
    figures = {
        name: mapping.positions(table.headers, used.columns[name], used) for name in COUNTS if name in used.columns
    }
    levels = {
        level: mapping.position(table.headers, _join_header(used.columns[level]), used)
        for level in LEVELS
        if level in used.columns
    }
    options = {name: mapping.position(table.headers, header, used) for name, header in used.options.items()}
    taken = [j for js in figures.values() for j in js if len(js) == 1] + list(options.values())
    if len(set(taken)) < len(taken):
        twice = next(j for j in taken if taken.count(j) > 1)
        raise UsageError(f"{used.origin}: the column {show(table.headers[twice])!r} is given two meanings.")
    if not options:
        free = decide(table, columns)
        options = {name: j for name, j in free.options.items() if j not in taken}
    decided = dict.fromkeys([*figures, *levels, *options], "mapping")
    busy = {*taken, *levels.values()}
    aside = {j: "extra" for j, c in enumerate(columns) if c.kind == "count" and j not in busy}
    opened = () if options else (Open("votes", "no_options"),)
    return Decision(figures, levels, options, decided, aside, opened)


def _needed(table: Laid, columns: Sequence[Column], decision: Decision, told: Mapping, name: str) -> MappingNeeded:
    """The error with a mapping in which everything that is known is filled in."""
    headers = table.headers
    open_figures = {o.figure for o in decision.open}
    known = {
        n: tuple(mapping.reference(headers, j) for j in js)
        for n, js in decision.figures.items()
        if n not in open_figures
    }
    known |= {level: (mapping.reference(headers, j),) for level, j in decision.levels.items()}
    likely = decision.options or {headers[j]: j for o in decision.open if o.figure == "votes" for j in o.choices}
    asked, sentences = [], []
    for o in decision.open:
        choices = tuple(mapping.reference(headers, j) for j in o.choices)
        asked.append(Question(o.figure, o.question, choices))
        facts = {"figure": o.figure, "choices": [show(c) for c in choices]}
        sentences.append(phrase("columns", "open", o.question, facts=facts))
    options = {} if "votes" in open_figures else {n: mapping.reference(headers, j) for n, j in likely.items()}
    proposal = replace(told, columns=known, options=options, open=tuple(asked))
    comments = [
        f"A mapping for {show(name)}: say what the columns are, delete the [[open]] tables, "
        "and read again with --mapping.",
        "Columns of the table: "
        + "; ".join(mapping.reference(headers, j) for j in range(len(headers)))[:4000].replace("\n", " "),
        f"Figures and levels: {', '.join((*COUNTS, *LEVELS))}. Options stand under [options], name = header.",
    ]
    comments += [
        f"{header!r} resembles {', '.join(like)}."
        for j, header in enumerate(headers)
        if j not in {i for js in decision.figures.values() for i in js} and (like := closest(header))
    ]
    columns_named = listed([h for h in headers if h], most=12)
    del columns
    return MappingNeeded(
        f"{name}: {' '.join(sentences)} The columns are {columns_named}. Say in a mapping file which is which.",
        proposal.text(comments),
    )
