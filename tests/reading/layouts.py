"""The layouts of commissions with one row a station: headers, rows, digits; figures made up here."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

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
