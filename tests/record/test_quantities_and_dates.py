"""Hedges bound what they say; relative dates are counted from the day of publication."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recanvass.errors import UsageError
from recanvass.record.dates import dates, day_of, resolve
from recanvass.record.quantities import HEDGES, quantities, unit_of

PUBLISHED = date(2025, 1, 27)  # a Monday


@pytest.mark.parametrize(
    ("text", "value", "hedge", "low", "high"),
    [
        ("more than 1,200 political prisoners", "1200", "above", "1200", None),
        ("around 300 released", "300", "around", "250", "350"),
        ("at least 17 people", "17", "at least", "17", None),
        ("no fewer than 17 people", "17", "at least", "17", None),
        ("not more than 17 people", "17", "at most", None, "17"),
        ("nearly 91%", "91", "nearly", "90.5", "91"),
        ("almost 1.5 million voters", "1500000", "nearly", "1450000", "1500000"),
        ("up to 40 per cent", "40", "at most", None, "40"),
        ("fewer than 190,000 votes", "190000", "below", None, "190000"),
        ("some 1,250 complaints", "1250", "around", "1245", "1255"),
        ("between 58 and 61 percent", "59.5", "between", "58", "61"),
        ("86.82%", "86.82", "exact", "86.815", "86.825"),
        ("1,114 stations", "1114", "exact", "1114", "1114"),
        ("9.2 million voters", "9200000", "exact", "9150000", "9250000"),
        ("three million or more", "3000000", "at least", "3000000", None),
        ("more than a dozen papers", "12", "above", "12", None),
        ("a seventh term", "7", "exact", "7", "7"),
        ("1\u202f200\u202f000 voters", "1200000", "exact", "1200000", "1200000"),
    ],
)
def test_hedges_bound(text: str, value: str, hedge: str, low: str | None, high: str | None) -> None:
    (said,) = quantities(text)
    assert said.value == Decimal(value)
    assert said.hedge == hedge
    assert said.low == (None if low is None else Decimal(low))
    assert said.high == (None if high is None else Decimal(high))


@pytest.mark.parametrize(
    "text", ["in 2020", "at 10:30", "4 p.m.", "January 26", "26 January", "one of them", "", "the two sides"]
)
def test_years_times_and_days_are_no_quantities(text: str) -> None:
    assert quantities(text) == []


def test_a_figure_is_never_a_part_of_a_longer_one() -> None:
    assert [q.text for q in quantities("1,200.50 and 12,34 and v1.2.3")] == ["1,200.50"]


@given(st.sampled_from(sorted(HEDGES)), st.integers(1, 10**9))
def test_every_hedge_is_read_and_bounds_its_figure(hedge: str, value: int) -> None:
    (said,) = quantities(f"there were {hedge} {value:,} ballots") if not 1900 <= value <= 2099 else quantities("5 x")
    if 1900 <= value <= 2099:
        return
    assert (said.hedge, said.value) == (HEDGES[hedge], value)
    low = said.low if said.low is not None else Decimal(0)
    high = said.high if said.high is not None else Decimal(10**12)
    assert low <= said.value <= high


def test_the_unit_of_a_figure_is_its_last_digit_that_is_not_a_zero() -> None:
    assert [unit_of(n) for n in ("300", "1,250", "86.8", "1", "1,200")] == [100, 10, Decimal("0.1"), 1, 100]
    assert unit_of("1.2", 10**6) == 100_000


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("on Monday", "2025-01-27", "2025-01-27"),
        ("Sunday's", "2025-01-26", "2025-01-26"),
        ("last Monday", "2025-01-20", "2025-01-20"),
        ("next Monday", "2025-02-03", "2025-02-03"),
        ("late on Friday", "2025-01-24", "2025-01-24"),
        ("yesterday", "2025-01-26", "2025-01-26"),
        ("since 1994", "1994-01-01", None),
        ("in 2020", "2020-01-01", "2020-12-31"),
        ("January 26", "2025-01-26", "2025-01-26"),
        ("on 26 January 2025", "2025-01-26", "2025-01-26"),
        ("26th of January", "2025-01-26", "2025-01-26"),
        ("Dec. 19", "2024-12-19", "2024-12-19"),
        ("August 2020", "2020-08-01", "2020-08-31"),
        ("February 2024", "2024-02-01", "2024-02-29"),
        ("last month", "2024-12-01", "2024-12-31"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("this week", "2025-01-27", "2025-02-02"),
        ("three days ago", "2025-01-24", "2025-01-24"),
        ("two years ago", "2023-01-01", "2023-12-31"),
        ("2025-01-26", "2025-01-26", "2025-01-26"),
    ],
)
def test_dates_are_counted_from_publication(said: str, first: str, last: str | None) -> None:
    found = resolve(said, PUBLISHED)
    assert found is not None
    assert found.first.isoformat() == first
    assert (None if found.last is None else found.last.isoformat()) == last


def test_words_of_the_future_turn_a_weekday_forward() -> None:
    (found,) = dates("The runoff will be held on Sunday.", PUBLISHED)
    assert found.first == date(2025, 2, 2)
    assert resolve("on Sunday", PUBLISHED, future=True).first == date(2025, 2, 2)  # type: ignore[union-attr]


@pytest.mark.parametrize("said", ["sometime", "February 31", "on Monday or Tuesday", "", "May they rest"])
def test_what_is_no_single_date_is_not_resolved(said: str) -> None:
    assert resolve(said, PUBLISHED) is None


@given(st.dates(date(1950, 1, 8), date(2099, 12, 1)), st.sampled_from(["Monday", "Wednesday", "Saturday", "Sunday"]))
def test_a_weekday_is_within_the_week_before(published: date, name: str) -> None:
    found = resolve(f"on {name}", published)
    assert found is not None
    assert 0 <= (published - found.first).days <= 6
    assert found.first.strftime("%A") == name


def test_the_day_of_publication_is_that_of_its_time_zone() -> None:
    late = datetime(2025, 1, 26, 22, 30, tzinfo=UTC)
    assert day_of(late, "Europe/Minsk") == date(2025, 1, 27)
    assert day_of(late, "America/New_York") == date(2025, 1, 26)
    assert day_of(date(2025, 1, 27), "Europe/Minsk") == date(2025, 1, 27)
    with pytest.raises(UsageError, match="time zone"):
        day_of(late, "../../etc/passwd")
