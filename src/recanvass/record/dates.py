"""Relative dates resolved against the day of publication, where the publication is at home.

The conventions of news writing, each with its rule named in the result:

* a weekday is the last one on or before publication; with ``future`` the first one after it;
* *last* Monday lies before the day of publication, *next* Monday after it;
* a day and month without a year is the nearest one not later than a week after publication
  (with ``future``: the first one from publication on);
* *since 1994* is open at its end; a bare year is the whole year;
* the day of publication is that of the publication's own time zone, not of UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recanvass.errors import UsageError
from recanvass.wording import show

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
#: The rule of a date that lies ahead of publication.
AHEAD = "the first after publication"
_NUMBERS = {
    w: n for n, w in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1)
}

_DAY = "|".join(WEEKDAYS)
_MONTH = "|".join(f"{m[:3]}(?:{m[3:]}|\\.|t\\.)?" if len(m) > 4 else m for m in MONTHS)
_COUNT = rf"\d{{1,3}}|a|{'|'.join(_NUMBERS)}"
_YEAR = r"(?:,?\s+(?P<%s>\d{4}))?"
_PATTERNS = (
    ("day_month", rf"(?:on\s+)?(?P<dd>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+(?P<mm>{_MONTH}){_YEAR % 'yy'}"),
    ("month_day", rf"(?:on\s+)?(?P<mm2>{_MONTH})\s+(?P<dd2>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR % 'yy2'}(?!\d)"),
    ("iso", r"(?P<iso>\d{4}-\d\d-\d\d)"),
    ("since", r"since\s+(?P<since>(?:19|20)\d\d)"),
    ("month_year", rf"(?:in\s+)?(?P<mm3>{_MONTH})\s+(?P<yy3>\d{{4}})"),
    ("weekday",
     rf"(?:(?P<which>last|next|this|on|late|early)\s+)?(?P<day>{_DAY})(?:['’]s)?"
     r"(?:\s+(?:morning|afternoon|evening|night))?"),
    ("today", r"(?P<near>earlier\s+today|today|yesterday|tomorrow|the\s+day\s+before\s+yesterday)"),
    ("span", r"(?P<span>(?:last|this|next)\s+(?:week|month|year))"),
    ("ago", rf"(?P<n>{_COUNT})\s+(?P<unit>day|week|month|year)s?\s+(?:ago|earlier)"),
    ("year",
     r"(?:in|of|from|during|until|by)\s+(?P<year>(?:19|20)\d\d)|"
     r"(?P<year2>(?:19|20)\d\d)(?=\s+(?:presidential|parliamentary|election|vote|referendum|protests))"),
)  # fmt: skip
_PATTERN = re.compile("|".join(rf"(?P<{name}_>(?<!\w)(?:{p})(?!\w))" for name, p in _PATTERNS), re.IGNORECASE)
_FUTURE = re.compile(r"\b(?:will|is due|are due|scheduled|to be held|plans to|is set to|are set to)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Resolved:
    """A date as it was said, and the days it means; ``last`` is None where it is open."""

    said: str
    first: date
    last: date | None
    rule: str
    start: int = 0
    end: int = 0


def day_of(published: date | datetime, time_zone: str) -> date:
    """The calendar day of publication in the publication's time zone.

    Raises
    ------
    UsageError
        If the time zone is unknown.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UsageError(
            f"There is no time zone {show(time_zone)!r}; write one like 'Europe/Minsk' or 'UTC'."
        ) from error
    if not isinstance(published, datetime):
        return published
    return published.astimezone(zone).date() if published.tzinfo else published.date()


def dates(text: str, published: date, *, future: bool | None = None) -> list[Resolved]:
    """The dates of a text; ``future=None`` looks for words such as *will* in it."""
    ahead = bool(_FUTURE.search(text)) if future is None else future
    found = []
    for match in _PATTERN.finditer(text):
        resolved = _resolve(match, published, ahead)
        if resolved is not None:
            found.append(resolved)
    return found


def resolve(said: str, published: date, *, future: bool = False) -> Resolved | None:
    """What one expression means, or None where it is not one date that is understood."""
    found = dates(said, published, future=future)
    return found[0] if len(found) == 1 else None


