"""The shapes of real clean contests, in a few figures each: what the clean scenarios are fitted to.

    RECANVASS_DATA=... python benchmarks/shapes.py

reads the clean contests and writes ``src/recanvass/scenario_shapes.toml``. Countries are split in two by their
names: those whose name has an even first byte of SHA-256 are the development half; the others are the test half:
nothing of theirs enters the class of clean contests, and contests of their shapes are tried by themselves.

Spreads are standard deviations on the logit scale with the sampling variance of a count,
1/(n p (1 - p)), taken off: between regions, between districts of a region, between stations of a district.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from recanvass import areas
from recanvass.results import Results
from recanvass.scenarios._country import Country

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.conftest import canonical  # noqa: E402

Floats = NDArray[np.float64]

#: Stations with fewer ballots than this tell little of spreads.
LEAST = 30


def is_development(country: str) -> bool:
    """Whether a country belongs to the development half."""
    return hashlib.sha256(country.encode()).digest()[0] % 2 == 0


def clean_contests(data: Path) -> list[tuple[str, str]]:
    """Name and country of every clean contest at hand."""
    made = []
    for path in sorted((data / "canonical").glob("*.json")):
        about = json.loads(path.read_text(encoding="utf-8"))
        if about.get("label") in ("clean", "clean-ish"):
            made.append((path.stem, about["country"]))
    return made


def usable(results: Results) -> Results:
    """The stations with a register, ballots and votes, and at least `LEAST` valid votes."""
    here = results.known("registered", "ballots")
    registered, ballots = results.counts["registered"], results.whole("ballots")
    assert ballots is not None
    votes = results.votes.sum(axis=1)
    here &= results.stood(results.leader)
    top = results.areas(next(iter(results.places)))  # a list may stand in some regions only, its cells written as 0
    won = np.bincount(np.maximum(top.codes, 0), results.votes[:, results.leader], minlength=max(len(top), 1))
    here &= (top.codes < 0) | (won[np.maximum(top.codes, 0)] > 0)
    return results.take(np.flatnonzero(here & (votes >= LEAST) & (ballots <= registered) & (votes <= ballots)))


def known(results: Results) -> int:
    """How many stations `usable` keeps."""
    return len(usable(results))


def shape_of(results: Results) -> Country:
    """The figures of one contest, by moments."""
    table = usable(results)
    ballots = np.asarray(table.whole("ballots"), dtype=float)
    registered = table.counts["registered"].astype(float)
    votes = table.votes
    whole = votes.sum(axis=1).astype(float)
    leader = table.leader
    region, district = places_of(table)
    logs = np.log(registered)
    town, town_share, centres, spreads = two_sizes(logs)
    turnout, turnout_noise = _logit(ballots, registered)
    share, share_noise = _logit(votes[:, leader].astype(float), whole)
    turnout_gap = _contrast(turnout, town, district)
    share_gap = _contrast(share, town, district)
    off = logs - centres[0] - town * (centres[1] - centres[0])
    turnout = turnout - turnout_gap * town
    share = share - share_gap * town
    turnout_by_size, share_by_size = _contrast(turnout, off, district), _contrast(share, off, district)
    turnout, share = turnout - turnout_by_size * off, share - share_by_size * off
    t_spreads = nested(turnout, turnout_noise, region, district)
    v_spreads = nested(share, share_noise, region, district)
    coefficient = _slope(turnout, share, district, turnout_noise)
    sizes = np.bincount(district)
    turnout_skew, share_skew = (
        _skew(x, noise, district) for x, noise in ((turnout, turnout_noise), (share, share_noise))
    )
    from_skew = 8 / 9 * (turnout_skew**2 + share_skew**2)
    sums = votes.sum(axis=0) / votes.sum()
    others = np.delete(sums, leader)
    weight = np.sqrt(1 + float(((others / others.sum()) ** 2).sum())) if others.size else 1.0
    seen = sums[sums > 0.002]
    invalid = Country().invalid
    if table.has("invalid"):
        given = table.known("invalid")
        invalid = float(table.counts["invalid"][given].sum() / max(ballots[given].sum(), 1.0))
    own = max(v_spreads[2] ** 2 - (coefficient * t_spreads[2]) ** 2, 0.0) ** 0.5
    return Country(
        options=max(2, int(seen.size)),
        leader=float(sums[leader]),
        turnout=float(ballots.sum() / registered.sum()),
        urban=float(town_share),
        urban_turnout=float(turnout_gap),
        urban_leader=float(share_gap),
        region_spread=v_spreads[0] / weight,
        district_spread=v_spreads[1] / weight,
        station_spread=own / weight,
        turnout_region_spread=t_spreads[0],
        turnout_district_spread=t_spreads[1],
        turnout_spread=t_spreads[2],
        slope=float(coefficient * t_spreads[2]),
        neighbours=_neighbours(share, share_noise, district),
        invalid=float(np.clip(invalid, 1e-4, 0.5)),
        town_size=float(np.exp(centres[1])),
        village_size=float(np.exp(centres[0])),
        town_size_spread=float(spreads[1]),
        village_size_spread=float(spreads[0]),
        town_clustering=_clustering(town, district),
        size_clustering=_size_clustering(off / (town * spreads[1] + (1 - town) * spreads[0]), district),
        large_towns=_large_towns(town, district),
        turnout_by_size=turnout_by_size,
        leader_by_size=share_by_size,
        turnout_skew=turnout_skew,
        leader_skew=float(np.clip(share_skew * weight**3, -3, 3)),
        district_scatter=(_scatter(turnout, district) + _scatter(share, district)) / 2,
        tails=max(
            0.0, (_tails(turnout, turnout_noise, district) + _tails(share, share_noise, district)) / 2 - from_skew
        ),
        per_district=max(2, round(len(table) / len(sizes))),
        per_region=max(1, round(len(sizes) / (int(region.max()) + 1))),
        unevenness=_unevenness(sizes),
    )


def places_of(table: Results) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Region and district of each station, as codes without gaps."""
    chosen = areas.chosen(table)
    district = np.unique(chosen.codes, return_inverse=True)[1]
    above = [level for level in table.places if level != "station"]
    if chosen.level in above and above.index(chosen.level) > 0:
        region = np.unique(table.areas(above[0]).codes, return_inverse=True)[1]
    else:
        region = np.zeros(len(table), np.int64)
    return np.ravel(region).astype(np.int64), np.ravel(district).astype(np.int64)


