r"""How many stations would the two-kinds model of added and moved ballots call touched?

Klimek, Yegorov, Hanel and Thurner (2012): every station has the turnout and the share of one clean crowd,
except a part :math:`f_i` at which some ballots were added and some moved (*incremental*) and a part
:math:`f_e` at which nearly all were (*extreme*). The equations, the plug-in values
:math:`\tau, \nu, s_\tau, s_\nu, \theta` and the fit stand in `recanvass.kernels.fingerprint`; the plug-in values are
the published ones, the fit is not: in place of a search over simulated histograms of the share it is
the greatest likelihood of the table of turnout by share, over :math:`f_i, f_e`, the part :math:`f_o` that no
kind of the model can hold, and :math:`\alpha` on a grid, with intervals from areas drawn with replacement.

One clean crowd is the assumption that fails first: an honest country of two crowds (town and country, two
languages) has stations above its crest, and the model calls them incremental. It does so in most honest
contests. The share of stations called touched, :math:`f_i + f_e`, is therefore only ranked among clean contests
(`recanvass.panel`). Class C.

Rules: the leader unless an option is named; stations of at least ``least`` registered voters whose
ballots exceed neither the register nor fall short of the option's votes; the share is taken of all
ballots, as published (of the valid ones where nothing else is given); turnout is of what the contest
prescribes. A crest is sought past .3, as published, or past three quarters of the overall figure if that is less.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from recanvass import areas, panel, placebos, wording
from recanvass.case import Case
from recanvass.errors import UsageError
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels.fingerprint import CELLS, PlugIns, cells, laws, plug_ins, truncated_normal, weights
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Results

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Fewer areas than this are too few to be drawn with replacement.
_LEAST_AREAS = 10


@dataclass(frozen=True)
class Fingerprint(Method):
    """The model of Klimek and others, fitted by likelihood and ranked among clean contests.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    least : int
        Stations with fewer registered voters are left out.
    start : float
        Where the search for the crests of turnout and share begins.
    steepest, step : float
        The grid of the exponent: .5 to ``steepest`` in steps of ``step``.
    draws : int
        Bootstrap samples of areas.
    placebos : int
        How many other options are put through the same fit.
    """

    option: str | None = None
    least: int = 100
    start: float = 0.3
    steepest: float = 5.0
    step: float = 0.25
    draws: int = 60
    placebos: int = 2

    evidence_class = "C"
    needs = Needs(columns=("registered", "votes", "valid"), stations=100, options=2)
    cites = ("klimek2012statistical",)
    references = (
        Reference("klimek2012statistical", "russia_2007", "theta", 0.425573, 1e-6, "printed"),
        Reference("klimek2012statistical", "russia_2011", "s_nu", 0.069723, 1e-6, "printed"),
        Reference("klimek2012statistical", "russia_2012", "s_nu", 0.091970, 1e-6, "printed"),
    )
    cost = "linear in stations; then 2,500 cells by 19 exponents, whatever their number"

    def __post_init__(self) -> None:
        if not 0 <= (self.steepest - 0.5) / self.step <= 500:
            raise UsageError(
                f"fingerprint: exponents from 0.5 to {self.steepest} in steps of {self.step} must be 1 to 500."
            )

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The model with no station touched: one crowd, at the contest's own plug-in values."""
        assert case.results is not None
        results = case.results
        chosen = singled_out(results, self.option)
        read = usable(results, chosen, self.least)
        found = None if read is None else self._plug_ins(read)
        registered = results.counts["registered"]
        if found is None:
            return case
        size = len(results)
        ballots = rng.binomial(registered, truncated_normal(rng.random(size), found.tau, found.s_tau))
        leader = rng.binomial(ballots, truncated_normal(rng.random(size), found.nu, found.s_nu))
        others = np.delete(results.votes, chosen, axis=1)
        rates = others.sum(axis=0) + 1.0
        votes = np.insert(rng.multinomial(ballots - leader, rates / rates.sum()), chosen, leader, axis=1)
        drawn: dict[str, Counts] = {"ballots": ballots, "valid": ballots, "invalid": np.zeros_like(ballots)}
        given = {name: drawn[name] for name in drawn if name in results.counts or name == "ballots"}
        return replace(case, results=results.with_counts(votes=votes, **given))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The plug-in values, the fit, its intervals, its dependence on the exponent, placebos, the rank."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        read = usable(results, chosen, self.least)
        if read is None:
            raise Unasked("nothing_left")
        found = self._plug_ins(read)
        if found is None:
            raise Unasked("no_crest", option=results.options[chosen])
        turnout, share, codes, _ = read
        where = cells(turnout, share)
        counts = np.bincount(where, minlength=CELLS**2).astype(np.float64)
        filled = np.flatnonzero(counts)
        alphas = self._alphas()
        law = np.ascontiguousarray(laws(found, alphas)[:, :, filled])
        fitted, likelihood = weights(counts[None, filled], law, 500)
        best = int(np.argmax(likelihood[:, 0]))
        _, incremental, extreme, outside = (round(float(w), 6) for w in fitted[best, 0])
        touched = incremental + extreme
        drawn = self._bootstrap(codes, np.searchsorted(filled, where), filled.size, law, fitted[:, 0], rng)
        rank = panel.rank(self.name, "touched", touched, case.contest.country)
        facts: dict[str, Any] = {
            "option": results.options[chosen],
            "stations": int(turnout.size),
            "incremental": incremental,
            "extreme": extreme,
            "touched": touched,
            "outside": outside,
            "alpha": float(alphas[best]),
            "tau": found.tau,
            "nu": found.nu,
            "s_tau": found.s_tau,
            "s_nu": found.s_nu,
            "theta": found.theta,
            "panel": {"touched": touched, "incremental": incremental, "extreme": extreme},
            **rank.facts(),
        }
        by_alpha = [
            {
                "alpha": float(alpha),
                "incremental": round(float(w[1]), 4),
                "extreme": round(float(w[2]), 4),
                "likelihood": round(float(level - likelihood[best, 0]), 1),
            }
            for alpha, w, level in zip(alphas, fitted[:, 0], likelihood[:, 0], strict=True)
        ]
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts=facts,
            evidence=Evidence(touched, rank.log10_p, null="rank"),
            estimates=_estimates(drawn, facts),
            caveats=("one_crowd", "outside", "weak") if outside > 0.02 else ("one_crowd", "weak"),
            tables={
                "exponents": by_alpha,
                "placebo": placebos.rows(results, chosen, partial(self._placebo, results), self.placebos),
            },
            series=_coarse(counts),
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The fingerprint: stations by turnout and share, with the clean crest."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        facts = finding.answer.facts
        records: list[dict[str, Any]] = [
            {"turnout": t, "share": s, "stations": n}
            for t, s, n in zip(series["turnout"], series["share"], series["stations"], strict=True)
        ]
        records.append({"turnout": facts["tau"], "share": facts["nu"], "stations": 0})
        x = {"field": "turnout", "type": "quantitative", "title": words["x"], "axis": {"format": ".0%"}}
        y = {"field": "share", "type": "quantitative", "title": words["y"], "axis": {"format": ".0%"}}
        size = {"field": "stations", "type": "quantitative", "title": words["size"]}
        spec = {
            "layer": [
                {
                    "mark": {"type": "circle", "color": "observed", "opacity": 0.7},
                    "transform": [{"filter": "datum.stations > 0"}],
                    "encoding": {"x": x, "y": y, "size": size},
                },
                {
                    "mark": {"type": "point", "shape": "cross", "color": "departure", "filled": True},
                    "transform": [{"filter": "datum.stations == 0"}],
                    "encoding": {"x": x, "y": y},
                },
            ]
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))

    def _alphas(self) -> Floats:
        return np.arange(0.5, self.steepest + self.step / 2, self.step)

    def _plug_ins(self, read: tuple[Floats, Floats, Counts, tuple[float, float]]) -> PlugIns | None:
        turnout, share, _, overall = read
        starts = [min(self.start, 0.75 * figure) for figure in overall]
        return plug_ins(turnout, share, *starts)

    def _bootstrap(
        self, codes: Counts, where: Counts, filled: int, law: Floats, fitted: Floats, rng: np.random.Generator
    ) -> Floats:
        """``(draws, 4)``: incremental, extreme, touched and the exponent in samples of areas."""
        names, area = np.unique(codes, return_inverse=True)
        if names.size < _LEAST_AREAS or self.draws < 1:
            return np.empty((0, 4))
        table = csr_array((np.ones(where.size), (area, where)), shape=(names.size, filled))
        times = rng.multinomial(names.size, np.full(names.size, 1 / names.size), self.draws).astype(np.float64)
        sampled = np.asarray((table.T @ times.T).T)
        # Every second exponent, from the weights of the whole: a sample's best is near by.
        some = slice(None, None, 2)
        found, likelihood = weights(sampled, law[some], 40, fitted[some, None, :])
        best = np.argmax(likelihood, axis=0)
        chosen = found[best, np.arange(self.draws)]
        alphas = self._alphas()[some][best]
        return np.stack([chosen[:, 1], chosen[:, 2], chosen[:, 1] + chosen[:, 2], alphas], axis=1)

    def _placebo(self, results: Results, option: int) -> dict[str, Any] | None:
        read = usable(results, option, self.least)
        found = None if read is None else self._plug_ins(read)
        if read is None or found is None:
            return None
        counts = np.bincount(cells(read[0], read[1]), minlength=CELLS**2).astype(np.float64)
        filled = np.flatnonzero(counts)
        alphas = self._alphas()[::2]
        fitted, likelihood = weights(counts[None, filled], laws(found, alphas, 1 << 13)[:, :, filled], 200)
        best = fitted[int(np.argmax(likelihood[:, 0])), 0]
        names = ("incremental", "extreme", "outside")
        return {name: round(float(value), 4) for name, value in zip(names, best[1:], strict=True)}


