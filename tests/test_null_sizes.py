"""Sizes under the own null: resuming, the bands, what explains a low rate."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from recanvass import calibration, null_sizes, testing
from recanvass.method import method
from recanvass.null_sizes import Sized


def test_the_bands_are_those_of_five_thousand_draws() -> None:
    """.042 to .058 at 5 %, .0063 to .0137 at 1 %."""

    def beyond(rejected: int, level: float) -> str:
        values = [np.log10(level) - 0.1] * rejected + list(np.log10(np.linspace(0.2, 0.999, 5000 - rejected)))
        return null_sizes.rates(values)["beyond"][str(level)]

    assert [beyond(k, 0.05) for k in (209, 211, 289, 291)] == ["below", "", "", "above"]
    assert [beyond(k, 0.01) for k in (31, 32, 68, 69)] == ["below", "", "", "above"]


def test_rates_say_what_explains_them() -> None:
    rng = np.random.default_rng(1)
    even = null_sizes.rates(np.log10(rng.random(4000)))
    assert even["rates"]["0.05"] == pytest.approx(0.05, abs=0.01)
    assert not even["discrete"]
    assert even["capped"] == 0
    steps = null_sizes.rates(np.log10(np.ceil(rng.random(4000) * 8) / 8))
    assert steps["discrete"]
    many = null_sizes.rates(np.log10(np.ceil(rng.random(4000) * 150) / 150))  # the same few values over and over
    assert many["discrete"]
    capped = null_sizes.rates([*np.log10(rng.random(1000)), *[0.0] * 3000])
    assert capped["capped"] == pytest.approx(0.75, abs=0.01)
    assert null_sizes.rates([0.0] * 40)["discrete"]
    assert null_sizes.rates([None, None]) == {"draws": 2, "answered": 0}


def test_a_defect_is_said() -> None:
    values = np.log10(np.random.default_rng(1).random(2000) * 0.7)
    (said,) = [t for t in null_sizes.defects({"x": [{"stations": 60, **null_sizes.rates(values)}]}) if "0.05" in t]
    assert "too often" in said


def test_draws_are_made_once_and_a_torn_line_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def fake(sized: Sized, first: int, seed: int = 5) -> list[float | None]:
        made.append(first)
        return [-1.0] * min(null_sizes.CHUNK, sized.draws - first)

    monkeypatch.setattr(null_sizes, "drawn", fake)
    null_sizes.run([Sized("last_digits", 60, 50)], tmp_path)
    path = tmp_path / "last_digits-60.jsonl"
    path.write_text(path.read_text()[:-20])  # torn by a kill
    null_sizes.run([Sized("last_digits", 60, 60)], tmp_path)
    assert made == [0, 25, 25, 50]
    (row,) = null_sizes.summarise(tmp_path, [Sized("last_digits", 60, 60)])["last_digits"]
    assert row["draws"] == 60
    assert row["stations"] == 60
    # fewer draws, then more: a line that is too short for the wish is made again
    null_sizes.run([Sized("last_digits", 60, 75)], tmp_path)
    assert made[4:] == [50]


def test_draws_are_those_of_the_harness(tmp_path: Path) -> None:
    sized = Sized("last_digits", 300, 30)
    null_sizes.run([sized], tmp_path)
    lines = null_sizes.lines_of(sized, tmp_path)
    values = [v for first in sorted(lines) for v in lines[first]["log10_p"]]
    asked = method("last_digits")
    np.testing.assert_allclose(values, testing.null_p_values(asked, testing.example(asked, 300, 2), 30))


def test_a_part_of_the_table_is_renewed_by_method(tmp_path: Path) -> None:
    place = tmp_path / "table.json"
    calibration.write_table(place, {"headline": {"worlds": 3}, "sizes": {"a": [1], "b": [2]}})
    calibration.write_table(place, {"sizes": {"b": [3]}})
    calibration.write_table(place, {"headline": {"worlds": 4}})
    assert json.loads(place.read_text()) == {"headline": {"worlds": 4}, "sizes": {"a": [1], "b": [3]}}


def test_an_example_is_drawn_once_and_the_one_that_is_there_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The three seeds of a method's own example have one size; a clean contest has the size that is asked for."""
    own, simulated = null_sizes.plan(["early_percentages"], 50), null_sizes.plan(["last_digits"], 50)
    assert [s.stations for s in null_sizes.distinct([*own, *simulated], tmp_path)] == [60, 60, 300, 1500]

    def fake(sized: Sized, first: int, seed: int = 5) -> list[float | None]:
        return [-1.0] * min(null_sizes.CHUNK, sized.draws - first)

    monkeypatch.setattr(null_sizes, "drawn", fake)
    null_sizes.run([Sized("early_percentages", 300, 25)], tmp_path)  # by an older version
    assert null_sizes.distinct(own, tmp_path) == [Sized("early_percentages", 300, 50)]
    made = null_sizes.measure(tmp_path, ["early_percentages"], 50)["sizes"]
    assert [(row["stations"], row["draws"]) for row in made["early_percentages"]] == [(400, 50)]
    assert [path.name for path in tmp_path.iterdir()] == ["early_percentages-300.jsonl"]


def test_rows_of_one_shape_are_taken_together() -> None:
    few, many = (
        {"stations": 400, "options": 2, **null_sizes.rates([-3.0] * k + [-0.5] * (1000 - k))} for k in (30, 90)
    )
    other = {"stations": 60, "options": 2, **null_sizes.rates([None])}
    alone, both = null_sizes.merged([few, other, many])
    assert alone == other | {"contests": 1}
    assert both["contests"] == 2
    assert both["draws"] == both["answered"] == 2000
    assert both["rates"]["0.05"] == pytest.approx(0.06)
    assert many["beyond"]["0.05"] == "above"
    assert both["beyond"] == {"0.05": "", "0.01": "above"}
    assert null_sizes.merged([alone, both])[1]["rates"] == both["rates"]


def test_a_method_without_a_p_value_is_drawn_once(tmp_path: Path) -> None:
    made = null_sizes.measure(tmp_path, ["account_identities"], 60)["sizes"]["account_identities"]
    assert [(row["stations"], row["draws"], row["answered"]) for row in made] == [
        (60, 25, 0), (300, 25, 0), (1500, 25, 0)
    ]  # fmt: skip
