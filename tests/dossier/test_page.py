"""The page, read by a parser: what stands in it, and what may not."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from recanvass import wording
from recanvass.dossier import render
from recanvass.dossier.page import CHAPTERS, island
from recanvass.errors import UsageError
from recanvass.examination import Examination
from recanvass.finding import Skipped
from tests.dossier.examinations import PAYLOADS, bare, hostile, simulated
from tests.dossier.pages import Page


@pytest.fixture(scope="module", params=["simulated", "hostile", "bare", "simulated in Russian"])
def page(request: pytest.FixtureRequest) -> Page:
    exams = {"simulated": simulated, "hostile": hostile, "bare": bare, "simulated in Russian": simulated}
    language = "ru" if "Russian" in request.param else "en"
    return Page(render(exams[request.param](), language=language))


def test_elements_are_balanced(page: Page) -> None:
    assert page.problems == []


def test_nothing_runs_and_nothing_is_loaded(page: Page) -> None:
    banned = {"iframe", "object", "embed", "link", "base", "form", "img", "image", "use", "foreignobject", "video"}
    assert not banned & {e.tag for e in page.elements}
    for element in page.elements:
        for name, value in element.attributes.items():
            assert not name.startswith("on"), (element.tag, name)
            assert name not in ("style", "src", "srcset", "srcdoc", "xlink:href", "action", "formaction"), (
                element.tag,
                name,
            )
            if name in ("fill", "stroke", "clip-path"):
                assert "url(" not in value or value.startswith("url(#figure-"), value
    assert [e.attributes.get("type") for e in page.all("script")] == ["application/json"]
    for link in page.all("a"):
        assert re.match(r"#|https://doi\.org/|data:text/csv;charset=utf-8,", link.attributes["href"]), link.attributes


def test_the_policy_names_the_hash_of_the_style_sheet(page: Page) -> None:
    policy = next(
        e.attributes["content"] for e in page.all("meta") if e.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    (style,) = page.all("style")
    digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "@import" not in style.text
    assert "url(" not in style.text


def test_identifiers_are_unique_and_links_inside_lead_somewhere(page: Page) -> None:
    ids = [e.attributes["id"] for e in page.elements if "id" in e.attributes]
    assert len(ids) == len(set(ids))
    for element in page.elements:
        if element.tag == "a" and element.attributes["href"].startswith("#"):
            assert element.attributes["href"][1:] in ids
        for name in element.attributes.get("aria-labelledby", "").split():
            assert name in ids


def test_every_figure_has_a_title_and_words_in_both_widths(page: Page) -> None:
    for svg in page.all("svg"):
        assert svg.attributes["role"] == "img"
        assert len(svg.attributes["aria-labelledby"].split()) == 2
    descriptions = [e for e in page.all("desc")]
    assert len(descriptions) == len(page.all("svg"))
    assert all(len(d.text) > 20 for d in descriptions)
    assert len(page.all("svg")) == 2 * len(page.all("figure"))


def test_headings_descend_one_step_at_a_time(page: Page) -> None:
    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch(r"h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels)), levels


def test_no_text_in_a_figure_is_smaller_than_eleven_pixels(page: Page) -> None:
    sizes = [float(e.attributes["font-size"].removesuffix("px")) for e in page.all("text")]
    assert all(size >= 11 for size in sizes)
    for svg in page.all("svg"):
        width = float(svg.attributes["viewbox"].split()[2])
        assert min(abs(width - 748), abs(width - 320)) <= 2


@pytest.mark.parametrize("exam", [simulated(), hostile()], ids=["simulated", "hostile"])
def test_the_same_examination_gives_the_same_bytes(exam: Examination) -> None:
    assert render(exam) == render(exam)


def test_the_chapters_stand_in_their_order_and_empty_ones_say_so() -> None:
    page = Page(render(simulated()))
    ids = [e.attributes["id"] for e in page.all("h2") if e.attributes["id"] in CHAPTERS]
    assert ids == list(CHAPTERS)
    text = page.elements[0].text
    for chapter in ("witnesses", "record"):
        assert wording.phrase("dossier", "chapter_empty", chapter) in text


def test_a_case_without_results_says_that_nothing_could_be_assessed() -> None:
    text = Page(render(bare())).elements[0].text
    assert "Cannot be assessed" in text
    assert "No results by polling station were published" in text


def test_the_headline_states_its_error_rate_in_the_same_section() -> None:
    page = Page(render(simulated()))
    statement = next(e for e in page.all("section") if "statement" in e.attributes.get("class", ""))
    assert "Alarm limit" in statement.text
    assert simulated().statement.sentence in statement.text


def test_every_finding_shows_its_doubts_outside_any_fold() -> None:
    page = Page(render(simulated()))
    for element in page.elements:
        if element.attributes.get("class") == "note":
            assert "details" not in element.parents
    labels = [e.text for e in page.all("h4") if "aside" in e.parents]
    for key in ("false_alarms", "innocent", "does_not_show"):
        assert labels.count(wording.phrase("dossier", "finding", key)) == len(simulated().findings)


def test_the_page_holds_the_examination_whatever_its_names() -> None:
    for exam in (simulated(), hostile()):
        (script,) = Page(render(exam)).all("script")
        assert json.loads(script.text) == json.loads(json.dumps(exam.to_dict()))


def test_json_in_a_page_escapes_what_ends_a_script() -> None:
    text = island({"a": "</script><!--\u2028\u2029&"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"a": "</script><!--\u2028\u2029&"}


def test_names_from_the_data_are_shown_and_do_nothing() -> None:
    text = render(hostile())
    page = Page(text)
    outside = re.sub(r"<script type=.application/json.*?</script>", "", text, flags=re.S)
    for bad in ("\u202e", "\x1b", "\u2028", "\u2029", "\x07"):
        assert bad not in outside
    assert PAYLOADS[0] in page.elements[0].text
    assert "7*7" in page.elements[0].text
    assert "n" * 300 not in outside


def test_long_lists_are_capped_and_say_where_the_rest_is() -> None:
    page = Page(render(hostile()))
    assert len(page.all("bdi")) < 1500
    assert "stations.csv" in page.elements[0].text


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="'xx'"):
        render(simulated(), language="xx")


def test_questions_with_one_reason_stand_together() -> None:
    exam = simulated()
    unasked = tuple(Skipped(name, "", "no_results") for name in ("last_digits", "modality"))
    made = Page(render(replace(exam, skipped=unasked)))
    reasons = [e.text for e in made.all("dd") if "section" in e.parents and "cannot be asked" in e.text]
    assert len(reasons) == len(set(reasons))
    assert any("digits" in e.text and "peak" in e.text for e in made.all("dt"))


def test_headers_of_tables_have_a_scope_and_boxes_that_scroll_can_be_reached(page: Page) -> None:
    assert all(e.attributes.get("scope") in ("col", "row") for e in page.all("th"))
    for box in (e for e in page.elements if e.attributes.get("class") == "scroll"):
        assert box.attributes["tabindex"] == "0"
        assert box.attributes["aria-label"]


def test_no_code_of_the_program_stands_in_a_russian_page() -> None:
    made = Page(render(simulated(), language="ru"))
    for tag in ("dt", "li", "summary", "th", "title"):
        for element in made.all(tag):
            assert not re.search(r"\b[a-z]+_[a-z_]+\b", element.text), element.text[:200]
    words = " ".join(e.text for tag in ("th", "summary", "dt") for e in made.all(tag))
    assert not re.search(r"\b(stations?|excess|By counting|Table)\b", words)
