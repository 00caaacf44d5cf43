r"""At how many stations did turnout and support both jump since an earlier contest?

The same station at two contests is its own control: what kind of place it is cancels. With :math:`k` of :math:`n`
then and :math:`k'` of :math:`n'` now, the change is :math:`\delta = k'/n' - k/n`; the median change of the
station's area is taken off it, and

.. math:: z = \frac{\delta - \tilde\delta_{\text{area}}}{\sqrt{p (1-p) (1/n + 1/n')}}, \qquad
          p = \frac{k + k'}{n + n'},

for the turnout of the registered and for the option's share of the valid votes. Places change by more than a
lottery, so each score is divided by :math:`\sqrt\varphi`, :math:`\varphi = \max(1, \operatorname{med}(z^2)/.4549)`,
from the bulk of the contest. With :math:`U` stations above ``limit`` in both and :math:`D` below ``-limit`` in
both, :math:`E = (U - D)/n`: honest changes of a place go either way, ballots added for one option up only.

Moved streets, new houses and slips befall falls as well as jumps, and every option. So :math:`U` is compared with the
largest count :math:`K` of those that nobody singled out: :math:`D`, and the jumps of the other large options that
stood at both contests. It is no more than that by chance with (`siblings.tail`)

.. math:: p = P(N \ge U), \qquad N \sim \mathrm{NB}(\mathrm{mean} = \max(K, \varepsilon n) + \tfrac12,
          \; \mathrm{size} = \min(4, 1 + K)),

a negative binomial law because the option's honest rate may be another than theirs (a coefficient of variation of a
half), with :math:`\varepsilon` = ``usual``, the middle of what real clean pairs have (0 to 5 in 1,000). Under the
null, where jumps are as rare as falls, it is far above the true probability. A sign test of U against D would not do:
among eleven real clean pairs one count is up to six times the other, with more than a hundred stations.

Stations are the same if the whole path of names is, and it stands once in each table; others are counted and
left out. The earlier contest is the last one given unless named; the option is that of the same name in it,
or its leader where the name is not there, which is said. Changed boundaries and movements between parties are
honest reasons for a jump: class C. E is ranked among clean pairs of contests (`recanvass.panel`). Where the option
stood under its name before, the evidence is p, which asks of this contest alone, and the rank is said beside it; where
it did not, there is no p, and the evidence is the rank.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import areas, panel, placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Contest, Labels, Results
from recanvass.same_stations import same_stations
from recanvass.siblings import tail

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: The median of a squared standard normal.
_MEDIAN_SQUARE = 0.454936
_COLUMNS = ("registered", "ballots", "valid")


@dataclass(frozen=True)
class Pair:
    """Stations found in both tables: rows now and then, and the scaled scores of their changes."""

    now: Counts
    turnout: Floats
    share: Floats
    turnout_factor: float
    share_factor: float


@dataclass(frozen=True)
class PanelJumps(Method):
    """Stations that jump in turnout and share since an earlier contest, less those that fall in both.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    earlier : str, optional
        Which earlier contest; the last one given unless named.
    counterpart : str, optional
        The option of the earlier contest that it is compared with.
    limit : float
        How many scaled standard deviations count as a jump.
    least : int
        Stations with fewer registered voters at either contest are left out.
    usual : float
        The part of the stations that jumps in honest contests, at least.
    """

    option: str | None = None
    earlier: str | None = None
    counterpart: str | None = None
    limit: float = 2.5
    least: int = 100
    usual: float = 1e-3

    evidence_class = "C"
    needs = Needs(columns=("registered", "ballots", "valid", "votes"), stations=100, options=2)
    detects = ("added_since_earlier",)
    cites = ("myagkov2009forensics",)
    references = (
        Reference("scipy.stats.chi2_contingency", "400 of 1000, then 500 of 1000", "z", 4.494666, 1e-6, "program"),
        Reference("scipy.stats.chi2_contingency", "30 of 100, then 50 of 100", "z", 2.886751, 1e-6, "program"),
    )
    cost = "linear in stations of both contests"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Turnout and the option's votes drawn anew at each station's own earlier rates: nothing changed."""
        results = case.results
        assert results is not None
        chosen, before, then = self._sides(case)
        now, old = same_stations(results, before)
        registered = results.counts["registered"][now]
        counts = [before.whole(c) for c in _COLUMNS]
        assert counts[0] is not None
        assert counts[1] is not None
        assert counts[2] is not None
        people, came, valid = (values[old] for values in counts if values is not None)
        rate = np.clip(came / np.maximum(people, 1), 0, 1)
        part = np.clip(before.votes[old, then] / np.maximum(valid, 1), 0, 1)
        cast = rng.binomial(registered, rate)
        leader = rng.binomial(cast, part)
        others = np.delete(results.votes, chosen, axis=1).sum(axis=0) + 1.0
        votes = results.votes.copy()
        votes[now] = np.insert(rng.multinomial(cast - leader, others / others.sum()), chosen, leader, axis=1)
        drawn: dict[str, Counts] = {}
        for name, values in (("ballots", cast), ("valid", cast), ("invalid", np.zeros_like(cast))):
            if name in results.counts:
                drawn[name] = results.counts[name].copy()
                drawn[name][now] = values
        return replace(case, results=results.with_counts(votes=votes, **drawn))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The stations that jump and fall, other limits, placebos, and the rank."""
        results = case.results
        assert results is not None
        chosen, before, then = self._sides(case)
        now, old = same_stations(results, before)
        found = changes(results, before, now, old, chosen, then, self.least)
        if found is None:
            raise Unasked("few_matched", matched=int(now.size), stations=len(results))
        tally = corners(found, self.limit)
        excess = (tally["up"] - tally["down"]) / found.now.size
        rank = panel.rank(self.name, "excess", excess, case.contest.country)
        names = results.stations
        up = (found.turnout > self.limit) & (found.share > self.limit)
        same = before.options[then] == results.options[chosen]
        placebo = placebos.rows(results, chosen, partial(self._placebo, results, before, now, old))
        alike = max([tally["down"], *(row["up"] for row in placebo)])
        count = int(found.now.size)
        chance = tail(tally["up"], alike, count, self.usual)
        return Answer(
            status="description",
            outcome=("tested_" if same else "") + ("ranked" if rank.contests else "said"),
            facts={
                "option": results.options[chosen],
                "counterpart": before.options[then],
                "earlier": self._name(case),
                "stations": count,
                "alike": alike,
                "unmatched": len(results) - int(now.size),
                "limit": self.limit,
                "excess": excess,
                "turnout_factor": found.turnout_factor,
                "share_factor": found.share_factor,
                "panel": {"excess": excess},
                **({"log10_p": chance} if same else {}),
                **tally,
                **rank.facts(),
            },
            evidence=Evidence(excess, chance, expected=0.0)
            if same
            else Evidence(excess, rank.log10_p, expected=0.0, null="rank"),
            caveats=("boundaries",) if same else ("boundaries", "counterpart"),
            stations=tuple(sorted(names[i] for i in found.now[up])),
            tables={
                "limits": [{"limit": limit, **corners(found, limit)} for limit in (2.0, 2.5, 3.0, 4.0, 5.0)],
                "placebo": placebo,
            },
            series={"corner": list(tally), "stations": list(tally.values())},
            power={"needed": self._needed(alike, count), "alike": alike, "stations": count} if same else {},
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """How many stations changed far more than their area, in each of the four directions."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [
            {"corner": words[corner], "stations": count}
            for corner, count in zip(series["corner"], series["stations"], strict=True)
        ]
        spec = {
            "mark": {"type": "bar", "color": "observed"},
            "encoding": {
                "y": {
                    "field": "corner",
                    "type": "nominal",
                    "title": None,
                    "sort": None,
                    "axis": {"labelLimit": 180},
                },
                "x": {"field": "stations", "type": "quantitative", "title": words["x"], "axis": {"tickMinStep": 1}},
            },
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))

    def example(self, rng: np.random.Generator) -> Case:
        """Two honest contests at the same stations, with a swing between them."""
        stations = 300
        registered = rng.integers(400, 1500, stations)
        place = rng.normal(0, 0.05, (2, stations))
        places = {
            "region": Labels.of([f"Region {i // 30:02d}" for i in range(stations)]),
            "station": Labels.of([f"Station {i + 1}" for i in range(stations)]),
        }
        made = []
        for turnout, share in ((0.5, 0.5), (0.55, 0.45)):
            ballots = rng.binomial(registered, np.clip(turnout + place[0] + rng.normal(0, 0.02, stations), 0, 1))
            leader = rng.binomial(ballots, np.clip(share + place[1] + rng.normal(0, 0.02, stations), 0, 1))
            second = rng.binomial(ballots - leader, 0.6)
            votes = np.stack([leader, second, ballots - leader - second], axis=1)
            counts = {"registered": registered, "ballots": ballots, "valid": ballots, "invalid": 0 * ballots}
            made.append(Results(("A", "B", "C"), votes, counts, places=places, contest=Contest(title="Simulated")))
        return Case.of(made[1], earlier={"the earlier contest": made[0]})

    def _name(self, case: Case) -> str:
        if not case.earlier:
            raise Unasked("no_earlier")
        if self.earlier is not None and self.earlier not in case.earlier:
            raise Unasked("no_such_contest", earlier=self.earlier)
        return list(case.earlier)[-1] if self.earlier is None else self.earlier

    def _sides(self, case: Case) -> tuple[int, Results, int]:
        """The option now, the earlier results, the option then."""
        results = case.results
        assert results is not None
        before = case.earlier[self._name(case)]
        absent = [c for c in _COLUMNS if not before.has(c)]
        if absent or not before.options:
            raise Unasked("columns", columns=absent or ["votes"])
        if "station" not in results.places or "station" not in before.places:
            raise Unasked("no_names")
        for wanted, options in ((self.option, results.options), (self.counterpart, before.options)):
            if wanted is not None and wanted not in options:
                raise Unasked("no_option", option=wanted)
        chosen = singled_out(results, self.option)
        name = self.counterpart or results.options[chosen]
        return chosen, before, before.options.index(name) if name in before.options else before.leader

    def _needed(self, alike: int, count: int) -> int:
        """The fewest stations that jump for p <= 1e-3."""
        low, high = 0, 1
        while tail(high, alike, count, self.usual) > -3:
            low, high = high, 2 * high
        while low + 1 < high:
            middle = (low + high) // 2
            low, high = (middle, high) if tail(middle, alike, count, self.usual) > -3 else (low, middle)
        return high

    def _placebo(
        self, results: Results, before: Results, now: Counts, old: Counts, option: int
    ) -> dict[str, Any] | None:
        if results.options[option] not in before.options:
            return None
        then = before.options.index(results.options[option])
        found = changes(results, before, now, old, option, then, self.least)
        return None if found is None else corners(found, self.limit)


