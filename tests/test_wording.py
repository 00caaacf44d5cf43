"""Numbers as words."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import pytest

from recanvass import wording
from recanvass.errors import UnknownName
from recanvass.method import method, names

TOPICS = sorted(p.name.removesuffix(".toml") for p in (resources.files("recanvass") / "phrases").iterdir())

#: Sections that are no sentences: words looked for in any language, and a glossary whose keys are its words.
NO_SENTENCES = (("sibling_units", "leftovers"), ("dossier", "glossary"))


def _sentences(topic: str, language: str) -> dict[tuple[str, ...], Any]:
    """The templates of a topic in a language, by their place."""

    def walk(node: Mapping[str, Any], place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
        for key, value in node.items():
            if (topic, *place, key)[:2] in NO_SENTENCES:
                continue
            if isinstance(value, Mapping):
                yield from walk(value, (*place, key))
            else:
                yield (*place, key), value

    return dict(walk(wording.phrases(topic).get(language, {}), ()))


def _asked(text: Any) -> set[str]:
    """The facts that a template asks for."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} if isinstance(text, str) else set()


@pytest.mark.parametrize("topic", TOPICS)
def test_every_sentence_stands_in_russian_too(topic: str) -> None:
    missing = _sentences(topic, "en").keys() - _sentences(topic, "ru").keys()
    assert not missing, sorted(".".join(place) for place in missing)


@pytest.mark.parametrize("topic", TOPICS)
def test_russian_asks_for_no_fact_that_english_lacks(topic: str) -> None:
    english = _sentences(topic, "en")
    for place, text in _sentences(topic, "ru").items():
        if topic == "costs" or (topic, place[0]) == ("nouns", "plural"):  # Russian nouns have more cases
            continue
        assert place in english, f"{topic}: {'.'.join(place)} stands in Russian only."
        unknown = _asked(text) - _asked(english[place])
        assert not unknown, f"{topic}: {'.'.join(place)} asks for {sorted(unknown)}."


def test_the_cost_of_every_method_is_told_in_every_language() -> None:
    costs = {method(name).cost for name in names()}
    for language in wording.LANGUAGES:
        told = set(wording.phrases("costs")[language])
        assert language == "en" or told == costs, told ^ costs


@pytest.mark.parametrize("topic", [t for t in TOPICS if "drawing" in wording.phrases(t).get("en", {})])
def test_tables_have_titles_and_axes_begin_with_a_capital(topic: str) -> None:
    for language in wording.LANGUAGES:
        ours, titles = wording.phrases(topic)[language], wording.phrases("dossier")[language]["table"]
        assert not ours.get("tables", {}).keys() - titles.keys(), language
        for key in ("x", "y"):
            name = ours["drawing"].get(key, "")
            assert name[:1] == name[:1].upper(), f"{topic} [{language}] {key}: {name}"


@pytest.mark.parametrize("topic", TOPICS)
def test_no_russian_sentence_accuses(topic: str) -> None:
    banned = ("вброс", "фальсиф", "подтас", "украден", "кража", "накрут", "приписк", "карусел", "мошен", "обман")
    for place, text in _sentences(topic, "ru").items():
        found = [word for word in banned if word in str(text).casefold()]
        assert not found, f"{topic}: {'.'.join(place)} says {found}."


def test_an_answer_in_the_headline_has_no_yes() -> None:
    assert wording.claimed("Yes, in 4 areas, first of all in Kent: so.") == "In 4 areas, first of all in Kent: so."
    assert wording.claimed("Да: явка целая.", "ru") == "Явка целая."
    assert wording.claimed("kent repeats 62 %.") == "kent repeats 62 %."


def test_an_answer_about_copies_says_yes_once() -> None:
    facts = {"observed": 3, "stations": 9, "expected": 1.0, "sd": 1.0}
    said = wording.summary("early_percentages", "yes", facts, of="copies")
    assert said.startswith("Yes, in the copies of protocols: at 3 stations")
    said = wording.summary("early_percentages", "no", facts, "ru", of="copies")
    assert said.startswith("Нет, в копиях протоколов: досрочные")


def test_codes_among_the_facts_are_said_in_the_readers_language() -> None:
    facts = {"columns": ["registered", "issued_early"]}
    assert "registered voters and ballots issued early" in wording.skipped("modality", "columns", facts)
    assert "избиратели в списках и бюллетени, выданные досрочно" in wording.skipped("modality", "columns", facts, "ru")
    main = {"option": "А", "observed": 3, "stations": 9, "expected": 1.0, "sd": 1.0, "log10_p": -1.0}
    main |= {"family": "tenths", "family_in_words": "a multiple of 10 per cent"}
    assert "кратна 10 процентам" in wording.summary("coarse_fractions", "no_share", main, "ru")


