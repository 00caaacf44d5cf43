"""Word for word, or refused: near-misses, honest reflowing, and a slow second implementation."""

from __future__ import annotations

import os
import random
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recanvass.record.quotations import Place, Refused, Text, locate, normalised, surroundings, words

HOMOGLYPHS = {
    "a": "а",
    "e": "е",
    "o": "о",
    "c": "с",
    "p": "р",
    "i": "і",
    "x": "х",
    "y": "у",
    "1": "l",
    "0": "O",
    "-": "‐",
}
NEGATIONS = ("not", "never", "no", "cannot", "without")


@cache
def prepared(text: str) -> Text:
    return normalised(text)


def plain_tokens(text: str) -> list[str]:
    """Tokens as the slow implementation sees them: split at white space, marks made straight."""
    text = re.sub("\xad\\s*\n\\s*", "", text).replace("\xad", "")
    return re.sub(r"[‘’‚‛‹›“”„‟«»\"`´]", "'", text).split()


def slow_count(wanted: list[str], source: list[str]) -> int:
    return sum(source[k : k + len(wanted)] == wanted for k in range(len(source) - len(wanted) + 1))


def windows(texts: list[str], rng: random.Random, count: int) -> list[tuple[str, list[str], int, int]]:
    found = []
    while len(found) < count:
        text = rng.choice(texts)
        tokens = text.split()
        size = rng.randint(3, 25)
        if len(tokens) <= size:
            continue
        start = rng.randrange(len(tokens) - size)
        if words(" ".join(tokens[start : start + size])) >= 3:
            found.append((text, tokens, start, size))
    return found


def context(tokens: list[str], start: int, size: int) -> tuple[str, str]:
    return " ".join(tokens[max(0, start - 12) : start]), " ".join(tokens[start + size : start + size + 12])


def letter(quote: list[str], rng: random.Random) -> list[str]:
    k = rng.choice([k for k, t in enumerate(quote) if re.search(r"[A-Za-z]", t)])
    at = rng.choice([m.start() for m in re.finditer(r"[A-Za-z]", quote[k])])
    other = rng.choice([c for c in "abcdefghijklmnopqrstuvwxyz" if c != quote[k][at].lower()])
    return [*quote[:k], quote[k][:at] + other + quote[k][at + 1 :], *quote[k + 1 :]]


def digit(quote: list[str], rng: random.Random) -> list[str]:
    places = [k for k, t in enumerate(quote) if re.search(r"\d", t)]
    if not places:
        return letter(quote, rng)
    k = rng.choice(places)
    at = rng.choice([m.start() for m in re.finditer(r"\d", quote[k])])
    other = rng.choice([c for c in "0123456789" if c != quote[k][at]])
    return [*quote[:k], quote[k][:at] + other + quote[k][at + 1 :], *quote[k + 1 :]]


def negation(quote: list[str], rng: random.Random) -> list[str]:
    there = [k for k, t in enumerate(quote) if t.lower() in NEGATIONS]
    if there and len(quote) > 4:
        k = rng.choice(there)
        return [*quote[:k], *quote[k + 1 :]]
    k = rng.randint(1, len(quote) - 1)
    return [*quote[:k], rng.choice(NEGATIONS), *quote[k:]]


def dropped(quote: list[str], rng: random.Random) -> list[str]:
    if len(quote) < 4:
        return letter(quote, rng)
    k = rng.randrange(len(quote))
    return [*quote[:k], *quote[k + 1 :]]


def homoglyph(quote: list[str], rng: random.Random) -> list[str]:
    places = [(k, at) for k, t in enumerate(quote) for at, c in enumerate(t) if c in HOMOGLYPHS]
    if not places:
        return letter(quote, rng)
    k, at = rng.choice(places)
    return [*quote[:k], quote[k][:at] + HOMOGLYPHS[quote[k][at]] + quote[k][at + 1 :], *quote[k + 1 :]]


