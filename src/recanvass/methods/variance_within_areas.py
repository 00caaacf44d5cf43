r"""Too little variance: stations of one area that agree better than independent voters can.

For an option with :math:`x_i` of :math:`w_i` votes at station i of an area,
:math:`X^2 = \sum_i (x_i - w_i p)^2 / (w_i p (1-p))`, :math:`p = \sum x / \sum w`. Whatever tells
stations apart (place, wealth, families, persuasion) only *adds* to it; if nothing does, the counts
given their total are multivariate hypergeometric, and :math:`X^2` is near its degrees of freedom
n - 1. The lower tail of that law is the p-value (`recanvass.kernels.dispersion`: the law of whole
votes, not chi-square, whose tail is too small where counts are small). The only escape is a
station that is itself a quota copy of the area, its voters less variable than independent ones.

**Tests and multiplicity, declared beforehand.** Every area of ten stations or more at the level
chosen by `recanvass.areas`; every option with 5 per cent of the vote or more (of two options one, as
the other mirrors it). Contest: p = tests × the smallest (Bonferroni). List: Benjamini-Hochberg at
1 per cent. No station is left out for its result, as that would cut the variance: only stations
with an absent or impossible figure or no votes, and exact copies (same votes for every option in
the same area, 100 votes or more) but one, so that a row typed twice makes no finding.

**Published definition.** As in the first study with this statistic on Russian data: registered
≥ 100, the leader only, share of ballots, the chi-square tail, copies kept; single cases were
given with a ceiling of 99 per cent on turnout and share.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log10, sqrt
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincinv

from recanvass import areas, false_discovery, plantings, rounded_counts, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, EvidenceClass, Finding
from recanvass.kernels import dispersion
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Areas, Counts, Mask, Results

Floats = NDArray[np.float64]

#: A larger count is not exact as a float.
LARGEST = 2**50


@dataclass(frozen=True)
class Tested:
    """The tests of one option: one entry an area."""

    option: int
    area: Counts
    statistic: Floats
    degrees: Counts
    log10_p: Floats


@dataclass(frozen=True)
class VarianceWithinAreas(Method):
    """Whether the stations of an area agree better than independent voters can.

    Parameters
    ----------
    definition : {"corrected", "published"}
        See the head of this file.
    share_of : str or None
        What shares are taken of; None is the contest's, and ballots for the published definition.
    areas_of : str or None
        A level of place; None is the one chosen by the rule of `recanvass.areas`.
    ceiling : bool
        Whether stations with turnout or share above 99 per cent are left out.
    least : int
        The fewest stations of an area.
    from_share : float
        Options below this part of the vote are not tested.
    level : float
        The contest's p-value at or below which the answer is *yes*.
    rate : float
        The false-discovery rate of the list.
    """

    evidence_class: ClassVar[EvidenceClass] = "B"
    needs: ClassVar[Needs] = Needs(stations=2, options=1)
    detects: ClassVar[tuple[str, ...]] = ("equalised_results",)
    cites: ClassVar[tuple[str, ...]] = (
        "pearson1900criterion",
        "kobak2016integer",
        "lugannani1980saddle",
        "benjamini1995discovery",
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Fleiss 1981; R, help of prop.test", "smokers of four hospitals, page 139", "X²", 12.6, 0.05, "printed"
        ),
        Reference("methods/09", "Yelabuga 2018, 22 stations", "log10 p", -12.9, 0.05, "compendium"),
        Reference("methods/09", "2018, areas below 1e-3", "count", 1, 0, "compendium"),
        Reference("methods/09", "germany_2024_eu", "areas below 1e-3", 0, 0, "compendium"),
    )
    cost: ClassVar[str] = "linear in stations, times the options"

    definition: Literal["corrected", "published"] = "corrected"
    share_of: Literal["valid", "ballots"] | None = None
    areas_of: str | None = None
    ceiling: bool = False
    least: int = areas.LEAST
    from_share: float = 0.05
    level: float = 1e-3
    rate: float = 0.01

    # ------------------------------------------------------------------ what is tested

    def options(self, results: Results) -> list[int]:
        """The options that are tested, the leader first; of two options one."""
        if self.definition == "published" or len(results.options) == 2:
            return [results.leader]
        total = sum(results.totals[name] for name in results.options)
        ranked = sorted(range(len(results.options)), key=lambda j: (-results.totals[results.options[j]], j))
        large = [j for j in ranked if results.totals[results.options[j]] >= self.from_share * total]
        return [results.leader, *[j for j in large if j != results.leader]]

    def base(self, results: Results) -> str:
        """What shares are taken of."""
        base = self.share_of or ("ballots" if self.definition == "published" else results.contest.share_of)
        return base if results.has(base) else "valid"

    def parts(self, results: Results) -> Areas:
        """The areas, each with its rule."""
        if self.areas_of is None:
            return areas.chosen(results, self.least)
        return results.areas(self.areas_of)

    def rows(self, results: Results, option: int, parts: Areas) -> Mask:
        """The stations at which this option is tested."""
        base = self.base(results)
        whole, part = _whole(results, base), results.votes[:, option]
        kept = results.known(base) & results.stood(option) & (parts.codes >= 0)
        kept &= (whole >= 1) & (whole <= LARGEST) & (part >= 0) & (part <= whole)
        registered = results.whole("registered")
        if self.definition == "published" and registered is not None:
            kept &= registered >= 100
        if self.ceiling:
            given = results.whole("issued") if results.has("issued") else results.whole("ballots")
            kept[kept] &= 100 * part[kept] <= 99 * whole[kept]
            if registered is not None and given is not None:
                kept &= 100 * given <= 99 * registered
        return kept

    def test(self, results: Results, option: int, parts: Areas, copies: Mask) -> Tested:
        """One option in every area with enough stations."""
        rows = np.flatnonzero(self.rows(results, option, parts) & ~copies)
        part, whole = results.votes[rows, option], _whole(results, self.base(results))[rows]
        order = np.lexsort((part, whole, parts.codes[rows]))
        rows, part, whole = rows[order], part[order], whole[order]
        sizes = np.bincount(parts.codes[rows], minlength=len(parts))
        enough = sizes >= self.least
        within = enough[parts.codes[rows]]
        starts = np.concatenate([[0], np.cumsum(sizes[enough])])
        closer = dispersion.CLOSER if self.definition == "corrected" else dispersion.NEVER
        found, degrees, tails = dispersion.lower_tails(part[within], whole[within], starts, closer)
        varied = degrees > 0
        return Tested(option, np.flatnonzero(enough)[varied], found[varied], degrees[varied], tails[varied])

    # ------------------------------------------------------------------ the contract

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """In each area all ballots are shuffled among its stations: nothing tells them apart."""
        if case.results is None:
            return case
        results = case.results
        return replace(case, results=_shuffled(results, self.parts(results), self.base(results), rng))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """X² of every area and option, its lower tail, the list, and what could have been seen."""
        assert case.results is not None
        results = case.results
        if self.definition == "corrected":
            rounded_counts.refuse(results)
        parts = self.parts(results)
        if not len(parts) or int(parts.sizes.max(initial=0)) < self.least:
            raise Unasked("areas")
        corrected = self.definition == "corrected"
        copies = repeated_rows(results, parts) if corrected else np.zeros(len(results), bool)
        tests = [self.test(results, option, parts, copies) for option in self.options(results)]
        tails = np.concatenate([one.log10_p for one in tests])
        if not len(tails):
            raise Unasked("areas")
        log10_p = false_discovery.smallest(tails)
        found = log10_p <= log10(self.level)
        lines = self._lines(results, parts, tests, tails)
        listed = [line for line in lines if line["listed"]]
        top = lines[0]
        named = self._stations(results, parts, {line["area"] for line in listed}) if found else np.zeros(0, int)
        votes = int(results.votes[named].sum())
        facts = {
            "areas": len({line["area"] for line in listed}),
            "tested": len({int(a) for one in tests for a in one.area}),
            "tests": len(tails),
            "copies": int(copies.sum()),
            "rule": parts.rule,
            "log10_p": log10_p,
            "share_of": self.base(results),
            "votes": votes,
            "ratio": sqrt(top["statistic"] / top["degrees"]),
            **{key: top[key] for key in ("area", "option", "stations", "statistic", "degrees", "share")},
            "area_log10_p": top["log10_p"],
        }
        estimates: tuple[Estimate, ...] = ()
        if found:
            estimates = (Estimate("votes_in_listed_areas", float(votes), "votes", "upper bound"),)
        caveats = ["escape", *(["copies"] if facts["copies"] else [])]
        if parts.level == "contest":
            caveats.append("one_area")
        sd = sqrt(2.0 * top["degrees"])
        return Answer(
            status="departure" if found else "none",
            outcome="yes" if found else "no",
            facts=facts,
            evidence=Evidence(top["statistic"], log10_p, float(top["degrees"]), sd),
            estimates=estimates,
            caveats=tuple(caveats),
            stations=tuple(sorted(results.take(named).stations)) if len(named) else (),
            tables={"areas": lines[: max(10, len(listed))]},
            series=self._series(results, parts, top, copies),
            power=_power(tests, len(tails), _whole(results, self.base(results)), parts),
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The funnel of the strongest area: shares by size, with the band of counted votes."""
        return _drawing(self.name, finding, language)

    # ------------------------------------------------------------------ its parts

    def _lines(self, results: Results, parts: Areas, tests: list[Tested], tails: Floats) -> list[dict[str, Any]]:
        adjusted = np.split(false_discovery.adjusted(tails), np.cumsum([len(t.area) for t in tests])[:-1])
        border = max(
            float(np.sort(tails)[:10].max()),
            float(tails[np.concatenate(adjusted) <= log10(self.rate)].max(initial=-500.0)),
        )
        base = _whole(results, self.base(results))
        lines = []
        for one, log10_q in zip(tests, adjusted, strict=True):
            rows_of = self.rows(results, one.option, parts)
            for k in np.flatnonzero(one.log10_p <= border).tolist():
                rows = parts.rows(int(one.area[k]))
                rows = rows[rows_of[rows]]
                votes, whole = int(results.votes[rows, one.option].sum()), int(base[rows].sum())
                lines.append(
                    {
                        "area": parts.names[int(one.area[k])],
                        "option": results.options[one.option],
                        "stations": int(one.degrees[k]) + 1,
                        "statistic": float(one.statistic[k]),
                        "degrees": int(one.degrees[k]),
                        "votes": votes,
                        "share": votes / whole if whole else 0.0,
                        "log10_p": float(one.log10_p[k]),
                        "log10_q": float(log10_q[k]),
                        "listed": bool(log10_q[k] <= log10(self.rate)),
                    }
                )
        # Options by size, not by name: renaming them changes nothing.
        place = {results.options[one.option]: rank for rank, one in enumerate(tests)}
        return sorted(lines, key=lambda line: (line["log10_p"], line["area"], place[line["option"]]))

    def _stations(self, results: Results, parts: Areas, names: set[str]) -> Counts:
        codes = [k for k, name in enumerate(parts.names) if name in names]
        return np.flatnonzero(np.isin(parts.codes, codes)).astype(np.int64)

    def _series(self, results: Results, parts: Areas, top: dict[str, Any], copies: Mask) -> dict[str, Any]:
        option = results.options.index(top["option"])
        rows = self._stations(results, parts, {top["area"]})
        rows = rows[(self.rows(results, option, parts) & ~copies)[rows]]
        whole = _whole(results, self.base(results))[rows]
        part = results.votes[rows, option]
        order = np.lexsort((part, whole))
        return {"whole": whole[order].tolist(), "part": part[order].tolist(), "share": [float(top["share"])]}


