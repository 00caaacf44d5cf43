r"""Do stations processed late differ from early ones of the same area and size?

Raw totals of early and late stations say nothing: towns report before villages, one region before another
(Idrobo, Kronick and Rodríguez 2022; the opposite view, Escobari and Hoover 2024). Stations are put in the order in
which they were processed; the stratum :math:`s` of a station is its area by its third of size (registered, else
valid). With :math:`y_i` the option's share, and where an earlier contest is given less
:math:`\beta (z_i - \bar z_s)` of its share then, :math:`e_i = y_i - \bar y_s`. The share then is itself a count of
:math:`m_i` votes, which flattens a plain slope and leaves part of the composition, so the chance in it is taken off
(Fuller 1987), unless it is more than half of the whole:

.. math:: \beta = \frac{\sum (z_i - \bar z_s)(y_i - \bar y_s)}
          {\sum (z_i - \bar z_s)^2 - \sum (1 - 1 / n_s) z_i (1 - z_i) / m_i} .

**Null.** Inside a stratum the order of arrival is exchangeable. At a cut :math:`c` the contrast
:math:`T_c = \sum_{i \text{ late}} e_i` has exact mean and variance (`recanvass.kernels.stratified_order`).
The statistic is :math:`\max_c |T_c| / \mathrm{sd}\, T_c` over the interruptions that the case gives, else over all
per cents of the count, set beside ``draws`` orders inside strata. The search over cuts is thereby charged.

**Jump or drift.** Local lines each side of the cut in the share of stations counted, triangular kernel, bandwidth
:math:`n^{-1/5}` (fixed by the number of stations, so the null need not choose it again); beside it half and double the
bandwidth, a donut of a tenth of it, and the same jump at placebo cuts elsewhere in the count.

**Decomposition.** The raw shift is parted into composition and rest (Oaxaca 1973), strata with both kinds only.

``late_batch`` is seen (p of a thousandth) in 20 of 24 contests of 2,000 stations. Where whole districts come late there
is nothing of the same area to compare them with, and it is left so: beside early districts of the same region 23 of 24
are seen, but then 5 of 24 *clean* contests in which the same stations merely come late have p <= .01, and 3 p <= .001
(by districts 2 and 1), because districts differ by composition, and a few of them are a few observations however many
stations they hold. An earlier contest takes composition inside areas off (in the tests 7.4 points of it, of which .1
is left; of a true shift of 3 points that goes with it, 2.5 are seen). But districts also swing together, so it does
not make stations of different districts exchangeable either.

Inside an area villages may still report after towns, and distant stations after near ones: exchangeability is a model
(class C). Rules: the leader unless an option is named; the areas of `recanvass.areas`; ties of time stay together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import areas, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels import stratified_order
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.observation import Arrivals
from recanvass.results import Contest, Labels, Results

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_SIDE = 10
_PLACEBOS = 3
_CURVE = 100


@dataclass(frozen=True)
class Count:
    """The stations in order of arrival: rows, times, strata, the option's votes, valid votes, adjusted shares."""

    rows: Whole
    times: Floats
    strata: Whole
    valid: Floats
    level: str
    earlier: str


