r"""Has the turnout more than one peak?

The dip of Hartigan and Hartigan (1985),

.. math:: D = \min_{F\ \mathrm{unimodal}} \sup_x |F_n(x) - F(x)|,

over the turnouts of the stations (and, beside it, over an option's shares). The uniform law is the
least favourable unimodal one for large samples; its p-value is simulated with samples of
:math:`\min(n, 2000)` stations, the statistic scaled by :math:`\sqrt n`. What it tests is unimodality,
and honest contests are not unimodal: the largest dip of the shares in the development data is that
of Canada 2011. So the rank among clean contests of other countries is given as the evidence and the
simulated p-value stands in the text. Class D: context.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import panel, placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Evidence, Finding
from recanvass.kernels.dip import dip
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Results

#: The size of the simulated samples, and how many are drawn.
SAMPLE, DRAWS = 2000, 199


@dataclass(frozen=True)
class Modality(Method):
    """The dip of the turnout, ranked among clean contests.

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
    cites = ("hartigan1985dip", "myagkov2009forensics")
    references = (
        Reference("R diptest, reference output", "precip, 70 cities", "dip", 0.0357, 5e-5, "printed"),
        Reference("R diptest, reference output", "0, 2, 3, 5, 6", "dip", 0.133, 5e-4, "printed"),
        Reference("methods/07", "usa_dc_2010", "dip of the turnout", 0.02119, 0.0002, "compendium"),
        Reference("methods/07", "usa_dc_2010", "dip of the share", 0.04480, 0.0003, "compendium"),
    )
    cost = "sorting the stations, then linear"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Turnouts from one uniform law: the least favourable unimodal one."""
        assert case.results is not None
        results = case.results
        registered = results.counts["registered"]
        ballots = rng.binomial(registered, rng.uniform(0.2, 0.8, len(results)))
        return replace(case, results=results.with_counts(ballots=ballots))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The two dips, the simulated p-value, and the rank of the first."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        turnout, share = _turnout_and_share(results, chosen, self.least)
        if turnout.size < 30 or turnout[0] == turnout[-1]:
            raise Unasked("nothing_left")
        first, second = dip(turnout), dip(share)
        size = min(SAMPLE, turnout.size)
        scale = math.sqrt(size / turnout.size)
        draws = [dip(np.sort(rng.random(size))) * scale for _ in range(DRAWS)]
        simulated = Evidence.from_draws(first, draws)
        rank = panel.rank(self.name, "turnout", first * math.sqrt(turnout.size), case.contest.country)
        heights, edges = np.histogram(turnout, np.linspace(0, 1, 101))
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts={
                "option": results.options[chosen],
                "stations": int(turnout.size),
                "turnout": first,
                "share": second,
                "log10_p": simulated.log10_p,
                "draws": DRAWS,
                "panel": {
                    "turnout": first * math.sqrt(turnout.size),
                    "share": second * math.sqrt(share.size),
                },
                **rank.facts(),
            },
            evidence=Evidence(first, rank.log10_p, null="rank"),
            tables={"placebo": placebos.rows(results, chosen, partial(self._placebo, results))},
            series={"turnout": edges[:-1].round(2).tolist(), "stations": heights.tolist()},
        )

    def _placebo(self, results: Results, option: int) -> dict[str, Any] | None:
        share = _turnout_and_share(results, option, self.least)[1]
        return {"dip": round(dip(share), 4)} if share.size >= 30 else None

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The turnouts as a histogram, one point a bar."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [
            {"turnout": t, "turnout2": t + 0.01, "stations": n}
            for t, n in zip(series["turnout"], series["stations"], strict=True)
        ]
        axis, scale = {"format": ".0%"}, {"domain": [0, 1]}
        spec = {
            "mark": {"type": "rect", "color": "observed"},
            "encoding": {
                "x": {"field": "turnout", "type": "quantitative", "title": words["x"], "axis": axis, "scale": scale},
                "x2": {"field": "turnout2"},
                "y": {"field": "stations", "type": "quantitative", "title": words["y"]},
                "y2": {"datum": 0},
            },
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))


def _turnout_and_share(results: Results, option: int, least: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    registered, ballots, valid = (results.whole(c) for c in ("registered", "ballots", "valid"))
    assert registered is not None
    assert ballots is not None
    assert valid is not None
    use = results.known("registered", "ballots", "valid") & results.stood(option)
    use &= (registered >= least) & (valid > 0) & (ballots < registered)
    share = results.votes[use, option] / valid[use]
    return np.sort(ballots[use] / registered[use]), np.sort(share)