def repeated_rows(results: Results, parts: Areas) -> Mask:
    """Stations that repeat another of their area: the same 100 votes or more for every option; all but one."""
    votes = results.votes
    copies = np.zeros(len(results), bool)
    rows = np.flatnonzero((parts.codes >= 0) & (votes.sum(axis=1) >= 100))
    if len(rows) < 2:
        return copies
    keys = np.column_stack([parts.codes[rows], votes[rows]])
    order = np.lexsort(keys.T[::-1])
    same = (keys[order[1:]] == keys[order[:-1]]).all(axis=1)
    copies[rows[order[1:][same]]] = True
    return copies


def _whole(results: Results, base: str) -> Counts:
    whole = results.whole(base)
    return results.votes.sum(axis=1) if whole is None else whole


def _shuffled(results: Results, parts: Areas, base: str, rng: np.random.Generator) -> Results:
    whole, votes = _whole(results, base), results.votes.copy()
    valid = _whole(results, "valid")
    unlisted, spoilt = valid - votes.sum(axis=1), whole - valid
    sound = results.known(base) & (votes >= 0).all(axis=1) & (unlisted >= 0) & (spoilt >= 0)
    table = np.column_stack([votes, unlisted, spoilt])
    for _, area in parts:
        rows = area[sound[area]]
        left = table[rows].sum(axis=0)
        for row in rows:
            size = int(whole[row])
            if left.sum() < 10**9:
                table[row] = rng.multivariate_hypergeometric(left, size, method="marginals")
            else:
                table[row] = rng.multinomial(size, left / left.sum())
            left = np.maximum(left - table[row], 0)
    counts = {}
    if base != "valid" and "valid" in results.counts:
        counts = {"valid": table[:, :-1].sum(axis=1)}
        if "invalid" in results.counts:
            counts["invalid"] = results.counts["invalid"] + valid - counts["valid"]
    return results.with_counts(votes=table[:, : votes.shape[1]], **counts)


