r"""Do the protocols hold at least the votes that photographs of marked ballots show?

A verified photograph of a marked ballot is one vote. At a station with :math:`f` photographs for an
option the protocol must give at least :math:`f`; with fewer, the protocol, or the station that the
photographs were filed under, is wrong. Sums of :math:`\max(0, f - v)` over stations are lower bounds of
the votes missing: they add up because stations have no voter in common.

Photographs that outnumber the voters of their station (its register or its ballots,
whichever is more) cannot all be its own: such a station is listed and not counted.

Voters who only *told* a platform how they would vote are another matter: they may have changed
their minds or stayed at home. The same comparison with them suggests and does not show; it is
given apart and decides nothing. Options that nobody suspects serve as a check: how often the same
happens to them is the rate of misfiled photographs and of typing errors.

What may be called a *contradiction*, and so raise the headline alone, is little:

1. The case says how it was made sure that each photograph is *unique* (no two of one ballot), *dated*
   (taken while the station was open) and *signed* (it shows the commission's marks). Without all
   three a photograph is what somebody sent in; the finding is a departure at most.
2. Mistakes of filing cannot do it. Let :math:`m` be the votes missing and :math:`F` all photographs
   compared. At least :math:`m` photographs would have to be filed under a wrong station or option,
   whatever the pattern of the mistakes; :math:`m / F` has to be above :math:`c` (2 % unless stated).
   Counting photographs and not stations matters: where nearly all photographs are of one option, so
   are nearly all misfiled ones, and the other options are no measure of the rate.
3. It is not one station's mistake: were at most :math:`c` of the stations misfiled or mistyped as a
   whole, :math:`p = P(\mathrm{Bin}(n, c) \ge x)` is at most :math:`10^{-5}`.

Both tolerances are conventions, and they are printed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import wording
from recanvass.case import Case
from recanvass.copies import ledger
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels.selection_bounds import log10_at_least
from recanvass.matching import match
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Contest, Labels, Results

Record = dict[str, Any]

#: What has to be known of every photograph before the word contradiction may be used.
VERIFIED = ("unique", "dated", "signed")


@dataclass(frozen=True)
class BallotPhotographs(Method):
    """Photographs (and declared votes) by station and option against the station's protocol.

    Parameters
    ----------
    clerical : float
        The part of photographs, and of stations, that may be misfiled or mistyped.
    level : float
        log10 of the p-value from which on the word contradiction is used.
    """

    clerical: float = 0.02
    level: float = -5.0

    evidence_class = "A"
    room = "witnesses"
    needs = Needs(results=False)
    detects = ("photographed_ballots",)
    cites = ("golos2020report", "liber2021study")
    references = (
        Reference(
            "golos2020report", "belarus_2020", "stations short of votes photographed, Tikhanovskaya", 432, 0, "printed"
        ),
        Reference("golos2020report", "belarus_2020", "votes missing at least, Tikhanovskaya", 47552, 0, "printed"),
    )
    cost = "linear in stations"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Photographs never exceed the protocol, but at a few stations filed elsewhere."""
        protocols = case.results if case.results is not None else case.copies
        if case.photographs is None or protocols is None:
            return case
        photographs = case.photographs
        votes = photographs.votes.copy()
        for m in match(photographs, protocols):
            if m.row < 0:
                continue
            for j, option in enumerate(photographs.options):
                if option in protocols.options and rng.random() >= self.clerical / max(1, len(photographs.options)):
                    k = protocols.options.index(option)
                    votes[m.copy, j] = min(int(votes[m.copy, j]), max(0, int(protocols.votes[m.row, k])))
        return replace(case, photographs=photographs.with_counts(votes=votes))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Photographs first; declared votes beside them."""
        if case.photographs is None and case.declared is None:
            names = {"photographs": "photographs", "declared": "declared votes"}
            away = [said for table, said in names.items() if table in case.away]
            raise Unasked("away", tables=away) if away else Unasked("no_photographs")
        protocols = case.results if case.results is not None else case.copies
        if protocols is None or not len(protocols):
            raise Unasked("no_protocols")
        usable = np.ones(len(protocols), dtype=np.bool_) if case.results is not None else ledger(protocols).firm
        shown = _compare(case.photographs, protocols, usable)
        told = _compare(case.declared, protocols, usable)
        if not shown["records"] and not told["records"]:
            raise Unasked("no_matches")
        return self._answer(shown, told, case.verified)

    def _answer(self, shown: Record, told: Record, verified: tuple[str, ...]) -> Answer:
        short = [r for r in shown["records"] if r["missing"] > 0]
        places = {r["station"] for r in short}
        log10_p = log10_at_least(len(places), shown["stations"], self.clerical)
        by_option = _by_option(shown, told)
        top = max(by_option, key=lambda r: (r["missing"], r["told_missing"], r["option"]))
        others = {r["station"] for r in short if r["option"] != top["option"]}
        missing = sum(r["missing"] for r in short)
        needed = missing / shown["total"] if shown["total"] else 0.0
        if log10_p <= self.level and needed > self.clerical:
            certain = set(verified) >= set(VERIFIED)
            status, outcome = ("contradiction", "missing") if certain else ("departure", "missing_unverified")
        elif places:
            status, outcome = "departure", "some_missing"
        elif top["told_missing"]:
            status, outcome = "description", "declared_only"
        else:
            status, outcome = "none", "fits"
        facts = {
            "stations": shown["stations"],
            "photographs": shown["total"],
            "places": len(places),
            "option": top["option"],
            "option_places": top["stations_short"],
            "missing": missing,
            "needed": needed,
            "unknown": [name for name in VERIFIED if name not in verified],
            "option_missing": top["missing"],
            "other_places": len(others),
            "other_photographs": sum(r["photographs"] for r in by_option if r is not top),
            "told_places": top["told_stations_short"],
            "told_missing": top["told_missing"],
            "told": told["total"],
            "told_stations": told["stations"],
            "unmatched": shown["unmatched"],
            "beyond": len(shown["beyond"]),
            "clerical": self.clerical,
            "log10_p": log10_p,
        }
        caveats = ["verified"] if set(verified) >= set(VERIFIED) else ["unverified"] if shown["stations"] else []
        caveats += (["told"] if told["stations"] else []) + (["unmatched"] if shown["unmatched"] else [])
        caveats += (["beyond"] if shown["beyond"] else []) + (["placebo"] if places else [])
        estimates = []
        if short:
            estimates.append(
                Estimate(
                    f"votes missing from the protocols, {top['option']}", float(top["missing"]), "votes", "lower bound"
                )
            )
        stations = sorted(short, key=lambda r: (-r["missing"], r["station"], r["option"]))
        return Answer(
            status=status,  # type: ignore[arg-type]
            outcome=outcome,
            facts=facts,
            evidence=Evidence(float(len(places)), log10_p, expected=self.clerical * shown["stations"])
            if shown["stations"]
            else None,
            estimates=tuple(estimates),
            caveats=tuple(caveats),
            stations=tuple(sorted(places)),
            tables={"options": by_option, "stations": stations, "beyond": shown["beyond"]},
            series={
                "points": sorted(
                    (
                        {"station": r["station"], "photographs": r["shown"], "protocol": r["protocol"]}
                        for r in shown["records"]
                        if r["option"] == top["option"] and r["shown"] > 0
                    ),
                    key=lambda r: r["station"],
                )
            },
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Protocol across, photographs upwards; above the line are votes that the protocol lacks."""
        words = wording.template(self.name, "drawing", language=language)
        points = [
            dict(p) | {"kind": "above" if p["photographs"] > p["protocol"] else "below"}
            for p in finding.series["points"]
        ]
        top = (
            max([min(max(p["photographs"] for p in points), max(p["protocol"] for p in points))], default=1)
            if points
            else 1
        )
        line = [
            {"protocol": 0, "photographs": 0, "kind": "line"},
            {"protocol": top, "photographs": top, "kind": "line"},
        ]
        x = {"field": "protocol", "type": "quantitative", "title": words["x"]}
        y = {"field": "photographs", "type": "quantitative", "title": words["y"]}

        def layer(kind: str, mark: Record) -> Record:
            return {"transform": [{"filter": f"datum.kind == '{kind}'"}], "mark": mark, "encoding": {"x": x, "y": y}}

        spec = {
            "layer": [
                layer("line", {"type": "line", "color": "context"}),
                layer("below", {"type": "point", "color": "observed", "size": 18}),
                layer("above", {"type": "point", "filled": True, "color": "departure", "size": 26}),
            ]
        }
        alt = wording.phrase(self.name, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, [*points, *line], words["title"], alt, words["caption"])

    def example(self, rng: np.random.Generator) -> Case:
        """Two hundred protocols, and photographs of a quarter of one option's ballots."""
        votes = rng.integers(50, 500, (200, 2)).astype(np.int64)
        places = {"station": Labels.of([f"01-{i:04d}" for i in range(200)])}
        protocols = Results(("A", "B"), votes, places=places, contest=Contest("Example"))
        seen = np.stack([rng.binomial(votes[:, 0], 0.25), rng.binomial(votes[:, 1], 0.02)], axis=1).astype(np.int64)
        return Case(
            protocols.contest, copies=protocols, photographs=Results(("A", "B"), seen, places=places), verified=VERIFIED
        )