def cut(quote: list[str], rng: random.Random) -> list[str]:
    """The first or last word loses a letter: "lawful" is no quotation of "unlawful"."""
    if rng.random() < 0.5:
        return [quote[0][1:], *quote[1:]] if re.match(r"\w\w", quote[0]) else letter(quote, rng)
    return [*quote[:-1], quote[-1][:-1]] if re.search(r"\w\w$", quote[-1]) else letter(quote, rng)


def swapped(quote: list[str], rng: random.Random) -> list[str]:
    k = rng.randrange(len(quote) - 1)
    if quote[k] == quote[k + 1]:
        return letter(quote, rng)
    return [*quote[:k], quote[k + 1], quote[k], *quote[k + 2 :]]


MUTANTS = (letter, digit, negation, dropped, homoglyph, cut, swapped)


def real_articles() -> list[str]:
    place = os.environ.get("RECANVASS_SOURCES", "")
    return [p.read_text(encoding="utf-8") for p in sorted(Path(place).glob("*.txt"))] if place else []


@pytest.mark.parametrize("kind", ["invented", "real"])
def test_no_near_miss_is_accepted(texts: list[str], kind: str) -> None:
    pool = texts if kind == "invented" else real_articles()
    if not pool:
        pytest.skip("RECANVASS_SOURCES does not name a folder with articles")
    rng = random.Random(7)
    accepted = []
    for k, (text, tokens, start, size) in enumerate(windows(pool, rng, 1000)):
        quote = MUTANTS[k % len(MUTANTS)](tokens[start : start + size], rng)
        prefix, suffix = context(tokens, start, size)
        found = locate(" ".join(quote), prepared(text), prefix, suffix)
        bare = locate(" ".join(quote), prepared(text))
        # Without its first or last word a quotation may still stand word for word, so that only
        # the prefix and suffix can tell; every other mutant is refused without them too.
        verbatim = slow_count(plain_tokens(" ".join(quote)), plain_tokens(text)) > 0
        if isinstance(found, Place) or (isinstance(bare, Place) and not verbatim):
            accepted.append((MUTANTS[k % len(MUTANTS)].__name__, " ".join(quote)))
    assert accepted == []


@pytest.mark.parametrize("kind", ["invented", "real"])
def test_honest_quotations_are_accepted_however_they_are_set(texts: list[str], kind: str) -> None:
    pool = texts if kind == "invented" else real_articles()
    if not pool:
        pytest.skip("RECANVASS_SOURCES does not name a folder with articles")
    rng = random.Random(11)
    refused = []
    for text, tokens, start, size in windows(pool, rng, 1000):
        quote = reflowed(tokens[start : start + size], rng)
        prefix, suffix = context(tokens, start, size)
        found = locate(quote, prepared(text), prefix, suffix)
        if isinstance(found, Refused):
            refused.append((found.code, quote))
    assert len(refused) <= 10, refused[:10]


def reflowed(tokens: list[str], rng: random.Random) -> str:
    """The same words on another page: lines, spaces, soft hyphens, other quotation marks."""
    marks = rng.choice(
        [{}, {"“": '"', "”": '"', "’": "'"}, {'"': "“", "'": "’"}, {"“": "„", "”": "“"}, {"“": "‘", "”": "’"}]
    )
    out = []
    for token in tokens:
        word = "".join(marks.get(c, c) for c in token)
        if len(word) > 6 and word.isalpha() and rng.random() < 0.3:
            at = rng.randint(2, len(word) - 2)
            word = word[:at] + rng.choice(["\xad", "\xad\n", "\xad\r\n  "]) + word[at:]
        out += [word, rng.choice([" ", " ", "\n", "  ", "\u00a0", "\r\n", "\t", "\u202f"])]
    return "".join(out[:-1])


