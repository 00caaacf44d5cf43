"""Stations with the scaled result of an earlier one of their commission, counted from the files by fractions.

Only the likeness is counted here, with no bound of its chance, so a count here is at least that of the
method. ``methods/17`` section 10 found, by equal percentages, 14 of 23 stations of Malgobek in 2018,
29 of 71 of Vladikavkaz (left bank) in 2012 and 15 of its right bank in 2011 with one result.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

#: Contest and commission → stations of 100 votes or more, those like an earlier one.
LIKE: dict[tuple[str, str], tuple[int, int]] = {
    ("russia_2018", "Малгобекская"): (44, 16),
    ("russia_2018", "Назрановская"): (48, 15),
    ("russia_2012", "Левобережной"): (70, 37),
    ("russia_2011", "Правобережной"): (68, 32),
}


def like_an_earlier_one(data: Path, name: str, area: str) -> tuple[int, int]:
    """Both figures, for the commission whose name contains ``area``."""
    import polars as pl

    frame = pl.read_parquet(data / "canonical" / f"{name}.parquet")
    options = [c for c in frame.columns if c.startswith("votes:")]
    frame = frame.filter(pl.col("subregion").str.contains(area, literal=True))
    rows = [tuple(r) for r in frame.select(options).iter_rows() if sum(r) >= 100]
    totals = [sum(r) for r in rows]
    every = pl.read_parquet(data / "canonical" / f"{name}.parquet", columns=options).sum().row(0)
    largest = max(range(len(options)), key=lambda k: every[k])
    found = 0
    for j, row in enumerate(rows):
        found += any(
            rows[i] != row
            and all(
                abs(x - Fraction(y * totals[j], totals[i]))
                <= Fraction(totals[i] + totals[j], 2 * totals[i]) * (2 if k == largest else 1)
                for k, (x, y) in enumerate(zip(row, rows[i], strict=True))
            )
            for i in range(max(0, j - 100), j)
        )
    return len(rows), found
