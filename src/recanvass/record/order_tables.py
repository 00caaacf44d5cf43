"""Tables of order: when each station was processed, and in which order its ballots were read.

Both lie in the case's folder as small CSV tables. A station or a position that stands twice is
refused, not resolved: which of the two is right only the person who made the table can know.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from recanvass.errors import ReadError
from recanvass.observation import Arrivals
from recanvass.record.case_file import CaseFile, Count, Station, inside
from recanvass.record.claims import Entry, Line
from recanvass.record.small_tables import table_rows
from recanvass.wording import show

#: Stations, and ballots, that a table may hold.
MOST_STATIONS, MOST_BALLOTS = 200_000, 1_000_000


class ArrivalRow(Entry):
    """When one station was processed."""

    station: Station
    order: Count | None = None
    time: Annotated[str, Field(max_length=40)] = ""

    @model_validator(mode="after")
    def _one_moment(self) -> ArrivalRow:
        if (self.order is None) == (not self.time):
            raise ValueError("give either order or time")
        return self


class BallotRow(Entry):
    """One ballot; an empty option could not be read."""

    station: Station
    position: Count
    option: Line = ""


def arrivals(case: CaseFile, folder: Path) -> Arrivals | None:
    """When each station was processed, times as minutes after the first one.

    Raises
    ------
    ReadError
        Naming the file and the row: a station twice, a moment that is none, times and orders mixed.
    """
    table = case.arrivals
    if table is None:
        return None
    path = inside(folder, table.file, "arrivals.file")
    rows: tuple[ArrivalRow, ...] = table_rows(path, ArrivalRow, MOST_STATIONS)
    named = show(path.name)
    timed = any(row.time for row in rows)
    seen: dict[str, datetime | int] = {}
    for number, row in enumerate(rows, start=1):
        if row.station in seen:
            raise ReadError(f"{named}, row {number}: {show(row.station)} stands twice; give each station once.")
        if bool(row.time) != timed:
            raise ReadError(f"{named}, row {number}: some rows give an order and some a time; give the same in all.")
        seen[row.station] = _moment(row.time, f"{named}, row {number}") if timed else row.order or 0
    for given in table.interruptions:
        if isinstance(given, datetime) != timed:
            kind = "dates with a time" if timed else "whole numbers"
            raise ReadError(f"case.toml: arrivals.interruptions: {given} does not fit {named}; give {kind}.")
    moments = [m for m in (*seen.values(), *table.interruptions) if isinstance(m, datetime)]
    if len({m.tzinfo is None for m in moments}) > 1:
        raise ReadError(
            f"case.toml: arrivals: some times in {named} or among the interruptions have a zone and some have none;"
            " give all of them with a zone or all without."
        )
    first = min(moments, default=None)

    def value(moment: datetime | int) -> float:
        if isinstance(moment, datetime):
            assert first is not None
            return (moment - first).total_seconds() / 60
        return float(moment)

    return Arrivals(
        {station: value(moment) for station, moment in seen.items()},
        tuple(sorted(map(value, table.interruptions))),
        "minutes" if timed else "order",
    )


def ballot_sequences(case: CaseFile, folder: Path) -> Mapping[str, tuple[str, ...]]:
    """The options of the ballots of each station, by position.

    Raises
    ------
    ReadError
        Naming the file: a position of a station twice.
    """
    table = case.ballot_sequences
    if table is None:
        return {}
    path = inside(folder, table.file, "ballot_sequences.file")
    rows: tuple[BallotRow, ...] = table_rows(path, BallotRow, MOST_BALLOTS)
    found: dict[str, dict[int, str]] = {}
    for number, row in enumerate(rows, start=1):
        ballots = found.setdefault(row.station, {})
        if row.position in ballots:
            raise ReadError(
                f"{show(path.name)}, row {number}: position {row.position} of {show(row.station)} stands twice;"
                " give each ballot its own position."
            )
        ballots[row.position] = row.option
    return {station: tuple(b[k] for k in sorted(b)) for station, b in found.items()}


def _moment(text: str, where: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ReadError(f"{where}: {show(text)} is no time; write it as 2019-10-20T19:40:00.") from error
