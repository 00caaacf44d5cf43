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
draws the areas with replacement and picks the peak anew: chance only, not the assumption. Class C.

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
from numpy.typing import NDArray

from recanvass import areas, panel, placebos, wording
from recanvass.case import Case
from recanvass.errors import UsageError
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels import turnout_slopes
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Results

Curve = NDArray[np.float64]
Counts = NDArray[np.int64]


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
    """

    option: str | None = None
    least: int = 100
    peak_rule: Literal["fitted", "fullest"] = "fitted"
    peak: int | None = None
    regional: bool = False
    draws: int = 200

    evidence_class = "C"
    needs = Needs(columns=("registered", "votes", "valid"), stations=100, options=2)
    detects = ()
    cites = ("sobyanin1993elections", "eggers2021claims")
    references = (
        Reference("ground-truth:17", "russia_2004", "votes", 7_889_226.1505, 10, "printed"),
        Reference("ground-truth:20", "russia_2011", "votes", 14_932_292.4081, 15, "printed"),
        Reference("ground-truth:23", "russia_2018", "votes", 10_138_780.2393, 10, "printed"),
        Reference("methods/02", "russia_2011", "slope of the leader's votes", 1.170, 0.0005, "compendium"),
    )
    cost = "linear in stations; two vectors of 100 numbers an area"

    def __post_init__(self) -> None:
        if self.peak is not None and not 0 <= self.peak <= 99:
            raise UsageError(f"turnout_surplus: peak is {self.peak}; it must be a bin from 0 to 99.")

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
        leader, others, codes, bins, registered, rows = stations
        used = len(rows)
        by_area = tables(leader, others, codes, bins)
        a, b = by_area[0].sum(axis=0), by_area[1].sum(axis=0)
        peak = self._peak(b)
        if peak is None or b[peak] <= 0 or a.sum() <= 0:
            raise Unasked("nothing_left")
        surplus = float(a.sum() - a[peak] / b[peak] * b.sum())
        drawn = self._bootstrap(by_area, rng)
        share = surplus / float(a.sum())
        rank = panel.rank(self.name, "share", share, case.contest.country)
        low, high = (float(q) for q in np.quantile(drawn, [0.025, 0.975])) if drawn else (surplus, surplus)
        curve = sensitivity(a, b)
        facts: dict[str, Any] = {
            "option": results.options[chosen],
            "stations": used,
            "votes": surplus,
            "share": share,
            "peak": peak / 100 + 0.005,
            "ratio": float(a[peak] / b[peak]),
            "curve_low": min(v for _, v in curve),
            "curve_high": max(v for _, v in curve),
            **rank.facts(),
        }
        found, limits, band = busier(leader, others, registered, coarsest(results, rows), case.contest.country)
        facts |= found | {"panel": {"share": share} | {k: v for k, v in found.items() if k == "break_even_offset"}}
        estimate = Estimate("votes above the share at the clean peak", surplus, "votes", "estimate", low, high, 0.95)
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts=facts,
            evidence=Evidence(share, rank.log10_p, null="rank"),
            estimates=((estimate,) if drawn else ()) + band,
            caveats=("assumption", "peak", *limits),
            tables={
                "peaks": [{"peak": p / 100, "votes": round(v)} for p, v in curve],
                "placebo": placebos.rows(results, chosen, partial(self._placebo, results)),
            },
            series={
                "turnout": [p / 100 for p in range(100)],
                "leader": a.tolist(),
                "others": b.tolist(),
                "scaled": (b * a[peak] / b[peak]).round(1).tolist(),
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
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))

    def _peak(self, others: Curve) -> int | None:
        if self.peak is not None:
            return self.peak
        found = fitted_peak(others) if self.peak_rule == "fitted" else None
        found = int(np.argmax(smoothed(others)[:-3])) if found is None else found
        if self.regional:
            found += (found % 10 == 0) - (found == 9)
        return found

    def _bootstrap(self, by_area: tuple[Curve, Curve], rng: np.random.Generator) -> list[float]:
        count = by_area[0].shape[0]
        if count < 10 or self.draws < 1:
            return []
        weights = rng.multinomial(count, np.full(count, 1 / count), self.draws).astype(np.float64)
        leader, others = weights @ by_area[0], weights @ by_area[1]
        values = []
        for a, b in zip(leader, others, strict=True):
            peak = self.peak if self.peak is not None else int(np.argmax(smoothed(b)[:-3]))
            if b[peak] > 0:
                values.append(float(a.sum() - a[peak] / b[peak] * b.sum()))
        return values

    def _placebo(self, results: Results, option: int) -> dict[str, Any] | None:
        stations = binned(results, option, self.least)
        if stations is None:
            return None
        a, b = (table.sum(axis=0) for table in tables(*stations[:4]))
        peak = self._peak(b)
        if peak is None or b[peak] <= 0 or a.sum() <= 0:
            return None
        surplus = float(a.sum() - a[peak] / b[peak] * b.sum())
        return {"votes": round(surplus), "share": surplus / float(a.sum())}


def binned(results: Results, option: int, least: int) -> tuple[Counts, Counts, Counts, Counts, Counts, Counts] | None:
    """Leader's votes, other ballots, area codes, turnout bins, registered voters and rows of the stations used.

    Ballots are those found in the boxes, or the valid ones where nothing else is given.
    """
    name = "ballots" if results.has("ballots") else "valid"
    ballots, registered = results.whole(name), results.whole("registered")
    if ballots is None or registered is None:
        return None
    votes = results.votes[:, option]
    use = results.known(name, "registered") & results.stood(option)
    use &= (registered > least) & (ballots > 0) & (ballots <= registered) & (votes <= ballots)
    if int(use.sum()) < 100:
        return None
    bins = (100 * ballots[use] - 1) // registered[use]
    codes = areas.chosen(results).codes[use] + 1
    return votes[use], (ballots - votes)[use], codes, bins, registered[use], np.flatnonzero(use)


def coarsest(results: Results, rows: Counts) -> Counts:
    """The region of each of these stations, from 0 on: the coarsest level that parts the contest."""
    levels = areas.levels(results)
    codes = results.areas(levels[0] if levels else "contest").codes[rows]
    return np.unique(codes, return_inverse=True)[1].astype(np.int64)


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


def tables(leader: Counts, others: Counts, codes: Counts, bins: Counts) -> tuple[Curve, Curve]:
    """Leader's votes and other ballots by area and turnout bin, ``(areas, 100)`` each."""
    count = int(codes.max()) + 1
    cell = codes * 100 + bins
    shape = (count, 100)
    a = np.bincount(cell, leader.astype(np.float64), minlength=count * 100).reshape(shape)
    b = np.bincount(cell, others.astype(np.float64), minlength=count * 100).reshape(shape)
    there = np.bincount(codes, minlength=count) > 0
    return a[there].astype(np.float64), b[there].astype(np.float64)


