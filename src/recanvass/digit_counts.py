"""Digits of an option's counts in a contest, measured against smooth counting; shared by two methods."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import wording
from recanvass.case import Case
from recanvass.finding import Answer, Evidence, Finding
from recanvass.kernels.binomial_lattice import LARGEST
from recanvass.kernels.digits import digit_probabilities
from recanvass.method import Drawing, Unasked, singled_out
from recanvass.results import Results

#: Benford's law for the second digit.
BENFORD = np.log10(1 + 1 / (10 * np.arange(1, 10)[:, None] + np.arange(10))).sum(axis=0)

#: Digits as officials round: 0 or 5, as often the one as the other.
ROUNDED = np.array([0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0])
#: The power that is stated, and the level of the test.
CHANCE, LEVEL = 0.8, 1e-3


@dataclass(frozen=True)
class Measured:
    """Digits of one option: ``(10,)`` observed and expected, and two forms of misfit.

    ``smooth`` is the quadratic form against smooth counting, ``printed`` the X² of the literature
    (uniform for the last digit, Benford for the second); ``mean`` is the mean digit. ``rounding`` is
    the quadratic form that it would add to write 0 or 5, as often the one as the other, in every count.
    """

    option: str
    observed: NDArray[np.float64]
    expected: NDArray[np.float64]
    smooth: float
    printed: float
    rounding: float

    @property
    def mean(self) -> float:
        """The mean digit observed."""
        return float(self.observed @ np.arange(10) / self.observed.sum())

    @property
    def expected_mean(self) -> float:
        """The mean digit of smooth counting."""
        return float(self.expected @ np.arange(10) / self.expected.sum())

    @property
    def log10_p(self) -> float:
        """The p-value against smooth counting, nine degrees of freedom."""
        return log10_chi_square(self.smooth, 9)


def measured(results: Results, option: int, least: int, *, second: bool) -> Measured | None:
    """The digits of one option; None where fewer than 100 counts are at least ``least``.

    Stations of more than `LARGEST` votes are left out: the law of such a count is a sum over its whole spread.
    """
    whole = results.whole("valid")
    assert whole is not None
    votes = results.votes[:, option]
    use = results.known("valid") & results.stood(option) & (votes >= least) & (votes <= whole)
    use &= whole <= LARGEST
    if int(use.sum()) < 100:
        return None
    order = np.lexsort((whole[use], votes[use]))
    counts, totals = votes[use][order], whole[use][order]
    law = digit_probabilities(counts, totals, second, least)
    exact = digit_probabilities(counts, counts, second, 0)
    observed = exact.sum(axis=0)
    expected = law.sum(axis=0)
    spread = np.diag(expected) - law.T @ law
    gap = observed - expected
    inverse = np.linalg.pinv(spread, rcond=1e-10, hermitian=True)
    q = float(gap @ inverse @ gap)
    rounded = counts.size * ROUNDED - expected
    law_printed = counts.size * (BENFORD if second else np.full(10, 0.1))
    printed = float(((observed - law_printed) ** 2 / law_printed).sum())
    return Measured(
        results.options[option], observed, expected, max(q, 0.0), printed, float(rounded @ inverse @ rounded)
    )


def placebo(results: Results, chosen: int, least: int, *, second: bool) -> Measured | None:
    """The same for the largest other option that has enough counts."""
    totals = results.totals
    others = [j for j in range(len(results.options)) if j != chosen]
    for j in sorted(others, key=lambda j: (-totals[results.options[j]], results.options[j])):
        if (found := measured(results, j, least, second=second)) is not None:
            return found
    return None


def redrawn(case: Case, rng: np.random.Generator) -> Case:
    """Every count drawn anew as a binomial of its station's own share: the null of both methods."""
    assert case.results is not None
    results = case.results
    whole = results.votes.sum(axis=1)
    rate = results.votes / np.maximum(whole, 1)[:, None]
    votes = rng.binomial(whole[:, None], rate)
    return replace(case, results=results.with_counts(votes=votes, valid=votes.sum(axis=1)))


