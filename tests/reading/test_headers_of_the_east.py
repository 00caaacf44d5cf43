"""Tables in the headers of the commissions from the Baltic to the Aegean, with figures made up here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recanvass.reading.dictionary import meanings, says_total, speaks_of_figures
from tests.reading.layouts import MADE, Station
from tests.reading.tables import taken

Row = Callable[[Station], list[object]]

#: language → header, row, levels of place, ballots (``all`` with blank ones).
TABLES: dict[str, tuple[str, Row, list[str], str]] = {
    "el": (
        "Περιφερειακή ενότητα;Δήμος;Εκλογικό τμήμα;Εγγεγραμμένοι;Ψηφίσαντες;Έγκυρα;Άκυρα;Λευκά;ΑΛΦΑ;ΛΕΥΚΟ;ΓΑΜΑ",
        lambda s: ["Ν", f"Δ{s.i // 20}", s.i + 1, s.r, s.all, s.v, s.n, s.w, s.x, s.y, s.z],
        ["district", "subdistrict", "station"], "all",
    ),
    "sk": (
        "Názov kraja;Názov okresu;Názov obce;Okrsok;Počet zapísaných voličov;Počet zúčastnených voličov;"
        "Počet odovzdaných obálok;Počet platných hlasov spolu;Počet neplatných hlasov;HLAS;SPOLU;TRI",
        lambda s: ["K", f"O{s.i // 20}", f"M{s.i // 5}", s.i % 5 + 1, s.r, s.b + s.i % 2, s.b, s.v, s.n, s.x, s.y, s.z],
        ["region", "district", "subdistrict", "station"], "b",
    ),
    "sl": (
        "Enota;Okraj;Volišče;Volilni upravičenci;Št. oddanih glasovnic;Neveljavne glasovnice;Veljavne glasovnice;ENA;DVE;TRI",
        lambda s: [s.i // 30, s.i // 10, f"V{s.i}", s.r, s.b, s.n, s.v, s.x, s.y, s.z],
        ["region", "district", "station"], "b",
    ),
    "sr": (
        "Županija;Grad/općina;Biračko mjesto;Ukupno birača;Glasovalo birača;Glasovalo listića;Važeći listići;"
        "Nevažeći listići;JEDAN;DVA;TRI",
        lambda s: ["Ž", f"O{s.i // 20}", s.i + 1, s.r, s.b + s.i % 2, s.b, s.v, s.n, s.x, s.y, s.z],
        ["region", "district", "station"], "b",
    ),
    "mk": (
        "Општина;Избирачко место;Вкупно гласачи;Излезени гласачи;Важечки ливчиња;Неважечки ливчиња;ЕДЕН;ДВА;ТРИ",
        lambda s: [f"О{s.i // 20}", s.i + 1, s.r, s.b, s.v, s.n, s.x, s.y, s.z],
        ["district", "station"], "b",
    ),
    "lt": (
        "Savivaldybė;Apygarda;Apylinkė;Rinkėjų skaičius sąraše;Dalyvavo;Negaliojantys biuleteniai;"
        "Galiojantys biuleteniai;PIRMAS;ANTRAS;TREČIAS",
        lambda s: [f"S{s.i // 30}", f"A{s.i // 15}", s.i % 15 + 1, s.r, s.b, s.n, s.v, s.x, s.y, s.z],
        ["region", "district", "station"], "b",
    ),
    "lv": (
        "Novads;Iecirknis;Balsstiesīgie;Nobalsojuši;Derīgas aploksnes;Derīgas zīmes;Nederīgas zīmes;VIENS;DIVI;TRĪS",
        lambda s: [f"N{s.i // 20}", s.i + 1, s.r, s.b + s.i % 2, s.b, s.v, s.n, s.x, s.y, s.z],
        ["district", "station"], "b",
    ),
    "et": (
        "Maakond;Vald;Valimisjaoskond;Valijate arv;Hääletanute arv;Kehtetud sedelid;Kehtivad sedelid;ÜKS;KAKS;KOLM",
        lambda s: [f"M{s.i // 30}", f"V{s.i // 10}", s.i % 10 + 1, s.r, s.b, s.n, s.v, s.x, s.y, s.z],
        ["district", "subdistrict", "station"], "b",
    ),
}  # fmt: skip


def written(header: str, rows: list[list[object]]) -> str:
    return "\n".join([header, *(";".join(map(str, row)) for row in rows)]) + "\n"


@pytest.mark.parametrize("language", sorted(TABLES))
def test_one_row_a_station(language: str) -> None:
    header, row, levels, ballots = TABLES[language]
    results = taken(written(header, [row(s) for s in MADE]), separator=";")
    assert len(results) == len(MADE)
    names = header.split(";")[-3:]
    expected = {"registered": "r", "ballots": ballots, "valid": "v", "invalid": "n"} | dict(
        zip(names, "xyz", strict=True)
    )
    assert {name: results.totals[name] for name in expected} == {
        name: sum(getattr(s, letter) for s in MADE) for name, letter in expected.items()
    }
    assert list(results.options) == names
    assert [level for level in results.places if level in ("region", "district", "subdistrict", "station")] == levels


def test_one_row_a_party() -> None:
    header = "Názov okresu;Názov obce;Okrsok;Počet zapísaných voličov;Názov politického subjektu;Počet platných hlasov"
    rows: list[list[object]] = [
        [f"O{s.i // 20}", f"M{s.i // 5}", s.i % 5 + 1, s.r, name, votes]
        for s in MADE
        for name, votes in (("HLAS", s.x), ("SPOLU", s.y), ("TRI", s.z))
    ]
    results = taken(written(header, rows), separator=";")
    assert len(results) == len(MADE)
    assert {name: results.totals[name] for name in results.options} == {
        "HLAS": sum(s.x for s in MADE), "SPOLU": sum(s.y for s in MADE), "TRI": sum(s.z for s in MADE)
    }  # fmt: skip
    assert results.totals["registered"] == sum(s.r for s in MADE)


@pytest.mark.parametrize(
    "header",
    ["Άκυρα", "Počet neplatných hlasov", "Neveljavne glasovnice", "Nevažeći listići", "Неважечки ливчиња",
     "Negaliojantys biuleteniai", "Nederīgas zīmes", "Kehtetud sedelid"],
)  # fmt: skip
def test_invalid_is_never_valid(header: str) -> None:
    assert {m.name for m in meanings(header)} == {"invalid"}


@pytest.mark.parametrize("name", ["ΛΕΥΚΟ", "HLAS", "SPOLU", "GLAS", "Linn", "Viso"])
def test_names_of_parties_and_places_stay_names(name: str) -> None:
    assert not meanings(name)
    assert not says_total(name)
    assert not speaks_of_figures(name)
