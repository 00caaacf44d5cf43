"""Claims as data: who says what, through whom, where and when, in which words.

``claims.toml`` holds ``[[sources]]`` and ``[[claims]]``; keys that are not named here are refused.
Texts are plain text: markup and invisible marks are refused, and nothing is ever executed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from recanvass.record.quantities import Hedge

Day: TypeAlias = date

Kind = Literal["official figure", "allegation", "recognition", "rejection", "condition", "quantity", "statement"]

_MARKUP = re.compile(r"<\s*[/!?]?\s*[a-zA-Z]|&(?:lt|#0*60|#x0*3c);|javascript\s*:|data\s*:\s*text/html", re.IGNORECASE)
_ALLOWED_FORMAT = "\xad\u200c\u200d"


def plain_text(text: str) -> str:
    """The text itself; raises ValueError if it holds markup, control or direction marks."""
    if found := _MARKUP.search(text):
        raise ValueError(f"it holds markup ({found[0].strip()!r}); write plain text")
    for character in text:
        kind = unicodedata.category(character)
        if kind in ("Cc", "Cs", "Co") and character not in "\t\n\r":
            raise ValueError(f"it holds the control character U+{ord(character):04X}; remove it")
        if kind == "Cf" and character not in _ALLOWED_FORMAT:
            raise ValueError(f"it holds the invisible mark U+{ord(character):04X}; remove it")
    return text


def _address(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("https", "http") or not parts.hostname or re.search(r"[\s<>\"]", text)):
        raise ValueError("an address begins with https:// or http:// and names a host")
    return text


def _exact_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError("write a number")
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) > Decimal(10) ** 15:
        raise ValueError("write a finite number below 10^15")
    return number


Line = Annotated[str, Field(max_length=300), AfterValidator(plain_text)]
Paragraph = Annotated[str, Field(max_length=2_000), AfterValidator(plain_text)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]
Address = Annotated[str, Field(max_length=2_000), AfterValidator(_address)]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Number = Annotated[Decimal, BeforeValidator(_exact_number)]
# A file name is judged by `sources`, so that a bad one names its claim with the reason.
FileName = Annotated[str, Field(max_length=1_000)]


class Entry(BaseModel):
    """A table of the file: unknown keys are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class Quotation(Entry):
    """A W3C text-quote selector: the words, and what stands around them."""

    exact: Paragraph
    prefix: Line = ""
    suffix: Line = ""


class When(Entry):
    """A date as it was said (``said``) and what it means; ``until`` for a span of days.

    ``of`` says whether it dates the act that is claimed (who congratulated on Monday) or
    something that the claim speaks of (the election of Sunday, everything since 1994).
    """

    said: Line = ""
    date: Day
    until: Day | None = None
    future: bool = False
    of: Literal["act", "subject"] = "act"


class Figure(Entry):
    """What a quantity is about in the case's data.

    ``measure`` *share* is a percentage of ``base``; *turnout* a percentage of the registered;
    *count* a number of ``column``; *wins* the contests that ``option`` led, since ``since``.
    """

    measure: Literal["share", "turnout", "count", "wins"]
    column: Line = ""
    territory: Line = ""
    base: Literal["", "valid", "ballots", "registered"] = ""
    since: int = 0


class Quantity(Entry):
    """A hedged quantity: the words of the source, the figure, and the interval that it bounds."""

    said: Line
    value: Number
    hedge: Hedge
    low: Number | None = None
    high: Number | None = None
    unit: Line = ""
    subject: Line = ""
    about: Figure | None = None

    @model_validator(mode="after")
    def _bounds(self) -> Quantity:
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"low = {self.low} lies above high = {self.high}")
        if self.hedge in ("around", "nearly", "between"):
            if self.low is None or self.high is None:
                raise ValueError(f"'{self.hedge}' needs its interval: state low and high")
            if not self.low <= self.value <= self.high:
                raise ValueError("the figure lies outside its own interval")
        if self.hedge in ("above", "at least") and (self.low != self.value or self.high is not None):
            raise ValueError(f"'{self.hedge}' is a lower bound: low = {self.value} and no high")
        if self.hedge in ("below", "at most") and (self.high != self.value or self.low is not None):
            raise ValueError(f"'{self.hedge}' is an upper bound: high = {self.value} and no low")
        return self


class Claim(Entry):
    """One thing that somebody said.

    ``through`` is the chain between the speaker and the publisher, nearest to the speaker first.
    ``part`` is ``report``, or the kind of part of the source that is not of the report.
    ``bears_on`` names methods whose findings bear on an allegation; empty means all that may
    raise the headline.
    """

    id: Name
    kind: Kind
    statement: Annotated[Paragraph, Field(min_length=1)]
    speaker: Annotated[Line, Field(min_length=1)]
    role: Line = ""
    through: tuple[Line, ...] = ()
    source: Name
    quotation: Quotation
    when: When | None = None
    quantity: Quantity | None = None
    part: Literal["report", "appeal", "caption", "navigation"] = "report"
    bears_on: tuple[Name, ...] = ()
    towards: Line = ""
    status: Literal["accepted", "proposed"] = "accepted"
    accepted_by: Line = ""
    note: Paragraph = ""

    @model_validator(mode="after")
    def _quantity_is_quoted(self) -> Claim:
        if self.kind in ("official figure", "quantity") and self.quantity is None:
            raise ValueError(f"a claim of the kind '{self.kind}' needs a [claims.quantity]")
        return self


class Apart(Entry):
    """A part of the source that is not of the report: from ``opening`` to ``closing`` or the end."""

    kind: Literal["appeal", "caption", "navigation"]
    opening: Paragraph
    closing: Paragraph = ""
    note: Paragraph = ""


class Standing(Entry):
    """What an authority has declared a publisher to be, and what that means."""

    term: Line
    by: Line
    since: Line = ""
    means_for_quoted: Paragraph = ""
    means_for_holder: Paragraph = ""
    source: Paragraph = ""
    claim: Line = ""


class Source(Entry):
    """Where claims were published: name of the stored copy, its hash, address and date."""

    id: Name
    file: FileName
    sha256: Digest
    title: Line = ""
    publisher: Annotated[Line, Field(min_length=1)]
    author: Line = ""
    address: Address = ""
    published: datetime | date
    time_zone: Line = "UTC"
    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)?$")] = "en"
    fetched: datetime | None = None
    standing: tuple[Standing, ...] = ()
    apart: tuple[Apart, ...] = ()
    note: Paragraph = ""


class ClaimsFile(Entry):
    """The head of ``claims.toml``; its sources and claims are validated one by one."""

    schema_version: Literal[1] = 1
    note: Paragraph = ""
    sources: Annotated[tuple[Any, ...], Field(max_length=500)] = ()
    claims: Annotated[tuple[Any, ...], Field(max_length=5_000)] = ()
