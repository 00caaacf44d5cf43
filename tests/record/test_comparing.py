"""Claims meet numbers; the chapter is plain values; exports are made on request."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recanvass import record
from recanvass.case_folder import load_case
from recanvass.errors import UsageError
from recanvass.finding import Answer, Finding, Run
from recanvass.record.against_numbers import Known, agree
from recanvass.results import Contest, Labels, Results

QUANTITY = """
[[claims]]
id = "{id}"
kind = "{kind}"
statement = "A claim."
speaker = "somebody"
source = "post"
quotation = {{ exact = "{exact}" }}
[claims.quantity]
said = "{said}"
{figures}
about = {about}
"""


def claim(id: str, exact: str, said: str, figures: str, about: str, kind: str = "quantity") -> str:
    return QUANTITY.format(id=id, exact=exact, said=said, figures=figures, about=about, kind=kind)


def marks(place: Path) -> dict[tuple[str, str], tuple[str, float | None]]:
    case = load_case(place)
    assert case.record is not None
    return {(c.claim, c.against): (c.mark, c.difference) for c in record.compare(case.record, case)}


def test_a_lower_bound_against_the_announced_share(make: Any) -> None:
    assert marks(make()) == {("c1", "announced"): ("agrees", pytest.approx(0.02, abs=1e-12))}


@pytest.mark.parametrize(
    ("printed", "mark"),
    [("71.42", "agrees"), ("71.40", "agrees"), ("71.4", "agrees"), ("71.39", "disagrees"), ("70.00", "disagrees")],
)
def test_an_announced_percentage_stands_for_what_rounds_to_it(make: Any, printed: str, mark: str) -> None:
    """71.40 may be 71.4049, which is more than 71.4; 71.39 may not."""
    folder = make()
    path = folder / "case.toml"
    path.write_text(path.read_text().replace('percent = "71.42"', f'percent = "{printed}"'))
    assert marks(folder)["c1", "announced"][0] == mark


def test_a_share_from_counts_is_exact_and_more_than_is_open(make: Any) -> None:
    folder = make()
    path = folder / "case.toml"
    path.write_text(path.read_text().replace('percent = "71.42"\n', "").replace("714200", "714000"))
    assert marks(folder) == {("c1", "announced"): ("disagrees", 0.0)}
    path.write_text(path.read_text().replace("714000", "714001"))
    assert marks(folder)["c1", "announced"][0] == "agrees"


def test_sums_over_stations_and_estimates_are_compared_too(make: Any) -> None:
    extra = """
[[estimates]]
by = "Orland Institute"
measure = "share"
column = "Incumbent"
low = 48
high = 52
"""
    folder = make()
    path = folder / "case.toml"
    path.write_text(path.read_text() + extra + '\n[results]\nfile = "results.csv"\n')
    (folder / "results.csv").write_text("made by the test\n")
    table = Results(
        ("Incumbent", "Challenger"),
        np.array([[60, 30], [50, 40]]),
        {"ballots": np.array([100, 100]), "registered": np.array([200, 150])},
        places={"station": Labels.of(["1", "2"]), "region": Labels.of(["North", "South"])},
    )
    case = load_case(folder, read=lambda path, **_: table)
    assert case.record is not None
    found = {c.against: (c.mark, c.difference) for c in record.compare(case.record, case)}
    assert found["stations"] == ("disagrees", pytest.approx(55 - 71.4))
    assert found["estimate"] == ("disagrees", pytest.approx(50 - 71.4))
    assert found["announced"][0] == "agrees"
    assert case.results is not None
    assert case.results.contest.announced == {"ballots": 1000000, "Incumbent": 714200, "Challenger": 250000}


def test_an_allegation_is_tied_to_findings_and_never_decided(make: Any) -> None:
    text = """