@given(
    st.lists(
        st.sampled_from(["the", "vote", "was", "not", "clean", "1,200", "won’t", "“fair”"]), min_size=4, max_size=60
    ),
    st.data(),
)
@settings(max_examples=300, deadline=None)
def test_agrees_with_the_slow_implementation(source: list[str], data: st.DataObject) -> None:
    size = data.draw(st.integers(3, min(8, len(source))))
    wanted = data.draw(st.lists(st.sampled_from(source), min_size=size, max_size=size))
    found = locate(" ".join(wanted), normalised("\n".join(source)))
    count = slow_count(plain_tokens(" ".join(wanted)), plain_tokens(" ".join(source)))
    if count == 1:
        assert isinstance(found, Place)
    else:
        assert isinstance(found, Refused)
        assert found.code == "ambiguous" if count > 1 else found.code.startswith("not_found")


def code(exact: str, source: str, prefix: str = "", suffix: str = "") -> str:
    found = locate(exact, normalised(source), prefix, suffix)
    return found.code if isinstance(found, Refused) else "found"


@pytest.mark.parametrize(
    ("exact", "source", "expected"),
    [
        ("lawful arrests went on", "the unlawful arrests went on", "inside_word"),
        ("200 people were held", "more than 1,200 people were held", "inside_word"),
        ("of about 86", "a share of about 86% there", "inside_word"),
        ("violent protests went on", "the non-violent protests went on", "inside_word"),
        ("the votes can", "the votes can't be counted", "inside_word"),
        ("it fell by 5 points", "it fell by 5 points, then", "found"),
        ("minus 5 points there", "to minus 5 points there", "found"),
        ("5 points lower than", "it was -5 points lower than that", "inside_word"),
        ("The Vote was clean", "the vote was clean", "not_found"),
        ("vote was clean!", "the vote was clean.", "not_found_from"),
        ("won by 5' 10", "he won by 5\" 10 there", "not_found_from"),
        ("one two", "one two three", "too_short"),
        ("", "one two three", "too_short"),
        ("— “ ” …", "one two — “ ” … three", "too_short"),
        ("选举委员会公布结果", "昨天选举委员会公布结果。", "found"),
        ("选举", "昨天选举委员会公布结果。", "too_short"),
    ],
)  # fmt: skip
def test_edges(exact: str, source: str, expected: str) -> None:
    assert code(exact, source) == expected


def test_a_repeated_phrase_needs_its_surroundings() -> None:
    source = "They said the count was clean. We said the count was clean too."
    assert code("the count was clean", source) == "ambiguous"
    assert code("the count was clean", source, prefix="We said") == "found"
    assert code("the count was clean", source, suffix="too.") == "found"
    assert code("the count was clean", source, prefix="Nobody said") == "surroundings"
    assert code("the count was clean", source, prefix="They said", suffix="too.") == "surroundings"


def test_an_ellipsis_stands_between_long_fragments_in_their_order() -> None:
    source = "Nobody in the whole village had seen the list before the day of the vote itself came round."
    assert code("Nobody in the whole village … before the day of the vote", source) == "found"
    assert code("Nobody in the whole village [...] before the day of the vote", source) == "found"
    assert code("before the day of the vote … Nobody in the whole village", source) == "not_found_from"
    assert code("Nobody in the whole … before the day of the vote", source) == "fragment_short"
    assert code("Nobody in the whole village … ", source) == "fragment_short"
    assert code("Nobody in the whole village … before the night of the vote", source) != "found"


def test_an_ellipsis_of_the_source_itself_is_found_as_it_stands() -> None:
    assert code("and then … silence fell", "and then … silence fell on us") == "found"


def test_positions_lead_back_to_the_stored_text() -> None:
    source = "One  two\n\nthree “four\xad\nteen” five"
    text = normalised(source)
    found = locate('three "fourteen" five', text)
    assert isinstance(found, Place)
    assert source[text.position(found.start) :].startswith("three “four")
    assert text.plain == "One two three 'fourteen' five"
    assert text.index(text.position(found.start)) == found.start


def test_surroundings_make_a_draft_unique() -> None:
    source = normalised("aa bb cc dd ee ff. aa bb cc dd ee gg.")
    found = locate("cc dd ee", source, suffix="gg")
    assert isinstance(found, Place)
    prefix, suffix = surroundings(source, found)
    assert locate("cc dd ee", source, prefix, suffix) == found
