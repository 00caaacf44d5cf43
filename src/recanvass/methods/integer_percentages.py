r"""Whole percentages: counts that were chosen to give a round figure.

Station i publishes :math:`x_i` of :math:`n_i`: the leader's votes of valid votes (the *share*),
ballots of registered voters (the *turnout*). It *hits* if :math:`|100 x_i / n_i - m| \le .05` for
an integer m, decided in integers. :math:`S = \sum_i B_i` counts the hits.

**Corrected null (default).** Stations nearest to 1, ..., 99 per cent, :math:`n_i \ge 100`. The
rate has a Beta prior, fitted by its moments in each area of the coarsest level; the count is
redrawn from its posterior predictive law, and where the redrawn count leaves the range the station
keeps its own. The observed and the redrawn count are then exchangeable, so
:math:`E S = \sum_i p_i` with no bias at small shares, where the plug-in of the publication adds its
noise twice and lands on 0 per cent too often. Given the chances, S is Poisson-binomial; its upper
tail is exact (150 stations or fewer) or by saddlepoint.

**Statistic of the corrected null.** :math:`T = \sum_i w(n_i, \kappa_i)`, where :math:`\kappa_i` says
whether the count is the one nearest to a whole percentage (in which case somebody may have chosen it,
though below 1,000 it need not print as round), and to a multiple of five. The weights are fixed
log-likelihood ratios that depend on n only (``rounding.py``); the tail of T given the chances is exact or
by saddlepoint, in an area Chernoff's bound where that is above .01. S stays what is counted and shown; it
also sees a sloppy rounder, who hits the tenth but not the nearest count.

**Published null.** Kobak, Shpilkin and Pshenichnikov (2016): registered ≥ 100, ballots > 0,
turnout and share ≤ 99 per cent, redrawn from Binomial(n, x/n) without regard to that filter; mean
and variance in closed form instead of 1,000 simulations. Its headline counts *either*, the stations
where share or turnout hits; the corrected test does not, because either single one has more power.

**Multiplicity, declared beforehand.** Corrected: half of the level is for the contest, where p is
tests × the smallest of T and S of share and turnout; half for the areas of every level with five
stations or more, where p is the chance of the largest likelihood ratio of T of any of them
(``rounding.py``). The headline's p is twice the smaller of the two; without areas the contest has all.
Areas are listed by Benjamini-Hochberg at 1 per cent, and where that lists none while the areas together
raise the headline, the area of the largest ratio is. Published: *either* alone; its areas have ten
stations or more. With weights: S alone. Other options are shown as a placebo and are not counted.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from math import log10
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from recanvass import (
    areas,
    false_discovery,
    plantings,
    rounded_counts,
    rounded_stations,
    rounding,
    rounding_tables,
    whole_percentages,
    wording,
)
from recanvass.case import Case
from recanvass.finding import Answer, Evidence, EvidenceClass, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Results
from recanvass.whole_percentages import (
    Look,
    Pair,
    either,
    look,
    pair,
    power,
    prior_groups,
    published,
)

Floats = NDArray[np.float64]

_AREA_FACTS = frozenset(
    {"area", "stations", "observed", "expected"}
    | {f"{kind}_{of}" for kind in ("nearest", "fives") for of in ("observed", "expected")}
)


@dataclass(frozen=True)
class IntegerPercentages(Method):
    """Whether more results are whole percentages than counting gives.

    Parameters
    ----------
    definition : {"corrected", "published"}
        The null and the filter; see the head of this file.
    turnout_of : str or None
        The count that turnout is taken from: ``ballots`` or ``issued``; None is the contest's, and
        for the published definition issued ballots where the file has them.
    share_of : str or None
        What the share is taken of: ``valid`` or ``ballots``; None is the contest's, and ballots for
        the published definition.
    option : str or None
        None is the leader.
    weights : str
        What a station counts for: itself, or its registered voters, ballots or votes.
    level : float
        The headline's p-value at or below which the answer is *yes*.
    rate : float
        The false-discovery rate of the list of areas.
    placebo : bool
        Whether to look at the other options too.
    """

    evidence_class: ClassVar[EvidenceClass] = "B"
    needs: ClassVar[Needs] = Needs(stations=2, options=1)
    detects: ClassVar[tuple[str, ...]] = ("rounded_results",)
    cites: ClassVar[tuple[str, ...]] = (
        "kobak2016integer",
        "kobak2018putin",
        "rozenas2017detecting",
        "lugannani1980saddle",
        "daniels1987tail",
        "benjamini1995discovery",
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference("kobak2018putin", "russia_2018 (issued ballots)", "published union excess", 1708.84, 15.0, "printed"),
        Reference("kobak2018putin", "russia_2024 (issued ballots)", "published union excess", 2930.98, 15.0, "printed"),
        Reference("tests/references/integer_percentages.py", "russia_2018", "exact excess", 1708.60, 0.01),
        Reference("tests/references/integer_percentages.py", "russia_2024", "exact excess", 2933.68, 0.01),
    )
    cost: ClassVar[str] = "linear in stations, and in the square root of their size"

    definition: Literal["corrected", "published"] = "corrected"
    turnout_of: Literal["ballots", "issued"] | None = None
    share_of: Literal["valid", "ballots"] | None = None
    option: str | None = None
    weights: Literal["stations", "registered", "ballots", "votes"] = "stations"
    level: float = 1e-3
    rate: float = 0.01
    placebo: bool = True

    # ------------------------------------------------------------------ what is looked at

    def pairs(self, results: Results, option: int | None = None) -> dict[str, Pair]:
        """The counts of share and, where there is a register, turnout."""
        chosen = self._option(results) if option is None else option
        base, turned = self._bases(results)
        whole = results.whole(base)
        found: dict[str, Pair] = {}
        if whole is not None:
            known = results.known(base) & results.stood(chosen)
            found["share"] = pair(results.votes[:, chosen], whole, known)
        ballots, registered = results.whole(turned), results.whole("registered")
        if ballots is not None and registered is not None:
            found["turnout"] = pair(ballots, registered, results.known(turned, "registered"))
        if self.definition == "published":
            names = [base, *([turned, "registered"] if "turnout" in found else [])]
            return published(found, registered, results.known(*names))
        return found

    def _option(self, results: Results) -> int:
        if self.option is None:
            return results.leader
        if self.option not in results.options:
            raise Unasked("no_option", option=self.option)
        return results.options.index(self.option)

    def _bases(self, results: Results) -> tuple[str, str]:
        published = self.definition == "published"
        base = self.share_of or ("ballots" if published else results.contest.share_of)
        issued = "issued" if published and results.has("issued") else "ballots"
        turned = self.turnout_of or (issued if published else results.contest.turnout_of)
        if not results.has(turned):
            turned = "issued" if turned == "ballots" else "ballots"
        return (base if results.has(base) else "valid"), turned

    def looks(self, results: Results) -> list[Look]:
        """Share and turnout, as far as the results have them; by the publication their union as well."""
        pairs = {name: one for name, one in self.pairs(results).items() if one.rows.any()}
        with ThreadPoolExecutor(2) as pool:
            single = list(pool.map(lambda name: self._look(results, name, pairs[name]), pairs))
        union = len(single) == 2 and self.definition == "published"
        return [*single, either(*single)] if union else single

    def _look(self, results: Results, name: str, one: Pair) -> Look:
        weights = None if self.weights == "stations" else self._weights(results)
        return look(name, one, prior_groups(results), weights, self.definition == "published")

    def _weights(self, results: Results) -> Floats:
        if self.weights == "votes":
            return results.votes[:, self._option(results)].astype(np.float64)
        name = self._bases(results)[1] if self.weights == "ballots" else "registered"
        values = results.whole(name)
        if values is None:
            raise Unasked("columns", columns=[name])
        return values.astype(np.float64)

    # ------------------------------------------------------------------ the contract

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Turnout and share of each station redrawn from their posterior predictive laws."""
        results = case.results
        if results is None:
            return case
        base, turned = self._bases(results)
        fresh = whole_percentages.redrawn(results, self.pairs(results), base, turned, self._option(results), rng)
        kept = self.pairs(fresh)
        rows = np.ones(len(results), bool)
        for name, one in self.pairs(results).items():
            rows &= ~one.rows | kept[name].rows
        return replace(case, results=whole_percentages.where(rows, fresh, results))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Share and turnout; the scan by area; the placebo; what could have been seen."""
        assert case.results is not None
        results = case.results
        if self.definition == "corrected":
            rounded_counts.refuse(results)
        wholes = self.pairs(results)
        looks = self.looks(results)
        if not looks:
            raise Unasked("nothing_left")
        tested = [look for look in looks if look.name == "either" or self.definition == "corrected"] or looks
        plain = self.weights == "stations"
        scored = plain and self.definition == "corrected"
        scan = rounding.scan_areas(results, tested, self.rate, self.level / 2 if scored else 0) if plain else None
        counted = np.array([look.log10_p for look in tested])
        tails = np.array([rounding.contest_tail(look) for look in tested]) if scored else counted
        scan_p = scan.together if scored and scan is not None else 0.0
        scanned = scan is not None and len(scan.log10_p) > 0
        # What the contest's tails, and what the areas', are multiplied by: a half for each, as far as both are asked.
        shares = (1 + scored) * (1 + (scored and scanned)), 2
        contest_p = min(false_discovery.smallest(tails), false_discovery.smallest(counted))
        contest_p, scan_p = contest_p + log10(shares[0]), scan_p + log10(shares[1])
        log10_p = min(0.0, contest_p, scan_p)
        main = tested[int(np.argmin(np.minimum(tails, counted)))]
        found = log10_p <= log10(self.level)
        listed = [line for line in scan.lines if line["listed"]] if scan is not None else []
        local = found and bool(listed) and scan_p < contest_p
        facts = self._facts(results, looks, main, listed, log10_p)
        by_lattice = scored and found and tails.min() < counted.min()
        told = _told(facts, by_lattice)
        outcome = _local(listed[0]) if local else (f"yes_{main.name}{told}" if found else f"no_{main.name}")
        hit = scan.rows[: len(listed)] if scan is not None and found and listed else []
        named = results.take(np.unique(np.concatenate(hit))).stations if hit else ()
        tables = {
            "looks": [rounding_tables.scored_line(look) for look in looks],
            "areas": scan.lines if scan is not None else [],
            "rounded": rounded_stations.numbers(looks, scan) if scored and found and scan else [],
            "stations": rounded_stations.lines(results, looks, wholes, scan) if scored and found and scan else [],
            "integers": rounding_tables.by_integer(looks),
            "placebo": self._placebos(results) if self.placebo else [],
            "left_out": rounding_tables.left_out(wholes),
        }
        first, sizes = looks[0], scan.sizes if scan is not None else np.zeros(0, np.int64)
        if scored:
            levels = [results.areas(name).codes[first.rows] for name in reversed(areas.levels(results))]
            fives, among = rounding.next_fives(first, wholes[first.name].part), len(tested) * shares[0] // 2
            promised = rounding.power(first, fives, levels, plantings.HEADLINE / 2, (among, len(sizes)), rng)
        else:
            promised = power(first, wholes[first.name].whole, sizes, plantings.HEADLINE, len(tested))
        return Answer(
            status="departure" if found else "none",
            outcome=outcome,
            facts=facts,
            evidence=Evidence(*_evidence(facts, main, told, log10_p), self.definition),
            estimates=rounding_tables.estimates(main),
            caveats=self._caveats(looks, scanned),
            stations=tuple(sorted(named)),
            tables={name: table for name, table in tables.items() if table},
            series=rounding_tables.series(looks),
            power=promised,
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The saw: stations at each whole percentage, over the band that counting gives."""
        return _drawing(self.name, finding, language)

    # ------------------------------------------------------------------ its parts

    def _facts(
        self, results: Results, looks: list[Look], main: Look, listed: list[dict[str, Any]], log10_p: float
    ) -> dict[str, Any]:
        base, turned = self._bases(results)
        facts: dict[str, Any] = {
            "look": main.name,
            "option": results.options[self._option(results)],
            "stations": len(main.rows),
            "observed": round(main.observed),
            "expected": main.expected,
            "sd": main.sd,
            "z": (main.observed - main.expected) / main.sd if main.sd > 0 else 0.0,
            "excess": main.observed - main.expected,
            "log10_p": log10_p,
            "areas": len(listed),
            **rounding_tables.fives(looks),
            "share_of": base,
            "turnout_of": turned,
        }
        if len(main.kind):
            facts |= rounding.nearest(main)
        if listed:
            facts |= {f"area_{key}": value for key, value in listed[0].items() if key in _AREA_FACTS}
        return facts

    def _caveats(self, looks: list[Look], scanned: bool) -> tuple[str, ...]:
        caveats = ["denominator"]
        if len(looks) == 1:
            caveats.append("one_look")
        if not scanned:
            caveats.append("no_areas")
        if self.definition == "published":
            caveats.append("published")
        return tuple(caveats)

    def _placebos(self, results: Results) -> list[dict[str, Any]]:
        total = sum(results.totals[o] for o in results.options)
        chosen = self._option(results)
        ranked = sorted(results.options, key=lambda o: (-results.totals[o], o))
        lines = []
        for name in ranked[:6]:
            option = results.options.index(name)
            one = self.pairs(results, option).get("share")
            if option == chosen or one is None or 20 * results.totals[name] < total or not one.rows.any():
                continue
            lines.append(rounding_tables.line(self._look(results, "share", one)) | {"option": name})
        return lines