[[claims]]
id = "a1"
kind = "allegation"
statement = "The arrests were unlawful."
speaker = "somebody"
source = "post"
bears_on = ["integer_percentages"]
quotation = { exact = "the unlawful arrests went on" }
"""
    folder = make(text)
    case = load_case(folder)
    assert case.record is not None
    (one,) = record.compare(case.record, case)
    assert (one.mark, one.against, one.figure, one.difference) == ("cannot be checked", "findings", None, None)
    run = Run("integer_percentages", {}, "", 0, "0")
    found = Finding(run, "B", "?", "A summary.", Answer("departure", "departure"))
    other = replace(found, run=replace(run, method="last_digits"), evidence_class="D")
    chapter = record.chapter(case.record, case, [found, other])
    assert [b["method"] for b in chapter["allegations"][0]["bears_on"]] == ["integer_percentages"]


def test_a_claim_without_a_figure_in_the_case_cannot_be_checked(make: Any) -> None:
    held = claim(
        "h1",
        "more than 1,200 people were held",
        "more than 1,200",
        'value = 1200\nhedge = "above"\nlow = 1200',
        '{ measure = "count", column = "lost" }',
    )
    assert marks(make(held)) == {("h1", "nothing"): ("cannot be checked", None)}


@given(
    st.fractions(0, 100), st.fractions(0, 100), st.fractions(0, 100), st.fractions(0, 100), st.booleans(), st.booleans()
)
def test_agreement_is_a_common_value(
    a: Fraction, b: Fraction, c: Fraction, d: Fraction, low_open: bool, high_open: bool
) -> None:
    """Against a slow implementation: some candidate point lies in both intervals."""
    low, high, least, most = min(a, b), max(a, b) + 1, min(c, d), max(c, d)
    points = sorted({low, high, least, most})
    points += [(x + y) / 2 for x, y in pairwise(points)]
    common = any(
        least <= p <= most and (p > low if low_open else p >= low) and (p < high if high_open else p <= high)
        for p in points
    )
    assert agree((low, high, low_open, high_open), Known("announced", least, least, most, "count")) == common


def test_the_chapter_is_plain_and_complete(make: Any) -> None:
    case = load_case(make())
    assert case.record is not None
    chapter = record.chapter(case.record, case)
    assert json.loads(json.dumps(chapter, allow_nan=False)) == chapter
    assert set(chapter) >= {
        "verification", "claims", "actors", "conditions", "quantities", "comparisons", "candidates", "history",
        "sources", "openness",
    }  # fmt: skip
    assert chapter["claims"][0]["verified"] is True
    assert len(chapter["openness"]["principles"]) == 9
    assert {p["met"] for p in chapter["openness"]["principles"]} == {"unknown"}
    assert [c["name"] for c in chapter["candidates"]] == ["Incumbent", "Challenger"]


def test_granular_is_held_against_the_table(make: Any) -> None:
    folder = make()
    path = folder / "case.toml"
    path.write_text(path.read_text() + '\n[openness.granular]\nmet = "yes"\nwhy = "They say so."\n')
    case = load_case(folder)
    card = record.scorecard(case, case.record.openness)  # type: ignore[union-attr]
    granular = next(p for p in card["principles"] if p["principle"] == "granular")
    assert granular["met"] == "unknown"
    assert "They say so" not in granular["why"]


def test_history_gives_the_series_and_the_wins(make: Any) -> None:
    text = claim(
        "w1",
        "the incumbent had won with more than 71.4%",
        "the incumbent",
        'value = 3\nhedge = "exact"\nlow = 3\nhigh = 3',
        '{ measure = "wins", column = "Incumbent", since = 2020 }',
    )
    folder = make(text)
    path = folder / "case.toml"
    path.write_text(path.read_text().replace("[record]\n", '[record]\nhistory = "history.csv"\n'))
    (folder / "history.csv").write_text(
        "date,round,column,count,percent,base,source,note\n"
        "2016-05-01,1,Other,60,,ballots,s,\n2016-05-01,1,Incumbent,40,,ballots,s,\n"
        "2021-05-01,1,Other,60,,ballots,s,\n2021-05-01,1,Incumbent,50,,ballots,s,\n"
        "2021-05-15,2,Other,60,,ballots,s,\n2021-05-15,2,Incumbent,70,,ballots,s,\n"
        "2026-05-01,1,Other,,40.0,ballots,s,\n2026-05-01,1,Incumbent,,60.0,ballots,s,\n"
    )
    assert marks(folder) == {("w1", "history"): ("agrees", 0.0)}
    case = load_case(folder)
    series = record.chapter(case.record, case)["history"]  # type: ignore[arg-type]
    assert [(s["date"], s["round"], s["leader"]) for s in series] == [
        ("2016-05-01", 1, "Other"), ("2021-05-01", 1, "Other"), ("2021-05-15", 2, "Incumbent"),
        ("2026-05-01", 1, "Incumbent"), ("2031-03-09", 1, "Incumbent"),
    ]  # fmt: skip


def test_exports(make: Any, tmp_path: Path) -> None:
    case = load_case(make())
    assert case.record is not None
    with pytest.raises(UsageError):
        record.claim_review(case.record, case, author="", url="https://a.org/d", published="2031-03-11")
    with pytest.raises(UsageError):
        record.claim_review(case.record, case, author="A", url="http://a.org/d", published="2031-03-11")
    (review,) = record.claim_review(case.record, case, author="The Desk", url="https://a.org/d", published="2031-03-11")
    assert review["author"]["name"] == "The Desk"
    assert review["reviewRating"]["ratingValue"] == 5
    assert review["itemReviewed"]["author"]["name"] == "the commission"
    (annotation,) = record.web_annotations(case.record)
    assert annotation["target"]["selector"][0] == {
        "type": "TextQuoteSelector", "exact": "had won with more than 71.4% of the vote",
    }  # fmt: skip
    folder = tmp_path / "dossier"
    (folder / "charts").mkdir(parents=True)
    (folder / "dossier.html").write_bytes(b"abc")
    (folder / "charts" / "a.svg").write_bytes(b"<svg/>")
    (folder / "link").symlink_to("/etc/hostname")
    crate = record.ro_crate(folder, name="n", description="d", date="2031-03-11")
    files = {e["@id"]: e for e in crate["@graph"] if e["@type"] == "File"}
    assert set(files) == {"dossier.html", "charts/a.svg"}
    assert files["dossier.html"]["sha256"] == hashlib.sha256(b"abc").hexdigest()
    identifiers = {e["@id"] for e in crate["@graph"]}
    assert {p["@id"] for p in crate["@graph"][1]["hasPart"]} <= identifiers
    assert crate["@graph"][0]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}


def test_the_case_is_a_case(make: Any) -> None:
    case = load_case(make())
    assert isinstance(case.contest, Contest)
    assert case.results is None
    assert case.digest == ""
    assert [a.column for a in case.announced] == ["ballots", "Incumbent", "Challenger"]
