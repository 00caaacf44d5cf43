"""``case.toml`` as data: the contest, what was announced, and where the tables lie.

Every key is known; an unknown one is refused. Paths are relative, inside the case's folder, and
pass no link; a table ``{data = ...}`` lies under the folder that ``RECANVASS_DATA`` names.
"""

from __future__ import annotations

import os
import re
import stat
from datetime import date, datetime
from datetime import date as Day
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from recanvass.case import Announced
from recanvass.division import Division
from recanvass.errors import ReadError, UsageError
from recanvass.record.claims import Address, Entry, Line, Name, Number, Paragraph
from recanvass.record.documents import Problem, document, validated
from recanvass.record.small_tables import table_rows
from recanvass.record.sources import unsafe
from recanvass.wording import show

Percent = Annotated[str, Field(pattern=r"^\d{1,3}(\.\d{1,6})?$")]
Count = Annotated[int, Field(strict=True, ge=0, le=2**53)]
Base = Literal["valid", "ballots", "registered"]
Moment = Annotated[datetime, Field(strict=True)]
#: A station's name as the results print it: any printable line.
Station = Annotated[Line, Field(min_length=1)]


class ContestTable(Entry):
    """``[contest]``: what was elected, and what turnout and share are taken of.

    Only a contest of the kind ``simulated`` has no date.
    """

    title: Annotated[Line, Field(min_length=1)]
    country: Line = ""
    date: Day | None = None
    kind: Line = ""
    turnout_of: Literal["ballots", "issued"] = "ballots"
    share_of: Literal["valid", "ballots"] = "valid"

    @model_validator(mode="after")
    def _has_a_date(self) -> ContestTable:
        if self.date is None and self.kind != "simulated":
            raise ValueError("it gives no date; write the day of the vote as date = 2031-03-09")
        return self


class AnnouncedRow(Entry):
    """``[[announced]]``: one figure of the authority; see `recanvass.case.Announced`.

    ``percent`` is written in quotes, as printed, so that its decimals are known.
    """

    column: Annotated[Line, Field(min_length=1)]
    count: Count | None = None
    percent: Percent | None = None
    territory: Line = ""
    base: Base = "valid"
    source: Line = ""
    bulletin: Line = ""
    coverage: Percent | Literal[""] = ""

    @model_validator(mode="after")
    def _says_something(self) -> AnnouncedRow:
        if self.count is None and self.percent is None:
            raise ValueError("it gives neither count nor percent")
        return self

    def announced(self) -> Announced:
        """The figure as a case holds it."""
        return Announced(**self.model_dump())


class HistoryRow(AnnouncedRow):
    """One figure of an earlier contest."""

    date: date
    round: Annotated[int, Field(ge=1, le=3)] = 1
    note: Line = ""


class TableFile(Entry):
    """Where a table lies: ``file`` in the case's folder, or ``data`` under ``RECANVASS_DATA``."""

    file: Line = ""
    data: Line = ""
    mapping: Line = ""
    note: Paragraph = ""

    @model_validator(mode="after")
    def _one_place(self) -> TableFile:
        if bool(self.file) == bool(self.data):
            raise ValueError("give either file or data")
        return self


class CopiesTable(TableFile):
    """``[copies]``; ``[copies.source]`` is the same table as its publishers released it."""

    source: TableFile | None = None


class PhotographsTable(TableFile):
    """``[photographs]``: how it was made sure that each is unique, dated and signed, if it was.

    A photograph is *unique* if no other one shows the same ballot, *dated* if it was taken while the
    station was open, *signed* if it shows the marks that the commission put on the ballot.
    """

    unique: Paragraph = ""
    dated: Paragraph = ""
    signed: Paragraph = ""

    @property
    def verified(self) -> tuple[str, ...]:
        """Which of the three hold."""
        return tuple(name for name in ("unique", "dated", "signed") if getattr(self, name))


class SamplingTable(Entry):
    """``[sampling]``: how the stations of the copies were chosen; see `recanvass.observation`."""

    design: Literal["random", "convenience", "unknown"] = "unknown"
    level: Literal["", "region", "district", "subdistrict"] = ""
    frame: Annotated[dict[str, Count], Field(max_length=10_000)] = Field(default_factory=dict)
    drawn: Annotated[dict[str, Count], Field(max_length=10_000)] = Field(default_factory=dict)