def _power(tests: list[Tested], count: int, whole: Counts, parts: Areas) -> dict[str, Any]:
    """How much less than counting the stations of a middling area must spread to be seen eight times in ten.

    A spread of r times that of counting gives r² chi-square; its upper tenth is what must lie below the border.
    """
    degrees = np.sort(np.concatenate([one.degrees for one in tests]))
    middle = int(degrees[len(degrees) // 2])
    border = 2.0 * float(gammaincinv(middle / 2.0, plantings.HEADLINE / count))
    ratio = sqrt(border / (2.0 * float(gammaincinv(middle / 2.0, plantings.ENOUGH / plantings.TIMES))))
    known = parts.codes >= 0
    votes = round((middle + 1) * float(np.median(whole[known & (whole > 0)])))
    return {"area_size": middle + 1, "ratio": ratio, "tests": count, "votes": votes}


def _drawing(name: str, finding: Finding, language: str) -> Drawing:
    series, facts = finding.answer.series, finding.answer.facts
    p = float(series["share"][0])
    pairs = list(zip(series["whole"], series["part"], strict=True))
    band = [(w, 1.96 * sqrt(p * (1.0 - p) / w)) for w in sorted({w for w, _ in pairs})]
    records: list[dict[str, Any]] = [
        {"whole": w, "low": max(0.0, p - b), "high": min(1.0, p + b), "middle": p} for w, b in band
    ]
    records += [{"whole": w, "share": x / w} for w, x in pairs]
    x_axis = {
        "field": "whole",
        "type": "quantitative",
        "title": wording.phrase(name, "drawing", "x", language=language),
        "scale": {"zero": False},
    }
    y_axis = {
        "type": "quantitative",
        "title": wording.phrase(name, "drawing", "y", facts=facts, language=language),
        "axis": {"format": ".0%"},
        "scale": {"zero": False},
    }
    role = "departure" if finding.status == "departure" else "observed"
    layers = [
        {
            "mark": {"type": "area", "style": "expected", "opacity": 0.35},
            "transform": [{"filter": "isValid(datum.low)"}],
            "encoding": {"x": x_axis, "y": y_axis | {"field": "low"}, "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "line", "style": "expected"},
            "transform": [{"filter": "isValid(datum.middle)"}],
            "encoding": {"x": x_axis, "y": y_axis | {"field": "middle"}},
        },
        {
            "mark": {"type": "point", "style": role, "filled": True},
            "transform": [{"filter": "isValid(datum.share)"}],
            "encoding": {"x": x_axis, "y": y_axis | {"field": "share"}},
        },
    ]
    return Drawing(
        spec={"layer": layers},
        records=records,
        title=wording.phrase(name, "drawing", "title", facts=facts, language=language),
        alt=wording.phrase(name, "drawing", "alt", facts=facts, language=language),
        caption=wording.phrase(name, "drawing", "caption", facts=facts, language=language),
    )
