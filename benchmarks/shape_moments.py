"""Moments that tell the shape of a contest: spreads, slopes and trends with the noise of counting taken off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

Floats = NDArray[np.float64]


def logits(part: Floats, whole: Floats) -> tuple[Floats, Floats]:
    """Empirical logits and their sampling variances."""
    rest = whole - part
    return np.log((part + 0.5) / (rest + 0.5)), 1 / (part + 0.5) + 1 / (rest + 0.5)


def within(values: Floats, group: NDArray[np.int64]) -> Floats:
    size = np.bincount(group)
    return np.asarray(values - (np.bincount(group, values) / size)[group])


def contrast(values: Floats, town: Floats, district: NDArray[np.int64]) -> float:
    """The difference between town and country, inside districts."""
    x, y = within(town, district), within(values, district)
    return float((x * y).sum() / max(float((x * x).sum()), 1e-9))


def slope(turnout: Floats, share: Floats, district: NDArray[np.int64], noise: Floats) -> float:
    """The slope of share on turnout inside districts; the noise of the turnout is taken off its variance."""
    x, y = within(turnout, district), within(share, district)
    signal = float((x * x).sum())
    return float((x * y).sum() / max(signal - float(noise.sum()), 0.3 * signal, 1e-9))


def town_between(town: Floats, district: NDArray[np.int64]) -> float:
    """The part of the variance of town and country that lies between districts."""
    return between(town, district, 0.02, 0.95)


def between(values: Floats, district: NDArray[np.int64], least: float, most: float) -> float:
    """Intraclass correlation by the analysis of variance; districts weigh as they have stations."""
    size = np.bincount(district)
    inside = float((within(values, district) ** 2).sum() / max(len(values) - len(size), 1))
    mean = np.bincount(district, values) / size
    between = float((size * (mean - values.mean()) ** 2).sum() / max(len(size) - 1, 1))
    typical = (len(values) - float((size**2).sum()) / len(values)) / max(len(size) - 1, 1)
    signal = max(0.0, (between - inside) / max(typical, 1e-9))
    return float(np.clip(signal / max(signal + inside, 1e-9), least, most))


def size_between(scaled: Floats, district: NDArray[np.int64]) -> float:
    """The part of the variance of log registers, within town or country, that lies between districts."""
    return between(scaled, district, 0.0, 0.9)


def town_by_rank(town: Floats, district: NDArray[np.int64]) -> float:
    """Rank correlation of a district's stations and of its being town."""
    size = np.bincount(district)
    if len(size) < 8 or size.min() == size.max():
        return 0.0
    made = float(spearmanr(size, np.bincount(district, town) / size).statistic)
    return float(np.clip(made, 0.0, 0.9)) if np.isfinite(made) else 0.0


def uneven(sizes: NDArray[np.int64]) -> float:
    """Coefficient of variation of the stations beyond the second of a district, counting noise taken off."""
    rest = sizes - 2.0
    mean = max(float(rest.mean()), 1e-9)
    return float(np.clip(max(0.0, float(rest.var()) / mean**2 - 1 / mean) ** 0.5, 0.05, 8.0))


def skewness(values: Floats, noise: Floats, district: NDArray[np.int64]) -> float:
    """Skewness of the stations of a district, sampling noise taken off the variance; held within two."""
    size = np.bincount(district)
    kept = (size[district] >= 10) & (noise < np.median(noise) * 4)
    if kept.sum() < 200:
        return 0.0
    inside = within(values, district)[kept]
    limit = 5 * 1.4826 * float(np.median(np.abs(inside)))
    inside = np.clip(inside, -limit, limit)
    signal = max(float((inside**2).mean() - noise[kept].mean()), 0.3 * float((inside**2).mean()))
    return float(np.clip((inside**3).mean() / signal**1.5, -2, 2))


def nested(
    values: Floats, noise: Floats, region: NDArray[np.int64], district: NDArray[np.int64], bent: Floats
) -> tuple[float, float, float]:
    """Spreads between regions, between districts of a region and between stations of a district.

    ``bent`` is by how much the spread of each station differs from the typical one.
    """
    inside = within(values, district)
    size = np.bincount(district)
    free = float((bent**2 * (1 - 1 / size[district])).sum())
    expected = float((noise * (1 - 1 / size[district])).sum())
    station = max(0.0, float((inside**2).sum() - expected) / max(free, 1e-9))
    bent = np.bincount(district, bent**2) / size
    centre = np.bincount(district, values) / size
    error = (station * bent + np.bincount(district, noise) / size) / size
    of_region = np.zeros(len(size), np.int64)
    of_region[district] = region
    of_region = np.ravel(np.unique(of_region, return_inverse=True)[1])
    between = within(centre, of_region)
    limit = 4 * 1.4826 * float(np.median(np.abs(between)))  # one district abroad would pass for the spread of all
    between = np.clip(between, -limit, limit) if limit > 0 else between
    count = np.bincount(of_region)
    middle = max(0.0, float((between**2).sum() / max(len(size) - int((count > 0).sum()), 1) - error.mean()))
    means = np.bincount(of_region, centre) / count
    robust = 0.0
    if len(count) > 1:
        off = means - np.median(means)
        limit = 5 * 1.4826 * float(np.median(np.abs(off)))
        robust = float(np.clip(off, -limit, limit).var(ddof=1)) ** 0.5
    top = max(0.0, robust**2 - float((middle / count).mean()))
    return top**0.5, middle**0.5, station**0.5