def _told(facts: dict[str, Any], by_lattice: bool) -> str:
    """Which count the sentence tells where T found more than S: the one farther from its expectation."""
    if not by_lattice:
        return ""
    far = {
        name: (facts[f"{name}_observed"] - facts[f"{name}_expected"]) / max(facts[f"{name}_sd"], 1e-9)
        for name in ("nearest", "fives")
    }
    return "_fives" if far["fives"] > far["nearest"] else "_nearest"


def _evidence(facts: dict[str, Any], main: Look, told: str, log10_p: float) -> tuple[float, float, float, float]:
    """The count that the sentence tells, the headline's tail, and what counting gives."""
    if not told:
        return main.observed, log10_p, main.expected, main.sd
    name = told[1:]
    return float(facts[f"{name}_observed"]), log10_p, facts[f"{name}_expected"], facts[f"{name}_sd"]


def _local(area: dict[str, Any]) -> str:
    """The outcome of an area: which of its counts the sentence tells, by the ratio to what counting gives."""
    if "fives_observed" not in area:
        return "local"
    fives = area["fives_observed"] - area["fives_expected"], area["fives_expected"]
    nearest = area["nearest_observed"] - area["nearest_expected"], area["nearest_expected"]
    ahead = fives[0] * nearest[1] ** 0.5 > nearest[0] * fives[1] ** 0.5
    return "local_fives" if ahead else "local_nearest"