def _compare(witnessed: Results | None, protocols: Results, usable: NDArray[np.bool_]) -> Record:
    """Each option of each matched station: what was witnessed beside the protocol."""
    made: Record = {"records": [], "stations": 0, "unmatched": 0, "total": 0, "beyond": []}
    if witnessed is None:
        return made
    names, most = protocols.stations, _voters(protocols)
    stood = [witnessed.stood(j) for j in range(len(witnessed.options))]
    given = {option: (k, protocols.stood(k)) for k, option in enumerate(protocols.options)}
    sums: dict[int, dict[str, int]] = {}
    for m in match(witnessed, protocols):
        if not (witnessed.votes[m.copy] > 0).any():
            continue
        if m.row < 0 or m.confidence == "low" or not usable[m.row]:
            made["unmatched"] += 1
            continue
        here = sums.setdefault(m.row, {})
        for j, option in enumerate(witnessed.options):
            if option in given and stood[j][m.copy]:
                here[option] = here.get(option, 0) + max(0, int(witnessed.votes[m.copy, j]))
    for row, here in sorted(sums.items()):
        shown = sum(here.values())
        if most[row] >= 0 and shown > most[row]:
            made["beyond"].append({"station": names[row], "shown": shown, "voters": int(most[row])})
            continue
        made["stations"] += 1
        for option, number in here.items():
            k, published = given[option]
            if published[row]:
                protocol = int(protocols.votes[row, k])
                made["total"] += number
                made["records"].append(
                    {
                        "station": names[row],
                        "option": option,
                        "shown": number,
                        "protocol": protocol,
                        "missing": max(0, number - protocol),
                    }
                )
    return made


def _voters(protocols: Results) -> NDArray[np.int64]:
    """The most voters that a station can have had; -1 where that is not known."""
    most = np.full(len(protocols), -1, dtype=np.int64)
    for name in ("ballots", "registered"):
        counts = protocols.whole(name)
        if counts is not None:
            known = protocols.known(name)
            most[known] = np.maximum(most[known], counts[known])
    return most


def _by_option(shown: Record, told: Record) -> list[Record]:
    options = dict.fromkeys(r["option"] for r in (*shown["records"], *told["records"]))
    found = []
    for option in options:
        ours = [r for r in shown["records"] if r["option"] == option]
        theirs = [r for r in told["records"] if r["option"] == option]
        found.append(
            {
                "option": option,
                "photographs": sum(r["shown"] for r in ours),
                "protocol": sum(r["protocol"] for r in ours),
                "stations_short": sum(r["missing"] > 0 for r in ours),
                "missing": sum(r["missing"] for r in ours),
                "told": sum(r["shown"] for r in theirs),
                "told_stations_short": sum(r["missing"] > 0 for r in theirs),
                "told_missing": sum(r["missing"] for r in theirs),
            }
        )
    return found
