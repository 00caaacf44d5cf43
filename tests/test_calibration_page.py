"""The page on calibration and its pictures: made from the tables, weak spots in words."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from recanvass import measured_alarms, panel, wording
from recanvass.method import method, names
from recanvass.testing import example

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    import calibration_drawings
    import calibration_page

    yield calibration_page, calibration_drawings
    for name in ("calibration_page", "calibration_drawings", "calibration_panel", "calibration_ranks"):
        sys.modules.pop(name, None)


def ranked(name: str, largest: dict[str, int], **row: Any) -> dict[str, Any]:
    """A planted cell, or contests with nothing done, in the part of the ranks."""
    asked = {"extreme_corner.share": 20, "modality.turnout": 20, "modality.share": 20}
    shown = {"name": name, "scenario": name, "stations": 2000, "contests": 20, "asked": asked, "largest": largest}
    return {
        **shown,
        "most": largest,
        "planted_into": "fitted_contest",
        "parameters": {"extent": 0.2},
        "above": [],
        **row,
    }


RANKS = {
    "ranked": {"extreme_corner": "extreme_corner.share", "modality": "modality.turnout"},
    "panel": {"extreme_corner.share": 37, "modality.turnout": 24, "modality.share": 24},
    "clean": ranked("clean", {"extreme_corner.share": 5})
    | {"upper": {"extreme_corner.share": 0.45, "modality.turnout": 0.14, "modality.share": 0.14}, "any": 5},
    "kinds": {
        "strongholds": ranked("x", {"extreme_corner.share": 4}),
        "two_peoples": ranked("y", {"modality.share": 0}),
    },
    "nothing_done": {"fitted_contest": {"2000": ranked("z", {"extreme_corner.share": 1})}, "clean_mixture": {}},
    "planted": [
        ranked("extreme_stations", {"extreme_corner.share": 18}, above=["extreme_corner.share"]),
        ranked("ballot_stuffing", {"extreme_corner.share": 2}),
    ],
}


def cell(scenario: str, alarms: int, stations: int = 500, **parameters: Any) -> dict[str, Any]:
    methods = {"integer_percentages": alarms}
    shown = {"alarms": alarms, "trials": 20, "stations": stations, "methods": methods, "parameters": parameters}
    return {"scenario": scenario, "name": scenario, **shown}


TABLE = {
    "headline": {"class": "clean-0", "alarms": 1, "worlds": 100, "upper": 0.047, "limit": 0.01},
    "kinds": {"strongholds": {"worlds": 60, "alarms": 1}, "two_peoples": {"worlds": 40, "alarms": 0}},
    "countries": {
        "Canada": {"half": "development", "worlds": 30, "alarms": 0},
        "Israel": {"half": "test", "worlds": 20, "alarms": 1},
    },
    "methods": {"integer_percentages": {"asked": 100, "contradictions": 0, "rates": {"0.05": 0.03}}},
    "sizes": {
        "last_digits": [
            {
                "stations": 300, "options": 3, "draws": 5000, "answered": 5000, "capped": 0.25, "discrete": False,
                "rates": {"0.05": 0.07, "0.01": 0.002, "0.001": 0.0}, "beyond": {"0.05": "above", "0.01": "below"},
            },
            {"stations": 60, "options": 3, "draws": 5000, "answered": 0},
        ],
        "early_percentages": [
            {
                "stations": 400, "options": 2, "draws": 5000, "answered": 5000, "capped": 0.0, "discrete": False,
                "rates": {"0.05": rate, "0.01": 0.006, "0.001": 0.001}, "beyond": {"0.05": "", "0.01": ""},
            }
            for rate in (0.045, 0.055)
        ],
    },
    "power": [
        cell("rounded_results", 18, extent=0.05),
        cell("rounded_results", 5, extent=0.01),
        cell("rounded_results", 19, 2000, extent=0.05),
        cell("ballot_stuffing", 0, extent=0.2),
        cell("late_batch", 0, extent=0.1) | {"methods": {"late_counts": 12}, "asked": {"late_counts": 18}},
    ],
}  # fmt: skip


def test_the_page_says_what_is_weak_and_shows_the_rest(made: tuple[Any, Any], tmp_path: Path) -> None:
    page, drawings = made
    pictures = dict(drawings.write(TABLE, tmp_path))
    text = page.page(TABLE, pictures)
    assert "`ballot_stuffing` (F1)" in text
    assert "`rounded_results`: extent 0.01 (25 % at 500 stations)." in text
    assert "| Israel | test | 20 | 1 |" in text
    assert "| last_digits | D | 300 stations | 5,000 | 0.0700 ▲ | 0.0020 ▽ | 0.0000 | 25 % capped |" in text
    assert "| last_digits | D | 60 stations | 5,000 | – | – | – | not asked: it needs 100 stations |" in text
    assert text.count("| early_percentages |") == 1
    assert (
        "| early_percentages | B | its example: 400 stations | 10,000 | 0.0500 | 0.0060 ▽ | 0.0010 | a wide bound |"
        in text
    )
    assert "| late_batch | extent 0.1 | 500 | 20 | 0 % | late_counts (C) 60 %, asked in 18 |" in text
    assert "| F11 | `late_batch` | votes added at the stations that are counted last. | `late_counts` |" in text
    assert "nearly full support. | `extreme_corner` (a rank) |" in text
    for name in pictures:
        assert f"]({name})" in text
    for number in range(1, 14):
        assert f"| F{number} |" in text


def test_ranks_are_told_with_what_nothing_done_gives(made: tuple[Any, Any], tmp_path: Path) -> None:
    page, drawings = made
    table = TABLE | {"ranks": RANKS}
    text = page.page(table, dict(drawings.write(table, tmp_path)))
    assert "2 methods have no law inside a contest" in text
    assert "(24 or 37 of them, the reference panel)" in text
    assert "of 20 of them 5 (25 %) have at least one" in text
    assert (
        "| **extreme_corner.share** | C | 37 | 20 | 25.0 % | 45.0 % | 2.6 % | 25.0 % | strongholds (4 of 20) | – | 1 of 20 |"
        in text
    )
    assert "| modality.share | D | 24 | 20 | 0.0 % | 14.0 % | 4.0 % | 0.0 % | – | – | 0 of 20 |" in text
    assert (
        "| extreme_stations | extent 0.2 | shapes of real contests | 2,000 | 20 | extreme_corner.share 90 % (5 %) |"
        in text
    )
    assert "| ballot_stuffing | extent 0.2 | shapes" not in text
    assert "in half of the contests: `ballot_stuffing`." in text
    assert "](calibration-ranks.svg)" in text
    picture = (tmp_path / "calibration-ranks.svg").read_text(encoding="utf-8")
    for words in ("extreme stations: extent 0.2", "nothing done", "The extreme corner", ">90<"):
        assert words in picture
    assert "ballot stuffing" not in picture


def test_figures_of_two_contests_have_their_own_tables(made: tuple[Any, Any], tmp_path: Path) -> None:
    page, drawings = made
    flow, jumps = "vote_flow.outside", "panel_jumps.excess"
    nothing = {"contests": 20, "asked": {flow: 20, jumps: 20}, "largest": {jumps: 1}, "most": {}}
    planted = {
        **{"name": "added", "scenario": "added_since_earlier", "stations": 2000, "planted_into": "fitted_contest"},
        **{"parameters": {"extent": 0.1}, "contests": 16, "asked": {flow: 16, jumps: 16}, "largest": {jumps: 12}},
        "above": [jumps],
    }
    pairs = {
        "ranked": {"vote_flow": flow, "panel_jumps": jumps},
        "panel": {flow: 25, jumps: 20},
        "clean": nothing | {"any": 1},
        "kinds": {"honest_swing-swing1.0-2000": nothing},
        "nothing_done": {"fitted_contest": {"2000": nothing}, "clean_mixture": {}},
        "planted": [planted, planted | {"planted_into": "clean_mixture"}],
    }
    swung = cell("honest_swing", 0, swing=1.0) | {"methods": {"panel_jumps": 1, "vote_flow": 0}}
    swung["asked"] = {"panel_jumps": 20, "vote_flow": 20}
    table = TABLE | {"ranks": RANKS | {"pairs": pairs}, "power": [*TABLE["power"], swung]}
    text = page.page(table, dict(drawings.write(table, tmp_path)))
    assert f"| {flow} | 25 | 20 | 0.0 % | – | 0 of 20 |" in text
    assert f"| {jumps} | 20 | 20 | 5.0 % | honest_swing-swing1.0-2000 (1 of 20) | 1 of 20 |" in text
    row = "| added_since_earlier | extent 0.1 | {} | 2,000 | 16 | panel_jumps.excess 75 % ({}); vote_flow.outside 0 % ({}) |"
    assert row.format("shapes of real contests", "5 %", "0 %") in text
    assert row.format("town and country", "not measured", "not measured") in text
    assert "panel_jumps (C) 5 %; vote_flow (only ranked, see below) |" in text
    assert "| panel_jumps | nothing | swing 1.0 | 500 | 1 of 20 |" in text
    assert "| vote_flow | nothing |" not in text


def test_ranks_that_were_not_measured_are_left_out(made: tuple[Any, Any], tmp_path: Path) -> None:
    page, drawings = made
    pictures = dict(drawings.write(TABLE, tmp_path))
    assert "calibration-ranks.svg" not in pictures
    assert "What is only ranked" not in page.page(TABLE, pictures)


def test_the_pictures_stand_alone(made: tuple[Any, Any], tmp_path: Path) -> None:
    _, drawings = made
    for name, drawing in drawings.write(TABLE, tmp_path):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.startswith("<svg")
        assert "<script" not in text
        assert "<desc" in text
        assert len(drawing.alt) > 60
    surface = (tmp_path / "calibration-power.svg").read_text(encoding="utf-8")
    for words in ("ballot stuffing: extent 0.2", "rounded results: extent 0.05", "2,000", ">95<"):
        assert words in surface


def test_the_page_in_the_docs_is_made_from_the_table_that_ships(made: tuple[Any, Any], tmp_path: Path) -> None:
    page, _ = made
    page.main(tmp_path)
    for name in ("calibration.md", "calibration-alarms.svg", "calibration-power.svg", "calibration-ranks.svg"):
        kept = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert kept == (tmp_path / name).read_text(encoding="utf-8"), f"docs/{name} is old; run `make docs`."
    assert measured_alarms.table()


def test_each_method_without_a_p_value_says_why(made: tuple[Any, Any]) -> None:
    page, _ = made
    outcomes = {name: method(name).run(example(method(name), 300), seed=1) for name in names()}
    assert {name for name, outcome in outcomes.items() if outcome.evidence is None} == set(page.NO_P_VALUE)
    for why in page.NO_P_VALUE.values():
        assert why in page.page(TABLE, dict.fromkeys(("calibration-alarms.svg", "calibration-power.svg"), _Picture()))


class _Picture:
    alt = "a picture"


def test_false_alarms_in_honest_contests_stand_beside_the_power(made: tuple[Any, Any]) -> None:
    page, _ = made

    def told(scenario: str, seen: int, trials: int) -> dict[str, Any]:
        row = {"scenario": scenario, "parameters": {"extent": 0.1}, "stations": 500, "trials": trials, "alarms": 0}
        return row | {"name": scenario, "methods": {"panel_jumps": seen}, "asked": {"panel_jumps": trials}}

    table = {"power": [told("added_since_earlier", 30, 40), told("honest_swing", 1, 100)]}
    lines = [line for line in page.beside(table) if line.startswith("| panel_jumps")]
    assert [line.split("|")[-2].strip() for line in lines] == ["1 of 100", "30 of 40"]
    assert "nothing" in lines[0]
    assert "added_since_earlier" in lines[1]
    assert page.beside({"power": []}) == []
    never = "\n".join(page.weak_spots(table))
    assert "honest_swing" not in never
    assert "added_since_earlier" in never


def test_the_panel_of_pairs_stands_apart_and_what_has_none_is_listed(made: tuple[Any, Any]) -> None:
    import calibration_panel

    text = "\n".join(calibration_panel.section())
    contests, pairs = text.split("| statistic | pairs |")
    assert "| panel_jumps.excess |" in pairs
    assert "| vote_flow.outside |" in pairs
    assert "| sibling_units.excess |" in contests
    for name in panel.UNRANKED:
        assert f"- `{name}`: {wording.phrase(name, 'caveats', 'no_panel')}" in pairs
