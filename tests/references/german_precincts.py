"""The German precincts of the European election of 2024, by municipality, read by the csv module.

Polling-day precincts (Bezirksart 0); the CDU and the CSU are one option. The canonical table stops at the
districts, of which there are 413.
"""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import numpy as np

from recanvass.results import Labels, Results

PARTIES = ("CDU/CSU", "AfD", "GRÜNE", "SPD")


def precincts(data: Path) -> Results:
    """Registered, ballots, valid and four options, with the municipality as district."""
    with zipfile.ZipFile(data / "raw" / "germany_2024_eu" / "ew24_wbz.zip") as archive:
        text = archive.read("Wbz_EW24_Ergebnisse.csv").decode("utf-8-sig")
    rows = [row for row in csv.DictReader(io.StringIO(text), delimiter=";") if row["Bezirksart"] == "0"]
    place = ("Land", "Reg.-Bezirk", "Kreis", "Verbandsgemeinde", "Gemeinde")

    def column(name: str) -> np.ndarray:
        return np.array([int(row[name].replace(".", "") or 0) for row in rows])

    votes = np.stack([column("CDU") + column("CSU"), *(column(p) for p in PARTIES[1:])], axis=1)
    counts = {
        "registered": column("Wahlberechtigte ohne Sperrvermerk (A1)"),
        "ballots": column("Wählende"),
        "valid": column("gültig"),
        "invalid": column("ungültig"),
    }
    places = {"district": Labels.of(["-".join(row[p] for p in place) for row in rows])}
    return Results(PARTIES, votes, counts, places=places)
