r"""How many stations stand apart from their neighbours upwards in turnout and in share at once?

Each station is compared with the pooled figures of up to ``reach`` stations before and after it in official
order, in the same area. For :math:`k_1` of :math:`n_1` here and :math:`k_2` of :math:`n_2` there, with
:math:`p = (k_1+k_2)/(n_1+n_2)`, the signed root of the likelihood ratio is

.. math:: z = \operatorname{sign}\!\Big(\frac{k_1}{n_1} - \frac{k_2}{n_2}\Big)
          \sqrt{2 \sum_{j=1,2} k_j \ln\frac{k_j}{n_j p} + (n_j - k_j) \ln\frac{n_j - k_j}{n_j (1-p)}},

the normal score of the hypergeometric comparison to a good approximation. Neighbours differ by more than a
lottery does, so each score is divided by :math:`\sqrt\varphi`, with
:math:`\varphi = \max(1, \operatorname{med}(z^2)/.4549)`
from the contest's own bulk, turnout and share apart. With :math:`U` stations above ``limit`` in both, and
:math:`D` below ``-limit`` in both, the statistic is

.. math:: E = (U - D)/n .

Honest oddities push either way; ballots added for one option push up only. It is not zero in every honest contest
(turnout and support are correlated from street to street), so :math:`E` is ranked among clean contests
(`recanvass.panel`). Class C.

Rules: the leader unless an option is named; stations of at least ``least`` registered voters; at least four
neighbours. Turnout is of the registered, the share of the valid votes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from recanvass import areas, panel, placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.neighbours import neighbourhoods
from recanvass.results import Results

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: The median of a squared standard normal.
_MEDIAN_SQUARE = 0.454936


@dataclass(frozen=True)
class Scores:
    """Scaled scores of the stations compared, their rows, and how far neighbours differ beyond a lottery."""

    rows: Counts
    turnout: Floats
    share: Floats
    turnout_factor: float
    share_factor: float


@dataclass(frozen=True)
class NeighbourResiduals(Method):
    """Stations far above their neighbours in turnout and share, less those far below.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    limit : float
        How many scaled standard deviations count as far.
    reach : int
        Neighbours each side, in official order.
    least : int
        Stations with fewer registered voters are left out.
    """

    option: str | None = None
    limit: float = 2.5
    reach: int = 3
    least: int = 100

    evidence_class = "C"
    needs = Needs(columns=("registered", "ballots", "valid", "votes"), stations=100, options=2)
    detects = ("stuffing_and_switching",)
    cites = ("klimek2012statistical", "getis1992analysis")
    references = (
        Reference(
            "scipy.stats.chi2_contingency, log-likelihood",
            "30 of 100 against 50 of 100",
            "z",
            -2.898684,
            1e-6,
            "program",
        ),
        Reference(
            "scipy.stats.chi2_contingency, log-likelihood",
            "700 of 900 against 2100 of 3000",
            "z",
            4.626987,
            1e-6,
            "program",
        ),
    )
    cost = "linear in stations"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Turnout and votes drawn anew at each area's own rates: neighbours differ by chance only."""
        assert case.results is not None
        results = case.results
        codes = areas.chosen(results).codes + 1
        registered, ballots = results.counts["registered"], results.whole("ballots")
        assert ballots is not None
        people = np.bincount(codes, registered)
        rate = np.clip(np.bincount(codes, ballots) / np.maximum(people, 1), 0, 1)
        cast = rng.binomial(registered, rate[codes])
        sums = np.stack([np.bincount(codes, results.votes[:, j]) for j in range(len(results.options))], axis=1) + 0.1
        votes = rng.multinomial(cast, (sums / sums.sum(axis=1, keepdims=True))[codes])
        drawn = {"ballots": cast, "valid": cast, "invalid": np.zeros_like(cast)}
        given = {name: drawn[name] for name in drawn if name in results.counts}
        return replace(case, results=results.with_counts(votes=votes, **given))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The stations far up, far down and mixed, other limits, placebos, and the rank."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        near = neighbourhoods(results, self.least, self.reach)
        found = None if near is None else scores(results, chosen, near)
        if near is None or found is None:
            raise Unasked("nothing_left")
        tally = corners(found, self.limit)
        excess = (tally["up"] - tally["down"]) / found.rows.size
        rank = panel.rank(self.name, "excess", excess, case.contest.country)
        names = results.stations
        up = (found.turnout > self.limit) & (found.share > self.limit)
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts={
                "option": results.options[chosen],
                "stations": int(found.rows.size),
                "limit": self.limit,
                "excess": excess,
                "turnout_factor": found.turnout_factor,
                "share_factor": found.share_factor,
                "panel": {"excess": excess},
                **tally,
                **rank.facts(),
            },
            evidence=Evidence(excess, rank.log10_p, expected=0.0, null="rank"),
            caveats=("geography", "bulk"),
            stations=tuple(sorted(names[i] for i in found.rows[up])),
            tables={
                "limits": [{"limit": limit, **corners(found, limit)} for limit in (2.0, 2.5, 3.0, 4.0, 5.0)],
                "placebo": placebos.rows(results, chosen, partial(self._placebo, results, near)),
            },
            series={"corner": list(tally), "stations": list(tally.values())},
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """How many stations are far from their neighbours, in each of the four directions."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [
            {"corner": words[corner], "stations": count}
            for corner, count in zip(series["corner"], series["stations"], strict=True)
        ]
        spec = {
            "mark": {"type": "bar", "color": "observed"},
            "encoding": {
                "y": {"field": "corner", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 180}},
                "x": {"field": "stations", "type": "quantitative", "title": words["x"], "axis": {"tickMinStep": 1}},
            },
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))

    def _placebo(self, results: Results, near: tuple[Counts, ...], option: int) -> dict[str, Any] | None:
        found = scores(results, option, near)
        return None if found is None else corners(found, self.limit)


def signed_root(k1: Floats, n1: Floats, k2: Floats, n2: Floats) -> Floats:
    """The signed root of the likelihood ratio of two shares; 0 where the two are the same."""
    p = (k1 + k2) / (n1 + n2)
    own = xlogy(k1, k1) - xlogy(k1, n1 * p) + xlogy(n1 - k1, n1 - k1) - xlogy(n1 - k1, n1 * (1 - p))
    rest = xlogy(k2, k2) - xlogy(k2, n2 * p) + xlogy(n2 - k2, n2 - k2) - xlogy(n2 - k2, n2 * (1 - p))
    return np.asarray(np.sign(k1 / n1 - k2 / n2) * np.sqrt(np.maximum(2 * (own + rest), 0.0)))


def scores(results: Results, option: int, near: tuple[Counts, ...]) -> Scores | None:
    """Every usable station against its pooled neighbours; None if fewer than a hundred can be compared."""
    rows, _, neighbours = near
    registered, ballots, valid = (results.whole(c) for c in ("registered", "ballots", "valid"))
    assert registered is not None
    assert ballots is not None
    assert valid is not None
    votes = results.votes[:, option]
    good = (results.known("valid") & results.stood(option) & (valid > 0) & (votes <= valid) & (votes >= 0))[rows]
    there = (neighbours >= 0) & good[neighbours]
    compared = good & (there.sum(axis=1) >= 4)
    if int(compared.sum()) < 100:
        return None
    four = [values[rows].astype(np.float64) for values in (ballots, registered, votes, valid)]
    mine = [values[compared] for values in four]
    around = [np.where(there, values[neighbours], 0.0).sum(axis=1)[compared] for values in four]
    turnout, turnout_factor = _scaled(signed_root(mine[0], mine[1], around[0], around[1]))
    share, share_factor = _scaled(signed_root(mine[2], mine[3], around[2], around[3]))
    return Scores(rows[compared], turnout, share, turnout_factor, share_factor)


def corners(found: Scores, limit: float) -> dict[str, int]:
    """Stations beyond the limit in both figures, by direction: turnout first, then share."""
    high, low = found.turnout > limit, found.turnout < -limit
    more, less = found.share > limit, found.share < -limit
    return {
        "up": int((high & more).sum()),
        "down": int((low & less).sum()),
        "turnout_only": int((high & less).sum()),
        "share_only": int((low & more).sum()),
    }


def _scaled(z: Floats) -> tuple[Floats, float]:
    factor = max(1.0, float(np.median(z**2)) / _MEDIAN_SQUARE)
    return z / np.sqrt(factor), factor
