"""Accounts of real contests, added up by polars alone: contest → what must come out.

``(stations with more votes than ballots, those votes, stations with more ballots than registered)``;
no clean contest may be called a contradiction. The largest hard part of a clean contest is that of
Spain 1982 (.23 per cent), from rows of residents abroad.
"""

from __future__ import annotations

from pathlib import Path

ABOVE = {
    "albania_2013": (14, 158, 0),
    "spain_1982_10": (19, 46787, 717),
    "spain_1993_06": (1, 323, 10),
    "georgia_2016_parl": (10, 1089, 61),
    "canada_2015": (0, 0, 729),
    "poland_2020_pres_r1": (0, 0, 1),
    "mexico_2012": (0, 0, 81),
}


def above(data: Path, name: str) -> tuple[int, int, int]:
    """The three figures of one contest, from its file."""
    import polars as pl

    frame = pl.read_parquet(data / "canonical" / f"{name}.parquet")
    votes = pl.sum_horizontal([c for c in frame.columns if c.startswith("votes:")])
    gap = frame.select(votes - pl.col("ballots_cast")).to_series()
    register = frame.select(pl.col("ballots_cast") > pl.col("registered")).to_series()
    over = gap.filter(gap > 0)
    return len(over), int(over.sum()), int(register.sum())
