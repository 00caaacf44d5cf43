"""Invented texts and small case folders for the record."""

from __future__ import annotations

import hashlib
import random
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

REPORT = """The commission of Orland said on Monday that the incumbent had won with more than 71.4% of the vote.

"The boxes were sealed before I came," the teacher Ada Lind said, "and nobody would open them."

Rights groups say that more than 1,200 people were held, with around 300 released in pre-vote pardons.

Observers were not admitted to the count in 17 districts, and the unlawful arrests went on after Sunday's vote.

A Message from The Orland Post:

Dear readers, support us from just $2 a month. Nobody pays us but you.
"""


def _texts() -> list[str]:
    found = [REPORT]
    for name in ("development", "held_out"):
        path = ROOT / "benchmarks" / "drafting" / f"{name}.toml"
        found += [a["text"] for a in tomllib.loads(path.read_text(encoding="utf-8"))["articles"]]
    return found


def invented(rng: random.Random) -> str:
    """A text of random sentences, with figures, negations, quotation marks and dashes."""
    nouns = ["voters", "ballots", "observers", "districts", "protocols", "commissions", "stations", "lists", "boxes"]
    verbs = ["saw", "counted", "signed", "refused", "published", "opened", "left", "found", "believed", "carried"]
    adjectives = ["lawful", "unlawful", "sealed", "early", "late", "honest", "foreign", "local", "empty", "full"]
    lines = []
    for _ in range(40):
        figure = f"{rng.randint(1, 9)},{rng.randint(100, 999)}" if rng.random() < 0.5 else f"{rng.randint(1, 99)}%"
        words = [
            "The", rng.choice(adjectives), rng.choice(nouns), rng.choice(["did not", "never", "have", "also"]),
            rng.choice(verbs), rng.choice(["more than", "around", "nearly", "exactly"]), figure,
            rng.choice(adjectives), rng.choice(nouns), "—", f"“{rng.choice(adjectives)}”", "as", "they’d", "say,",
            rng.choice(nouns), "of", rng.choice(adjectives), rng.choice(nouns),
        ]  # fmt: skip
        lines.append(" ".join(words) + ".")
    return "\n".join(lines)


@pytest.fixture(scope="session")
def texts() -> list[str]:
    rng = random.Random(20250127)
    return _texts() + [invented(rng) for _ in range(6)]


CASE = """
[contest]
title = "An invented contest"
date = 2031-03-09
share_of = "ballots"

[record]
claims = "claims.toml"

[[announced]]
column = "ballots"
count = 1000000
percent = "68.0"
base = "registered"

[[announced]]
column = "Incumbent"
count = 714200
percent = "71.42"
base = "ballots"

[[announced]]
column = "Challenger"
count = 250000
percent = "25.00"
base = "ballots"
"""

HEAD = """
[[sources]]
id = "post"
file = "post.txt"
sha256 = "{digest}"
publisher = "The Orland Post"
published = 2031-03-10
time_zone = "UTC"
[[sources.apart]]
kind = "appeal"
opening = "A Message from The Orland Post"
"""

CLAIM = """
[[claims]]
id = "c1"
kind = "official figure"
statement = "The incumbent won more than 71.4%."
speaker = "the commission"
source = "post"
when = { said = "on Monday", date = 2031-03-10 }
quotation = { exact = "had won with more than 71.4% of the vote" }
[claims.quantity]
said = "more than 71.4%"
value = 71.4
hedge = "above"
low = 71.4
unit = "percent"
about = { measure = "share", column = "Incumbent" }
"""

Make = Callable[..., Path]


@pytest.fixture
def claim() -> str:
    return CLAIM


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """A case folder: its claims, its stored source, other parts of ``case.toml``."""
    monkeypatch.delenv("RECANVASS_SOURCES", raising=False)

    def folder(claims: str = CLAIM, *, report: str | None = REPORT, head: str = HEAD, case: str = CASE) -> Path:
        place = tmp_path / "case"
        (place / "sources").mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256((report or REPORT).encode()).hexdigest()
        if report is not None:
            (place / "sources" / "post.txt").write_text(report, encoding="utf-8", newline="")
        (place / "case.toml").write_text(case, encoding="utf-8")
        (place / "claims.toml").write_text(head.format(digest=digest) + claims, encoding="utf-8")
        return place

    return folder
