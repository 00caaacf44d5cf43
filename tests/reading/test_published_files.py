"""Files as they were published read to the totals of the development data's README."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from recanvass.errors import RecanvassError
from recanvass.reading.mapping import Mapping
from recanvass.reading.read import read

#: file → stations, registered, ballots, valid, invalid, leader, votes (None: the file does not give it).
#: Source: data/raw/README.md, added up there by hand from the published files.
PUBLISHED = {
    "russia_2018/2018.csv.zip": (97_699, 109_008_428, 73_578_992, 72_787_734, 791_258, "Путин Владимир Владимирович", 56_430_712),
    "russia_2024/2024.csv.zip": (94_214, 99_764_974, 75_157_438, 73_980_307, 1_177_131, "Путин Владимир Владимирович", 65_246_672),
    "russia_2024/2024-electronic-voting.csv": (29, 8_434_406, 8_056_808, 8_056_803, 5, "Путин Владимир Владимирович", 7_103_846),
    "albania_2013/Albania2013.csv": (5_508, 3_185_255, 1_726_239, None, None, "C035", 714_118),
    "zimbabwe_2013/2013presidential_results_bypollingstation.xlsx": (9_728, None, 3_479_666, 3_410_361, 69_302, "zanu_pf", 2_110_326),
    "georgia_2016_parl/2016_official_parl_party.csv": (3_668, 3_490_608, 1_816_097, 1_753_522, 62_575, "41 - Georgian Dream", 852_576),
    "poland_2020_pres_r1/wyniki_gl_na_kand_po_obwodach_csv.zip": (27_229, 30_204_241, 19_486_433, 19_425_034, 61_399, "Andrzej Sebastian DUDA", 8_450_341),
    "israel_24/expb.csv": (12_926, 6_578_084, 4_436_365, 4_410_052, 26_313, "מחל", 1_066_892),
    "germany_2024_eu/ew24_wbz.zip": (91_753, 61_963_020, 40_114_939, 39_810_489, 304_450, "CDU", 9_435_636),
    "venezuela_2024/RESULTADOS_2024_CSV_V1.csv": (24_532, None, None, 10_659_128, 1_139, "egu", 7_156_462),
    "venezuela_2024/2024_vzla_presidential.csv": (21_952, None, None, None, None, "Gonzalez", 6_392_350),
    "afghanistan_2009/sept_16_iec_parseed_data.csv": (23_314, None, None, None, None, "Hamed_Karzai", 3_093_256),
    "belarus_2020/voice.csv": (1_374, 2_373_538, 1_962_740, None, 18_861, "Lukashenko", 1_219_653),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_published_file(data: Path, name: str) -> None:
    stations, *figures, leader, votes = PUBLISHED[name]
    results = read(data / "raw" / name, isolated=False)
    assert len(results) == stations
    for figure, total in zip(("registered", "ballots", "valid", "invalid"), figures, strict=True):
        assert results.totals.get(figure) == total, figure
    assert results.options[results.leader] == leader
    assert results.totals[leader] == votes
    assert results.sheet is not None
    assert results.sheet.records == results.sheet.counted + len(results.sheet.quarantined)
    again = read(data / "raw" / name, isolated=False, mapping=Mapping.parse(results.sheet.mapping))
    assert again.digest == results.digest


def test_stations_without_figures_are_kept(data: Path) -> None:
    results = read(data / "raw" / "russia_2024" / "2024.csv.zip", isolated=False)
    missing = next(i for i in results.sheet.issues if i.code == "missing_figures")  # type: ignore[union-attr]
    assert len(missing.stations) == 2_268


@pytest.mark.parametrize("name", ["candidates-by-poll-station.csv", "geo-categorized.csv"])
def test_files_without_results_are_refused(data: Path, name: str) -> None:
    with pytest.raises(RecanvassError, match=name):
        read(data / "raw" / "belarus_2020" / name, isolated=False)


@pytest.mark.slow
def test_canonical_tables(data: Path) -> None:
    paths = sorted((data / "canonical").glob("*.parquet"))
    assert len(paths) >= 50
    for path in paths:
        told = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        wanted = told["computed_totals"]
        results = read(path, isolated=False)
        assert len(results) == told["stations"], path.name
        for figure, key in (
            ("registered", "registered"),
            ("ballots", "ballots_cast"),
            ("valid", "valid"),
            ("invalid", "invalid"),
        ):
            assert results.totals.get(figure) == wanted[key], (path.name, figure)
        assert results.totals[told["winner_column"].removeprefix("votes:")] == wanted["winner_votes"], path.name
