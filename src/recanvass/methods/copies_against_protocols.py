r"""Do copies of protocols agree with the official rows of the same stations?

Each copy is matched to an official row (`recanvass.matching`); only matches of certain or high
confidence are compared. A pair agrees if every option that both give is the same. Pairs that
differ are sorted: *slip* if every difference is one that a pen or an eye makes
(`recanvass.kernels.digit_slips`) and at most two figures are touched, *unexplained* otherwise.
Two copies of one station that agree with each other *confirm* it; copies that disagree with each
other are listed and decide nothing.

One pair that differs says little: honest clerks and volunteers mistype. The null is that both
rows were written from one protocol and that in at most :math:`c` of the stations, 2 % unless
stated, somebody wrote something quite different. With :math:`x` of :math:`n` stations unexplained,

.. math:: p = P(\mathrm{Bin}(n, c) \ge x),

and the word contradiction is used from :math:`p \le 10^{-5}` on. The rate of stations that differ
is given with its exact interval (Clopper and Pearson 1934), and the votes moved by option.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from recanvass import wording
from recanvass.case import Case
from recanvass.copies import ledger
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels.digit_slips import exchanged_columns, slip_between
from recanvass.kernels.selection_bounds import clopper_pearson, log10_at_least
from recanvass.matching import Match, match
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Contest, Labels, Results

Record = dict[str, Any]


@dataclass(frozen=True)
class CopiesAgainstProtocols(Method):
    """Station by station: copy against official row.

    Parameters
    ----------
    clerical : float
        The part of stations that may differ beyond recognition by honest mistakes.
    level : float
        log10 of the p-value from which on the word contradiction is used.
    """

    clerical: float = 0.02
    level: float = -5.0

    evidence_class = "A"
    room = "witnesses"
    needs = Needs(results=False)
    detects = ("altered_protocols",)
    cites = ("clopper1934confidence", "golos2020report")
    references = (
        Reference("clopper1934confidence", "5 of 20", "upper limit of the rate, 95 %", 0.4910, 5e-5, "printed"),
        Reference("clopper1934confidence", "0 of 30", "upper limit of the rate, 95 %", 0.1157, 5e-5, "printed"),
    )
    cost = "linear in copies and rows; copies matched by similar spelling: copies times rows"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Copies of the official rows, a share of them written quite wrong."""
        if case.results is None or case.copies is None:
            return case
        results = case.results
        rows = np.array([m.row for m in match(case.copies, results) if m.row >= 0], dtype=np.int64)
        copies = results.take(np.unique(rows))
        wrong = rng.random(len(copies)) < self.clerical
        votes = copies.votes.copy()
        votes[wrong] = rng.integers(0, np.maximum(votes[wrong], 0) * 2 + 50)
        return replace(case, copies=copies.with_counts(votes=votes))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Match, compare, sort, count."""
        if case.copies is None or not len(case.copies):
            raise Unasked("away", tables=["copies"]) if "copies" in case.away else Unasked("no_copies")
        if case.results is None or not len(case.results):
            raise Unasked("no_rows")
        shared = [o for o in case.copies.options if o in case.results.options]
        if not shared:
            raise Unasked("no_options")
        matches = match(case.copies, case.results)
        pairs = _pairs(case.copies, case.results, shared, matches)
        if not pairs:
            raise Unasked("no_matches", copies=len(case.copies))
        return self._answer(case.copies, case.results, shared, matches, pairs)

    def _answer(
        self, copies: Results, results: Results, shared: list[str], matches: tuple[Match, ...], pairs: list[Record]
    ) -> Answer:
        book = ledger(copies)
        usable = [p for p in pairs if p["verdict"] != "copies disagree"]
        differing = [p for p in usable if p["verdict"] != "agrees"]
        unexplained = [p for p in usable if p["verdict"] == "unexplained"]
        log10_p = log10_at_least(len(unexplained), len(usable), self.clerical)
        low, high = clopper_pearson(len(differing), len(usable))
        moved = {o: sum(p["differences"][o] for p in usable) for o in shared}
        gainer = max(shared, key=lambda o: (moved[o], o))
        votes_moved = sum(p["moved"] for p in usable)
        if log10_p <= self.level:
            status, outcome = "contradiction", "differ"
        elif unexplained:
            status, outcome = "departure", "some_differ"
        else:
            status, outcome = "none", "slips_only" if differing else "agree"
        facts = {
            "copies": len(copies),
            "matched": sum(m.row >= 0 for m in matches),
            "stations": len(usable),
            "unmatched": sum(m.row < 0 for m in matches),
            "doubtful": sum(m.confidence == "low" for m in matches),
            "conflicting": sum(p["verdict"] == "copies disagree" for p in pairs),
            "confirmed": sum(p["confirmed"] for p in unexplained),
            "differing": len(differing),
            "unexplained": len(unexplained),
            "slips": len(differing) - len(unexplained),
            "rate": len(differing) / len(usable) if usable else 0.0,
            "rate_low": low,
            "rate_high": high,
            "gainer": gainer,
            "gain": moved[gainer],
            "votes_moved": votes_moved,
            "clerical": self.clerical,
            "log10_p": log10_p,
            "oddities": book.oddities,
        }
        caveats = [
            k
            for k, there in (
                ("unmatched", facts["unmatched"]),
                ("doubtful", facts["doubtful"]),
                ("conflicting", facts["conflicting"]),
                ("oddities", book.oddities),
            )
            if there
        ]
        shown = [_flat(p) for p in pairs if p["verdict"] != "agrees"]
        ours, theirs = copies.stations, results.stations
        lost = [
            {
                "copy": ours[m.copy],
                "row": int(copies.rows[m.copy]),
                "matched_to": theirs[m.row] if m.row >= 0 else "",
                "way": m.way,
                "confidence": m.confidence,
                "score": round(m.score, 1),
            }
            for m in matches
            if m.row < 0 or m.confidence == "low"
        ]
        return Answer(
            status=status,  # type: ignore[arg-type]
            outcome=outcome,
            facts=facts,
            evidence=Evidence(float(len(unexplained)), log10_p, expected=self.clerical * len(usable)),
            estimates=(
                Estimate(
                    "stations whose copy differs from the official row",
                    facts["rate"],
                    "share",
                    "estimate",
                    low,
                    high,
                    0.95,
                ),
                Estimate("votes moved at these stations", float(votes_moved), "votes", "lower bound"),
            ),
            caveats=("these_stations", *caveats),
            stations=tuple(sorted(p["station"] for p in unexplained)),
            tables={"stations": shown, "not_matched": lost, "oddities": book.table()},
            series={
                "points": [
                    {
                        "station": p["station"],
                        "copy": p["copy_total"][gainer],
                        "official": p["official_total"][gainer],
                        "verdict": p["verdict"],
                    }
                    for p in _plain(pairs)
                ]
            },
            power={"least": _least(len(usable), self.clerical, self.level), "stations": len(usable)},
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Copy against official row for the option that gained most; the diagonal is agreement."""
        words = wording.template(self.name, "drawing", language=language)
        points = [dict(p) for p in finding.series["points"]]
        top = max([max(p["copy"], p["official"]) for p in points], default=1)
        diagonal = [{"copy": 0, "official": 0, "verdict": "line"}, {"copy": top, "official": top, "verdict": "line"}]
        x = {"field": "copy", "type": "quantitative", "title": words["x"]}
        y = {"field": "official", "type": "quantitative", "title": words["y"]}
        spec = {
            "layer": [
                {
                    "transform": [{"filter": "datum.verdict == 'line'"}],
                    "mark": {"type": "line", "color": "context"},
                    "encoding": {"x": x, "y": y},
                },
                {
                    "transform": [{"filter": "datum.verdict == 'agrees'"}],
                    "mark": {"type": "point", "color": "observed", "size": 20},
                    "encoding": {"x": x, "y": y},
                },
                {
                    "transform": [{"filter": "datum.verdict != 'agrees' && datum.verdict != 'line'"}],
                    "mark": {"type": "point", "filled": True, "color": "departure", "size": 45},
                    "encoding": {"x": x, "y": y, "tooltip": {"field": "station", "type": "nominal"}},
                },
            ]
        }
        alt = wording.phrase(self.name, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, [*points, *diagonal], words["title"], alt, words["caption"])

    def example(self, rng: np.random.Generator) -> Case:
        """Three hundred stations of which eighty were copied faithfully."""
        votes = rng.integers(50, 800, (300, 3)).astype(np.int64)
        names = [f"{1 + i // 30:02d}-{i:04d}" for i in range(300)]
        results = Results(("A", "B", "C"), votes, places={"station": Labels.of(names)}, contest=Contest("Example"))
        return Case(results.contest, results, copies=results.take(rng.permutation(300)[:80]))


