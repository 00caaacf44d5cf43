"""What all tests share: where the real data lie, and small simulated contests."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from recanvass.results import Contest, Labels, Results


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; a test that needs it is skipped where it is absent."""
    place = os.environ.get("RECANVASS_DATA", "")
    if not place or not Path(place).is_dir():
        pytest.skip("RECANVASS_DATA does not name a folder with the development data")
    return Path(place)


def canonical(folder: Path, name: str) -> Results:
    """One contest of the development data, in canonical columns, with its country, date and title."""
    import polars as pl

    about = json.loads((folder / "canonical" / f"{name}.json").read_text(encoding="utf-8"))
    contest = Contest(title=about.get("title") or "", date=about.get("date") or "", country=about.get("country") or "")
    frame = pl.read_parquet(folder / "canonical" / f"{name}.parquet")
    skip = ("x_", "votes:")
    named = {"ballots_cast": "ballots"}
    counts, absent, places = {}, {}, {}
    levels = [c for c in frame.columns if c in ("region", "subregion")]
    for column in frame.columns:
        if column.startswith(skip):
            continue
        target = named.get(column, column)
        if target in ("registered", "ballots", "valid", "invalid"):
            series = frame[column]
            if series.null_count() == len(series):
                continue
            counts[target] = series.fill_null(0).cast(pl.Int64).to_numpy().copy()
            if series.null_count():
                absent[target] = series.is_null().to_numpy().copy()
        elif column == "station_id":
            places["station"] = Labels.of(frame[column].cast(pl.String).fill_null("").to_list())
    for level, column in zip(("region", "district"), levels, strict=False):
        places[level] = Labels.of(frame[column].cast(pl.String).fill_null("").to_list())
    chosen = [c for c in frame.columns if c.startswith("votes:")]
    votes = np.stack([frame[c].fill_null(0).cast(pl.Int64).to_numpy() for c in chosen], axis=1)
    gaps = np.stack([frame[c].is_null().to_numpy() for c in chosen], axis=1)
    if gaps.any():
        absent["votes"] = gaps
    return Results(tuple(c[6:] for c in chosen), votes, counts, absent, places, contest=contest)
