"""What a column is: the dictionary proposes, arithmetic decides, the rest is asked."""

from __future__ import annotations

import numpy as np
import pytest

from recanvass.errors import MappingNeeded, ReadError, UsageError
from recanvass.reading.dictionary import closest, meanings, opposed
from recanvass.reading.identities import Target, best_set
from recanvass.reading.mapping import Mapping
from tests.reading.tables import clean, sums, table, taken

ROWS = clean()
SUMS = sums(ROWS)

LANGUAGES = {
    "ru": "Регион,УИК,Число избирателей,Проголосовало,Недействительных бюллетеней,Действительных бюллетеней",
    "be": "Вобласць,Участак,Колькасць выбаршчыкаў,Прагаласавала,Несапраўдныя,Сапраўдныя",
    "uk": "Область,Дільниця,Кількість виборців,Проголосувало,Недійсних бюлетенів,Дійсних бюлетенів",
    "en": "Region,Polling station,Registered voters,Ballots cast,Invalid votes,Valid votes",
    "es": "Provincia,Mesa,Electores inscritos,Votos emitidos,Votos nulos,Votos válidos",
    "pt": "Província,Mesa,Eleitores inscritos,Votantes,Votos nulos,Votos válidos",
    "fr": "Département,Bureau de vote,Inscrits,Votants,Nuls,Exprimés",
    "de": "Land,Wahlbezirk,Wahlberechtigte,Wählende,ungültig,gültig",
    "pl": "Województwo,Nr obwodu,Liczba wyborców uprawnionych do głosowania,Liczba kart wyjętych z urny,Liczba głosów nieważnych,Liczba głosów ważnych",
    "tr": "İl,Sandık No,Kayıtlı Seçmen Sayısı,Oy Kullanan Seçmen Sayısı,Geçersiz Oy,Geçerli Oy",
    "sq": "Qarku,QV,Zgjedhës gjithsej,Kanë votuar,Vota të pavlefshme,Vota të vlefshme",
    "ka": "რეგიონი,უბანი,ამომრჩეველთა რაოდენობა,მონაწილეთა რაოდენობა,ბათილი ბიულეტენები,ნამდვილი ბიულეტენები",
    "ka-latin": "regioni,ubani,amomrchevelta raodenoba,monatsileta raodenoba,batili biuletenebi,namdvili biuletenebi",
    "he": "מחוז,קלפי,בעלי זכות בחירה,מצביעים,פסולים,כשרים",
    "ar": "المحافظة,مكتب الاقتراع,عدد الناخبين المسجلين,عدد المقترعين,الأصوات الباطلة,الأصوات الصحيحة",
}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_read(language: str) -> None:
    results = taken(table(LANGUAGES[language] + ",Ana,Ben,Cyr", ROWS))
    assert results.options == ("Ana", "Ben", "Cyr")
    assert results.totals == {
        "registered": SUMS["r"], "ballots": SUMS["b"], "invalid": SUMS["i"], "valid": SUMS["v"],
        "Ana": SUMS["A"], "Ben": SUMS["B"], "Cyr": SUMS["C"],
    }  # fmt: skip
    assert results.places["station"][0] == "S0000"
    assert results.places["region"].names == ("Region 0", "Region 1", "Region 2", "Region 3")


@pytest.mark.parametrize("columns", ["rbivABC", "ABCvibr", "vAbBiCr", "irvbCBA"])
def test_the_order_of_the_columns_says_nothing(columns: str) -> None:
    names = dict(zip("rbivABC", ["registered", "ballots", "invalid", "valid", "Ana", "Ben", "Cyr"], strict=True))
    results = taken(table("region,station," + ",".join(names[c] for c in columns), ROWS, columns))
    assert {names[c]: SUMS[c] for c in columns} == results.totals


