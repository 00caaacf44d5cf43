"""Contests that no honest table looks like, drawn at random: every shape that ever broke a method, mixed with every other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from recanvass.case import Announced, Case
from recanvass.division import Division
from recanvass.observation import Arrivals, Observers, Sampling
from recanvass.results import COUNTS, LEVELS, Contest, Labels, Results

Random = np.random.Generator

OPTIONS = ("Ann", "Bób", "Я. Иванова", "候補", "against all", "50%", "{facts}", "", " ", "=1+1", "<b>", "a" * 300, "0")
STATIONS = (0, 1, 1, 2, 3, 4, 5, 8, 12, 30, 60, 130)
COUNTRIES = ("", "Russia", "Spain", "Nowhere", "Belarus", "Argentina")


def contest(rng: Random) -> Results:
    """A table with degenerate counts, absent columns, gaps and names."""
    n = int(rng.choice(STATIONS))
    k = int(rng.choice((1, 1, 2, 2, 3, 4, 7, 60)))
    names = list(OPTIONS[:k]) + [f"option {j}" for j in range(k - len(OPTIONS))]
    if rng.random() < 0.5:
        names = [f"option {j}" for j in range(k)]
    votes = _votes(rng, n, k)
    with np.errstate(over="ignore"):
        valid = votes.sum(axis=1, dtype=np.int64)
    counts = _counts(rng, n, valid)
    absent = {name: rng.random(n) < rng.choice((0.02, 0.5, 1.0)) for name in counts if rng.random() < 0.2}
    if rng.random() < 0.2:
        absent["votes"] = rng.random((n, k)) < rng.choice((0.02, 0.3, 0.9, 1.0))
    kept = {c: v for c, v in counts.items() if c in rng.permutation(list(counts))[: rng.integers(0, len(counts) + 1)]}
    if rng.random() < 0.4:
        kept = counts
    for name, gaps in absent.items():
        if name in kept:
            kept[name] = np.where(gaps, 0, kept[name])
    if "votes" in absent:
        votes = np.where(absent["votes"], 0, votes)
    known = Contest(
        "Test", str(rng.choice(COUNTRIES)), str(rng.choice(("", "2018-03-18", "2024-01-01"))), "", *_bases(rng)
    )
    absent = {name: gaps for name, gaps in absent.items() if name == "votes" or name in kept}
    return Results(tuple(names), votes, kept, absent, _places(rng, n), contest=known)


def case(rng: Random) -> Case:
    """A contest with degenerate knowledge beside it."""
    results = contest(rng)
    known: dict[str, Any] = {}
    if rng.random() < 0.3:
        known["announced"] = _announced(rng, results)
    if rng.random() < 0.3:
        known["earlier"] = {f"earlier {i}": _other(rng, results) for i in range(int(rng.integers(1, 3)))}
    for name in ("copies", "photographs", "declared", "electronic", "copies_source"):
        if rng.random() < 0.25:
            known[name] = _other(rng, results)
    stations = list(dict.fromkeys((*results.stations, "elsewhere", "")))
    some = [s for s in stations if rng.random() < rng.choice((0.0, 0.3, 0.9, 1.0))]
    if rng.random() < 0.3:
        known["sampling"] = Sampling(
            str(rng.choice(("random", "convenience", "unknown"))),  # type: ignore[arg-type]
            str(rng.choice(("", "region", "district"))),
            {"": int(rng.choice((0, 1, len(results), 10**6)))} if rng.random() < 0.6 else {},
            {"": int(rng.choice((0, 1, 5)))} if rng.random() < 0.4 else {},
        )
    if rng.random() < 0.3:
        known["observers"] = Observers(
            str(rng.choice(("random", "unknown"))),  # type: ignore[arg-type]
            tuple(some),
            str(rng.choice(("", "region", "district"))),
            tuple(some[::2]) if rng.random() < 0.5 else (),
        )
    if rng.random() < 0.3:
        known["machine_counted"] = tuple(some)
    if rng.random() < 0.3:
        times = rng.choice((0.0, 1.0, 2.5, 1e9, -3.0), len(some)) if rng.random() < 0.5 else rng.random(len(some)) * 900
        known["arrivals"] = Arrivals(
            dict(zip(some, map(float, times), strict=True)),
            tuple(float(t) for t in rng.choice((0.0, 1.0, 100.0, 1e12), int(rng.integers(0, 3)))),
            str(rng.choice(("minutes", "order"))),  # type: ignore[arg-type]
        )
    if rng.random() < 0.3:
        cast = (*results.options, "", "stranger")
        known["ballot_sequences"] = {
            s: tuple(str(cast[i]) for i in rng.integers(0, len(cast), int(rng.choice((0, 1, 2, 40, 300)))))
            for s in some[:6]
        }
    if rng.random() < 0.2:
        known["verified"] = ("unique", "dated", "signed")[: int(rng.integers(0, 4))]
    if rng.random() < 0.3:
        known["division"] = _division(rng)
    if "announced" not in known and rng.random() < 0.5:
        known["announced"] = ()
    made = Case.of(results, **known)
    return replace(made, results=None) if rng.random() < 0.08 else made


def _bases(rng: Random) -> tuple[Any, Any]:
    return ("ballots" if rng.random() < 0.8 else "issued"), ("valid" if rng.random() < 0.8 else "ballots")


def _votes(rng: Random, n: int, k: int) -> np.ndarray:
    shape = int(rng.integers(0, 12))
    if shape == 0:
        return np.zeros((n, k), np.int64)
    if shape == 1:
        return np.full((n, k), int(rng.choice((1, 7, 100, 2**40, 2**53))), np.int64)
    if shape == 2:
        return rng.integers(0, 2**53, (n, k))
    if shape == 3:  # huge and tiny mixed
        return np.where(rng.random((n, k)) < 0.2, rng.integers(0, 2**40, (n, k)), rng.integers(0, 3, (n, k)))
    if shape == 4:  # everybody for one
        made = np.zeros((n, k), np.int64)
        made[:, 0] = rng.integers(0, 3000, n)
        return made
    if shape == 5:  # a tie for the lead, all rows equal
        return np.tile(rng.integers(0, 400, (1, k)), (n, 1)).astype(np.int64)
    if shape == 6:  # two options equal in total, mirrored
        made = rng.integers(0, 500, (n, k))
        if k > 1:
            made[:, 1] = made[::-1, 0]
        return made
    if shape == 7:
        return rng.integers(0, 2, (n, k))
    if shape == 8:  # rounded
        whole = 100 * rng.integers(1, 20, n)
        return np.stack([whole * int(p) // 100 for p in rng.integers(0, 100 // k + 1, k)], axis=1).astype(np.int64)
    size = rng.integers(0, 2000, n)
    return rng.multinomial(size, rng.dirichlet(np.ones(k)), n).astype(np.int64).reshape(n, k)


def _counts(rng: Random, n: int, valid: np.ndarray) -> dict[str, np.ndarray]:
    invalid = rng.choice((0, 0, 3, 50)) * np.ones(n, np.int64)
    top = np.minimum(valid, 2**60)
    registered = {
        0: top * 2,
        1: top + invalid,
        2: np.zeros(n, np.int64),
        3: top // 2,
        4: np.full(n, 1000, np.int64),
        5: rng.integers(0, 3000, n),
        6: top + rng.integers(0, 500, n),
    }[int(rng.integers(0, 7))]
    made = {"registered": registered, "ballots": top + invalid, "valid": valid, "invalid": invalid}
    if rng.random() < 0.2:
        made["ballots"] = rng.integers(0, 2000, n)
    for name in COUNTS:
        if name not in made and rng.random() < 0.25:
            made[name] = rng.integers(0, int(rng.choice((1, 5, 3000, 2**53))), n)
    return {name: np.asarray(values, np.int64) for name, values in made.items()}


def _places(rng: Random, n: int) -> dict[str, Labels]:
    made = {}
    for level in LEVELS:
        if rng.random() < 0.25:
            continue
        shape = int(rng.integers(0, 6))
        if shape == 0:
            names = ["Everywhere"] * n
        elif shape == 1:
            names = [""] * n
        elif shape == 2:  # one station an area
            names = [f"{level} {i}" for i in range(n)]
        elif shape == 3:  # names repeat, some blank
            names = [str(rng.choice(("Ü", "Ø", "", "区"))) for _ in range(n)]
        elif shape == 4:
            names = [str(1000 + i // 3 * 10 + i % 3) for i in range(n)]
        else:
            names = [f"{level} {i // 20}" for i in range(n)]
        if level == "station" and shape != 3:
            names = [f"{i:04d}" if shape > 1 else f"S {i // 2}-{i % 2}" for i in range(n)]
        made[level] = Labels.of(names)
    return made


def _other(rng: Random, results: Results) -> Results:
    """The same stations with other figures, or other stations altogether."""
    pick = int(rng.integers(0, 4))
    if pick == 0 or not len(results):
        return contest(rng)
    if pick == 1:
        return results
    rows = rng.integers(0, len(results), int(rng.integers(0, len(results) + 3)))
    taken = results.take(rows)
    if pick == 2:
        return taken
    return taken.with_counts(votes=np.maximum(taken.votes + rng.integers(-3, 4, taken.votes.shape), 0))


def _announced(rng: Random, results: Results) -> tuple[Announced, ...]:
    columns = [*COUNTS[:3], "valid", "ballots", *results.options, "stranger"]
    areas = ["", "", "", "Everywhere", "region 0", "nowhere"]
    made = []
    for _ in range(int(rng.integers(0, 12))):
        made.append(
            Announced(
                str(rng.choice(columns)),
                int(rng.choice((0, 1, 1000, 10**6, 2**53))) if rng.random() < 0.6 else None,
                str(rng.choice(("0", "100", "51.20", "33,3", "100.01", "0.00"))) if rng.random() < 0.6 else None,
                str(rng.choice(areas)),
                str(rng.choice(("valid", "ballots", "registered"))),
                "",
                str(rng.choice(("", "10:00", "12:00", "first"))),
                str(rng.choice(("", "80", "100", "0", "96.87"))),
            )
        )
    return tuple(made)


def _division(rng: Random) -> Division:
    rule, note = str(rng.choice(("surname", "number", "unknown"))), str(rng.choice(("", "a law")))
    if rng.random() < 0.3:
        return Division(place=str(rng.choice(LEVELS[:-1])), rule=rule, documented=note, validated=note)
    text, first = (r"(\d+)\d", bool(rng.random() < 0.5)) if rng.random() < 0.6 else (r"(.*?)-?\d*", False)
    within = str(rng.choice(("", "region", "district")))
    return Division(station=text, first_unit=first, within=within, rule=rule, documented=note, validated=note)
