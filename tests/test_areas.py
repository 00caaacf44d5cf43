"""The rule that chooses the level of place, and lists with a false-discovery rate."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from recanvass import areas, false_discovery
from recanvass.results import Labels, Results


def contest(**levels: list[str]) -> Results:
    stations = len(next(iter(levels.values())))
    votes = np.ones((stations, 1), np.int64)
    return Results(("A",), votes, places={name: Labels.of(names) for name, names in levels.items()})


def test_finest_level_that_holds_half_of_the_stations() -> None:
    regions = ["N"] * 60 + ["S"] * 60
    districts = [f"D{i // 20}" for i in range(120)]
    villages = [f"V{i // 3}" for i in range(120)]
    chosen = areas.chosen(contest(region=regions, district=districts, subdistrict=villages))
    assert (chosen.level, len(chosen)) == ("district", 6)
    assert "district" in chosen.rule
    assert "120 of 120" in chosen.rule


def test_coarser_level_where_the_finer_one_is_too_fine() -> None:
    regions = ["N"] * 60 + ["S"] * 60
    districts = ["D"] * 30 + [f"D{i}" for i in range(90)]
    assert areas.chosen(contest(region=regions, district=districts)).level == "region"


def test_level_that_holds_most_where_none_holds_half() -> None:
    regions = ["N"] * 12 + [f"R{i}" for i in range(40)]
    districts = ["D"] * 11 + [f"D{i}" for i in range(41)]
    assert areas.chosen(contest(region=regions, district=districts)).level == "region"


def test_equal_names_in_other_regions_stay_apart() -> None:
    regions = ["N"] * 20 + ["S"] * 20
    chosen = areas.chosen(contest(region=regions, district=["Centre"] * 40))
    assert chosen.level == "region"
    chosen = areas.chosen(contest(region=regions, district=["Centre", "East"] * 20), least=5)
    assert chosen.names == ("N / Centre", "N / East", "S / Centre", "S / East")


@pytest.mark.parametrize("levels", [{"station": [f"S{i}" for i in range(30)]}, {"region": ["Only"] * 30}])
def test_one_area_without_levels(levels: dict[str, list[str]]) -> None:
    chosen = areas.chosen(contest(**levels))
    assert (chosen.level, len(chosen)) == ("contest", 1)


@pytest.mark.parametrize("dependence", [False, True])
def test_adjusted_p_values_against_scipy(dependence: bool) -> None:
    p = np.random.default_rng(0).uniform(0, 1, 300) ** 3
    ours = false_discovery.adjusted(np.log10(p), any_dependence=dependence)
    np.testing.assert_allclose(10**ours, false_discovery_control(p, method="by" if dependence else "bh"), rtol=1e-12)


def test_lists_hold_the_rate() -> None:
    # Benjamini and Hochberg (1995), table 1: at 5 per cent the first four of fifteen are listed.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.324,
        0.4262,
        0.5719,
        0.6528,
        0.759,
        1.0,
    ]
    assert false_discovery.listed(np.log10(p), 0.05).sum() == 4
    assert false_discovery.smallest(np.log10(p)) == pytest.approx(np.log10(0.0015))
    assert false_discovery.smallest(np.zeros(0)) == 0.0
    assert len(false_discovery.adjusted(np.zeros(0))) == 0
