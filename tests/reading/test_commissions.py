"""How commissions publish: their layouts, headers, digits and encodings, with figures made up here.

Every layout reads to the figures that were put into it, or asks. None is a copy of a real file.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from recanvass.errors import MappingNeeded, ReadError
from recanvass.reading.mapping import Mapping
from recanvass.reading.read import read
from recanvass.results import Results
from tests.reading.tables import taken

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
DEVANAGARI = str.maketrans("0123456789", "०१२३४५६७८९")


class Station:
    """One made-up station: i its number, r registered, b ballots, n invalid, w blank, v valid, x y z votes."""

    def __init__(self, i: int, rng: np.random.Generator, scale: int) -> None:
        self.i = i
        self.r = int(rng.integers(2 * scale, 9 * scale))
        marked = int(rng.binomial(self.r, 0.65))
        self.n = int(rng.binomial(marked, 0.02))
        self.w = int(rng.binomial(marked, 0.02))
        self.x, self.y, self.z = map(int, rng.multinomial(marked - self.n - self.w, [0.5, 0.3, 0.2]))
        self.v = self.x + self.y + self.z
        self.b = self.v + self.n
        self.all = self.b + self.w


def stations(scale: int = 100) -> list[Station]:
    rng = np.random.default_rng(5)
    return [Station(i, rng, scale) for i in range(60)]


MADE = stations()
Row = Callable[[Station], str]

#: name → header, row, options, ballots (``b`` without blank ones, ``all`` with them, "" where not given), separator.
WIDE: dict[str, tuple[str, Row, list[str], str, str]] = {
    "ecuador": (
        "PROVINCIA_CODIGO;PROVINCIA_NOMBRE;CANTON_NOMBRE;PARROQUIA_NOMBRE;JUNTA_NUMERO;JUNTA_SEXO;ELECTORES;SUFRAGANTES;"
        "BLANCOS;NULOS;NOBOA;GONZALEZ;ICAZA",
        lambda s: f"{s.i // 30:02d};AZUAY {s.i // 30};CUENCA {s.i // 15};PARR {s.i // 5};{s.i % 5 + 1};{'FM'[s.i % 2]};"
        f"{s.r};{s.all};{s.w};{s.n};{s.x};{s.y};{s.z}",
        ["NOBOA", "GONZALEZ", "ICAZA"], "all", ";",
    ),
    "nigeria": (
        "S/N,State,LGA,Ward,PU Code,PU Name,Registered Voters,Accredited Voters,APC,LP,PDP,Total Valid Votes,"
        "Rejected Votes,Total Votes Cast,Transcription Quality",
        lambda s: f'{s.i + 1},ABIA,LGA {s.i // 20},Ward {s.i // 5},01-01-{s.i // 5:02d}-{s.i % 5:03d},"Square, {s.i}",'
        f"{s.r},{s.b},{s.x},{s.y},{s.z},{s.v},{s.n},{s.b},Clear",
        ["APC", "LP", "PDP"], "b", ",",
    ),
    "ghana": (
        "Region,Constituency,Polling Station Code,Polling Station Name,Voters Register,NPP,NDC,CPP,Total Valid Votes,"
        "Rejected Ballots,Total Votes in Ballot Box",
        lambda s: f'Ashanti,C {s.i // 20},F{s.i:06d}A,SCHOOL {s.i},"{s.r:,}",{s.x},{s.y},{s.z},{s.v},{s.n},{s.b}',
        ["NPP", "NDC", "CPP"], "b", ",",
    ),
    "ukraine": (
        "№ ОВО;№ ВД;Кількість виборців, внесених до списку виборців;Кількість невикористаних виборчих бюлетенів;"
        "Кількість виборців, які взяли участь у голосуванні;Кількість виборчих бюлетенів, визнаних недійсними;А;Б;В",
        lambda s: f"{11 + s.i // 20};{50001 + s.i};{s.r};{s.r - s.b};{s.b};{s.n};{s.x};{s.y};{s.z}",
        ["А", "Б", "В"], "b", ";",
    ),
    "turkey": (
        "İl Adı;İlçe Adı;Mahalle/Köy;Sandık No;Kayıtlı Seçmen Sayısı;Oy Kullanan Seçmen Sayısı;Geçerli Oy Sayısı;"
        "Geçersiz Oy Sayısı;AYŞE ŞAHİN;İSMAİL ÇELİK;ĞÜL OĞAN",
        lambda s: f"ANKARA;ÇANKAYA {s.i // 20};M {s.i // 5};{1000 + s.i};{s.r};{s.b};{s.v};{s.n};{s.x};{s.y};{s.z}",
        ["AYŞE ŞAHİN", "İSMAİL ÇELİK", "ĞÜL OĞAN"], "b", ";",
    ),
    "moldova": (
        "Consiliul electoral,Secția de votare,Numărul de alegători incluși în lista electorală,Numărul de alegători care "
        "au primit buletine de vot,Numărul de alegători care au participat la votare,Numărul buletinelor de vot "
        "nevalabile,Numărul total de voturi valabil exprimate,PA,PB,PC",
        lambda s: f"C {s.i // 20},{s.i // 20}/{s.i % 20},{s.r},{s.b},{s.b},{s.n},{s.v},{s.x},{s.y},{s.z}",
        ["PA", "PB", "PC"], "b", ",",
    ),
    "kyrgyzstan": (
        "Область,Район,УИК,Шайлоочулардын саны / Число избирателей в списке,Добуш берүүгө катышкандар / Приняли участие,"
        "Жараксыз / Недействительных,А,Б,Каршы / Против всех",
        lambda s: f"Чуй,Р{s.i // 20},{7000 + s.i},{s.r},{s.b},{s.n},{s.x},{s.y},{s.z}",
        ["А", "Б", "Каршы / Против всех"], "b", ",",
    ),
    "kazakhstan": (
        "Өңір;Аудан;Сайлау учаскесі;Сайлаушылар саны;Дауыс беруге қатысқан;Жарамсыз бюллетеньдер;Тоқа;Бәй;Жіг",
        lambda s: f"Алматы;А{s.i // 20};{s.i + 1};{s.r};{s.b};{s.n};{s.x};{s.y};{s.z}",
        ["Тоқа", "Бәй", "Жіг"], "b", ";",
    ),
    "serbia": (
        "Општина;Бирачко место;Назив бирачког места;Уписано бирача;Гласало;Неважећи;Важећи;А;Б;В",
        lambda s: f"О {s.i // 20};{s.i % 20 + 1};Школа {s.i};{s.r};{s.b};{s.n};{s.v};{s.x};{s.y};{s.z}",
        ["А", "Б", "В"], "b", ";",
    ),
    "hungary": (
        "Megye;Település;Szavazókör;Választópolgárok száma;Megjelentek száma;Érvénytelen szavazatok;Érvényes szavazatok;"
        "ELSŐ;MÁSODIK;ŰR",
        lambda s: f"Pest;Érd {s.i // 20};{s.i % 20 + 1:03d};{s.r};{s.b};{s.n};{s.v};{s.x};{s.y};{s.z}",
        ["ELSŐ", "MÁSODIK", "ŰR"], "b", ";",
    ),
    "romania": (
        "precinct_nr,judet,uat,siruta,alegători pe liste,alegători prezenți la urne,voturi valabil exprimate,voturi nule,"
        "ANA-voturi,DAN-voturi,ION-voturi",
        lambda s: f"{s.i + 1},ALBA,UAT {s.i // 5},,{s.r},{s.b},{s.v},{s.n},{s.x},{s.y},{s.z}",
        ["ANA-voturi", "DAN-voturi", "ION-voturi"], "b", ",",
    ),
    "bulgaria": (
        "МИР;Секция;Избиратели в списъка;Гласували;Недействителни гласове;Действителни гласове;А;Б;В",
        lambda s: f"{s.i // 20 + 1};{s.i // 20 + 1:02d}0100{s.i % 20:03d};{s.r};{s.b};{s.n};{s.v};{s.x};{s.y};{s.z}",
        ["А", "Б", "В"], "b", ";",
    ),
    "indonesia": (
        "Provinsi,Kabupaten/Kota,Kecamatan,Kelurahan,TPS,Jumlah pemilih dalam DPT,Jumlah pengguna hak pilih,"
        "Jumlah suara sah,Jumlah suara tidak sah,01 A,02 P,03 G",
        lambda s: f"DKI,J,K {s.i // 20},Kel {s.i // 5},{s.i % 5 + 1},{s.r},{s.b},{s.v},{s.n},{s.x},{s.y},{s.z}",
        ["01 A", "02 P", "03 G"], "b", ",",
    ),
    "taiwan": (
        "行政區別,村里別,投票所別,候選人1,候選人2,候選人3,有效票數,無效票數,投票數,選舉人數",
        lambda s: f'松山區,里{s.i // 5},{s.i + 1},"{s.x:,}","{s.y:,}",{s.z},{s.v},{s.n},{s.b},"{s.r:,}"',
        ["候選人1", "候選人2", "候選人3"], "b", ",",
    ),
    "tunisia": (
        "المحافظة,المركز,رقم المكتب,عدد الناخبين المسجلين,عدد المصوتين,الأصوات الصحيحة,الأوراق الملغاة,أ,ب,ج",
        lambda s: f"تونس,مركز {s.i // 5},{s.i % 5 + 1},{s.r},{s.b},{s.v},{s.n},{s.x},{s.y},{s.z}".translate(ARABIC),
        ["أ", "ب", "ج"], "b", ",",
    ),
    "switzerland": (
        "Kanton;Gemeinde;Wahlberechtigte;Wahlzettel;Ungültige;Gültige;A;B;C",
        lambda s: f"ZH;Ort {s.i};" + ";".join(f"{10 * k:,}".replace(",", "'") for k in (s.r, s.b, s.n, s.v, s.x, s.y, s.z)),
        ["A", "B", "C"], "b", ";",
    ),
    "philippines": (
        "REGION,PROVINCE,MUNICIPALITY,BARANGAY,CLUSTERED PRECINCT,REGISTERED VOTERS,VOTERS WHO ACTUALLY VOTED,ADA,BEN,CY,"
        "OVERVOTES,UNDERVOTES",
        lambda s: f"NCR,MANILA,M {s.i // 20},B {s.i // 5},39{s.i:06d},{s.r},{s.all},{s.x},{s.y},{s.z},{s.n},{s.w}",
        ["ADA", "BEN", "CY"], "all", ",",
    ),
    "digits of Nepal": (
        "Region,Station,Registered voters,Ballots cast,Invalid,Valid votes,A,B,C",
        lambda s: f"R{s.i // 20},S {s.i}," + f"{s.r},{s.b},{s.n},{s.v},{s.x},{s.y},{s.z}".translate(DEVANAGARI),
        ["A", "B", "C"], "b", ",",
    ),
}  # fmt: skip


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
