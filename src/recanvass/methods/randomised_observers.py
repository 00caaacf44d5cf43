r"""Did watched stations, drawn by lot, show something else than the rest?

Observers were sent by lot, so nothing but watching can set their stations apart except chance, and
chance is known: the lot can be repeated (`recanvass.kernels.randomisation`; Fisher 1935; the design
of Enikolopov and others 2013, Moscow). The outcome is an option's share, the leader's unless named;
the difference is taken within strata of the lot. The interval is that of the shifts which, undone,
the lot would not find unusual (the test inverted for an effect that is the same everywhere).

Two cautions are part of the answer. Stations count as watched by assignment, whether or not the
observer stayed to the end; leaving out those sent away would choose by what they saw. And where
watching moves the same votes to a neighbouring station, the difference counts that twice, while
a deterrent that reaches unwatched stations makes it smaller.

Placebo: the same difference for other options that stood at all of these stations, under the same lots. What watching
takes from one option it gives to others, so a placebo of the other sign is no contradiction; of three or more options
it shows whether one of them differs more than the one asked about.

The null: the same stations' figures, the lot drawn again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels.randomisation import assignments, difference, drawn_differences, every_difference
from recanvass.matching import match
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.observation import Observers
from recanvass.results import Contest, Labels, Results, exact_sum

Record = dict[str, Any]


@dataclass(frozen=True)
class RandomisedObservers(Method):
    """The exact randomisation test of watched against unwatched stations.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    draws : int
        Lots drawn where there are too many outcomes to count.
    exhaustive : int
        Up to so many outcomes all are counted.
    level : float
        Of the interval.
    """

    option: str | None = None
    draws: int = 9999
    exhaustive: int = 20000
    level: float = 0.95

    evidence_class = "B"
    room = "witnesses"
    needs = Needs(columns=("votes", "valid"), stations=4)
    detects = ("unobserved_stations",)
    cites = ("fisher1935design", "enikolopov2013field")
    references = (
        Reference("fisher1935design", "lady tasting tea, 4 of 8 all right", "one-sided p", 1 / 70, 1e-12, "printed"),
        Reference("fisher1935design", "Darwin's fifteen pairs of maize", "lots as far apart", 1726, 0, "printed"),
    )
    cost = "linear in stations times the lots drawn"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The lot drawn again over the same stations."""
        if case.observers is None or case.results is None:
            return case
        results, observers = case.results, case.observers
        watched = _watched(results, observers)
        again = watched.copy()
        for rows in _strata(results, observers.level):
            again[rows] = watched[rows][rng.permutation(len(rows))]
        names = results.stations
        return replace(
            case, observers=replace(observers, stations=tuple(names[i] for i in np.flatnonzero(again)), kept=())
        )

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The difference, its p-value, its interval."""
        results, observers = case.results, case.observers
        assert results is not None
        if observers is None or not observers.stations:
            raise Unasked("no_observers")
        if observers.design != "random":
            raise Unasked("not_random", stations=len(observers.stations))
        chosen = singled_out(results, self.option)
        valid = results.whole("valid")
        assert valid is not None
        usable = results.known("votes", "valid") & results.stood(chosen) & (valid > 0)
        watched = _watched(results, observers)
        found = int(watched.sum())
        strata = [
            r for rows in _strata(results, observers.level) if 0 < watched[r := rows[usable[rows]]].sum() < len(r)
        ]
        if not strata:
            raise Unasked("nothing_to_compare")
        rows = np.concatenate(strata)
        outcome = np.zeros(len(results))
        outcome[usable] = results.votes[usable, chosen] / valid[usable]
        return self._answer(results, observers, chosen, outcome, watched, strata, rows, found, rng)

    def _answer(
        self,
        results: Results,
        observers: Observers,
        chosen: int,
        outcome: NDArray[np.float64],
        watched: NDArray[np.bool_],
        strata: list[NDArray[np.int64]],
        rows: NDArray[np.int64],
        found: int,
        rng: np.random.Generator,
    ) -> Answer:
        seen = difference(outcome, watched, strata)
        ways = assignments(watched, strata)
        exact = ways <= self.exhaustive
        names = results.stations
        valid = results.whole("valid")
        assert valid is not None
        beside = [j for j in placebos.others(results, chosen) if results.stood(j)[rows].all()]
        outcomes = [outcome, watched.astype(np.float64)]
        outcomes += [results.votes[:, j] / np.maximum(valid, 1) for j in beside]
        if exact:
            drawn = np.stack([every_difference(values, watched, strata) for values in outcomes])
        else:
            drawn = drawn_differences(np.stack(outcomes), watched, strata, self.draws, rng)
        lots, moved = drawn[:2]
        others = {
            j: _measured(difference(values, watched, strata), law, exact)
            for j, values, law in zip(beside, outcomes[2:], drawn[2:], strict=True)
        }
        log10_p = _log10_p(lots, seen, exact)
        low, high = self._interval(lots, moved, seen, exact)
        on, off = rows[watched[rows]], rows[~watched[rows]]
        unwatched_valid = exact_sum(valid[off])
        facts = {
            "option": results.options[chosen],
            "assigned": len(observers.stations),
            "found": found,
            "watched": len(on),
            "others": len(off),
            "kept": len(observers.kept),
            "difference": abs(seen) * 100,
            "watched_share": float(outcome[on].mean()),
            "others_share": float(outcome[off].mean()),
            "log10_p": log10_p,
            "low": (-1.0 if low is None else low) * 100,
            "high": (1.0 if high is None else high) * 100,
            "level": self.level,
            "strata": len(strata),
            "outcomes": ways if ways < 2**53 else 2**53,
            "votes": abs(round(seen * unwatched_valid)),
        }
        clear = log10_p <= math.log10(1 - self.level)
        outcome_name = ("lower" if seen < 0 else "higher") if clear else "no_difference"
        caveats = ["assignment", "spillover"]
        caveats += ["attrition"] if observers.kept and len(observers.kept) < len(observers.stations) else []
        caveats += ["not_found"] if found < len(observers.stations) else []
        return Answer(
            status="departure" if clear else "none",
            outcome=outcome_name,
            facts=facts,
            evidence=Evidence(seen, log10_p, expected=0.0, sd=float(lots.std()), draws=None if exact else self.draws),
            estimates=(
                Estimate(
                    f"share of {results.options[chosen]}, watched minus unwatched",
                    seen,
                    "share",
                    "estimate",
                    low,
                    high,
                    self.level,
                ),
            ),
            caveats=tuple(caveats),
            tables={
                "stations": [
                    {
                        "station": names[i],
                        "watched": bool(watched[i]),
                        "share": float(outcome[i]),
                        "valid": int(valid[i]),
                    }
                    for i in sorted(rows, key=lambda i: (not watched[i], names[i]))
                ],
                "placebo": placebos.rows(results, chosen, others.get),
            },
            series={"lots": _histogram(lots, seen), "seen": seen * 100},
            power={"smallest": 2.8 * float(lots.std()) * 100},
        )

    def _interval(
        self, plain: NDArray[np.float64], moved: NDArray[np.float64], seen: float, exact: bool
    ) -> tuple[float | None, float | None]:
        """Shifts not refused by the test; undoing a shift moves each lot's difference linearly.

        None where not even a shift of a hundred points is refused.
        """

        def kept(shift: float) -> bool:
            lots = plain - shift * moved
            above = abs(seen - shift)
            hits = int((np.abs(lots) >= above - 1e-12).sum())
            return (hits / len(lots) if exact else (1 + hits) / (1 + len(lots))) > 1 - self.level

        ends: list[float | None] = []
        for side in (-1.0, 1.0):
            inside, outside = seen, seen + side
            if kept(outside):
                ends.append(None)
                continue
            for _ in range(40):
                middle = (inside + outside) / 2
                inside, outside = (middle, outside) if kept(middle) else (inside, middle)
            ends.append(inside)
        return ends[0], ends[1]

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Differences that the lot gives by itself, and the one that was seen."""
        words = wording.template(self.name, "drawing", language=language)
        x = {"field": "points", "type": "quantitative", "title": words["x"]}
        records = [*(dict(r) for r in finding.series["lots"]), {"seen": finding.series["seen"]}]
        spec = {
            "layer": [
                {
                    "transform": [{"filter": "isValid(datum.share)"}],
                    "mark": {"type": "area", "color": "expected", "interpolate": "step"},
                    "encoding": {"x": x, "y": {"field": "share", "type": "quantitative", "title": words["y"]}},
                },
                {
                    "transform": [{"filter": "isValid(datum.seen)"}],
                    "mark": {"type": "rule", "color": "departure", "strokeWidth": 3},
                    "encoding": {"x": {"field": "seen", "type": "quantitative", "title": words["x"]}},
                },
            ]
        }
        alt = wording.phrase(self.name, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words["caption"])

    def example(self, rng: np.random.Generator) -> Case:
        """Forty of two hundred stations watched, by lot inside four districts, with no effect."""
        size = rng.integers(300, 1500, 200)
        votes = rng.binomial(size, 1 / (1 + np.exp(-rng.normal(0, 0.4, 200))))
        names = [f"{i:04d}" for i in range(200)]
        places = {"district": Labels.of([f"District {i % 4}" for i in range(200)]), "station": Labels.of(names)}
        results = Results(
            ("A", "B"),
            np.stack([votes, size - votes], axis=1).astype(np.int64),
            places=places,
            contest=Contest("Example"),
        )
        picked = [names[i] for d in range(4) for i in rng.permutation(np.arange(d, 200, 4))[:10]]
        return Case(results.contest, results, observers=Observers("random", tuple(picked), "district"))


