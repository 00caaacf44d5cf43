"""Lists of stations in ``case.toml``: machine-counted and observed ones, named in any script."""

from __future__ import annotations

from pathlib import Path

import pytest

from recanvass.case_folder import load_case
from recanvass.errors import ReadError

HEAD = '[contest]\ntitle = "T"\ndate = 2020-01-01\n'
MACHINES = "[machine_counted]\n"
FILE = MACHINES + 'file = "m.csv"\n'


def folder(place: Path, table: str, text: str | None = None) -> Path:
    (place / "case.toml").write_text(HEAD + table, encoding="utf-8")
    if text is not None:
        (place / "m.csv").write_text(text, encoding="utf-8")
    return place


def test_machines_are_listed_in_the_case_or_in_a_table(tmp_path: Path) -> None:
    inline = load_case(folder(tmp_path, MACHINES + 'stations = ["УИК № 2", "A 1"]\n'))
    table = load_case(folder(tmp_path, FILE, "station\nУИК № 2\nA 1\n"))
    assert inline.machine_counted == table.machine_counted == ("УИК № 2", "A 1")


def test_without_a_list_nothing_is_known_of_machines(tmp_path: Path) -> None:
    assert load_case(folder(tmp_path, "")).machine_counted == ()


def test_observed_stations_may_have_any_printable_name(tmp_path: Path) -> None:
    case = load_case(
        folder(tmp_path, '[observers]\ndesign = "random"\nstations = ["УИК № 2", "a/1"]\nkept = ["a/1"]\n')
    )
    assert case.observers is not None
    assert case.observers.stations == ("УИК № 2", "a/1")
    assert case.observers.kept == ("a/1",)


@pytest.mark.parametrize(
    ("table", "text", "said"),
    [
        (MACHINES, None, "give either stations or file"),
        (FILE + 'stations = ["A"]\n', "station\nA\n", "give either stations or file"),
        (MACHINES + 'stations = ["A", "A"]\n', None, "A stands twice"),
        (MACHINES + 'stations = [""]\n', None, "machine_counted"),
        (MACHINES + "stations = [7]\n", None, "machine_counted"),
        (MACHINES + 'stations = ["A"]\ncolour = 1\n', None, "colour"),
        (FILE, "station\nA\nA\n", "m.csv: A stands twice"),
        (FILE, "station\n", "m.csv lists no station"),
        (FILE, "name\nA\n", "the columns are name"),
        (FILE, None, "there is no file m.csv"),
        ('[observers]\nstations = ["a\\u0007"]\n', None, "observers"),
    ],
)  # fmt: skip
def test_refused_with_the_place(tmp_path: Path, table: str, text: str | None, said: str) -> None:
    with pytest.raises(ReadError) as caught:
        load_case(folder(tmp_path, table, text))
    assert said in str(caught.value)
