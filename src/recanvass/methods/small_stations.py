r"""Do small stations show more turnout and more support than their larger neighbours?

Jimenez, Hidalgo and Klimek (2017): pressure on voters is easier where few are registered, and an honest
difference between regions drops out when each station is compared with its own neighbourhood. In
each area the turnout and the share are standardised, :math:`z = (x - \bar x)/s` (the *standardised
fingerprint*). The *small* stations are those in the lowest ``part`` of the registers of their area.

.. math:: d_t = \bar z_t^{\text{small}} - \bar z_t^{\text{others}}, \qquad
          d_v = \bar z_v^{\text{small}} - \bar z_v^{\text{others}},\qquad d = \min(d_t, d_v).

Both must rise, so the smaller of the two is the statistic. If size had nothing to do with either, the
labels could be exchanged inside each area; under that permutation a sum over the small stations of an
area with :math:`n` stations, :math:`m` of them small, has mean :math:`m \bar z = 0` and variance
:math:`\frac{m(n-m)}{n-1}\, s^2` exactly, with :math:`s^2 = 1`, and areas are independent, so each
difference has its exact permutation standard deviation. But in honest countries small stations *are* villages, so this
permutation is no null for a verdict: its standard scores are shown, and :math:`d` is ranked among clean
contests (`recanvass.panel`). Class C.

Rules: the leader unless an option is named; stations of at least ``least`` registered voters, since the
smallest are ships, hospitals and garrisons; areas of at least ten such stations; ties in size go
with the smaller, so the small may be more than ``part``. The paper scans the cut; the table does too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recanvass import areas, panel, placebos, wording
from recanvass.case import Case
from recanvass.finding import Answer, Estimate, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Results

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
#: Standardised turnout, standardised share, registered voters, area codes from 0 on.
Standardised = tuple[Floats, Floats, Counts, Counts]


@dataclass(frozen=True)
class Difference:
    """Mean of the small minus mean of the others, in standard deviations of an area, and its standard score."""

    stations: int
    small: int
    turnout: float
    share: float
    turnout_score: float
    share_score: float


@dataclass(frozen=True)
class SmallStations(Method):
    """Small stations against the others of their area, in turnout and share at once.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    part : float
        Which part of the stations of an area counts as small.
    least : int
        Stations with fewer registered voters are left out.
    """

    option: str | None = None
    part: float = 0.25
    least: int = 100

    evidence_class = "C"
    needs = Needs(columns=("registered", "ballots", "valid", "votes"), stations=30, options=2)
    cites = ("jimenez2017testing",)
    references = (
        Reference(
            "Bergmann, Ludbrook and Spooren 2000", "24 rats on a rotating rod", "two-sided p", 0.0147, 5e-5, "printed"
        ),
        Reference(
            "scipy.stats.mannwhitneyu",
            "15 membranes, Hollander and Wolfe 1973",
            "one-sided p",
            0.11033568095992217,
            1e-12,
            "program",
        ),
        Reference(
            "statsmodels 0.15.0, StratifiedTable",
            "two areas of twenty, eight of each above",
            "squared score",
            3.365828092243187,
            1e-12,
            "program",
        ),
        Reference("hand", "four stations 1, 2, 3, 4; the two lowest small", "difference", -1.788854382, 1e-9, "hand"),
        Reference("hand", "four stations 1, 2, 3, 4; the two lowest small", "score", -1.549193338, 1e-9, "hand"),
    )

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """Turnout and votes handed round inside each area: size has nothing to do with either."""
        assert case.results is not None
        results = case.results
        ballots, valid = results.whole("ballots"), results.whole("valid")
        registered = results.counts["registered"]
        assert ballots is not None
        assert valid is not None
        source = np.arange(len(results))
        for _, rows in areas.chosen(results):
            source[rows] = rng.permutation(rows)
        turnout = np.clip(ballots / np.maximum(registered, 1), 0, 1)[source]
        cast = rng.binomial(registered, turnout)
        weight = results.votes[source] + 1e-9
        votes = rng.multinomial(cast, weight / weight.sum(axis=1, keepdims=True))
        drawn = {"ballots": cast, "valid": cast, "invalid": np.zeros_like(cast)}
        given = {name: drawn[name] for name in drawn if name in results.counts}
        return replace(case, results=results.with_counts(votes=votes, **given))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The two differences, their standard scores, other cuts, placebos, and the rank."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        read = standardised(results, chosen, self.least)
        found = None if read is None else difference(*read, self.part)
        if read is None or found is None:
            raise Unasked("areas")
        both = min(found.turnout, found.share)
        rank = panel.rank(self.name, "difference", both, case.contest.country)
        rows: list[dict[str, Any]] = []
        for cut in (0.05, 0.1, 0.25, 0.5):
            other = difference(*read, cut)
            if other is not None:
                rows.append({"part": cut, **_row(other)})
        by_size = _profile(*read)
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts={
                "option": results.options[chosen],
                "stations": found.stations,
                "areas": int(np.unique(read[3]).size),
                "small": found.small,
                "part": self.part,
                "turnout": found.turnout,
                "share": found.share,
                "turnout_score": found.turnout_score,
                "share_score": found.share_score,
                "both": both,
                "panel": {"difference": both},
                **rank.facts(),
            },
            evidence=Evidence(both, rank.log10_p, expected=0.0, null="rank"),
            estimates=(
                _estimate("turnout of small stations above the others", found.turnout, found.turnout_score),
                _estimate("share at small stations above the others", found.share, found.share_score),
            ),
            caveats=("villages",),
            tables={"cuts": rows, "placebo": placebos.rows(results, chosen, partial(self._placebo, results))},
            series=by_size,
        )

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """Standardised turnout and share by size within the area, smallest tenth first."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [
            {"tenth": tenth, "value": value, "what": name}
            for name in ("turnout", "share")
            for tenth, value in zip(series["tenth"], series[name], strict=True)
        ]
        x = {"field": "tenth", "type": "ordinal", "title": words["x"], "axis": {"labelAngle": 0}}
        y = {"field": "value", "type": "quantitative", "title": words["y"]}
        spec = {
            "layer": [
                {
                    "mark": {"type": "line", "color": colour, "point": {"filled": True, "color": colour}},
                    "transform": [{"filter": f"datum.what == '{what}'"}],
                    "encoding": {"x": x, "y": y},
                }
                for what, colour in (("turnout", "context"), ("share", "observed"))
            ]
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))

    def _placebo(self, results: Results, option: int) -> dict[str, Any] | None:
        read = standardised(results, option, self.least)
        found = None if read is None else difference(*read, self.part)
        return None if found is None else _row(found)


