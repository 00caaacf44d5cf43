"""A case folder as a case: ``case.toml``, its tables, and the record.

Tables that lie under ``RECANVASS_DATA`` are used where they are at hand; where they are not, the
case says so in a note and is examined without them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from recanvass.case import Announced, Case
from recanvass.errors import ReadError
from recanvass.observation import Observers, Sampling
from recanvass.record.case_file import (
    CaseFile,
    EarlierTable,
    TableFile,
    announced_rows,
    inside,
    read_case_file,
    under_data,
)
from recanvass.record.loading import Record, load, refused
from recanvass.record.machine_lists import machine_counted
from recanvass.record.order_tables import arrivals, ballot_sequences
from recanvass.results import Contest, Results
from recanvass.wording import phrase

#: Reads a table of results: a path and, by keyword, a mapping file.
Read = Callable[..., Results]


@dataclass(frozen=True)
class CaseFolder(Case):
    """A case with what else its folder holds.

    Parameters
    ----------
    name : str
        The name of the folder.
    record : Record or None
        Claims, sources, candidates, history; checked.
    notes : tuple of str
        What the case names and was not at hand here, in sentences.
    neighbours : mapping of str to tuple of Announced
        What was announced in the earlier contests that are neighbouring cases, by their names.
    """

    name: str = ""
    record: Record | None = None
    notes: tuple[str, ...] = ()
    neighbours: Mapping[str, tuple[Announced, ...]] = field(default_factory=dict)


def load_case(folder: Path | str, *, read: Read | None = None) -> CaseFolder:
    """The case that a folder holds.

    Parameters
    ----------
    folder : path
        Holds ``case.toml``.
    read : callable, optional
        ``read(path, mapping=path)`` gives the table of a file; by default `recanvass.read`.

    Raises
    ------
    ReadError
        Naming the file and the key: unknown keys, values of the wrong kind, files outside the
        folder, quotations that do not stand in their sources.
    """
    place = Path(folder)
    case, problems = read_case_file(place)
    if case is None:
        raise refused(problems)
    notes: list[str] = []
    announced = tuple(row.announced() for row in announced_rows(case, place))
    contest = _contest(case, announced)
    earlier, neighbours = _earlier(case, place, read, notes)
    tables = {
        "results": case.results,
        "copies": case.copies,
        "copies_source": case.copies.source if case.copies is not None else None,
        "photographs": case.photographs,
        "declared": case.declared,
    }
    found = {key: _table(table, place, key.replace("_", "."), read, notes) for key, table in tables.items()}
    results = found["results"]
    return CaseFolder(
        contest=contest,
        results=None if results is None else replace(results, contest=contest),
        announced=announced,
        copies=found["copies"],
        earlier=earlier,
        photographs=found["photographs"],
        declared=found["declared"],
        sampling=Sampling(**case.sampling.model_dump()),
        observers=_observers(case),
        machine_counted=machine_counted(case, place),
        copies_source=found["copies_source"],
        verified=case.photographs.verified if case.photographs is not None else (),
        away=tuple(key for key, table in tables.items() if table is not None and found[key] is None),
        arrivals=arrivals(case, place),
        ballot_sequences=ballot_sequences(case, place),
        electronic=_table(case.electronic, place, "electronic", read, notes),
        division=None if case.division is None else case.division.division(),
        name=place.resolve().name,
        record=load(place),
        notes=tuple(notes),
        neighbours=neighbours,
    )


def _contest(case: CaseFile, announced: tuple[Announced, ...]) -> Contest:
    """The contest, with the latest national counts that were announced."""
    totals = {a.column: a.count for a in announced if a.count is not None and not a.territory}
    table = case.contest
    day = "" if table.date is None else table.date.isoformat()
    return Contest(table.title, table.country, day, table.kind, table.turnout_of, table.share_of, totals)


def _observers(case: CaseFile) -> Observers | None:
    table = case.observers
    if table is None:
        return None
    return Observers(table.design, tuple(table.stations), table.level, tuple(table.kept))


def _table(
    table: TableFile | EarlierTable | None, folder: Path, key: str, read: Read | None, notes: list[str]
) -> Results | None:
    if table is None:
        return None
    if table.file:
        path: Path | None = inside(folder, table.file, f"{key}.file")
    else:
        path = under_data(table.data, f"{key}.data")
    if path is None:
        notes.append(phrase("record", "note", "no_data", facts={"table": key, "data": table.data}))
        return None
    if read is None:
        from recanvass.reading.read import read as read_results

        read = read_results
    known: dict[str, Any] = {}
    if table.mapping:
        known["mapping"] = inside(folder, table.mapping, f"{key}.mapping")
    return read(path, **known)


def _earlier(
    case: CaseFile, folder: Path, read: Read | None, notes: list[str]
) -> tuple[dict[str, Results], dict[str, tuple[Announced, ...]]]:
    earlier: dict[str, Results] = {}
    neighbours: dict[str, tuple[Announced, ...]] = {}
    for number, table in enumerate(case.earlier):
        if table.name in earlier or table.name in neighbours:
            raise ReadError(f"case.toml: earlier.{number}.name: {table.name} is given twice; name each once.")
        if not table.case:
            results = _table(table, folder, f"earlier.{number}", read, notes)
            if results is not None:
                earlier[table.name] = results
            continue
        beside = folder.resolve().parent / table.case
        if not (beside / "case.toml").is_file():
            facts = {"case": table.case}
            notes.append(phrase("record", "note", "no_neighbour", facts=facts))
            continue
        other, problems = read_case_file(beside)
        if other is None:
            raise refused(problems)
        neighbours[table.name] = tuple(row.announced() for row in announced_rows(other, beside))
        results = _table(other.results, beside, f"{table.case}: results", read, notes)
        if results is not None:
            earlier[table.name] = replace(results, contest=_contest(other, neighbours[table.name]))
    return earlier, neighbours
