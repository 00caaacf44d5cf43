"""Proposals of claims from an article: quotations, figures, recognition, conditions, with dates.

Rules only, the same words give the same proposals. A proposal is marked as one until a person
accepts it; ``docs/record.md`` prints how many of the claims of invented articles the rules find,
and how many of their proposals are right.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from recanvass.errors import ReadError
from recanvass.record.article_rules import KINDS, OFFICIAL
from recanvass.record.articles import Article, article
from recanvass.record.attribution import Attribution, People, attribution, subjects
from recanvass.record.clauses import clause_around, clipped, of_several, window, with_verb
from recanvass.record.dates import Resolved, dates
from recanvass.record.quantities import Said, quantities
from recanvass.record.quotations import Place, locate, normalised, surroundings, words
from recanvass.record.sections import Part, sentences
from recanvass.record.toml_text import claims_toml
from recanvass.wording import show

#: A longer "sentence" is no prose (a list, a table, an attack on the rules) and is not read.
LONGEST_SENTENCE = 800
MOST_CHARACTERS = 300_000

_QUOTED = re.compile(r"“([^“”]+)”|«([^«»]+)»|\"([^\"]+)\"|(?<!\w)‘([^‘’]{12,})’(?!\w)")
_KINDS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in KINDS]
#: Kinds of which one sentence may hold several claims: *A was jailed, B was exiled*.
_SEVERAL = ("condition", "allegation")
_OFFICIAL = re.compile(OFFICIAL, re.IGNORECASE)
_ACT = re.compile(
    r"congratulat|hail|condemn|denounc|reject|recogni|refus|dismiss|prais|welcom|endors|not recogni|"
    r"(?:does|did|do|will|would) not",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^\s*(?:[\w-]+\s+){0,3}?(?:votes?|voters|ballots|people|prisoners|protesters|demonstrators|observers|stations?|"
    r"candidates|detainees|arrests|complaints|violations|reports|protocols|tallies|members|seats|supporters|citizens|"
    r"activists|journalists|terms?|others|were|have been|had been)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Proposal:
    """One claim that is proposed, as `recanvass.record.claims.Claim` holds it, and why."""

    kind: str
    statement: str
    speaker: str
    role: str
    through: tuple[str, ...]
    exact: str
    paragraph: int
    rule: str
    when: Resolved | None = None
    quantity: Said | None = None
    subject: str = ""
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True)
class Draft:
    """What was read from an article, and the claims that are proposed."""

    article: Article
    proposals: tuple[Proposal, ...]

    @property
    def parts(self) -> tuple[Part, ...]:
        """The paragraphs with their kinds: what is the report, and what is not, by which rule."""
        return self.article.parts

    def toml(self, *, accepted_by: str = "") -> str:
        """A file of claims; every claim is marked as proposed unless somebody accepts them here."""
        return claims_toml(self.article, self.proposals, accepted_by)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        a = self.article
        return {
            "source": {
                "file": a.name, "sha256": a.sha256, "title": a.title, "publisher": a.publisher, "address": a.address,
                "published": a.published.isoformat() if a.published else None, "author": a.author,
            },
            "parts": [{"kind": p.kind, "rule": p.rule, "text": p.text} for p in a.parts],
            "proposals": [
                {
                    "kind": p.kind, "speaker": p.speaker, "role": p.role, "through": list(p.through), "exact": p.exact,
                    "rule": p.rule, "date_said": p.when.said if p.when else "",
                    "date": p.when.first.isoformat() if p.when else "",
                    "quantity": p.quantity.text if p.quantity else "",
                    "hedge": p.quantity.hedge if p.quantity else "",
                    "value": float(p.quantity.value) if p.quantity else None,
                }
                for p in self.proposals
            ],
        }  # fmt: skip


def draft(
    source: Path | str,
    *,
    published: date | datetime | None = None,
    fetch: bool = False,
    time_zone: str = "UTC",
    publisher: str = "",
    address: str = "",
) -> Draft:
    """The claims that an article seems to make.

    Parameters
    ----------
    source : path or address
        A text, HTML, PDF or WARC file; an address (https only) with ``fetch``.
    published : date or datetime, optional
        When it was published; relative dates are resolved against it. Without it the date that
        the page or the name of the file gives is taken.
    fetch : bool
        Whether an address may be fetched; nothing is ever fetched otherwise.

    Raises
    ------
    ReadError
        The file cannot be read; an address is refused without ``fetch``, or by its rules.
    """
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", str(source)):
        if not fetch:
            raise ReadError(f"{show(str(source))} is an address, and nothing is fetched unless --fetch is given.")
        from recanvass.record.fetching import fetched

        got = fetched(str(source))
        name, data, address, moment = got.name, got.data, got.address, got.fetched
    else:
        path, moment = Path(source), ""
        try:
            if not path.is_file():
                raise ReadError(f"{show(path.name)} is not a file; give an article.")
            data, name = path.read_bytes(), path.name
        except OSError as error:
            raise ReadError(f"{show(path.name)} cannot be opened ({error.strerror}).") from error
    found = article(data, name, address=address, published=published, time_zone=time_zone, publisher=publisher)
    if len(found.text) > MOST_CHARACTERS:
        raise ReadError(f"{show(name)} holds more than {MOST_CHARACTERS:,} characters; store the article alone.")
    found = replace(found, sha256=hashlib.sha256(data).hexdigest(), fetched=moment, data=data)
    return Draft(found, tuple(_located(found, _proposals(found))))


def _proposals(found: Article) -> Iterator[Proposal]:
    people = People()
    for number, part in enumerate(found.parts):
        if part.kind != "report":
            continue
        for at, sentence in sentences(part.text):
            if len(sentence) > LONGEST_SENTENCE:
                continue
            quotes = list(_QUOTED.finditer(sentence))
            who = attribution(sentence, people, quoted=bool(quotes), first=at == 0)
            when = dates(sentence, found.day) if found.day else []
            yield from _sentence(sentence, quotes, who, when, people, number)


def _sentence(
    sentence: str,
    quotes: list[re.Match[str]],
    who: Attribution,
    when: list[Resolved],
    people: People,
    number: int,
) -> Iterator[Proposal]:
    taken: list[str] = []
    for k, quote in enumerate(quotes):
        inner = next(g for g in quote.groups() if g)
        exact, kind = clipped(inner.strip().rstrip(",")), _kind(f"{_around(sentence, quote, quotes, k)}")
        speaker = _own_subject(sentence, quote, quotes, k, people) or who
        if words(inner) < 3:
            exact = with_verb(sentence, quote)
        if words(exact) < 3:
            continue
        taken.append(kind)
        yield _proposal(kind, exact, speaker, when, number, f"words in quotation marks; {speaker.rule}", sentence)
    used: list[str] = []
    used_kinds: set[str] = set()
    for said in quantities(sentence):
        quoted = any(q.start() < said.start < q.end() for q in quotes)
        claim = _figure(sentence, said, who if quoted else _scoped(who, said.start), when, number)
        if claim is not None:
            used.append(claim.exact)
            yield claim
    outside = _QUOTED.sub(lambda m: "·" * len(m[0]), sentence)
    found = list(_triggers(outside))
    for kind, trigger in found:
        again = kind in used_kinds and kind in _SEVERAL
        among = [t.start() for k, t in found if k == kind and kind in _SEVERAL]
        if (kind in taken and not again) or trigger[0].lower() in who.role.lower():
            continue
        if kind == "recognition" and "rejection" in taken and "recogni" in trigger[0].lower():
            continue
        taken.append(kind)
        act = kind in ("recognition", "rejection") and _ACT.match(trigger[0])
        noun = re.match(r"\w*(?:ions?|al|als)\b", sentence[trigger.start() :])
        exact = clause_around(sentence, trigger.start(), trigger.end(), act=bool(act) and noun is None)
        if len(among) > 1:
            exact = of_several(sentence, exact, trigger.start(), among)
        if words(exact) < 3 or (kind == "condition" and any(trigger[0] in one or exact in one for one in used)):
            continue
        if again and any(exact in one or one in exact for one in used):
            continue
        used.append(exact)
        used_kinds.add(kind)
        for speaker in _speakers(sentence, trigger.start(), who, people) if act else [_scoped(who, trigger.start())]:
            yield _proposal(kind, exact, speaker, when, number, f"the words '{trigger[0]}'; {speaker.rule}", sentence)


def _triggers(outside: str) -> Iterator[tuple[str, re.Match[str]]]:
    """The words that make a sentence a claim of a kind; several of those kinds that are listed in one sentence."""
    for kind, pattern in _KINDS:
        for number, found in enumerate(pattern.finditer(outside)):
            if number == 0 or kind in _SEVERAL:
                yield kind, found


def _scoped(who: Attribution, at: int) -> Attribution:
    """The attribution of what stands at a position; before its verb the report speaks itself."""
    return who if at >= who.scope else Attribution(rule="the report's own words")


def _speakers(sentence: str, at: int, who: Attribution, people: People) -> list[Attribution]:
    """Who did an act such as congratulating; whoever reported it stands in the chain."""
    named = subjects(sentence, at, people)
    if not named:
        return [Attribution(rule="an act without a subject")]
    chain = who.through
    if who.rule in ("relayed", "according to", "citing") and who.speaker not in [n for n, _ in named]:
        chain = (who.speaker, *chain)
    return [Attribution(name, role, chain, "subject of the act") for name, role in named]


def _figure(
    sentence: str,
    said: Said,
    who: Attribution,
    when: list[Resolved],
    number: int,
) -> Proposal | None:
    behind = sentence[said.end :]
    if re.match(
        r"-?(?:year|day|month|hour|minute|point|metre|mile|km)s?\b|-\w+-old| years?\b| days?\b| hours?\b| months?\b",
        behind.lstrip(" ") if behind.startswith("-") else behind,
    ):
        return None
    if any(r.start <= said.at < r.end for r in when) or re.search(r"[$€£]\s*$", sentence[: said.at]):
        return None
    official = bool(_OFFICIAL.search(sentence)) and (
        said.unit == "percent" or bool(re.match(r"\s+(?:[\w-]+\s+){0,3}?(?:votes?|voters|ballots)\b", behind))
    )
    if said.unit == "count" and said.hedge == "exact" and not official and not _COUNTED.match(behind):
        return None
    start, end = window(sentence, said.start, said.end)
    exact = sentence[start:end]
    if words(exact) < 3:
        return None
    kind = "official figure" if official else "quantity"
    subject = " ".join(re.findall(r"[\w'’-]+", re.split(r"[.,;:—–“”\"()]", behind)[0])[:5])
    claim = _proposal(kind, exact, who, when, number, f"a figure; {who.rule}", sentence)
    return replace(claim, quantity=said, subject=subject)


def _proposal(
    kind: str, exact: str, who: Attribution, when: list[Resolved], number: int, rule: str, sentence: str
) -> Proposal:
    return Proposal(
        kind=kind,
        statement=sentence if len(sentence) <= 300 else sentence[:299] + "…",
        speaker=who.speaker,
        role=who.role,
        through=who.through,
        exact=exact,
        paragraph=number,
        rule=rule,
        when=when[0] if when else None,
    )


def _located(found: Article, proposals: Iterator[Proposal]) -> Iterator[Proposal]:
    """Proposals whose words stand once in the stored text, each kind and place once."""
    text = normalised(found.text)
    seen: set[tuple[str, str, str, str]] = set()
    for one in proposals:
        key = (one.kind, one.exact, one.speaker, one.quantity.text if one.quantity else "")
        if key in seen:
            continue
        seen.add(key)
        place = locate(one.exact, text)
        if not isinstance(place, Place):
            continue
        prefix, suffix = surroundings(text, place)
        yield replace(one, prefix=prefix, suffix=suffix)


def _kind(text: str) -> str:
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), "statement")


def _around(sentence: str, quote: re.Match[str], quotes: list[re.Match[str]], k: int) -> str:
    """A quotation with the words between it and its neighbours, which say what it is.

    What a relative clause tells about the speaker says nothing of the words: *said X, who was jailed*.
    """
    low = quotes[k - 1].end() if k else 0
    high = quotes[k + 1].start() if k + 1 < len(quotes) else len(sentence)
    if k or len(quotes) > 1:
        return sentence[low : quote.end()]
    behind = re.sub(r",\s+(?:who|whose|whom)\b[^,]*", "", sentence[quote.end() : high])
    return sentence[low : quote.end()] + behind


def _own_subject(
    sentence: str, quote: re.Match[str], quotes: list[re.Match[str]], k: int, people: People
) -> Attribution | None:
    """In "A called it x, while B described it as y" each quotation has its own speaker."""
    if not k:
        return None
    between = sentence[quotes[k - 1].end() : quote.start()]
    if not re.search(r"\b(?:while|and|whereas|but)\b", between):
        return None
    found = attribution(
        re.sub(r"^.*?\b(?:while|and|whereas|but)\s+", "", between, count=1) + "“·”", people, quoted=True
    )
    return found if found.speaker else None