def changes(
    results: Results, before: Results, now: Counts, old: Counts, option: int, then: int, least: int
) -> Pair | None:
    """Scaled scores of the changes at the usable stations; None if there are fewer than a hundred."""
    use = np.ones(now.size, bool)
    sides = []
    for table, rows, j in ((before, old, then), (results, now, option)):
        counts = [table.whole(c) for c in _COLUMNS]
        registered, ballots, valid = (values[rows] for values in counts if values is not None)
        votes = table.votes[rows, j]
        use &= (table.known(*_COLUMNS) & table.stood(j))[rows] & (registered >= max(least, 1)) & (valid > 0)
        use &= (ballots <= registered) & (ballots >= 0) & (votes <= valid) & (votes >= 0)
        sides.append((ballots, registered, votes, valid))
    if int(use.sum()) < 100:
        return None
    codes = areas.chosen(results).codes[now[use]] + 1
    first, second = ([values[use].astype(np.float64) for values in side] for side in sides)
    turnout, turnout_factor = _scaled(change_scores(first[0], first[1], second[0], second[1], codes))
    share, share_factor = _scaled(change_scores(first[2], first[3], second[2], second[3], codes))
    return Pair(now[use], turnout, share, turnout_factor, share_factor)


def change_scores(k: Floats, n: Floats, after: Floats, whole: Floats, codes: Counts) -> Floats:
    """Changes less the median change of the area, over their standard deviation by chance.

    A station at 0 or at 1 both times has no chance in it and scores 0.
    """
    change = after / whole - k / n
    p = (k + after) / (n + whole)
    spread = np.sqrt(p * (1 - p) * (1 / n + 1 / whole))
    centred = change - _medians(change, codes)[codes]
    return np.where(spread > 0, centred / np.where(spread > 0, spread, 1.0), 0.0)


def corners(found: Pair, limit: float) -> dict[str, int]:
    """Stations beyond the limit in both figures, by direction: turnout first, then share."""
    high, low = found.turnout > limit, found.turnout < -limit
    more, less = found.share > limit, found.share < -limit
    return {
        "up": int((high & more).sum()),
        "down": int((low & less).sum()),
        "turnout_only": int((high & less).sum()),
        "share_only": int((low & more).sum()),
    }


def _medians(values: Floats, codes: Counts) -> Floats:
    order = np.lexsort((values, codes))
    ordered, count = values[order], np.bincount(codes)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    there = count > 0
    medians = np.zeros(count.size)
    low, high = (start + (count - 1) // 2)[there], (start + count // 2)[there]
    medians[there] = (ordered[low] + ordered[high]) / 2
    return medians


def _scaled(z: Floats) -> tuple[Floats, float]:
    factor = max(1.0, float(np.median(z**2)) / _MEDIAN_SQUARE)
    return z / np.sqrt(factor), factor
