"""How commissions publish: their layouts, headers, digits and encodings, with figures made up here.

Every layout reads to the figures that were put into it, or asks. None is a copy of a real file.
"""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from recanvass.errors import MappingNeeded, ReadError
from recanvass.reading.mapping import Mapping
from recanvass.reading.read import read
from recanvass.results import Results
from tests.reading.layouts import MADE, WIDE
from tests.reading.tables import taken


def right(results: Results, options: list[str], ballots: str, times: int = 1) -> None:
    assert len(results) == 60
    assert list(results.options) == options
    for option, letter in zip(options, "xyz", strict=True):
        assert results.totals[option] == times * sum(getattr(s, letter) for s in MADE)
    if ballots:
        assert results.totals["registered"] == times * sum(s.r for s in MADE)
        assert results.totals["ballots"] == times * sum(getattr(s, ballots) for s in MADE)
        assert results.totals["invalid"] == times * sum(s.n for s in MADE)


def text(name: str) -> str:
    header, row, *_ = WIDE[name]
    return "\n".join([header, *(row(s) for s in MADE)]) + "\n"


@pytest.mark.parametrize("name", sorted(WIDE))
def test_one_row_a_station(name):
    _, _, options, ballots, separator = WIDE[name]
    results = taken(text(name), separator=separator)
    right(results, options, ballots, 10 if name == "switzerland" else 1)
    assert results.sheet is not None
    again = taken(text(name), results.sheet.mapping, separator=separator)
    assert again.digest == results.digest


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("ukraine", "cp1251"), ("ukraine", "koi8-u"), ("bulgaria", "cp1251"), ("turkey", "cp1254"), ("hungary", "cp1250"),
        ("ecuador", "utf-16"), ("serbia", "utf-8-sig"), ("taiwan", "utf-16"),
    ],
)  # fmt: skip
def test_in_its_own_encoding(name, encoding, tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_bytes(text(name).replace("\n", "\r\n").replace("№", "No").encode(encoding))
    right(read(path, isolated=False), WIDE[name][2], WIDE[name][3])
    results = read(path, isolated=False, encoding=encoding)
    right(results, WIDE[name][2], WIDE[name][3])


def long(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


def test_brazil():
    header = (
        '"DT_GERACAO";"ANO_ELEICAO";"NR_TURNO";"DS_ELEICAO";"SG_UF";"NM_MUNICIPIO";"NR_ZONA";"NR_SECAO";"DS_CARGO";'
        '"NR_VOTAVEL";"NM_VOTAVEL";"QT_VOTOS";"NR_LOCAL_VOTACAO"'
    )
    rows = [
        f'"12/12/2022";"2022";"1";"GERAL";"SP";"SÃO PAULO {s.i // 20}";"{s.i // 10}";"{s.i % 10}";"PRESIDENTE";"{k}";'
        f'"{name}";"{votes}";"{1000 + s.i // 4}"'
        for s in MADE
        for k, name, votes in (
            (13, "JOÃO", s.x),
            (22, "ANA", s.y),
            (45, "ZÉ", s.z),
            (95, "VOTO BRANCO", s.w),
            (96, "VOTO NULO", s.n),
        )
    ]
    results = taken(long(header, rows), separator=";")
    right(results, ["JOÃO", "ANA", "ZÉ"], "")
    assert results.totals["blank"] == sum(s.w for s in MADE)
    assert results.totals["invalid"] == sum(s.n for s in MADE)


def test_argentina():
    header = "distrito_nombre,seccion_nombre,circuito_id,mesa_id,mesa_electores,cargo_nombre,agrupacion_nombre,votos_tipo,votos_cantidad"
    rows = [
        f"CABA,Comuna {s.i // 20},{s.i // 10},{s.i + 1:05d},{s.r},PRESIDENTE,{name},{kind},{votes}"
        for s in MADE
        for name, kind, votes in (
            ("UNO", "POSITIVO", s.x), ("DOS", "POSITIVO", s.y), ("TRES", "POSITIVO", s.z), ("", "EN BLANCO", s.w), ("", "NULO", s.n)
        )
    ]  # fmt: skip
    results = taken(long(header, rows))
    right(results, ["UNO", "DOS", "TRES"], "")
    assert results.totals["registered"] == sum(s.r for s in MADE)
    assert results.totals["blank"] == sum(s.w for s in MADE)
    lost = [row.replace(",,NULO,", ",,X,") for row in rows]
    with pytest.raises(ReadError, match="names no option"):
        taken(long(header, lost))


def test_italy():
    header = (
        "DESCREGIONE;DESCPROVINCIA;DESCCOMUNE;SEZIONE;ELETTORI;VOTANTI;SCHEDE_BIANCHE;SCHEDE_NULLE;DESCLISTA;VOTI_LISTA"
    )
    rows = [
        f"LAZIO;ROMA;COMUNE {s.i // 10};{s.i % 10};{s.r};{s.all};{s.w};{s.n};{name};{votes}"
        for s in MADE
        for name, votes in (("FRATELLI", s.x), ("DEMOCRATICI", s.y), ("LEGA", s.z))
    ]
    right(taken(long(header, rows), separator=";"), ["FRATELLI", "DEMOCRATICI", "LEGA"], "all")


def precincts(offices: list[str]) -> str:
    names = [("Jane Roe", "DEM"), ("John Doe", "REP"), ("Alex Poe", "LIB")]
    return long(
        "county,precinct,office,district,party,candidate,votes",
        [
            f"Adams,P{s.i:03d},{office},,{party},{name},{getattr(s, letter)}"
            for s in MADE
            for office in offices
            for (name, party), letter in zip(names, "xyz", strict=True)
        ],
    )


def test_precincts_of_one_and_of_two_contests():
    right(taken(precincts(["President"])), ["Jane Roe", "John Doe", "Alex Poe"], "")
    with pytest.raises(ReadError, match="several contests"):
        taken(precincts(["President", "U.S. House"]))
    chosen = 'mapping = 1\n[rows]\nonly = { "office" = "U.S. House" }\n'
    right(taken(precincts(["President", "U.S. House"]), chosen), ["Jane Roe", "John Doe", "Alex Poe"], "")


FRANCE = [
    "Code du département", "Libellé du département", "Code de la commune", "Libellé de la commune", "Code du b.vote",
    "Inscrits", "Abstentions", "% Abs/Ins", "Votants", "Blancs", "Nuls", "Exprimés",
]  # fmt: skip
BLOCK = ["N°Panneau", "Sexe", "Nom", "Prénom", "Voix", "% Voix/Ins"]


def france(header: list[str], *, turned: bool) -> bytes:
    lines = [";".join(header)]
    for s in MADE:
        row = [
            "01",
            "Ain",
            f"{s.i // 5:03d}",
            f"Commune {s.i // 5}",
            f"{s.i % 5:04d}",
            s.r,
            s.r - s.all,
            "35,00",
            s.all,
            s.w,
            s.n,
            s.v,
        ]
        people = [("F", "ARTAUD", "Nathalie", s.x), ("M", "LE BON", "Emmanuel", s.y), ("F", "LE BON", "Marine", s.z)]
        if turned:  # candidates in another order at each station
            people = people[s.i % 3 :] + people[: s.i % 3]
        for k, (sex, surname, given, votes) in enumerate(people):
            row += [k + 1, sex, surname, given, votes, f"{100 * votes / s.r:.2f}".replace(".", ",")]
        lines.append(";".join(map(str, row)))
    return ("\r\n".join(lines) + "\r\n").encode()


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(
    "header",
    [
        FRANCE + BLOCK,
        FRANCE + BLOCK * 3,
        FRANCE + [f"{h} {n}" for n in (1, 2, 3) for h in BLOCK],
    ],
)
def test_france(header, turned, tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_bytes(france(header, turned=turned))
    results = read(path, isolated=False)
    right(results, ["ARTAUD Nathalie", "LE BON Emmanuel", "LE BON Marine"], "all")
    assert results.sheet is not None
    again = read(path, isolated=False, mapping=Mapping.parse(results.sheet.mapping))
    assert again.digest == results.digest


def test_a_row_that_names_a_candidate_twice_is_refused(tmp_path: Path):
    path = tmp_path / "x.csv"
    path.write_bytes(france(FRANCE + BLOCK, turned=False).replace(b"Marine", b"Emmanuel", 1))
    with pytest.raises(ReadError, match=r"row 2 names 'LE BON Emmanuel' twice"):
        read(path, isolated=False)


def book(rows: list[list[object]], path: Path) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    path.write_bytes(content.getvalue())
    return path


def test_kenya(tmp_path: Path):
    rows: list[list[object]] = [
        ["COMMISSION"],
        ["DECLARATION OF RESULTS"],
        ["County Code", "County Name", "Const Code", "Constituency Name", "Polling Station Code", "Polling Station Name",
         "Registered Voters", "ANN", "%", "BOB", "%", "CAT", "%", "Total Valid Votes", "Rejected Ballots", "% Turnout"],
    ]  # fmt: skip
    for s in MADE:
        rows.append([f"{s.i // 30:03d}", f"M {s.i // 30}", f"{s.i // 10:03d}", f"C {s.i // 10}", f"{10**12 + s.i:015d}",
                     f"SCHOOL {s.i // 2} Stream {s.i % 2}", s.r, s.x, round(100 * s.x / s.v, 2), s.y,
                     round(100 * s.y / s.v, 2), s.z, round(100 * s.z / s.v, 2), s.v, s.n, f"{100 * s.b / s.r:.2f}%"])  # fmt: skip
    results = read(book(rows, tmp_path / "x.xlsx"), isolated=False)
    right(results, ["ANN", "BOB", "CAT"], "")
    assert results.totals["registered"] == sum(s.r for s in MADE)
    assert results.totals["invalid"] == sum(s.n for s in MADE)


def test_armenia(tmp_path: Path):
    rows: list[list[object]] = [
        ["Results of the elections"],
        [],
        ["ՏԸՀ / TEC", "Տեղամաս / Precinct", "Ընտրողների ընդհանուր թիվը", "Մասնակիցների ընդհանուր թիվը",
         "Անվավեր քվեաթերթիկների թիվը", "Կուսակցություններ / Parties", None, None],
        [None, None, "Total number of voters", "Total number of participants", "Number of invalid ballots", "Ա", "Բ", "Գ"],
    ]  # fmt: skip
    rows += [[s.i // 20 + 1, f"{s.i // 20}/{s.i % 20:02d}", s.r, s.b, s.n, s.x, s.y, s.z] for s in MADE]
    rows.append(["Total", None, *(sum(getattr(s, k) for s in MADE) for k in "rbnxyz")])
    right(read(book(rows, tmp_path / "x.xlsx"), isolated=False), ["Ա", "Բ", "Գ"], "b")


def test_india(tmp_path: Path):
    rows: list[list[object]] = [
        ["FORM 20"],
        ["Serial No. Of Polling Station", "No. of valid votes cast in favour of", None, None, "Total of Valid Votes",
         "No. Of Rejected Votes", "NOTA", "Total", "No. Of Tendered Votes"],
        [None, "A SHARMA", "B KUMAR", "C DEVI", None, None, None, None, None],
    ]  # fmt: skip
    rows += [[s.i + 1, s.x, s.y, s.z, s.v, 0, s.w, s.v + s.w, 0] for s in MADE]
    rows.append(
        [
            "Total EVM Votes",
            *(sum(getattr(s, k) for s in MADE) for k in "xyzv"),
            0,
            sum(s.w for s in MADE),
            sum(s.all - s.n for s in MADE),
            0,
        ]
    )
    results = read(book(rows, tmp_path / "x.xlsx"), isolated=False)
    assert len(results) == 60
    assert results.totals["A SHARMA"] == sum(s.x for s in MADE)
    assert results.totals["valid"] == sum(s.v for s in MADE)
    assert "Total of Valid Votes" not in results.options


def test_a_sum_of_options_is_no_option():
    header = "pages,A,B,C,Gift wrap,Bad luck,NOTA,Total,Rest"
    rows = [f"{s.i + 1},{s.x},{s.y},{s.z},{s.v},0,{s.w},{s.v + s.w},0" for s in MADE]
    with pytest.raises(MappingNeeded, match="sums of others"):
        taken(long(header, rows))


def test_a_total_with_a_wrong_figure_is_set_aside(tmp_path: Path):
    whole = [sum(getattr(s, k) for s in MADE) for k in "rbnvxyz"]
    whole[1] = 7
    rows = [f"R{s.i % 3},S{s.i},{s.r},{s.b},{s.n},{s.v},{s.x},{s.y},{s.z}" for s in MADE]
    rows.append("R9,Total EVM Votes," + ",".join(map(str, whole)))
    results = taken(long("region,station,registered,ballots,invalid,valid,A,B,C", rows))
    right(results, ["A", "B", "C"], "b")
    assert [q.reason for q in results.sheet.quarantined if q.row > 1] == ["total_differs"]  # type: ignore[union-attr]


def test_a_page_with_everything_that_pages_have():
    head = "Region;Station;Registered voters;Ballots cast;Invalid;Valid votes;Alpha;Beta;Gamma;Turnout %;Rank"

    def spaced(k: int) -> str:
        return f"{10 * k:,}".replace(",", "\u00a0")

    def figures(values: list[int]) -> str:
        return ";".join(spaced(k) for k in values)

    whole = f"TOTAL;;{figures([sum(getattr(s, k) for s in MADE) for k in 'rbnvxyz'])};65,0 %;"
    lines = ["Source: Commission;;;;;;;;;;", head, whole]
    for s in MADE:
        lines += [head] * (s.i in (20, 40))
        lines.append(
            f"R{s.i // 20};St {s.i};{figures([s.r, s.b, s.n, s.v, s.x, s.y, s.z])};{100 * s.b / s.r:.1f} %;{s.i + 1}"
        )
    lines += [f"R9;St {word};" + ";".join([word] * 7) + f";{word};" for word in ("-", "—", "n/a", "...", "…")]
    lines += [whole, "1) Preliminary;;;;;;;;;;"]
    results = taken("\n".join(lines) + "\n", separator=";")
    assert len(results) == 65
    assert results.options == ("Alpha", "Beta", "Gamma")
    assert results.totals["Alpha"] == 10 * sum(s.x for s in MADE)
    assert results.known("registered").sum() == 60
