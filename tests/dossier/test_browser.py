"""The dossier in headless Chromium: nothing runs, nothing is asked for, nothing overflows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recanvass.dossier import write
from tests.dossier.examinations import hostile, simulated

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    program = os.environ.get("RECANVASS_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        pytest.skip("no Chromium was found; name one in RECANVASS_CHROMIUM")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=flags)
        yield started
        started.close()


@pytest.fixture(scope="module", params=["simulated", "hostile"])
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    exam = {"simulated": simulated, "hostile": hostile}[request.param]()
    return write(exam, tmp_path_factory.mktemp(request.param)).as_uri()


def opened(browser: Any, address: str, **options: Any) -> tuple[Any, list[str]]:
    page = browser.new_page(**options)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(address)
    return page, said


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_no_message_no_request_no_overflow(browser: Any, address: str, width: int) -> None:
    page, said = opened(browser, address, viewport={"width": width, "height": 800})
    for element in page.query_selector_all("details"):
        element.evaluate("e => { e.open = true }")
    assert page.evaluate("typeof window.PWNED") == "undefined"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert said == []
    page.close()


def test_one_width_of_each_figure_is_shown(browser: Any, address: str) -> None:
    for width, shown in ((360, "narrow"), (1280, "wide")):
        page, _ = opened(browser, address, viewport={"width": width, "height": 800})
        visible = page.evaluate(
            "[...document.querySelectorAll('figure svg')].filter(e => e.getClientRects().length).map(e => e.parentElement.className)"
        )
        assert set(visible) == {shown}
        smallest = page.evaluate("""Math.min(...[...document.querySelectorAll('figure svg text')]
            .filter(e => e.getClientRects().length)
            .map(e => parseFloat(e.getAttribute('font-size')) * e.ownerSVGElement.getBoundingClientRect().width / e.ownerSVGElement.viewBox.baseVal.width))""")
        assert smallest >= 11
        page.close()


def test_the_dark_has_its_own_colours(browser: Any, address: str) -> None:
    colours = []
    for scheme in ("light", "dark"):
        page, _ = opened(browser, address, color_scheme=scheme)
        colours.append(
            page.evaluate("""[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color,
            getComputedStyle(document.querySelector('.s-observed, .f-observed')).fill + getComputedStyle(document.querySelector('.s-observed, .f-observed')).stroke]""")
        )
        page.close()
    assert all(light != dark for light, dark in zip(*colours, strict=True))


def test_text_has_contrast_enough_in_both_schemes(browser: Any, address: str) -> None:
    script = Path(__file__).with_name("contrast.js").read_text()
    for scheme in ("light", "dark"):
        page, _ = opened(browser, address, color_scheme=scheme)
        assert page.evaluate(script) == []
        page.close()


def test_the_first_key_leads_to_the_findings(browser: Any, address: str) -> None:
    page, _ = opened(browser, address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.close()


def test_it_prints(browser: Any, address: str) -> None:
    page, _ = opened(browser, address)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()
