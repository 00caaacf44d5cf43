"""The chapter on the record: addresses that may be linked, and cases without claims."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from recanvass.case_folder import load_case
from recanvass.dossier import render
from recanvass.dossier.record_part import record_part, web_address
from recanvass.examination import examine
from tests.dossier.examinations import simulated
from tests.dossier.pages import Page

CASE = Path(__file__).resolve().parents[2] / "cases" / "belarus-2025"


@pytest.mark.parametrize("text", ["https://example.org/a?b=c", "http://example.org"])
def test_addresses_of_the_web_may_be_linked(text: str) -> None:
    assert web_address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.org",
        "https:",
        "ftp://a",
        "https://a\u202eb",
        "http://[",
        "",
    ],
)
def test_other_addresses_may_not(text: str) -> None:
    assert web_address(text) == ""


def test_a_case_without_a_record_has_no_chapter() -> None:
    assert record_part(simulated(), "en") is None


def test_claims_stand_word_for_word_with_their_chain() -> None:
    case = load_case(CASE)
    exam = replace(examine(case, methods=["last_digits"]), case=case)
    page = Page(render(exam))
    assert page.problems == []
    text = page.elements[0].text
    assert case.record is not None
    for claim in case.record.claims:
        assert claim.quotation.exact in text
    assert "\\u202f" not in text.split('{"accounts"')[0]
    for link in page.all("a"):
        assert link.attributes["href"].startswith(("#", "https://", "http://", "data:text/csv"))
