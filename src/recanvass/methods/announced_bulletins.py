r"""Do successive announcements fit one another?

Three questions of figures that were announced one after the other.

**Totals that shrink.** Votes counted do not become fewer. A count that is lower in a later bulletin
of the same territory is listed; up to one vote in a thousand it may be a correction, beyond that
it is a contradiction.

**Turnout by the hour.** Neither do voters. Shares of a register that was being added to may fall a
little while the number of voters rises, so each percentage is turned into the range of voters it
can stand for (`recanvass.announced_totals`: rounding, and all growth of the register), and only a
later range that lies wholly below an earlier one is a contradiction. Between two hours the voters
of the territory came through its stations at so many an hour,

.. math:: v = \frac{(t_2 - t_1) R}{m\,(h_2 - h_1)},

:math:`m` its number of stations. Above ``capacity`` voters an hour it is said to be more than the
stations could serve. The default, 400, is a voter every nine seconds without a pause at every
station at once: an assumption, printed with the finding.

**Early votes by region.** Shares of early votes by territory, their range and how far it is from
what regions show elsewhere, as description: organisation differs, and so do regions.

The null: the later figures are at least the earlier ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from recanvass import wording
from recanvass.announced_totals import CountRange, by_territory, count_range, hour_of, printed, range_of, territories
from recanvass.case import Announced, Case
from recanvass.finding import Answer, Finding
from recanvass.hour_drawings import hour_layers, labelled
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Contest

Record = dict[str, Any]


@dataclass(frozen=True)
class AnnouncedBulletins(Method):
    """Shrinking totals, turnout by the hour, early votes by region.

    Parameters
    ----------
    correction : float
        The part of a total by which a later bulletin may be lower without contradiction.
    capacity : float
        Voters that a station can serve in an hour.
    """

    correction: float = 0.001
    capacity: float = 400.0

    evidence_class = "A"
    room = "accounts"
    needs = Needs(results=False)
    detects = ("falling_bulletins",)
    cites = ("cec2020belarus", "cne2024second")
    references = (
        Reference(
            "cec2020belarus", "belarus_2020", "Gomel, turnout at 20:00 minus final, points", 0.11, 1e-9, "printed"
        ),
        Reference(
            "cec2020belarus", "belarus_2020", "Brest, voters from 10:00 to 12:00, thousands", 96.6, 0.1, "printed"
        ),
    )
    cost = "linear in announced figures"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Each later figure is at least the earlier one of its territory."""
        highest: dict[tuple[str, str], int] = {}
        kept = []
        for a in case.announced:
            if a.count is not None:
                key = a.territory, a.column
                highest[key] = max(a.count, highest.get(key, 0))
                a = replace(a, count=highest[key])
            kept.append(a)
        return replace(case, announced=tuple(a for a in kept if hour_of(a.bulletin) is None or a.count is not None))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """All three questions, as far as the figures go."""
        bulletins = _successions(case.announced, self.correction)
        hours = _hours(case.announced, self.capacity)
        early = _early(case.announced)
        if not bulletins and not hours and len(early) < 2:
            raise Unasked("nothing_repeated")
        return self._answer(bulletins, hours, early)

    def _answer(self, bulletins: list[Record], hours: list[Record], early: list[Record]) -> Answer:
        shrinking = [r for r in bulletins if r["verdict"] == "shrinks"]
        falling = [r for r in hours if r["verdict"] == "falls"]
        crowded = [r for r in hours if r["verdict"] == "above capacity"]
        small = [r for r in bulletins if r["verdict"] == "correction"]
        facts: Record = {
            "compared": len(bulletins) + len(hours),
            "shrinking": len(shrinking),
            "falling": len(falling),
            "crowded": len(crowded),
            "corrections": len(small),
            "capacity": self.capacity,
            "within": sum(r["verdict"] == "lower share only" for r in hours),
            "early_places": len(early),
        }
        if shrinking:
            worst = max(shrinking, key=lambda r: (r["before"] - r["after"], r["figure"]))
            status, outcome = "contradiction", "shrinks"
            facts |= {
                "figure": worst["figure"],
                "place": worst["territory"],
                "before": worst["before"],
                "after": worst["after"],
                "first": worst["first"],
                "second": worst["second"],
            }
        elif falling:
            worst = max(falling, key=lambda r: (r["voters_before_low"] - r["voters_after_high"], r["territory"]))
            status, outcome = "contradiction", "falls"
            facts |= {
                "place": worst["territory"],
                "first": worst["first"],
                "second": worst["second"],
                "missing": worst["voters_before_low"] - worst["voters_after_high"],
            }
        elif crowded:
            worst = max(crowded, key=lambda r: (r["voters_an_hour"], r["territory"]))
            status, outcome = "departure", "crowded"
            facts |= {
                "place": worst["territory"],
                "first": worst["first"],
                "second": worst["second"],
                "rate": worst["voters_an_hour"],
                "seconds": 3600 / worst["voters_an_hour"],
            }
        elif small:
            status, outcome = "departure", "corrected"
        elif bulletins or hours:
            status, outcome = "none", "fits"
        else:
            status, outcome = "description", "early_only"
        if early:
            low, high = min(early, key=lambda r: r["share"]), max(early, key=lambda r: r["share"])
            facts |= {
                "early_low": low["share"],
                "early_high": high["share"],
                "early_low_place": low["territory"],
                "early_high_place": high["territory"],
            }
        caveats = (["growth"] if facts["within"] else []) + (["early"] if len(early) > 1 else [])
        timed = [r for r in hours if r["voters_an_hour"] is not None]
        if timed:
            busiest = max(timed, key=lambda r: (r["voters_an_hour"], r["territory"]))
            caveats.append("capacity")
            facts |= {
                "busy_place": busiest["territory"],
                "busy_first": busiest["first"],
                "busy_second": busiest["second"],
                "busy_rate": round(busiest["voters_an_hour"]),
            }
        points = [
            {"territory": r["territory"], "hour": h, "percent": p}
            for r in hours
            for h, p in ((r["hour_first"], r["percent_before"]), (r["hour_second"], r["percent_after"]))
            if h is not None and p is not None
        ]
        unique = [dict(t) for t in dict.fromkeys(tuple(sorted(p.items())) for p in points)]
        tables = {"bulletins": bulletins, "hours": hours, "early": early}
        return Answer(
            status=status,  # type: ignore[arg-type]
            outcome=outcome,
            facts=facts,
            caveats=tuple(caveats),
            tables={k: v for k, v in tables.items() if v},
            series={
                "hours": unique,
                "early": [{"territory": r["territory"], "percent": round(100 * r["share"], 3)} for r in early],
                "steps": [
                    {
                        "figure": f"{r['figure']}{', ' if r['territory'] else ''}{r['territory']}",
                        "bulletin": b,
                        "votes": v,
                    }
                    for r in bulletins
                    for b, v in ((r["first"], r["before"]), (r["second"], r["after"]))
                ],
            },
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Turnout by the hour if there is any, else the bulletins, else early votes."""
        words = wording.template(self.name, "drawing", language=language)
        series = finding.series
        if series["hours"]:
            records, spec = (
                labelled(series["hours"], language),
                hour_layers(words, sorted({p["hour"] for p in series["hours"]})),
            )
        elif series["steps"]:
            records, spec = _named(series["steps"]), _lines(words["bulletin"], words["votes"])
        else:
            records = series["early"]
            spec = {
                "mark": {"type": "bar", "color": "observed"},
                "encoding": {
                    "y": {"field": "territory", "type": "nominal", "title": None, "sort": "-x"},
                    "x": {"field": "percent", "type": "quantitative", "title": words["early"]},
                },
            }
        alt = wording.phrase(self.name, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(
            spec,
            [dict(r) for r in records],
            words["title"],
            alt,
            words["caption"] if series["hours"] or series["steps"] else "",
        )

    def example(self, rng: np.random.Generator) -> Case:
        """Two bulletins of two options."""
        first = rng.integers(1000, 2000, 2)
        second = first + rng.integers(0, 500, 2)
        announced = [
            Announced(o, int(n), bulletin=b)
            for b, row in (("1", first), ("2", second))
            for o, n in zip("AB", row, strict=True)
        ]
        return Case(Contest("Example"), announced=tuple(announced))


def _named(steps: list[Record]) -> list[Record]:
    """The steps, with the figure's name at the last of each line."""
    last = {step["figure"]: k for k, step in enumerate(steps)}
    return [dict(step) | {"name": step["figure"] if last[step["figure"]] == k else ""} for k, step in enumerate(steps)]


def _lines(x_title: str, y_title: str) -> Record:
    x = {"field": "bulletin", "type": "ordinal", "title": x_title, "sort": None, "axis": {"labelAngle": 0}}
    y = {"field": "votes", "type": "quantitative", "title": y_title, "scale": {"zero": False}}
    line = {"type": "line", "color": "observed", "point": {"filled": True, "color": "observed"}}
    return {
        "layer": [
            {"mark": line, "encoding": {"x": x, "y": y, "detail": {"field": "figure", "type": "nominal"}}},
            {
                "mark": {"type": "text", "align": "left", "dx": 8},
                "encoding": {"x": x, "y": y, "text": {"field": "name", "type": "nominal"}},
            },
        ]
    }


def _successions(announced: tuple[Announced, ...], correction: float) -> list[Record]:
    """Counts of one figure in successive bulletins; the register may shrink and is left out."""
    groups: dict[tuple[str, str], list[Announced]] = {}
    for a in announced:
        if (
            a.count is not None
            and a.bulletin
            and hour_of(a.bulletin) is None
            and a.column not in ("registered", "stations")
        ):
            groups.setdefault((a.territory, a.column), []).append(a)
    records = []
    for (territory, column), figures in groups.items():
        for one, two in pairwise(figures):
            before, after = one.count or 0, two.count or 0
            verdict = (
                "grows" if after >= before else "correction" if before - after <= correction * before else "shrinks"
            )
            records.append(
                {
                    "territory": territory,
                    "figure": column,
                    "first": one.bulletin,
                    "second": two.bulletin,
                    "before": before,
                    "after": after,
                    "verdict": verdict,
                }
            )
    return records


def _hours(announced: tuple[Announced, ...], capacity: float) -> list[Record]:
    """Turnout between one hour and the next, and from the last hour to the final figure."""
    records, of_territory = [], by_territory(announced)
    for territory in territories(announced):
        given = of_territory[territory]
        timed = sorted(
            (
                (hour_of(a.bulletin) or 0.0, i, a)
                for i, a in enumerate(given)
                if a.territory == territory and a.column in ("ballots", "turnout") and hour_of(a.bulletin) is not None
            ),
            key=lambda t: t[:2],
        )
        if not timed:
            continue
        figures: list[tuple[float | None, str, Announced]] = [(h, a.bulletin, a) for h, _, a in timed]
        last = [
            a
            for a in given
            if a.territory == territory and a.column in ("ballots", "turnout") and hour_of(a.bulletin) is None
        ]
        if last:
            figures.append((None, last[-1].bulletin or "final", last[-1]))
        stations = count_range(given, territory, "stations")
        for one, two in pairwise(figures):
            records.append(_step(given, territory, one, two, stations, capacity))
    return records


def _step(
    announced: list[Announced],
    territory: str,
    one: tuple[float | None, str, Announced],
    two: tuple[float | None, str, Announced],
    stations: CountRange | None,
    capacity: float,
) -> Record:
    before, after = (range_of(announced, x[2]) for x in (one, two))
    shares = [None if x[2].percent is None else float(sum(printed(x[2].percent)) * 50) for x in (one, two)]
    rate, verdict = None, "rises"
    if shares[0] is not None and shares[1] is not None and shares[1] < shares[0]:
        verdict = "lower share only"
    if before is not None and after is not None:
        if after.high is not None and after.high < before.low:
            verdict = "falls"
        apart = (two[0] or 0.0) - (one[0] or 0.0)
        if stations is not None and stations.low > 0 and two[0] is not None and apart > 0:
            rate = max(0.0, after.point - before.point) / (stations.low * apart)
            if rate > capacity and verdict == "rises":
                verdict = "above capacity"
    return {
        "territory": territory,
        "first": one[1],
        "second": two[1],
        "hour_first": one[0],
        "hour_second": two[0],
        "percent_before": shares[0],
        "percent_after": shares[1],
        "voters_before_low": before.low if before else None,
        "voters_after_high": after.high if after else None,
        "voters_between": round(after.point - before.point) if before and after else None,
        "voters_an_hour": rate,
        "verdict": verdict,
    }


def _early(announced: tuple[Announced, ...]) -> list[Record]:
    """Early voters as a part of the register or of the voters, by territory."""
    found = []
    for a in announced:
        if a.column != "issued_early" or not a.territory:
            continue
        if a.percent is not None:
            low, high = printed(a.percent)
            found.append({"territory": a.territory, "share": float((low + high) / 2), "of": a.base})
        elif a.count is not None:
            whole = count_range(announced, a.territory, "ballots")
            if whole is not None and whole.point > 0:
                found.append({"territory": a.territory, "share": a.count / whole.point, "of": "ballots"})
    return found
