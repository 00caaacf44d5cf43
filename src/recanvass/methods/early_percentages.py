r"""Whole percentages of early voting: is the early turnout a round figure more often than counting gives?

Early votes of those registered (the *early turnout*) are compared with the exact law of
``methods/integer_percentages.py``: station i *hits* if :math:`|100 x_i / n_i - m| \le .05` for an
integer m from 1 to 99, the count is redrawn from its posterior predictive law, and the number of
hits is Poisson-binomial. One look, so nothing is paid for multiplicity.

The same early votes as a part of the *ballots* stand beside it as a check and are not counted:
whoever fills a target of early voting aims at the register, which is known beforehand, and not at
the ballots, which are not. If both were round, the table itself would be made of percentages.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log10
from typing import Any, ClassVar

import numpy as np

from recanvass import plantings, rounding_tables, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, EvidenceClass, Finding
from recanvass.kernels import binomial_lattice, poisson_binomial
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Contest, Counts, Labels, Results
from recanvass.whole_percentages import Look, Pair, look, pair, power, prior_groups

Record = dict[str, Any]

COLUMN = "issued_early"


@dataclass(frozen=True)
class EarlyPercentages(Method):
    """Whether more stations than counting gives have a round early turnout.

    Parameters
    ----------
    level : float
        The p-value at or below which the answer is *yes*.
    """

    level: float = 1e-3

    evidence_class: ClassVar[EvidenceClass] = "B"
    needs: ClassVar[Needs] = Needs(columns=(COLUMN, "registered"), stations=2)
    detects: ClassVar[tuple[str, ...]] = ("rounded_early_votes",)
    cites: ClassVar[tuple[str, ...]] = ("kobak2016integer", "lugannani1980saddle", "golos2020report")
    references: ClassVar[tuple[Reference, ...]] = (
        Reference("methods/16", "belarus_2020", "early turnout, stations on a whole percentage", 175, 0, "compendium"),
        Reference("methods/16", "belarus_2020", "early turnout, expected", 126.7, 0.6, "compendium"),
        Reference("methods/16", "belarus_2020", "early share of ballots, z", -0.8, 0.1, "compendium"),
    )
    cost: ClassVar[str] = "linear in stations, and in the square root of their size"

    def pairs(self, results: Results) -> dict[str, Pair]:
        """Early votes of those registered, and of the ballots where they are known."""
        early = results.whole(COLUMN)
        assert early is not None
        found: dict[str, Pair] = {}
        for name, column in (("registered", "registered"), ("ballots", "ballots")):
            whole = results.whole(column)
            if whole is not None:
                found[name] = pair(early, whole, results.known(COLUMN, column))
        return found

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The early votes of each station redrawn from their posterior predictive law."""
        results = case.results
        if results is None or not results.has(COLUMN) or not results.has("registered"):
            return case
        one = self.pairs(results)["registered"]
        rows = np.flatnonzero(one.rows)
        if not len(rows):
            return case
        part, whole = one.part[rows], one.whole[rows]
        _, group = np.unique(prior_groups(results)[rows], return_inverse=True)
        first, second = binomial_lattice.prior(part, whole, group.astype(np.int64))
        drawn = rng.binomial(whole, rng.beta(first + part, second + (whole - part)))
        # Where the redrawn count leaves the range that is looked at, the station keeps its own.
        stays = ~np.isin(binomial_lattice.nearest_integer(drawn, whole), (0, 100))
        early: Counts = one.part.copy()
        early[rows] = np.where(stays, drawn, part)
        return replace(case, results=results.with_counts(**{COLUMN: early}))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The early turnout; the early share of ballots as a check."""
        assert case.results is not None
        results = case.results
        pairs, groups = self.pairs(results), prior_groups(results)
        if not pairs["registered"].rows.any():
            raise Unasked("nothing_left")
        looks = {name: look(name, one, groups, None, plug_in=False) for name, one in pairs.items() if one.rows.any()}
        main = looks["registered"]
        found = main.log10_p <= log10(self.level)
        excess = main.observed - main.expected
        beside = looks.get("ballots")
        facts: Record = {
            "stations": len(main.rows),
            "observed": round(main.observed),
            "expected": main.expected,
            "sd": main.sd,
            "log10_p": main.log10_p,
        }
        if beside is not None:
            facts |= {"check_observed": round(beside.observed), "check_expected": beside.expected}
            facts |= {"check_stations": len(beside.rows), "check_sd": beside.sd}
        honest = poisson_binomial.threshold(main.chance, log10(0.05)) - 1
        return Answer(
            status="departure" if found else "none",
            outcome="yes" if found else "no",
            facts=facts,
            evidence=Evidence(main.observed, main.log10_p, main.expected, main.sd),
            estimates=(
                Estimate(
                    "excess", excess, "stations", "estimate", excess - 1.96 * main.sd, excess + 1.96 * main.sd, 0.95
                ),
                Estimate("beyond_chance", float(max(0, int(main.observed) - honest)), "stations", "lower bound"),
            ),
            caveats=("beside",) if beside is not None else ("alone",),
            tables={
                "looks": [rounding_tables.line(one) for one in looks.values()],
                "integers": _by_integer(main),
                "left_out": [
                    {"look": name, "reason": reason, "stations": count}
                    for name, one in pairs.items()
                    for reason, count in one.left_out.items()
                    if count
                ],
            },
            series={"points": _by_integer(main)},
            power=power(main, pairs["registered"].whole, np.zeros(0, np.int64), plantings.HEADLINE, 1),
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Stations at each whole percentage of early turnout, over the band that counting gives."""
        words = wording.template(self.name, "drawing", language=language)
        records = [
            p | {"low": max(0.0, p["expected"] - 2.576 * p["sd"]), "high": p["expected"] + 2.576 * p["sd"]}
            for p in finding.series["points"]
        ]
        x = {"field": "integer", "type": "quantitative", "title": words["x"], "scale": {"zero": False, "nice": False}}
        y = {"type": "quantitative", "title": words["y"]}

        def strokes(role: str, test: str) -> Record:
            return {
                "mark": {"type": "rule", "style": role, "strokeWidth": 2},
                "transform": [{"filter": test}],
                "encoding": {"x": x, "y": y | {"field": "observed"}, "y2": {"datum": 0}},
            }

        band = {
            "mark": {"type": "area", "style": "expected", "interpolate": "step", "opacity": 0.35},
            "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
        }
        layers = [
            band,
            strokes("observed", "datum.observed <= datum.high"),
            strokes("departure", "datum.observed > datum.high"),
        ]
        alt = wording.phrase(self.name, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing({"layer": layers}, records, words["title"], alt, words["caption"])

    def example(self, rng: np.random.Generator) -> Case:
        """Four hundred stations whose early voters came each by their own rate."""
        registered = rng.integers(400, 2500, 400).astype(np.int64)
        early = rng.binomial(registered, rng.beta(20, 40, 400)).astype(np.int64)
        ballots = early + rng.binomial(registered - early, rng.beta(30, 20, 400))
        first = rng.binomial(ballots, 0.6)
        votes = np.stack([first, ballots - first], axis=1).astype(np.int64)
        counts = {"registered": registered, "ballots": ballots.astype(np.int64), COLUMN: early}
        places = {"station": Labels.of([f"{i:04d}" for i in range(400)])}
        return Case.of(Results(("A", "B"), votes, counts, places=places, contest=Contest("Example")))


def _by_integer(one: Look) -> list[Record]:
    return [
        {
            "integer": m,
            "observed": int(one.observed_by_integer[m]),
            "expected": float(one.expected_by_integer[m]),
            "sd": float(np.sqrt(one.variance_by_integer[m])),
        }
        for m in range(101)
        if one.expected_by_integer[m] > 0.005 or one.observed_by_integer[m] > 0
    ]