def digits_answer(case: Case, option: str | None, least: int, *, second: bool) -> Answer:
    """The answer of a digit method about this option, or the leader.

    Raises
    ------
    Unasked
        If there is no such option, or it has too few counts.
    """
    assert case.results is not None
    results = case.results
    chosen = singled_out(results, option)
    first = measured(results, chosen, least, second=second)
    if first is None:
        raise Unasked("nothing_left")
    other = placebo(results, chosen, least, second=second)
    facts = {
        "option": first.option,
        "counts": int(first.observed.sum()),
        "statistic": first.smooth,
        "log10_p": first.log10_p,
        "printed": first.printed,
        "mean": first.mean,
        "expected_mean": first.expected_mean,
        "placebo": "" if other is None else other.option,
        "placebo_statistic": 0.0 if other is None else other.smooth,
        "least": least,
        "panel": {"smooth_over_degrees": first.smooth / 9, "mean": first.mean},
    }
    changed = rounded_counts(first)
    table = [
        {"digit": d, "observed": int(o), "expected": round(float(e), 1)}
        for d, (o, e) in enumerate(zip(first.observed, first.expected, strict=True))
    ]
    return Answer(
        status="description",
        outcome="said" if other is None else "with_placebo",
        facts=facts,
        evidence=Evidence(first.smooth, first.log10_p, expected=9.0, sd=math.sqrt(18)),
        tables={"digits": table, "placebo": [] if other is None else [_placebo_row(other)]},
        power={} if changed is None else {"changed": changed, "counts": facts["counts"], "chance": CHANCE},
        series={
            "observed": first.observed.tolist(),
            "expected": [round(float(e), 3) for e in first.expected],
        },
    )


def rounded_counts(found: Measured) -> int | None:
    r"""How many counts, rounded to 0 or 5 in this digit, would show; None where all of them would not.

    The form has a noncentral chi-square law whose noncentrality is :math:`f^2` times ``rounding``
    for a part :math:`f` of the counts; the part that gives the power `CHANCE` at `LEVEL` is sought.
    """
    from scipy.special import chdtri, chndtrinc

    needed = float(chndtrinc(float(chdtri(9, LEVEL)), 9, 1 - CHANCE))
    if found.rounding < needed:
        return None
    return math.ceil(float(found.observed.sum()) * math.sqrt(needed / found.rounding))


def _placebo_row(other: Measured) -> dict[str, Any]:
    return {
        "option": other.option,
        "counts": int(other.observed.sum()),
        "smooth": round(other.smooth, 2),
        "mean": round(other.mean, 3),
    }


def digits_drawing(finding: Finding, language: str) -> Drawing:
    """Expected as a band behind, observed as bars in front."""
    words = wording.template(finding.method, "drawing", language=language)
    records = [
        {"digit": d, "observed": o, "expected": e}
        for d, (o, e) in enumerate(zip(finding.series["observed"], finding.series["expected"], strict=True))
    ]
    x = {"field": "digit", "type": "ordinal", "title": words["x"], "axis": {"labelAngle": 0}}
    spec = {
        "layer": [
            {
                "mark": {"type": "bar", "color": "expected", "width": {"band": 0.95}},
                "encoding": {"x": x, "y": {"field": "expected", "type": "quantitative", "title": words["y"]}},
            },
            {
                "mark": {"type": "bar", "color": "observed", "width": {"band": 0.45}},
                "encoding": {"x": x, "y": {"field": "observed", "type": "quantitative", "title": words["y"]}},
            },
        ]
    }
    alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
    return Drawing(spec, records, words["title"], alt, words.get("caption", ""))


def log10_chi_square(q: float, degrees: int) -> float:
    """log10 of the upper tail, by the series in log space where the tail underflows."""
    from scipy.special import chdtrc, gammaln

    tail = float(chdtrc(degrees, q))
    if tail > 1e-290:
        return min(0.0, math.log10(tail))
    half = degrees / 2
    log = (half - 1) * math.log(q / 2) - q / 2 - float(gammaln(half)) + math.log1p((half - 1) / (q / 2))
    return log / math.log(10)