def standardised(results: Results, option: int, least: int) -> Standardised | None:
    """Turnout and share in standard deviations of their area; areas of ten and more with some spread in both."""
    registered, ballots, valid = (results.whole(c) for c in ("registered", "ballots", "valid"))
    assert registered is not None
    assert ballots is not None
    assert valid is not None
    place = areas.chosen(results)
    votes = results.votes[:, option]
    use = results.known("registered", "ballots", "valid") & results.stood(option) & (place.codes >= 0)
    use &= (registered >= max(least, 1)) & (ballots > 0) & (ballots <= registered) & (valid > 0) & (votes <= valid)
    turnout = ballots[use] / registered[use]
    share = votes[use] / valid[use]
    codes = place.codes[use]
    count = np.bincount(codes, minlength=len(place))
    spread = np.stack([_spreads(values, codes, count) for values in (turnout, share)])
    good = (count >= areas.LEAST) & (spread.min(axis=0) > 1e-6)
    kept = good[codes]
    if not kept.any():
        return None
    size = registered[use][kept]
    # The order is that of area and size, so that sums do not depend on the order of the rows.
    order = np.lexsort((share[kept], turnout[kept], size, codes[kept]))
    names, again = np.unique(codes[kept][order], return_inverse=True)
    centred = []
    for values, deviation in zip((turnout, share), spread, strict=True):
        inside = values[kept][order]
        mean = np.bincount(again, inside) / np.bincount(again)
        centred.append((inside - mean[again]) / deviation[names][again])
    return centred[0], centred[1], size[order], again.astype(np.int64)


def difference(turnout: Floats, share: Floats, size: Counts, codes: Counts, part: float) -> Difference | None:
    """Small against other stations; None if one of the two is empty everywhere.

    Rows are sorted by area and size, as `standardised` gives them.
    """
    count = np.bincount(codes)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    last = start + np.maximum(np.ceil(part * count).astype(np.int64), 1) - 1
    small = size <= size[last][codes]
    few = np.bincount(codes, small).astype(np.int64)
    mixed = (few > 0) & (few < count)
    inside = mixed[codes]
    m, n = few[mixed], count[mixed]
    if not m.size:
        return None
    total, rest = int(m.sum()), int((n - m).sum())
    # All values of an area sum to zero, so its others are the negative of its small.
    variance = float((m * (n - m) / (n - 1) * (1 / total + 1 / rest) ** 2).sum())
    found = [float(z[small & inside].sum()) * (1 / total + 1 / rest) for z in (turnout, share)]
    scores = [value / math.sqrt(variance) for value in found]
    return Difference(total + rest, total, found[0], found[1], scores[0], scores[1])


def _spreads(values: Floats, codes: Counts, count: Counts) -> Floats:
    many = np.maximum(count, 1)
    mean = np.bincount(codes, values, minlength=count.size) / many
    return np.sqrt(np.bincount(codes, (values - mean[codes]) ** 2, minlength=count.size) / many)


def _profile(turnout: Floats, share: Floats, size: Counts, codes: Counts) -> dict[str, Any]:
    count = np.bincount(codes)
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    tenth = (10 * (np.arange(codes.size) - start[codes])) // count[codes]
    many = np.bincount(tenth, minlength=10)
    return {
        "tenth": list(range(1, 11)),
        "turnout": (np.bincount(tenth, turnout, minlength=10) / many).round(4).tolist(),
        "share": (np.bincount(tenth, share, minlength=10) / many).round(4).tolist(),
    }


def _row(found: Difference) -> dict[str, Any]:
    return {
        "small": found.small,
        "turnout_above": round(found.turnout, 3),
        "share_above": round(found.share, 3),
        "turnout_score": round(found.turnout_score, 1),
        "share_score": round(found.share_score, 1),
    }


def _estimate(name: str, value: float, score: float) -> Estimate:
    margin = abs(1.96 * value / score) if score else 0.0
    return Estimate(name, value, "standard deviations of an area", "estimate", value - margin, value + margin, 0.95)
