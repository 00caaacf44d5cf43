r"""Where one place is divided among several stations by surname or number: do turnout and one option rise together?

Ballots added for one option at one station move its votes and its turnout and nothing else; honest turnout brings
all options, a swing leaves turnout. Between siblings (stations of one place whose voters were told apart by their
surnames) geography cannot explain it. The deviations a (turnout), b (share), o (others' votes a registered voter)
and the *candidates*, units with min(a, b) > c and \|o\| < 2.5, are defined in `recanvass.siblings`.

**Contest.** Gross errors (a hundred too many, two columns exchanged) look the same but befall every option. So up to
three other options with at least ``decoy_share`` of the ballots go through the same code as *placebos*; with K their
largest number of candidates and n units,

.. math:: P_c = P(NB \ge K_{lead}(c)), \quad NB = NB(\max(K, \epsilon_c n) + 1/2, \min(4, 1 + K)),

its mean and its size, for c = 3.5 (:math:`\epsilon` = 2e-4) and c = 2.25 (1.5e-3). Where siblings of the system have
been measured, also :math:`P_b = 1 - \Phi((\rho - .10) \sqrt{n_1})`, :math:`\rho` the correlation of a and b. The
p-value is the smallest of these times their number. No single unit is evidence: its 1 - Phi(m) is printed plus 3e-4,
the rate of gross errors.

**List.** The smallest c in 2.0, 2.1, ..., 8.0 with :math:`(1 + K) / K_{lead} \le .10`; so ten units at least.
Bounds of added votes at each have a false coverage rate of 5 %; their sums speak of the listed units only.

**Class.** B where the rule of division is documented and a lottery, a clean contest of the same system has been
measured (`recanvass.division`), the option is the leader by rule, and there is a placebo; otherwise C. A unit that
deviated alike in an earlier contest of the case is a hamlet, not a lottery, and is no candidate.

Constants were set on the development contests (``methods/18`` A): none of 6,128 worlds of 14 contests, which overlap,
had a p-value below 1e-3. That is as far as the law of errors was tried, so the p-value is never given as less than
`FLOOR`, just short of what `recanvass.statement` calls very unusual: one method whose tail is a formula beyond 1e-3
may make a contest unusual, not more. What the formula gave stands in the parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from scipy.special import ndtr

from recanvass import panel, siblings, wording
from recanvass.case import Case
from recanvass.citations import CITATIONS
from recanvass.division import Division, known_division
from recanvass.finding import Answer, Estimate, Evidence, EvidenceClass, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Results, exact_sum
from recanvass.sibling_worlds import divided_contest, redrawn
from recanvass.siblings import CUTS, Deviations, Units

#: log10 of the smallest p-value that is given.
FLOOR = -4.99

_LEAST_PLACES = 100
_DOSES = (0.05, 0.1, 0.2, 0.4)
_BALANCED = 0.8


@dataclass(frozen=True)
class SiblingUnits(Method):
    """Whether units of divided places have more turnout and more votes for one option than their siblings.

    Parameters
    ----------
    option : str, optional
        The leader unless named; named, the finding is of class C.
    division : Division, optional
        How places were divided; otherwise the case's, otherwise what is known of the country.
    least_registered, least_ballots : int
        Smaller units are left out.
    balance : float
        A place is used if its smallest list is at least this part of its largest.
    decoy_share : float
        Other options with at least this part of the ballots are placebos, three at most.
    listing : float
        The part of listed units that may be errors.
    """

    option: str | None = None
    division: Division | None = None
    least_registered: int = 200
    least_ballots: int = 50
    balance: float = _BALANCED
    decoy_share: float = 0.08
    listing: float = 0.10

    evidence_class: ClassVar[EvidenceClass] = "B"
    needs: ClassVar[Needs] = Needs(columns=("registered", "ballots", "votes"), stations=2, options=2)
    detects: ClassVar[tuple[str, ...]] = ("stuffed_units",)
    cites: ClassVar[tuple[str, ...]] = (
        "cantu2014identifying",
        "spain1985loreg",
        "mexico2014lgipe",
        "canada2000elections",
        "berger1982multiparameter",
        "benjamini2005coverage",
    )
    references: ClassVar[tuple[Reference, ...]] = (
        Reference("methods/18 A 2.3", "spain_2011_11", "divided places", 16_484, 0, "compendium"),
        Reference("methods/18 A 2.3", "spain_2011_11", "scale of turnout", 1.28, 0.005, "compendium"),
        Reference("methods/18 A 2.3", "spain_2011_11", "scale of share", 1.50, 0.005, "compendium"),
        Reference("methods/18 A 2.6", "mexico_2012", "candidates at 3.5, PRI", 44, 0, "compendium"),
        Reference("methods/18 A 2.6", "mexico_2012", "p", 0.80, 0.005, "compendium"),
        Reference("methods/18 A 2.6", "spain_1982_10", "candidates at 3.5, winner", 29, 0, "compendium"),
        Reference("methods/18 A 2.6", "spain_1982_10", "p", 0.63, 0.005, "compendium"),
    )
    cost: ClassVar[str] = "linear in stations, times the leader and three placebos"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Each place's voters dealt anew to its units, families together, with gross errors for every option alike."""
        results = case.results
        if results is None or self.needs.missing_from(case) is not None:
            return case
        found = self._units(case, results)
        return case if found is None else replace(case, results=redrawn(results, found, rng))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The contest's p-value against the placebos, the list of units, and what could have been seen."""
        results = case.results
        assert results is not None
        if self.option is not None and self.option not in results.options:
            raise Unasked("no_option", option=self.option)
        rule = self._rule(case)
        if rule is None:
            raise Unasked("no_rule", country=case.contest.country or "–")
        if rule.unusable:
            raise Unasked(rule.unusable, country=case.contest.country or "–")
        found = self._units(case, results)
        if found is None:
            raise Unasked("no_key", rule=rule.name)
        measured = bool(rule.measured or rule.validated)
        dropped, earlier = self._repeated(case, results, rule, found)
        examined, others = self._options(results)
        lead = siblings.deviations(results, found, examined, capped=measured, dropped=dropped)
        if lead.places < _LEAST_PLACES:
            raise Unasked("few_places", places=lead.places, needed=_LEAST_PLACES)
        decoys = [siblings.deviations(results, found, j, capped=measured, dropped=dropped) for j in others]
        unfloored, parts = siblings.combined(lead, decoys, bulk=measured)
        log10_p = max(FLOOR, unfloored)
        kind = self._class(rule, decoys)
        curves = [siblings.beyond(d) for d in (lead, *decoys)]
        cut = siblings.cut_of(curves[0], curves[1:], self.listing) if decoys else None
        listed, sums, table = self._listed(results, found, lead, cut)
        departs = log10_p <= -3
        placebo = max((d.candidates(3.5) for d in decoys), default=0)
        excess = (lead.candidates(3.5) - placebo) / len(lead)
        rank = panel.rank(self.name, "excess", excess, case.contest.country)
        beside = kind == "C" and bool(decoys) and rank.contests > 0
        facts: dict[str, Any] = {
            "option": results.options[examined],
            "stations": len(lead),
            "places": lead.places,
            "divided": len(found.starts),
            "count": lead.candidates(3.5),
            "placebo": placebo,
            "wider": lead.candidates(2.25),
            "wider_placebo": max((d.candidates(2.25) for d in decoys), default=0),
            "correlation": lead.correlation,
            "scale_turnout": lead.scales[0],
            "scale_share": lead.scales[1],
            "scale_others": lead.scales[2],
            "log10_p": log10_p,
            "parts": parts,
            "listed": len(listed),
            "cut": cut,
            "repeated": int(dropped.sum()),
            "earlier": earlier,
            "rule": rule.name,
            "source": _source(rule.documented),
            "validated": rule.validated,
            **({"panel": {"excess": excess}, "excess": excess} if decoys else {}),
            **(rank.facts() if beside else {}),
        }
        outcome = "no_decoy" if not decoys else ("departs" if departs else "none")
        if departs and decoys and kind == "C":
            outcome = "departs_undocumented"
        return Answer(
            status=("departure" if departs else "none") if kind == "B" else "description",
            outcome=outcome,
            facts=facts,
            evidence=Evidence(float(facts["count"]), log10_p, float(max(facts["placebo"], 2e-4 * len(lead))))
            if decoys
            else None,
            estimates=sums,
            caveats=self._caveats(case, rule, earlier, unfloored if decoys else 0.0, listed) + ("ranked",) * beside,
            stations=tuple(sorted(listed)),
            tables={"options": self._placebos(results, lead, decoys, measured), "units": table},
            series={
                "option": [results.options[d.option] for d in (lead, *decoys)],
                "cut": [float(c) for c in CUTS[::2]],
                "units": [[int(k) for k in curve[::2]] for curve in curves],
            },
            power=self._power(found, lead, decoys, len(parts), results.options[examined]) if decoys else {},
            evidence_class=kind,
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Units beyond each cut: the leader's line against those of the placebos."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        lines = list(zip(series["option"], series["units"], strict=True))
        largest = max(range(1, len(lines)), key=lambda k: lines[k][1][0], default=0)
        records = [
            {
                "cut": cut,
                "units": count,
                "option": wording.show(option),
                "part": "placebo" if k else "examined",
                "label": wording.show(option) if cut == series["cut"][0] and k in (0, largest) else "",
            }
            for k, (option, counts) in enumerate(lines)
            for cut, count in zip(series["cut"], counts, strict=True)
        ]
        most = max((count for _, counts in lines for count in counts), default=0)
        ticks = [0, *[n for power in range(6) for n in (10**power, 3 * 10**power) if n <= max(most, 3)]]
        x = {"field": "cut", "type": "quantitative", "title": words["x"], "scale": {"domain": [2, 8], "nice": False}}
        y = {
            "field": "units",
            "type": "quantitative",
            "title": words["y"],
            "scale": {"type": "symlog", "domain": [0, 1.6 * max(most, 3)], "nice": False},
            "axis": {"values": ticks},
        }
        first = [counts[0] for _, counts in lines]
        below = "examined" if first[largest] > first[0] else "placebo"
        detail = {"field": "option", "type": "nominal"}
        spec = {
            "layer": [
                {
                    "mark": mark | {"color": colour},
                    "transform": [{"filter": f"datum.part == '{role}'"}],
                    "encoding": {"x": x, "y": y, "detail": detail} | more,
                }
                for role, colour in (("placebo", "context"), ("examined", "observed"))
                for mark, more in (
                    ({"type": "line", "interpolate": "step-after"}, {}),
                    (
                        {"type": "text", "align": "left", "dx": 4}
                        | (
                            {"baseline": "top", "dy": 4}
                            if role == below and min(first[0], first[largest]) > 0
                            else {"baseline": "bottom", "dy": -3}
                        ),
                        {"text": {"field": "label", "type": "nominal"}},
                    ),
                )
            ]
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        caption = wording.phrase(finding.method, "drawing", "caption", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, caption)

    def example(self, rng: np.random.Generator) -> Case:
        """Two hundred and fifty places divided by surname, their voters dealt at random."""
        results, division = divided_contest(rng, 250)
        return Case.of(results, division=division)

    def _rule(self, case: Case) -> Division | None:
        return self.division or case.division or known_division(case.contest)

    def _units(self, case: Case, results: Results) -> Units | None:
        rule = self._rule(case)
        codes = None if rule is None else rule.codes(results)
        if codes is None:
            return None
        return siblings.units(results, codes, self.least_registered, self.least_ballots, self.balance)

    def _options(self, results: Results) -> tuple[int, list[int]]:
        """The option examined, and its placebos: the largest others, never a sum of leftovers."""
        examined = results.leader if self.option is None else results.options.index(self.option)
        ballots = results.whole("ballots")
        assert ballots is not None
        least = self.decoy_share * exact_sum(ballots[results.known("ballots")])
        leftovers = {word.casefold() for word in wording.template(self.name, "leftovers", "words")}
        sizes = {j: results.totals[o] for j, o in enumerate(results.options)}
        fit = [
            j
            for j, o in enumerate(results.options)
            if j != examined and sizes[j] >= least and sizes[j] > 0 and not leftovers & set(_words(o))
        ]
        return examined, sorted(fit, key=lambda j: (-sizes[j], results.options[j]))[:3]

    def _class(self, rule: Division, decoys: Sequence[Deviations]) -> EvidenceClass:
        fixed = self.option is None and self.balance >= _BALANCED
        return "B" if rule.is_sourced and rule.validated and fixed and decoys else "C"

    def _repeated(
        self, case: Case, results: Results, rule: Division, found: Units
    ) -> tuple[np.ndarray[Any, np.dtype[np.bool_]], int]:
        """Units that deviated alike in an earlier contest, and how many earlier contests could be looked at."""
        names, seen, looked = results.stations, set(), 0
        for before in case.earlier.values():
            codes = rule.codes(before)
            if codes is None or self.needs.missing_from(Case.of(before)) is not None:
                continue
            then = siblings.units(before, codes, self.least_registered, self.least_ballots, self.balance)
            if not len(then):
                continue
            looked += 1
            lead, others = replace(self, option=None)._options(before)
            for j in (lead, *others):
                one = siblings.deviations(before, then, j, capped=bool(rule.measured or rule.validated))
                seen |= {before.stations[i] for i in then.rows[one.use[one.least > 2.25]]}
        return np.array([names[i] in seen for i in found.rows], dtype=np.bool_), looked

    def _listed(
        self, results: Results, found: Units, lead: Deviations, cut: float | None
    ) -> tuple[list[str], tuple[Estimate, ...], list[dict[str, Any]]]:
        if cut is None:
            return [], (), []
        chosen = np.flatnonzero(lead.least > cut)
        low, middle, high = siblings.extra_votes(found, lead, chosen, 0.05)
        rows = found.rows[lead.use[chosen]]
        names = [results.stations[i] for i in rows]
        p_unit = np.minimum(1.0, ndtr(-lead.least[chosen]) + siblings.ERROR_RATE)
        table = [
            {
                "station": names[k],
                "registered": int(found.registered[lead.use[chosen[k]]]),
                "ballots": int(found.ballots[lead.use[chosen[k]]]),
                "votes": int(lead.votes[chosen[k]]),
                "lower": int(low[k]),
                "estimate": round(float(middle[k])),
                "upper": int(np.ceil(high[k])),
                "p_unit": round(float(p_unit[k]), 5),
            }
            for k in sorted(range(len(names)), key=lambda k: (-low[k], names[k]))
        ]
        sums = (
            Estimate("listed_lower", float(low.sum()), "votes", "lower bound", level=0.95),
            Estimate("listed_estimate", float(middle.sum()), "votes", "estimate"),
            Estimate("listed_upper", float(high.sum()), "votes", "upper bound", level=0.95),
        )
        return names, sums, table

    def _placebos(
        self, results: Results, lead: Deviations, decoys: Sequence[Deviations], measured: bool
    ) -> list[dict[str, Any]]:
        """Each option in the leader's place, the others being its placebos."""
        everyone = [lead, *decoys]
        return [
            {
                "option": results.options[one.option],
                "examined": one is lead,
                "units": len(one),
                "beyond_3_5": one.candidates(3.5),
                "beyond_2_25": one.candidates(2.25),
                "correlation": round(one.correlation, 3),
                "scale": round(one.scales[1], 2),
                "log10_p": round(max(FLOOR, siblings.combined(one, rest, bulk=measured)[0]), 2) if rest else None,
            }
            for one in everyone
            for rest in [[other for other in everyone if other is not one]]
        ]

    def _power(
        self, found: Units, lead: Deviations, decoys: Sequence[Deviations], parts: int, option: str
    ) -> dict[str, Any]:
        """The smallest dose that a fifth of the units or fewer would have shown, and the largest of the doses."""
        needed = {dose: siblings.units_needed(found, lead, decoys, dose, parts) for dose in _DOSES}
        visible = [dose for dose in _DOSES if (count := needed[dose]) is not None and count <= len(lead) / 5]
        if not visible:
            return {}
        small, large = visible[0], visible[-1]
        facts: dict[str, Any] = {"option": option, "stations": len(lead)}
        for name, dose in (("small", small), ("large", large)):
            count = needed[dose] or 0
            added = siblings.chance_seen(found, lead, dose, 3.5)[1]
            facts |= {f"{name}_dose": dose, f"{name}_units": count, f"{name}_votes": round(count * added)}
        return facts

    def _caveats(
        self, case: Case, rule: Division, earlier: int, log10_p: float, listed: Sequence[str]
    ) -> tuple[str, ...]:
        found = []
        if rule == known_division(case.contest):
            found.append("documented" if rule.is_sourced else "undocumented")
        else:
            found += ["own_documented"] if rule.documented else []
            found += [] if rule.is_sourced else ["undocumented"]
            found += ["own_validated"] if rule.validated else []
        if not rule.validated:
            found.append("unvalidated")
        if self.option is not None:
            found.append("chosen")
        found.append("earlier" if earlier else "no_earlier")
        if log10_p <= -3:
            found.append("law" if log10_p >= FLOOR else "floor")
        if listed:
            found.append("listed")
        return tuple(found)


def _source(documented: str) -> str:
    """The work that states the rule, in words; the user's own words where it is no citation."""
    work = CITATIONS.get(documented)
    return documented if work is None else f"{work['authors']} ({work['year']}), {work['title']}"


def _words(option: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in option.casefold()).split()
