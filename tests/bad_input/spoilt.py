"""Cases in which a question can be asked, spoilt in a few ways at once: what slips past the first checks of a method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from recanvass.case import Case
from recanvass.results import Labels, Results
from tests.bad_input.degenerate import OPTIONS

Random = np.random.Generator
TABLES = ("results", "copies", "photographs", "declared", "electronic", "copies_source")


def spoilt(given: Case, rng: Random) -> Case:
    """The case with one to four of its tables' features destroyed."""
    changed = given
    for _ in range(int(rng.integers(1, 5))):
        name = str(rng.choice([t for t in (*TABLES, "earlier") if getattr(changed, t)] or ["results"]))
        way = WAYS[int(rng.integers(0, len(WAYS)))]
        if name == "earlier":
            tables = {key: way(table, rng) for key, table in changed.earlier.items()}
            changed = replace(changed, earlier=tables)
        elif getattr(changed, name) is not None:
            changed = replace(changed, **{name: way(getattr(changed, name), rng)})
    if rng.random() < 0.2 and changed.announced:
        rows = rng.integers(0, len(changed.announced), len(changed.announced))
        changed = replace(changed, announced=tuple(changed.announced[i] for i in rows))
    if rng.random() < 0.2 and changed.announced:
        counts = rng.choice((0, 1, 7, 10**6, 2**53), len(changed.announced))
        told = [
            replace(a, count=None if a.count is None else int(c), percent=str(rng.choice(("0", "100", "33.3"))))
            for a, c in zip(changed.announced, counts, strict=True)
        ]
        changed = replace(changed, announced=tuple(told))
    if rng.random() < 0.1 and changed.arrivals is not None:
        when = {s: float(rng.choice((0, 5))) for s in changed.arrivals.when}
        changed = replace(changed, arrivals=replace(changed.arrivals, when=when))
    if rng.random() < 0.1 and changed.machine_counted:
        changed = replace(changed, machine_counted=changed.machine_counted[: int(rng.integers(0, 3))])
    if rng.random() < 0.1 and changed.ballot_sequences:
        seen = {s: b[: int(rng.choice((0, 1, 3)))] for s, b in changed.ballot_sequences.items()}
        changed = replace(changed, ballot_sequences=seen)
    return changed


def _gaps(table: Results, rng: Random) -> Results:
    name = str(rng.choice([*table.counts, "votes"]))
    values = table.votes if name == "votes" else table.counts[name]
    gaps = rng.random(values.shape) < rng.choice((0.05, 0.5, 1.0))
    hidden = {name: np.where(gaps, 0, values)}
    made = table.with_counts(**hidden)
    return replace(made, absent={**table.absent, name: gaps | table.absent.get(name, np.zeros_like(gaps))})


def _without_column(table: Results, rng: Random) -> Results:
    if not table.counts:
        return table
    name = str(rng.choice(list(table.counts)))
    return replace(
        table,
        counts={c: v for c, v in table.counts.items() if c != name},
        absent={c: v for c, v in table.absent.items() if c != name},
    )


def _cells(table: Results, rng: Random) -> Results:
    name = str(rng.choice([*table.counts, "votes"]))
    values = table.votes if name == "votes" else table.counts[name]
    odd = int(rng.choice((0, 1, 2**31, 2**40, 2**53)))
    return table.with_counts(**{name: np.where(rng.random(values.shape) < rng.choice((0.01, 0.5, 1.0)), odd, values)})


def _alike(table: Results, rng: Random) -> Results:
    if not len(table):
        return table
    made = table.take(np.zeros(len(table), np.int64))
    return replace(made, places=table.places, rows=table.rows)


def _everybody(table: Results, rng: Random) -> Results:
    if "registered" not in table.counts:
        return table
    whole = table.votes.sum(axis=1)
    return table.with_counts(registered=whole, ballots=whole, valid=whole, invalid=0 * whole)


def _register(table: Results, rng: Random) -> Results:
    if "registered" not in table.counts:
        return table
    known = table.counts["registered"]
    return table.with_counts(registered=(0 * known, known // 3, 0 * known + 1, known * 2**20)[int(rng.integers(0, 4))])


def _one_option(table: Results, rng: Random) -> Results:
    gaps = {n: (g[:, :1] if n == "votes" else g) for n, g in table.absent.items()}
    return replace(table, options=table.options[:1], votes=table.votes[:, :1].copy(), absent=gaps)


def _many_options(table: Results, rng: Random) -> Results:
    new = tuple(f"list {j}" for j in range(60) if f"list {j}" not in table.options)
    added = rng.integers(0, 2, (len(table), len(new))) * int(rng.choice((0, 1, 40)))
    gaps = {n: (np.hstack([g, np.zeros(added.shape, bool)]) if n == "votes" else g) for n, g in table.absent.items()}
    return replace(table, options=(*table.options, *new), votes=np.hstack([table.votes, added]), absent=gaps)


def _tie(table: Results, rng: Random) -> Results:
    votes = table.votes.copy()
    if votes.shape[1] > 1:
        votes[:, 1] = votes[:, 0] if rng.random() < 0.5 else votes[::-1, 0]
    return table.with_counts(votes=votes)


def _one_sided(table: Results, rng: Random) -> Results:
    votes = np.zeros_like(table.votes)
    votes[:, int(rng.integers(0, votes.shape[1]))] = table.votes.sum(axis=1)
    return table.with_counts(votes=votes)


def _names(table: Results, rng: Random) -> Results:
    odd = [*OPTIONS, *(f"z{j}" for j in range(len(table.options)))][: len(table.options)]
    return replace(table, options=tuple(odd))


def _few(table: Results, rng: Random) -> Results:
    return table.take(np.arange(min(len(table), int(rng.choice((0, 1, 2, 3, 5, 20))))))


def _some(table: Results, rng: Random) -> Results:
    return table.take(rng.permutation(len(table))[: max(1, len(table) // int(rng.choice((1, 2, 8))))])


def _level(table: Results, rng: Random) -> Results:
    if not table.places:
        return table
    n, level = len(table), str(rng.choice(list(table.places)))
    shapes = (["X"] * n, [""] * n, [f"a{i}" for i in range(n)], ["X", "", "Y"] * n, [f"b{i // 2}" for i in range(n)])
    return replace(table, places={**table.places, level: Labels.of(shapes[int(rng.integers(0, 5))][:n])})


def _no_level(table: Results, rng: Random) -> Results:
    if not table.places:
        return table
    gone = str(rng.choice(list(table.places)))
    return replace(table, places={level: names for level, names in table.places.items() if level != gone})


def _huge(table: Results, rng: Random) -> Results:
    factor = 2 ** int(rng.choice((10, 25, 38)))
    return table.with_counts(votes=table.votes * factor, **{name: v * factor for name, v in table.counts.items()})


def _tiny(table: Results, rng: Random) -> Results:
    factor = int(rng.choice((10, 300)))
    return table.with_counts(votes=table.votes // factor, **{name: v // factor for name, v in table.counts.items()})


def _small_numbers(table: Results, rng: Random) -> Results:
    votes = rng.integers(0, 3, table.votes.shape)
    return table.with_counts(votes=votes)


WAYS: tuple[Callable[[Results, Random], Results], ...] = (
    _gaps, _without_column, _cells, _alike, _everybody, _register, _one_option, _many_options, _tie, _one_sided,
    _names, _few, _some, _level, _no_level, _huge, _tiny, _small_numbers,
)  # fmt: skip