@dataclass(frozen=True)
class LateCounts(Method):
    """Late against early stations inside areas and sizes.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    bandwidth : float, optional
        Of the local lines, as a part of the count; by default n to the power of -1/5.
    draws : int
        Orders of arrival drawn inside strata.
    placebo_cuts : int
        Other cuts at which the jump is looked at.
    """

    option: str | None = None
    bandwidth: float | None = None
    draws: int = 1999
    placebo_cuts: int = 120

    evidence_class = "C"
    needs = Needs(columns=("votes", "valid"), stations=40, options=2)
    detects = ("late_batch",)
    cites = (
        "idrobo2022shifts", "escobari2024evaluating", "oaxaca1973male", "mantel1959statistical",
        "fan1996local", "bickel1975sex", "fuller1987error",
    )  # fmt: skip
    references = (
        Reference("bickel1975sex", "six departments of Berkeley", "raw difference, points", -14.2, 0.05, "printed"),
        Reference("R, mantelhaen.test(UCBAdmissions)", "six departments", "squared contrast", 1.5246, 1e-3, "program"),
    )
    cost = "linear in stations times the orders drawn"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The times of arrival exchanged inside each stratum."""
        if case.results is None or case.arrivals is None:
            return case
        count = self._count(case)
        home = np.argsort(count.strata, kind="stable")
        mixed = np.argsort(count.strata[home] + rng.random(len(home)), kind="stable")
        times = np.empty(len(home))
        times[home] = count.times[home][mixed]
        names = case.results.stations
        when = dict(case.arrivals.when) | {names[r]: float(t) for r, t in zip(count.rows, times, strict=True)}
        return replace(case, arrivals=replace(case.arrivals, when=when))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The contrast, the jump, the decomposition, placebos."""
        results = case.results
        assert results is not None
        if self.option is not None and self.option not in results.options:
            raise Unasked("no_option", option=self.option)
        chosen = results.leader if self.option is None else results.options.index(self.option)
        count = self._count(case)
        assert case.arrivals is not None
        cuts = self._cuts(count, case.arrivals)
        n = len(count.rows)
        centred = self._centred(case, count, chosen)
        seen, sd = stratified_order.scan(centred, count.strata, cuts)
        usable = sd > 1e-12
        if not usable.any():
            raise Unasked("nothing_to_compare", stations=n)
        cuts, seen, sd = cuts[usable], seen[usable], sd[usable]
        best = int(np.argmax(np.abs(seen) / sd))
        cut, z = int(cuts[best]), float(seen[best] / sd[best])
        position = _positions(count.times)
        at, width = cut / n, self.bandwidth or n ** (-1 / 5)
        line = stratified_order.line_weights(position, at, width)
        weights = np.zeros(n) if line is None else line
        contrasts, lines = stratified_order.drawn(centred, count.strata, cuts, weights, self.draws, rng)
        above = int((np.abs(contrasts / sd).max(axis=1) >= abs(z) - 1e-9).sum())
        log10_p = math.log10((1 + above) / (1 + self.draws))
        jump = float((weights * centred).sum())
        jump_p = (1 + int((np.abs(lines) >= abs(jump) - 1e-12).sum())) / (1 + self.draws)
        late = np.arange(n) >= cut
        votes = results.votes[count.rows, chosen].astype(np.float64)
        parts = stratified_order.decomposition(votes, count.valid, late, count.strata)
        _, spread, told = stratified_order.contrast(late.astype(np.float64), centred, count.strata)
        shift, error = float(seen[best]) / told, spread / told
        placebo = self._placebo_jumps(centred, count.strata, position, at, width)
        jump_sd = stratified_order.contrast(weights, centred, count.strata)[1]
        beyond = sum(abs(p) >= abs(jump) / max(jump_sd, 1e-300) for p in placebo) if line is not None else 0
        clear = log10_p <= -2
        given = bool(case.arrivals.interruptions)
        outcome = "none" if not clear else "jump" if line is not None and jump_p <= 0.01 else "drift"
        return Answer(
            status="description",
            outcome=outcome,
            facts={
                "option": results.options[chosen], "stations": n, "without": len(results) - n, "level": count.level,
                "late": n - cut, "counted": at, "cuts": len(cuts), "given": given, "earlier": count.earlier,
                "raw": 100 * parts["raw"], "composition": 100 * parts["composition"], "rest": 100 * parts["rest"],
                "alone": parts["alone"], "votes": parts["votes"], "shift": 100 * shift, "log10_p": log10_p,
                "jump": 100 * jump, "jump_p": math.log10(jump_p), "bandwidth": width,
                "placebos": len(placebo), "beyond": beyond,
            },
            evidence=Evidence(abs(z), log10_p, expected=None, draws=self.draws),
            estimates=(
                Estimate(
                    "late less early inside area and size", shift, "share", "estimate",
                    shift - 1.96 * error, shift + 1.96 * error, 0.95,
                ),
                Estimate("late votes above the early shares of their area and size", parts["votes"], "votes"),
            ),
            caveats=(
                "exchange",
                *(() if given else ("searched",)),
                *(("alone",) if parts["alone"] > 0.1 else ()),
                "no_panel",
            ),
            tables={
                "jumps": self._jumps(centred, count.strata, position, at, width),
                "placebo": self._placebos(case, count, results, chosen, cuts),
            },
            series=_curve(votes, count, at, results, chosen),
            power={"points": 100 * (3.29 + 0.84) * error},
        )  # fmt: skip

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The cumulative share along the count, and the one that area and size alone would give."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records: list[dict[str, Any]] = [
            {"counted": x, "share": y, "line": words[kind]}
            for kind in ("seen", "composition")
            for x, y in zip(series["counted"], series[kind], strict=True)
        ]
        records.append({"cut": series["cut"]})
        x = {"field": "counted", "type": "quantitative", "title": words["x"]}
        y = {"field": "share", "type": "quantitative", "title": words["y"], "scale": {"zero": False}}
        layers: list[dict[str, Any]] = [
            {
                "transform": [{"filter": f"datum.line == '{words[kind]}'"}],
                "mark": {"type": "line", "color": colour},
                "encoding": {"x": x, "y": y},
            }
            for kind, colour in (("composition", "expected"), ("seen", "observed"))
        ]
        layers.append(
            {
                "transform": [{"filter": "isValid(datum.cut)"}],
                "mark": {"type": "rule", "color": "departure"},
                "encoding": {"x": {"field": "cut", "type": "quantitative", "title": words["x"]}},
            }
        )
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing({"layer": layers}, records, words["title"], alt, words["caption"])

    def example(self, rng: np.random.Generator) -> Case:
        """Villages report after towns and vote otherwise; inside an area and a size the order is chance."""
        stations = 320
        registered = rng.integers(200, 2000, stations)
        town = registered > 900
        share = np.clip(np.where(town, 0.4, 0.55) + rng.normal(0, 0.05, stations), 0.05, 0.95)
        valid = rng.binomial(registered, 0.6)
        first = rng.binomial(valid, share)
        second = rng.binomial(valid - first, 0.6)
        votes = np.stack([first, second, valid - first - second], axis=1)
        names = [f"Station {i + 1:03d}" for i in range(stations)]
        places = {"region": Labels.of([f"Region {i // 40}" for i in range(stations)]), "station": Labels.of(names)}
        counts = {"registered": registered, "valid": valid}
        third = np.digitize(registered, np.quantile(registered, [1 / 3, 2 / 3]))
        times = rng.random(stations) * 100 - 20.0 * third
        results = Results(("A", "B", "C"), votes, counts, places=places, contest=Contest(title="Simulated"))
        when = dict(zip(names, times.tolist(), strict=True))
        return Case.of(results, arrivals=Arrivals(when, (float(np.quantile(times, 0.8)),), "minutes"))

    def _count(self, case: Case) -> Count:
        results, arrivals = case.results, case.arrivals
        assert results is not None
        if arrivals is None or not arrivals.when:
            raise Unasked("no_arrivals")
        names = results.stations
        times = np.array([arrivals.when.get(name, math.nan) for name in names])
        place = areas.chosen(results)
        valid = results.whole("valid")
        assert valid is not None
        use = np.isfinite(times) & results.known("votes", "valid") & (valid > 0) & (place.codes >= 0)
        use &= (results.votes.min(axis=1) >= 0) & (results.votes.max(axis=1) <= valid)
        rows = np.flatnonzero(use)
        if rows.size < self.needs.stations:
            raise Unasked("few_arrivals", count=int(rows.size), needed=self.needs.stations, given=len(arrivals.when))
        rows = _in_order(rows, times, names)
        sizes = results.counts.get("registered", valid)
        third = np.digitize(sizes[rows], np.quantile(sizes[rows], [1 / 3, 2 / 3]))
        strata = np.unique(place.codes[rows] * 3 + third, return_inverse=True)[1].astype(np.int64)
        earlier = next(reversed(list(case.earlier)), "")
        return Count(rows, times[rows], np.ravel(strata), valid[rows].astype(np.float64), place.level, earlier)

    def _cuts(self, count: Count, arrivals: Arrivals) -> Whole:
        n = len(count.rows)
        if arrivals.interruptions:
            cuts = np.searchsorted(count.times, arrivals.interruptions, side="right")
        else:
            wanted = count.times[(np.arange(1, 100) * n) // 100]
            cuts = np.searchsorted(count.times, wanted, side="left")
        cuts = np.unique(cuts[(cuts >= _SIDE) & (cuts <= n - _SIDE)])
        if not cuts.size:
            raise Unasked("one_side", stations=n, needed=_SIDE)
        return cuts.astype(np.int64)

    def _centred(self, case: Case, count: Count, chosen: int) -> Floats:
        """The option's shares inside strata, less what the earlier contest explains where it knows the station."""
        results = case.results
        assert results is not None
        share = stratified_order.deviations(results.votes[count.rows, chosen] / count.valid, count.strata)
        before = case.earlier.get(count.earlier)
        if before is None or results.options[chosen] not in before.options:
            return share
        valid = before.whole("valid")
        assert valid is not None
        then = before.votes[:, before.options.index(results.options[chosen])] / np.maximum(valid, 1)
        known = dict(zip(before.stations, np.where(valid > 0, then, math.nan).tolist(), strict=True))
        z = np.array([known.get(results.stations[i], math.nan) for i in count.rows])
        here = np.isfinite(z)
        size = int(count.strata.max()) + 1
        met = np.bincount(count.strata[here], minlength=size)
        means = np.bincount(count.strata[here], z[here], minlength=size) / np.maximum(met, 1)
        moved = np.where(here, z, means[count.strata]) - means[count.strata]
        weight = float((moved * moved).sum())
        cast = dict(zip(before.stations, valid.tolist(), strict=True))
        m = np.array([cast[results.stations[i]] for i in count.rows[here]])
        chance = float(((1 - 1 / met[count.strata[here]]) * z[here] * (1 - z[here]) / m).sum())
        weight -= chance if chance < weight / 2 else 0.0
        if weight <= 0:
            return share
        slope = float((moved * share).sum()) / weight
        return np.asarray(stratified_order.deviations(share - slope * moved, count.strata))

    def _placebo_jumps(self, centred: Floats, strata: Whole, position: Floats, at: float, width: float) -> list[float]:
        found, sizes = [], np.bincount(strata)
        squares = np.bincount(strata, centred * centred).astype(np.float64)
        for cut in np.linspace(0.03, 0.97, self.placebo_cuts):
            if abs(cut - at) <= 0.02:
                continue
            first, last = np.searchsorted(position, (cut - width, cut + width), side="right")
            line = stratified_order.line_weights(position[first:last], float(cut), width)
            if line is not None:
                value, sd, _ = stratified_order.window_contrast(line, int(first), centred, strata, sizes, squares)
                found.append(value / sd if sd > 0 else 0.0)
        return found

    def _jumps(self, centred: Floats, strata: Whole, position: Floats, at: float, width: float) -> list[dict[str, Any]]:
        rows = []
        for bandwidth, donut in ((width / 2, 0.0), (width, 0.0), (2 * width, 0.0), (width, width / 10)):
            line = stratified_order.line_weights(position, at, bandwidth, donut)
            if line is not None:
                value, sd, _ = stratified_order.contrast(line, centred, strata)
                row = {"bandwidth": round(bandwidth, 4), "donut": round(donut, 4), "jump": round(100 * value, 3)}
                rows.append({**row, "sd": round(100 * sd, 3)})
        return rows

    def _placebos(self, case: Case, count: Count, results: Results, chosen: int, cuts: Whole) -> list[dict[str, Any]]:
        order = sorted(range(len(results.options)), key=lambda j: (-results.totals[results.options[j]], j))
        rows = []
        for j in [j for j in order if j != chosen][:_PLACEBOS]:
            seen, sd = stratified_order.scan(self._centred(case, count, j), count.strata, cuts)
            if (sd > 1e-12).any():
                z = seen[sd > 1e-12] / sd[sd > 1e-12]
                rows.append({"option": results.options[j], "z": round(float(z[np.argmax(np.abs(z))]), 3)})
        return rows


def _in_order(rows: Whole, times: Floats, names: tuple[str, ...]) -> Whole:
    """The rows by their times, those of one time by their names."""
    rows = rows[np.argsort(times[rows], kind="stable")]
    ends = np.flatnonzero(np.diff(times[rows])) + 1
    for tied in np.split(rows, ends) if len(ends) < len(rows) - 1 else ():
        if len(tied) > 1:
            tied[:] = sorted(tied.tolist(), key=names.__getitem__)
    return rows


def _positions(times: Floats) -> Floats:
    """The part of the stations counted before the middle of those of the same time."""
    low, high = np.searchsorted(times, times, side="left"), np.searchsorted(times, times, side="right")
    return np.asarray((low + high) / 2 / len(times))


def _curve(votes: Floats, count: Count, at: float, results: Results, chosen: int) -> dict[str, Any]:
    sums, whole = np.bincount(count.strata, votes), np.bincount(count.strata, count.valid)
    expected = (sums / whole)[count.strata] * count.valid
    points = np.unique(np.linspace(1, len(votes), _CURVE).astype(int)) - 1
    valid = np.cumsum(count.valid)[points]
    return {
        "counted": np.round(100 * (points + 1) / len(votes), 3).tolist(),
        "seen": np.round(100 * np.cumsum(votes)[points] / valid, 4).tolist(),
        "composition": np.round(100 * np.cumsum(expected)[points] / valid, 4).tolist(),
        "cut": round(100 * at, 3),
    }
