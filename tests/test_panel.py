"""The reference panel: ranks, and the range that clean contests show."""

from __future__ import annotations

import pytest

from recanvass import panel


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {f"c{i}": float(i) for i in range(10)}
    homes = {f"c{i}": "Big" if i < 5 else f"Land {i}" for i in range(10)}
    monkeypatch.setattr(panel, "panel", lambda: {"contests": homes, "statistics": {"m.q": values}})


def test_rank_leaves_the_own_country_out(small: None) -> None:
    assert panel.rank("m", "q", 7.5).below == 8
    own = panel.rank("m", "q", 7.5, "Big")
    assert (own.below, own.contests, own.largest) == (3, 5, 9.0)
    assert panel.rank("m", "q", 7.5, "Land 9").largest == 8.0
    assert panel.rank("m", "absent", 7.5) == panel.Rank(0, 0, 0.0)
    assert 10**own.log10_p == pytest.approx((1 + 2) / (1 + 5))


def test_natural_range_counts_countries_alike(small: None) -> None:
    # Six countries of weight 1/6: the five contests of the large one weigh 1/30 each.
    assert panel.natural_range("m", "q") == (0.0, 9.0)
    assert panel.natural_range("m", "q", tail=0.05) == (1.0, 9.0)
    assert panel.natural_range("m", "q", tail=0.2) == (5.0, 8.0)
    assert panel.natural_range("m", "q", "Big") == (5.0, 9.0)


def test_natural_range_needs_five_countries(small: None) -> None:
    assert panel.natural_range("m", "q", "Land 9") == (0.0, 8.0)
    assert panel.natural_range("m", "absent") is None
