r"""Accounts: whether the published figures agree with themselves.

No chance is involved. Within a station: options sum to valid; valid + invalid = ballots; no option
above valid; ballots ≤ registered, issued, received; boxes = ballots; the ways of issue sum to issued;
received = issued + unused; no count below zero. Against announcements: the sum over the stations of a
territory equals the announced count.

**Which identities a file keeps.** Blank votes may or may not be valid, ballots may mean signatures: an
identity that fails at more than half of the stations where it can be checked is a matter of
definition in this file. It is shown and counts for nothing, nor does any other that needs it.

**Hard and clerical.** *Hard* is what no honest count can give: more votes than ballots, more valid
and invalid papers than ballots, more ballots than were issued or received, a count below zero; a sum above
the announced total; a sum that differs from it where another announced figure of the same territory agrees to
the last unit, so that the file is complete. All else (papers missing from a box, ballots above the
register, which supplementary lists explain) is *clerical*; so are ballots above those issued where the ways of
issue are not given, because postal ballots may have been issued elsewhere, and differences of up to three votes
and 5 per cent of a station's ballots, which corrections of some figures of a row leave.

**Areas and pages.** What fails at more than half of the stations of an area, or in five consecutive rows or more,
counts for nothing: there the columns may mean something else, or the lines have slipped (`recanvass.account_areas`).
The price is said with the finding: votes added at every station of an area look the same.

**Slips are forgiven, up to a number.** Honest contests have slips of the pen at up to 1 per cent of the
stations, and a lost digit alone makes thousands of hard votes. Stations that one slip explains are not counted
while they are no more than that allows. Rows that no single slip mends occur too, at a few stations: the
others count only if half of what is material is left without the largest of them (`recanvass.account_slips`).

**Materiality, declared beforehand.** A station's hard votes are its largest hard difference. The status
is *contradiction* if the counted hard votes of all stations, or the hard difference with an announced total of
the whole contest that no single slip explains, reach 1 per cent of the ballots, or half of the leader's lead and
.2 per cent of the ballots; or if that with the total of one territory reaches 1 per cent of its ballots
and .1 per cent of the contest's. Everything below is described and raises no alarm.

One vote may break several rules. So the votes by which a station's figures fail are its largest difference, too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from recanvass import account_areas, account_slips, accounts, areas, wording
from recanvass.accounts import Identity, Whole
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, EvidenceClass, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Results

#: Votes, and a part of the ballots of a station, that honest corrections of some figures of a row leave.
FEW, PART = 3, 0.05


@dataclass(frozen=True)
class AccountIdentities(Method):
    """Whether the published figures agree with themselves.

    Parameters
    ----------
    material : float
        The part of the ballots from which hard differences are a contradiction.
    material_lead : float
        The part of the ballots that half of the lead must reach as well.
    material_territory : float
        The part of the contest's ballots that a territory's difference must reach as well.
    """

    evidence_class: ClassVar[EvidenceClass] = "A"
    room = "accounts"
    needs: ClassVar[Needs] = Needs(stations=1, options=1)
    detects: ClassVar[tuple[str, ...]] = ("broken_accounts",)
    cites: ClassVar[tuple[str, ...]] = ("osce2010handbook", "eggers2021claims")
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "Central Election Commission, 23 March 2018",
            "russia_2018",
            "sum of the winner's votes",
            56_430_712,
            0,
            "printed",
        ),
        Reference(
            "Junta Electoral Central, 2011", "spain_2011_11", "sum of the winner's votes", 10_866_566, 0, "printed"
        ),
        Reference("catalogue of contests", "spain_1982_10", "stations above the register", 717, 0, "compendium"),
        Reference("catalogue of contests", "georgia_2016_parl", "stations above the register", 61, 0, "compendium"),
        Reference("tests/references/account_identities.py", "albania_2013", "votes above ballots", 158, 0),
        Reference("tests/references/account_identities.py", "spain_1982_10", "votes above ballots", 46787, 0),
        Reference("tests/references/account_identities.py", "georgia_2016_parl", "stations above", 10, 0),
    )
    cost: ClassVar[str] = "linear in stations"

    material: float = 0.01
    material_lead: float = 0.002
    material_territory: float = 0.001

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The same votes with every identity kept and totals announced as they add up."""
        if case.results is None:
            return case
        results = accounts.repaired(case.results)
        announced = []
        for one in case.announced:
            rows = accounts.territory_rows(results, one.territory)
            summed = None if rows is None else accounts.summed_over(results, one.column, rows)
            announced.append(one if summed is None or one.count is None else replace(one, count=summed))
        return replace(case, results=results, announced=tuple(announced))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Every identity, its stations and votes; the sums beside the announced totals; what is material."""
        assert case.results is not None
        results = case.results
        every = accounts.identities(results)
        sums = accounts.compared(results, case.announced)
        if not any(one.checked.any() for one in every) and not sums:
            raise Unasked("nothing_to_check")
        undefined = {one.name for one in every if not one.defined}
        kept = [one for one in every if one.name not in undefined and not undefined & {*one.rests_on}]
        hard = _largest([one.hard_votes() for one in kept], len(results))
        votes = sum(int(v) for v in hard[hard > 0])
        impossible = int((hard > 0).sum())
        where = account_areas.unsettled(results, kept, every)
        settled = _largest([np.where(where[one.name], 0, one.hard_votes()) for one in kept], len(results))
        local = sum(int(v) for v in (hard - settled)[hard > settled])
        hard = np.where(settled > FEW + PART * accounts.papers(results), settled, 0)
        slips, others = account_slips.forgiven(results, hard, kept)
        counted = (hard > 0) & ~slips
        weighty = sum(int(v) for v in hard[counted])
        spread = sum(int(v) for v in hard[counted & ~others])
        ballots, lead = accounts.total_ballots(results), accounts.lead(results)
        border = self._border(ballots, lead)
        material = weighty >= border and 2 * spread >= border
        totals = [line for line in sums if line["hard"] and self._counts(line, ballots, border, results)]
        broken = np.zeros(len(results), bool)
        for one in kept:
            broken |= one.broken
        outcome = (
            "stations" if material else "clerical" if broken.any() or any(s["difference"] for s in sums) else "agree"
        )
        if outcome == "clerical" and votes >= border:
            outcome = "areas" if 2 * local >= votes else "slips"
        if totals and (not material or abs(totals[0]["difference"]) > weighty):
            outcome = "total"
        largest = _largest([np.where(one.broken, np.abs(one.difference), 0) for one in kept], len(results))
        every_difference = sum(int(v) for v in largest[largest > 0])
        if outcome == "clerical" and every_difference >= border:
            outcome = "soft"
        facts: dict[str, Any] = {
            "affected_votes": votes,
            "affected_share": votes / ballots if ballots else 0.0,
            "stations": impossible,
            "local_votes": local,
            "local_stations": int(np.any([one.broken & where[one.name] for one in kept], axis=0).sum()) if kept else 0,
            "slips": int(slips.sum()),
            "others": int(others.sum()),
            "counted_votes": weighty,
            "counted_stations": int(counted.sum()),
            "hard": bool(votes or any(line["hard"] for line in sums)),
            "broken": int(broken.sum()),
            "checked": len(results),
            "difference_votes": every_difference,
            "identities": len(kept),
            "totals": len(sums),
            "totals_differ": sum(1 for line in sums if line["difference"]),
            "ballots": ballots,
            "lead": lead,
            "border": border,
        }
        if totals:
            first = totals[0]
            facts |= {f"total_{key}": first[key] for key in ("column", "territory", "announced", "summed")}
            facts |= {"total_difference": abs(first["difference"]), "total_share": first["share"]}
        facts["total_place"] = facts.get("total_territory") or results.contest.title or "—"
        estimates = []
        if votes:
            estimates.append(Estimate("hard_votes", float(votes), "votes", "lower bound", float(votes)))
        contradiction = outcome in ("stations", "total")
        named = counted if outcome == "stations" else broken
        return Answer(
            status="contradiction" if contradiction else "none" if outcome == "agree" else "description",
            outcome=outcome,
            facts=facts,
            estimates=tuple(estimates),
            caveats=self._caveats(results, undefined, sums, kept, any(at.any() for at in where.values())),
            stations=tuple(sorted(results.take(np.flatnonzero(named)).stations)),
            tables=_tables(results, every, {one.name for one in kept}, sums),
            series=_series(kept),
            power=_power(accounts.papers(results), border, ballots, self.material),
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Votes too many and too few, an identity a bar."""
        return _drawing(self.name, finding, language)

    def _border(self, ballots: int, lead: int) -> int:
        """The hard votes that are material: see the head of the file; at least one."""
        whole, least = -int(-self.material * ballots // 1), -int(-self.material_lead * ballots // 1)
        return max(1, min(whole, max((lead + 1) // 2, least)) if lead else whole)

    def _counts(self, line: dict[str, Any], ballots: int, border: int, results: Results) -> bool:
        size = abs(int(line["difference"]))
        least = self.material_territory * ballots
        material = bool(line["share"] >= self.material and size >= least) if line["territory"] else size >= border
        return material and not _one_slip(results, line)

    def _caveats(
        self, results: Results, undefined: set[str], sums: list[dict[str, Any]], kept: list[Identity], local: bool
    ) -> tuple[str, ...]:
        caveats = ["clerical"]
        if undefined:
            caveats.append("definition")
        if local:
            caveats.append("areas")
        if any(one.name == "ballots_registered" and one.broken.any() for one in kept):
            caveats.append("register")
        if results.absent:
            caveats.append("absent")
        caveats.append("totals_checked" if sums else "no_totals")
        return tuple(caveats)


def _one_slip(results: Results, line: dict[str, Any]) -> bool:
    """Whether one slip at one station explains why a sum misses its announced total."""
    rows, column = accounts.territory_rows(results, line["territory"]), line["column"]
    if rows is None:
        return False
    values = results.votes[:, results.options.index(column)] if column in results.options else results.whole(column)
    return values is not None and account_slips.one_slip_in_a_column(values[rows], int(line["difference"]))


def _power(papers: Whole, border: int, ballots: int, material: float) -> dict[str, Any]:
    """Votes beside the accounts that are a contradiction, however many of them slips of the pen could explain.

    As many at each station: as many as slips may explain are forgiven, half of the border must be left without
    the largest of the others, and at the largest station they must be more than what counts for nothing.
    """
    stations = len(papers)
    allowed = account_slips.allowance(stations, account_slips.RARE)
    slips = account_slips.allowance(stations, account_slips.RATE)
    facts = {"border": border, "share": material, "ballots": ballots, "allowed": allowed, "slips": slips}
    weighing = max(1, 2 * allowed)
    needed = weighing + slips
    least = FEW + int(PART * max(int(papers.max(initial=0)), 0)) + 1
    votes = needed * max(-(-border // weighing), least)
    return facts | {"stations": needed, "votes": votes} if needed <= stations else {}


def _largest(hard: list[Whole], stations: int) -> Whole:
    """The largest hard difference of each station."""
    found: Whole = np.zeros(stations, np.int64)
    for votes in hard:
        found = np.maximum(found, votes)
    return found


def _amounts(one: Identity) -> tuple[int, int]:
    """Votes too many and votes too few."""
    gaps = [int(v) for v in one.difference[one.broken]]
    return sum(g for g in gaps if g > 0), -sum(g for g in gaps if g < 0)


def _series(kept: list[Identity]) -> dict[str, Any]:
    amounts = [_amounts(one) for one in kept]
    return {
        "identity": [one.name for one in kept],
        "more": [more for more, _ in amounts],
        "less": [less for _, less in amounts],
        "stations": [int(one.broken.sum()) for one in kept],
    }


def _tables(
    results: Results, every: list[Identity], kept: set[str], sums: list[dict[str, Any]]
) -> dict[str, list[dict[str, Any]]]:
    names = results.stations
    levels = areas.levels(results)
    parts = results.areas(levels[0] if levels else "contest")
    overview: list[dict[str, Any]] = []
    stations: list[dict[str, Any]] = []
    regions: list[dict[str, Any]] = []
    for one in every:
        more, less = _amounts(one)
        hard = sum(int(v) for v in one.hard_votes() if v)
        counts = one.name in kept
        overview.append(
            {
                "identity": one.name,
                "checked": int(one.checked.sum()),
                "broken": int(one.broken.sum()),
                "more": more,
                "less": less,
                "hard": hard if counts else 0,
                "counts": counts,
            }
        )
        if not counts:
            continue
        rows = np.flatnonzero(one.broken)
        severe = one.hard_votes()
        stations += [
            {
                "identity": one.name,
                "station": names[i],
                "row": int(results.rows[i]),
                "area": parts.names[parts.codes[i]] if parts.codes[i] >= 0 else "",
                "difference": int(one.difference[i]),
                "hard": bool(severe[i]),
            }
            for i in rows
        ]
        for area in sorted({int(parts.codes[i]) for i in rows}):
            gaps = [int(one.difference[i]) for i in rows if parts.codes[i] == area]
            regions.append(
                {
                    "identity": one.name,
                    "area": parts.names[area] if area >= 0 else "",
                    "stations": len(gaps),
                    "more": sum(g for g in gaps if g > 0),
                    "less": -sum(g for g in gaps if g < 0),
                }
            )
    stations.sort(key=_severity)
    tables = {"identities": overview, "totals": sums, "areas": regions, "stations": stations}
    return {name: table for name, table in tables.items() if table}


def _severity(line: dict[str, Any]) -> tuple[bool, int, str, str]:
    return not line["hard"], -abs(line["difference"]), line["station"], line["identity"]


#: Rules are long; their names break after two or three words.
_BROKEN_LINES = {"labelLimit": 400, "labelExpr": "split(replace(datum.label, /(.{14,24}) /g, '$1|'), '|')"}


def _drawing(name: str, finding: Finding, language: str) -> Drawing:
    series, facts = finding.answer.series, finding.answer.facts
    records: list[dict[str, Any]] = []
    for k, identity in enumerate(series["identity"]):
        if not series["stations"][k]:
            continue  # what holds everywhere has no bar
        label = wording.phrase(name, "identity", identity, language=language)
        records.append({"identity": label, "votes": series["more"][k], "stations": series["stations"][k]})
        records.append({"identity": label, "votes": -series["less"][k], "stations": series["stations"][k]})
    encoding = {
        "y": {"field": "identity", "type": "nominal", "title": None, "sort": None, "axis": _BROKEN_LINES},
        "x": {
            "field": "votes",
            "type": "quantitative",
            "title": wording.phrase(name, "drawing", "x", language=language),
        },
    }
    role = "departure" if finding.status == "contradiction" else "observed"
    return Drawing(
        spec={"mark": {"type": "bar", "style": role, "height": 18}, "height": {"step": 64}, "encoding": encoding},
        records=records,
        title=wording.phrase(name, "drawing", "title", language=language),
        alt=wording.phrase(name, "drawing", "alt", facts=facts, language=language),
        caption=wording.phrase(name, "drawing", "caption", facts=facts, language=language),
    )