def test_figures_that_are_text_take_the_decimal_mark_of_the_language() -> None:
    assert wording.written("71.0 / 15.6", "ru") == "71,0 / 15,6"
    assert wording.written("71.0 / 15.6") == "71.0 / 15.6"
    assert wording.counted(104.1, "104,1", "station", "ru") == "104,1 участка"


def test_the_glossary_has_as_many_words_in_russian() -> None:
    words = [wording.template("dossier", "glossary", "words", language=language) for language in wording.LANGUAGES]
    assert len(words[0]) == len(words[1])


def test_counts_shares_and_numbers_in_two_languages() -> None:
    assert wording.count(97699) == "97,699"
    assert wording.count(97699, "ru") == "97\u202f699"
    assert wording.share(0.622) == "62.2\u202f%"
    assert wording.share(0.622, language="ru") == "62,2\u202f%"
    assert wording.number(-1234.56, 1) == "−1,234.6"
    assert wording.count(-1234) == "−1,234"


@pytest.mark.parametrize(
    ("log10_p", "text"),
    [
        (0, "1.00"),
        (-0.301, "0.50"),
        (-1.3, "0.05"),
        (-9, "10⁻⁹"),
        (-8.7, "2\u202f×\u202f10⁻⁹"),
        (-250.04, "9\u202f×\u202f10⁻²⁵¹"),
    ],
)
def test_p_values_from_their_logarithms(log10_p: float, text: str) -> None:
    assert wording.p_value(log10_p) == text


@pytest.mark.parametrize(
    ("log10_p", "text"),
    [
        (-0.1, "more likely than not"),
        (-1, "about 1 in 10"),
        (-2.5, "about 1 in 310"),
        (-8.7, "about 1 in 500 million"),
        (-14.2, "about 1 in 150 trillion"),
        (-40.5, "about 1 in 10⁴⁰"),
    ],
)
def test_odds_never_overstate(log10_p: float, text: str) -> None:
    assert wording.odds(log10_p) == text


def test_russian_plurals() -> None:
    forms = [wording.plural(n, "station", "ru") for n in (1, 2, 5, 11, 21, 22, 112)]
    assert forms == ["1 участок", "2 участка", "5 участков", "11 участков", "21 участок", "22 участка", "112 участков"]


@pytest.mark.parametrize(
    ("noun", "forms"),
    [
        ("station_among", ["1 участка", "2 участков", "11 участков", "21 участка"]),
        ("station_at", ["1 участке", "2 участках", "11 участках", "21 участке"]),
        ("area_by", ["1 территории", "2 территориям", "11 территориям", "21 территории"]),
    ],
)
def test_russian_cases_after_a_count(noun: str, forms: list[str]) -> None:
    assert [wording.plural(n, noun, "ru") for n in (1, 2, 11, 21)] == forms


def test_text_from_the_data_is_shown_escaped() -> None:
    assert wording.show("Nor\u202eht") == "Nor\\u202eht"
    assert "\x1b" not in wording.show("\x1b[2JCLEAN")
    assert wording.show("Łódź <b>") == "Łódź <b>"
    assert len(wording.show("x" * 300)) == 120


def test_lists_count_what_they_leave_out() -> None:
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed(list("abcdefghij")) == "a, b, c, d, e, f, g, h and 2 more"


def test_a_missing_fact_or_phrase_is_an_error() -> None:
    with pytest.raises(UnknownName, match="needed"):
        wording.skipped("skipped", "stations", {"stations": 3})
    with pytest.raises(UnknownName, match="no_such"):
        wording.phrase("skipped", "no_such")


def test_a_rank_above_nobody_is_said_in_plain_words() -> None:
    facts = {"count": 0, "stations": 500, "share": 0.0, "option": "A", "edge": 0.95, "votes": 0}
    facts |= {"below": 0, "contests": 37, "largest": 0.0}
    said = wording.summary("extreme_corner", "ranked", facts)
    assert said.endswith("for it there. Not one of 37 clean contests stands lower in this.")
    assert "больше" not in wording.summary("extreme_corner", "ranked", facts, "ru")
    assert "more than in 1 of 37 clean contests" in wording.summary("extreme_corner", "ranked", facts | {"below": 1})


@pytest.mark.parametrize(
    "topic", [t for t in TOPICS if "ranked" in wording.phrases(t).get("en", {}).get("summary", {})]
)
def test_every_ranked_method_has_the_sentence_without_the_rank(topic: str) -> None:
    for language in wording.LANGUAGES:
        summary = wording.phrases(topic)[language]["summary"]
        assert _asked(summary["said"]) <= _asked(summary["ranked"])
