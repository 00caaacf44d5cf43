r"""Honest contests with divided places: how voters are dealt to units, and the errors that befall every option.

A place's voters are dealt to its units as a lottery would, but families share a surname and a vote. Given V, the
counts (votes of each option, other ballots, those at home) are Dirichlet-multinomial about the place's rates with
concentration A = (V - 1)/(phi - 1) - 1, so that every count has phi times its binomial variance; turnout and shares
of ballots stay independent, as in real lotteries (phi 1.3 to 1.7; ``methods/18`` 2.3).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recanvass.division import Division
from recanvass.results import Contest, Counts, Labels, Results
from recanvass.siblings import Units

Floats = NDArray[np.float64]

#: How many times the binomial variance siblings honestly have.
CLUSTERING = 1.5
#: The part of the units with a gross error, and its size in ballots.
ERRORS, ERROR_SIZE = 1e-3, 100


def dealt(rng: np.random.Generator, size: Counts, rates: Floats, clustering: float = CLUSTERING) -> Counts:
    """Counts of each unit by kind; ``(n, k)``.

    Parameters
    ----------
    size : (n,) int64
        Registered voters.
    rates : (n, k) float64
        The probability of each kind; rows sum to one.
    """
    weight = np.maximum((size - 1) / max(clustering - 1, 1e-9) - 1, 1e-3)
    drawn = rng.standard_gamma(np.maximum(rates, 0) * weight[:, None])
    sums = drawn.sum(axis=1, keepdims=True)
    chances = np.where(sums > 0, drawn / np.maximum(sums, 1e-300), rates)
    counts = np.zeros(chances.shape, dtype=np.int64)
    left, rest = size.copy(), np.ones(len(size))
    for k in range(chances.shape[1] - 1):
        part = np.clip(np.where(rest > 1e-12, chances[:, k] / np.maximum(rest, 1e-12), 0.0), 0.0, 1.0)
        counts[:, k] = rng.binomial(left, part)
        left, rest = left - counts[:, k], rest - chances[:, k]
    counts[:, -1] = left
    return counts


def with_errors(rng: np.random.Generator, votes: Counts, home: Counts, rate: float = ERRORS) -> tuple[Counts, Counts]:
    """Votes with a hundred too many for a random option at a few units, and who is left at home."""
    wrong = np.flatnonzero(rng.random(len(votes)) < rate)
    extra = np.minimum(home[wrong], ERROR_SIZE)
    votes, home = votes.copy(), home.copy()
    option = rng.integers(votes.shape[1], size=wrong.size)
    extra = np.where(votes[wrong, option] > 0, extra, 0)
    votes[wrong, option] += extra
    home[wrong] -= extra
    return votes, home


def redrawn(results: Results, found: Units, rng: np.random.Generator) -> Results:
    """The contest with each place's voters dealt anew to its units; other stations as they are."""
    rows = found.rows
    cast, size = found.ballots, found.registered
    votes = results.votes[rows]
    sound = found.whole(((votes < 0).any(axis=1) | (votes.sum(axis=1) > cast)).astype(np.int64)) == 0
    rows, cast, size = rows[sound], cast[sound], size[sound]
    if not rows.size:
        return results
    counts = np.column_stack([results.votes[rows], cast - results.votes[rows].sum(axis=1), size - cast])
    place = np.unique(found.place[sound], return_inverse=True)[1]
    pooled = np.zeros((int(place.max()) + 1, counts.shape[1]))
    np.add.at(pooled, place, counts)
    rates = (pooled / pooled.sum(axis=1, keepdims=True))[place]
    drawn = dealt(rng, size, rates)
    votes, home = with_errors(rng, drawn[:, :-2], drawn[:, -1])
    full = results.votes.copy()
    full[rows] = votes
    columns = {"ballots": results.whole("ballots"), "valid": results.whole("valid")}
    made = {name: values.copy() for name, values in columns.items() if values is not None}
    made["ballots"][rows] = size - home
    made["valid"][rows] = votes.sum(axis=1)
    kept = {name: values for name, values in made.items() if name in results.counts}
    if "invalid" in results.counts:
        invalid = results.counts["invalid"].copy()
        invalid[rows] = (size - home) - votes.sum(axis=1)
        kept["invalid"] = invalid
    return results.with_counts(votes=full, **kept)


