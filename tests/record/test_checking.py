"""Each claim against its source; what is refused names file, claim and field."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from recanvass import record, wording
from recanvass.errors import ReadError


def codes(report: record.CheckReport) -> list[tuple[str, str, str]]:
    return [(p.claim, p.field, p.code) for p in report.problems]


def test_a_clean_case_is_verified(make: Any) -> None:
    report = record.check(make())
    assert report.ok
    assert report.verified == ("c1",)
    assert report.sources[0].state == "verified"
    assert (report.sources[0].paragraphs, report.sources[0].covered) == (4, 1)
    assert "word for word" in report.sentence()


def test_without_the_source_the_case_loads_and_says_so(make: Any) -> None:
    folder = make()
    (folder / "sources" / "post.txt").unlink()
    report = record.check(folder)
    assert report.ok
    assert report.unverified == ("c1",)
    assert report.sentence() == "Quotations not verified here: the source file is not at hand."
    assert record.load(folder).claims[0].id == "c1"


def test_the_source_may_lie_in_the_folder_that_the_environment_names(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make()
    other = tmp_path / "elsewhere"
    other.mkdir()
    (folder / "sources" / "post.txt").rename(other / "post.txt")
    monkeypatch.setenv("RECANVASS_SOURCES", str(other))
    assert record.check(folder).verified == ("c1",)


CHANGES = {
    "another digit": ("71.4% of the vote", "71.5% of the vote", ("c1", "quotation.exact", "not_found_from")),
    "another figure said": ('said = "more than 71.4%"', 'said = "more than 72%"', ("c1", "quantity.said", "quantity_not_quoted")),
    "the hedge dropped": ('said = "more than 71.4%"\nvalue = 71.4\nhedge = "above"', 'said = "71.4%"\nvalue = 71.4\nhedge = "exact"', ("c1", "quantity.hedge", "quantity_hedge")),
    "another value": ("value = 71.4\nhedge = \"above\"\nlow = 71.4", "value = 71.3\nhedge = \"above\"\nlow = 71.3", ("c1", "quantity.value", "quantity_value")),
    "another day": ("date = 2031-03-10 }", "date = 2031-03-03 }", ("c1", "when.date", "date_differs")),
    "a date not said": ('said = "on Monday"', 'said = "on Friday"', ("c1", "when.said", "not_in_source")),
    "an unknown source": ('source = "post"\nwhen', 'source = "mail"\nwhen', ("c1", "source", "source_unknown")),
    "a chain not said": ('source = "post"\nwhen', 'through = ["the Kremlin"]\nsource = "post"\nwhen', ("c1", "through.0", "not_in_source")),
    "too short": ("had won with more than 71.4% of the vote", "more than", ("c1", "quotation.exact", "too_short")),
    "markup": ('statement = "The', 'statement = "<img src=x onerror=alert(1)>The', ("c1", "statement", "bad_value")),
    "a script in a name": ('speaker = "the', 'speaker = "<script>x</script>the', ("c1", "speaker", "bad_value")),
    "a direction mark": ('speaker = "the', 'speaker = "\\u202ethe', ("c1", "speaker", "bad_value")),
    "a strange key": ('source = "post"\nwhen', 'colour = "red"\nsource = "post"\nwhen', ("c1", "colour", "unknown_key")),
    "a strange kind": ('kind = "official figure"', 'kind = "rumour"', ("c1", "kind", "bad_value")),
    "no speaker": ('speaker = "the commission"\n', "", ("c1", "speaker", "missing_key")),
    "no lower bound": ("\nlow = 71.4", "", ("c1", "quantity", "bad_value")),
    "a figure without quantity": ('kind = "official figure"', 'kind = "quantity"', None),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_wrong_is_refused_with_the_claim_named(make: Any, claim: str, change: str) -> None:
    old, new, expected = CHANGES[change]
    assert old in claim
    report = record.check(make(claim.replace(old, new)))
    if expected is None:
        assert report.ok
        return
    assert expected in codes(report)
    assert "c1" in str(report.problems[0])
    assert str(report.problems[0]).startswith("claims.toml: ")
    with pytest.raises(ReadError, match="c1"):
        record.load(make(claim.replace(old, new)))


def test_a_hedge_before_the_quotation_counts(make: Any) -> None:
    """The quotation leaves "more than" out; the source has it, so an exact figure is refused."""
    text = """
