"""Shapes of files that people publish: each was once miscounted in silence, or asked about without need."""

from __future__ import annotations

import numpy as np
import pytest

from recanvass.errors import MappingNeeded, ReadError
from recanvass.reading.naming import tells_figures
from tests.reading.tables import clean, sums, table, taken

ROWS = clean()
SUMS = sums(ROWS)
VOTES = {"Ana": SUMS["A"], "Ben": SUMS["B"], "Cyr": SUMS["C"]}


def stations(header: str, *rows: str) -> str:
    """A table of the rows, under a header."""
    return "\n".join([header, *rows])


def test_codes_of_places_are_no_options() -> None:
    rows = [f"{k % 3:02d},{k // 5:03d},{k:04d},{60 + k / 7:.2f}" for k in range(11)]
    with pytest.raises(MappingNeeded, match="No column was found"):
        taken(stations("provinceCode,areaCode,villageCode,rate", *rows))


def test_ballots_and_register_beside_a_turnout_are_no_options() -> None:
    rows = [f"Region {k % 4},S{k},{row[1]},{row[0]},{100 * row[1] / row[0]:.9f}" for k, row in enumerate(ROWS)]
    with pytest.raises(MappingNeeded, match="not certain which columns are options"):
        taken(stations("region,station,bc,rv,vtp", *rows))


def test_a_share_of_the_valid_votes_does_not_speak_against_two_options() -> None:
    rows = [
        f"Region {k % 4},S{k},{row[4]},{row[5]},{100 * row[4] / (row[4] + row[5]):.1f}" for k, row in enumerate(ROWS)
    ]
    results = taken(stations("region,station,Ana,Ben,Ana share", *rows))
    assert dict(results.totals) == {"Ana": SUMS["A"], "Ben": SUMS["B"]}


def test_men_and_women_are_no_options_though_they_add_up_to_the_ballots() -> None:
    rng = np.random.default_rng(5)
    rows = []
    for k in range(8):
        men, women = (int(n) for n in rng.integers(50, 300, 2))
        rows.append(f"{70 + k * k},Comune {k},{k % 3 + 1},{3 * (men + women)},{men + women},{men},{women}")
    with pytest.raises(MappingNeeded):
        taken(stations("minint,comune,sezione,elettori_totali,votanti,votanti_maschi,votanti_femmine", *rows))


@pytest.mark.parametrize(("header", "tells"), [("Votanti maschi", True), ("Number", False), ("Date Palm Party", False)])
def test_one_word_may_be_a_party(header: str, tells: bool) -> None:
    assert tells_figures(header) is tells


def test_a_column_of_zeros_called_like_a_figure_is_no_option() -> None:
    rows = [f"{k + 1},School {k},{row[0]},{row[1]},0,{row[4]},{row[5]},{row[6]},{row[3]}" for k, row in enumerate(ROWS)]
    header = (
        "Part No,Part Name,Total No. of electors,Voters Turnout,Tendered Voter slips,Ana,Ben,Cyr,Total Votes Secured"
    )
    results = taken(stations(header, *rows))
    assert {o: results.totals[o] for o in results.options} == VOTES
    assert results.totals["registered"] == SUMS["r"]
    assert results.totals["valid"] == SUMS["v"]


def test_a_czech_table_is_read() -> None:
    text = table("kraj,Název obce,Voliči v seznamu,Vydané obálky,Platné hlasy,Ana,Ben,Cyr", ROWS, "rbvABC")
    results = taken(text)
    assert {o: results.totals[o] for o in results.options} == VOTES
    assert results.totals["registered"] == SUMS["r"]
    assert results.totals["issued"] == SUMS["b"]
    assert results.totals["valid"] == SUMS["v"]


def test_a_long_table_may_call_its_votes_total_votes() -> None:
    rows = [
        f"{k:03d},{row[0]},{row[1]},Council,{name},{row[4 + i]}"
        for i, name in enumerate(VOTES)
        for k, row in enumerate(ROWS)
    ]
    results = taken(stations("Precinct Name,Active Voters,Total Ballots,Contest Name,Choice Name,Total Votes", *rows))
    assert {o: results.totals[o] for o in results.options} == VOTES
    assert results.totals["registered"] == SUMS["r"]
    assert results.totals["ballots"] == SUMS["b"]


