r"""Were a station's ballots for one option read out in stretches that a mixed box would not give?

Where the order of the ballots is known (a filmed count, a transcript, the log of a scanner), ballots that
went into the box together may still lie together (Podlazov and Makarov 2024, Vlasikha). Of a station's
:math:`n` ballots :math:`m` are for the option; the null is that every order is equally likely, given the
totals. Three statistics of clumping, each against that null alone (`recanvass.kernels.ballot_runs`):

- few runs (Wald and Wolfowitz 1940), exact;
- the longest run of the option, exact;
- the richest segment, :math:`M = \max_{a<b} \sum_{a \le t < b} (x_t - m/n)`, by ``draws`` random orders,
  :math:`(1 + \#\{M^* \ge M\}) / (1 + K)`.

Each sees what the others miss: many short batches, one solid batch, one diluted batch. A station's p-value is
three times the smallest (Bonferroni, whatever the dependence); the contest's is the smallest of the stations
times their number; stations are listed by Benjamini-Hochberg at ``rate``.

Ballots lie in order for honest reasons too: they are sorted into piles before they are counted, families queue
together, a factory's shift or a portable box comes in at one time. Whether the recorded order is that of the
box is not in the figures. Class C: the null needs to know how this station counted.

Rules: the leader of the official results (without them, of the sequences) unless an option is named; ballots
that could not be read (an empty option) are left out and counted, which keeps the null exact; stations with
fewer than ``least`` ballots or with one kind of ballot only cannot be asked. Placebo: the largest other options,
each with as many random orders as the option, and the same ones.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import false_discovery, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels import ballot_runs
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Contest

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Random orders are made in blocks of about so many ballots.
_BLOCK = 2_000_000
_POINTS = 400
_PLACEBOS = 4


@dataclass(frozen=True)
class Station:
    """One station's ballots of two kinds: the statistics and log10 p of each."""

    name: str
    marked: Mask
    runs: int
    longest: int
    longest_at: int
    segment: tuple[int, int]
    log10_runs: float
    log10_longest: float
    log10_segment: float

    @property
    def log10_p(self) -> float:
        """Bonferroni over the three."""
        return min(0.0, min(self.log10_runs, self.log10_longest, self.log10_segment) + math.log10(3))


