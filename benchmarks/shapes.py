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

from recanvass.results import Results
from recanvass.scenarios._country import Country, _bent

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from joint_shape import joint_of  # noqa: E402
from shape_moments import (  # noqa: E402
    alike,
    contrast,
    district_trend,
    excess,
    logits,
    lone_sizes,
    nested,
    place_effects,
    scatter,
    size_between,
    skewness,
    slope,
    station_trends,
    town_between,
    town_by_rank,
    uneven,
    within,
)
from tests.conftest import canonical  # noqa: E402
from usable_stations import places_of, usable  # noqa: E402

Floats = NDArray[np.float64]


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
    lone = np.bincount(district)[district] == 1
    lone_size, lone_spread = lone_sizes(logs[lone])
    town = np.zeros(len(logs))
    town[~lone], town_share, centres, spreads = two_sizes(logs[~lone])
    if lone_size is None:
        lone_size, lone_spread = centres[0], spreads[0]
    turnout, turnout_noise = logits(ballots, registered)
    share, share_noise = logits(votes[:, leader].astype(float), whole)
    turnout_gap = contrast(turnout, town, district)
    share_gap = contrast(share, town, district)
    off = np.where(lone, logs - lone_size, logs - centres[0] - town * (centres[1] - centres[0]))
    turnout = turnout - turnout_gap * town
    share = share - share_gap * town
    inner = np.where(lone, 0.0, off)
    turnout_by_size, share_by_size = contrast(turnout, inner, district), contrast(share, inner, district)
    turnout, share = turnout - turnout_by_size * inner, share - share_by_size * inner
    place = np.log(np.bincount(district, registered))
    place = place - place.mean()
    here = place[district]
    divided = np.unique(district[~lone], return_inverse=True)[1]
    t_places = place_effects(turnout, here, off, lone, divided)
    v_places = place_effects(share, here, off, lone, divided)
    outer = np.where(lone, 0.0, here - place[np.bincount(district) > 1].mean())
    for values, (by_place, gap, by_lone_size) in ((turnout, t_places), (share, v_places)):
        values -= by_place * outer + lone * (gap + by_lone_size * off)
    t_trends = station_trends(turnout, turnout_noise, here, off, district)
    v_trends = station_trends(share, share_noise, here, off, district)
    t_bent, v_bent = (_bent(trend[0] * here + trend[1] * off) for trend in (t_trends, v_trends))
    t_spreads = nested(turnout, turnout_noise, region, district, t_bent)
    v_spreads = nested(share, share_noise, region, district, v_bent)
    apart = district_trend(turnout, turnout_noise, place, region, district, t_spreads[2] * t_bent)
    apart = (apart + district_trend(share, share_noise, place, region, district, v_spreads[2] * v_bent)) / 2
    coefficient = slope(turnout, share, district, turnout_noise)
    turnout, turnout_noise = within(turnout, district) / t_bent, turnout_noise / t_bent**2
    share, share_noise = within(share, district) / v_bent, share_noise / v_bent**2
    sizes = np.bincount(district)
    turnout_skew, share_skew = (
        skewness(x, noise, district) for x, noise in ((turnout, turnout_noise), (share, share_noise))
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
        neighbours=alike(share, share_noise, district),
        invalid=float(np.clip(invalid, 1e-4, 0.5)),
        town_size=float(np.exp(centres[1])),
        village_size=float(np.exp(centres[0])),
        town_size_spread=float(spreads[1]),
        village_size_spread=float(spreads[0]),
        town_clustering=town_between(town[~lone], divided),
        size_clustering=size_between((off / (town * spreads[1] + (1 - town) * spreads[0]))[~lone], divided),
        large_towns=town_by_rank(town[~lone], divided),
        turnout_by_size=turnout_by_size,
        leader_by_size=share_by_size,
        turnout_skew=turnout_skew,
        leader_skew=float(np.clip(share_skew * weight**3, -3, 3)),
        district_scatter=(scatter(turnout, district) + scatter(share, district)) / 2,
        tails=max(
            0.0, (excess(turnout, turnout_noise, district) + excess(share, share_noise, district)) / 2 - from_skew
        ),
        per_district=max(2, round(len(table) / len(sizes))),
        per_region=max(1, round(len(sizes) / (int(region.max()) + 1))),
        unevenness=uneven(sizes[sizes > 1]),
        lone=float((sizes == 1).mean()),
        regions=int(region.max()) + 1,
        lone_size=float(np.exp(lone_size)),
        lone_size_spread=float(lone_spread),
        lone_turnout=t_places[1],
        lone_leader=v_places[1],
        turnout_by_lone_size=t_places[2],
        leader_by_lone_size=v_places[2],
        turnout_by_place=t_places[0],
        leader_by_place=v_places[0],
        district_spread_by_place=apart,
        turnout_spread_by_place=t_trends[0],
        station_spread_by_place=v_trends[0],
        turnout_spread_by_size=t_trends[1],
        station_spread_by_size=v_trends[1],
    )


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


def rounded(value: float | tuple[float, ...]) -> str:
    """A figure, or several, as the file has them."""
    if isinstance(value, tuple):
        return "[" + ", ".join(rounded(v) for v in value) + "]"
    return str(value if isinstance(value, int) else round(value, 4) + 0.0)


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
        lines += ["", f"[{name}.joint]"]
        lines += [f"{key} = {rounded(value)}" for key, value in asdict(joint_of(real)).items()]
        print(name, flush=True)
    place = ROOT / "src" / "recanvass" / "scenario_shapes.toml"
    place.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
