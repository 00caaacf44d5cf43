r"""Identical protocols: rows of an area that agree in every count to within a few ballots.

**Null.** Given its total a station's row of counts is a mixture of multinomials; the true rates may
be anything, differ, or be the same everywhere, and stations are independent given them. Clean
elections also hold *slips*: a protocol entered twice, once under another station. So with a chance
of at most :math:`\varepsilon` a row repeats a neighbour in the official order, and with at most
:math:`\min(\varepsilon, 2\varepsilon/(m-1))` any given other row of its area of m.
:math:`\varepsilon = .005` was fixed with the clean contests of the development set in view, and
before any other was asked: twice the rate of the worst (Spain 1982: 91 copies that chance does not
explain in 39,060 rows, .0023).

A row that repeats an earlier one *with its register* is no other station's result: registers differ. It is one
station that the file holds twice, as where two sources were put together; it is listed and left out of all below
(`recanvass.protocol_copies.entered_twice`). A page pasted again is one slip, not as many as it has rows.

Row j *hits* row i at width d (0, 1 or 2 ballots) if no option differs by more than d. Without a slip
the chance is at most :math:`R_{ij}`, the bound over all true rates of `recanvass.kernels.near_rows`;
few filled fields or few options make it large, and then equality says nothing.

Three things may raise the headline; one pair never can, as a slip explains it:

- a *cluster*, the other rows of the area that hit one row, against
  :math:`P(\mathrm{PoissonBinomial}(\varepsilon_{ij}, R_{ij}) \ge h)`, h ≥ 2;
- a *run* of neighbours, each the same as the one before:
  :math:`\prod (R_{i,i+1} + \varepsilon)`, which bounds the chance of every length at once;
- the *number* C of rows, or pages of them, that repeat an earlier one exactly, against
  Binomial(N, 2 :math:`\varepsilon`), by its Chernoff bound.

**Multiplicity, declared beforehand.** Cluster and run: times three widths and all N rows. Headline:
three times the smallest of the three. Single pairs are listed if the number expected by chance, over
all pairs of rows with one total in one area, is below one in a thousand, and are described, no more.

`repeated_percentages` compares *shares* and lists equal records; here *counts* are compared, rows
need not be quite equal, and the official order is used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log, log10
from typing import Any, ClassVar

import numpy as np

from recanvass import plantings, protocol_copies, protocol_plantings, rounded_counts, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, EvidenceClass, Finding
from recanvass.kernels.near_rows import REACH
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.protocol_copies import Group, Table
from recanvass.results import Counts, Results, exact_sum

LN10 = log(10.0)


@dataclass(frozen=True)
class IdenticalProtocols(Method):
    """Whether more rows of counts are the same, or nearly so, than counting and slips of the pen give.

    Parameters
    ----------
    slips : float
        The chance that a row repeats a neighbour's by an honest slip.
    level : float
        The headline's p-value at or below which the answer is *yes*.
    listing : float
        Pairs expected by chance, at most, among those that are listed.
    """

    evidence_class: ClassVar[EvidenceClass] = "B"
    needs: ClassVar[Needs] = Needs(stations=3, options=2)
    detects: ClassVar[tuple[str, ...]] = ("pasted_protocols",)
    cites: ClassVar[tuple[str, ...]] = ("hoeffding1956successes", "ville1939etude", "robbins1955remark")
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "scipy.stats.multinomial",
            "400 votes, 160, 120, 80, 40",
            "chance of the same row",
            0.00016133928617067638,
            1e-15,
            "program",
        ),
        Reference(
            "methods/17 section 6", "israel_15 (1999)", "station 2 repeated at station 20: rows", 1, 0, "compendium"
        ),
        Reference("tests/references/identical_protocols.py", "spain_1982_10", "rows repeating another", 109, 0),
        Reference("tests/references/identical_protocols.py", "israel_19", "rows repeating another", 1, 0),
        Reference("tests/references/identical_protocols.py", "afghanistan_2009", "2907026-1 to -6: rows", 6, 0),
        Reference(
            "methods/17 section 6", "israel_14 (1996)", "station 5 repeated at station 50: rows", 1, 0, "compendium"
        ),
    )
    cost: ClassVar[str] = "stations × those of the area within ten votes for the largest option"

    slips: float = 0.005
    level: float = 1e-3
    listing: float = 1e-3

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """One division of votes in each area, the hardest of the null, and slips at their full rate."""
        if case.results is None or not case.results.options:
            return case
        return replace(case, results=protocol_copies.redrawn(case.results, self.slips, rng))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The strongest of cluster, run and number of copies; the copies; what could have been seen."""
        results = case.results
        assert results is not None
        rounded_counts.refuse(results)
        found = protocol_copies.table(results)
        if len(found.rows) < 3:
            raise Unasked("nothing_left")
        telling = found.log_bound <= log(self.slips)
        if not telling.any():
            raise Unasked("untelling", stations=len(found.rows))
        hits, pairs = protocol_copies.neighbourhood(found, telling)
        cluster = protocol_copies.cluster(found, hits, self.slips)
        run = protocol_copies.run(found, self.slips)
        groups, _, pages = protocol_copies.copies(found, self.slips)
        every = protocol_copies.table(results, twice=True)
        all_groups, repeats, _ = protocol_copies.copies(every, self.slips)
        number = protocol_copies.copies_log_p(pages, len(found.rows), self.slips)
        logs = {
            "run": run.log_p if run else 0.0,
            "cluster": cluster.log_p if cluster else 0.0,
            "number": number,
        }
        kind = min(logs, key=lambda key: logs[key])
        log10_p = float(min(0.0, (logs[kind] + log(len(logs))) / LN10))
        departs = log10_p <= log10(self.level)
        names = results.stations
        strongest = cluster if kind == "cluster" else run if kind == "run" else None
        listed = _listed(every, all_groups, names, self.listing)
        facts = {
            "stations": len(found.rows),
            "telling": int(telling.sum()),
            "copies": sum(line["copies"] - 1 for line in listed),
            "repeats": repeats,
            "pages": pages,
            "expected": 2.0 * self.slips * len(found.rows),
            "slips": self.slips,
            "log10_p": log10_p,
            "tests": len(logs),
            "twice": int((every.log_bound <= log(self.slips)).sum()) - int(telling.sum()),
            **_described(found, strongest),
        }
        members: set[int] = set()
        if departs:
            members = set(strongest.members.tolist() if strongest else np.concatenate(groups).tolist())
        tables = {
            "evidence": _evidence(found, cluster, run, pages, logs, self.slips),
            "rows": _rows(found, strongest, results, names),
            "copies": listed,
            "left_out": _left_out(results, found),
        }
        outcome = "none" if not listed else "twice" if facts["twice"] else "copies"
        if departs:
            outcome = f"{kind}_near" if strongest is not None and strongest.width else kind
        return Answer(
            status="departure" if departs else "description" if listed else "none",
            outcome=outcome,
            facts=facts,
            evidence=Evidence(float(_statistic(kind, cluster, run, pages)), log10_p),
            estimates=_estimates(found, members),
            caveats=_caveats(found, listed, len(telling) - int(telling.sum())),
            stations=tuple(sorted(names[int(found.rows[i])] for i in members)),
            tables={name: lines for name, lines in tables.items() if lines},
            series={"difference": list(range(REACH + 1)), "pairs": pairs.tolist()},
            power=protocol_plantings.fewest_same(found, self.slips, log(plantings.HEADLINE / len(logs)), rng),
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Pairs of stations of one area by the largest difference between their counts."""
        series, facts = finding.series, finding.answer.facts
        words = wording.template(self.name, "drawing", language=language)
        records = [
            {"difference": d, "pairs": pairs, "near": d <= 2}
            for d, pairs in zip(series["difference"], series["pairs"], strict=True)
        ]
        x = {"field": "difference", "type": "ordinal", "title": words["x"], "axis": {"labelAngle": 0}}
        y = {"field": "pairs", "type": "quantitative", "title": words["y"], "axis": {"tickMinStep": 1}}
        layers = [
            {
                "transform": [{"filter": f"datum.near == {str(near).lower()}"}],
                "mark": {"type": "bar", "style": style},
                "encoding": {"x": x, "y": y},
            }
            for near, style in ((False, "expected"), (True, "observed"))
        ]
        facts = dict(facts) | {"close": sum(series["pairs"][:3]), "all": sum(series["pairs"])}
        alt = wording.phrase(self.name, "drawing", "alt", facts=facts, language=language)
        caption = wording.phrase(self.name, "drawing", "caption", facts=facts, language=language)
        return Drawing({"layer": layers}, records, words["title"], alt, caption)


def _statistic(kind: str, cluster: Group | None, run: Group | None, pages: int) -> int:
    group = cluster if kind == "cluster" else run if kind == "run" else None
    if group is not None:
        return len(group.members)
    return pages if kind == "number" else 0


def _described(found: Table, group: Group | None) -> dict[str, Any]:
    if group is None:
        return {}
    area = found.areas.names[int(found.areas.codes[found.rows[group.members[0]]])]
    return {"area": area, "members": len(group.members), "width": group.width}


def _evidence(
    found: Table, cluster: Group | None, run: Group | None, pages: int, logs: dict[str, float], slips: float
) -> list[dict[str, Any]]:
    lines = []
    for kind, group in (("cluster", cluster), ("run", run)):
        if group is not None:
            facts = _described(found, group)
            lines.append(
                {
                    "kind": kind,
                    "area": facts["area"],
                    "stations": facts["members"],
                    "width": group.width,
                    "log10_p": logs[kind] / LN10,
                    "expected": None,
                }
            )
    line = {"kind": "number", "area": "", "stations": pages, "width": 0, "log10_p": logs["number"] / LN10}
    return [*lines, line | {"expected": 2.0 * slips * len(found.rows)}]


def _rows(found: Table, group: Group | None, results: Results, names: tuple[str, ...]) -> list[dict[str, Any]]:
    if group is None:
        return []
    lines = []
    for i in found.rows[group.members].tolist():
        for j, option in enumerate(results.options):
            lines.append(
                {"station": names[i], "row": int(results.rows[i]), "option": option, "votes": int(results.votes[i, j])}
            )
    return lines


def _listed(found: Table, groups: list[Counts], names: tuple[str, ...], listing: float) -> list[dict[str, Any]]:
    """Groups of equal rows that chance does not explain."""
    cells = np.column_stack([found.area, found.total])
    sizes = np.unique(cells, axis=0, return_counts=True)[1].astype(np.float64)
    price = log(max(1.0, float((sizes * (sizes - 1) / 2).sum())))
    lines = []
    for group in groups:
        bound = float(found.log_bound[group[0]]) + price
        if bound > log(listing):
            continue
        gaps = np.diff(group)
        lines.append(
            {
                "area": found.areas.names[int(found.areas.codes[found.rows[group[0]]])],
                "stations": "; ".join(names[int(found.rows[i])] for i in group[:12]),
                "copies": len(group),
                "neighbours": bool((gaps == 1).any()),
                "votes": int(found.total[group[0]]),
                "log10_expected": bound / LN10,
            }
        )
    return lines


def _left_out(results: Results, found: Table) -> list[dict[str, Any]]:
    votes, here = protocol_copies.usable(results)
    absent = ~results.known("votes")
    negative = ~absent & (votes < 0).any(axis=1)
    unplaced = here & (found.areas.codes < 0)
    twice = len(protocol_copies.table(results, twice=True).rows) - len(found.rows)
    rest = len(results) - len(found.rows) - int(absent.sum()) - int(negative.sum()) - int(unplaced.sum()) - twice
    reasons = {
        "absent": int(absent.sum()),
        "impossible": int(negative.sum()),
        "no_area": int(unplaced.sum()),
        "twice": twice,
        "size": rest,
    }
    return [{"reason": reason, "stations": number} for reason, number in reasons.items() if number]


def _estimates(found: Table, members: set[int]) -> tuple[Estimate, ...]:
    if not members:
        return ()
    votes = exact_sum(found.total[np.array(sorted(members), np.int64)])
    return (
        Estimate("stations_agreeing", float(len(members)), "station"),
        Estimate("votes_unverifiable", float(votes), "vote"),
    )


def _caveats(found: Table, listed: list[dict[str, Any]], silent: int) -> tuple[str, ...]:
    caveats = ["slips"] if listed else []
    if found.areas.level == "contest":
        caveats.append("one_area")
    if silent > len(found.rows) // 2:
        caveats.append("untelling")
    return tuple(caveats)
