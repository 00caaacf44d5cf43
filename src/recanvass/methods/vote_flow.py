r"""Can the result have come about from the earlier one by people changing their minds?

Flow of votes (Myagkov, Ordeshook and Shakin 2009). With :math:`x_{ij}` the part of the registered voters of area
:math:`i` who at the earlier contest chose :math:`j` (staying away is one choice), and :math:`y_{ik}` now,

.. math:: y_{ik} = \sum_j x_{ij} \beta_{jk} + e_{ik}, \qquad \sum_k \beta_{jk} = 1,

where :math:`\beta_{jk}` is the part of those who chose :math:`j` and now choose :math:`k`. Ordinary least
squares over the areas leaves the coefficients free (their rows sum to one by themselves); one outside
[0, 1] is a flow that people cannot make. The statistic is the largest distance outside, over earlier groups of at least
``smallest`` of the registered (a tiny group's coefficients are noise). Beside it stands the nearest matrix of
possible flows (non-negative least squares with row sums of one), with intervals from areas drawn with replacement.

A coefficient also leaves [0, 1] in honest contests, where the kind of place goes with how its groups change
(the ecological fallacy, Goodman 1953), so nothing follows from one alone: class C, ranked among clean
pairs of contests where the panel has any.

Rules: the earlier contest is the last one given unless named; the areas are those of the finest level,
the station apart, at which at least ``fewest`` are found by name in both contests, else the stations; the ``most``
largest options of each contest stand alone, all other ballots together. Every area counts once, as published, unless
``weighted`` counts each by its registered voters.

No option is singled out: the statistic runs over the flows to every group, all of which stand in the table. A placebo
run on another option would be the same run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from recanvass import panel, wording
from recanvass.case import Case
from recanvass.finding import Answer, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import LEVELS, Areas, Contest, Labels, Results

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: How heavily a row sum other than one is punished in the constrained fit, against a whole table of shares.
_ROW_SUM = 1e4


@dataclass(frozen=True)
class Flows:
    """Shares of the registered then and now, area by area, the groups' options, and the areas matched."""

    then: Floats
    now: Floats
    registered: Floats
    before_options: Counts
    now_options: Counts
    level: str
    areas: Areas
    places: Counts


