"""Rows that repeat another one of their area, counted from the files by polars and scipy alone.

A row is counted if an equal one with 100 votes or more stands in the same finest area and the
largest multinomial probability of it, at its own shares, is .005 or less; all but one of each group.
``methods/17`` section 6 names the two Israeli pairs, found by another program: station 5 repeated at
50 in 1996, station 2 at 20 in 1999.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

REPEATS = {"spain_1982_10": 109, "israel_14": 1, "israel_15": 1, "israel_19": 1, "afghanistan_2009": 37}

#: Contest → the equal stations, as the compendium or the file names them.
STATIONS = {
    "israel_14": ("9600-5.0", "9600-50.0"),
    "israel_15": ("9100-2", "9100-20"),
}


def repeats(data: Path, name: str) -> int:
    """The number of rows, from the file of one contest."""
    import polars as pl
    from scipy.stats import multinomial

    frame = pl.read_parquet(data / "canonical" / f"{name}.parquet")
    options = [c for c in frame.columns if c.startswith("votes:")]
    places = [c for c in ("region", "subregion") if c in frame.columns]
    frame = frame.filter(~pl.all_horizontal(pl.col(o).is_null() for o in options))
    frame = frame.with_columns(pl.col(o).fill_null(0) for o in options)
    total = pl.sum_horizontal(options)
    rest = (pl.col("valid") - total).clip(0).fill_null(0) if "valid" in frame.columns else pl.lit(0)
    frame = frame.with_columns(rest.alias("rest")).filter(total + pl.col("rest") >= 100)
    groups = frame.group_by([*places, *options, "rest"]).len().filter(pl.col("len") > 1)
    found = 0
    for row in groups.select([*options, "rest", "len"]).iter_rows():
        counts = np.array(row[:-1])
        if multinomial.logpmf(counts, counts.sum(), counts / counts.sum()) <= np.log(0.005):
            found += row[-1] - 1
    return found