@dataclass(frozen=True)
class BallotSequence(Method):
    """Clumps of one option's ballots in the order of counting.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    least : int
        Stations with fewer readable ballots are left out.
    draws : int
        Random orders for the richest segment.
    rate : float
        The false-discovery rate of the list of stations.
    """

    option: str | None = None
    least: int = 20
    draws: int = 1999
    rate: float = 0.01

    evidence_class = "C"
    needs = Needs(results=False)
    detects = ("ballot_batches",)
    cites = ("podlazov2024sequence", "wald1940same", "benjamini1995discovery")
    references = (
        Reference(
            "mathgroup 53905, Koopman 2005", "11 and 14 ballots, 13 runs", "ways of 13 runs", 702_702, 1e-6, "printed"
        ),
        Reference("OEIS A000073", "words of ten letters without three ones in a row", "count", 504, 1e-9, "printed"),
    )
    cost = "linear in ballots times the orders drawn"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The same ballots of each station in a random order."""
        mixed = {
            name: tuple(seen[i] for i in rng.permutation(len(seen))) for name, seen in case.ballot_sequences.items()
        }
        return replace(case, ballot_sequences=mixed)

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Each station's statistics, the list, the contest's p-value, placebos."""
        if not case.ballot_sequences:
            raise Unasked("no_sequences")
        readable = {name: [o for o in seen if o] for name, seen in sorted(case.ballot_sequences.items())}
        totals = Counter(o for seen in readable.values() for o in seen)
        option = self._chosen(case, totals)
        placebos = sorted((o for o in totals if o != option), key=lambda o: (-totals[o], o))[:_PLACEBOS]
        found = self._stations(readable, (option, *placebos), rng)
        stations = found[option]
        if not stations:
            raise Unasked("nothing_to_mix", stations=len(readable), least=self.least, option=option)
        log10_p = np.array([s.log10_p for s in stations])
        listed = false_discovery.listed(log10_p, self.rate)
        q = false_discovery.adjusted(log10_p)
        whole = false_discovery.smallest(log10_p)
        first = min(range(len(stations)), key=lambda i: (log10_p[i], stations[i].name))
        strongest = stations[first]
        start, end = strongest.segment
        inside = strongest.marked[start:end]
        ballots = sum(len(s.marked) for s in stations)
        unread = sum(len(seen) for seen in case.ballot_sequences.values()) - sum(map(len, readable.values()))
        estimates = tuple(self._above(s) for s, on in zip(stations, listed, strict=True) if on)
        above = sum(estimates)
        return Answer(
            status="description",
            outcome="clumped" if listed.any() else "mixed",
            facts={
                "option": option,
                "stations": len(stations),
                "given": len(case.ballot_sequences),
                "ballots": ballots,
                "unread": unread,
                "listed": int(listed.sum()),
                "station": strongest.name,
                "first": start + 1,
                "last": end,
                "inside": float(inside.mean()) if inside.size else 0.0,
                "overall": float(strongest.marked.mean()),
                "longest": strongest.longest,
                "runs": strongest.runs,
                "log10_p": whole,
                "rate": self.rate,
                "above": above,
            },
            evidence=Evidence(float(-log10_p[first]), whole, draws=self.draws),
            estimates=(Estimate("ballots above the proportional part in the richest segments", above, "ballots"),)
            if listed.any()
            else (),
            caveats=("order",)
            + (("unread",) if unread else ())
            + (("few",) if len(stations) < 3 else ())
            + ("no_panel",),
            stations=tuple(s.name for s, on in zip(stations, listed, strict=True) if on),
            tables={
                "stations": [
                    {
                        "station": s.name,
                        "ballots": len(s.marked),
                        "share": round(float(s.marked.mean()), 4),
                        "runs": s.runs,
                        "expected_runs": round(
                            ballot_runs.expected_runs(int(s.marked.sum()), int((~s.marked).sum())), 1
                        ),
                        "longest": s.longest,
                        "segment": f"{s.segment[0] + 1}-{s.segment[1]}",
                        "segment_share": round(float(s.marked[slice(*s.segment)].mean()), 4),
                        "log10_p": round(float(s.log10_p), 3),
                        "log10_q": round(float(q[i]), 3),
                    }
                    for i, s in sorted(enumerate(stations), key=lambda pair: (log10_p[pair[0]], pair[1].name))
                ],
                "placebo": [self._placebo(other, found[other]) for other in placebos if found[other]],
            },
            series=_curve(strongest),
            power=self._power(stations),
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Ballots for the option so far, less their proportional part, along the count."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        facts = finding.answer.facts
        records: list[dict[str, Any]] = [
            {"position": x, "above": y} for x, y in zip(series["position"], series["above"], strict=True)
        ]
        records.append({"from": facts["first"] - 1, "to": facts["last"]})
        y = {"field": "above", "type": "quantitative", "title": words["y"]}
        spec = {
            "layer": [
                {
                    "transform": [{"filter": "isValid(datum.from)"}],
                    "mark": {"type": "rect", "color": "departure", "opacity": 0.15},
                    "encoding": {
                        "x": {"field": "from", "type": "quantitative", "title": words["x"]},
                        "x2": {"field": "to"},
                    },
                },
                {
                    "transform": [{"filter": "isValid(datum.position)"}],
                    "mark": {"type": "line", "color": "observed"},
                    "encoding": {
                        "x": {"field": "position", "type": "quantitative", "title": words["x"]},
                        "y": y,
                    },
                },
            ]
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=facts, language=language)
        caption = wording.phrase(finding.method, "drawing", "caption", facts=facts, language=language)
        return Drawing(spec, records, words["title"], alt, caption)

    def example(self, rng: np.random.Generator) -> Case:
        """Five honest stations, their ballots well mixed."""
        options = ("A", "B", "C")
        seen = {
            f"Station {i + 1}": tuple(options[k] for k in rng.choice(3, size=int(size), p=(0.5, 0.3, 0.2)))
            for i, size in enumerate(rng.integers(60, 240, 5))
        }
        return Case(Contest(title="Simulated"), ballot_sequences=seen)

    def _chosen(self, case: Case, totals: Counter[str]) -> str:
        if self.option is not None:
            if self.option not in totals:
                raise Unasked("no_option", option=self.option)
            return self.option
        if case.results is not None and case.results.options:
            leader = case.results.options[case.results.leader]
            if leader in totals:
                return leader
        if not totals:
            raise Unasked("nothing_read", stations=len(case.ballot_sequences))
        return min(totals, key=lambda o: (-totals[o], o))

    def _stations(
        self, readable: Mapping[str, list[str]], options: Sequence[str], rng: np.random.Generator
    ) -> dict[str, list[Station]]:
        """The stations that can be asked about each option; all options are set beside the same random orders."""
        found: dict[str, list[Station]] = {option: [] for option in options}
        for name, seen in readable.items():
            n = len(seen)
            if n < self.least:
                continue
            every = {o: np.array([ballot == o for ballot in seen], dtype=np.bool_) for o in options}
            mixed = {o: marked for o, marked in every.items() if 0 < int(marked.sum()) < n}
            values = {o: ballot_runs.richest_segment(marked)[0] for o, marked in mixed.items()}
            above = dict.fromkeys(mixed, 0)
            block = max(1, _BLOCK // n)
            for start in range(0, self.draws, block):
                rows = min(block, self.draws - start)
                orders = rng.permuted(np.broadcast_to(np.arange(n, dtype=np.int32), (rows, n)), axis=1)
                for o, marked in mixed.items():
                    above[o] += int((ballot_runs.richest_in_orders(marked, orders) >= values[o]).sum())
            for o, marked in mixed.items():
                found[o].append(_station(name, marked, math.log10((1 + above[o]) / (1 + self.draws))))
        return found

    def _placebo(self, option: str, stations: list[Station]) -> dict[str, Any]:
        log10_p = np.array([s.log10_p for s in stations])
        return {
            "option": option,
            "stations": len(stations),
            "listed": int(false_discovery.listed(log10_p, self.rate).sum()),
            "log10_p": round(false_discovery.smallest(log10_p), 3),
        }

    def _power(self, stations: list[Station]) -> dict[str, Any]:
        """The shortest solid run that would have been listed at a station of the middle size, alone."""
        sizes = sorted((len(s.marked), int(s.marked.sum())) for s in stations)
        n, m = sizes[len(sizes) // 2]
        price = math.log10(self.rate) - math.log10(3 * len(stations))
        low, high = 1, m + 1
        while low < high:
            middle = (low + high) // 2
            if ballot_runs.log10_long_run(m, n - m, middle) <= price:
                high = middle
            else:
                low = middle + 1
        return {"ballots": n, "share": m / n, "run": low, "possible": low <= m}

    @staticmethod
    def _above(station: Station) -> float:
        start, end = station.segment
        return float(station.marked[start:end].sum() - station.marked.mean() * (end - start))


def _station(name: str, marked: Mask, log10_segment: float) -> Station:
    m = int(marked.sum())
    count = ballot_runs.runs(marked)
    longest, at = ballot_runs.longest_run(marked)
    _, start, end = ballot_runs.richest_segment(marked)
    return Station(
        name,
        marked,
        count,
        longest,
        at,
        (start, end),
        ballot_runs.log10_few_runs(m, len(marked) - m, count),
        ballot_runs.log10_long_run(m, len(marked) - m, longest),
        log10_segment,
    )


def _curve(station: Station) -> dict[str, Any]:
    """The bridge of the strongest station, at most so many points, the ends of the segment among them."""
    n = len(station.marked)
    above = np.concatenate([[0], np.cumsum(station.marked)]) - station.marked.mean() * np.arange(n + 1)
    at = np.unique(np.concatenate([np.linspace(0, n, min(n + 1, _POINTS)).astype(int), station.segment]))
    return {"position": at.tolist(), "above": np.round(above[at], 3).tolist()}
