"""The folder of a dossier, written so that an interruption leaves whole files of one run.

Everything is rendered before anything is written. The files go first, under other names, to a
folder beside the target; then each takes its place by an atomic rename, the page last. Where the
process dies before the renames, the previous dossier is untouched; where it dies between them,
every file is whole and the page that a reader opens is still the previous one.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from recanvass.dossier.finding_part import csv_text
from recanvass.dossier.page import render
from recanvass.errors import UsageError
from recanvass.examination import Examination

#: In the order in which they take their places.
FILES = ("examination.json", "stations.csv", "dossier.html")

STATIONS_HEADER = ("part", "name", "class", "station", "row", "detail")


def write(examination: Examination, folder: str | Path, *, language: str = "en") -> Path:
    """Write ``dossier.html``, ``examination.json`` and ``stations.csv``; gives the path of the page.

    Parameters
    ----------
    examination : Examination
    folder : path
        Made if it is not there; other files in it are left alone.
    language : str

    Raises
    ------
    UsageError
        The path is a file.
    """
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise UsageError(f"{place} is a file; give a folder to write the dossier to.")
    texts = contents(examination, language=language)
    place.parent.mkdir(parents=True, exist_ok=True)
    waiting = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    try:
        for name in FILES:
            _write_through(waiting / name, texts[name].encode("utf-8", "backslashreplace"))
        place.mkdir(exist_ok=True)
        for name in FILES:
            (waiting / name).replace(place / name)
    finally:
        shutil.rmtree(waiting, ignore_errors=True)
    return place / "dossier.html"


def contents(examination: Examination, *, language: str = "en") -> dict[str, str]:
    """The texts of `FILES`, as `write` would write them."""
    return {
        "examination.json": canonical_json(examination.to_dict()),
        "stations.csv": csv_text(STATIONS_HEADER, _stations(examination)),
        "dossier.html": render(examination, language=language),
    }


def canonical_json(value: Mapping[str, Any]) -> str:
    """The same text for the same values: sorted keys, no NaN, one final newline."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _stations(exam: Examination) -> Iterator[tuple[Any, ...]]:
    """Every station that a finding or an oddity of the table names."""
    for finding in exam.findings:
        for station in finding.stations:
            yield "finding", finding.method, finding.evidence_class, station, None, ""
    sheet = exam.case.results.sheet if exam.case.results is not None else None
    for issue in sheet.issues if sheet is not None else ():
        details = issue.facts.get("details")
        many = details if isinstance(details, list | tuple) else ()
        for k, station in enumerate(issue.stations):
            row = issue.rows[k] if k < len(issue.rows) else None
            yield "oddity", issue.code, "", station, row, str(many[k]) if k < len(many) else ""
