r"""Repeated percentages: stations that agree more finely than counting can make them agree.

**Null.** Given how many ballots were counted at a station, the count is a mixture of
Binomial(n, :math:`\theta`): :math:`\theta` may be anything, differ between stations or be the same
at all of them, cluster in blocs, follow geography. Given the :math:`\theta`'s stations are
independent. Outside it is only agreement finer than binomial noise.

**A, one option.** For a percentage :math:`\tau` take the stations within one binomial standard
deviation of it, and count those that lie *on* it (to .05 points, or half a ballot). Given that a
station is near, it is on it with a chance of at most :math:`r_i`
(`recanvass.kernels.repeat_windows`), so

.. math:: p(\tau) = P(\text{PoissonBinomial}(r_i) \ge m)

holds for every possible set of :math:`\theta`'s. An area's p-value is
:math:`\sum_t a_t(p_{min})`: every percentage charged the largest tail that it can attain at or
below the smallest p-value (where :math:`p_{min} > .01` or :math:`< 10^{-12}`, or beyond 400
stations: the whole :math:`p_{min}`; both are bounds of it, so either is valid).

**B, whole results.** Stations whose every option equals a centre's to within a box; the chance of a
hit is bounded over all parameters (`recanvass.kernels.repeat_vectors`). p = smallest × four boxes ×
centres. Two stations are a twin, listed apart and never an alarm; three or more a cluster.

**C, the others.** Inside a cluster found by one option the others are scanned in turn, each given
the earlier ones, and joined by Fisher's sum.

**Duplicates** come first (`recanvass.kernels.duplicate_records`): all but one of a group are left
out of A and B.

**Multiplicity, declared beforehand.** A test is an area of five stations or more: at the finest
level and by region, for every option of 5 per cent or more in every base, for turnout, and for
whole results. p = tests × the smallest. Lists: Benjamini-Hochberg at 1 per cent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log10
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recanvass import plantings, repeats, rounded_counts, wording
from recanvass import repeat_tables as tables
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, EvidenceClass, Finding
from recanvass.kernels.repeat_windows import GRID
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.repeat_tables import Names
from recanvass.repeats import VECTOR, Block, Survey
from recanvass.results import Results, exact_sum

Counts = NDArray[np.int64]


@dataclass(frozen=True)
class RepeatedPercentages(Method):
    """Whether stations of an area repeat one percentage, or a whole result, more than counting allows.

    Parameters
    ----------
    denominators : tuple of str
        What shares are taken of: both by default; the one that the law prescribes, if fixed beforehand.
    area_prefix : int or None
        Take the first so many characters of the station's name as the finest area (such as 6 for
        ``07-004-0012``), if the numbering is known to follow commissions. To be fixed beforehand.
    least_share : float
        Options with less of the valid votes are not scanned.
    level : float
        The contest's p-value at or below which the answer is *yes*.
    note : float
        The contest's p-value at or below which it is mentioned.
    rate : float
        The false-discovery rate of the list of areas.
    """

    evidence_class: ClassVar[EvidenceClass] = "B"
    needs: ClassVar[Needs] = Needs(stations=repeats.LEAST_STATIONS, options=1)
    detects: ClassVar[tuple[str, ...]] = ("copied_percentage",)
    cites: ClassVar[tuple[str, ...]] = (
        "hoeffding1956successes",
        "wilson1927inference",
        "fisher1932methods",
        "benjamini1995discovery",
    )
    references: ClassVar[tuple[Reference, ...]] = tuple(
        Reference("methods/17 section 13", dataset, f"{area}: log10 p of the area", value, 0.01, "compendium")
        for dataset, area, value in (
            ("russia_2004", "Derbent city, leader", -24.56),
            ("russia_2012", "St Petersburg 27, leader", -15.37),
            ("russia_2020", "Naberezhnye Chelny Avtozavodsky, no", -53.74),
            ("canada_2004", "Niagara West-Glanbrook, NDP", -3.74),
        )
    )
    cost: ClassVar[str] = "stations × percentages within one standard deviation; whole results × neighbours"

    denominators: tuple[str, ...] = ("valid", "ballots")
    area_prefix: int | None = None
    least_share: float = 0.05
    level: float = 1e-4
    note: float = 1e-2
    rate: float = 0.01

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Every station of an area with one turnout and one division of votes: the hardest of the null."""
        if case.results is None or not case.results.options:
            return case
        return replace(case, results=_redrawn(case.results, rng))

    def survey(self, results: Results) -> Survey:
        """All tests of these results."""
        if self.area_prefix is not None and "station" not in results.places:
            raise Unasked("columns", columns=["station"])
        return repeats.survey(results, tuple(self.denominators), self.least_share, self.area_prefix)

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The clusters, the repeated results, the duplicates, and what could have been seen."""
        assert case.results is not None
        rounded_counts.refuse(case.results)
        found = self.survey(case.results)
        if not any(look.there.any() for look in found.looks):
            raise Unasked("nothing_left")
        top = found.strongest()
        if top is None:
            raise Unasked("areas")
        names = Names(found)
        block, position = found.locate(top)
        contest = float(min(0.0, found.log10_p[top] + log10(found.tests)))
        departs = contest <= log10(self.level)
        listed = [found.locate(k) for k in found.listed(self.rate)]
        clusters, members = tables.clusters(found, names, listed, log10(self.rate) - log10(found.tests))
        whole, whole_members = tables.vectors(found, names, listed)
        members += whole_members
        main = tables.described(found, names, block, position)
        duplicates = tables.duplicates(found, names)
        named = sorted({m["station"] for m in members})
        facts = main | {
            "log10_p": contest,
            "area_log10_p": float(found.log10_p[top]),
            "tests": found.tests,
            "clusters": len({(c["level"], c["area"]) for c in [*clusters, *whole]}),
            "named": len(named),
            "duplicates": sum(d["copies"] - 1 for d in duplicates),
            "level": self.level,
        }
        rows = tables.distinct_rows(found, listed)
        records = {
            "clusters": clusters,
            "vectors": whole + tables.twins(found, names),
            "duplicates": duplicates,
            "stations": members,
            "left_out": tables.left_out(found),
        }
        return Answer(
            status="departure" if departs else "none",
            outcome=_outcome(main, departs, contest <= log10(self.note)),
            facts=facts,
            evidence=Evidence(float(main["on"]), contest, main["expected"]),
            estimates=_estimates(found, clusters, rows, self.rate) if departs else (),
            caveats=_caveats(found, clusters, self.area_prefix),
            stations=tuple(named) if departs else (),
            tables={name: table for name, table in records.items() if table},
            series=_series(found, block, position, names),
            power=_power(found, rng),
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Shares against size in the strongest area, with the binomial band and the cluster marked."""
        facts, series = finding.answer.facts, finding.answer.series
        records = [
            {"whole": n, "share": s, "role": role, "low": None, "high": None}
            for n, s, role in zip(series["whole"], series["share"], series["role"], strict=True)
        ]
        t, sizes = series["percentage"], series["whole"]
        if t is not None and sizes:
            for n in np.unique(np.geomspace(max(1, min(sizes)), max(sizes), 40).round(3)).tolist():
                spread = (t * (1 - t) / n) ** 0.5
                records.append({"whole": n, "share": None, "role": "band", "low": t - spread, "high": t + spread})
        words = {key: wording.phrase(self.name, "drawing", key, language=language) for key in ("title", "x", "y")}
        kind = "percentage" if t is not None else "vector"
        x = {"field": "whole", "type": "quantitative", "title": words["x"], "scale": {"zero": False}}
        y = {"type": "quantitative", "title": words["y"], "axis": {"format": ".0%"}, "scale": {"zero": False}}
        band = {
            "transform": [{"filter": "datum.role == 'band'"}],
            "mark": {"type": "area", "style": "expected", "opacity": 0.35},
            "encoding": {"x": x, "y": y | {"field": "low"}, "y2": {"field": "high"}},
        }
        dots = [
            {
                "transform": [{"filter": f"datum.role == '{role}'"}],
                "mark": {"type": "point", "style": style, "filled": True, "size": size},
                "encoding": {"x": x, "y": y | {"field": "share"}},
            }
            for role, style, size in (("other", "observed", 18), ("on", "departure", 34))
        ]
        return Drawing(
            spec={"layer": [band, *dots]},
            records=records,
            title=words["title"],
            alt=wording.phrase(self.name, "drawing", f"alt_{kind}", facts=facts, language=language),
            caption=wording.phrase(self.name, "drawing", f"caption_{kind}", facts=facts, language=language),
        )


