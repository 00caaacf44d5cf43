"""Stations on coarse fractions, and the number expected, from the files by polars, fractions and scipy alone.

Observed: wholes of 100 and more, 2.5 to 97.5 per cent, within .05 points of a multiple of 5 per cent
or of a third. Expected: scipy's beta-binomial law, the prior by Kleinman's moments in each region.
``methods/04`` prints F = .03888007 for the data bundled with the R package (95,045 rows, not at hand)
with the two mixtures below, and .0227 to .2221 for four counts of Brazil 2022 (a clean scale).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

FRACTIONS = sorted({Fraction(k, 20) for k in range(1, 20)} | {Fraction(1, 3), Fraction(2, 3)})

#: Contest, count → stations looked at, on a coarse fraction, expected (None: not worked out).
VALUES: dict[tuple[str, str], tuple[int, int, float | None]] = {
    ("georgia_2012_parl", "share"): (3490, 67, 84.93517403385),
    ("belarus_2020", "turnout"): (1266, 53, 31.46805498738),
    ("russia_2024", "turnout"): (82130, 2573, None),
    ("russia_2018", "share"): (89693, 2321, None),
    ("canada_2011", "share"): (65582, 1866, None),
}

TURNOUT = ((21.676, 19.010, 0.6531), (8.878, 9.569, 0.3469))
SUPPORT = ((8.490, 8.660, 0.4735), (4.060, 32.112, 0.2138), (7.834, 20.104, 0.1790), (5.489, 3.115, 0.1337))


def counts(data: Path, name: str, look: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Part, whole and region of the stations looked at."""
    import polars as pl

    frame = pl.read_parquet(data / "canonical" / f"{name}.parquet")
    options = [c for c in frame.columns if c.startswith("votes:")]
    leader = max(options, key=lambda o: int(frame[o].fill_null(0).sum()))
    part, whole = (leader, "valid") if look == "share" else ("ballots_cast", "registered")
    frame = frame.select(pl.col(part).alias("x"), pl.col(whole).alias("n"), pl.col("region").fill_null(""))
    frame = frame.filter(pl.col("x").is_not_null() & (pl.col("n") >= 100) & (pl.col("x") <= pl.col("n")))
    frame = frame.filter((40 * pl.col("x") >= pl.col("n")) & (40 * pl.col("x") <= 39 * pl.col("n")))
    return frame["x"].to_numpy(), frame["n"].to_numpy(), frame["region"].to_list()


def is_on(x: int, n: int) -> bool:
    """Whether a count is on a coarse fraction, in exact fractions."""
    return any(abs(Fraction(int(x), int(n)) - f) <= Fraction(1, 2000) for f in FRACTIONS)


def expected(x: np.ndarray, n: np.ndarray, regions: list[str]) -> float:
    """The expected number, station by station."""
    from scipy.stats import betabinom

    total = 0.0
    for region in sorted(set(regions)):
        here = np.array([r == region for r in regions])
        a, b = _prior(x[here].astype(float), n[here].astype(float))
        for part, whole in zip(x[here].tolist(), n[here].tolist(), strict=True):
            law = betabinom(whole, a + part, b + whole - part)
            lattice = np.arange(whole + 1)
            gap = np.min([np.abs(lattice / whole - float(f)) for f in FRACTIONS], axis=0)
            mass = law.pmf(lattice)
            on = mass[gap <= 1 / 2000 + 1e-12].sum()
            outside = mass[(40 * lattice < whole) | (40 * lattice > 39 * whole)].sum()
            total += on + outside * is_on(part, whole)
    return float(total)


def _prior(x: np.ndarray, n: np.ndarray) -> tuple[float, float]:
    mean = (x.sum() + 0.5) / (n.sum() + 1)
    between = (n * (x / n - mean) ** 2).sum() / (mean * (1 - mean))
    room = n.sum() - (n**2).sum() / n.sum() - (len(n) - 1)
    rho = min(max((between - (len(n) - 1)) / room, 1e-6), 0.9) if room > 0.5 else 0.5
    return mean * (1 - rho) / rho, (1 - mean) * (1 - rho) / rho
