"""The list of stations whose ballots a machine counted, from ``case.toml`` or from a small table."""

from __future__ import annotations

from pathlib import Path

from recanvass.errors import ReadError
from recanvass.record.case_file import CaseFile, Station, inside
from recanvass.record.claims import Entry
from recanvass.record.small_tables import table_rows
from recanvass.wording import show

#: Stations that a list may hold.
MOST_STATIONS = 200_000


class MachineRow(Entry):
    """One station with a machine."""

    station: Station


def machine_counted(case: CaseFile, folder: Path) -> tuple[str, ...]:
    """Names of the stations, in the order given; empty where the case has no list.

    Raises
    ------
    ReadError
        Naming the place: a station twice, or a file without stations.
    """
    table = case.machine_counted
    if table is None:
        return ()
    where, names = "case.toml: machine_counted.stations", tuple(table.stations)
    if table.file:
        path = inside(folder, table.file, "machine_counted.file")
        rows: tuple[MachineRow, ...] = table_rows(path, MachineRow, MOST_STATIONS)
        where, names = show(path.name), tuple(row.station for row in rows)
    if not names:
        raise ReadError(f"{where} lists no station; list the stations with a machine, or leave machine_counted out.")
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ReadError(f"{where}: {show(name)} stands twice; give each station once.")
        seen.add(name)
    return names