def test_the_sum_of_columns_that_say_votes_is_their_total() -> None:
    rows = [
        f"Cluj,{k + 1},{','.join(map(str, (row[0], row[1], row[3], row[2], *row[4:])))}" for k, row in enumerate(ROWS)
    ]
    results = taken(stations("judet,sectie,a,b,e,f,Ana-voturi,Ben-voturi,Cyr-voturi", *rows))
    assert dict(zip(VOTES, (results.totals[o] for o in results.options), strict=True)) == VOTES
    assert results.totals["valid"] == SUMS["v"]


@pytest.mark.parametrize(
    "header", ["Ana,Ben - votes,Cyr - votes,Dora - votes", "Ana - votes,Ben - votes,Cyr - votes,Dora"]
)
def test_a_column_among_those_that_say_votes_is_not_left_out(header: str) -> None:
    rows = [f"Region {k % 4},S{k},{row[4]},{row[5]},{row[6]},{row[2]}" for k, row in enumerate(ROWS)]
    try:
        results = taken(stations("region,station," + header, *rows))
    except MappingNeeded:
        return
    assert len(results.options) == 4


def test_an_option_without_a_name_is_told_by_the_kind_of_vote() -> None:
    rows = []
    for k, row in enumerate(ROWS):
        for name, kind, votes in (
            *((name, "POSITIVO", row[4 + i]) for i, name in enumerate(VOTES)),
            ("undefined", "EN BLANCO", 3),
            ("undefined", "NULO", row[2]),
            ("undefined", "RECURRIDO", 0),
        ):
            rows.append(f"La Plata,{k + 1},{row[0]},{name},{kind},{votes}")
    header = "seccion_nombre,mesa_id,mesa_electores,agrupacion_nombre,votos_tipo,votos_cantidad"
    results = taken(stations(header, *rows))
    assert {o: results.totals[o] for o in results.options} == VOTES
    assert results.totals["blank"] == 3 * len(ROWS)
    assert results.totals["invalid"] == SUMS["i"]
    assert results.totals["registered"] == SUMS["r"]


def test_votes_of_another_kind_are_not_lost() -> None:
    rows = [
        f"La Plata,{k + 1},{row[0]},{name},{kind},{votes}"
        for k, row in enumerate(ROWS)
        for name, kind, votes in (("Ana", "POSITIVO", row[4]), ("undefined", "NULO", 2), ("undefined", "RECURRIDO", 1))
    ]
    header = "seccion_nombre,mesa_id,mesa_electores,agrupacion_nombre,votos_tipo,votos_cantidad"
    with pytest.raises(ReadError, match="names no option"):
        taken(stations(header, *rows))


def test_a_rate_of_votes_is_no_option_though_it_is_everywhere_zero() -> None:
    rows = [
        f"{k // 8:02d},{k + 1:04d},{row[4]},{row[5]},{row[6]},0,0,{row[3]},{row[2]},{row[1]},{row[0]}"
        for k, row in enumerate(ROWS)
    ]
    header = "鄉鎮市區,投開票所編號,1/候選人得票數,2/候選人得票數,3/候選人得票數,4/候選人得票數,4/得票率,有效票數,無效票數,投票數,選舉人數"
    results = taken(stations(header, *rows))
    assert results.options == tuple(f"{k}/候選人得票數" for k in range(1, 5))
    assert "station" in results.places


def test_codes_of_parties_in_a_row_each_are_no_votes() -> None:
    rows = [
        f"{539449 + 16 * k},{code},{row[4 + i]}" for k, row in enumerate(ROWS[:9]) for i, code in enumerate((8, 17, 1))
    ]
    with pytest.raises(MappingNeeded):
        taken(stations("obec,strana,pocet", *rows))


@pytest.mark.parametrize("few", [(0, 1, 2, 3), (3, 0, 2, 1)])
def test_the_few_votes_of_a_small_option_that_differ_by_luck_are_no_codes(few: tuple[int, ...]) -> None:
    rows = [f"D{k // 4},S{k},{900 + 7 * k},{200 + 11 * k % 37},{150 + 5 * k % 23},{few[k % 4]}" for k in range(16)]
    results = taken(stations("District,Station,Registered,Ana,Ben,Cyr", *rows))
    assert results.options == ("Ana", "Ben", "Cyr")
    assert results.totals["Cyr"] == 24
