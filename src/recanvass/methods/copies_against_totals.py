r"""Can the announced totals be true, given the copies of protocols that exist?

Copies are not a sample; no share is estimated from them. Two things hold whatever the reason why
these copies exist and others do not:

1. **Sums.** With :math:`S` votes for an option in the copies of a territory and at most
   :math:`T^+` announced for the whole of it, :math:`S > T^+` is a contradiction. :math:`S` leans only
   on copies about which there is no doubt (`recanvass.copies.Ledger.firm`); :math:`T^+` carries the
   rounding of the announced percentages, the growth of the register and the stations still to
   come (`recanvass.announced_totals`), so the word is used only where the whole range says it.
2. **Bounds.** The stations without a copy must show exactly what is left,
   :math:`p_u = (T - S) / (B - B_s)` (`recanvass.kernels.selection_bounds`). How unlike the stations
   that were seen they must be is the odds ratio of :math:`p_u` and :math:`p_s = S/B_s`, printed beside
   the odds ratios of town and country in undisputed elections (`recanvass.contrasts`).

The null is a set of copies that are true, from a contest whose totals are true: each option is
cut to what its territory's announced total can hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import wording
from recanvass.announced_totals import CountRange, by_territory, count_range, options_of, territories
from recanvass.case import Announced, Case
from recanvass.contrasts import KNOWN
from recanvass.copies import AsPublished, Ledger, as_published, ledger
from recanvass.finding import Answer, Estimate, Finding
from recanvass.kernels.selection_bounds import odds_ratio, unseen_shares
from recanvass.matching import match, territories_of
from recanvass.method import Drawing, Method, Needs, Reference, Unasked
from recanvass.results import Contest, Labels, Results, exact_sum
from recanvass.witness_drawings import curve_layers, dumbbell_panels, pictures, ratio_layers, sums_layers

Record = dict[str, Any]


@dataclass(frozen=True)
class CopiesAgainstTotals(Method):
    """Sums over copies against announced totals, and what stations nobody saw must have shown.

    Parameters
    ----------
    strained : float
        From this odds ratio between unseen and seen stations on, the selection is called larger
        than any known difference of town and country (the largest in `recanvass.contrasts` is 2.3).
    """

    strained: float = 4.0

    evidence_class = "A"
    room = "witnesses"
    needs = Needs(results=False)
    detects = ("swollen_totals",)
    cites = ("golos2020report", "liber2021study", "cne2024second")
    references = (
        Reference("methods/12", "61.7 % seen, 86.2 % unseen", "odds ratio", 3.9, 0.05, "compendium"),
        Reference("tests by hand", "belarus_2020", "implied share of Lukashenko where unseen", 0.8924, 5e-5, "hand"),
        Reference("cne2024second", "venezuela_2024_actas", "votes above the announced", 1830358, 0, "printed"),
    )
    cost = "linear in copies and announced figures"

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The same copies, cut so that no territory's sum is above what was announced for it."""
        if case.copies is None:
            return case
        votes = case.copies.votes.copy()
        for territory, rows in _rows_by_territory(case):
            for option in case.copies.options:
                total = count_range(case.announced, territory, option)
                j = case.copies.options.index(option)
                summed = exact_sum(votes[rows, j])
                if total is not None and total.high is not None and summed > total.high > 0:
                    votes[rows, j] = (votes[rows, j].astype(object) * total.high // summed).astype(np.int64)
        return replace(case, copies=case.copies.with_counts(votes=votes))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """Every territory and option that was announced, and the one that says most."""
        if case.copies is None or not len(case.copies):
            raise Unasked("away", tables=["copies"]) if "copies" in case.away else Unasked("no_copies")
        options = [o for o in options_of(case.announced) if o in case.copies.options]
        if not options:
            raise Unasked("no_totals")
        book = ledger(case.copies)
        beside = None if case.copies_source is None else as_published(case.copies, case.copies_source)
        if beside is not None:
            below = np.flatnonzero(np.isin(case.copies.stations, beside.negative))
            book = replace(book, negative=tuple(sorted({*book.negative, *below.tolist()})))
        if case.results is not None:
            strangers = (m.copy for m in match(case.copies, case.results) if m.row < 0 or m.confidence == "low")
            book = replace(book, strangers=tuple(sorted(strangers)))
        of_territory = by_territory(case.announced)
        records = [
            record
            for territory, rows in _rows_by_territory(case)
            for record in _records(of_territory[territory], options, case.copies, book, territory, rows)
        ]
        if not records:
            raise Unasked("no_territory")
        return self._answer(records, book, beside)

    def _answer(self, records: list[Record], book: Ledger, beside: AsPublished | None) -> Answer:
        above = [r for r in records if r["above_at_least"] > 0]
        tense = [r for r in records if r["odds_ratio"] is not None or r["left_high"] is not None]
        if above:
            chosen, status, outcome = max(above, key=lambda r: r["above_at_least"]), "contradiction", "above"
        else:
            chosen = max(tense or records, key=lambda r: (r["territory"] == "", _strain(r)))
            strained = _strain(chosen) >= math.log(self.strained)
            status = "departure" if strained else "none"
            outcome = "strained" if strained else "room"
            if strained and chosen["odds_ratio"] is None:
                outcome = "nothing_left"
            if chosen["seen_share"] is None or chosen["unseen_low"] is None:
                status, outcome = "none", "sums_only"
        tightest = min(
            (r for r in records if r["left_part"] is not None and r["territory"]),
            key=lambda r: r["left_part"],
            default=None,
        )
        facts = {k: v for k, v in chosen.items() if v is not None} | {
            "place": chosen["territory"],
            "contradictions": len(above),
            "compared": len(records),
            "oddities": book.oddities,
            "doubles": sum(len(g) for g in book.doubles),
            "look_alikes": sum(len(g) for g in book.look_alikes),
            "conflicts": sum(len(g) for g in book.conflicts),
            "unbalanced": len(book.unbalanced),
            "strangers": len(book.strangers),
            "negative": len(book.negative),
            "partial": len(book.partial),
            "largest_known": max(c.ratio for c in KNOWN),
        }
        if chosen["odds_ratio"] is not None:
            facts["strain"] = math.exp(_strain(chosen))
        facts["unseen"] = max(0.0, facts.get("unseen_point", facts.get("unseen_low", 0.0)))
        if tightest is not None:
            facts |= {
                "near_place": tightest["territory"],
                "near_option": tightest["option"],
                "near_used": tightest["votes_used"],
                "near_announced": tightest["announced"],
                "near_left": tightest["left_high"],
                "near_low": tightest["left_low"],
                "near_rounding": tightest["left_rounding"],
            }
        caveats = [
            "not_a_sample",
            *(
                ["tightest_grown" if tightest["grown"] else "tightest"]
                if tightest is not None and tightest["left_high"] >= 0
                else []
            ),
            *[k for k in ("doubles", "look_alikes", "conflicts", "strangers", "unbalanced", "negative") if facts[k]],
        ]
        tables = {"territories": records, "oddities": book.table()}
        if beside is not None:
            caveats.append("source")
            facts |= {
                "source_compared": beside.compared,
                "source_differing": len(beside.differing),
                "source_missing": len(beside.missing),
                "source_negative": len(beside.negative),
                "source_doubled": sum(len(g) for g in (*beside.source.doubles, *beside.source.look_alikes)),
            }
            tables["source"] = [r for r in beside.source.table() if r["oddity"] != "partial"]
        caveats += [
            key
            for key, flag in (("rounded", "rounded"), ("grown", "grown"), ("coverage", "incomplete"))
            if any(r[flag] for r in records)
        ]
        return Answer(
            status=status,  # type: ignore[arg-type]
            outcome=_with_place(outcome, chosen),
            facts=facts,
            estimates=_estimates(chosen, above),
            caveats=tuple(caveats),
            stations=tuple(sorted({row["station"] for row in book.table() if row["oddity"] != "partial"})),
            tables=tables,
            series=pictures(records),
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """A dumbbell by territory over the curve of selection."""
        words = wording.template(self.name, "drawing", language=language)
        series = finding.series
        panels = [sums_layers(words)] if series.get("sums") else []
        panels += dumbbell_panels(words, series["dumbbell"]) if series.get("dumbbell") else []
        panels += [curve_layers(words)] if series.get("curve") else []
        panels += [ratio_layers(words, series["ratios"])] if series.get("ratios") else []
        alt = wording.phrase(self.name, "drawing", "alt", facts=finding.answer.facts, language=language)
        records = [dict(row) for name in ("sums", "dumbbell", "curve", "ratios") for row in series.get(name, ())]
        title = words["title_sums"] if finding.status == "contradiction" else words["title"]
        return Drawing({"vconcat": panels}, records, title, alt, words["caption"])

    def example(self, rng: np.random.Generator) -> Case:
        """Sixty copies of a contest of three hundred stations, its totals announced by region."""
        size = rng.integers(300, 1500, 300)
        votes = np.stack([rng.binomial(size, p) for p in (0.5, 0.3)], axis=1)
        votes = np.column_stack([votes[:, 0], np.minimum(votes[:, 1], size - votes[:, 0])]).astype(np.int64)
        places = {
            "region": Labels.of([f"Region {i % 3}" for i in range(300)]),
            "station": Labels.of([f"{i:04d}" for i in range(300)]),
        }
        whole = Results(("A", "B"), votes, {"ballots": size.astype(np.int64)}, places=places)
        announced = [Announced(c, n) for c, n in whole.totals.items()]
        for name, rows in whole.areas("region"):
            announced += [Announced(c, n, territory=name) for c, n in whole.take(rows).totals.items()]
        return Case(
            Contest("Example", share_of="ballots"),
            announced=tuple(announced),
            copies=whole.take(rng.permutation(300)[:60]),
        )


def _with_place(outcome: str, chosen: Record) -> str:
    return outcome if chosen["territory"] else f"{outcome}_contest"


def _strain(record: Record) -> float:
    """How unlike the seen stations the unseen must be: the logarithm of the odds ratio, or endless."""
    if record["odds_ratio"] is not None:
        return abs(math.log(record["odds_ratio"]))
    return math.inf if record["unseen_low"] is not None and record["seen_share"] is not None else -1.0


def _rows_by_territory(case: Case) -> list[tuple[str, NDArray[np.int64]]]:
    """The rows of the copies in each announced territory; the whole contest first."""
    copies, named = case.copies, territories(case.announced)
    assert copies is not None
    found: list[tuple[str, NDArray[np.int64]]] = []
    if "" in named:
        found.append(("", np.arange(len(copies), dtype=np.int64)))
    others = [t for t in named if t]
    rows: dict[str, list[int]] = {}
    for level in ("region", "district"):
        if level in copies.places and others:
            means = territories_of(copies.places[level].names, others)
            for i, name in enumerate(copies.places[level].values()):
                territory = means.get(name)
                if territory is not None:
                    rows.setdefault(territory, []).append(i)
    found += [(t, np.unique(rows[t]).astype(np.int64)) for t in others if t in rows]
    return found


def _records(
    announced: list[Announced],
    options: list[str],
    copies: Results,
    book: Ledger,
    territory: str,
    rows: NDArray[np.int64],
) -> list[Record]:
    records = []
    for option in options:
        total = count_range(announced, territory, option)
        if total is None:
            continue
        base = next(
            (
                b
                for b in (total.base, _base_of(announced, territory, option), "ballots", "valid")
                if b and copies.has(b) and count_range(announced, territory, b) is not None
            ),
            "",
        )
        whole = count_range(announced, territory, base) if base else None
        made = _record(copies, book, territory, option, rows, total, whole, base)
        # What the rounding alone leaves: the national register is set aside, so that none can have grown.
        still = [a for a in announced if a.territory or a.column != "registered"]
        rounding = count_range(still, territory, option) if total.grown else total
        bounded = rounding is not None and rounding.high is not None
        made["left_rounding"] = rounding.high - made["votes_used"] if rounding is not None and bounded else None
        records.append(made)
    return records


def _base_of(announced: list[Announced], territory: str, option: str) -> str:
    fits = [a.base for a in announced if a.territory == territory and a.column == option]
    return fits[-1] if fits else ""


def _record(
    copies: Results,
    book: Ledger,
    territory: str,
    option: str,
    rows: NDArray[np.int64],
    total: CountRange,
    whole: CountRange | None,
    base: str,
) -> Record:
    column = copies.votes[:, copies.options.index(option)]
    everything = rows
    # A part of the territory cannot claim a protocol filed there and elsewhere; the whole can.
    rows = rows[book.undoubled[rows]] if territory else rows
    used = exact_sum(column[rows])
    once = exact_sum(column[rows][book.counted_once[rows]])
    firm = exact_sum(np.maximum(column[rows][book.firm[rows]], 0))
    shares: tuple[Any, Any] | None = None
    point = seen_share = seen_part = left_part = None
    seen = 0
    if whole is not None:
        known = copies.known(base)[rows]
        counts = copies.whole(base)
        assert counts is not None
        seen = exact_sum(counts[rows][known])
        asked = exact_sum(column[rows][known])
        seen_share = asked / seen if 0 <= asked <= seen and seen else None
        seen_part = seen / whole.point if whole.point > 0 else None
        if total.high is not None and whole.high is not None and not total.incomplete and whole.low > 0:
            share = total.share if total.share is not None and total.base == base else None
            if share is None:
                from fractions import Fraction

                share = (Fraction(total.low, whole.high), Fraction(total.high, whole.low))
            shares = unseen_shares(share, (whole.low, whole.high), used, seen)
            if whole.point > seen:
                point = (total.point - used) / (whole.point - seen)
        if total.high is not None and total.high > 0:
            left_part = max(0, total.high - used) / total.high
    ratio = None
    if point is not None and seen_share is not None:
        ratio = odds_ratio(min(max(point, 0.0), 1.0), seen_share)
    return {
        "territory": territory,
        "option": option,
        "copies": len(everything),
        "votes_listed": exact_sum(column[everything]),
        "votes_used": used,
        "votes_once": once,
        "votes_firm": firm,
        "announced": round(total.point),
        "announced_low": total.low,
        "announced_high": total.high,
        "base": base,
        "ballots_seen": seen if whole is not None else None,
        "ballots_announced": round(whole.point) if whole is not None else None,
        "seen_part": seen_part,
        "seen_share": seen_share,
        "announced_share": total.point / whole.point if whole is not None and whole.point > 0 else None,
        "left_low": total.low - used,
        "left_high": None if total.high is None else total.high - used,
        "left_part": left_part,
        "unseen_low": float(shares[0]) if shares else None,
        "unseen_high": float(shares[1]) if shares else None,
        "unseen_point": point,
        "odds_ratio": ratio,
        "above_at_least": max(0, firm - total.high) if total.high is not None else 0,
        "above_as_announced": max(0, used - round(total.point)),
        "rounded": total.rounded,
        "grown": total.grown,
        "incomplete": total.incomplete,
    }


def _estimates(chosen: Record, above: list[Record]) -> tuple[Estimate, ...]:
    if above:
        return (
            Estimate(
                "votes in the copies above the announced total", float(chosen["above_at_least"]), "votes", "lower bound"
            ),
        )
    if chosen["unseen_low"] is None:
        return ()
    return (
        Estimate(
            "share at the stations without a copy, if the total is true",
            chosen["unseen_point"],
            "share",
            "estimate",
            chosen["unseen_low"],
            chosen["unseen_high"],
        ),
    )
