"""Divided places of the canonical tables, by polars alone: how many, and how far their units lie apart.

A second implementation of ``methods/18`` A 2.1 to 2.3: groups instead of arrays, another form of the likelihood
ratio. ``PUBLISHED`` are the figures printed there.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table of 2.3: places, scale of turnout and share, correlation for the winner."""

    places: int
    turnout: float
    share: float
    correlation: float


PUBLISHED = {
    "spain_1982_10": Row(6_875, 2.01, 1.77, -0.042),
    "spain_1986_06": Row(6_573, 1.50, 1.71, -0.041),
    "spain_1993_06": Row(9_361, 1.41, 1.74, -0.032),
    "spain_2000_03": Row(13_177, 1.36, 1.60, 0.008),
    "spain_2011_11": Row(16_484, 1.28, 1.50, 0.007),
    "spain_2016_06": Row(16_172, 1.28, 1.38, 0.004),
    "spain_2019_04": Row(17_418, 1.29, 1.29, -0.029),
    "spain_2023_07": Row(17_979, 1.32, 1.27, 0.009),
    "mexico_2006": Row(42_221, 1.58, 1.58, 0.005),
    "mexico_2012": Row(43_285, 1.57, 1.67, 0.001),
    "canada_2004": Row(2_188, 1.77, 1.38, -0.005),
    "canada_2011": Row(1_389, 1.59, 1.53, -0.010),
    "canada_2015": Row(1_388, 1.93, 1.49, -0.005),
    "israel_13": Row(353, 1.93, 3.02, -0.035),
    "israel_24": Row(2_327, 1.95, 3.00, 0.032),
}

#: 2.6: candidates at 3.5 of the winner and the largest others, and the contest's p-value.
CANDIDATES = {
    "mexico_2006": (17, (15, 25), 1.0),
    "mexico_2012": (44, (34, 32), 0.80),
    "spain_1982_10": (29, (20,), 0.63),
}

#: How the place is cut out of a station's name, written anew.
_CUTS = {"spain": r"^(.*)\|[A-TV-Z]$", "canada": r"^(\d+-\d+)[A-Z]$", "mexico": r"^([^-]+-[^-]+)-", "israel": ""}


def _place(name: str, pl: object):
    """An expression for the place of a station."""
    station = pl.col("station_id")
    if name == "israel_13":
        return pl.when(~station.str.ends_with("0")).then(station.str.head(-1))
    if name.startswith("israel"):
        return pl.when(~station.str.ends_with(".0")).then(station.str.split(".").list.first())
    return station.str.extract(_CUTS[name.split("_")[0]], 1)


def _deviance(k, n, p, pl):
    """Twice the log-likelihood of k of n over that at p, as an expression."""
    rate = k / n
    inside = (k > 0) & (k < n)
    both = k * (rate / p).log() + (n - k) * ((1 - rate) / (1 - p)).log()
    edge = pl.when(k == 0).then(-n * (1 - p).log()).otherwise(-n * p.log())
    return 2 * pl.when(inside).then(both).otherwise(edge)


def measured(data: Path, name: str, winner: str) -> Row:
    """The line of the table for one contest."""
    import polars as pl

    frame = pl.read_parquet(data / "canonical" / f"{name}.parquet")
    if name.startswith("mexico"):
        frame = frame.filter(pl.col("x_type") == "B-C")
    frame = frame.select(
        place=_place(name, pl),
        v=pl.col("registered").cast(pl.Float64),
        g=pl.col("ballots_cast").cast(pl.Float64),
        l=pl.col(f"votes:{winner}").cast(pl.Float64),
    ).drop_nulls()
    frame = frame.filter((pl.col("v") >= 200) & (pl.col("g") >= 50) & (pl.col("g") <= pl.col("v")))
    frame = frame.with_columns(units=pl.len().over("place"), ratio=(pl.min("v") / pl.max("v")).over("place"))
    frame = frame.filter((pl.col("units") >= 2) & (pl.col("ratio") >= 0.8))
    places = frame["place"].n_unique()
    sums = {f"{c}_all": pl.sum(c).over("place") for c in "vgl"}
    frame = frame.with_columns(**sums).with_columns(
        t=pl.col("g_all") / pl.col("v_all"), s=pl.col("l_all") / pl.col("g_all")
    )
    frame = frame.filter(pl.all_horizontal(pl.col("t", "s").is_between(0.03, 0.97, closed="none")))
    for root, k, n, p in (("a", "g", "v", "t"), ("b", "l", "g", "s")):
        own = _deviance(pl.col(k), pl.col(n), pl.col(p), pl)
        rest = _deviance(pl.col(f"{k}_all") - pl.col(k), pl.col(f"{n}_all") - pl.col(n), pl.col(p), pl)
        sign = (pl.col(k) / pl.col(n) - pl.col(p)).sign()
        frame = frame.with_columns((sign * (own + rest).clip(0).sqrt()).alias(root))
    first = pl.int_range(pl.len()).over("place") == 0
    once = frame.filter((pl.col("units") > 2) | first)
    scales = [max(1.0, float((once[c] ** 2).median()) / 0.4549) for c in "ab"]
    cap = 1e9 if name.startswith("israel") else 2.0
    once = once.with_columns(pl.col(c) / math.sqrt(min(s, cap)) for c, s in zip("ab", scales, strict=True))
    near = once.filter((pl.col("a").abs() < 3) & (pl.col("b").abs() < 3))
    correlation = float((near["a"] * near["b"]).sum()) / math.sqrt(
        float((near["a"] ** 2).sum()) * float((near["b"] ** 2).sum())
    )
    return Row(places, *scales, correlation)
