r"""Coarse fractions: shares and turnouts at one half, two thirds, three quarters, multiples of 5 %.

**Exact definition (default).** A count :math:`x_i` of :math:`n_i \ge 100` (the leader's votes of the
valid ones, ballots of the register) is on a fraction f if :math:`|x_i/n_i - f| \le 1/2000`, decided
in integers. Small wholes hit coarse fractions by arithmetic alone; the null knows each lattice: the
rate has a Beta prior, fitted by moments in each area of the coarsest level, the count is redrawn from
its posterior predictive law (`recanvass.kernels.coarse_lattice`), and where the redrawn count leaves
the range 1/40 .. 39/40 the station keeps its own. Observed and redrawn are then exchangeable, so the
expected number on a family of fractions is :math:`\sum_i p_i`, and given the chances the number is
Poisson-binomial. Its upper tail is exact (150 stations or fewer) or by saddlepoint.

Families: *simple* (1/4, 1/3, 1/2, 2/3, 3/4), *tenths*, *all* (multiples of 5 per cent, and thirds).

**Multiplicity, declared beforehand.** Share and turnout × three families: p = tests × the smallest.
Other options are a placebo, shown and not counted.

**Published definition.** Rozenas (2017): each station's turnout and share are drawn again from the
posterior under a mixture of Beta densities, the shares' density (bandwidth .0001, 1,001 points) is
compared with the largest of all resamples at each point, and

.. math:: F = 100 \sum_{\mathrm{above}} \max(0, \mathrm{observed} - \mathrm{mean\ of\ resamples})

over bins of .001, without the first. F has no p-value, and depends on the number of resamples
through the envelope: it is described and never raises anything. The printed F = .03888 belongs to
data that come with the R package and are not at hand; the mixture printed with it can be given as
``turnout_prior`` and ``support_prior``. The density is R's, which is not what its bandwidth says: values are
spread linearly over knots .00098 apart and read off by interpolation, so that the curve is ten times as
wide. With the mixtures that the package fitted, F agrees with it within the chance of the resamples.
Not taken over: the fit of the mixture by expectation and maximisation. One component by moments stands
in, and F then comes out larger (.9 for .5 at 300 resamples of 10,000 stations of Russia in 2018).

`integer_percentages` counts all whole percentages: it has more power where any of them was the
target; this one where only the coarse ones were.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from math import log10, sqrt
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.special import ndtri

from recanvass import coarse_shares, plantings, rounded_counts, whole_percentages, wording
from recanvass.case import Case
from recanvass.coarse_shares import Fractions, Mixture, family_line
from recanvass.finding import Answer, Estimate, Evidence, EvidenceClass, Finding
from recanvass.kernels import poisson_binomial
from recanvass.kernels.coarse_lattice import FAMILIES, LARGEST, SIXTIETHS
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Results
from recanvass.whole_percentages import Pair


@dataclass(frozen=True)
class CoarseFractions(Method):
    """Whether more results are coarse fractions than counting gives.

    Parameters
    ----------
    definition : {"exact", "published"}
        See the head of this file.
    option : str or None
        None is the leader.
    least : int
        Wholes below this are left out.
    level : float
        The p-value at or below which the answer is *yes*.
    placebo : bool
        Whether to look at the other options too.
    resamples : int
        For the published definition.
    turnout_prior, support_prior : tuple of (alpha, beta, weight), or None
        For the published definition: its mixtures.
    """

    evidence_class: ClassVar[EvidenceClass] = "B"
    needs: ClassVar[Needs] = Needs(stations=2, options=1)
    detects: ClassVar[tuple[str, ...]] = ("rounded_results",)
    cites: ClassVar[tuple[str, ...]] = ("rozenas2017detecting", "kobak2016integer", "lugannani1980saddle")
    references: ClassVar[tuple[Reference, ...]] = (
        Reference(
            "scipy.stats.betabinom",
            "700 of 1400, prior 9.5, 2.2",
            "chance of a coarse fraction",
            0.01591104860981098,
            1e-10,
            "program",
        ),
        Reference(
            "scipy.stats.betabinom",
            "4100 of 6200, prior 80, 45",
            "chance of a coarse fraction",
            0.059404258667116,
            1e-10,
            "program",
        ),
        Reference("spikes 1.1", "russia_2018, 10,000 stations, 100 resamples", "F, per cent", 0.91, 0.5, "program"),
        Reference("spikes 1.1", "russia_2018, 10,000 stations, 20 resamples", "F, per cent", 2.54, 1.0, "program"),
        Reference("spikes 1.1", "russia_2018, 10,000 stations, 300 resamples", "F, per cent", 0.67, 0.5, "program"),
        Reference("spikes 1.1", "russia_2018, 2,000 stations, 300 resamples", "F, per cent", 0.26, 0.5, "program"),
        Reference("spikes 1.1", "russia_2018, 2,000 stations, 20 resamples", "F, per cent", 2.5, 1.3, "program"),
        Reference("tests/references/coarse_fractions.py", "georgia_2012_parl", "expected, share, all", 84.935174, 1e-6),
        Reference("tests/references/coarse_fractions.py", "belarus_2020", "expected, turnout, all", 31.468055, 1e-6),
        Reference("tests/references/coarse_fractions.py", "russia_2024", "observed, turnout, all", 2573, 0),
    )
    cost: ClassVar[str] = "linear in stations, and in the square root of their size"

    definition: Literal["exact", "published"] = "exact"
    option: str | None = None
    least: int = 100
    level: float = 1e-3
    placebo: bool = True
    resamples: int = 1000
    turnout_prior: Mixture | None = None
    support_prior: Mixture | None = None

    def _option(self, results: Results) -> int:
        if self.option is None:
            return results.leader
        if self.option not in results.options:
            raise Unasked("no_option", option=self.option)
        return results.options.index(self.option)

    def _bases(self, results: Results) -> tuple[str, str]:
        base, turned = results.contest.share_of, results.contest.turnout_of
        if not results.has(turned):
            turned = "issued" if turned == "ballots" else "ballots"
        return (base if results.has(base) else "valid"), turned

    def pairs(self, results: Results, option: int | None = None) -> dict[str, Pair]:
        """The counts of share and, where there is a register, turnout, with the stations looked at."""
        chosen = self._option(results) if option is None else option
        base, turned = self._bases(results)
        found: dict[str, Pair] = {}
        whole = results.whole(base)
        if whole is not None:
            part = results.votes[:, chosen]
            rows, out = coarse_shares.usable(part, whole, results.known(base) & results.stood(chosen), self.least)
            found["share"] = Pair(part, whole, rows, out)
        given, registered = results.whole(turned), results.whole("registered")
        if given is not None and registered is not None and option is None:
            rows, out = coarse_shares.usable(given, registered, results.known(turned, "registered"), self.least)
            found["turnout"] = Pair(given, registered, rows, out)
        return found

    def looks(self, results: Results, option: int | None = None) -> list[Fractions]:
        """Share and turnout, as far as the results have them."""
        groups = whole_percentages.prior_groups(results)
        return [
            coarse_shares.fractions(name, one.part, one.whole, one.rows, groups)
            for name, one in self.pairs(results, option).items()
            if one.rows.any()
        ]

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Turnout and share of each station redrawn from their posterior predictive laws."""
        results = case.results
        if results is None:
            return case
        base, turned = self._bases(results)
        pairs = self.pairs(results)
        fresh = whole_percentages.redrawn(results, pairs, base, turned, self._option(results), rng)
        kept = self.pairs(fresh)
        rows = np.ones(len(results), bool)
        for name, one in pairs.items():
            rows &= ~one.rows | kept[name].rows
        return replace(case, results=whole_percentages.where(rows, fresh, results))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Share and turnout by family; the placebo; what could have been seen."""
        assert case.results is not None
        if self.definition == "published":
            return self._published(case.results, rng)
        rounded_counts.refuse(case.results)
        results, pairs = case.results, self.pairs(case.results)
        looks = self.looks(results)
        if not looks:
            raise Unasked("nothing_left")
        lines = [family_line(one, family) for one in looks for family in range(len(FAMILIES))]
        main = min(lines, key=lambda line: float(line["log10_p"]))
        log10_p = min(0.0, float(main["log10_p"]) + log10(len(lines)))
        found = log10_p <= log10(self.level)
        base, turned = self._bases(results)
        facts = {
            **main,
            "option": results.options[self._option(results)],
            "log10_p": log10_p,
            "tests": len(lines),
            "share_of": base,
            "turnout_of": turned,
            "family_in_words": wording.phrase(self.name, "families", str(main["family"])),
        }
        tables = {
            "families": lines,
            "fractions": [line for one in looks for line in _by_fraction(one)],
            "placebo": self._placebos(results) if self.placebo else [],
            "left_out": [
                {"look": name, "reason": reason, "stations": number}
                for name, one in pairs.items()
                for reason, number in one.left_out.items()
                if number
            ],
        }
        caveats = ["denominator", *(["one_look"] if len(looks) == 1 else [])]
        spread = 1.96 * float(main["sd"])
        excess = float(main["excess"])
        return Answer(
            status="departure" if found else "none",
            outcome=("yes_" if found else "no_") + str(main["look"]),
            facts=facts,
            evidence=Evidence(float(main["observed"]), log10_p, float(main["expected"]), float(main["sd"])),
            estimates=(Estimate("excess", excess, "stations", "estimate", excess - spread, excess + spread, 0.95),),
            caveats=tuple(caveats),
            tables={name: table for name, table in tables.items() if table},
            series=_series(looks),
            power=_power(looks[0], pairs[looks[0].name], log10(plantings.HEADLINE / len(lines))),
        )

    def _placebos(self, results: Results) -> list[dict[str, Any]]:
        """The five largest other options of 5 per cent or more, share only."""
        total = sum(results.totals[o] for o in results.options)
        ranked = sorted(results.options, key=lambda o: (-results.totals[o], o))[:6]
        lines = []
        for name in ranked:
            option = results.options.index(name)
            if option == self._option(results) or 20 * results.totals[name] < total:
                continue
            for one in self.looks(results, option):
                lines += [{"option": name, **family_line(one, family)} for family in range(len(FAMILIES))]
        return lines

    def _published(self, results: Results, rng: np.random.Generator) -> Answer:
        registered, ballots = results.whole("registered"), results.whole("ballots")
        if registered is None or ballots is None:
            raise Unasked("columns", columns=["registered", "ballots"])
        option = self._option(results)
        votes = results.votes[:, option]
        rows = results.known("registered", "ballots") & results.stood(option)
        rows &= (votes >= 0) & (votes <= ballots) & (ballots <= registered) & (ballots > 0)
        rows &= registered <= LARGEST
        if int(rows.sum()) < 2:
            raise Unasked("nothing_left")
        order = np.flatnonzero(rows)[np.lexsort((votes[rows], ballots[rows], registered[rows]))]
        f, excess, expected = coarse_shares.published_share(
            registered[order],
            ballots[order],
            votes[order],
            self.turnout_prior,
            self.support_prior,
            self.resamples,
            rng,
        )
        bins = [
            {"percent": k / 10, "excess": float(excess[k]) * len(order), "expected": float(expected[k]) * len(order)}
            for k in np.flatnonzero(excess > 0).tolist()
        ]
        return Answer(
            status="description",
            outcome="published",
            facts={
                "option": results.options[option],
                "stations": len(order),
                "f": f,
                "resamples": self.resamples,
                "bins": len(bins),
            },
            caveats=("published",),
            tables={"bins": bins} if bins else {},
            series={
                "share_percentage": [line["percent"] for line in bins],
                "share_observed": [line["excess"] + line["expected"] for line in bins],
                "share_expected": [line["expected"] for line in bins],
                "share_high": [line["expected"] for line in bins],
            },
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Stations on each coarse fraction, over what counting gives."""
        series, facts = finding.series, finding.answer.facts
        words = wording.template(self.name, "drawing", language=language)
        records = [
            {"look": words["looks"][name], "percentage": p, "observed": o, "expected": e, "high": h, "above": o > h}
            for name in ("share", "turnout")
            if f"{name}_percentage" in series
            for p, o, e, h in zip(
                *(series[f"{name}_{key}"] for key in ("percentage", "observed", "expected", "high")), strict=True
            )
        ]
        x = {
            "field": "percentage",
            "type": "quantitative",
            "title": words["x"],
            "scale": {"domain": [0, 100], "nice": False},
        }
        y = {"type": "quantitative", "title": words["y"]}
        layers: list[dict[str, Any]] = [
            {
                "transform": [{"filter": f"datum.above == {above}"}],
                "mark": {"type": "rule", "style": style, "strokeWidth": 3},
                "encoding": {"x": x, "y": y | {"field": "observed"}, "y2": {"datum": 0}},
            }
            for above, style in (("false", "observed"), ("true", "departure"))
        ]
        layers.append(
            {
                "mark": {"type": "tick", "style": "expected", "thickness": 2, "orient": "horizontal"},
                "encoding": {"x": x, "y": y | {"field": "expected"}},
            }
        )
        row = {"field": "look", "type": "nominal", "title": None, "header": {"labelOrient": "top"}}
        kind = "published" if finding.answer.outcome == "published" else "exact"
        return Drawing(
            spec={"facet": {"row": row}, "spec": {"layer": layers}, "resolve": {"scale": {"y": "independent"}}},
            records=records,
            title=words["title"],
            alt=wording.phrase(self.name, "drawing", f"alt_{kind}", facts=facts, language=language),
            caption=words["caption"],
        )


