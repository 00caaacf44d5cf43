r"""How skewed and how heavy-tailed are the shares?

The logarithmic vote rate of a station (Klimek, Yegorov, Hanel and Thurner 2012) is

.. math:: \nu_i = \log\frac{n_i - X_i}{X_i}

with :math:`n_i` the ballots and :math:`X_i` the leader's votes. Given are the moment estimators of its
skewness :math:`m_3/m_2^{3/2}` and (not excess) kurtosis :math:`m_4/m_2^2` over the stations with at least
``least`` registered voters (or ballots, where there is no register) and :math:`0 < X_i < n_i`. The
literature takes 0 and 3 for clean; real clean elections reach .9 and 4.3, so the rank among clean
contests of other countries is what is given. Class D: context.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import panel, placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Results


@dataclass(frozen=True)
class SkewnessKurtosis(Method):
    """Skewness and kurtosis of the logarithmic vote rate, ranked among clean contests.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    least : int
        Stations with fewer registered voters are left out.
    """

    option: str | None = None
    least: int = 100

    evidence_class = "D"
    needs = Needs(columns=("valid", "votes"), stations=30)
    cites = ("klimek2012statistical",)
    references = (
        Reference("scipy, help of skew", "2, 8, 0, 4, 1, 9, 9, 0", "skewness", 0.2650554122698573, 1e-14, "printed"),
        Reference("methods/03", "usa_dc_2010", "kurtosis", 1.527, 0.001, "compendium"),
        Reference("methods/03", "russia_2012", "skewness", -2.456, 0.02, "compendium"),
    )

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Shares on the logit scale redrawn as normal with the contest's own mean and spread."""
        assert case.results is not None
        results = case.results
        rates, use = _rates(results, results.leader, self.least)
        if not use.any():
            return case
        whole = _whole(results)
        fresh = rng.normal(rates.mean(), rates.std(), len(results))
        leader = rng.binomial(whole, 1 / (1 + np.exp(fresh)))
        votes = results.votes.copy()
        others = np.maximum(whole - results.votes[:, results.leader], 1)
        votes = (votes * ((whole - leader) / others)[:, None]).astype(np.int64)
        votes[:, results.leader] = leader
        return replace(case, results=results.with_counts(votes=votes))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The moments, and the rank of the kurtosis."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        rates, _ = _rates(results, chosen, self.least)
        if rates.size < 30 or rates.std() < 1e-9:
            raise Unasked("nothing_left")
        skewness, kurtosis = moments(rates)
        rank = panel.rank(self.name, "kurtosis", kurtosis, case.contest.country)
        edges = np.linspace(np.floor(rates.min()), np.ceil(rates.max()), 61)
        heights = np.histogram(rates, edges)[0]
        middle = (edges[1:] + edges[:-1]) / 2
        normal = np.exp(-(((middle - rates.mean()) / rates.std()) ** 2) / 2)
        normal *= rates.size * (edges[1] - edges[0]) / (rates.std() * np.sqrt(2 * np.pi))
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts={
                "option": results.options[chosen],
                "stations": int(rates.size),
                "skewness": skewness,
                "kurtosis": kurtosis,
                "panel": {"kurtosis": kurtosis, "absolute_skewness": abs(skewness)},
                **rank.facts(),
            },
            evidence=Evidence(kurtosis, rank.log10_p, expected=3.0, null="rank"),
            tables={"placebo": placebos.rows(results, chosen, partial(self._placebo, results))},
            series={
                "rate": middle.round(4).tolist(),
                "stations": heights.tolist(),
                "normal": normal.round(3).tolist(),
            },
        )

    def _placebo(self, results: Results, option: int) -> dict[str, Any] | None:
        rates, _ = _rates(results, option, self.least)
        if rates.size < 30 or rates.std() < 1e-9:
            return None
        skewness, kurtosis = moments(rates)
        return {"stations": int(rates.size), "skewness": round(skewness, 3), "kurtosis": round(kurtosis, 3)}

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The histogram over the normal curve of the same mean and spread."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [
            {"rate": r, "stations": n, "normal": e}
            for r, n, e in zip(series["rate"], series["stations"], series["normal"], strict=True)
        ]
        x = {"field": "rate", "type": "quantitative", "title": words["x"]}
        y = {"type": "quantitative", "title": words["y"]}
        spec = {
            "layer": [
                {"mark": {"type": "area", "color": "expected"}, "encoding": {"x": x, "y": {"field": "normal", **y}}},
                {
                    "mark": {"type": "bar", "color": "observed", "width": 3},
                    "encoding": {"x": x, "y": {"field": "stations", **y}},
                },
            ]
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))


def moments(values: NDArray[np.float64]) -> tuple[float, float]:
    """Skewness and kurtosis by moments; the normal law has 0 and 3."""
    gap = values - values.mean()
    second = float((gap**2).mean())
    return float((gap**3).mean()) / second**1.5, float((gap**4).mean()) / second**2


def _whole(results: Results) -> NDArray[np.int64]:
    ballots = results.whole("ballots")
    whole = results.whole("valid") if ballots is None else ballots
    assert whole is not None
    return whole


def _rates(results: Results, option: int, least: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    name = "ballots" if results.has("ballots") else "valid"
    whole, votes = _whole(results), results.votes[:, option]
    size = results.counts.get("registered", whole)
    use = results.known(name, *(["registered"] if "registered" in results.counts else []))
    use = use & results.stood(option) & (size >= least) & (votes > 0) & (votes < whole)
    return np.log((whole[use] - votes[use]) / votes[use]), np.asarray(use)
