"""Claims written as TOML, with the rule that proposed each; a person reads and amends it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from recanvass.record.dates import AHEAD
from recanvass.wording import show

if TYPE_CHECKING:
    from recanvass.record.articles import Article
    from recanvass.record.drafting import Proposal


def text(value: str) -> str:
    """A basic TOML string."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def number(value: Decimal) -> str:
    """A TOML integer or float with no digit more than needed."""
    whole = value == value.to_integral_value()
    return f"{int(value)}" if whole else f"{value.normalize():f}"


def day(value: date | datetime) -> str:
    """A TOML date or date-time."""
    return value.isoformat()


def claims_toml(article: Article, proposals: Sequence[Proposal], accepted_by: str = "") -> str:
    """The text of ``claims.toml`` for a draft."""
    lines = [
        "# Proposed by rules from one article. Read each claim against the article, amend it, and",
        '# accept it: status = "accepted". What is not accepted is marked as proposed wherever it is shown.',
        "schema_version = 1",
        "",
        "[[sources]]",
        f"id = {text(identifier(article))}",
        f"file = {text(article.name)}",
        f"sha256 = {text(article.sha256)}",
    ]
    if article.title:
        lines.append(f"title = {text(article.title)}")
    lines.append(f"publisher = {text(article.publisher or 'unknown publisher')}")
    if article.author:
        lines.append(f"author = {text(article.author)}")
    if article.address:
        lines.append(f"address = {text(article.address)}")
    if article.published is not None:
        lines.append(f"published = {day(article.published)}  # from {article.published_from}")
    else:
        lines.append("# published = 2025-01-31  # not found: dates are not resolved until you give it")
    if article.fetched:
        lines.append(f"fetched = {article.fetched}")
    lines += [f"time_zone = {text(article.time_zone)}", *_apart(article)]
    for k, proposal in enumerate(proposals, 1):
        lines += ["", *_claim(article, proposal, k, accepted_by)]
    return "\n".join(lines) + "\n"


def identifier(article: Article) -> str:
    """A short id for the source, from the name of its file."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", article.name.rsplit(".", 1)[0]).strip("-")
    return stem[:60] or "source"


def _apart(article: Article) -> list[str]:
    """The first stretch of each part that is not of the report, where it can be told apart."""
    lines: list[str] = []
    previous = ""
    for k, part in enumerate(article.parts):
        if part.kind in ("appeal", "caption") and part.kind != previous and len(part.text.split()) >= 3:
            last = k
            while last + 1 < len(article.parts) and article.parts[last + 1].kind == part.kind:
                last += 1
            lines += ["", "[[sources.apart]]", f"kind = {text(part.kind)}", f"opening = {text(_head(part.text))}"]
            if last + 1 < len(article.parts):
                lines.append(f"closing = {text(_tail(article.parts[last].text))}")
            lines.append(f"note = {text('By rule: ' + part.rule + '.')}")
        previous = part.kind
    return lines


def _head(words: str) -> str:
    return " ".join(words.split()[:12])


def _tail(words: str) -> str:
    return " ".join(words.split()[-12:])


def _claim(article: Article, proposal: Proposal, k: int, accepted_by: str) -> list[str]:
    kind = proposal.kind.replace(" ", "-")
    lines = [
        f"# rule: {show(proposal.rule, 200)}",
        "[[claims]]",
        f"id = {text(f'{kind}-{k:02d}')}",
        f"kind = {text(proposal.kind)}",
        f"status = {text('accepted' if accepted_by else 'proposed')}",
    ]
    if accepted_by:
        lines.append(f"accepted_by = {text(accepted_by)}")
    lines += [
        f"statement = {text(proposal.statement)}",
        f"speaker = {text(proposal.speaker or article.publisher or 'not attributed')}",
    ]
    if proposal.role:
        lines.append(f"role = {text(proposal.role)}")
    if proposal.through:
        lines.append(f"through = [{', '.join(text(t) for t in proposal.through)}]")
    lines.append(f"source = {text(identifier(article))}")
    if proposal.when is not None:
        until = ""
        if proposal.when.last is not None and proposal.when.last != proposal.when.first:
            until = f", until = {day(proposal.when.last)}"
        future = ", future = true" if proposal.when.rule == AHEAD else ""
        lines.append(
            f"when = {{ said = {text(proposal.when.said)}, date = {day(proposal.when.first)}{until}{future} }}"
            f"  # {proposal.when.rule}"
        )
    around = "".join(
        f", {key} = {text(value)}" for key, value in (("prefix", proposal.prefix), ("suffix", proposal.suffix)) if value
    )
    lines.append(f"quotation = {{ exact = {text(proposal.exact)}{around} }}")
    said = proposal.quantity
    if said is not None:
        lines += ["[claims.quantity]", f"said = {text(said.text)}", f"value = {number(said.value)}"]
        lines.append(f"hedge = {text(said.hedge)}")
        lines += [f"{key} = {number(v)}" for key, v in (("low", said.low), ("high", said.high)) if v is not None]
        lines.append(f"unit = {text('percent' if said.unit == 'percent' else '')}")
        lines.append(f"subject = {text(proposal.subject)}")
    return lines