[[claims]]
id = "c2"
kind = "quantity"
statement = "1,200 people were held."
speaker = "rights groups"
source = "post"
quotation = { exact = "1,200 people were held, with around 300" }
[claims.quantity]
said = "1,200"
value = 1200
hedge = "exact"
"""
    assert codes(record.check(make(text))) == [("c2", "quantity.hedge", "quantity_hedge")]


def test_a_changed_source_is_refused_for_each_of_its_claims(make: Any, claim: str) -> None:
    folder = make(claim + claim.replace('"c1"', '"c2"'))
    with (folder / "sources" / "post.txt").open("a") as stream:
        stream.write(" ")
    report = record.check(folder)
    assert codes(report) == [("c1", "source", "source_hash"), ("c2", "source", "source_hash")]
    assert report.sources[0].state == "refused"


def test_two_claims_of_one_id_are_refused(make: Any, claim: str) -> None:
    assert ("c1", "id", "twice") in codes(record.check(make(claim + claim)))


def test_words_of_the_appeal_are_not_of_the_report(make: Any) -> None:
    text = """
[[claims]]
id = "a1"
kind = "statement"
statement = "They ask for support."
speaker = "The Orland Post"
source = "post"
quotation = { exact = "support us from just $2 a month" }
"""
    assert codes(record.check(make(text))) == [("a1", "part", "part")]
    assert record.check(make(text + 'part = "appeal"\n')).ok


def test_a_negation_left_out_is_a_caution(make: Any) -> None:
    text = """
[[claims]]
id = "n1"
kind = "condition"
statement = "Observers were admitted."
speaker = "The Orland Post"
source = "post"
quotation = { exact = "admitted to the count in 17 districts" }
"""
    report = record.check(make(text))
    assert report.ok
    assert [(c.claim, c.code, dict(c.facts)["word"]) for c in report.cautions] == [("n1", "left_out", "not")]


@pytest.mark.parametrize(
    ("zone", "published", "resolved"),
    [
        ("Europe/Minsk", "2031-03-09T22:30:00Z", "2031-03-10"),  # Monday in Minsk, Sunday in UTC
        ("UTC", "2031-03-09T22:30:00Z", "2031-03-03"),
        ("America/New_York", "2031-03-11T02:00:00Z", "2031-03-10"),
    ],
)
def test_dates_resolve_where_the_publication_is_at_home(
    make: Any, claim: str, zone: str, published: str, resolved: str
) -> None:
    head = f"""
[[sources]]
id = "post"
file = "post.txt"
sha256 = "{{digest}}"
publisher = "The Orland Post"
published = {published}
time_zone = "{zone}"
"""
    good = claim.replace("date = 2031-03-10 }", f"date = {resolved} }}")
    assert record.check(make(good, head=head)).ok
    bad = claim.replace("date = 2031-03-10 }", "date = 2031-03-08 }")
    assert codes(record.check(make(bad, head=head))) == [("c1", "when.date", "date_differs")]


def test_an_unknown_time_zone_is_refused(make: Any) -> None:
    folder = make()
    path = folder / "claims.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"UTC"', '"Mars/Base"'), encoding="utf-8")
    report = record.check(folder)
    assert ("post", "time_zone", "bad_value") in codes(report)


def test_a_report_is_plain_json(make: Any) -> None:
    import json

    report = record.check(make())
    value = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert value["ok"] is True
    assert value["normalisation"] == "spaces-hyphens-marks/1"
    assert report.lines()[-1] == report.sentence()


def test_html_is_read_as_the_text_that_is_seen(make: Any, claim: str) -> None:
    page = (
        "<html><head><title>t</title><script>had won with more than 99.9% of the vote</script></head><body>"
        "<p>The commission said on&nbsp;Monday that he <b>had won</b> with\n more than 71.4% of the <i>vote</i>.</p>"
        '<p style="display:none">and nobody else was counted</p><!-- nor this one here --></body></html>'
    )
    digest = hashlib.sha256(page.encode()).hexdigest()
    head = f"""
[[sources]]
id = "post"
file = "post.html"
sha256 = "{digest}"
publisher = "P"
published = 2031-03-10
"""
    folder = make(claim, head=head.replace("{", "{{").replace("}", "}}"))
    (folder / "sources" / "post.html").write_text(page, encoding="utf-8")
    assert record.check(folder).verified == ("c1",)
    for hidden in ("and nobody else was counted", "nor this one here", "had won with more than 99.9% of the vote"):
        changed = claim.replace("had won with more than 71.4% of the vote", hidden)
        folder = make(changed, head=head.replace("{", "{{").replace("}", "}}"))
        assert not record.check(folder).ok


def test_every_problem_has_a_russian_sentence() -> None:
    english, russian = (wording.template("record", "problem", language=language) for language in ("en", "ru"))
    assert english.keys() == russian.keys()
    for key, sentence in english.items():
        assert set(re.findall(r"{(\w+)", russian[key])) == set(re.findall(r"{(\w+)", sentence)), key
