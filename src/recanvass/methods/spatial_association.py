r"""Do neighbours resemble each other?

Stations are taken in official order; neighbours are the next stations of the same area (lags 1 to
``reach``). For an option's share :math:`z_i`, centred over the contest and over the area,

.. math:: I = \frac{n}{W}\, \frac{\sum_{ij} w_{ij} z_i z_j}{\sum_i z_i^2}, \qquad w_{ij} = 1
          \text{ for neighbours in order},

Moran's index with its mean :math:`-1/(n-1)` under random order. Getis and Ord's local form,
:math:`G_i = \sum_j w_{ij} x_j / \sum_j x_j` standardised under random order, gives the number of stations
in runs of high and of low shares. Shares of real places are strongly associated (:math:`I` of .5 to
.9 is ordinary), so nothing follows from a large value; the rank among clean contests of other
countries is given. Class D: context.
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
from recanvass.finding import Answer, Evidence, Finding
from recanvass.method import Drawing, Method, Needs, Reference, Unasked, singled_out
from recanvass.results import Results


@dataclass(frozen=True)
class SpatialAssociation(Method):
    """Moran's index and Getis and Ord's runs of an option's share in official order.

    Parameters
    ----------
    option : str, optional
        The leader unless named.
    reach : int
        How many stations before and after count as neighbours.
    least : int
        Stations with fewer valid votes are left out.
    """

    option: str | None = None
    reach: int = 3
    least: int = 50

    evidence_class = "D"
    needs = Needs(columns=("valid", "votes"), stations=30)
    cites = ("moran1950notes", "getis1992analysis")
    references = (
        Reference(
            "NIST StRD, Michelso", "speed of light, 100", "first autocorrelation", 0.535199668621283, 1e-13, "printed"
        ),
        Reference("NIST StRD, Mavro", "filter, 50", "first autocorrelation", 0.937989183438248, 1e-12, "printed"),
        Reference("esda, help of G_Local", "six points", "star score of the first", -1.39727626, 5e-9, "printed"),
        Reference("esda 2.9.0, Moran", "speed of light, reach 3", "moran", 0.20741805064743984, 1e-12, "program"),
        Reference("esda 2.9.0, Moran", "speed of light, reach 3", "inside", 0.05071748602913241, 1e-12, "program"),
        Reference("tests/references/spatial_association.py", "eight stations", "moran", 0.7142857, 1e-6),
        Reference("tests/references/spatial_association.py", "alternating", "moran", -1.0, 1e-9),
    )

    def null(self, case: Case, rng: np.random.Generator) -> Case:
        """The stations' results handed round at random inside each area."""
        assert case.results is not None
        results = case.results
        place = areas.chosen(results)
        source = np.arange(len(results))
        for _, rows in place:
            source[rows] = rng.permutation(rows)
        moved = {name: values[source] for name, values in results.counts.items()}
        return replace(case, results=results.with_counts(votes=results.votes[source], **moved))

    def ask(self, case: Case, rng: np.random.Generator) -> Answer:
        """The index over the contest and inside areas, and the runs."""
        results = case.results
        assert results is not None
        chosen = singled_out(results, self.option)
        share, codes = _in_order(results, chosen, self.least)
        if share.size < 30 or share.std() < 1e-9:
            raise Unasked("nothing_left")
        inside = _centred(share, codes)
        whole = moran(share - share.mean(), codes, self.reach)
        within = moran(inside, codes, self.reach)
        if whole is None or within is None:
            raise Unasked("nothing_left")
        scores = getis_ord(share, codes, self.reach)
        rank = panel.rank(self.name, "inside", within, case.contest.country)
        lags = range(1, 11)
        by_lag = [_lagged(inside, codes, lag) for lag in lags]
        return Answer(
            status="description",
            outcome="ranked" if rank.contests else "said",
            facts={
                "option": results.options[chosen],
                "stations": int(share.size),
                "reach": self.reach,
                "moran": whole,
                "inside": within,
                "high": int((scores > 3).sum()),
                "low": int((scores < -3).sum()),
                "panel": {"inside": within, "moran": whole},
                **rank.facts(),
            },
            evidence=Evidence(within, rank.log10_p, expected=-1 / (share.size - 1), null="rank"),
            tables={"placebo": placebos.rows(results, chosen, partial(self._placebo, results))},
            series={"lag": list(lags), "correlation": [round(v, 5) for v in by_lag]},
        )

    def _placebo(self, results: Results, option: int) -> dict[str, Any] | None:
        share, codes = _in_order(results, option, self.least)
        if share.size < 30 or share.std() < 1e-9:
            return None
        whole = moran(share - share.mean(), codes, self.reach)
        within = moran(_centred(share, codes), codes, self.reach)
        return None if whole is None or within is None else {"moran": round(whole, 3), "moran_inside": round(within, 3)}

    def draw(self, finding: Finding, language: str = "en") -> Drawing:
        """The correlation of a station with the next ones inside its area, by distance in the order."""
        series, words = finding.series, wording.template(finding.method, "drawing", language=language)
        records = [{"lag": lag, "correlation": r} for lag, r in zip(series["lag"], series["correlation"], strict=True)]
        spec = {
            "mark": {"type": "bar", "color": "observed"},
            "encoding": {
                "x": {"field": "lag", "type": "ordinal", "title": words["x"], "axis": {"labelAngle": 0}},
                "y": {"field": "correlation", "type": "quantitative", "title": words["y"]},
            },
        }
        alt = wording.phrase(finding.method, "drawing", "alt", facts=finding.answer.facts, language=language)
        return Drawing(spec, records, words["title"], alt, words.get("caption", ""))