def two_sizes(logs: Floats, rounds: int = 200) -> tuple[Floats, float, Floats, Floats]:
    """Two lognormal sizes by expectation and maximisation: P(town) by station, share, centres, spreads."""
    centre = np.quantile(logs, [0.25, 0.75])
    spread = np.full(2, max(float(logs.std()) / 2, 0.05))
    share = np.array([0.5, 0.5])
    held = np.ones((len(logs), 2)) / 2
    for _ in range(rounds):
        density = share / spread * np.exp(-0.5 * ((logs[:, None] - centre) / spread) ** 2) + 1e-300
        held = density / density.sum(axis=1, keepdims=True)
        share = held.mean(axis=0)
        centre = (held * logs[:, None]).sum(axis=0) / held.sum(axis=0)
        spread = np.sqrt((held * (logs[:, None] - centre) ** 2).sum(axis=0) / held.sum(axis=0))
        spread = np.maximum(spread, 0.02)
    order = np.argsort(centre)
    return held[:, order[1]], float(share[order[1]]), centre[order], spread[order]


def _logit(part: Floats, whole: Floats) -> tuple[Floats, Floats]:
    """Empirical logits and their sampling variances."""
    rest = whole - part
    return np.log((part + 0.5) / (rest + 0.5)), 1 / (part + 0.5) + 1 / (rest + 0.5)


def within(values: Floats, group: NDArray[np.int64]) -> Floats:
    size = np.bincount(group)
    return np.asarray(values - (np.bincount(group, values) / size)[group])


def _contrast(values: Floats, town: Floats, district: NDArray[np.int64]) -> float:
    """The difference between town and country, inside districts."""
    x, y = within(town, district), within(values, district)
    return float((x * y).sum() / max(float((x * x).sum()), 1e-9))


def _slope(turnout: Floats, share: Floats, district: NDArray[np.int64], noise: Floats) -> float:
    """The slope of share on turnout inside districts; the noise of the turnout is taken off its variance."""
    x, y = within(turnout, district), within(share, district)
    signal = float((x * x).sum())
    return float((x * y).sum() / max(signal - float(noise.sum()), 0.3 * signal, 1e-9))


def _clustering(town: Floats, district: NDArray[np.int64]) -> float:
    """The part of the variance of town and country that lies between districts."""
    return _between(town, district, 0.02, 0.95)


def _between(values: Floats, district: NDArray[np.int64], least: float, most: float) -> float:
    """Intraclass correlation by the analysis of variance; districts weigh as they have stations."""
    size = np.bincount(district)
    inside = float((within(values, district) ** 2).sum() / max(len(values) - len(size), 1))
    mean = np.bincount(district, values) / size
    between = float((size * (mean - values.mean()) ** 2).sum() / max(len(size) - 1, 1))
    typical = (len(values) - float((size**2).sum()) / len(values)) / max(len(size) - 1, 1)
    signal = max(0.0, (between - inside) / max(typical, 1e-9))
    return float(np.clip(signal / max(signal + inside, 1e-9), least, most))


def _size_clustering(scaled: Floats, district: NDArray[np.int64]) -> float:
    """The part of the variance of log registers, within town or country, that lies between districts."""
    return _between(scaled, district, 0.0, 0.9)