def divided(results: Results, rng: np.random.Generator, hamlets: float, errors: float) -> tuple[Results, Counts]:
    """The contest with its large places divided by surname into two or three stations, and the rows of those.

    Parameters
    ----------
    results : Results
        With station names; stations whose accounts are not whole, or with under 400 registered, stay as they are.
    hamlets : float
        The share of divided places of which one unit is a village of its own, smaller and of other habits.
    errors : float
        The share of units with a gross error.
    """
    counts, votes = results.counts, results.votes
    registered = counts["registered"]
    whole = results.known("registered", "ballots", "valid", "invalid") & (votes >= 0).all(axis=1)
    whole &= (votes.sum(axis=1) == counts["valid"]) & (counts["valid"] + counts["invalid"] == counts["ballots"])
    whole &= (counts["invalid"] >= 0) & (counts["ballots"] <= registered) & (registered >= 400)
    parts = np.where(whole, np.where(registered >= 1500, 3, 2), 1)
    parent = np.repeat(np.arange(len(results)), parts)
    number = np.arange(parent.size) - np.repeat(np.cumsum(parts) - parts, parts)
    units = np.flatnonzero(whole[parent])
    hamlet = (rng.random(len(results)) < hamlets) & whole
    weight = np.where(hamlet[parent] & (number == 0), rng.uniform(0.4, 1.0, parent.size), 1.0)
    weight = weight / np.bincount(parent, weight, minlength=len(results))[parent]
    size = np.rint(weight * registered[parent]).astype(np.int64)
    own = units[hamlet[parent[units]] & (number[units] == 0)]
    shares = np.column_stack([votes, counts["invalid"], registered - counts["ballots"]])[parent].astype(np.float64)
    shares[own] *= rng.lognormal(0, 0.4, shares[own].shape)
    made = results.take(parent)
    if not units.size:
        return replace(made, rows=np.arange(1, parent.size + 1)), units
    drawn = dealt(rng, size[units], shares[units] / shares[units].sum(axis=1, keepdims=True))
    new, home = with_errors(rng, drawn[:, :-2], drawn[:, -1], errors)
    full = made.votes.copy()
    full[units] = new
    columns = {name: values.copy() for name, values in made.counts.items()}
    columns["registered"][units], columns["ballots"][units] = size[units], size[units] - home
    columns["valid"][units] = new.sum(axis=1)
    columns["invalid"][units] = drawn[:, -2]
    names = made.places["station"].values()
    names[units] = [f"{names[i]}-{'ABC'[number[i]]}" for i in units]
    places = {**made.places, "station": Labels.of(names.tolist())}
    made = replace(made.with_counts(votes=full, **columns), places=places, rows=np.arange(1, parent.size + 1))
    return made, units


def divided_contest(rng: np.random.Generator, places: int, units: int = 2) -> tuple[Results, Division]:
    """A small honest contest of places divided by surname into equal lists, and its rule."""
    size = np.repeat(rng.integers(400, 900, places), units)
    turnout = np.repeat(np.clip(rng.normal(0.6, 0.08, places), 0.2, 0.9), units)
    share = np.repeat(rng.dirichlet([12, 9, 6, 3], places), units, axis=0)
    rates = np.column_stack([share * turnout[:, None], 1 - turnout])
    drawn = dealt(rng, size, rates)
    votes, home = with_errors(rng, drawn[:, :-1], drawn[:, -1])
    cast = size - home
    names = [f"{i // units + 1}-{'ABCDEFGH'[i % units]}" for i in range(len(size))]
    labels = {
        "region": Labels.of([f"Region {i // units // 25 + 1:02d}" for i in range(len(size))]),
        "station": Labels.of(names),
    }
    counts = {"registered": size, "ballots": cast, "valid": cast, "invalid": 0 * cast}
    results = Results(("A", "B", "C", "D"), votes, counts, places=labels, contest=Contest(title="Simulated"))
    return results, SIMULATED


#: The rule of simulated contests: known, because it was made.
SIMULATED = Division(
    name="simulated",
    station=r"(.+)-[A-H]",
    rule="surname",
    documented="the simulation deals voters to units at random",
    validated="the simulation without anything planted",
)
