"""Encodings: never U+FFFD, a proposal that is right or none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recanvass.errors import ReadError
from recanvass.intake import encodings
from recanvass.reading.containers import raw_tables

NAMES = {
    "Spanish": ("León Cádiz Ávila Cataluña Córdoba Málaga Jaén Almería Aragón Logroño", ["cp1252", "mac-roman"]),
    "Spanish, only ñ": ("Peñas Logroño Cataluña Peñón Coruña", ["cp1252"]),
    "Polish": ("Łódź Kraków Poznań Gdańsk Białystok Rzeszów Świętokrzyskie Żory", ["cp1250", "iso8859-2", "cp852"]),
    "German": ("Thüringen Nürnberg Straße Köln Düsseldorf Schöneberg Württemberg", ["cp1252", "cp850"]),
    "French": ("Québec Orléans Besançon Nîmes Île Évreux Mâcon Châlons", ["cp1252"]),
    "Portuguese": ("São Paulo Goiás Paraná Ceará Maranhão Rondônia Piauí Conceição", ["cp1252"]),
    "Czech": ("Plzeň Olomouc Zlín Ústí Hradec Králové Žďár Třebíč Jihočeský", ["cp1250", "iso8859-2"]),
    "Turkish": ("İstanbul Iğdır Şırnak Kırşehir Muğla Çanakkale Gümüşhane Uşak", ["cp1254"]),
    "Russian": ("Москва Башкортостан Тюменская область Число избирателей, включенных в список", ["cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic"]),
    "Russian capitals": ("МОСКВА БАШКОРТОСТАН ТЮМЕНСКАЯ ОБЛАСТЬ СВЕРДЛОВСКАЯ РЕСПУБЛИКА ТАТАРСТАН", ["cp1251", "koi8-r", "cp866", "iso8859-5"]),
    "Ukrainian": ("Київська Львівська Житомирська область Вінницька Чернігівська Запоріжжя", ["cp1251", "koi8-u"]),
    "Belarusian": ("Гродзенская вобласць Магілёўская Віцебская Мінск Гомельская", ["cp1251"]),
    "Greek": ("Αθήνα Θεσσαλονίκη Πειραιάς Ηράκλειο Λάρισα Βόλος", ["cp1253", "iso8859-7"]),
    "Hebrew": ("ירושלים תל אביב חיפה באר שבע אשדוד נתניה", ["cp1255", "iso8859-8"]),
    "Arabic": ("القاهرة الإسكندرية الجيزة بغداد البصرة الموصل", ["cp1256", "iso8859-6"]),
    "Albanian": ("Tiranë Korçë Durrës Vlorë Elbasan Gjirokastër", ["cp1252"]),
}  # fmt: skip


@pytest.mark.parametrize(("language", "page"), [(k, p) for k, (_, pages) in NAMES.items() for p in pages])
def test_legacy_pages(language, page):
    words = NAMES[language][0].split() * 4
    lines = "".join(f"{k};{word};{300 + k}\n" for k, word in enumerate(words))
    (table,) = raw_tables(lines.encode(page), "x.csv")
    assert table.cells["c1"].to_list() == words
    (note,) = table.notes
    assert note.code == "encoding_proposed"
    assert note.facts["encoding"] == table.encoding
    assert set(str(note.facts["sample"]).split(", ")) <= set(words) | {w.strip(",") for w in words}


@pytest.mark.parametrize(
    "data",
    [
        b"id,region\n" + b"S1,north\n" * 500 + "S2,Québec\n".encode("cp1252"),
        b"id,region\n1,Reg\xed\xa0\x80ion\n2,a\xc0\xafb\n",
        b"id,region\n" + "1,Québec\n".encode() * 9 + "2,Québec\n".encode("cp1252"),
        b"id,region\n1,\x81\x8d\x8f\n2,\xfe\xff\xfe\n",
        "id,region\n1,москва\n2,Québec\n".encode() + b"\xff\n",
    ],
)
def test_no_proposal_where_there_is_doubt(data):
    with pytest.raises(ReadError, match=r"x\.csv, row \d+, column (id|region).*not UTF-8"):
        raw_tables(data, "x.csv")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("aé漢😀\n"), max_size=30), st.integers(0, 60), st.integers(5, 12))
def test_the_first_bad_byte_is_where_python_says(text, place, block):
    data = text.encode()
    broken = data[:place] + b"\xe9" + data[place:]
    kept = encodings.BLOCK
    try:
        encodings.BLOCK = block
        assert encodings.first_invalid(data) is None
        found = encodings.first_invalid(broken)
    finally:
        encodings.BLOCK = kept
    try:
        broken.decode()
        expected = None
    except UnicodeDecodeError as error:
        expected = error.start
    assert found == expected


def test_real_hebrew_codepage(data):
    path = data / "raw" / "israel_24" / "expb.csv"
    (table,) = raw_tables(path.read_bytes(), path.name)
    assert table.encoding == "cp1255"
    assert {"בזב", "מצביעים", "כשרים", "פסולים"} <= set(table.cells.row(0))
    assert table.cells.height == 12_927