def _by_fraction(one: Fractions) -> list[dict[str, Any]]:
    return [
        {
            "look": one.name,
            "percent": float(g) * 100 / 60,
            "observed": int(seen),
            "expected": float(mean),
            "sd": sqrt(float(variance)),
        }
        for g, seen, mean, variance in zip(SIXTIETHS, one.by_fraction(), one.expected, one.variance, strict=True)
    ]


def _series(looks: list[Fractions]) -> dict[str, Any]:
    series: dict[str, Any] = {}
    for one in looks:
        series |= {
            f"{one.name}_percentage": (SIXTIETHS * (100 / 60)).tolist(),
            f"{one.name}_observed": one.by_fraction().tolist(),
            f"{one.name}_expected": one.expected.tolist(),
            f"{one.name}_high": (one.expected + 2.576 * np.sqrt(one.variance)).tolist(),
        }
    return series


def _power(one: Fractions, pair: Pair, log10_level: float) -> dict[str, Any]:
    """Stations set to a coarse fraction, drawn by lot, that would be seen with a chance of 80 per cent.

    The count nearest to a fraction may print otherwise at a small station, so the number that hit varies with
    the lot as well as with the count: at each station the chance is that of a mixture. A contest with fewer coarse
    fractions than chance gives, as published, needs so many more.
    """
    chance = np.ascontiguousarray(one.chance[:, len(FAMILIES) - 1])
    needed = poisson_binomial.threshold(chance, log10_level)
    whole = pair.whole[one.rows]
    set_to = np.mean([coarse_shares.prints(whole, int(g)) for g in SIXTIETHS], axis=0)
    size, z = len(chance), float(ndtri(0.8))
    lacking = max(float(chance.sum()) - one.observed(len(FAMILIES) - 1), 0.0)

    def seen(planted: int) -> bool:
        mixed = chance + planted / size * (set_to - chance)
        own = float(mixed.sum()) - (1 - planted / size) * lacking
        return own - z * sqrt(float((mixed * (1.0 - mixed)).sum())) >= needed

    if not size or not seen(size):
        return {}
    planted = bisect_left(range(size), 1, lo=1, key=lambda number: int(seen(number)))
    votes = round(planted * float(whole.mean()))
    return {"stations": size, "planted": planted, "votes": votes}