@dataclass(frozen=True)
class VoteFlow(Method):
    """The matrix of flows between two contests, free and constrained.

    Parameters
    ----------
    earlier : str, optional
        Which earlier contest; the last one given unless named.
    level : str, optional
        The level of place of the areas.
    most : int
        Options of each contest that stand alone.
    fewest : int
        Fewer areas give no matrix.
    smallest : float
        Earlier groups with less of the registered are left out of the statistic.
    weighted : bool
        Count each area by its registered voters.
    draws : int
        Bootstrap samples of areas.
    """

    earlier: str | None = None
    level: str | None = None
    most: int = 3
    fewest: int = 30
    smallest: float = 0.05
    weighted: bool = False
    draws: int = 100

    evidence_class = "C"
    needs = Needs(columns=("registered", "ballots", "votes"), stations=30, options=2)
    cites = ("myagkov2009forensics", "goodman1953ecological")
    references = (
        Reference("methods/07, Kobak", "Moscow 2012 to 2018, free", "stayed away to Putin", 0.2622, 0.007, "printed"),
        Reference("methods/07, Kobak", "Moscow 2012 to 2018, constrained", "Putin to Putin", 0.955, 0.045, "printed"),
    )
    cost = "linear in stations of both contests"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Each station's voters drawn from the possible flows out of its area's earlier shares."""
        results = case.results
        assert results is not None
        found = self._flows(case)
        rates = found.then @ possible(found.then, found.now, self._weights(found))
        unit = np.full(len(found.areas) + 1, -1)
        unit[found.places] = np.arange(found.places.size)
        of = unit[found.areas.codes]
        rows = np.flatnonzero(of >= 0)
        chance = np.maximum(rates[of[rows]], 0)
        drawn = rng.multinomial(results.counts["registered"][rows], chance / chance.sum(axis=1, keepdims=True))
        votes = results.votes.copy()
        votes[rows] = 0
        last = 1 + found.now_options.size
        votes[np.ix_(rows, found.now_options)] = drawn[:, 1:last]
        others = [j for j in range(len(results.options)) if j not in set(found.now_options.tolist())]
        if others and drawn.shape[1] > last:
            size = results.votes[:, others].sum(axis=0) + 1.0
            votes[np.ix_(rows, np.array(others))] = rng.multinomial(drawn[:, last], size / size.sum())
        valid = votes[rows].sum(axis=1)
        cast = drawn[:, 1:].sum(axis=1)
        counts: dict[str, Counts] = {}
        for name, values in (("ballots", cast), ("valid", valid), ("invalid", cast - valid)):
            if name in results.counts:
                counts[name] = results.counts[name].copy()
                counts[name][rows] = values
        return replace(case, results=results.with_counts(votes=votes, **counts))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Both matrices, the flow farthest outside, intervals, and the rank."""
        results = case.results
        assert results is not None
        found = self._flows(case)
        name = self._name(case)
        weight = self._weights(found)
        free = unconstrained(found.then, found.now, weight)
        if free is None:
            raise Unasked("no_spread")
        flows = possible(found.then, found.now, weight)
        large = np.average(found.then, axis=0, weights=found.registered) >= self.smallest
        if not large.any():
            raise Unasked("no_spread")
        outside = np.where(large[:, None], np.maximum(free - 1, -free), -1.0)
        worst = np.unravel_index(int(np.argmax(outside)), outside.shape)
        far = max(float(outside[worst]), 0.0)
        low, high = self._interval(found, weight, rng)
        rank = panel.rank(self.name, "outside", far, case.contest.country)
        before = case.earlier[name]
        rows = _groups(before, found.before_options, found.then.shape[1])
        columns = _groups(results, found.now_options, found.now.shape[1])
        table = [
            {
                "then": rows[j],
                "now": columns[k],
                "flow": round(float(flows[j, k]), 4),
                "low": round(float(low[j, k]), 4),
                "high": round(float(high[j, k]), 4),
                "free": round(float(free[j, k]), 4),
            }
            for j in range(len(rows))
            for k in range(len(columns))
        ]
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts={
                "earlier": name,
                "areas": int(found.places.size),
                "level": found.level,
                "outside": far,
                "impossible": int((outside > 0.02).sum()),
                "flows": int(large.sum()) * outside.shape[1],
                "then": rows[int(worst[0])],
                "now": columns[int(worst[1])],
                "worst": float(free[worst]),
                "panel": {"outside": far},
                **rank.facts(),
            },
            evidence=Evidence(far, rank.log10_p, expected=0.0, null="rank"),
            caveats=("ecological", "register", "every_option"),
            tables={"flows": table},
            series={
                "then": [r["then"] for r in table],
                "now": [r["now"] for r in table],
                "free": free.ravel().tolist(),
            },
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The free coefficients by origin; those outside 0 to 1 are flows that people cannot make."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)

        def named(option: str) -> str:
            return str(words[option]) if option in ("stayed_away", "other_ballots") else wording.show(option)

        records = [
            {"flow": f"{named(then)} → {named(now)}", "free": value, "beyond": value < 0 or value > 1}
            for then, now, value in zip(series["then"], series["now"], series["free"], strict=True)
        ]
        x = {"field": "free", "type": "quantitative", "title": words["x"], "axis": {"format": ".0%"}}
        y = {"field": "flow", "type": "nominal", "title": None, "sort": None}
        spec = {
            "layer": [
                {
                    "mark": {"type": "bar", "color": colour},
                    "transform": [{"filter": condition}],
                    "encoding": {"x": x, "y": y},
                }
                for colour, condition in (("observed", "!datum.beyond"), ("departure", "datum.beyond"))
            ]
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))

    def example(self, rng: np.random.Generator) -> Case:
        """Two honest contests in forty areas, the second made from the first by possible flows."""
        stations, unit = 400, np.arange(400) // 10
        registered = rng.integers(500, 1500, stations)
        flows = np.array([[0.8, 0.1, 0.06, 0.04], [0.1, 0.8, 0.05, 0.05], [0.1, 0.1, 0.7, 0.1], [0.1, 0.2, 0.1, 0.6]])
        then = rng.dirichlet([8, 6, 4, 2], 40)[unit]
        places = {
            "region": Labels.of([f"Region {i:02d}" for i in unit]),
            "station": Labels.of([f"Station {i + 1}" for i in range(stations)]),
        }
        made = []
        for rates in (then, then @ flows):
            drawn = rng.multinomial(registered, rates)
            cast = drawn[:, 1:].sum(axis=1)
            counts = {"registered": registered, "ballots": cast, "valid": cast, "invalid": 0 * cast}
            made.append(
                Results(("A", "B", "C"), drawn[:, 1:], counts, places=places, contest=Contest(title="Simulated"))
            )
        return Case.of(made[1], earlier={"the earlier contest": made[0]})

    def _name(self, case: Case) -> str:
        if not case.earlier:
            raise Unasked("no_earlier")
        if self.earlier is not None and self.earlier not in case.earlier:
            raise Unasked("no_such_contest", earlier=self.earlier)
        return list(case.earlier)[-1] if self.earlier is None else self.earlier

    def _weights(self, found: Flows) -> Floats:
        return found.registered if self.weighted else np.ones_like(found.registered)

    def _flows(self, case: Case) -> Flows:
        results, before = case.results, case.earlier[self._name(case)]
        assert results is not None
        absent = [c for c in ("registered", "ballots") if not before.has(c)]
        if absent or not before.options:
            raise Unasked("columns", columns=absent or ["votes"])
        shared = [level for level in LEVELS if level in results.places and level in before.places]
        wanted = [self.level] if self.level in shared else [lv for lv in reversed(shared) if lv != "station"]
        most = 0
        for level in wanted if self.level in shared else [*wanted, *(["station"] if "station" in shared else [])]:
            found = _matched(results, before, level, self.most)
            most = max(most, found.places.size)
            if found.places.size >= max(self.fewest, found.then.shape[1] + 1):
                return found
        raise Unasked("few_areas", count=most, needed=self.fewest)

    def _interval(self, found: Flows, weight: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
        size = weight.size
        if self.draws < 1:
            flows = possible(found.then, found.now, weight)
            return flows, flows
        times = rng.multinomial(size, np.full(size, 1 / size), self.draws)
        drawn = np.stack([possible(found.then, found.now, weight * t) for t in times])
        return np.quantile(drawn, 0.025, axis=0), np.quantile(drawn, 0.975, axis=0)


def unconstrained(then: Floats, now: Floats, weight: Floats) -> Floats | None:
    """Least squares without an intercept; None where the areas are too much alike to tell the groups apart."""
    root = np.sqrt(weight)[:, None]
    found, _, rank, _ = np.linalg.lstsq(then * root, now * root, rcond=1e-8)
    return np.asarray(found) if rank == then.shape[1] else None


def possible(then: Floats, now: Floats, weight: Floats) -> Floats:
    """Least squares over flows that are not negative and whose rows sum to one."""
    both = np.hstack([then, now])
    # All that the squares depend on is this product, or any root of it; one block of that for each destination.
    # One product is one call of the linear algebra's threads; factorising the rows is hundreds, which wait for
    # each other where other methods keep the cores busy.
    values, vectors = np.linalg.eigh((both * (weight / weight.sum())[:, None]).T @ both)
    root = np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T
    j, k = then.shape[1], now.shape[1]
    square, target = root[:, :j], root[:, j:]
    design = np.vstack([np.kron(np.eye(k), square), _ROW_SUM * np.kron(np.ones((1, k)), np.eye(j))])
    goal = np.concatenate([target.T.ravel(), np.full(j, _ROW_SUM)])
    found, _ = nnls(design, goal, maxiter=100 * j * k)
    flows = found.reshape(k, j).T
    return np.asarray(flows / flows.sum(axis=1, keepdims=True))


def _matched(results: Results, before: Results, level: str, most: int) -> Flows:
    now_areas, old_areas = results.areas(level), before.areas(level)
    index = {name: k for k, name in enumerate(old_areas.names)}
    pairs = [(a, index[name]) for a, name in enumerate(now_areas.names) if name in index]
    if level == "station":
        pairs = [(a, b) for a, b in pairs if now_areas.sizes[a] == 1 == old_areas.sizes[b]]
    rows = np.array(pairs, np.int64).reshape(-1, 2)
    then, _, before_options = _shares(before, old_areas, most)
    now, registered, now_options = _shares(results, now_areas, most)
    then, now, registered = then[rows[:, 1]], now[rows[:, 0]], registered[rows[:, 0]]
    good = np.isfinite(then).all(axis=1) & np.isfinite(now).all(axis=1)
    good &= (then.min(axis=1, initial=1) >= 0) & (now.min(axis=1, initial=1) >= 0)
    return Flows(then[good], now[good], registered[good], before_options, now_options, level, now_areas, rows[good, 0])


def _groups(table: Results, options: Counts, count: int) -> list[str]:
    """The groups in the order of the columns of the shares."""
    return ["stayed_away", *(table.options[j] for j in options), "other_ballots"][:count]


def _shares(table: Results, place: Areas, most: int) -> tuple[Floats, Floats, Counts]:
    """Shares of the registered by area: stayed away, the largest options, all other ballots; NaN where nobody is."""
    registered, ballots = table.whole("registered"), table.whole("ballots")
    assert registered is not None
    assert ballots is not None
    order = sorted(range(len(table.options)), key=lambda j: (-table.totals[table.options[j]], j))[:most]
    use = table.known("registered", "ballots", "votes") & (place.codes >= 0)

    def summed(values: Counts) -> Floats:
        sums = np.bincount(place.codes[use], values[use].astype(np.float64), minlength=len(place))
        return np.asarray(sums, dtype=np.float64)

    people, cast = summed(registered), summed(ballots)
    own = [summed(table.votes[:, j]) for j in order]
    rest = cast - np.sum(own, axis=0)
    # Nobody at all in the last group: it is left out, since nothing can be said of it.
    whole = np.stack([people - cast, *own, *([rest] if rest.any() else [])], axis=1)
    shares = np.where(people[:, None] > 0, whole / np.maximum(people, 1)[:, None], np.nan)
    return shares, people, np.array(order, np.int64)
