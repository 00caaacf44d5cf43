"""The headers of Swedish, Norwegian, Danish, Finnish and Dutch commissions, with figures made up here."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from recanvass.reading.dictionary import meanings
from recanvass.results import Results
from tests.reading.layouts import MADE, Station
from tests.reading.tables import clean, sums, table, taken

#: name → header, row, options, and the places of the first station, the widest first.
WIDE: dict[str, tuple[str, Callable[[Station], str], list[str], tuple[str, ...]]] = {
    "sv": (
        "LÄNSKOD;KOMMUNKOD;LÄNSNAMN;KOMMUNNAMN;VALDISTRIKTSNAMN;M;S;ÖVR;OGEJ;BLANK;OG;RÖSTER GILTIGA;RÖSTANDE;"
        "RÖSTBERÄTTIGADE;VALDELTAGANDE",
        lambda s: f"{1 + s.i // 30:02d};{80 + s.i // 20};Norrlän {s.i // 30};Åby {s.i // 20};Västra {s.i};{s.x};{s.y};"
        f"{s.z};{s.n // 2};{s.w};{s.n - s.n // 2};{s.v};{s.all};{s.r};{100 * s.all / s.r:.2f}",
        ["M", "S", "ÖVR"],
        ("Norrlän 0", "Åby 0", "Västra 0"),
    ),
    "sv, of the near names": (
        "Län;Kommun;Valdistrikt;Antal röstberättigade;Avgivna röster;Giltiga röster;Ogiltiga röster – blanka;"
        "Ogiltiga röster – övriga;Blankpartiet;Rösta Nu;Övriga anmälda partier",
        lambda s: f"L {s.i // 30};K {s.i // 20};D {s.i};{s.r};{s.all};{s.v};{s.w};{s.n};{s.x};{s.y};{s.z}",
        ["Blankpartiet", "Rösta Nu", "Övriga anmälda partier"],
        ("L 0", "K 0", "D 0"),
    ),
    "nb": (
        "Fylke;Kommune;Krets;Antall stemmeberettigede;Forhånd;Valgting;Avgitte stemmer;Godkjente stemmer;"
        "Blanke;Forkastede;Arbeiderpartiet;Høyre;Andre;Oppslutning prosentvis",
        lambda s: f"F {s.i // 30};K {s.i // 20};Ås {s.i};{s.r};{s.all // 3};{s.all - s.all // 3};{s.all};{s.v};{s.w};{s.n};"
        f"{s.x};{s.y};{s.z};{100 * s.all / s.r:.1f}",
        ["Arbeiderpartiet", "Høyre", "Andre"],
        ("F 0", "K 0", "Ås 0"),
    ),
    "nb, of the near names": (
        "Fylkenavn;Kommunenavn;Stemmekretsnavn;Stemmeberettigede;Fremmøtte;Godkjente stemmesedler;Blanke stemmesedler;"
        "Forkastede stemmesedler;Folkets Stemme;Blankt Parti;Venstre",
        lambda s: f"F {s.i // 30};K {s.i // 20};Ås {s.i};{s.r};{s.all};{s.v};{s.w};{s.n};{s.x};{s.y};{s.z}",
        ["Folkets Stemme", "Blankt Parti", "Venstre"],
        ("F 0", "K 0", "Ås 0"),
    ),
    "da": (
        "Storkreds;Opstillingskreds;Kommune;Afstemningsområde;Vælgere;Afgivne stemmer i alt;Gyldige stemmer;"
        "Blanke stemmer;Andre ugyldige stemmer;Venstre;Enhedslisten;Uden for partierne",
        lambda s: f"S {s.i // 30};O {s.i // 30};Køge {s.i // 20};Sønder {s.i};{s.r};{s.all};{s.v};{s.w};{s.n};{s.x};{s.y};"
        f"{s.z}",
        ["Venstre", "Enhedslisten", "Uden for partierne"],
        ("S 0", "O 0", "Køge 0", "Sønder 0"),
    ),
    "da, of the near names": (
        "Landsdel;Kommune;Afstemningsområde;Stemmeberettigede;Afgivne stemmer;Blanke stemmer;Ugyldige stemmer;"
        "I alt gyldige stemmer;Den Gyldne Stemme;Vælgerlisten;Blankt",
        lambda s: f"L {s.i // 30};K {s.i // 20};Ø {s.i};{s.r};{s.all};{s.w};{s.n};{s.v};{s.x};{s.y};{s.z}",
        ["Den Gyldne Stemme", "Vælgerlisten", "Blankt"],
        ("L 0", "K 0", "Ø 0"),
    ),
    "fi": (
        "Vaalipiiri;Kunta;Äänestysalue;Äänioikeutetut;Äänestäneet;Hyväksytyt äänet;Tyhjät;Mitättömät;KOK;SDP;Muut;"
        "Äänestysprosentti",
        lambda s: f"V {s.i // 30};Äänekoski {s.i // 20};A {s.i};{s.r};{s.all};{s.v};{s.w};{s.n};{s.x};{s.y};{s.z};"
        f"{100 * s.all / s.r:.1f}",
        ["KOK", "SDP", "Muut"],
        ("V 0", "Äänekoski 0", "A 0"),
    ),
    "fi, of the near names": (
        "Vaalipiiri;Kunta;Äänestysalue;Äänioikeutettuja;Äänestäneitä;Hyväksyttyjä ääniä;Tyhjiä;Hylättyjä ääniä;"
        "Kansan Ääni;Äänestäjien liitto;Tyhjä",
        lambda s: f"V {s.i // 30};K {s.i // 20};A {s.i};{s.r};{s.all};{s.v};{s.w};{s.n};{s.x};{s.y};{s.z}",
        ["Kansan Ääni", "Äänestäjien liitto", "Tyhjä"],
        ("V 0", "K 0", "A 0"),
    ),
    "nl": (
        "Kieskring;Gemeente;Stembureau;Kiesgerechtigden;Toegelaten kiezers;Geldige stembiljetten;Blanco;Ongeldig;"
        "VVD;Lijst Jansen;50PLUS",
        lambda s: f"K {s.i // 30};G {s.i // 20};School {s.i};{s.r};{s.all};{s.v};{s.w};{s.n};{s.x};{s.y};{s.z}",
        ["VVD", "Lijst Jansen", "50PLUS"],
        ("K 0", "G 0", "School 0"),
    ),
    "nl, of the near names": (
        "Provincie;Gemeentenaam;Stembureau;Kiesgerechtigden;Opkomst;GeldigeStemmen;BlancoStemmen;OngeldigeStemmen;"
        "Blanco (Zeven, A.J.);Stem NL;Overige partijen",
        lambda s: f'P {s.i // 30};G {s.i // 20};School {s.i};{s.r};{s.all};{s.v};{s.w};{s.n};{s.x};{s.y};{s.z}',
        ["Blanco (Zeven, A.J.)", "Stem NL", "Overige partijen"],
        ("P 0", "G 0", "School 0"),
    ),
}  # fmt: skip


def right(results: Results, options: list[str], places: tuple[str, ...]) -> None:
    assert list(results.options) == options
    wanted = {"registered": "r", "ballots": "all", "valid": "v", "invalid": "n", "blank": "w"}
    wanted |= dict(zip(options, "xyz", strict=True))
    assert {name: results.totals[name] for name in wanted} == {
        name: sum(getattr(s, letter) for s in MADE) for name, letter in wanted.items()
    }
    assert len(results) == len(MADE)
    assert tuple(filter(None, (str(part[0]) for part in results.places.values()))) == places


@pytest.mark.parametrize("name", WIDE)
def test_one_row_a_station(name: str) -> None:
    header, row, options, places = WIDE[name]
    right(taken("\n".join([header, *map(row, MADE)]) + "\n", separator=";"), options, places)


def test_yes_and_no_are_options() -> None:
    for language, yes, no in (("sv", "Ja", "Nej"), ("nb", "Ja", "Nei"), ("fi", "Kyllä", "Ei"), ("nl", "Ja", "Nee")):
        header, row, _, places = WIDE[language]
        for old, new in zip(WIDE[language][2], (yes, no, "X"), strict=True):
            header = header.replace(f";{old}", f";{new}", 1)
        right(taken("\n".join([header, *map(row, MADE)]) + "\n", separator=";"), [yes, no, "X"], places)


@pytest.mark.parametrize("total", ["", "nw", "n"])
def test_a_long_table_of_sweden_with_three_kinds_of_invalid_votes_and_their_total(total: str) -> None:
    lines = ["Distrikt;Län;Kommun;Parti;Röster;Röstberättigade"]
    for s in MADE:
        for party, votes in (
            ("Norrpartiet", s.x), ("Söderpartiet", s.y), ("Övriga", s.z), ("Summa giltiga röster", s.v),
            ("Ogiltiga röster - ej anmälda partier", s.n // 2), ("Ogiltiga röster - blanka", s.w),
            ("Ogiltiga röster - övriga", s.n - s.n // 2), ("Valdeltagande", s.all),
            *([("Ogiltiga röster", sum(getattr(s, letter) for letter in total))] if total else []),
        ):  # fmt: skip
            lines.append(f"D {s.i};L {s.i // 30};K {s.i // 20};{party};{votes};{s.r}")
    results = taken("\n".join(lines) + "\n", separator=";")
    right(results, ["Norrpartiet", "Söderpartiet", "Övriga"], ("L 0", "K 0", "D 0"))


def test_a_long_table_of_norway_leaves_the_ways_of_voting_aside() -> None:
    lines = [
        "Fylkenummer;Fylkenavn;Kommunenummer;Kommunenavn;Stemmekretsnummer;Stemmekretsnavn;Partikode;Partinavn;"
        "Oppslutning prosentvis;Antall stemmeberettigede;Antall forhåndsstemmer;Antall valgtingstemmer;"
        "Antall stemmer totalt;Antall mandater"
    ]
    for s in MADE:
        for code, party, votes in (("A", "Arbeiderpartiet", s.x), ("H", "Høyre", s.y), ("V", "Venstre", s.z)):
            lines.append(
                f"{s.i // 30:02d};F {s.i // 30};{s.i // 20:04d};K {s.i // 20};{s.i:04d};Ås {s.i};{code};{party};"
                f"{100 * votes / s.v:.3f};{s.r};{votes // 3};{votes - votes // 3};{votes};0"
            )
    results = taken("\n".join(lines) + "\n", separator=";")
    assert len(results) == len(MADE)
    assert {o: results.totals[o] for o in (*results.options, "registered")} == {
        "Arbeiderpartiet": sum(s.x for s in MADE),
        "Høyre": sum(s.y for s in MADE),
        "Venstre": sum(s.z for s in MADE),
        "registered": sum(s.r for s in MADE),
    }


@pytest.mark.parametrize(
    "header", ["Ogiltiga röster", "Ugyldige stemmer", "Ongeldige stemmen", "Hylätyt äänet", "Forkastede", "Ongeldig"]
)
def test_invalid_is_never_valid(header: str) -> None:
    assert {m.name for m in meanings(header)} == {"invalid"}


@pytest.mark.parametrize("name", ["Blanka", "Blanke", "OG", "Distrikt"])
def test_names_of_other_countries_stay_options(name: str) -> None:
    for head in (
        "region,station,registered,ballots,invalid,valid",
        "Land,Gemeinde,Wahlberechtigte,Wähler,Ungültig,Gültig",
    ):
        rows = clean()
        results = taken(table(f"{head},Ana,{name},Cyr", rows))
        assert results.options == ("Ana", name, "Cyr")
        assert results.totals[name] == sums(rows)["B"]
