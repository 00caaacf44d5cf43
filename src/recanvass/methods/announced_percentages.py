r"""Were announced counts worked out from percentages, and do the percentages follow from the counts?

**Rounded totals.** Votes are counted and percentages worked out from them. Done the other way
round, percentage first, the counts give themselves away: each is its rounded percentage times the
total, to the nearest vote. Of the possible counts next to one another only one in :math:`N/G` is
such a number (:math:`G = 1000` for one decimal; `recanvass.kernels.rounded_totals`).

Venezuela, 28 July 2024: 5,150,092, 4,445,978 and 462,704 of 10,058,774 are 51.2, 44.2 and 4.6 %
of it to the nearest vote. Grid points lie 10,058.774 votes apart, so one count of arbitrary
remainder is on the grid with probability :math:`q = 1000/10058774 = 9.94 \cdot 10^{-5}`. The three
make up the total, so two are free: :math:`q^2 = 9.9 \cdot 10^{-9}`. Counting all ways to split
10,058,774 votes in three gives :math:`7.4 \cdot 10^{-9}` exactly, the roundings having to cancel
as well. What else was tried is added: grids of 0, 1 and 2 decimals, rounding to the nearest and
down or up, every announced total as denominator. The event for each is counted in with the fewest
hits that would have looked as unlikely, and the sum, :math:`1.0 \cdot 10^{-8}`, bounds the chance
that *anything* tried looks as round. Several territories or bulletins multiply it once more.

**With one option** (Syria 2014, if only 10,319,723 of 11,634,412 were known) the chance is about
1 in 10,000 for one figure on the grid of a tenth of a percent: a lead, not more. All four figures of
that announcement are on it, the invalid votes among them, and they miss the total by one.

**Percentages that do not follow.** A count and a percentage announced together must agree on
some stated total, rounded or cut off. Where they agree on another total than the one stated, this
is listed as such; where they agree on none, it is a departure, and from the second such figure on a
contradiction (one may be a misprint).

The null: remainders are arbitrary. Each announcement is moved by up to half a percent of its total
per option, every whole number of votes equally likely, the total kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from recanvass import wording
from recanvass.announced_sets import AnnouncedSet, announced_sets, percentage_record
from recanvass.case import Announced, Case
from recanvass.errors import UsageError
from recanvass.finding import Answer, Evidence, Finding
from recanvass.kernels.rounded_totals import density, log10_any, log10_chance, nearest_point, on_grid
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Contest

Record = dict[str, Any]

#: A count must be at least this many grid steps from nothing and from everything to be tried.
STEPS = 5


@dataclass(frozen=True)
class AnnouncedPercentages(Method):
    """Counts that are a rounded percentage of a total; percentages that do not follow from counts.

    Parameters
    ----------
    decimals : tuple of int
        Grids that are tried.
    level : float
        log10 of the p-value from which on rounded totals are called a contradiction.
    """

    decimals: tuple[int, ...] = (0, 1, 2)
    level: float = -6.0

    evidence_class = "A"
    room = "accounts"
    needs = Needs(results=False)
    detects = ("rounded_totals",)
    cites = ("cne2024first", "sana2014results")
    references = (
        Reference("cne2024first", "venezuela_2024 first bulletin", "log10 p", -8.0, 0.2, "printed"),
        Reference("cne2024first", "venezuela_2024 first bulletin", "51.2 % of 10,058,774", 5150092, 0.5, "printed"),
        Reference("sana2014results", "syria_2014", "88.7 % of 11,634,412", 10319723, 0.5, "printed"),
    )
    cost = "linear in announced figures"

    def __post_init__(self) -> None:
        if not self.decimals or not all(0 <= d <= 6 for d in self.decimals):
            raise UsageError(f"announced_percentages: decimals is {self.decimals}; it must hold numbers from 0 to 6.")

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Each announcement with its remainders arbitrary: the counts moved, the total kept."""
        moved: dict[int, Announced] = {}
        for group in announced_sets(case.announced):
            wide = max(1, group.largest // 200)
            counts = [case.announced[i].count or 0 for i in group.indices]
            shift = rng.integers(-wide, wide + 1, len(counts))
            if len(counts) > 1:
                shift[-1] = -int(shift[:-1].sum())
            made = [max(0, c + int(s)) for c, s in zip(counts, shift, strict=True)]
            for i, count in zip(group.indices, made, strict=True):
                moved[i] = replace(case.announced[i], count=count, percent=None)
        return replace(case, announced=tuple(moved.get(i, a) for i, a in enumerate(case.announced)))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Both questions, of every announcement."""
        groups = announced_sets(case.announced)
        if not groups:
            raise Unasked("no_counts")
        tested = [self._rounded(g) for g in groups if g.totals]
        if not tested:
            raise Unasked("no_totals")
        percentages = [r for g in groups for r in percentage_record(g, case.announced)]
        sums = [g.sum_record() for g in groups if g.sum_record()]
        return self._answer(groups, tested, percentages, [s for s in sums if s is not None])

    def _rounded(self, group: AnnouncedSet) -> Record:
        """The least likely setting of one announcement, everything that was tried counted in."""
        settings: list[tuple[int, int, float]] = []
        best: Record | None = None
        for label, total in group.totals:
            parts = group.parts(label)
            for decimals in self.decimals:
                grid = 10 ** (decimals + 2)
                fit = [(n, c) for n, c in parts if c * grid >= STEPS * total and (total - c) * grid >= STEPS * total]
                tied = group.tied(label) and len(fit) == len(parts) and len(parts) > 1
                free = len(fit) - 1 if tied else len(fit)
                for slack in (0, 1):
                    q = density(total, decimals, slack)
                    settings.append((len(fit), free, q))
                    hits = [n for n, c in fit if on_grid(c, total, decimals, slack)]
                    log10_one = log10_chance(len(fit), len(hits), free, q)
                    if best is None or log10_one < best["log10_one"]:
                        best = {
                            "total_name": label,
                            "total": total,
                            "decimals": decimals,
                            "slack": slack,
                            "hits": len(hits),
                            "tried": len(fit),
                            "free": free,
                            "q": q,
                            "log10_one": log10_one,
                            "names": hits,
                        }
        assert best is not None
        return best | {
            "territory": group.territory,
            "bulletin": group.bulletin,
            "log10_p": log10_any(settings, best["log10_one"]) if best["log10_one"] < 0 else 0.0,
            "settings": len(settings),
            "figures": _figures(group, best),
        }

    def _answer(
        self, groups: Sequence[AnnouncedSet], tested: list[Record], percentages: list[Record], sums: list[Record]
    ) -> Answer:
        first = min(tested, key=lambda r: (r["log10_p"], r["territory"], r["bulletin"]))
        log10_p = min(0.0, first["log10_p"] + math.log10(len(tested)))
        broken = [r for r in percentages if r["verdict"] == "follows from none"]
        other = [r for r in percentages if r["verdict"] == "another total"]
        if log10_p <= self.level:
            status, outcome = "contradiction", "rounded"
        elif broken:
            # One figure may be a misprint in the source; two in one case are not.
            status, outcome = "contradiction" if len(broken) > 1 else "departure", "does_not_follow"
        elif log10_p <= -3:
            status, outcome = "departure", "rounded_perhaps"
        elif other:
            status, outcome = "departure", "another_total"
        else:
            status, outcome = "none", "nothing"
        shown = first["figures"]
        facts: Record = {
            "announcements": len(groups),
            "figures": sum(len(g.indices) for g in groups),
            "place": first["territory"],
            "bulletin": first["bulletin"],
            "total": first["total"],
            "total_name": first["total_name"],
            "hits": first["hits"],
            "tried": first["tried"],
            "free": first["free"],
            "step": first["total"] / 10 ** (first["decimals"] + 2),
            "decimals": first["decimals"],
            "settings": first["settings"],
            "log10_one": first["log10_one"],
            "log10_p": log10_p,
            "names": [f"{r['count']:,} ({r['percent']} %)" for r in shown if r["on_grid"]],
            "percentages": len(percentages),
            "broken": len(broken),
            "other": len(other),
            "sums_off": sum(1 for s in sums if s["off"] and s["must_add_up"]),
        }
        for named in (broken or other)[:1]:
            facts |= {
                "name": named["figure"],
                "count": named["count"],
                "percent": named["announced_percent"],
                "base": named["base"],
                "right": named["percent_of_base"],
                "fits": named["fits"] or "–",
            }
        caveats = ["remainder"] if status != "none" and outcome.startswith("rounded") else []
        caveats += ["one_option"] if first["hits"] and first["free"] == 1 and log10_p < -2 else []
        caveats += ["other_totals"] if other and outcome != "another_total" else []
        caveats += ["sums"] if facts["sums_off"] else []
        return Answer(
            status=status,  # type: ignore[arg-type]
            outcome=outcome,
            facts=facts,
            evidence=Evidence(float(first["hits"]), log10_p, expected=first["tried"] * first["q"]),
            caveats=tuple(caveats),
            tables={
                "grid": [
                    {"territory": t["territory"], "bulletin": t["bulletin"], **f} for t in tested for f in t["figures"]
                ],
                "percentages": percentages,
                "sums": sums,
            },
            series={"bars": shown, "step": facts["step"]},
            power={"chance": math.log10(max(first["q"], 1e-300)), "free": max(1, first["free"])},
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """How far each count is from the nearest rounded percentage, within half a grid step."""
        words = wording.template(self.name, "drawing", language=language)
        step = float(finding.series["step"])
        records = [
            dict(r) | {"half": step / 2, "minus": -step / 2, "label": _label(r, language)}
            for r in finding.series["bars"]
        ]
        y = {"field": "figure", "type": "nominal", "title": None, "sort": None, "scale": {"paddingInner": 0.45}}
        color = {"condition": {"test": "datum.on_grid", "value": "departure"}, "value": "observed"}
        spec = {
            "layer": [
                {
                    "mark": {"type": "bar", "color": "expected", "height": {"band": 0.6}},
                    "encoding": {
                        "y": y,
                        "x": {"field": "minus", "type": "quantitative", "title": words["x"], "axis": {"tickCount": 5}},
                        "x2": {"field": "half"},
                    },
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1},
                    "encoding": {"y": y, "x": {"field": "off", "type": "quantitative"}, "color": color},
                },
                {
                    # Towards the middle, so that no label lies on the names or leaves the chart.
                    "mark": {"type": "text", "dy": -14, "align": {"expr": "datum.off < 0 ? 'left' : 'right'"}},
                    "encoding": {
                        "y": y,
                        "x": {"field": "off", "type": "quantitative"},
                        "text": {"field": "label", "type": "nominal"},
                    },
                },
            ]
        }
        alt = wording.phrase(self.name, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words["caption"])

    def example(self, rng: np.random.Generator) -> Case:
        """Three options of a small town, counted."""
        votes = rng.multinomial(50_000, (0.5, 0.3, 0.2))
        return Case(
            Contest("Example"), announced=tuple(Announced(o, int(v)) for o, v in zip("ABC", votes, strict=True))
        )


def _label(bar: Record, language: str) -> str:
    """A count as the rounded percentage beside it, and what is left."""
    count, percent = wording.count(bar["count"], language), wording.written(str(bar["percent"]), language)
    sign, left = "+" if bar["off"] >= 0 else "−", wording.number(abs(bar["off"]), 1, language)
    return f"{count} = {percent}\u202f% {sign} {left}"


def _figures(group: AnnouncedSet, best: Record) -> list[Record]:
    """Each count beside the nearest rounded percentage of the total that fits best."""
    total, decimals = best["total"], best["decimals"]
    grid = 10 ** (decimals + 2)
    found = []
    for name, count in group.parts(best["total_name"]):
        point, off = nearest_point(count, total, decimals)
        percent = f"{100 * point / grid:.{decimals}f}"
        hit = on_grid(count, total, decimals, best["slack"])
        found.append(
            {
                "figure": name,
                "count": count,
                "total": total,
                "percent": percent,
                "off": off / grid,
                "on_grid": hit,
                "log10_alone": math.log10(density(total, decimals, best["slack"])),
                "label": f"{count:,} = {percent} % {'+' if off >= 0 else '−'} {abs(off) / grid:,.1f}",
            }
        )
    return found
