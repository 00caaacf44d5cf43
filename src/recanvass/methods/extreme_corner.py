r"""How many stations report nearly full turnout and nearly full support at once?

The share of stations with at least ``least`` registered voters at which both the turnout and the
leader's share reach ``edge`` (95 per cent by default):

.. math:: C = \frac{\#\{i : B_i \ge e V_i,\ X_i \ge e\, n_i\}}{\#\{i\}} .

In some fifty clean contests it is at most .16 per cent; in Russia and Uganda .7 to 8 per cent
(methods/16, read off real contests). Strongholds, garrisons and hospitals are honest corners, so the
figure is ranked among clean contests of other countries. The comparisons are made in integers.
Class C.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import panel, placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Results

#: The edges whose stations are counted beside the one that is ranked.
_EDGES = (0.8, 0.85, 0.9, 0.95, 0.97, 0.99, 1.0)


@dataclass(frozen=True)
class ExtremeCorner(Method):
    """Stations with nearly full turnout and nearly full support, ranked among clean contests.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    edge : float
        The least turnout and share, as a fraction.
    least : int
        Stations with fewer registered voters are left out: small places vote as one.
    """

    option: str | None = None
    edge: float = 0.95
    least: int = 100

    evidence_class = "C"
    needs = Needs(columns=("registered", "ballots", "valid", "votes"), stations=100, options=2)
    detects = ("extreme_stations", "stuffing_and_switching")
    cites = ("klimek2012statistical",)
    references = (
        Reference("methods/16", "russia_2018", "corner, per cent of stations", 2.35, 0.1, "compendium"),
        Reference("methods/16", "uganda_2021", "corner, per cent of stations", 2.07, 0.1, "compendium"),
    )

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Turnout and votes drawn anew at the contest's own rates: no corner at all."""
        assert case.results is not None
        results = case.results
        registered = results.counts["registered"]
        totals = results.votes.sum(axis=0)
        ballots = rng.binomial(registered, 0.6)
        votes = rng.multinomial(ballots, totals / max(int(totals.sum()), 1))
        return replace(case, results=results.with_counts(votes=votes, ballots=ballots, valid=votes.sum(axis=1)))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The share of stations in the corner, their votes, and the rank."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        use = _usable(results, chosen, self.least)
        if int(use.sum()) < 100:
            raise Unasked("nothing_left")
        lowest = min(*_EDGES, self.edge)
        near = np.flatnonzero(use & _corner(results, chosen, lowest))  # every higher edge lies inside
        corner = near[_corner(results, chosen, self.edge, near)]
        stations, count = int(use.sum()), corner.size
        share = count / stations
        names = results.stations
        rank = panel.rank(self.name, "share", share, case.contest.country)
        votes = int(results.votes[corner, chosen].sum())
        by_edge = [{"edge": edge, "stations": int(_corner(results, chosen, edge, near).sum())} for edge in _EDGES]
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts={
                "option": results.options[chosen],
                "stations": stations,
                "count": count,
                "share": share,
                "edge": self.edge,
                "votes": votes,
                "panel": {"share": share},
                **rank.facts(),
            },
            evidence=Evidence(share, rank.log10_p, null="rank"),
            estimates=(Estimate("votes reported at these stations", votes, "votes", "upper bound"),),
            stations=tuple(sorted(names[i] for i in corner)),
            tables={"edges": by_edge, "placebo": placebos.rows(results, chosen, partial(self._placebo, results))},
            series={"edge": [e["edge"] for e in by_edge], "stations": [e["stations"] / stations for e in by_edge]},
        )

    def _placebo(self, results: Results, option: int) -> dict[str, Any] | None:
        use = _usable(results, option, self.least)
        stations, count = int(use.sum()), int((use & _corner(results, option, self.edge)).sum())
        return {"stations": count, "corner_share": count / stations} if stations >= 100 else None

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The share of stations beyond each edge."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [{"edge": e, "stations": s} for e, s in zip(series["edge"], series["stations"], strict=True)]
        spec = {
            "mark": {"type": "bar", "color": "observed"},
            "encoding": {
                "x": {
                    "field": "edge",
                    "type": "ordinal",
                    "title": words["x"],
                    "axis": {"format": ".0%", "labelAngle": 0},
                },
                "y": {
                    "field": "stations",
                    "type": "quantitative",
                    "title": words["y"],
                    "axis": {"format": "~%"},
                },
            },
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))


def _usable(results: Results, option: int, least: int) -> NDArray[np.bool_]:
    registered, valid = results.whole("registered"), results.whole("valid")
    assert registered is not None
    assert valid is not None
    known = results.known("registered", "ballots", "valid") & results.stood(option)
    return np.asarray(known & (registered >= least) & (valid > 0))


def _corner(results: Results, option: int, edge: float, rows: NDArray[np.intp] | None = None) -> NDArray[np.bool_]:
    """Which of these rows, of all if none are named, reach the edge in turnout and in the option's share."""
    registered, ballots, valid = (results.whole(c) for c in ("registered", "ballots", "valid"))
    assert registered is not None
    assert ballots is not None
    assert valid is not None
    votes = results.votes[:, option]
    if rows is not None:
        registered, ballots, valid, votes = registered[rows], ballots[rows], valid[rows], votes[rows]
    exact = Fraction(edge).limit_denominator(10_000)
    top, bottom = exact.numerator, exact.denominator
    return np.asarray((bottom * ballots >= top * registered) & (bottom * votes >= top * valid))