def _least(stations: int, clerical: float, level: float) -> int:
    """The fewest unexplained stations that would be called a contradiction."""

    def enough(hits: int) -> int:
        return int(log10_at_least(hits, stations, clerical) <= level)

    return 1 + bisect_left(range(1, stations + 1), 1, key=enough)


def _flat(pair: Record) -> Record:
    """A pair as a row of a table: the figures of each side, option by option, in one cell."""
    kept = {k: v for k, v in pair.items() if k not in ("differences", "row", "copy_total", "official_total")}
    sides = {side: " / ".join(str(v) for v in pair[side].values()) for side in ("copy_total", "official_total")}
    return kept | sides


def _plain(pairs: list[Record]) -> list[Record]:
    return sorted((p for p in pairs if p["verdict"] != "copies disagree"), key=lambda p: p["station"])


def _pairs(copies: Results, results: Results, shared: list[str], matches: tuple[Match, ...]) -> list[Record]:
    """One record for each official row that has a copy, sorted by the station's name."""
    by_row: dict[int, list[Match]] = defaultdict(list)
    for m in matches:
        if m.row >= 0 and m.confidence != "low":
            by_row[m.row].append(m)
    ours = [copies.options.index(o) for o in shared]
    theirs = [results.options.index(o) for o in shared]
    shown = ~copies.absent["votes"][:, ours] if "votes" in copies.absent else np.ones((len(copies), len(ours)), bool)
    given = (
        ~results.absent["votes"][:, theirs] if "votes" in results.absent else np.ones((len(results), len(theirs)), bool)
    )
    names, found = results.stations, []
    for row, group in by_row.items():
        both = shown[[m.copy for m in group]] & given[row]
        if not both.any():
            continue
        first = group[int(np.argmax(both.sum(axis=1)))].copy
        agreeing = all(
            all(
                copies.votes[m.copy, j] == copies.votes[first, j]
                for k, j in enumerate(ours)
                if shown[m.copy, k] and shown[first, k]
            )
            for m in group
        )
        use = shown[first] & given[row]
        copy = [int(copies.votes[first, j]) if u else 0 for j, u in zip(ours, use, strict=True)]
        official = [int(results.votes[row, j]) if u else 0 for j, u in zip(theirs, use, strict=True)]
        apart = [b - a for a, b in zip(copy, official, strict=True)]
        verdict, how = _verdict(copy, official)
        found.append(
            {
                "station": names[row],
                "row": row,
                "copies": len(group),
                "way": group[0].way,
                "confidence": group[0].confidence,
                "verdict": verdict if agreeing else "copies disagree",
                "how": how,
                "confirmed": agreeing and len(group) > 1,
                "figures": int(use.sum()),
                "moved": max(sum(d for d in apart if d > 0), -sum(d for d in apart if d < 0)),
                "differences": dict(zip(shared, apart, strict=True)),
                "copy_total": dict(zip(shared, copy, strict=True)),
                "official_total": dict(zip(shared, official, strict=True)),
            }
        )
    return sorted(found, key=lambda p: p["station"])


def _verdict(copy: list[int], official: list[int]) -> tuple[str, str]:
    apart = [(a, b) for a, b in zip(copy, official, strict=True) if a != b]
    if not apart:
        return "agrees", ""
    if exchanged_columns(copy, official):
        return "slip", "exchanged options"
    kinds = [slip_between(a, b) for a, b in apart]
    if len(apart) <= 2 and "other" not in kinds:
        return "slip", ", ".join(sorted(set(kinds)))
    return "unexplained", ""