class ObserversTable(Entry):
    """``[observers]``: which stations observers were sent to; see `recanvass.observation`."""

    design: Literal["random", "convenience", "unknown"] = "unknown"
    level: Literal["", "region", "district", "subdistrict"] = ""
    stations: Annotated[list[Station], Field(max_length=200_000)] = Field(default_factory=list)
    kept: Annotated[list[Station], Field(max_length=200_000)] = Field(default_factory=list)


class MachineCountedTable(Entry):
    """``[machine_counted]``: the stations whose ballots were counted by a machine.

    Either ``stations``, or a ``file`` with the column ``station``; names as in the results.
    """

    stations: Annotated[list[Station], Field(max_length=200_000)] = Field(default_factory=list)
    file: Line = ""
    note: Paragraph = ""

    @model_validator(mode="after")
    def _one_place(self) -> MachineCountedTable:
        if bool(self.stations) == bool(self.file):
            raise ValueError("give either stations or file")
        return self


class ArrivalsTable(Entry):
    """``[arrivals]``: when each station was processed, and when processing was interrupted.

    The file has the columns ``station`` and either ``order`` (a whole number) or ``time`` (ISO 8601);
    interruptions are given in the same terms. See `recanvass.observation.Arrivals`.
    """

    file: Annotated[Line, Field(min_length=1)]
    interruptions: Annotated[tuple[Annotated[int, Field(strict=True)] | Moment, ...], Field(max_length=50)] = ()
    note: Paragraph = ""


class BallotSequencesTable(Entry):
    """``[ballot_sequences]``: the options of stations' ballots in the order in which they were read.

    The file has the columns ``station``, ``position`` and ``option``, a row a ballot; an empty option
    is a ballot that could not be read.
    """

    file: Annotated[Line, Field(min_length=1)]
    note: Paragraph = ""


class DivisionTable(Entry):
    """``[division]``: how one place was divided among several stations; see `recanvass.division`."""

    station: Annotated[Line, Field(max_length=200)] = ""
    first_unit: bool = False
    place: Literal["", "region", "district", "subdistrict"] = ""
    within: Literal["", "region", "district", "subdistrict"] = ""
    rule: Literal["surname", "number", "unknown"] = "unknown"
    documented: Line = ""
    validated: Line = ""

    @model_validator(mode="after")
    def _can_be_used(self) -> DivisionTable:
        if re.search(r"\)[*+{]", self.station) or len(re.findall(r"[*+]|\{\d*,\}", self.station)) > 4:
            raise ValueError("station repeats a group, or has more than four open repetitions; write it more simply")
        try:
            self.division()
        except UsageError as error:
            raise ValueError(str(error)) from error
        return self

    def division(self) -> Division:
        """The rule as a case holds it."""
        return Division(**self.model_dump())


class EarlierTable(Entry):
    """``[[earlier]]``: an earlier contest, by a table or by the name of a neighbouring case."""

    name: Annotated[Line, Field(min_length=1)]
    file: Line = ""
    data: Line = ""
    mapping: Line = ""
    case: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")] | Literal[""] = ""
    note: Paragraph = ""

    @model_validator(mode="after")
    def _one_place(self) -> EarlierTable:
        if sum(map(bool, (self.file, self.data, self.case))) != 1:
            raise ValueError("give one of file, data and case")
        return self


class RecordTable(Entry):
    """``[record]``: the file of claims, and the table of earlier results."""

    claims: Line = ""
    history: Line = ""


class Candidate(Entry):
    """``[[candidates]]``: who stood; ``column`` ties the name to the announced figures."""

    name: Annotated[Line, Field(min_length=1)]
    column: Line = ""
    about: Paragraph = ""
    source: Line = ""


class Estimate(Entry):
    """``[[estimates]]``: a figure that does not come from the authority."""

    by: Annotated[Line, Field(min_length=1)]
    measure: Literal["share", "turnout", "count"]
    column: Line = ""
    territory: Line = ""
    base: Literal["", "valid", "ballots", "registered"] = ""
    low: Number
    high: Number
    of: Line = ""
    how: Paragraph = ""
    source: Paragraph = ""

    @model_validator(mode="after")
    def _interval(self) -> Estimate:
        if self.low > self.high:
            raise ValueError(f"low = {self.low} lies above high = {self.high}")
        return self