def _outcome(main: dict[str, Any], departs: bool, noted: bool) -> str:
    if not departs:
        return "note" if noted else "none"
    if main["kind"] == "vector":
        return "vector"
    return "turnout" if main["base"] == "registered" else f"cluster_{main['base']}"


def _estimates(found: Survey, clusters: list[dict[str, Any]], rows: Counts, rate: float) -> tuple[Estimate, ...]:
    """How many stations cannot have been counted so, and the votes at the stations named."""
    finest = found.levels[0].level
    least: dict[str, int] = {}
    for cluster in clusters:
        if cluster["level"] == finest:
            least[cluster["area"]] = max(least.get(cluster["area"], 0), cluster["not_counted_at_least"])
    valid = found.results.whole("valid")
    votes = exact_sum(valid[rows]) if valid is not None else 0
    bound = float(sum(least.values()))
    estimates = [
        Estimate("stations_not_counted", bound, "station", "lower bound", bound, None, 1 - rate),
        Estimate("stations_repeating", float(len(rows)), "station"),
        Estimate("votes_unverifiable", float(votes), "vote"),
    ]
    return tuple(estimates)


def _caveats(found: Survey, clusters: list[dict[str, Any]], prefix: int | None) -> tuple[str, ...]:
    caveats = ["unverifiable"] if clusters else []
    if found.levels[0].level == "contest":
        caveats.append("one_area")
    if prefix is not None:
        caveats.append("prefix")
    if not found.vectors:
        caveats.append("no_vectors")
    return tuple(caveats)