def _drawing(name: str, finding: Finding, language: str) -> Drawing:
    series = finding.answer.series
    records = [
        {
            "look": wording.phrase(name, "drawing", "looks", one, language=language),
            "integer": m,
            "observed": series[f"{one}_observed"][m],
            "expected": series[f"{one}_expected"][m],
            "low": series[f"{one}_low"][m],
            "high": series[f"{one}_high"][m],
        }
        for one in ("share", "turnout")
        if f"{one}_observed" in series
        for m in series["integer"]
        if series[f"{one}_high"][m] > 0
    ]
    x = {
        "field": "integer",
        "type": "quantitative",
        "title": wording.phrase(name, "drawing", "x", language=language),
        "scale": {"domain": [0, 100], "nice": False},
    }
    y = {"type": "quantitative", "title": wording.phrase(name, "drawing", "y", language=language)}
    layers = [
        {
            "mark": {"type": "area", "style": "expected", "interpolate": "step", "opacity": 0.35},
            "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "rule", "style": "observed", "strokeWidth": 2},
            "transform": [{"filter": "datum.observed <= datum.high"}],
            "encoding": {"x": x, "y": y | {"field": "observed"}, "y2": {"datum": 0}},
        },
        {
            "mark": {"type": "rule", "style": "departure", "strokeWidth": 2},
            "transform": [{"filter": "datum.observed > datum.high"}],
            "encoding": {"x": x, "y": y | {"field": "observed"}, "y2": {"datum": 0}},
        },
    ]
    row = {"field": "look", "type": "nominal", "title": None, "header": {"labelOrient": "top"}}
    facts = finding.answer.facts
    return Drawing(
        spec={"facet": {"row": row}, "spec": {"layer": layers}, "resolve": {"scale": {"y": "independent"}}},
        records=records,
        title=wording.phrase(name, "drawing", "title", language=language),
        alt=wording.phrase(name, "drawing", "alt", facts=facts, language=language),
        caption=wording.phrase(name, "drawing", "caption", facts=facts, language=language),
    )
