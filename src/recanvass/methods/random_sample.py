r"""What does a random sample of stations say of the whole?

Where the stations were drawn by lot and their protocols are at hand, shares are estimated by the combined ratio over
strata with the finite-population correction (`recanvass.kernels.station_sampling`; Cochran 1977, chapter 6; the
parallel vote tabulations of Estok, Nevitte and Cowan 2002). The unit is the station: a sample of 800 stations is one
of 800, however many ballots lie in them. The interval is Student's with the stations less the strata as degrees of
freedom, for each option by itself.

Stations that were drawn and did not report are not as good as those that did: beside the estimate
stand the bounds if all of them had shown nothing or everything. An announced share is *outside* only
if it lies outside the interval widened by these bounds at the level :math:`1 - \alpha`, Bonferroni
over options. It is a departure, never a contradiction: a margin is a margin.

**A convenience sample gives no estimate**, and the answer says so. Instead it is given what holds
without any assumption: with :math:`S` votes of :math:`B_s` ballots seen and :math:`B` in all, the share of
everybody lies between :math:`S/B` and :math:`(S + B - B_s)/B`.

**The p-value** is not Student's, which trusts that the sample shows how stations differ: where an option lives in a few
strongholds, its honest announced share had p <= 1e-4 in up to a tenth of samples. It is the larger of Student's and
the bound of `recanvass.kernels.lot_bound`, which holds for every contest and every size of sample.

The null: the sample is drawn from a contest whose shares are the announced ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from recanvass import wording
from recanvass.announced_frame import sampled
from recanvass.announced_totals import count_range, options_of
from recanvass.case import Announced, Case
from recanvass.copies import ledger
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.kernels.lot_bound import log10_chance
from recanvass.kernels.station_sampling import combined_ratio, missing_bounds
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.observation import Sampling
from recanvass.results import Contest, Labels, Results, exact_sum

Record = dict[str, Any]

SIDES: tuple[tuple[str, Literal["lower bound", "upper bound"]], ...] = (("low", "lower bound"), ("high", "upper bound"))

#: Degrees of freedom below which Student's law is not trusted far out in its tail, so that there is no p-value, and
#: those below which its interval was too narrow: 20 to 60 stations of 14 contests held 78 to 97 per cent.
LEAST_FREEDOM, SMALL = 20, 100


@dataclass(frozen=True)
class RandomSample(Method):
    """Shares from a random sample of protocols, or bounds where the sample is none.

    Parameters
    ----------
    level : float
        Confidence of each interval.
    """

    level: float = 0.95

    evidence_class = "B"
    room = "witnesses"
    needs = Needs(results=False)
    detects = ("swollen_totals",)
    cites = ("cochran1977sampling", "estok2002quick")
    references = (
        Reference("estok2002quick", "324 stations, share .5", "margin, percent", 5.4, 0.05, "printed"),
        Reference("estok2002quick", "816 stations, share .5", "margin, percent", 3.43, 0.005, "printed"),
        Reference(
            "cochran1977sampling", "tests/witnesses/test_sampling.py", "ratio and its error by hand", 0.0, 1e-10, "hand"
        ),
    )
    cost = "linear in copies"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """As many stations drawn by lot from a contest like the sample, whose shares are the announced ones."""
        copies = case.copies
        if copies is None or case.sampling.design != "random" or not len(copies):
            return case
        base = _base(case)
        whole = copies.whole(base)
        found = {j: _announced_share(case, option, base) for j, option in enumerate(copies.options)}
        shares = {j: share for j, share in found.items() if share is not None}
        # Where the votes do not add up no contest has these shares, and the sample stays as it is.
        sound = whole is not None and copies.known(base).all() and (copies.votes >= 0).all()
        if not shares or not sound or sum(shares.values()) > 1 + 1e-9:
            return case
        assert whole is not None
        if (copies.votes.sum(axis=1) > whole).any() or "votes" in copies.absent:
            return case
        stratum, names, frame, _ = _strata(copies, case.sampling, np.arange(len(copies)))
        given = [n in case.sampling.frame for n in names]
        votes, source, shares_there = sampled(rng, copies.votes, whole, stratum, frame, given, shares)
        counts = {name: values[source] for name, values in copies.counts.items() if name not in copies.absent}
        if base == "ballots" and "valid" in counts:
            counts["valid"] = votes.sum(axis=1)
            counts |= {"invalid": counts["ballots"] - counts["valid"]} if "invalid" in counts else {}
        # The counts are drawn, so the contest's own shares stand for the announced ones, which they are but for that.
        figures = {copies.options[j]: float(shares_there[j]) for j in shares}
        total = count_range(case.announced, "", base)
        assert total is not None
        kept = [a for a in case.announced if a.territory or a.column not in figures]
        told = [Announced(option, round(share * total.point)) for option, share in figures.items()]
        return replace(case, copies=copies.with_counts(votes=votes, **counts), announced=(*kept, *told))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The estimate if the design allows one; bounds if not."""
        if case.copies is None or not len(case.copies):
            raise Unasked("away", tables=["copies"]) if "copies" in case.away else Unasked("no_copies")
        base = _base(case)
        if case.sampling.design != "random":
            return self._bounds(case, base)
        rows = np.flatnonzero(ledger(case.copies).firm & case.copies.known(base))
        if len(rows) < 2:
            raise Unasked("too_few", stations=len(rows))
        return self._estimate(case, base, rows)

    def _bounds(self, case: Case, base: str) -> Answer:
        """What holds whatever the choice of the copies; refused where the ballots are not known."""
        copies = case.copies
        assert copies is not None
        whole = count_range(case.announced, "", base)
        seen_counts = copies.whole(base)
        if whole is None or whole.high is None or seen_counts is None:
            raise Unasked("convenience")
        rows = np.flatnonzero(ledger(copies).counted_once & copies.known(base))
        seen = exact_sum(seen_counts[rows])
        if not 0 < seen < whole.low:
            raise Unasked("convenience")
        records: list[Record] = []
        for j, option in enumerate(copies.options):
            votes = exact_sum(np.maximum(copies.votes[rows, j], 0))
            if votes > seen:
                continue
            records.append(
                {
                    "option": option,
                    "share_in_copies": votes / seen,
                    "low": votes / whole.high,
                    "high": (votes + whole.high - seen) / whole.high,
                    "announced": _announced_share(case, option, base),
                }
            )
        if not records:
            raise Unasked("convenience")
        first = max(records, key=lambda r: (r["share_in_copies"], r["option"]))
        facts = {
            "copies": len(copies),
            "part": seen / whole.point,
            "option": first["option"],
            "low": first["low"],
            "high": first["high"],
            "share": first["share_in_copies"],
            "level": self.level,
        }
        estimates = tuple(
            Estimate(f"share of {r['option']}", r[side], "share", kind) for r in records for side, kind in SIDES
        )
        return Answer(
            "description",
            "refused",
            facts,
            estimates=estimates,
            caveats=("refused",),
            tables={"bounds": _as_shares(records)},
            series={"rows": _drawn(records, "low", "high", None)},
        )

    def _estimate(self, case: Case, base: str, rows: NDArray[np.int64]) -> Answer:
        from scipy import stats

        copies, sampling = case.copies, case.sampling
        assert copies is not None
        stratum, names, frame, drawn = _strata(copies, sampling, rows)
        counts = copies.whole(base)
        assert counts is not None
        weight = np.asarray(counts[rows], dtype=np.float64)
        if not (weight > 0).any():
            raise Unasked("nobody_voted")
        freedom = max(1, len(rows) - len(np.unique(stratum)))
        records: list[Record] = []
        for j, option in enumerate(copies.options):
            votes = np.asarray(copies.votes[rows, j], dtype=np.float64)
            share, error, effect = combined_ratio(votes, weight, stratum, frame)
            worst = missing_bounds(votes, weight, stratum, frame, drawn)
            announced = _announced_share(case, option, base)
            margin = None if error is None else float(stats.t.ppf(0.5 + self.level / 2, freedom)) * error
            student = _log10_outside(share, error, freedom, announced, worst)
            log10_p = None
            if student is not None and announced is not None:
                log10_p = max(student, log10_chance(votes, weight, stratum, frame, drawn, announced))
            records.append(
                {
                    "option": option,
                    "share": share,
                    "error": error,
                    "low": None if margin is None else max(0.0, share - margin),
                    "high": None if margin is None else min(1.0, share + margin),
                    "worst_low": min(share, worst[0]),
                    "worst_high": max(share, worst[1]),
                    "design_effect": effect,
                    "announced": announced,
                    "student": student,
                    "log10_p": log10_p,
                }
            )
        tried = [r for r in records if r["log10_p"] is not None]
        first = (
            min(tried, key=lambda r: (r["log10_p"], r["student"], r["option"]))
            if tried
            else max(records, key=lambda r: (r["share"], r["option"]))
        )
        log10_p = min(0.0, first["log10_p"] + math.log10(len(tried))) if tried else None
        student = min((r["student"] + math.log10(len(tried)) for r in tried), default=0.0)
        outside = log10_p is not None and log10_p <= math.log10(1 - self.level)
        facts = {
            "stations": len(rows),
            "drawn": sum(drawn),
            "silent": sum(drawn) - len(rows),
            "frame": sum(frame),
            "strata": len(names),
            "option": first["option"],
            "share": first["share"],
            "margin": (first["high"] - first["low"]) / 2 if first["low"] is not None else 0.0,
            "low": first["low"],
            "high": first["high"],
            "worst_low": first["worst_low"],
            "worst_high": first["worst_high"],
            "announced": first["announced"],
            "level": self.level,
            "log10_p": log10_p,
        }
        facts = {k: v for k, v in facts.items() if v is not None}
        if first["low"] is None:
            outcome = "no_margin"
        elif not tried:
            outcome = "estimate"
        else:
            outcome = "outside" if outside else "margin" if student <= math.log10(1 - self.level) else "inside"
        evidence = None
        if log10_p is not None and first["error"]:
            evidence = Evidence((first["announced"] - first["share"]) / first["error"], log10_p, expected=0.0, sd=1.0)
        return Answer(
            status="departure" if outside else "none" if tried else "description",
            outcome=outcome,
            facts=facts,
            evidence=evidence,
            estimates=tuple(
                Estimate(f"share of {r['option']}", r["share"], "share", "estimate", r["low"], r["high"], self.level)
                for r in records
            ),
            caveats=(
                "lot",
                *(["bound"] if tried else []),
                *(["small"] if freedom < SMALL and first["low"] is not None else []),
                *(["silent"] if sum(drawn) > len(rows) else []),
                *(["frame"] if not sampling.frame else []),
            ),
            tables={"shares": _as_shares(records)},
            series={"rows": _drawn(records, "low", "high", "share")},
            power={} if outcome == "no_margin" else {"margin": facts["margin"], "stations": len(rows)},
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Interval (or bounds) by option, the announced share beside it."""
        words = wording.template(self.name, "drawing", language=language)
        y = {"field": "option", "type": "nominal", "title": None, "sort": None}

        def x(name: str) -> Record:
            return {"field": name, "type": "quantitative", "title": words["x"]}

        spec = {
            "layer": [
                {
                    "mark": {"type": "rule", "color": "observed", "strokeWidth": 3},
                    "encoding": {"y": y, "x": x("low"), "x2": {"field": "high"}},
                },
                {
                    "transform": [{"filter": "isValid(datum.share)"}],
                    "mark": {"type": "point", "filled": True, "color": "observed", "size": 80},
                    "encoding": {"y": y, "x": x("share")},
                },
                {
                    "transform": [{"filter": "isValid(datum.announced)"}],
                    "mark": {"type": "tick", "color": "departure", "thickness": 3},
                    "encoding": {"y": y, "x": x("announced")},
                },
            ]
        }
        key = "alt" if "low" in finding.answer.facts else "alt_no_margin"
        alt = wording.phrase(self.name, "drawing", key, facts=finding.answer.facts, language=language)
        return Drawing(spec, [dict(r) for r in finding.series["rows"]], words["title"], alt, words["caption"])

    def example(self, rng: np.random.Generator) -> Case:
        """Two hundred of two thousand stations, drawn by lot, and the true shares announced."""
        size = rng.integers(200, 1500, 2000)
        share = 1 / (1 + np.exp(-rng.normal(0, 0.5, 2000)))
        votes = rng.binomial(size, share)
        whole = Results(
            ("A", "B"),
            np.stack([votes, size - votes], axis=1).astype(np.int64),
            places={"station": Labels.of([f"{i:05d}" for i in range(2000)])},
            contest=Contest("Example"),
        )
        announced = [*(Announced(c, n) for c, n in whole.totals.items()), Announced("valid", int(size.sum()))]
        return Case(
            whole.contest,
            announced=tuple(announced),
            copies=whole.take(rng.permutation(2000)[:200]),
            sampling=Sampling("random", frame={"": 2000}, drawn={"": 200}),
        )


def _base(case: Case) -> str:
    assert case.copies is not None or case.contest is not None
    copies = case.copies
    return case.contest.share_of if copies is not None and copies.has(case.contest.share_of) else "valid"


def _announced_share(case: Case, option: str, base: str) -> float | None:
    """The share that was announced, from counts if there are any."""
    if option not in options_of(case.announced):
        return None
    votes, whole = count_range(case.announced, "", option), count_range(case.announced, "", base)
    if votes is not None and whole is not None and whole.point > 0:
        share = votes.point / whole.point
        return share if 0.0 <= share <= 1.0 else None
    return None


def _strata(
    copies: Results, sampling: Sampling, rows: NDArray[np.int64]
) -> tuple[NDArray[np.int64], list[str], list[int], list[int]]:
    """Index of the stratum of each row, with the stations there are and were drawn."""
    if sampling.level and sampling.level in copies.places:
        labels = copies.places[sampling.level].values()[rows]
    else:
        labels = np.array([""] * len(rows), dtype=object)
    names = sorted({*(str(v) for v in labels), *sampling.frame, *sampling.drawn} if sampling.level else {""})
    index = {name: k for k, name in enumerate(names)}
    stratum = np.array([index[str(v)] for v in labels], dtype=np.int64)
    sizes = np.bincount(stratum, minlength=len(names))
    drawn = [max(int(sampling.drawn.get(n, sizes[k])), int(sizes[k])) for k, n in enumerate(names)]
    # Without a frame the finite-population correction is left out: as many stations as one likes.
    endless = max(10**6, 1000 * len(rows))
    frame = [max(int(sampling.frame.get(n, endless)), drawn[k]) for k, n in enumerate(names)]
    kept = [k for k in range(len(names)) if drawn[k] > 0]
    renumber = {k: i for i, k in enumerate(kept)}
    return (
        np.array([renumber[int(s)] for s in stratum], dtype=np.int64),
        [names[k] for k in kept],
        [frame[k] for k in kept],
        [drawn[k] for k in kept],
    )


def _log10_outside(
    share: float, error: float | None, freedom: int, announced: float | None, worst: tuple[float, float]
) -> float | None:
    """Two-sided, from the nearer end of the bounds for stations that did not report."""
    from scipy import stats

    if announced is None or not error:
        return None
    near = min(max(announced, min(share, worst[0])), max(share, worst[1]))
    t = abs(announced - near) / error
    if freedom < LEAST_FREEDOM:
        return None
    return float(max(-300.0, (math.log(2) + float(stats.t.logsf(t, freedom))) / math.log(10))) if t > 0 else 0.0


def _as_shares(records: list[Record]) -> list[Record]:
    """The records for a table, with names by which it prints shares as percentages."""
    plain = ("option", "share", "design_effect", "log10_p")
    return [
        {key if key in plain else f"{key}_share": value for key, value in r.items() if key != "student"}
        for r in records
    ]


def _drawn(records: list[Record], low: str, high: str, share: str | None) -> list[Record]:
    def percent(value: Any) -> float | None:
        return None if value is None else round(100 * float(value), 3)

    return [
        {
            "option": r["option"],
            "low": percent(r[low]),
            "high": percent(r[high]),
            "share": percent(r[share]) if share else None,
            "announced": percent(r["announced"]),
        }
        for r in records
    ]
