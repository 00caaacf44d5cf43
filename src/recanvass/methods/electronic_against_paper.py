r"""Does the electronic vote differ from the paper vote of the same areas?

For area :math:`a` with :math:`l` of :math:`v` electronic and :math:`L` of :math:`V` paper votes for the option,

.. math:: y_a = \log\frac{l + ½}{v - l + ½} - \log\frac{L + ½}{V - L + ½},

the electronic variance :math:`1/(l + ½) + 1/(v - l + ½)` and the paper one of a sample of stations (the ratio of
sums, :math:`m / (m-1) \sum_i (L_i - pV_i)^2 / (V p (1-p))^2`, never less than binomial), since votes of a station go
together. How far electronic voters differ from area to area is estimated with the mean
(`recanvass.kernels.random_effects`), so honest differences between areas widen the interval. **Null:**
that difference is centred at zero.

The difference of the totals is parted: inside areas, :math:`\sum_a (v_a/v)(e_a - p_a)`, and where the electronic votes
were cast, the rest. Who votes online is not drawn by lot (younger, in towns, state employees), so a difference is no
verdict (class C). The same is shown for the other options.

Rules: the leader of paper unless named; the finest level at which both are given; units of more than ``largest``
registered voters in the table of stations, which may be electronic ones, are left out of the paper side and
listed. Electronic units belong in this table and in no method on stations: they have no stations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from recanvass import wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels.random_effects import pooled
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Contest, Labels, Results

Floats = NDArray[np.float64]

_LEAST = 5
_SHOWN = 300


@dataclass(frozen=True)
class Sides:
    """Both sides of the areas that have them: names, votes ``(a, k)``, valid votes, rows of the paper stations."""

    level: str
    names: list[str]
    electronic: Floats
    electronic_valid: Floats
    rows: list[NDArray[np.int64]]
    left_out: tuple[str, ...]
    electronic_rows: NDArray[np.int64]


@dataclass(frozen=True)
class ElectronicAgainstPaper(Method):
    """The log odds of an option in the electronic vote less those on paper, area by area.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    largest : int
        Stations with more registered voters are left out of the paper side.
    """

    option: str | None = None
    largest: int = 10_000

    evidence_class = "C"
    needs = Needs(columns=("votes", "valid"), stations=10, options=2)
    detects = ("electronic_shift",)
    cites = ("paule1982consensus", "hartung2001refined", "viechtbauer2005bias")
    references = (
        Reference(
            "viechtbauer2005bias", "example 1 of page 271", "variance between, empirical Bayes", 0.192, 5e-4, "printed"
        ),
        Reference(
            "viechtbauer2005bias", "example 2 of page 272", "variance between, empirical Bayes", 0.010, 5e-4, "printed"
        ),
    )
    cost = "linear in stations"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Electronic votes drawn at each area's paper shares, moved by as much as areas differ, centred at zero."""
        if case.electronic is None or case.results is None:
            return case
        sides = self._sides(case)
        chosen = self._chosen(case.results)
        effects, variances, _ = self._effects(case.results, sides, chosen)
        spread = pooled(effects, variances)[2]
        paper = np.stack([case.results.votes[r].sum(axis=0) for r in sides.rows]) + 0.5
        paper[:, chosen] *= np.exp(rng.normal(0, math.sqrt(spread), len(paper)))
        drawn = rng.multinomial(sides.electronic_valid.astype(np.int64), paper / paper.sum(axis=1, keepdims=True))
        votes = case.electronic.votes.copy()
        order = np.array([case.electronic.options.index(o) for o in case.results.options])
        votes[np.ix_(sides.electronic_rows, order)] = drawn
        return replace(case, electronic=case.electronic.with_counts(votes=votes))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The mean difference, the decomposition, the areas, placebos."""
        results = case.results
        assert results is not None
        chosen = self._chosen(results)
        sides = self._sides(case)
        effects, variances, paper = self._effects(results, sides, chosen)
        mean, error, spread = pooled(effects, variances)
        degrees = len(effects) - 1
        log10_p = (math.log(2) + float(stats.t.logsf(abs(mean) / error, degrees))) / math.log(10)
        reach = float(stats.t.ppf(0.975, degrees)) * error
        own = sides.electronic[:, chosen] / sides.electronic_valid
        weight = sides.electronic_valid / sides.electronic_valid.sum()
        valid = results.whole("valid")
        assert valid is not None
        paper_valid = np.array([float(valid[r].sum()) for r in sides.rows])
        total = float((paper * paper_valid).sum() / paper_valid.sum())
        inside = float((weight * (own - paper)).sum())
        return Answer(
            status="description",
            outcome="differs" if log10_p <= -2 else "alike",
            facts={
                "option": results.options[chosen], "areas": len(effects), "level": sides.level,
                "electronic": float((weight * own).sum()), "paper": total,
                "inside": 100 * inside, "where": 100 * (float((weight * own).sum()) - total - inside),
                "votes": inside * float(sides.electronic_valid.sum()), "ratio": math.exp(min(mean, 300.0)),
                "low": math.exp(min(mean - reach, 300.0)), "high": math.exp(min(mean + reach, 300.0)),
                "log_odds": mean, "error": error,
                "spread": math.sqrt(spread), "log10_p": min(log10_p, 0.0), "left_out": len(sides.left_out),
                "higher": int((own > paper).sum()), "largest": self.largest,
            },
            evidence=Evidence(abs(mean) / error, min(log10_p, 0.0), expected=0.0),
            estimates=(Estimate("log odds, electronic less paper", mean, "log odds", "estimate",
                                mean - reach, mean + reach, 0.95),),
            caveats=("choice",) + (("left_out",) if sides.left_out else ()) + ("no_panel",),
            tables={
                "areas": [
                    {"area": sides.names[a], "electronic": round(float(own[a]), 4), "paper": round(float(paper[a]), 4),
                     "votes": int(sides.electronic_valid[a]), "log_odds": round(float(effects[a]), 3)}
                    for a in sorted(range(len(effects)), key=lambda a: (-effects[a], sides.names[a]))
                ],
                "placebo": self._placebos(results, sides, chosen),
            },
            series={
                "area": sides.names[:_SHOWN],
                "electronic": np.round(100 * own[:_SHOWN], 3).tolist(),
                "paper": np.round(100 * paper[:_SHOWN], 3).tolist(),
            },
            power={"ratio": math.exp(min((float(stats.t.ppf(0.9995, degrees)) + 0.84) * error, 300.0))},
        )  # fmt: skip

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Each area's electronic share against its paper share, and the line on which both are equal."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records: list[dict[str, Any]] = [
            {"area": a, "electronic": e, "paper": p}
            for a, e, p in zip(series["area"], series["electronic"], series["paper"], strict=True)
        ]
        records += [{"equal": value} for value in (0, 100)]
        line = {"field": "equal", "type": "quantitative"}
        spec = {
            "layer": [
                {
                    "transform": [{"filter": "isValid(datum.equal)"}],
                    "mark": {"type": "line", "color": "expected"},
                    "encoding": {"x": {**line, "title": words["x"]}, "y": {**line, "title": words["y"]}},
                },
                {
                    "transform": [{"filter": "isValid(datum.paper)"}],
                    "mark": {"type": "point", "color": "observed"},
                    "encoding": {
                        "x": {"field": "paper", "type": "quantitative", "title": words["x"]},
                        "y": {"field": "electronic", "type": "quantitative", "title": words["y"]},
                        "tooltip": {"field": "area"},
                    },
                },
            ]
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words["caption"])

    def example(self, rng: np.random.Generator) -> Case:
        """Twenty regions whose electronic voters differ from the paper ones by chance only."""
        registered = rng.integers(400, 2000, 400)
        valid = rng.binomial(registered, 0.6)
        lean = rng.normal(0, 0.3, 20)[np.arange(400) // 20] + rng.normal(0, 0.2, 400)
        first = rng.binomial(valid, 1 / (1 + np.exp(-lean)))
        second = rng.binomial(valid - first, 0.7)
        votes = np.stack([first, second, valid - first - second], axis=1)
        names = [f"Region {i:02d}" for i in range(20)]
        places = {"region": Labels.of([names[i // 20] for i in range(400)]),
                  "station": Labels.of([f"Station {i:03d}" for i in range(400)])}  # fmt: skip
        paper = votes.reshape(20, 20, 3).sum(axis=1)
        logs = np.log(paper) + rng.normal(0, 0.2, paper.shape)
        share = np.exp(logs) / np.exp(logs).sum(axis=1, keepdims=True)
        online = rng.multinomial(rng.integers(300, 3000, 20), share)
        electronic = Results(
            ("A", "B", "C"), online, {"valid": online.sum(axis=1)}, places={"region": Labels.of(names)}
        )
        counts = {"registered": registered, "valid": valid}
        results = Results(("A", "B", "C"), votes, counts, places=places, contest=Contest(title="Simulated"))
        return Case.of(results, electronic=electronic)

    def _chosen(self, results: Results) -> int:
        if self.option is not None and self.option not in results.options:
            raise Unasked("no_option", option=self.option)
        return results.leader if self.option is None else results.options.index(self.option)

    def _sides(self, case: Case) -> Sides:
        results, electronic = case.results, case.electronic
        assert results is not None
        if electronic is None:
            raise Unasked("no_electronic")
        absent = [o for o in results.options if o not in electronic.options and results.totals[o]]
        if absent:
            raise Unasked("other_options", options=absent)
        shared = [lv for lv in electronic.places if lv in results.places and lv != "station"]
        if not shared:
            raise Unasked("no_areas")
        here, there = results.areas(shared[-1]), electronic.areas(shared[-1])
        valid, online = results.whole("valid"), electronic.whole("valid")
        assert valid is not None
        assert online is not None
        use = results.known("votes", "valid") & (valid > 0) & (results.votes.min(axis=1) >= 0)
        use &= results.votes.max(axis=1) <= valid
        giant = np.zeros(len(results), bool)
        if "registered" in results.counts:
            giant = use & (results.counts["registered"] > self.largest)
        index = {name: k for k, name in enumerate(here.names)}
        names, rows, found = [], [], []
        for name, own in there:
            inside = here.rows(index[name]) if name in index else np.empty(0, np.int64)
            inside = inside[use[inside] & ~giant[inside]]
            row = int(own[0])
            good = len(own) == 1 and inside.size >= 2 and bool(electronic.known("votes", "valid")[row])
            if (
                good
                and online[row] > 0
                and 0 <= electronic.votes[row].min() <= electronic.votes[row].max() <= online[row]
            ):
                names.append(name)
                rows.append(inside)
                found.append(row)
        if len(names) < _LEAST:
            raise Unasked("few_areas", count=len(names), given=len(there), needed=_LEAST)
        at = np.array(found, np.int64)
        held = [o in electronic.options for o in results.options]  # an option without a vote may be missing there
        order = np.array(
            [electronic.options.index(o) if there else 0 for o, there in zip(results.options, held, strict=True)]
        )
        out = tuple(results.stations[i] for i in np.flatnonzero(giant))
        votes = np.where(held, electronic.votes[np.ix_(at, order)], 0).astype(np.float64)
        return Sides(shared[-1], names, votes, online[at].astype(np.float64), rows, out, at)

    def _effects(self, results: Results, sides: Sides, chosen: int) -> tuple[Floats, Floats, Floats]:
        """Log odds ratios, their variances, and the paper shares."""
        valid = results.whole("valid")
        assert valid is not None
        effects, variances, shares = [], [], []
        for a, rows in enumerate(sides.rows):
            cast, own = valid[rows].astype(np.float64), results.votes[rows, chosen].astype(np.float64)
            total, votes = float(cast.sum()), float(own.sum())
            online, mine = float(sides.electronic_valid[a]), float(sides.electronic[a, chosen])
            p = (votes + 0.5) / (total + 1)
            m = len(rows)
            clustered = m / (m - 1) * float(((own - votes / total * cast) ** 2).sum()) / (total * p * (1 - p)) ** 2
            binomial = 1 / (votes + 0.5) + 1 / (total - votes + 0.5)
            effects.append(math.log((mine + 0.5) / (online - mine + 0.5)) - math.log(p / (1 - p)))
            variances.append(1 / (mine + 0.5) + 1 / (online - mine + 0.5) + max(clustered, binomial))
            shares.append(votes / total)
        return np.array(effects), np.array(variances), np.array(shares)

    def _placebos(self, results: Results, sides: Sides, chosen: int) -> list[dict[str, Any]]:
        order = sorted(
            range(len(results.options)), key=lambda j: (-results.totals[results.options[j]], results.options[j])
        )
        rows = []
        for j in [j for j in order if j != chosen][:4]:
            mean, error, _ = pooled(*self._effects(results, sides, j)[:2])
            rows.append({"option": results.options[j], "log_odds": round(mean, 3), "error": round(error, 3)})
        return rows