def smoothed(others: Curve) -> Curve:
    """A running mean over five bins; the last two stay raw, as published."""
    mean = np.convolve(others, np.full(5, 0.2), mode="same")
    mean[-2:] = others[-2:]
    return np.asarray(mean)


def fitted_peak(others: Curve) -> int | None:
    """The peak of the left of two Gaussian curves fitted to the other ballots; None if the fit fails."""
    from scipy.optimize import OptimizeWarning, curve_fit

    smooth = smoothed(others)
    x = np.arange(1, 101) / 100
    start = int(np.argmax(smooth))
    middle = start / 100 + (1 - start / 100) / 2
    first = (start / 100, 0.1, smooth[start], middle, 0.01, smooth[min(99, int(100 * middle))])
    import warnings

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", OptimizeWarning)
            found, _ = curve_fit(_two_curves, x[:-3], smooth[:-3], p0=first)
    except (RuntimeError, ValueError):
        return None
    mean, spread = min((found[0], found[1]), (found[3], found[4]))
    low, high = int(100 * (mean - abs(spread))), int(100 * (mean + abs(spread)))
    low, high = max(low, 0), min(high, 100)
    return low + int(np.argmax(smooth[low:high])) if high > low else None


def _two_curves(x: Curve, m1: float, s1: float, a1: float, m2: float, s2: float, a2: float) -> Curve:
    with np.errstate(all="ignore"):
        return np.nan_to_num(
            a1 * np.exp(-((x - m1) ** 2) / (2 * s1**2)) + a2 * np.exp(-((x - m2) ** 2) / (2 * s2**2)),
            posinf=1e300,
        )


def sensitivity(a: Curve, b: Curve) -> list[tuple[int, float]]:
    """The surplus for every peak that holds at least a third of the fullest bin of other ballots."""
    smooth = smoothed(b)
    full = smooth[:-3].max()
    return [(p, float(a.sum() - a[p] / b[p] * b.sum())) for p in range(97) if smooth[p] >= full / 3 and b[p] > 0] or [
        (0, 0.0)
    ]