def test_opposites_are_98_percent_alike_and_never_taken_for_each_other() -> None:
    from rapidfuzz import fuzz

    one, other = "Число действительных избирательных бюллетеней", "Число недействительных избирательных бюллетеней"
    assert fuzz.ratio(one, other) > 97
    assert {m.name for m in meanings(one)} == {"valid"}
    assert {m.name for m in meanings(other)} == {"invalid"}
    assert {m.name for m in meanings("Registered voters who voted")} == {"ballots"}
    assert opposed(one, other)
    assert opposed("valid votes", "invalid votes")
    assert "invalid" not in closest("Nr of valid vots")


def test_swapped_headers_are_not_believed() -> None:
    text = table("region,station,registered,ballots,valid,invalid,Ana,Ben,Cyr", ROWS)  # the third is invalid
    with pytest.raises(MappingNeeded, match="add"):
        taken(text)


def test_more_ballots_than_voters_everywhere_is_asked() -> None:
    text = table("region,station,ballots,registered,invalid,valid,Ana,Ben,Cyr", ROWS)
    with pytest.raises(MappingNeeded):
        taken(text)


@pytest.mark.parametrize("key", ["v", "b"])
def test_a_total_is_no_option_and_arithmetic_says_of_what(key: str) -> None:
    text = table("region,station,registered,Total votes,invalid,Ana,Ben,Cyr", ROWS, f"r{key}iABC")
    results = taken(text)
    assert results.options == ("Ana", "Ben", "Cyr")
    name = {"v": "valid", "b": "ballots"}[key]
    assert results.counts[name].sum() == SUMS[key]
    assert results.sheet is not None
    assert results.sheet.decided[name] == "arithmetic"


def test_strangers_among_the_numbers_are_left_out_and_named() -> None:
    rng = np.random.default_rng(0)
    lines = table("region,station,registered,ballots,invalid,valid,Ana,Ben,Cyr", ROWS).splitlines()
    lines = [f"{line},{rng.integers(100, 999)}" if k else line + ",Objection" for k, line in enumerate(lines)]
    results = taken("\n".join(lines))
    assert results.options == ("Ana", "Ben", "Cyr")
    assert results.sheet is not None
    assert "Objection" in results.sheet.ignored
    assert any("Objection" in w.message for w in results.sheet.warnings)


def test_without_a_total_only_plain_neighbours_are_options() -> None:
    assert taken(table("region,station,Ana,Ben,Cyr", ROWS, "ABC")).options == ("Ana", "Ben", "Cyr")
    with pytest.raises(MappingNeeded):
        taken(table("region,station,Ana,Ben,Number of voters by noon hour", ROWS, "ABr"))


def test_totals_under_headers_in_no_known_language_are_asked() -> None:
    with pytest.raises(MappingNeeded):
        taken(table("okrsek,obvod,x1,x2,x3,Ana,Ben,Cyr", ROWS, "rbiABC"))
    with pytest.raises(MappingNeeded):
        taken(table("okrsek,obvod,x2,Ana,Ben,Cyr", ROWS, "vABC"))


def test_a_figure_of_the_whole_centre_is_no_figure_of_the_table() -> None:
    lines = ["mesa,centro,votantes,Ana,Ben"]
    rng = np.random.default_rng(4)
    for k in range(60):
        size = int(rng.integers(900, 3000))
        lines += [f"M{k}-{t},Escuela {k},{size},{rng.integers(50, 300)},{rng.integers(50, 300)}" for t in range(3)]
    results = taken("\n".join(lines))
    assert not results.counts
    assert results.options == ("Ana", "Ben")
    assert results.sheet is not None
    assert any("votantes" in w.message for w in results.sheet.warnings)


def test_serial_numbers_identifiers_and_constants_are_no_options() -> None:
    rng = np.random.default_rng(5)
    lines = ["station,place,wave,code,year,Ana,Ben"]
    for k in range(90):
        lines.append(
            f"S{k},P{k // 3},{k % 3 + 1},{40_000 + 7 * k},2024,{rng.integers(50, 300)},{rng.integers(50, 300)}"
        )
    assert taken("\n".join(lines)).options == ("Ana", "Ben")