def _watched(results: Results, observers: Observers) -> NDArray[np.bool_]:
    """Which official rows were assigned; names are matched as copies are."""
    named = Results(
        (), np.zeros((len(observers.stations), 0), np.int64), places={"station": Labels.of(observers.stations)}
    )
    watched = np.zeros(len(results), dtype=np.bool_)
    for m in match(named, results):
        if m.row >= 0 and m.confidence != "low":
            watched[m.row] = True
    return watched


def _strata(results: Results, level: str) -> list[NDArray[np.int64]]:
    """The rows of each stratum of the lot, sorted by the station's name so that order does not matter."""
    names = np.array(results.stations, dtype=object)
    groups = (
        [rows for _, rows in results.areas(level)]
        if level in results.places
        else [np.arange(len(results), dtype=np.int64)]
    )
    return [np.array(sorted(rows, key=lambda i: names[i]), dtype=np.int64) for rows in groups if len(rows)]


def _log10_p(lots: NDArray[np.float64], seen: float, exact: bool) -> float:
    """Two-sided."""
    hits = int((np.abs(lots) >= abs(seen) - 1e-12).sum())
    return math.log10(max(hits, 1) / len(lots) if exact else (1 + hits) / (1 + len(lots)))


def _measured(seen: float, lots: NDArray[np.float64], exact: bool) -> Record:
    return {"difference": round(100 * seen, 2), "log10_p": round(_log10_p(lots, seen, exact), 3)}


def _histogram(lots: NDArray[np.float64], seen: float) -> list[Record]:
    wide = max(float(np.abs(lots).max()), abs(seen), 1e-6)
    counts, edges = np.histogram(lots, bins=60, range=(-wide, wide))
    return [
        {"points": round(100 * float(e), 4), "share": float(c) / len(lots)} for c, e in zip(counts, edges, strict=False)
    ]
