r"""How many votes has the option above what the machine-counted stations of the same areas would give?

Where some stations of an area counted by machine, they are controls for the rest of it (the design of
Kobak for Bashkortostan 2018: 321,336 votes of 1,784,626 over 69 commissions and 219 machines). With
:math:`L` the option's votes, :math:`V` the registered voters and :math:`M_a` the machine-counted stations of
area :math:`a`,

.. math:: r_a = \frac{\sum_{i \in M_a} L_i}{\sum_{i \in M_a} V_i}, \qquad
          S = \sum_a \Big(\sum_{i \in a} L_i - r_a \sum_{i \in a} V_i\Big)

over the areas that have stations of both kinds. The rate is of the registered, so turnout and choice are
both in it. The interval draws these areas with replacement: chance only. With :math:`S_a` the difference of one of
:math:`A` areas (ten at least), the p-value is one-sided, of Student's law with :math:`A - 1` degrees of freedom:

.. math:: T = \sum_a S_a \Big/ \sqrt{\tfrac{A}{A - 1} \sum_a (S_a - S / A)^2}.

Machines are seldom placed by lot: they stand in towns and at large stations, which may honestly differ. The
design therefore gives a difference and never a verdict (class C), and its p-value holds if the stations of an area are
alike. So there is one only where the case can say that they are: where the machines were placed by lot
(``placed_by_lot``), or where it holds an earlier contest at the same stations, in which the option stood under its
name. Then a difference that was there before is taken off: with :math:`L'_i, V'_i` then, :math:`L_i` is replaced by
:math:`L_i - V_i L'_i / V'_i`, at the stations found in both. The larger of the two p-values is given: under the null
it is valid whatever the earlier contest was. (With neither, simulated honest contests of 8,000 stations whose
machines stand in towns had p below .001 in 25 of 40.) The same figure for the other options and
for the registers' mean size is shown beside it, so that a reader sees how alike the two kinds of station are. There is
no rank among clean contests: of none at hand is it known which stations counted by machine.

Rules: the leader unless an option is named; the finest level of place at which most listed stations have
hand-counted neighbours; ballots not above the register.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from recanvass import areas, placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Areas, Contest, Labels, Results
from recanvass.same_stations import same_stations

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Mask = NDArray[np.bool_]

_LEAST_AREAS = 10

#: Votes; a spread of the areas below this comes from the arithmetic alone.
_ROUNDING = 1e-6


@dataclass(frozen=True)
class MachineCountedControls(Method):
    """Votes above the rate of the machine-counted stations of the same area.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    level : str, optional
        The level of place inside which stations are compared.
    placed_by_lot : bool
        Whether the stations that count by machine are known to have been drawn by lot.
    draws : int
        Bootstrap samples of areas.
    """

    option: str | None = None
    level: str | None = None
    placed_by_lot: bool = False
    draws: int = 500

    evidence_class = "C"
    needs = Needs(columns=("registered", "votes"), stations=2, options=2)
    detects = ("added_beside_machines",)
    cites = ("kobak2018putin",)
    references = (
        Reference(
            "methods/02, Kobak", "Bashkortostan 2018, 219 machines", "the leader's votes", 1_784_626, 0, "printed"
        ),
        Reference("methods/02, Kobak", "Bashkortostan 2018, 219 machines", "votes above", 321_336.19, 0.01, "printed"),
        Reference(
            "tests by hand",
            "100 of 1000 beside 300 of 1000; 200 of 1000 beside 500 of 2000",
            "votes",
            300.0,
            1e-9,
            "hand",
        ),
    )

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Hand-counted stations drawn at the rates of the machine-counted ones of their area, now and before."""
        earlier = dict(case.earlier)
        for name, before in case.earlier.items():
            if not {"registered", "station"} <= {*before.counts, *before.places}:
                continue
            with suppress(Unasked):
                earlier[name] = self._alike(replace(case, results=before), rng)
        return replace(case, results=self._alike(case, rng), earlier=earlier)

    def _alike(self, case: Case, rng: np.random.Generator) -> Results:
        results = case.results
        assert results is not None
        use, machine, place = self._sides(case)
        registered = results.counts["registered"]
        codes = place.codes
        here = np.flatnonzero(use & ~machine)
        there = use & machine
        people = np.bincount(codes[there], registered[there], minlength=len(place))
        rates = (
            np.stack(
                [
                    np.bincount(codes[there], results.votes[there, j], minlength=len(place))
                    for j in range(len(results.options))
                ],
                axis=1,
            )
            / np.maximum(people, 1)[:, None]
        )
        full = np.concatenate([rates, np.maximum(1 - rates.sum(axis=1, keepdims=True), 0)], axis=1)
        chance = full[codes[here]]
        votes = results.votes.copy()
        votes[here] = rng.multinomial(registered[here], chance / chance.sum(axis=1, keepdims=True))[:, :-1]
        cast = votes[here].sum(axis=1)
        counts: dict[str, Counts] = {}
        for name, values in (("ballots", cast), ("valid", cast), ("invalid", np.zeros_like(cast))):
            if name in results.counts:
                counts[name] = results.counts[name].copy()
                counts[name][here] = values
        return results.with_counts(votes=votes, **counts)

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The difference in votes, its interval, placebos, and the areas that it comes from."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        use, machine, place = self._sides(case)
        registered = results.counts["registered"]
        excess, official = above(results.votes[:, chosen], registered, use, machine, place)
        votes, total = float(excess.sum()), float(official.sum())
        if total <= 0:
            raise Unasked("nothing_to_compare")
        size = [float(registered[use & kind].mean()) for kind in (machine, ~machine)]
        share = votes / total
        drawn = self._bootstrap(excess, rng)
        low, high = (float(q) for q in np.quantile(drawn, [0.025, 0.975])) if drawn.size else (None, None)
        since = self._since(case, chosen, use, machine, place)
        log10_p, reach = self._tested(excess, since)
        there = np.unique(place.codes[use])
        order = np.argsort(-excess, kind="stable")
        return Answer(
            status="description",
            outcome="said" if log10_p is None else "tested",
            facts={
                "option": results.options[chosen],
                "machines": int((use & machine).sum()),
                "hands": int((use & ~machine).sum()),
                "areas": int(there.size),
                "level": place.level,
                "votes": votes,
                "official": total,
                "share": share,
                "machine_size": size[0],
                "hand_size": size[1],
                **({} if log10_p is None else {"log10_p": log10_p}),
            },
            evidence=None if log10_p is None else Evidence(share, log10_p, expected=0.0),
            estimates=(
                Estimate("votes above the machine-counted rate", votes, "votes", "estimate", low, high, 0.95)
                if low is not None
                else Estimate("votes above the machine-counted rate", votes, "votes"),
                *(self._change(since, rng) if since is not None else ()),
            ),
            caveats=(
                "lot" if self.placed_by_lot else "placed",
                *(("size",) if abs(size[0] - size[1]) > 0.2 * size[1] else ()),
                *(("before",) if since is not None else () if self.placed_by_lot else ("never_before",)),
                *(("few_areas",) if log10_p is None and (since is not None or self.placed_by_lot) else ()),
                "no_panel",
            ),
            tables={
                "areas": [
                    {
                        "area": place.names[there[k]],
                        "votes": round(float(excess[k])),
                        "official": round(float(official[k])),
                    }
                    for k in order
                ],
                "placebo": placebos.rows(results, chosen, partial(self._placebo, results, use, machine, place)),
            },
            series={"kind": ["reported", "machine"], "votes": [total, total - votes]},
            power={"votes": reach, "areas": int(excess.size)} if reach > 0 else {},
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Votes reported in these areas, and at the rate of their machine-counted stations."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [
            {"kind": words[kind], "votes": votes, "part": kind}
            for kind, votes in zip(series["kind"], series["votes"], strict=True)
        ]
        y = {"field": "kind", "type": "nominal", "title": None, "sort": None}
        x = {"field": "votes", "type": "quantitative", "title": words["x"]}
        spec = {
            "layer": [
                {
                    "mark": {"type": "bar", "color": colour},
                    "transform": [{"filter": f"datum.part == '{part}'"}],
                    "encoding": {"x": x, "y": y},
                }
                for part, colour in (("reported", "observed"), ("machine", "expected"))
            ]
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))

    def example(self, rng: np.random.Generator) -> Case:
        """Two honest contests in twenty areas; at the later one each fifth station counts by machine."""
        stations = 300
        registered = rng.integers(500, 2000, stations)
        usual = np.clip(0.5 + rng.normal(0, 0.04, stations), 0, 1)
        names = [f"Station {i + 1}" for i in range(stations)]
        places = {"region": Labels.of([f"Region {i // 15:02d}" for i in range(stations)]), "station": Labels.of(names)}
        made = []
        for chances in ([0.45, 0.3, 0.25], [0.5, 0.3, 0.2]):
            ballots = rng.binomial(registered, usual)
            votes = rng.multinomial(ballots, chances)
            counts = {"registered": registered, "ballots": ballots, "valid": ballots, "invalid": 0 * ballots}
            made.append(Results(("A", "B", "C"), votes, counts, places=places, contest=Contest(title="Simulated")))
        return Case.of(made[1], machine_counted=tuple(names[::5]), earlier={"the earlier contest": made[0]})

    def _sides(self, case: Case) -> tuple[Mask, Mask, Areas]:
        """Stations of the areas that have both kinds, the machine-counted ones, and the areas."""
        results = case.results
        assert results is not None
        if not case.machine_counted:
            raise Unasked("no_list")
        listed = frozenset(case.machine_counted)
        machine = np.array([name in listed for name in results.stations], bool)
        if not machine.any():
            raise Unasked("none_found", listed=len(listed))
        registered = results.counts["registered"]
        good = results.known("registered", "votes") & (registered > 0)
        good &= (results.votes.sum(axis=1) <= registered) & (results.votes.min(axis=1) >= 0)
        best: tuple[Mask, Mask, Areas] | None = None
        given = self.level or results.contest.areas
        wanted = [given] if given in results.places else [*reversed(areas.levels(results)), "contest"]
        for level in wanted:
            place = results.areas(str(level))
            placed = good & (place.codes >= 0)
            kinds = [np.bincount(place.codes[placed & k], minlength=len(place)) for k in (machine, ~machine)]
            both = (kinds[0] > 0) & (kinds[1] > 0)
            use = placed & both[np.maximum(place.codes, 0)]
            if use.any():
                best = use, machine, place
                if 2 * int((use & machine).sum()) >= int((good & machine).sum()):
                    break
        if best is None:
            raise Unasked("nothing_to_compare")
        return best

    def _since(self, case: Case, chosen: int, use: Mask, machine: Mask, place: Areas) -> Floats | None:
        """Differences of the areas less those of the last earlier contest; None where that cannot be had."""
        results = case.results
        assert results is not None
        before = list(case.earlier.values())[-1] if case.earlier else None
        name = results.options[chosen]
        if before is None or name not in before.options or "registered" not in before.counts:
            return None
        if "station" not in results.places or "station" not in before.places:
            return None
        now, old = same_stations(results, before)
        then, people = before.votes[old, before.options.index(name)], before.counts["registered"][old]
        good = (before.known("registered") & before.stood(before.options.index(name)))[old]
        good &= (people > 0) & (then >= 0) & (then <= people) & use[now]
        rate, kept = np.zeros(len(results)), np.zeros(len(results), bool)
        rate[now[good]], kept[now[good]] = then[good] / people[good], True
        kinds = [np.bincount(place.codes[kept & kind], minlength=len(place)) for kind in (machine, ~machine)]
        kept &= ((kinds[0] > 0) & (kinds[1] > 0))[np.maximum(place.codes, 0)]
        if not kept.any():
            return None
        registered = results.counts["registered"]
        return above(results.votes[:, chosen] - registered * rate, registered, kept, machine, place)[0]

    def _tested(self, excess: Floats, since: Floats | None) -> tuple[float | None, float]:
        """The p-value where the kinds of station can be said to be alike, and the votes that would be seen."""
        if since is None and not self.placed_by_lot:
            return None, 0.0
        log10_p, reach = _chance(excess)
        later, far = (None, 0.0) if since is None else _chance(since)
        if log10_p is None or (later is None and not self.placed_by_lot):
            return None, 0.0
        return (log10_p, reach) if later is None else (max(log10_p, later), max(reach, far))

    def _change(self, since: Floats, rng: np.random.Generator) -> tuple[Estimate, ...]:
        drawn, what = self._bootstrap(since, rng), "votes above the rate, less the difference that was there before"
        if not drawn.size:
            return (Estimate(what, float(since.sum()), "votes"),)
        low, high = (float(q) for q in np.quantile(drawn, [0.025, 0.975]))
        return (Estimate(what, float(since.sum()), "votes", "estimate", low, high, 0.95),)

    def _bootstrap(self, excess: Floats, rng: np.random.Generator) -> Floats:
        if excess.size < _LEAST_AREAS or self.draws < 1:
            return np.empty(0)
        times = rng.multinomial(excess.size, np.full(excess.size, 1 / excess.size), self.draws)
        return np.asarray(times @ excess)

    def _placebo(self, results: Results, use: Mask, machine: Mask, place: Areas, option: int) -> dict[str, Any] | None:
        excess, official = above(results.votes[:, option], results.counts["registered"], use, machine, place)
        total, votes = float(official.sum()), float(excess.sum())
        return {"votes": round(votes), "share": round(votes / total, 4)} if total > 0 else None


def _chance(excess: Floats) -> tuple[float | None, float]:
    """log10 of the one-sided p-value (None with too few areas), and the votes seen four times in five at 1e-3."""
    error = float(np.sqrt(excess.size * excess.var(ddof=1))) if excess.size >= _LEAST_AREAS else 0.0
    if error <= _ROUNDING:
        return None, 0.0
    degrees = excess.size - 1
    log10_p = float(stats.t.logsf(float(excess.sum()) / error, degrees)) / math.log(10)
    return min(log10_p, 0.0), (float(stats.t.ppf(0.999, degrees)) + 0.84) * error


def above(votes: Counts | Floats, registered: Counts, use: Mask, machine: Mask, place: Areas) -> tuple[Floats, Floats]:
    """Votes above the machine-counted rate, and votes, of each area used, in the order of the areas."""
    codes = place.codes
    there = np.unique(codes[use])

    def summed(values: Counts | Floats, rows: Mask) -> Floats:
        sums = np.bincount(codes[rows], values[rows].astype(np.float64), minlength=len(place))
        return np.asarray(sums, dtype=np.float64)[there]

    rate = summed(votes, use & machine) / summed(registered, use & machine)
    official = summed(votes, use)
    return official - rate * summed(registered, use), official
