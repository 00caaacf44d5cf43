r"""How many votes stand above the leader's share where the turnout is ordinary?

Sobyanin and Sukhovolsky (1993) and Shpilkin. Stations with more than ``least`` registered voters are
put into 100 bins of turnout :math:`R_i/V_i \in (b/100, (b+1)/100]`. With :math:`A_b` the leader's votes and
:math:`B_b` all other ballots in bin :math:`b`, and :math:`c` the clean peak,

.. math:: k = \frac{A_c}{B_c}, \qquad S = \sum_b A_b - k \sum_b B_b .

If ballots were only *added* for the leader, and the leader's share did not depend on turnout otherwise,
:math:`S` is their number. Both conditions fail somewhere, so :math:`S` is not zero in clean contests: it
lies between -19 and +8 per cent of the leader's votes in those at hand. It is therefore ranked among
them (`recanvass.panel`), given for other options as a placebo, and given as a curve over the choice of
the peak, on which it depends more than on chance.

Where the peak lies, ``peak_rule``:

``fitted``  two Gaussian curves fitted to the other ballots by turnout (smoothed over five bins, the last
            three left out); the fullest bin within one standard deviation of the left curve's mean.
``fullest`` the fullest bin of the smoothed other ballots, the last three left out.

or ``peak`` names the bin. ``regional`` moves a peak that is a multiple of ten by one bin. The interval
draws the areas with replacement and picks the peak anew (in a sum of regions their peaks are held, since a draw of
a small region often has another fullest bin): chance only, not the assumption. Class C.

Other published sums, each a parameter; only the first of each is ranked among clean contests, whose figures are
those of the defaults:

``scaled_to``    ``peak``: k is the ratio in the peak's bin (Cedar). ``left``: k is that of all bins up to the peak,
                 Shpilkin's scaling of the curve's left slope.
``clean_share``  a share s of the option given from outside, k = s / (1 - s): the clean cluster that Shpilkin and
                 Kobak read off a picture of turnout and share.
``counted``      ``all`` bins, or those to the ``right`` of the peak only: the area that Shpilkin shades.
``peaks``        one for the ``contest``, or ``regions``: each has its own, and the surpluses are added up (Cedar's
                 table of regions; with it, ``without`` names those left out as having no clean peak, a judgement
                 for which no rule is published). The rule finds 62 of the 63 printed peaks of 2011 and 62 of the
                 66 of 2018; the others were placed otherwise. ``regional`` holds for Tver 2024 and not before.

Shpilkin's figures are ``counted = right`` with ``peak`` or ``clean_share`` by eye. Not a parameter: EFToolkit's
split of each station's votes over clean bins and its count in two dimensions (a procedure of weights and caps that
is nowhere defined but in its code), and machine-counted controls, which are a method, `machine_counted_controls`.

Beside it stand the slopes of Sobyanin and Sukhovolsky and the *break-even share*
(`recanvass.kernels.turnout_slopes`, quietest fifth of each region): nothing is left over if that share of the
voters whom busy stations have beyond quiet ones chose the leader. What is left over at the core's share
moved by what clean contests show (3rd to 97th percentile of the panel, countries alike) is the *band*.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np

from recanvass import areas, panel, placebos, wording
from recanvass.case import Case
from recanvass.errors import UsageError
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels import turnout_slopes
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Results
from recanvass.turnout_bins import (
    Counts,
    Curve,
    Variant,
    binned,
    fitted_peak,
    moved_together,
    regions,
    sensitivity,
    smoothed,
    tables,
)


@dataclass(frozen=True)
class Parts:
    """The contest, or its regions, by turnout, ``(parts, 100)`` each, with the areas of each part for the interval."""

    leader: Curve
    others: Curve
    peaks: Counts
    names: tuple[str, ...]
    areas: tuple[tuple[Curve, Curve], ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class TurnoutSurplus(Method):
    """Votes of an option above its share at the clean peak of the turnout.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    least : int
        Stations need more registered voters than this.
    peak_rule : {"fitted", "fullest"}
        How the clean peak is found; see the head of the file.
    peak : int, optional
        The bin of the clean peak, 0 to 99, where it is given from outside.
    regional : bool
        Move the peak off multiples of ten, as is done for regions in the literature.
    draws : int
        Bootstrap samples of areas.
    scaled_to : {"peak", "left"}
        What gives the ordinary ratio: the peak's bin, or everything up to it.
    clean_share : float, optional
        The option's share, between 0 and 1, that gives the ratio where it is known from outside.
    counted : {"all", "right"}
        All bins, or those to the right of the peak.
    peaks : {"contest", "regions"}
        One peak, or one for each region with the surpluses added up.
    without : tuple of str
        Regions left out of that sum.
    """

    option: str | None = None
    least: int = 100
    peak_rule: Literal["fitted", "fullest"] = "fitted"
    peak: int | None = None
    regional: bool = False
    draws: int = 200
    scaled_to: Literal["peak", "left"] = "peak"
    clean_share: float | None = None
    counted: Literal["all", "right"] = "all"
    peaks: Literal["contest", "regions"] = "contest"
    without: tuple[str, ...] = ()

    evidence_class = "C"
    needs = Needs(columns=("registered", "votes", "valid"), stations=100, options=2)
    detects = ()
    cites = ("sobyanin1993elections", "eggers2021claims")
    references = (
        Reference("ground-truth:17", "russia_2004", "votes", 7_889_226.1505, 10, "printed"),
        Reference("ground-truth:20", "russia_2011", "votes", 14_932_292.4081, 15, "printed"),
        Reference("ground-truth:23", "russia_2018", "votes", 10_138_780.2393, 10, "printed"),
        Reference("ground-truth:27", "russia_2011", "Moscow, votes", 996_530.1821, 1e-3, "printed"),
        Reference("methods/02", "russia_2011", "slope of the leader's votes", 1.170, 0.0005, "compendium"),
    )
    cost = "linear in stations; two vectors of 100 numbers an area"

    def __post_init__(self) -> None:
        if self.peak is not None and not 0 <= self.peak <= 99:
            raise UsageError(f"turnout_surplus: peak is {self.peak}; it must be a bin from 0 to 99.")
        if self.clean_share is not None and not 0 < self.clean_share < 1:
            raise UsageError(f"turnout_surplus: clean_share is {self.clean_share}; it must lie between 0 and 1.")
        if self.clean_share is not None and self.scaled_to != "peak":
            raise UsageError("turnout_surplus: clean_share gives the ratio, and so does scaled_to = left; set one.")

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Each area's votes drawn anew at the area's own share, whatever the station's turnout."""
        assert case.results is not None
        results = case.results
        whole = results.votes.sum(axis=1)
        codes = areas.chosen(results).codes + 1
        sums = np.stack([np.bincount(codes, results.votes[:, j]) for j in range(len(results.options))], axis=1)
        rate = sums / np.maximum(sums.sum(axis=1), 1)[:, None]
        empty = rate.sum(axis=1) == 0
        rate[empty] = 1 / len(results.options)
        votes = rng.multinomial(whole, rate[codes] / rate[codes].sum(axis=1, keepdims=True))
        return replace(case, results=results.with_counts(votes=votes))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The surplus, its interval, its dependence on the peak, placebos, and its rank."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        stations = binned(results, chosen, self.least)
        if stations is None:
            raise Unasked("nothing_left")
        leader, others, _, _, registered, rows = stations
        parts = self._parts(results, stations)
        a, b = parts.leader, parts.others
        if not len(parts.peaks) or a.sum() <= 0:
            raise Unasked("nothing_left")
        ratio, surpluses = self._variant.of(a, b, parts.peaks)
        surplus = float(surpluses.sum())
        drawn = self._bootstrap(parts, rng)
        share = surplus / float(a.sum())
        published = self._variant == Variant() and self.peaks == "contest"
        # The panel holds the figures of the default sum: another one has no rank in it.
        rank = panel.rank(self.name, "share", share, case.contest.country) if published else panel.Rank(0, 0, 0.0)
        low, high = (float(q) for q in np.quantile(drawn, [0.025, 0.975])) if drawn else (surplus, surplus)
        low, high = min(low, surplus), max(high, surplus)  # where draws have another peak they may all lie beyond it
        one = self.peaks == "contest"
        curve = sensitivity(a[0], b[0], self._variant) if one else []
        around = [v for _, v in curve] or moved_together(a, b, parts.peaks, self._variant)
        facts: dict[str, Any] = {
            "option": results.options[chosen],
            "stations": len(rows),
            "votes": surplus,
            "share": share,
            "curve_low": min(around),
            "curve_high": max(around),
            **rank.facts(),
        }
        if one:
            facts |= {"peak": float(parts.peaks[0]) / 100 + 0.005, "ratio": float(ratio[0])}
        else:
            facts |= {"regions": len(parts.peaks), "left_out": len(parts.left_out)}
        if self.clean_share is not None:
            facts["clean_share"] = self.clean_share
        found, limits, band = busier(leader, others, registered, regions(results, rows)[0], case.contest.country)
        kept = {k: v for k, v in found.items() if k == "break_even_offset"}
        facts |= found | {"panel": ({"share": share} if published else {}) | kept}
        estimate = Estimate("votes above the share at the clean peak", surplus, "votes", "estimate", low, high, 0.95)
        return Answer(
            status="description",
            outcome=("ranked" if rank.contests else "said") if published else f"{self.peaks}_{self.counted}",
            facts=facts,
            evidence=Evidence(share, rank.log10_p, null="rank"),
            estimates=((estimate,) if drawn else ()) + band,
            caveats=("assumption", *self._said(parts), *limits),
            tables={
                **({"peaks": [{"peak": p / 100, "votes": round(v)} for p, v in curve]} if one else {}),
                **({} if one else {"regions": _by_region(parts, surpluses)}),
                "placebo": placebos.rows(results, chosen, partial(self._placebo, results)),
            },
            series={
                "turnout": [p / 100 for p in range(100)],
                "leader": a.sum(axis=0).tolist(),
                "others": b.sum(axis=0).tolist(),
                "scaled": (b * ratio[:, None]).sum(axis=0).round(1).tolist(),
            },
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The option's votes by turnout over the other ballots, scaled to the clean peak."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [
            {"turnout": t + 0.005, "leader": a, "scaled": s}
            for t, a, s in zip(series["turnout"], series["leader"], series["scaled"], strict=True)
        ]
        x = {"field": "turnout", "type": "quantitative", "title": words["x"], "axis": {"format": ".0%"}}
        y = {"type": "quantitative", "title": words["y"]}
        spec = {
            "layer": [
                {"mark": {"type": "area", "color": "expected"}, "encoding": {"x": x, "y": {"field": "scaled", **y}}},
                {"mark": {"type": "line", "color": "observed"}, "encoding": {"x": x, "y": {"field": "leader", **y}}},
            ]
        }
        kind = "alt" if "peak" in finding.answer.facts else "alt_regions"
        alt = wording.phrase(finding.method, "drawing", kind, facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))

    def _peak(self, others: Curve) -> int | None:
        if self.peak is not None:
            return self.peak
        found = fitted_peak(others) if self.peak_rule == "fitted" else None
        found = int(np.argmax(smoothed(others)[:-3])) if found is None else found
        return self._off_tens(found)

    def _off_tens(self, peak: int) -> int:
        return peak + (peak % 10 == 0) - (peak == 9) if self.regional else peak

    @property
    def _variant(self) -> Variant:
        return Variant(self.scaled_to == "left", self.counted == "right", self.clean_share)

    def _said(self, parts: Parts) -> tuple[str, ...]:
        """The caveats that say which of the published sums this is."""
        ratio = "clean_share" if self.clean_share is not None else "left" if self.scaled_to == "left" else ""
        if self._variant == Variant() and self.peaks == "contest":
            return ("peak",)
        left_out = ("left_out",) if parts.left_out else ()
        return ("peak" if self.peaks == "contest" else "peaks", *((ratio,) if ratio else ()), *left_out, "unranked")

    def _parts(self, results: Results, stations: tuple[Counts, Counts, Counts, Counts, Counts, Counts]) -> Parts:
        """The contest or its regions; those without a clean peak, or named in ``without``, are left out."""
        leader, others, codes, bins, _, rows = stations
        if self.without and self.peaks != "regions":
            raise Unasked("without_regions")
        groups: Counts = np.zeros(len(rows), np.int64)
        names: tuple[str, ...] = ("",)
        if self.peaks == "regions":
            groups, names = regions(results, rows)
            if len(names) < 2:
                raise Unasked("one_region")
            for name in self.without:
                if name not in names:
                    raise Unasked("no_region", region=name)
        kept, peaks, by_area, left_out = [], [], [], []
        for k, name in enumerate(names):
            here = groups == k
            area = np.unique(codes[here], return_inverse=True)[1].astype(np.int64)
            found = tables(leader[here], others[here], area, bins[here])
            b = found[1].sum(axis=0)
            peak = None if name in self.without else self._peak(b)
            if peak is None or b[peak] <= 0:
                left_out.append(name)
                continue
            kept.append(name)
            peaks.append(peak)
            by_area.append(found)
        a, b = (np.array([t[side].sum(axis=0) for t in by_area]).reshape(-1, 100) for side in (0, 1))
        return Parts(a, b, np.array(peaks, np.int64), tuple(kept), tuple(by_area), tuple(left_out))

    def _bootstrap(self, parts: Parts, rng: np.random.Generator) -> list[float]:
        """The sum with the areas of each part drawn with replacement; the contest's peak is then the fullest bin."""
        counts = [len(a) for a, _ in parts.areas]
        if sum(counts) < 10 or max(counts) < 2 or self.draws < 1:
            return []
        total, able = np.zeros(self.draws), np.ones(self.draws, bool)
        rows = np.arange(self.draws)
        for count, held, (by_leader, by_others) in zip(counts, parts.peaks, parts.areas, strict=True):
            weights = rng.multinomial(count, np.full(count, 1 / count), self.draws).astype(np.float64)
            a, b = weights @ by_leader, weights @ by_others
            if self.peaks == "regions":
                peaks = np.full(self.draws, int(held))
            elif self.peak is None:
                peaks = np.array([self._off_tens(int(np.argmax(smoothed(row)[:-3]))) for row in b], np.int64)
            else:
                peaks = np.full(self.draws, self.peak)
            there = b[rows, peaks] > 0
            able &= there
            total[there] += self._variant.of(a[there], b[there], peaks[there])[1]
        return [float(v) for v in total[able]]

    def _placebo(self, results: Results, option: int) -> dict[str, Any] | None:
        stations = binned(results, option, self.least)
        if stations is None:
            return None
        parts = self._parts(results, stations)
        if not len(parts.peaks) or parts.leader.sum() <= 0:
            return None
        votes = float(self._variant.of(parts.leader, parts.others, parts.peaks)[1].sum())
        return {"votes": round(votes), "share": votes / float(parts.leader.sum())}