def _series(found: Survey, block: Block, position: int, names: Names) -> dict[str, Any]:
    """The stations of the strongest area: size, share, and whether they are in the cluster."""
    rows = found.rows(block, position)
    on, t = tables.members_of(found, block, position, rows)
    if block.look == VECTOR:
        whole, count = found.results.whole("valid"), found.results.votes[:, found.vector_options[0]]
        assert whole is not None
    else:
        look = found.looks[block.look]
        whole, count = look.whole, look.part
    return {
        "station": [names.station(int(row)) for row in rows],
        "whole": whole[rows].tolist(),
        "share": (count[rows] / np.maximum(1, whole[rows])).tolist(),
        "role": ["on" if hit else "other" for hit in on],
        "percentage": None if t is None else t / GRID,
    }


def _power(found: Survey, rng: np.random.Generator) -> dict[str, Any]:
    power = repeats.typical_power(found, plantings.HEADLINE, rng)
    if power is None or not power["stations"]:
        return {}
    return power | {"whole": repeats.vector_power(found, log10(plantings.HEADLINE))}


def _redrawn(results: Results, rng: np.random.Generator) -> Results:
    """Ballots given the register, valid given ballots, votes given valid: one rate an area each.

    Stations with an impossible or an absent figure keep what they have.
    """
    areas = repeats.levels(results, None)[0].codes
    fresh: dict[str, Counts] = {}
    registered, ballots, valid = (results.whole(name) for name in ("registered", "ballots", "valid"))
    assert valid is not None
    fixed = areas < 0
    before, now = None, None
    for name, values in (("registered", registered), ("ballots", ballots), ("valid", valid)):
        if values is None:
            continue
        if before is not None and now is not None:
            fixed = fixed | ~results.known(name) | (values < 0) | (values > before)
            rate = _by_area(areas, values, ~fixed) / np.maximum(1, _by_area(areas, before, ~fixed))
            drawn = rng.binomial(np.where(fixed, 0, now), np.clip(rate[areas], 0.0, 1.0))
            values, before = np.where(fixed, values, drawn), values
            fresh[name] = values
        else:
            fixed = fixed | ~results.known(name) | (values < 0)
            before = values
        now = values
    rest = valid - results.votes.sum(axis=1)
    possible = ~fixed & (results.votes >= 0).all(axis=1) & (rest >= 0) & results.known("votes")
    stood = np.stack([results.stood(j) for j in range(len(results.options))] + [np.ones(len(results), bool)], axis=1)
    parts = np.column_stack([results.votes, rest])
    rates = np.stack([_by_area(areas, column, possible)[areas] for column in parts.T], axis=1) * stood
    total = rates.sum(axis=1)
    possible &= total > 0
    rates = rates / np.where(total > 0, total, 1.0)[:, None]
    votes = results.votes.copy()
    votes[possible] = rng.multinomial(fresh.get("valid", valid)[possible], rates[possible])[:, :-1]
    kept = {
        name: np.where(possible, values, results.counts[name])
        for name, values in fresh.items()
        if name in results.counts
    }
    if "invalid" in results.counts and {"ballots", "valid"} <= set(kept):
        invalid = results.counts["invalid"]
        kept["invalid"] = np.where(possible & results.known("invalid"), kept["ballots"] - kept["valid"], invalid)
    return results.with_counts(votes, **kept)


def _by_area(areas: Counts, values: Counts, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    size = int(areas.max(initial=-1)) + 1
    chosen = rows & (areas >= 0)
    sums = np.bincount(areas[chosen], weights=values[chosen].astype(np.float64), minlength=max(1, size))
    return np.asarray(sums, dtype=np.float64)
