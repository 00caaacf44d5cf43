"""Sibling units: the tables of methods/18 part A, in real contests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recanvass import siblings
from recanvass.case import Case
from recanvass.division import known_division
from recanvass.finding import Finding
from recanvass.method import method
from recanvass.results import Labels, Results
from tests.conftest import canonical
from tests.methods.divided_places import asked
from tests.references.sibling_units import CANDIDATES, PUBLISHED, measured


def real(data: Path, name: str) -> Results:
    """A canonical contest; in Mexico the type of the station stands in its name."""
    import polars as pl

    results = canonical(data, name)
    if not name.startswith("mexico"):
        return results
    frame = pl.read_parquet(data / "canonical" / f"{name}.parquet")
    names = Labels.of((frame["station_id"] + "-" + frame["x_type"]).to_list())
    return replace(results, places={**results.places, "station": names})


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_table_of_the_compendium(data: Path, name: str) -> None:
    """Places exactly, but for two; scales to the printed digit; correlations to .01."""
    printed, results = PUBLISHED[name], real(data, name)
    facts = asked(Case.of(results)).answer.facts
    # Mexico 2006 has five places in section 0, which is no section; Canada 2011 has six more here.
    assert facts["divided"] == printed.places + {"mexico_2006": -5, "canada_2011": 6}.get(name, 0)
    assert facts["scale_turnout"] == pytest.approx(printed.turnout, abs=0.0051)
    assert facts["scale_share"] == pytest.approx(printed.share, abs=0.0051)
    assert facts["correlation"] == pytest.approx(printed.correlation, abs=0.013)
    again = measured(data, name, facts["option"])
    assert again.turnout == pytest.approx(facts["scale_turnout"], abs=1e-3 if name == "mexico_2006" else 1e-9)
    assert again.share == pytest.approx(facts["scale_share"], abs=1e-3 if name == "mexico_2006" else 1e-9)
    assert again.correlation == pytest.approx(facts["correlation"], abs=1e-3 if name == "mexico_2006" else 1e-9)


@pytest.mark.parametrize("name", sorted(CANDIDATES))
def test_the_candidates_of_the_compendium(data: Path, name: str) -> None:
    winner, others, p = CANDIDATES[name]
    finding = asked(Case.of(real(data, name)))
    first, *rest = finding.answer.tables["options"]
    assert first["beyond_3_5"] == winner
    assert tuple(row["beyond_3_5"] for row in rest)[: len(others)] == others
    assert finding.evidence.p_value == pytest.approx(p, abs=0.005)
    assert finding.stations == ()


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_no_option_of_a_real_contest_departs(data: Path, name: str) -> None:
    finding = asked(Case.of(real(data, name)))
    assert finding.evidence_class == ("B" if name.startswith("spain") and "1982" not in name else "C")
    for row in finding.answer.tables["options"]:
        assert row["log10_p"] is None or row["log10_p"] > -1, row
    assert finding.answer.facts["listed"] == 0


def test_albania_has_the_published_places_but_for_numbers_below_a_hundred(data: Path) -> None:
    """Methods/18 prints 951 places, 3.06, 3.09 and -.069; three of them join numbers such as 2 and 21, left apart here."""
    facts = asked(Case.of(real(data, "albania_2013"))).answer.facts
    assert facts["divided"] == 951 - 3
    assert facts["scale_turnout"] == pytest.approx(3.06, abs=0.03)
    assert facts["scale_share"] == pytest.approx(3.09, abs=0.03)
    assert facts["correlation"] == pytest.approx(-0.069, abs=0.013)


def test_uganda_has_no_key_in_the_canonical_table(data: Path) -> None:
    assert method("sibling_units").run(Case.of(real(data, "uganda_2021"))).code == "no_key"


def part_of(results: Results, places: int, rng: np.random.Generator) -> Results:
    """So many divided places of a contest, taken at random."""
    found = siblings.units(results, known_division(results.contest).codes(results), 200, 50, 0.8)
    taken = rng.choice(len(found.starts), size=places, replace=False)
    return results.take(found.rows[np.isin(found.place, taken)])


@pytest.mark.parametrize(("extent", "dose", "low", "high"), [(0.05, 0.2, 8, 8), (0.02, 0.4, 3, 8), (0.01, 0.4, 0, 2)])
def test_the_power_of_the_compendium(data: Path, extent: float, dose: float, low: int, high: int) -> None:
    """Spain 2011, 500 places: 1, .75 and 0 are printed; 8 contests each."""
    results, seen = real(data, "spain_2011_11"), 0
    for seed in range(8):
        rng = np.random.default_rng([seed, 3])
        part = part_of(results, 500, rng)
        registered, ballots = part.counts["registered"], part.counts["ballots"]
        added = np.minimum(np.rint(dose * registered).astype(np.int64), registered - ballots)
        added[rng.random(len(part)) >= extent] = 0
        votes = part.votes.copy()
        votes[:, results.leader] += added
        case = Case.of(part.with_counts(votes, ballots=ballots + added))
        seen += asked(case, option=results.options[results.leader]).evidence.log10_p <= -3
    assert low <= seen <= high


@pytest.mark.slow
@pytest.mark.parametrize("name", [n for n in sorted(PUBLISHED) if not n.startswith("israel")])
def test_no_part_of_a_real_contest_alarms(data: Path, name: str) -> None:
    results, rng = real(data, name), np.random.default_rng(9)
    options = sorted(results.options, key=lambda o: -results.totals[o])[:3]
    for places in (150, 500, 1200):
        for _ in range(6):
            part = part_of(results, places, rng)
            for option in options:
                outcome = method("sibling_units", option=option).run(Case.of(part))
                if isinstance(outcome, Finding) and outcome.evidence is not None:
                    assert outcome.evidence.log10_p > -2.5, (places, option)
                    assert outcome.stations == ()
