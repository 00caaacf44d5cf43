"""Page one says whether a declaration was kept, and who chose what; the end lists all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from recanvass import wording
from recanvass.choices import KINDS
from recanvass.declaration import declare
from recanvass.dossier import render
from recanvass.dossier.choices_part import fixed, options_of, promise
from recanvass.examination import Examination, examine
from tests.dossier.examinations import PAYLOADS, results
from tests.dossier.pages import Page

SOME = ["last_digits", "turnout_share_correlation"]
AT = datetime(2026, 11, 1, tzinfo=UTC)


def exam(given: dict[str, Any] | None = None, **declared: Any) -> Examination:
    told = declare("Nowhere", at=AT, **({"methods": SOME} | declared))
    return examine(results(), declaration=told, **(given or {}))


def first_page(page: str) -> str:
    return page[: page.index("<nav")]


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_a_declaration_that_was_kept(language: str) -> None:
    one = exam(leader="Second", seed=3)
    said = promise(one.choices, language)
    assert said is not None
    assert said["kind"] == "kept"
    assert said["items"] == []
    page = render(one, language=language)
    assert Page(page).problems == []
    assert said["title"] in first_page(page)
    assert "2026-11-01 00:00:00 UTC" in first_page(page)
    assert one.choices.declaration is not None
    assert one.choices.declaration.sha256 in first_page(page)


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_departure_has_its_sentence(language: str) -> None:
    given = {
        "seed": 9,
        "leader": "Second",
        "turnout_of": "issued",
        "share_of": "ballots",
        "methods": [SOME[0], "modality"],
    }
    told = declare("Nowhere", at=AT, methods=SOME, leader="Third", areas="region", seed=3)
    told = replace(told, version="0.0.1", levels={"unusual": -2.0})
    table = results()
    issued = table.counts["ballots"] + 1
    one = examine(table.with_counts(issued=issued), declaration=told, **given)
    kinds = {d.item for d in one.choices.departures}
    assert kinds >= {
        "version", "seed", "leader", "leader_absent", "areas_absent", "turnout_of", "share_of", "left_out", "added",
        "levels",
    }  # fmt: skip
    said = promise(one.choices, language)
    assert said is not None
    assert said["kind"] == "departs"
    assert len(said["items"]) == len(one.choices.departures)
    assert wording.phrase("declaration", "text", "matters", language=language) in said["after"]
    assert Page(render(one, language=language)).problems == []


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_what_was_chosen_without_a_declaration(language: str) -> None:
    one = examine(results(), leader="Second", areas="district", methods=SOME)
    said = promise(one.choices, language)
    assert said is not None
    assert said["kind"] == "undeclared"
    assert len(said["items"]) == 3
    assert options_of(one.choices) == f" --leader Second --areas district --methods {','.join(SOME)}"


def test_nothing_is_said_on_page_one_where_the_rules_hold() -> None:
    one = examine(results())
    assert promise(one.choices, "en") is None
    assert options_of(one.choices) == ""
    assert 'class="promise' not in render(one)


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_the_end_lists_every_choice(language: str) -> None:
    rows = fixed(exam(leader="Second"), language)["rows"]
    assert len(rows) == len(KINDS) + 2
    assert all(row["value"] for row in rows)
    assert "Second" in rows[0]["value"]
    rules = fixed(examine(results(), methods=SOME), language)["rows"]
    assert wording.phrase("declaration", "fixed", "declaration_none", language=language) == rules[-1]["value"]


def test_names_in_a_declaration_cannot_do_anything() -> None:
    for payload in PAYLOADS:
        one = exam(leader=payload)
        page = render(one)
        assert Page(page).problems == []
        assert [e.attributes.get("type") for e in Page(page).all("script")] == ["application/json"]
        assert one.choices.departures[0].item == "leader_absent"
        if "<" in payload:
            assert payload not in page


def test_a_fold_names_its_cost_and_every_finding_what_it_would_have_seen() -> None:
    for language, cost in (("en", "Linear in stations"), ("ru", "Пропорционально числу участков")):
        page = render(examine(results(), methods=SOME), language=language)
        assert cost in page
        label = wording.phrase("dossier", "finding", "power", language=language)
        assert page.count(f"<h4>{label}</h4>") == len(SOME)
