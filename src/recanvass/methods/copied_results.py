r"""Copied results: a station that reports another station's result, scaled to its own size.

**Null.** Given its total a station's row is a mixture of multinomials; the true rates may be anything,
differ, or be the same everywhere, and stations are independent given them. Besides, slips: with a
chance of at most ``near_slips`` a row repeats another of its area with a figure mistyped, and with at
most ``slips`` it repeats one of another area exactly.

**In an area.** Stations are taken in the official order. Row j hits an earlier row i (at most 100
before it) if every count is that of i times :math:`n_j / n_i`, to within half a ballot at either station,
as when both were rounded from one set of percentages (the largest option: twice that, as it takes the
remainder), and the rows are not equal: equal ones are the subject of `identical_protocols`, as clean
elections hold whole batches of them. Given the earlier rows its chance is at most
:math:`V_j = \sum_i R_{ij}` over the telling sources, :math:`R_{ij}` a bound over all true rates
(`recanvass.kernels.scaled_rows`). So for every weight w, with :math:`\varepsilon` = ``near_slips``,

.. math:: E_w = \prod_j \frac{e^{w B_j}}{1 + (e^w - 1)(V_j + \varepsilon)}

has a mean of at most 1 under the null (a test supermartingale). The evidence of an area is the mean
of :math:`E_w` over w = 1 .. 6; that of the contest's areas the mean over *all* areas.

**Elsewhere.** Row j equals an earlier row of *another* area in every count; its chance is at most the
sum of the largest multinomial probabilities of the telling earlier rows with its total. One product
over the contest. A page pasted again, in order, is one slip: its first row alone may hit; and rows that repeat an
earlier one with its register are left out, as one station entered twice (`recanvass.protocol_copies`).

**Multiplicity, declared beforehand.** Means of evidence need no correction: the headline's evidence
is the mean of the two, and p = min(1, 1 / evidence) (Ville's and Markov's inequalities). Areas are
named by e-BH at 1 per cent, which holds under any dependence.

`repeated_percentages` asks whether three stations or more of an area share one set of percentages;
here each copy is joined to its source, with the factor between them, and many small chains add up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log, log10
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recanvass import plantings, protocol_copies, rounded_counts, scaled_copies, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, EvidenceClass, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.protocol_copies import Table
from recanvass.results import exact_sum
from recanvass.scaled_copies import Family

LN10 = log(10.0)
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CopiedResults(Method):
    """Whether stations report the result of another station, scaled to their own size.

    Parameters
    ----------
    near_slips : float
        The chance that a row repeats another one of its area, but for a ballot, by an honest slip.
    slips : float
        The chance that a row repeats one of another area exactly by an honest slip.
    level : float
        The headline's p-value at or below which the answer is *yes*.
    rate : float
        The false-discovery rate of the list of areas.
    """

    evidence_class: ClassVar[EvidenceClass] = "B"
    needs: ClassVar[Needs] = Needs(stations=3, options=2)
    detects: ClassVar[tuple[str, ...]] = ("copied_result",)
    cites: ClassVar[tuple[str, ...]] = ("ville1939etude", "vovk2021values", "wang2022false", "robbins1955remark")
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "scipy.stats.multinomial",
            "400 votes, 160, 120, 80, 40",
            "chance of the same row",
            0.00016133928617067638,
            1e-15,
            "program",
        ),
        Reference("tests/references/copied_results.py", "russia_2018", "Nazran, rows like an earlier one", 15, 0),
        Reference("tests/references/copied_results.py", "russia_2018", "Malgobek, at most", 16, 0),
        Reference("methods/17 section 10", "russia_2018", "Malgobek, stations with one result", 14, 2, "compendium"),
    )
    cost: ClassVar[str] = "stations × up to 100 stations before them in the area"

    near_slips: float = 0.001
    slips: float = 0.005
    level: float = 1e-3
    rate: float = 0.01

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """One division of votes in each area, the hardest of the null, and rows entered twice."""
        if case.results is None or not case.results.options:
            return case
        return replace(case, results=protocol_copies.redrawn(case.results, self.slips, rng))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The copies in areas and elsewhere, their sources, and what could have been seen."""
        results = case.results
        assert results is not None
        rounded_counts.refuse(results)
        found = scaled_copies.compared(results)
        if len(found.rows) < 3:
            raise Unasked("nothing_left")
        local = scaled_copies.in_area(found, self.near_slips)
        far = scaled_copies.elsewhere(found, results.rows[found.rows], self.slips)
        if not len(local.rows) and not len(far.rows):
            raise Unasked("untelling", stations=len(found.rows))
        number = len(found.starts) - 1
        by_area = scaled_copies.log_evidence(local, found.area[local.rows], number)
        whole = scaled_copies.log_evidence(far, np.zeros(len(far.rows), np.int64), 1)
        parts = {"area": float(scaled_copies.mean_of_logs(by_area)), "elsewhere": float(whole[0])}
        total = float(scaled_copies.mean_of_logs(np.array(list(parts.values()))))
        log10_p = min(0.0, -total / LN10)
        departs = log10_p <= log10(self.level)
        kind = max(parts, key=lambda key: parts[key])
        named = np.flatnonzero(scaled_copies.listed_areas(by_area, self.rate))
        best = int(np.argmax(by_area))
        names = results.stations
        areas = _areas(found, local, by_area, named)
        hit = local.rows[(local.source >= 0) & np.isin(found.area[local.rows], named)]
        if departs and kind == "elsewhere":
            hit = far.rows[far.source >= 0]
        here = found.area[local.rows] == best
        facts = {
            "stations": len(found.rows),
            "used": len(local.rows),
            "area": found.areas.names[int(found.areas.codes[found.rows[found.starts[best]]])],
            "area_stations": int(here.sum()),
            "area_copies": int((local.source[here] >= 0).sum()),
            "expected": float(local.chance[here].sum()),
            "copies": local.hits,
            "elsewhere": far.hits,
            "elsewhere_expected": float(far.chance.sum()),
            "areas": len(areas),
            "log10_p": log10_p,
        }
        tables = {
            "evidence": [
                {"kind": name, "copies": family.hits, "used": len(family.rows), "log10_evidence": parts[name] / LN10}
                for name, family in (("area", local), ("elsewhere", far))
            ],
            "areas": areas,
            "pairs": _pairs(found, local, named, names) if departs else [],
            "elsewhere": _listed(found, far, names),
        }
        members = set(hit.tolist()) if departs else set()
        caveats = ["one_area"] if found.areas.level == "contest" else []
        if departs:
            caveats.append("direction")
        if 2 * len(local.rows) < len(found.rows):
            caveats.append("untelling")
        return Answer(
            status="departure" if departs else "none",
            outcome=kind if departs else "none",
            facts=facts,
            evidence=Evidence(float(local.hits + far.hits), log10_p),
            estimates=_estimates(found, members),
            caveats=tuple(caveats),
            stations=tuple(sorted(names[int(found.rows[i])] for i in members)),
            tables={name: lines for name, lines in tables.items() if lines},
            series=_series(found, local, best),
            power=_power(found, local, self.near_slips, rng),
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The largest option's share along the official order in the strongest area, copies marked."""
        series, facts = finding.series, finding.answer.facts
        words = wording.template(self.name, "drawing", language=language)
        records = [
            {"place": place, "share": share, "copy": copy}
            for place, share, copy in zip(series["place"], series["share"], series["copy"], strict=True)
        ]
        x = {"field": "place", "type": "quantitative", "title": words["x"], "axis": {"tickMinStep": 1}}
        y = {"field": "share", "type": "quantitative", "title": words["y"], "axis": {"format": ".0%"}}
        layers = [
            {
                "transform": [{"filter": f"datum.copy == {str(copy).lower()}"}],
                "mark": {"type": "point", "style": style, "filled": True, "size": size},
                "encoding": {"x": x, "y": y | {"scale": {"zero": False}}},
            }
            for copy, style, size in ((False, "observed", 22), (True, "departure", 40))
        ]
        alt = wording.phrase(self.name, "drawing", "alt", facts=facts, language=language)
        caption = wording.phrase(self.name, "drawing", "caption", facts=facts, language=language)
        return Drawing({"layer": layers}, records, words["title"], alt, caption)


def _areas(found: Table, local: Family, by_area: Floats, named: NDArray[np.int64]) -> list[dict[str, Any]]:
    lines = []
    for area in named.tolist():
        here = found.area[local.rows] == area
        lines.append(
            {
                "area": found.areas.names[int(found.areas.codes[found.rows[found.starts[area]]])],
                "stations": int(here.sum()),
                "copies": int((local.source[here] >= 0).sum()),
                "expected": float(local.chance[here].sum()),
                "log10_evidence": float(by_area[area]) / LN10,
            }
        )
    return sorted(lines, key=lambda line: (-line["log10_evidence"], line["area"]))


def _pairs(found: Table, family: Family, named: NDArray[np.int64], names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Each copy of the named areas with its source and the factor between them."""
    lines = []
    for k in np.flatnonzero((family.source >= 0) & np.isin(found.area[family.rows], named)).tolist():
        j, i = int(family.rows[k]), int(family.source[k])
        lines.append(
            {
                "copy": names[int(found.rows[j])],
                "source": names[int(found.rows[i])],
                "factor": float(found.total[j] / found.total[i]),
                "votes": int(found.total[j]),
                "log10_bound": log10(max(float(family.bound[k]), 1e-300)),
            }
        )
    return lines


def _listed(found: Table, far: Family, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Rows of different areas that are equal where chance does not explain one such pair."""
    sizes = np.unique(found.total, return_counts=True)[1].astype(np.float64)
    price = log10(max(1.0, float((sizes * (sizes - 1) / 2).sum())))
    lines = []
    for k in np.flatnonzero(far.source >= 0).tolist():
        j, i = int(far.rows[k]), int(far.source[k])
        expected = float(found.log_bound[j]) / LN10 + price
        if expected <= -3.0:
            lines.append(
                {
                    "copy": names[int(found.rows[j])],
                    "source": names[int(found.rows[i])],
                    "votes": int(found.total[j]),
                    "log10_expected": expected,
                }
            )
    return lines


def _estimates(found: Table, members: set[int]) -> tuple[Estimate, ...]:
    if not members:
        return ()
    votes = exact_sum(found.total[np.array(sorted(members), np.int64)])
    return (
        Estimate("stations_copied", float(len(members)), "station"),
        Estimate("votes_unverifiable", float(votes), "vote"),
    )


def _series(found: Table, local: Family, area: int) -> dict[str, Any]:
    first, last = int(found.starts[area]), int(found.starts[area + 1])
    copies = set(local.rows[local.source >= 0].tolist())
    return {
        "place": list(range(1, last - first + 1)),
        "share": (found.votes[first:last, 0] / found.total[first:last]).tolist(),
        "copy": [i in copies for i in range(first, last)],
    }


def _power(found: Table, local: Family, slips: float, rng: np.random.Generator) -> dict[str, Any]:
    """Copies in an area like that of the median station that would be seen, found by planting them.

    Nothing is promised of areas whose results are too small, or have too few options, to be compared.
    """
    sizes = np.diff(found.starts)
    needed = log(2.0 * len(sizes)) - log(plantings.HEADLINE)
    for able in scaled_copies.comparable_areas(found, local):
        size, close = plantings.typical(sizes[able])
        copies = scaled_copies.fewest_copies(found, able[close], slips, needed, rng)
        if copies:
            votes = round(copies * float(np.mean(np.concatenate([_totals(found, area) for area in able[close]]))))
            areas = {"level": found.areas.level, "areas": len(able), "all_areas": len(sizes)}
            return {"copies": copies, "area_stations": size, "votes": votes, **areas}
    return {}


def _totals(found: Table, area: int) -> NDArray[np.int64]:
    return found.total[found.starts[area] : found.starts[area + 1]]
