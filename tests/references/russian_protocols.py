"""The published Russian files with all their counts, read by the csv module and nothing of ours.

The canonical development tables hold ballots found in the boxes; the published definitions of
Kobak, Shpilkin and Pshenichnikov take turnout from ballots *issued*, in three columns.
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np

from recanvass.results import Labels, Results


def protocols(data: Path, year: int) -> Results:
    """One year as results: registered, received, issued (three ways), unused, boxes, valid, invalid."""
    with zipfile.ZipFile(data / "raw" / f"russia_{year}" / f"{year}.csv.zip") as archive:
        name = next(n for n in archive.namelist() if n.endswith(f"{year}.csv"))
        rows = list(csv.reader(io.StringIO(archive.read(name).decode("utf-8"))))
    header, rows = rows[0], rows[1:]
    rows = [row for row in rows if row[3]]
    names = [
        "registered",
        "received",
        "issued_early",
        "issued_station",
        "issued_outside",
        "unused",
        "mobile_boxes",
        "stationary_boxes",
        "invalid",
        "valid",
        "lost",
        "unaccounted",
    ]
    last = len(header) - (1 if header[-1] == "url" else 0)
    counts = {n: np.array([int(float(row[3 + k])) for row in rows]) for k, n in enumerate(names)}
    options = tuple(header[3 + len(names) : last])
    votes = np.array([[int(float(c)) for c in row[3 + len(names) : last]] for row in rows])
    places = {
        "region": Labels.of([row[0] for row in rows]),
        "district": Labels.of([row[1] for row in rows]),
        "station": Labels.of([row[2] for row in rows]),
    }
    return Results(options, votes, counts, places=places)