def usable(results: Results, option: int, least: int) -> tuple[Floats, Floats, Counts, tuple[float, float]] | None:
    """Turnout, share and area of each station used, and the overall turnout and share; None if too few."""
    name = "ballots" if results.has("ballots") else "valid"
    given = "issued" if results.contest.turnout_of == "issued" and results.has("issued") else name
    registered, ballots, came = (results.whole(c) for c in ("registered", name, given))
    if registered is None or ballots is None or came is None:
        return None
    votes = results.votes[:, option]
    use = results.known(name, given, "registered") & results.stood(option) & (registered >= max(least, 1))
    use &= (ballots > 0) & (came > 0) & (came <= registered) & (votes <= ballots) & (votes >= 0)
    if int(use.sum()) < 100:
        return None
    whole, cast, went, own = (values[use].astype(np.float64) for values in (registered, ballots, came, votes))
    overall = float(went.sum() / whole.sum()), float(own.sum() / cast.sum())
    return went / whole, own / cast, areas.chosen(results).codes[use], overall


def _estimates(drawn: Floats, facts: dict[str, Any]) -> tuple[Estimate, ...]:
    names = (("incremental", "part of stations"), ("extreme", "part of stations"), ("touched", "part of stations"))
    made = []
    for column, (name, unit) in enumerate((*names, ("alpha", "exponent"))):
        if drawn.shape[0]:
            low, high = (float(q) for q in np.quantile(drawn[:, column], [0.025, 0.975]))
            made.append(Estimate(name, facts[name], unit, "estimate", low, high, 0.95))
        else:
            made.append(Estimate(name, facts[name], unit))
    return tuple(made)


def _coarse(counts: Floats) -> dict[str, Any]:
    half = CELLS // 2
    table = counts.reshape(half, 2, half, 2).sum(axis=(1, 3))
    rows, columns = np.nonzero(table)
    return {
        "turnout": ((rows + 0.5) / half).round(4).tolist(),
        "share": ((columns + 0.5) / half).round(4).tolist(),
        "stations": table[rows, columns].astype(np.int64).tolist(),
    }