def _by_region(parts: Parts, surpluses: Curve) -> list[dict[str, Any]]:
    """Each region with its peak and its surplus."""
    whole = parts.leader.sum(axis=1)
    return [
        {"region": name, "peak": float(p) / 100, "votes": round(float(v)), "share": float(v) / max(float(w), 1.0)}
        for name, p, v, w in zip(parts.names, parts.peaks, surpluses, whole, strict=True)
    ]


def busier(
    leader: Counts, others: Counts, registered: Counts, groups: Counts, country: str
) -> tuple[dict[str, float], tuple[str, ...], tuple[Estimate, ...]]:
    """What additional voters must have chosen: facts, the caveat that says it, and the band of votes."""
    slopes = turnout_slopes.slopes(leader, others, registered)
    core = turnout_slopes.core(leader, others, registered, groups)
    needed, share = core.break_even, core.share
    if slopes is None or needed is None or share is None:
        return {}, (), ()
    facts = {
        "slope": slopes[0],
        "others_slope": slopes[1],
        "break_even": needed,
        "core_share": share,
        "break_even_offset": needed - share,
    }
    natural = panel.natural_range("turnout_surplus", "break_even_offset", country)
    if natural is None:
        return facts, ("break_even",), ()
    total = float(leader.sum())
    ends = [max(0.0, core.excess(min(max(share + q, -1.0), 0.97)) * total) for q in natural]
    low, high = min(ends), max(ends)
    facts |= {"natural_low": share + natural[0], "natural_high": share + natural[1]}
    middle = min(max(core.excess(min(share, 0.97)) * total, low), high)
    return facts, ("break_even_panel",), (Estimate("band", middle, "votes", "estimate", low, high, 0.94),)
