"""How well can simulated clean contests be told from real ones? A classifier two-sample test.

    RECANVASS_DATA=... python benchmarks/realism.py [seed=1] [contest ...]

For each real clean contest the generator is given that contest's figures (`joint_shape.joint_of`) and makes as
many stations; a random forest then learns, on half of the districts, to tell real stations (and districts) from
simulated ones, and is judged on the other half. An area under the curve of .5 means that it cannot, 1 that it
always can. What the generator is like was decided from the development half; the held-out countries are the
result. Two exceptions are owned: the figures of two Danish contests were seen once before a change that they did not
prompt, and what gives Israel 2013 (the nineteenth Knesset) away was looked at once, together with Georgia and Ukraine,
before districts of a single station and lopsided terms came into the generator. For scale, the same forest tells one real contest from another of the same country, and one simulated contest from
another of the very same shape: with a few regions and large towns, each of its own level, it does not take a difference of
shape to be told apart.
Needs scikit-learn, which is no dependency of recanvass.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import shapes  # noqa: E402
from joint_shape import joint_of  # noqa: E402
from tests.conftest import canonical  # noqa: E402

from recanvass.results import Results  # noqa: E402
from recanvass.scenarios._country import Country, counted  # noqa: E402
from recanvass.scenarios._joint_shape import JointShape, joint_electorate  # noqa: E402

Floats = NDArray[np.float64]
MOST = 4000


def districts_of(results: Results, rng: np.random.Generator) -> Results:
    """Whole districts of a contest, drawn until there are `MOST` stations, in the official order."""
    table = shapes.usable(results)
    _, district = shapes.places_of(table)
    drawn = rng.permutation(int(district.max()) + 1)
    size = np.cumsum(np.bincount(district)[drawn])
    kept = drawn[: int(np.searchsorted(size, MOST)) + 1]
    return table.take(np.flatnonzero(np.isin(district, kept)))


def features(table: Results) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Features by station, features by district, and the district of each station."""
    _, district = shapes.places_of(table)
    registered = table.counts["registered"].astype(float)
    ballots = np.asarray(table.whole("ballots"), dtype=float)
    whole = table.votes.sum(axis=1).astype(float)
    turnout = np.log((ballots + 0.5) / (registered - ballots + 0.5))
    won = table.votes[:, table.leader].astype(float)
    share = np.log((won + 0.5) / (whole - won + 0.5))
    t, v, s = (shapes.within(x, district) for x in (turnout, share, np.log(registered)))
    station = np.stack([np.log(registered), turnout, share, t, v, s, np.roll(t, 1), np.roll(v, 1)], axis=1)
    size = np.bincount(district)

    def mean(x: Floats) -> Floats:
        return np.asarray(np.bincount(district, x) / size)

    def spread(x: Floats) -> Floats:
        return np.sqrt(np.maximum(mean(x * x), 1e-9))

    area = [mean(turnout), mean(share), mean(np.log(registered)), spread(t), spread(v), spread(s)]
    area += [mean(t * v) / (spread(t) * spread(v)), mean(t * s) / (spread(t) * spread(s) + 1e-9)]
    return station, np.stack(area, axis=1), district


def told_apart(one: Floats, two: Floats, first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Area under the curve of a forest trained on half of the groups and judged on the other half, both ways."""
    x = np.concatenate([one, two])
    y = np.concatenate([np.zeros(len(one)), np.ones(len(two))])
    fold = np.concatenate([first % 2, second % 2])
    scores = []
    for k in (0, 1):
        learnt, judged = fold == k, fold != k
        if len(set(y[learnt])) < 2 or len(set(y[judged])) < 2:
            return float("nan")
        forest = RandomForestClassifier(200, min_samples_leaf=5, random_state=0).fit(x[learnt], y[learnt])
        scores.append(roc_auc_score(y[judged], forest.predict_proba(x[judged])[:, 1]))
    return float(np.mean(scores))


def compare(one: Results, two: Results) -> tuple[float, float]:
    """Areas under the curve, by station and by district (not a number with fewer than twelve districts)."""
    (a, aa, da), (b, bb, db) = features(one), features(two)
    few = min(len(aa), len(bb)) < 12
    by_area = float("nan") if few else told_apart(aa, bb, np.arange(len(aa)), np.arange(len(bb)))
    return told_apart(a, b, da, db), by_area


def simulated(seed: int, stations: int, shape: JointShape) -> Results:
    """A contest of that shape, its usable stations."""
    people = joint_electorate(np.random.default_rng(seed + 1), stations, shape, Country())
    return shapes.usable(counted(np.random.default_rng(seed), people))


def main(chosen: list[str]) -> None:
    """Print a table, a line a contest."""
    seed = next((int(word.removeprefix("seed=")) for word in chosen if word.startswith("seed=")), 1)
    chosen = [word for word in chosen if not word.startswith("seed=")]
    data = Path(os.environ["RECANVASS_DATA"])
    before: dict[str, Results] = {}
    print("half         contest                  simulated: stations districts    two simulated    other real contest")
    for name, country in shapes.clean_contests(data):
        if chosen and name not in chosen:
            continue
        real = canonical(data, name)
        if not real.has("registered") or not shapes.known(real):
            continue
        drawn = districts_of(real, np.random.default_rng(seed))
        shape = joint_of(real)
        made, again = (simulated(seed + k, len(drawn), shape) for k in (1, 101))
        figures = (*compare(drawn, made), *compare(made, again))
        other = compare(drawn, before[country]) if country in before else (float("nan"),) * 2
        half = "development" if shapes.is_development(country) else "held out"
        print(f"{half:12} {name:24}" + "".join(f"{value:10.2f}" for value in (*figures, *other)), flush=True)
        before[country] = drawn


if __name__ == "__main__":
    main(sys.argv[1:])
