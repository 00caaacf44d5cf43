"""Long tables: a row for each station and option. They are turned into one row a station.

The column of options may also hold figures of the whole station ("Registered Voters", "Ballots
Cast", "Total"): the dictionary knows such pseudo-options. Nothing is summed: a station with two
rows for one option is refused, unless the party tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from recanvass.errors import ReadError
from recanvass.reading.columns import VOTES
from recanvass.reading.dictionary import meanings, spoken
from recanvass.reading.layout import Laid, without
from recanvass.reading.numbers import Column
from recanvass.results import COUNTS
from recanvass.wording import show

#: More options than these stand in several contests, each with its own.
MOST_OPTIONS = 2_000

_JOINT = " · "

#: What programs write where an option has no name.
_NO_NAME = ("undefined", "null")


@dataclass(frozen=True)
class Long:
    """Where a long table keeps its options and votes; ``index`` are the columns that name a station."""

    option: tuple[int, ...]
    votes: int
    index: tuple[int, ...]


def found(table: Laid, columns: Sequence[Column], index: MappingOf[str, int]) -> Long | None:
    """The long layout, if the table has it: a column of options, one of votes, and places that repeat."""
    tongues = {*spoken(table.headers), "en"}
    names = {j: {(m.kind, m.name) for m in meanings(h) if m.language in tongues} for j, h in enumerate(table.headers)}
    counts = {j: said for j, said in names.items() if columns[j].kind == "count"}
    votes = [j for j, said in counts.items() if ("figure", "votes") in said]
    votes = votes or [j for j, said in counts.items() if ("long", "votes") in said]
    options = [j for j, said in names.items() if ("long", "option") in said and columns[j].kind == "text"]
    if len(votes) != 1 or not options or not index:
        return None
    places = table.cells.select([table.cells.columns[j] for j in index.values()])
    if places.n_unique() * 1.5 > len(places):
        return None
    return Long((_fewest(table, options),), votes[0], tuple(index.values()))


def contests(table: Laid) -> tuple[str, list[str]] | None:
    """The column that names the contest of each record and the contests in it, where there are several."""
    tongues = {*spoken(table.headers), "en"}
    for j, header in enumerate(table.headers):
        said = {(m.kind, m.name) for m in meanings(header) if m.language in tongues}
        if ("long", "contest") not in said or ("long", "option") in said:
            continue
        names = table.cells.to_series(j).fill_null("").str.strip_chars().unique(maintain_order=True).to_list()
        named = [name for name in names if name and not _pseudo(name)]
        if 1 < len(named) <= 200:
            return header, named
    return None


def _fewest(table: Laid, options: Sequence[int]) -> int:
    """Of several columns of options the one with the most names, then the longest: not a party."""

    def rank(j: int) -> tuple[int, int, int]:
        names = table.cells.to_series(j).drop_nulls().unique()
        return len(names), int(names.str.len_chars().sum()), -j

    return max(options, key=rank)


def widened(table: Laid, long: Long, columns: Sequence[Column], name: str) -> Laid:
    """One row a station; option columns are called ``votes:`` and the option.

    Raises
    ------
    ReadError
        A cell of the votes is no count; a station has two rows for one option.
    """
    refused = columns[long.votes].refused
    if refused:
        i, text, _ = refused[0]
        raise ReadError(f"{name}: {table.at(i, long.votes)} holds {show(text)!r}, which is no count; correct it.")
    option = _option(table, long.option)
    option = _figures_of_office(table, option)
    _refuse_nameless(table, option, columns[long.votes], name)
    meant = {text: _pseudo(text) for text in option.unique().to_list()}
    table, option = _without_totals(table, option, meant)
    key = table.cells.select([pl.col(table.cells.columns[j]).fill_null("") for j in long.index])
    frame = key.with_columns(option.alias("_option"), table.cells.to_series(long.votes).alias("_votes"))
    frame = frame.with_columns(table.positions.alias("_row"))
    doubled = frame.select([*key.columns, "_option"]).is_duplicated()
    if doubled.any():
        party = _party(table, long)
        if party is not None:
            return widened(
                table,
                Long((*long.option, party), long.votes, long.index),
                columns_of(table, long, columns),
                name,
            )
        first = int(np.flatnonzero(doubled.to_numpy())[0])
        raise ReadError(
            f"{name}: row {table.positions[first]} and another give votes for {show(option[first])!r} at the same "
            "station; choose the contest or the kind of vote with [rows.only] in a mapping."
        )
    carried = _carried(table, long, columns, key)
    refuse_many(option, name)
    wide = frame.pivot(on="_option", index=key.columns, values="_votes", maintain_order=True)
    rows = frame.group_by(key.columns, maintain_order=True).agg(pl.col("_row").min())
    texts = [c for c in wide.columns if c not in key.columns]
    headers = [table.headers[j] for j in long.index]
    headers += [_pseudo(text) or f"{VOTES}{text}" for text in texts]
    for j, cells_of in carried.items():
        if not {m.name for m in meanings(table.headers[j])} & {h for h in headers if h in COUNTS}:
            wide = wide.with_columns(cells_of.alias(f"carried {j}"))
            headers.append(table.headers[j])
    cells = wide.rename({c: f"c{k}" for k, c in enumerate(wide.columns)})
    return Laid(tuple(headers), cells, rows["_row"], table.aside, sheet_cells=False)


def refuse_many(option: pl.Series, name: str) -> None:
    """Refuse more options than one contest has: each would become a column."""
    several = option.n_unique()
    if several > MOST_OPTIONS:
        raise ReadError(
            f"{name}: its rows name {several:,} different options, more than one contest has (at most "
            f"{MOST_OPTIONS:,} are read); give the rows of one contest."
        )


def columns_of(table: Laid, long: Long, columns: Sequence[Column]) -> Sequence[Column]:
    """The columns, of which only the votes are looked at; they were checked before."""
    del table
    return [Column(c.kind, c.values, c.absent) if j == long.votes else c for j, c in enumerate(columns)]


def _option(table: Laid, columns: Sequence[int]) -> pl.Series:
    parts = [table.cells.to_series(j).fill_null("").str.strip_chars() for j in columns]
    parts = [part.replace(dict.fromkeys(_NO_NAME, "")) for part in parts]
    option = parts[0]
    for part in parts[1:]:
        joined = (option + pl.Series([_JOINT]) + part).str.strip_prefix(_JOINT)
        option = joined.zip_with((part != "") & (part != option), option)
    return option


def _figures_of_office(table: Laid, option: pl.Series) -> pl.Series:
    """The options, with figures of the station that stand in another column of words and name no candidate."""
    if not (option == "").any():
        return option
    for j in range(len(table.headers)):
        names = table.cells.to_series(j).filter(option == "").drop_nulls().unique()
        if 0 < len(names) <= 40 and any(_pseudo(text.strip()) for text in names.to_list()):
            office = table.cells.to_series(j).fill_null("").str.strip_chars()
            figures = [name for name in office.unique().to_list() if _pseudo(name)]
            option = office.zip_with((option == "") & office.is_in(figures), option)
    return option


def _refuse_nameless(table: Laid, option: pl.Series, votes: Column, name: str) -> None:
    """Votes in a row that names no option would be lost."""
    lost = np.flatnonzero((option == "").to_numpy() & (votes.values > 0))
    if len(lost):
        i = int(lost[0])
        raise ReadError(
            f"{name}: row {table.positions[i]} gives {votes.values[i]:,} votes and names no option ({len(lost):,} such "
            "rows); name the columns that say what they are in a mapping ([long] option = [...])."
        )


def _carried(table: Laid, long: Long, columns: Sequence[Column], key: pl.DataFrame) -> dict[int, pl.Series]:
    """Figures of the station that stand on each of its rows: by their column, one cell a station."""
    found: dict[int, pl.Series] = {}
    for j, header in enumerate(table.headers):
        said = {m.name for m in meanings(header) if m.kind == "figure"} & set(COUNTS)
        if not said or j in (long.votes, *long.option, *long.index) or columns[j].kind != "count":
            continue
        frame = key.with_columns(table.cells.to_series(j).alias("_figure"))
        each = frame.group_by(key.columns, maintain_order=True).agg(
            pl.col("_figure").first(), pl.col("_figure").n_unique().alias("_kinds")
        )
        if (each["_kinds"] == 1).all():
            found[j] = each["_figure"]
    return found


def _party(table: Laid, long: Long) -> int | None:
    tongues = {*spoken(table.headers), "en"}
    for j, header in enumerate(table.headers):
        said = {(m.kind, m.name) for m in meanings(header) if m.language in tongues}
        if ("long", "option") in said and j not in long.option:
            return j
    return None


def _pseudo(text: str) -> str:
    """The canonical count (or ``totals``) that a name in the column of options stands for."""
    said = [m.name for m in meanings(text) if m.kind == "pseudo"]
    return next((n for n in said if n in COUNTS or n == "totals"), "")


def _without_totals(table: Laid, option: pl.Series, meant: MappingOf[str, str]) -> tuple[Laid, pl.Series]:
    texts = [text for text, name in meant.items() if name == "totals" or not text]
    gone = option.is_in(texts)
    reasons = {int(i): "total_row" if option[int(i)] else "note" for i in np.flatnonzero(gone.to_numpy())}
    return without(table, reasons), option.filter(~gone)