class Principle(Entry):
    """``[openness.<principle>]``: how far one of the nine principles was met."""

    met: Literal["yes", "partly", "no", "unknown"]
    why: Paragraph = ""
    source: Paragraph = ""


class OpennessTable(Entry):
    """``[openness]``: the nine open-election-data principles; those left out are unknown."""

    timely: Principle | None = None
    granular: Principle | None = None
    free: Principle | None = None
    complete: Principle | None = None
    analyzable: Principle | None = None
    non_proprietary: Principle | None = None
    non_discriminatory: Principle | None = None
    license_free: Principle | None = None
    permanent: Principle | None = None


class Tie(Entry):
    """``[[see_also]]``: a neighbouring case that belongs with this one."""

    case: Name
    why: Paragraph = ""
    address: Address = ""


class CaseFile(Entry):
    """The whole of ``case.toml``; ``announced = "a/table.csv"`` is kept as ``announced_table``."""

    contest: ContestTable
    announced: Annotated[tuple[AnnouncedRow, ...], Field(max_length=20_000)] = ()
    announced_table: Line = ""
    results: TableFile | None = None
    copies: CopiesTable | None = None
    photographs: PhotographsTable | None = None
    declared: TableFile | None = None
    sampling: SamplingTable = SamplingTable()
    observers: ObserversTable | None = None
    machine_counted: MachineCountedTable | None = None
    arrivals: ArrivalsTable | None = None
    ballot_sequences: BallotSequencesTable | None = None
    electronic: TableFile | None = None
    division: DivisionTable | None = None
    earlier: Annotated[tuple[EarlierTable, ...], Field(max_length=50)] = ()
    record: RecordTable = RecordTable()
    candidates: Annotated[tuple[Candidate, ...], Field(max_length=500)] = ()
    estimates: Annotated[tuple[Estimate, ...], Field(max_length=500)] = ()
    openness: OpennessTable = OpennessTable()
    see_also: Annotated[tuple[Tie, ...], Field(max_length=50)] = ()
    note: Paragraph = ""


def read_case_file(folder: Path) -> tuple[CaseFile | None, list[Problem]]:
    """``case.toml`` of a folder, or what is wrong with it.

    Raises
    ------
    ReadError
        If there is none, or it cannot be parsed.
    """
    path = folder / "case.toml"
    if not path.is_file():
        raise ReadError(f"{show(folder.name)} has no case.toml, so it is not a case.")
    value = document(path)
    if "announced_table" not in value and isinstance(value.get("announced"), str):
        value["announced_table"] = value.pop("announced")
    return validated(CaseFile, value, "case.toml")


def inside(folder: Path, name: str, key: str) -> Path:
    """A file of the case: relative, inside its folder, no link on the way.

    Raises
    ------
    ReadError
        Naming ``case.toml``, the key and the value.
    """
    refusal = unsafe(name)
    path = folder.resolve()
    if refusal is None:
        for part in name.split("/"):
            path = path / part
            if path.is_symlink():
                break
        else:
            if path.is_file() and stat.S_ISREG(path.stat().st_mode):
                return path
            raise ReadError(f"case.toml: {key}: there is no file {show(name)} in the case's folder.")
    raise ReadError(f"case.toml: {key}: {show(name)} must be a relative path inside the case's folder, without links.")


def under_data(name: str, key: str) -> Path | None:
    """A file under ``RECANVASS_DATA``, or None where it is not at hand."""
    if unsafe(name) is not None:
        raise ReadError(f"case.toml: {key}: {show(name)} must be a relative path under RECANVASS_DATA.")
    place = os.environ.get("RECANVASS_DATA", "")
    if not place:
        return None
    root = Path(place).resolve()
    path = (root / name).resolve()
    return path if path.is_file() and path.is_relative_to(root) else None


def announced_rows(case: CaseFile, folder: Path) -> tuple[AnnouncedRow, ...]:
    """What was announced, from ``case.toml`` itself or from its table."""
    if not case.announced_table:
        return case.announced
    return table_rows(inside(folder, case.announced_table, "announced"), AnnouncedRow)


def history_rows(case: CaseFile, folder: Path) -> tuple[HistoryRow, ...]:
    """The figures of earlier contests."""
    if not case.record.history:
        return ()
    return table_rows(inside(folder, case.record.history, "record.history"), HistoryRow)