def lone_sizes(logs: Floats) -> tuple[float | None, float]:
    """Centre and spread of the log registers of districts with a single station; no centre where these are few."""
    if len(logs) < 20:
        return None, 0.0
    return float(logs.mean()), float(logs.std())


def robust_slope(values: Floats, by: Floats) -> float:
    """Slope of values on another, values far off drawn in."""
    if len(values) < 8:
        return 0.0
    off, by = values - np.median(values), by - by.mean()
    limit = 4 * 1.4826 * float(np.median(np.abs(off)))
    return float((np.clip(off, -limit, limit) * by).sum() / max(float((by * by).sum()), 1e-9))


def place_effects(
    values: Floats, here: Floats, off: Floats, lone: NDArray[np.bool_], divided: NDArray[np.int64]
) -> tuple[float, float, float]:
    """How a divided district differs with its register, what a lone station has more, and its slope on its size."""
    size = np.bincount(divided)
    mean, place = (np.bincount(divided, x[~lone]) / size for x in (values, here))
    if lone.sum() < 20:
        return robust_slope(mean, place), 0.0, 0.0
    gap = float(np.median(values[lone]) - np.median(mean))
    return robust_slope(mean, place), gap, robust_slope(values[lone], off[lone])


def trend(squares: Floats, noise: Floats, by: Floats, split: float, limit: float = 0.6) -> float:
    """The slope of the logarithm of a spread: variances above and below a split, sampling noise taken off."""
    above = by > split
    if min(above.sum(), (~above).sum()) < 6:
        return 0.0
    spreads = [
        max(float(squares[k].mean() - noise[k].mean()), 0.1 * float(squares[k].mean()), 1e-9) for k in (~above, above)
    ]
    apart = float(by[above].mean() - by[~above].mean())
    return float(np.clip(0.5 * np.log(spreads[1] / spreads[0]) / max(apart, 1e-9), -limit, limit))


def district_trend(
    values: Floats,
    noise: Floats,
    place: Floats,
    region: NDArray[np.int64],
    district: NDArray[np.int64],
    spread: Floats,
) -> float:
    """How the spread between districts of a region changes with the logarithm of the district's register."""
    size = np.bincount(district)
    error = np.bincount(district, noise + spread**2) / size**2
    of_region = np.zeros(len(size), np.int64)
    of_region[district] = region
    between = within(np.bincount(district, values) / size, np.ravel(np.unique(of_region, return_inverse=True)[1]))
    limit = 4 * 1.4826 * float(np.median(np.abs(between)))
    return trend(np.clip(between, -limit, limit) ** 2, error, place, float(np.median(place)), 0.3)


def station_trends(
    values: Floats, noise: Floats, here: Floats, off: Floats, district: NDArray[np.int64]
) -> tuple[float, float]:
    """How the spread of stations changes with the register of the district and with that of the station."""
    size = np.bincount(district)[district]
    kept = size >= 3
    if kept.sum() < 30:
        return 0.0, 0.0
    inside = (within(values, district) * np.sqrt(size / np.maximum(size - 1, 1)))[kept]
    limit = 6 * 1.4826 * float(np.median(np.abs(inside)))
    squares, noise, relative = np.clip(inside, -limit, limit) ** 2, noise[kept], within(off, district)[kept]
    by_size = trend(squares, noise, relative, 0.0)
    bent = np.exp(-2 * by_size * relative)
    return trend(squares * bent, noise * bent, here[kept], float(np.median(here[kept])), 0.3), by_size


def alike(values: Floats, noise: Floats, district: NDArray[np.int64]) -> float:
    """Correlation of neighbours in the official order inside a district, sampling noise taken off."""
    inside = within(values, district)
    same = district[1:] == district[:-1]
    product = float((inside[1:] * inside[:-1])[same].mean()) if same.any() else 0.0
    size = np.bincount(district)[district]
    divided = size > 1  # the one station of a district lies on its mean: it has no residual, and no noise of one
    signal = max(float((inside**2 - noise * (1 - 1 / size))[divided].mean()), 1e-6) if divided.any() else 1.0
    return float(np.clip(product / signal, 0.0, 0.95))


def log_spreads(values: Floats, district: NDArray[np.int64], least: int = 10) -> tuple[Floats, Floats]:
    size = np.bincount(district)
    squares = np.bincount(district, within(values, district) ** 2)
    large = (size >= least) & (squares > 0)
    return 0.5 * np.log(squares[large] / (size[large] - 1)), 1 / (2.0 * (size[large] - 1))


def scatter(values: Floats, district: NDArray[np.int64]) -> float:
    """How much the spread inside a district differs from one district to another, as a logarithm."""
    logs, error = log_spreads(values, district)
    if len(logs) < 8:
        return 0.3
    robust = 1.4826 * float(np.median(np.abs(logs - np.median(logs))))
    return max(0.0, robust**2 - 1.5 * float(np.mean(error))) ** 0.5


def excess(values: Floats, noise: Floats, district: NDArray[np.int64]) -> float:
    """Excess kurtosis of the stations of a district, held between 0 and 6."""
    inside = within(values, district)
    size = np.bincount(district)
    spread = np.sqrt(np.maximum(np.bincount(district, inside**2) / np.maximum(size - 1, 1), 1e-12))[district]
    kept = (size[district] >= 10) & (noise < np.median(noise) * 2)
    z = (inside / spread)[kept]
    if len(z) < 200:
        return 1.5
    return float(np.clip((z**4).mean() / (z**2).mean() ** 2 - 3, 0.0, 6.0))