def _resolve(match: re.Match[str], published: date, future: bool) -> Resolved | None:
    kind = str(match.lastgroup).rstrip("_")
    for name, _ in _PATTERNS:
        if match[f"{name}_"] is not None:
            kind = name
    try:
        first, last, rule = _days(kind, match, published, future)
    except (ValueError, OverflowError):
        return None
    return Resolved(match[0], first, last, rule, match.start(), match.end())


def _days(kind: str, m: re.Match[str], published: date, future: bool) -> tuple[date, date | None, str]:
    match kind:
        case "iso":
            day = date.fromisoformat(m["iso"])
            return day, day, "as written"
        case "day_month":
            return _dated(m["dd"], m["mm"], m["yy"], published, future)
        case "month_day":
            return _dated(m["dd2"], m["mm2"], m["yy2"], published, future)
        case "month_year":
            first = date(int(m["yy3"]), _month(m["mm3"]), 1)
            return first, _next_month(first) - timedelta(1), "the whole month"
        case "since":
            return date(int(m["since"]), 1, 1), None, "from that year on"
        case "year":
            year = int(m["year"] or m["year2"])
            return date(year, 1, 1), date(year, 12, 31), "the whole year"
        case "weekday":
            return _weekday(m["day"], (m["which"] or "").lower(), published, future)
        case "today":
            steps = {"yesterday": -1, "tomorrow": 1, "today": 0, "earlier today": 0}
            day = published + timedelta(steps.get(re.sub(r"\s+", " ", m["near"].lower()), -2))
            return day, day, "counted from publication"
        case "span":
            return _span(m["span"].lower().split(), published)
    return _ago(m["n"].lower(), m["unit"].lower(), published)


def _weekday(name: str, which: str, published: date, future: bool) -> tuple[date, date, str]:
    index = WEEKDAYS.index(name.lower())
    back = (published.weekday() - index) % 7
    if which == "next" or (future and which != "last"):
        day = published + timedelta((index - published.weekday()) % 7 or 7)
        return day, day, AHEAD
    if which == "last" and back == 0:
        back = 7
    day = published - timedelta(back)
    return day, day, "the last on or before publication" if which != "last" else "the last before publication"


def _dated(day: str, month: str, year: str | None, published: date, future: bool) -> tuple[date, date, str]:
    if year:
        exact = date(int(year), _month(month), int(day))
        return exact, exact, "as written"
    tries = [_safe(published.year + step, _month(month), int(day)) for step in (-1, 0, 1)]
    known = [d for d in tries if d is not None]
    if future:
        after = [d for d in known if d >= published]
        chosen = min(after) if after else max(known)
        return chosen, chosen, AHEAD
    chosen = max(d for d in known if d <= published + timedelta(7))
    return chosen, chosen, "the nearest year"


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _span(words: list[str], published: date) -> tuple[date, date, str]:
    step = {"last": -1, "this": 0, "next": 1}[words[0]]
    if words[1] == "week":
        monday = published - timedelta(published.weekday()) + timedelta(7 * step)
        return monday, monday + timedelta(6), "the calendar week"
    if words[1] == "month":
        months = published.year * 12 + published.month - 1 + step
        first = date(months // 12, months % 12 + 1, 1)
        return first, _next_month(first) - timedelta(1), "the calendar month"
    year = published.year + step
    return date(year, 1, 1), date(year, 12, 31), "the calendar year"


def _ago(count: str, unit: str, published: date) -> tuple[date, date, str]:
    n = 1 if count == "a" else _NUMBERS.get(count) or int(count)
    if unit in ("day", "week"):
        day = published - timedelta(n * (7 if unit == "week" else 1))
        return day, day, "counted from publication"
    if unit == "month":
        months = published.year * 12 + published.month - 1 - n
        first = date(months // 12, months % 12 + 1, 1)
        return first, _next_month(first) - timedelta(1), "the whole month"
    return date(published.year - n, 1, 1), date(published.year - n, 12, 31), "the whole year"


def _next_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(4)).replace(day=1)


def _month(name: str) -> int:
    return next(n for n, m in enumerate(MONTHS, 1) if m.startswith(name.lower().rstrip(".")[:3]))