def moran(z: NDArray[np.float64], codes: NDArray[np.int64], reach: int) -> float | None:
    """Moran's index of centred values whose neighbours are the next ones of the same area.

    None where there is no neighbour or no spread.
    """
    total, pairs = 0.0, 0
    for lag in range(1, reach + 1):
        same = codes[lag:] == codes[:-lag]
        total += float((z[lag:] * z[:-lag])[same].sum())
        pairs += int(same.sum())
    spread = float((z**2).sum())
    return total / pairs * z.size / spread if pairs and spread > 1e-12 else None


def getis_ord(x: NDArray[np.float64], codes: NDArray[np.int64], reach: int) -> NDArray[np.float64]:
    """Standardised local sums over each station and its neighbours (Getis and Ord 1992, with itself)."""
    n = x.size
    total, size = x.copy(), np.ones(n)
    for lag in range(1, reach + 1):
        same = codes[lag:] == codes[:-lag]
        total[lag:] += np.where(same, x[:-lag], 0.0)
        total[:-lag] += np.where(same, x[lag:], 0.0)
        size[lag:] += same
        size[:-lag] += same
    return standardised_sums(x, total, size)


def standardised_sums(
    x: NDArray[np.float64], total: NDArray[np.float64], size: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sums of so many of the values, themselves among them, in standard deviations under random order."""
    n, mean, spread = x.size, x.mean(), x.std()
    return np.asarray((total - mean * size) / (spread * np.sqrt(size * (n - size) / (n - 1))))


def _centred(share: NDArray[np.float64], codes: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(share - (np.bincount(codes, share) / np.maximum(np.bincount(codes), 1))[codes])


def _lagged(z: NDArray[np.float64], codes: NDArray[np.int64], lag: int) -> float:
    if z.size <= lag:
        return 0.0
    same = codes[lag:] == codes[:-lag]
    a, b = z[lag:][same], z[:-lag][same]
    spread = math.sqrt(float((a @ a) * (b @ b)))
    return float(a @ b) / spread if spread > 1e-12 else 0.0


def _in_order(results: Results, option: int, least: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Shares and area codes in the order of the source, whatever the order of the rows."""
    valid = results.whole("valid")
    assert valid is not None
    place = areas.chosen(results)
    use = results.known("valid") & results.stood(option) & (valid >= least) & (place.codes >= 0)
    order = np.flatnonzero(use)[np.argsort(results.rows[use], kind="stable")]
    return results.votes[order, option] / valid[order], place.codes[order]
