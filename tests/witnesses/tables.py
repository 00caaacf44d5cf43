"""The tables of copies of the development data, with their canonical columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from recanvass.case import Case
from recanvass.finding import Finding
from recanvass.method import Method
from recanvass.results import Labels, Results

BELARUS, VENEZUELA = "belarus_2020", "venezuela_2024_actas"


def canonical_table(folder: Path, name: str, prefix: str = "votes:", suffix: str = "") -> Results:
    """Votes (or, by prefix and suffix, photographs) by station, as the case's mapping reads them."""
    frame = pl.read_parquet(folder / "canonical" / f"{name}.parquet")
    options = [c.removeprefix("votes:") for c in frame.columns if c.startswith("votes:")]
    columns = [frame[f"{prefix}{o}{suffix}"].cast(pl.Int64) for o in options]
    votes = np.stack([c.fill_null(0).to_numpy() for c in columns], axis=1)
    gaps = np.stack([c.is_null().to_numpy() for c in columns], axis=1)
    counts, absent = {}, {}
    for target, source in (
        ("registered", "registered"),
        ("ballots", "ballots_cast"),
        ("valid", "valid"),
        ("invalid", "invalid"),
    ):
        series = frame[source].cast(pl.Int64)
        if prefix != "votes:" or series.null_count() == len(series):
            continue
        counts[target] = series.fill_null(0).to_numpy().copy()
        if series.null_count():
            absent[target] = series.is_null().to_numpy().copy()
    if gaps.any():
        absent["votes"] = gaps
    places = {level: Labels.of(frame[c].fill_null("").to_list())
              for level, c in (("region", "region"), ("district", "subregion"), ("station", "station_id"))}  # fmt: skip
    return Results(tuple(options), votes, counts, absent, places)


def null_log10_p(method: Method, case: Case, draws: int) -> np.ndarray:
    """log10 p-values of the method in contests drawn from its own null."""
    values = []
    for draw in range(draws):
        outcome = method.run(method.null(case, np.random.default_rng([5, draw])), seed=draw)
        if isinstance(outcome, Finding) and outcome.evidence is not None:
            values.append(outcome.evidence.log10_p)
    return np.array(values)