def _large_towns(town: Floats, district: NDArray[np.int64]) -> float:
    """Rank correlation of a district's stations and of its being town."""
    size = np.bincount(district)
    if len(size) < 8 or size.min() == size.max():
        return 0.0
    made = float(spearmanr(size, np.bincount(district, town) / size).statistic)
    return float(np.clip(made, 0.0, 0.9)) if np.isfinite(made) else 0.0


def _unevenness(sizes: NDArray[np.int64]) -> float:
    """Coefficient of variation of the stations beyond the first of a district, counting noise taken off."""
    rest = sizes - 1.0
    mean = max(float(rest.mean()), 1e-9)
    return float(np.clip(max(0.0, float(rest.var()) / mean**2 - 1 / mean) ** 0.5, 0.05, 8.0))


def _skew(values: Floats, noise: Floats, district: NDArray[np.int64]) -> float:
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
    values: Floats, noise: Floats, region: NDArray[np.int64], district: NDArray[np.int64]
) -> tuple[float, float, float]:
    """Spreads between regions, between districts of a region and between stations of a district."""
    inside = within(values, district)
    size = np.bincount(district)
    station = max(0.0, float((inside**2).sum() - noise.sum()) / max(len(values) - len(size), 1))
    centre = np.bincount(district, values) / size
    error = (station + np.bincount(district, noise) / size) / size
    of_region = np.zeros(len(size), np.int64)
    of_region[district] = region
    of_region = np.ravel(np.unique(of_region, return_inverse=True)[1])
    between = within(centre, of_region)
    limit = 3 * 1.4826 * float(np.median(np.abs(between)))  # one district abroad would pass for the spread of all
    between = np.clip(between, -limit, limit) if limit > 0 else between
    count = np.bincount(of_region)
    middle = max(0.0, float((between**2).sum() / max(len(size) - int((count > 0).sum()), 1) - error.mean()))
    means = np.bincount(of_region, centre) / count
    robust = 1.4826 * float(np.median(np.abs(means - np.median(means)))) if len(count) > 1 else 0.0
    top = max(0.0, robust**2 - float((middle / count).mean()))
    return top**0.5, middle**0.5, station**0.5


def _neighbours(values: Floats, noise: Floats, district: NDArray[np.int64]) -> float:
    """Correlation of neighbours in the official order inside a district, sampling noise taken off."""
    inside = within(values, district)
    same = district[1:] == district[:-1]
    product = float((inside[1:] * inside[:-1])[same].mean()) if same.any() else 0.0
    signal = max(float((inside**2 - noise).mean()), 1e-6)
    return float(np.clip(product / signal, 0.0, 0.95))


def _log_spreads(values: Floats, district: NDArray[np.int64], least: int = 10) -> tuple[Floats, Floats]:
    size = np.bincount(district)
    squares = np.bincount(district, within(values, district) ** 2)
    large = (size >= least) & (squares > 0)
    return 0.5 * np.log(squares[large] / (size[large] - 1)), 1 / (2.0 * (size[large] - 1))


def _scatter(values: Floats, district: NDArray[np.int64]) -> float:
    """How much the spread inside a district differs from one district to another, as a logarithm."""
    logs, error = _log_spreads(values, district)
    if len(logs) < 8:
        return 0.3
    robust = 1.4826 * float(np.median(np.abs(logs - np.median(logs))))
    return max(0.0, robust**2 - 1.5 * float(np.mean(error))) ** 0.5


def _tails(values: Floats, noise: Floats, district: NDArray[np.int64]) -> float:
    """Excess kurtosis of the stations of a district, held between 0 and 6."""
    inside = within(values, district)
    size = np.bincount(district)
    spread = np.sqrt(np.maximum(np.bincount(district, inside**2) / np.maximum(size - 1, 1), 1e-12))[district]
    kept = (size[district] >= 10) & (noise < np.median(noise) * 2)
    z = (inside / spread)[kept]
    if len(z) < 200:
        return 1.5
    return float(np.clip((z**4).mean() / (z**2).mean() ** 2 - 3, 0.0, 6.0))


def main() -> None:
    """Write the table."""
    data = Path(os.environ["RECANVASS_DATA"])
    lines = [
        "# Shapes of real clean contests, in figures; benchmarks/shapes.py writes this file. Spreads are on the logit scale.",
        "# Development half: countries whose name has an even first byte of SHA-256; the class of clean contests knows no other.",
    ]
    for name, country in clean_contests(data):
        real = canonical(data, name)
        if not real.has("registered") or not known(real):
            print(name, "has no registers")
            continue
        shape = shape_of(real)
        half = "development" if is_development(country) else "test"
        lines += ["", f"[{name}]", f'country = "{country}"', f'half = "{half}"']
        lines += [
            f"{key} = {value if isinstance(value, int) else round(value, 4)}" for key, value in asdict(shape).items()
        ]
        print(name, flush=True)
    place = ROOT / "src" / "recanvass" / "scenario_shapes.toml"
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
