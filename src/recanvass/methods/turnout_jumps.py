r"""Where a station's turnout stands far above its neighbours', do all options rise or only one?

Stations of an area are put in official order (digits of the name as numbers). A neighbourhood value is
the median of up to ``reach`` stations each side in the same area, at least four and not the station itself. With
:math:`t = G/V` the turnout, :math:`l = L/V` the option's votes and :math:`o = t - l` all others a registered voter, and
:math:`t_m, l_m, o_m` their neighbourhood values, a station jumps where :math:`t - t_m > D`. Honest turnout
brings all options in their proportion; ballots added for one option bring nobody else:

.. math:: \kappa = \frac{\sum V (o - o_m)}{\sum V\, \frac{o_m}{l_m + o_m} (t - t_m)}, \qquad
          A = \frac{(1 - \kappa) \sum V (t - t_m)}{\sum L},

sums over the jumps: :math:`\kappa = 1` proportional, 0 one option only, below 0 others fall. :math:`1 - \kappa`
is ranked among clean contests (`recanvass.panel`); the interval draws areas with replacement.

Geography can honestly bring one side only (wealthy districts do so for :math:`D \le .15`: Spain .06 to .29), so
the null needs a world outside this contest. Class C. Rules: the leader unless an option is named;
``least`` registered voters to jump and ``least_near`` to stand as a neighbour (methods/18 prints the first only; with
the second its counts of stations and jumps come out one for one, see the tests); :math:`0 < G \le V`; a station with no
vote for another option among its neighbours has no proportion and is not used. Under ``enough`` jumps give no ratio.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import areas, panel, placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.neighbours import local_medians, neighbourhoods
from recanvass.results import Contest, Labels, Results, exact_sum

Floats = NDArray[np.float64]

_LEAST_AREAS = 10

#: The rule fixed on the development contests: jumps at so many stations, and a ratio that lies so far below one.
_LEAST_RATE, _LEAST_RATIO = 0.005, 0.6
#: Almost no clean contest of the panel has an option with a larger part of the votes.
_STRONG = 0.7


@dataclass(frozen=True)
class Jumps:
    """The stations that jump: rows of the results, area, excess turnout in voters, others seen and expected."""

    rows: NDArray[np.int64]
    areas: NDArray[np.int64]
    voters: Floats
    others: Floats
    expected: Floats
    compared: int


@dataclass(frozen=True)
class TurnoutJumps(Method):
    """Who the additional voters of stations far above their neighbours voted for.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    jump : float
        By how much turnout must exceed that of the neighbours, as a fraction.
    reach : int
        Neighbours each side, in official order.
    least : int
        Stations with fewer registered voters do not jump.
    least_near : int
        Stations with fewer registered voters are no neighbours either; at most ``least``.
    enough : int
        Fewer jumps give no ratio.
    draws : int
        Bootstrap samples of areas.
    """

    option: str | None = None
    jump: float = 0.2
    reach: int = 5
    least: int = 200
    least_near: int = 100
    enough: int = 30
    draws: int = 200

    evidence_class = "C"
    needs = Needs(columns=("registered", "ballots", "votes"), stations=100, options=2)
    cites = ("myagkov2009forensics", "klimek2012statistical")
    references = (
        Reference("methods/18 B", "russia_2018", "kappa", 0.47, 0.03, "compendium"),
        Reference("methods/18 B", "canada_2015", "kappa", 0.91, 0.03, "compendium"),
        Reference("methods/18 B", "uganda_2021", "kappa", 0.13, 0.09, "compendium"),
        Reference("methods/18 B", "russia_2018", "jumps", 1453, 0, "compendium"),
    )
    cost = "linear in stations"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Votes drawn anew at each area's own shares: turnout brings every option in proportion."""
        assert case.results is not None
        results = case.results
        codes = areas.chosen(results).codes + 1
        sums = np.stack([np.bincount(codes, results.votes[:, j]) for j in range(len(results.options))], axis=1) + 0.1
        rate = sums / sums.sum(axis=1, keepdims=True)
        votes = rng.multinomial(results.votes.sum(axis=1), rate[codes])
        return replace(case, results=results.with_counts(votes=votes))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The ratio at the jumps, its interval, other sizes of jump, placebos, and the rank."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        near = neighbourhoods(results, min(self.least_near, self.least), self.reach)
        if near is None:
            raise Unasked("nothing_left")
        found = self._jumps(results, near, chosen, self.jump)
        if found.rows.size < self.enough:
            raise Unasked("few_jumps", count=int(found.rows.size), needed=self.enough, stations=found.compared)
        ratio = kappa(found)
        votes = results.totals[results.options[chosen]]
        if ratio is None or votes <= 0:
            raise Unasked("nothing_left")
        drawn = self._bootstrap(found, rng)
        low, high = (float(q) for q in np.quantile(drawn, [0.025, 0.975])) if drawn.size else (None, None)
        voters = float(found.voters.sum())
        unmatched = (1 - ratio) * voters
        lack = 1 - ratio
        rank = panel.rank(self.name, "lack", lack, case.contest.country)
        error = float(drawn.std()) if drawn.size else None
        rate = found.rows.size / found.compared
        outside = error is not None and rate >= _LEAST_RATE and ratio + 2 * error < _LEAST_RATIO
        valid = results.whole("valid")
        all_votes = exact_sum(valid) if valid is not None else 0
        names = results.stations
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts={
                "option": results.options[chosen],
                "stations": found.compared,
                "count": int(found.rows.size),
                "rate": rate,
                "error": error,
                "stands_out": outside,
                "points": 100 * self.jump,
                "kappa": ratio,
                "lack": lack,
                "voters": voters,
                "unmatched": unmatched,
                "share": unmatched / votes,
                "panel": {"lack": lack, "share": unmatched / votes},
                **rank.facts(),
            },
            evidence=Evidence(lack, rank.log10_p, null="rank"),
            estimates=(
                Estimate("others brought, of the proportional number", ratio, "ratio", "estimate", low, high, 0.95)
                if low is not None
                else Estimate("others brought, of the proportional number", ratio, "ratio"),
                Estimate("additional voters at the jumps not matched by others", unmatched, "votes"),
            ),
            caveats=(
                "stands_out" if outside else "does_not_stand_out",
                *(("strong_winner",) if votes > _STRONG * all_votes > 0 else ()),
                "geography",
                "neighbours",
            ),
            stations=tuple(sorted(names[i] for i in found.rows)),
            tables={
                "sizes": self._sizes(results, near, chosen),
                "placebo": placebos.rows(results, chosen, partial(self._placebo, results, near)),
            },
            series={
                "quantity": ["seen", "proportional"],
                "others": [round(float(found.others.sum()), 1), round(float(found.expected.sum()), 1)],
            },
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Other options' additional votes at the jumps: seen, and in proportion."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [
            {"quantity": words[name], "votes": value, "part": name}
            for name, value in zip(series["quantity"], series["others"], strict=True)
        ]
        y = {"field": "quantity", "type": "nominal", "title": None, "sort": None}
        x = {"field": "votes", "type": "quantitative", "title": words["x"]}
        spec = {
            "layer": [
                {
                    "mark": {"type": "bar", "color": colour},
                    "transform": [{"filter": f"datum.part == '{part}'"}],
                    "encoding": {"x": x, "y": y},
                }
                for part, colour in (("seen", "observed"), ("proportional", "expected"))
            ]
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))

    def example(self, rng: np.random.Generator) -> Case:
        """A contest with jumps: each twelfth station has a third more turnout, honestly."""
        stations = 480
        registered = rng.integers(400, 1600, stations)
        turnout = np.where(np.arange(stations) % 12 == 5, 0.75, 0.42) + rng.normal(0, 0.02, stations)
        ballots = rng.binomial(registered, turnout)
        votes = rng.multinomial(ballots, [0.5, 0.3, 0.2])
        places = {
            "region": Labels.of([f"Region {i // 40:02d}" for i in range(stations)]),
            "station": Labels.of([f"Station {i + 1}" for i in range(stations)]),
        }
        counts = {"registered": registered, "ballots": ballots, "valid": ballots, "invalid": 0 * ballots}
        return Case.of(Results(("A", "B", "C"), votes, counts, places=places, contest=Contest(title="Simulated")))

    def _jumps(self, results: Results, near: tuple[NDArray[np.int64], ...], chosen: int, jump: float) -> Jumps:
        rows, codes, neighbours = near
        registered, ballots = results.whole("registered"), results.whole("ballots")
        assert registered is not None
        assert ballots is not None
        own = results.votes[rows, chosen]
        stood = results.stood(chosen)[rows] & (own <= ballots[rows])
        voters = registered[rows].astype(np.float64)
        turnout, votes = ballots[rows] / voters, own / voters
        others = turnout - votes
        medians = [local_medians(np.where(stood, values, np.nan), neighbours) for values in (turnout, votes, others)]
        t, mine, o = medians
        with np.errstate(invalid="ignore"):
            compared = stood & (voters >= self.least) & np.isfinite(t) & (o > 0)
            here = compared & (turnout - t > jump)
        more = turnout[here] - t[here]
        return Jumps(
            rows[here],
            codes[here],
            voters[here] * more,
            voters[here] * (others[here] - o[here]),
            voters[here] * o[here] / (mine[here] + o[here]) * more,
            max(int(compared.sum()), 1),
        )

    def _bootstrap(self, found: Jumps, rng: np.random.Generator) -> Floats:
        names, area = np.unique(found.areas, return_inverse=True)
        if names.size < _LEAST_AREAS or self.draws < 1:
            return np.empty(0)
        others, expected = np.bincount(area, found.others), np.bincount(area, found.expected)
        times = rng.multinomial(names.size, np.full(names.size, 1 / names.size), self.draws)
        below = times @ expected
        return np.asarray((times @ others)[below > 0] / below[below > 0])

    def _sizes(self, results: Results, near: tuple[NDArray[np.int64], ...], chosen: int) -> list[dict[str, Any]]:
        rows = []
        for jump in (0.1, 0.15, 0.2, 0.25, 0.3):
            found = self._jumps(results, near, chosen, jump)
            ratio = kappa(found) if found.rows.size >= self.enough else None
            rows.append(
                {"jump": jump, "stations": int(found.rows.size), "kappa": None if ratio is None else round(ratio, 3)}
            )
        return rows

    def _placebo(self, results: Results, near: tuple[NDArray[np.int64], ...], option: int) -> dict[str, Any] | None:
        found = self._jumps(results, near, option, self.jump)
        ratio = kappa(found) if found.rows.size >= self.enough else None
        return None if ratio is None else {"stations": int(found.rows.size), "kappa": round(ratio, 3)}


def kappa(found: Jumps) -> float | None:
    """Others seen over others in proportion; None where none are expected."""
    expected = float(found.expected.sum())
    return float(found.others.sum()) / expected if expected > 0 else None
