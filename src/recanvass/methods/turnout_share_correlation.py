r"""Do stations with a high turnout favour one option?

.. math:: r = \mathrm{corr}\left(\frac{B_i}{V_i}, \frac{X_i}{n_i}\right), \qquad
          X_i/V_i = a + b\, B_i/V_i + \varepsilon_i

over stations with at least ``least`` registered voters, unweighted. The slope :math:`b` is that of
Sobyanin and Sukhovolsky (1993) and of Myagkov, Ordeshook and Shakin (2009): above 1 each further
voter would bring more than one vote to the option. Correlation inside areas, after the area's means
are taken out, stands beside it. Honest contests show either sign and any size: town and country, age,
ethnicity, safe seats. There is no null inside a contest, so the only probability given is the rank of
:math:`|r|` among clean real contests of other countries (`recanvass.panel`). Class D: context.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import areas, panel, placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Results


@dataclass(frozen=True)
class TurnoutShareCorrelation(Method):
    """The association of turnout with an option's share, ranked among clean contests.

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
    needs = Needs(columns=("registered", "ballots", "valid", "votes"), stations=30)
    cites = ("sobyanin1993elections", "myagkov2009forensics", "eggers2021claims")
    references = (
        Reference("methods/14", "russia_2018", "correlation", 0.569, 0.02, "compendium"),
        Reference("methods/14", "usa_dc_2010", "correlation", -0.205, 0.005, "compendium"),
    )

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The shares handed round among the stations: no association at all."""
        assert case.results is not None
        results = case.results
        whole = results.whole("valid")
        assert whole is not None
        rate = results.votes / np.maximum(whole, 1)[:, None]
        votes = rng.binomial(whole[:, None], np.clip(rate[rng.permutation(len(results))], 0, 1))
        return replace(case, results=results.with_counts(votes=votes))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Correlation, correlation inside areas, slope, and the rank of the first."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        use = _usable(results, chosen, self.least)
        turnout, share = _turnout_and_share(results, chosen, use)
        if turnout.size < 30 or turnout.std() < 1e-9 or share.std() < 1e-9:
            raise Unasked("nothing_left")
        r = float(np.corrcoef(turnout, share)[0, 1])
        registered = results.counts["registered"][use]
        slope = float(np.polyfit(turnout, results.votes[use, chosen] / registered, 1)[0])
        codes = areas.chosen(results).codes[use]
        inside = _inside(turnout, share, codes)
        rank = panel.rank(self.name, "absolute", abs(r), case.contest.country)
        heat = np.histogram2d(turnout, share, bins=[np.linspace(0, 1, 51)] * 2)[0].astype(int)
        x, y = np.nonzero(heat)
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts={
                "option": results.options[chosen],
                "stations": int(turnout.size),
                "correlation": r,
                "inside": inside,
                "slope": slope,
                "panel": {"absolute": abs(r), "slope": slope},
                **rank.facts(),
            },
            evidence=Evidence(abs(r), rank.log10_p, null="rank"),
            tables={"placebo": placebos.rows(results, chosen, partial(self._placebo, results))},
            series={"turnout": (x / 50).tolist(), "share": (y / 50).tolist(), "stations": heat[x, y].tolist()},
        )

    def _placebo(self, results: Results, option: int) -> dict[str, Any] | None:
        use = _usable(results, option, self.least)
        turnout, share = _turnout_and_share(results, option, use)
        if turnout.size < 30 or turnout.std() < 1e-9 or share.std() < 1e-9:
            return None
        inside = _inside(turnout, share, areas.chosen(results).codes[use])
        return {"correlation": round(float(np.corrcoef(turnout, share)[0, 1]), 3), "inside": round(inside, 3)}

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Stations by turnout and share, as cells two points wide."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [
            {"turnout": t, "turnout2": t + 0.02, "share": s, "share2": s + 0.02, "stations": n}
            for t, s, n in zip(series["turnout"], series["share"], series["stations"], strict=True)
        ]
        axis = {"format": ".0%"}
        scale = {"domain": [0, 1]}
        spec = {
            "mark": {"type": "rect", "color": "observed"},
            "encoding": {
                "x": {"field": "turnout", "type": "quantitative", "title": words["x"], "axis": axis, "scale": scale},
                "x2": {"field": "turnout2"},
                "y": {"field": "share", "type": "quantitative", "title": words["y"], "axis": axis, "scale": scale},
                "y2": {"field": "share2"},
                "opacity": {
                    "field": "stations",
                    "type": "quantitative",
                    "title": words["size"],
                    "scale": {"type": "sqrt", "range": [0.12, 1]},
                    "legend": None,
                },
            },
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))


def _usable(results: Results, option: int, least: int) -> NDArray[np.bool_]:
    registered, ballots, valid = (results.whole(c) for c in ("registered", "ballots", "valid"))
    assert registered is not None
    assert ballots is not None
    assert valid is not None
    known = results.known("registered", "ballots", "valid") & results.stood(option)
    return np.asarray(known & (registered >= least) & (valid > 0) & (ballots <= registered))


def _turnout_and_share(
    results: Results, option: int, use: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ballots, valid = results.whole("ballots"), results.whole("valid")
    assert ballots is not None
    assert valid is not None
    return ballots[use] / results.counts["registered"][use], results.votes[use, option] / valid[use]


def _inside(x: NDArray[np.float64], y: NDArray[np.float64], codes: NDArray[np.int64]) -> float:
    placed = codes >= 0
    x, y, codes = x[placed], y[placed], codes[placed]
    size = np.maximum(np.bincount(codes), 1)
    x = x - (np.bincount(codes, x) / size)[codes]
    y = y - (np.bincount(codes, y) / size)[codes]
    spread = float(np.sqrt((x @ x) * (y @ y)))
    return float(x @ y) / spread if spread > 1e-12 else 0.0