def test_ballots_are_the_sum_of_the_boxes() -> None:
    lines = ["region,station,registered,mobile boxes,stationary boxes,invalid,valid,Ana,Ben,Cyr"]
    for k, (r, b, i, v, *abc) in enumerate(ROWS):
        lines.append(",".join(map(str, ["R", f"S{k}", r, b // 9, b - b // 9, i, v, *abc])))
    results = taken("\n".join(lines))
    assert results.totals["ballots"] == SUMS["b"]
    assert results.sheet is not None
    assert results.sheet.columns["ballots"] == "mobile boxes + stationary boxes"


def test_blank_votes_may_be_valid_or_not() -> None:
    for extra in (0, 1):
        lines = ["region,station,registered,ballots,blank,invalid,valid,Ana,Ben,Cyr"]
        for k, (r, b, i, v, *abc) in enumerate(ROWS):
            lines.append(",".join(map(str, ["R", f"S{k}", r, b + 5, 5, i, v + 5 * extra, *abc])))
        results = taken("\n".join(lines))
        assert results.options == ("Ana", "Ben", "Cyr")
        assert not [x for x in results.sheet.issues if "not" in x.code]  # type: ignore[union-attr]


def test_two_columns_of_one_name_are_refused() -> None:
    with pytest.raises(ReadError, match="Ana"):
        taken(table("region,station,registered,ballots,invalid,valid,Ana,Ana,Cyr", ROWS))


def test_the_set_search_finds_scattered_columns_among_violations() -> None:
    rng = np.random.default_rng(1)
    votes = rng.integers(0, 400, (300, 9)).astype(np.int64)
    target = votes[:, [0, 3, 4, 8]].sum(axis=1)
    target[::10] += rng.integers(1, 50, 30)
    fit = best_set(list("abcdefghi"), votes, Target("valid", target, np.ones(300, bool)))  # type: ignore[arg-type]
    assert fit.columns == ("a", "d", "e", "i")
    assert fit.rate == pytest.approx(0.9)
    none = best_set([0, 1], votes[:, :2], Target("valid", votes[:, 5], np.ones(300, bool)))
    assert none.rate < 0.1


def test_a_mapping_gives_the_same_reading_again() -> None:
    first = taken(table("region,station,registered,ballots,invalid,valid,Ana,Ben,Cyr", ROWS))
    assert first.sheet is not None
    again = taken(table("region,station,registered,ballots,invalid,valid,Ana,Ben,Cyr", ROWS), first.sheet.mapping)
    assert again.digest == first.digest
    assert again.sheet is not None
    assert set(again.sheet.decided.values()) == {"mapping"}
    assert Mapping.parse(first.sheet.mapping).text() == Mapping.parse(again.sheet.mapping).text()


def test_a_proposal_can_be_edited_and_read() -> None:
    text = table("region,station,Ana,Ben,Number of voters by noon hour", ROWS, "ABr")
    with pytest.raises(MappingNeeded) as caught:
        taken(text)
    proposal = caught.value.proposal
    with pytest.raises(UsageError, match="open"):
        taken(text, proposal)
    edited = proposal.split("\n[[open]]")[0] + '[options]\nAna = "Ana"\nBen = "Ben"\n'
    assert taken(text, edited).options == ("Ana", "Ben")


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("mapping = 1\n[columns]\nregistred = 'r'\n", "registred"),
        ("mapping = 2\n", "mapping"),
        ("mapping = 1\n[cells.x]\nnegative = 'zero'\n", "negative"),
        ("mapping = 1\n[options]\nA = 3\n", "options.A"),
        ("mapping = 1\nzeilen = 3\n", "zeilen"),
        ("mapping =", "TOML"),
        ("mapping = 1\n[options]\nA = 'no such'\n", "no such"),
    ],
)
def test_a_wrong_mapping_is_told_file_and_key(wrong: str, named: str) -> None:
    with pytest.raises(UsageError, match=named) as caught:
        taken(table("region,station,Ana,Ben,Cyr", ROWS, "ABC"), wrong)
    assert "map.toml" in str(caught.value)
