"""Proposals from articles: what they are, that they can be verified, and how well they are made."""

from __future__ import annotations

import importlib.util
import os
import tomllib
from datetime import date
from pathlib import Path

import pytest

from recanvass import record
from recanvass.errors import ReadError, UsageError
from recanvass.record.documents import parsed
from recanvass.record.sections import parts, sentences

ROOT = Path(__file__).resolve().parents[2]
BENCHMARK = ROOT / "benchmarks" / "drafting"


def write(folder: Path, text: str, name: str = "post-2031-03-10.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


ARTICLE = """
Orland declares a winner

The Orland commission said on Monday that President Ana Ruiz had won with more than 71.4% of the vote.

“Nobody would open the boxes for us,” the candidate Paul Kern told Radio Orland.

Vorland's president, Ida Moe, congratulated Ruiz, the Vorland news agency reported.

“It is a beginning,” he added.

Photo: Jan Holm / AFP

A Message from The Orland Post:

Dear readers, support us from just $2 a month.
"""


def test_a_draft_proposes_and_marks_its_proposals(tmp_path: Path) -> None:
    draft = record.draft(write(tmp_path, ARTICLE))
    assert [p.kind for p in draft.parts] == [
        "headline",
        "report",
        "report",
        "report",
        "report",
        "caption",
        "appeal",
        "appeal",
    ]
    assert draft.article.published == date(2031, 3, 10)
    assert draft.article.publisher == "The Orland Post"
    made = {p.exact: p for p in draft.proposals}
    quote = made["Nobody would open the boxes for us"]
    assert (quote.speaker, quote.through) == ("Paul Kern", ("Radio Orland",))
    act = (
        made["congratulated Ruiz"]
        if "congratulated Ruiz" in made
        else next(p for p in draft.proposals if p.kind == "recognition")
    )
    assert act.speaker == "Ida Moe"
    figure = next(p for p in draft.proposals if p.kind == "official figure")
    assert figure.quantity is not None
    assert (figure.quantity.hedge, figure.quantity.low, figure.quantity.high) == ("above", figure.quantity.value, None)
    assert figure.when is not None
    assert figure.when.first == date(2031, 3, 10)
    assert not any("support us" in p.exact or "Holm" in p.exact for p in draft.proposals)
    written = tomllib.loads(draft.toml())
    assert {c["status"] for c in written["claims"]} == {"proposed"}


def folder_of(tmp_path: Path, draft: record.Draft, text: str) -> Path:
    case = tmp_path / "case"
    (case / "sources").mkdir(parents=True)
    write(case / "sources", text)
    (case / "claims.toml").write_text(draft.toml(), encoding="utf-8")
    (case / "case.toml").write_text(
        '[contest]\ntitle = "x"\ndate = 2031-03-09\n[record]\nclaims = "claims.toml"\n', encoding="utf-8"
    )
    return case


def test_what_is_proposed_can_be_verified_and_accepted(tmp_path: Path) -> None:
    draft = record.draft(write(tmp_path, ARTICLE))
    case = folder_of(tmp_path, draft, ARTICLE)
    report = record.check(case)
    assert report.ok, report.lines()
    assert len(report.verified) == len(draft.proposals) >= 4
    first = report.verified[0]
    before = (case / "claims.toml").read_text(encoding="utf-8")
    assert record.accept(case, [first], by="A. Reader") == (first,)
    after = (case / "claims.toml").read_text(encoding="utf-8")
    assert after.count('status = "proposed"') == before.count('status = "proposed"') - 1
    assert [line for line in after.split("\n") if line.startswith("# rule")] == [
        line for line in before.split("\n") if line.startswith("# rule")
    ]
    claims = {c.id: c for c in record.load(case).claims}
    assert (claims[first].status, claims[first].accepted_by) == ("accepted", "A. Reader")
    rest = record.accept(case, by='Quote " and \\ mark')
    assert set(rest) == set(report.verified) - {first}
    assert record.check(case).ok
    assert record.accept(case, by="again") == ()


def test_accepting_needs_a_name_and_a_claim(tmp_path: Path) -> None:
    case = folder_of(tmp_path, record.draft(write(tmp_path, ARTICLE)), ARTICLE)
    with pytest.raises(UsageError, match="Nobody"):
        record.accept(case, by=" ")
    with pytest.raises(UsageError, match="no claim"):
        record.accept(case, ["absent"], by="A")


@pytest.mark.parametrize("name", ["development", "held_out"])
def test_every_proposal_of_the_benchmark_verifies(tmp_path: Path, name: str) -> None:
    articles = tomllib.loads((BENCHMARK / f"{name}.toml").read_text(encoding="utf-8"))["articles"]
    for k, article in enumerate(articles):
        (tmp_path / str(k)).mkdir()
        draft = record.draft(write(tmp_path / str(k), article["text"]), published=article["published"])
        report = record.check(folder_of(tmp_path / str(k), draft, article["text"]))
        assert report.ok, report.lines()
        assert len(report.verified) == len(draft.proposals)


def test_the_published_figures_are_those_of_the_script() -> None:
    """docs/record.md prints precision and recall; they are computed again here."""
    spec = importlib.util.spec_from_file_location("drafting_benchmark", BENCHMARK / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    for name, title in (("development", "development"), ("held_out", "held out")):
        articles = tomllib.loads((BENCHMARK / f"{name}.toml").read_text(encoding="utf-8"))["articles"]
        one = module.scored(articles)
        row = next(line for line in page.split("\n") if line.startswith(f"| {title} |"))
        speaker = one["fields"]["speaker"]
        cells = [c.strip() for c in row.strip("|").split("|")]
        assert cells[1:] == [
            str(one["articles"]),
            str(one["claims"]),
            str(one["proposals"]),
            f"{one['precision']:.2f}",
            f"{one['recall']:.2f}",
            f"{one['precision_any_kind']:.2f} / {one['recall_any_kind']:.2f}",
            f"{speaker['right']} of {speaker['of']}",
        ]  # fmt: skip


def test_drafting_is_deterministic(tmp_path: Path) -> None:
    path = write(tmp_path, ARTICLE)
    assert record.draft(path).toml() == record.draft(path).toml()


def test_a_page_is_read_as_its_main_text(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    body = "".join(f"<p>{p}</p>" for p in ARTICLE.strip().split("\n\n")[1:4])
    page = (
        '<html><head><title>Orland declares a winner</title><meta property="og:site_name" content="The Post">'
        '<meta property="article:published_time" content="2021-03-10T08:00:00Z"></head><body>'
        "<nav><ul><li><a href=/>Home page of this paper.</a><li><a href=/w>World news of today.</a></ul></nav>"
        f"<article><h1>Orland declares a winner</h1>{body}</article>"
        "<footer><p>Copyright of The Post, with all rights kept by it.</p></footer>"
        "<script>document.write('“Nobody said this at all,” he said.')</script></body></html>"
    )
    draft = record.draft(write(tmp_path, page, "page.html"))
    report = " ".join(p.text for p in draft.parts if p.kind == "report")
    assert "commission said" in report
    assert "World news" not in report
    assert "Copyright" not in report
    assert draft.article.published == date(2021, 3, 10)
    assert draft.article.publisher == "The Post"
    assert not any("Nobody said" in p.exact for p in draft.proposals)


def test_without_a_date_nothing_is_resolved_and_the_file_asks_for_it(tmp_path: Path) -> None:
    draft = record.draft(write(tmp_path, ARTICLE, "post.txt"))
    assert draft.article.published is None
    assert all(p.when is None for p in draft.proposals)
    assert "published" not in tomllib.loads(draft.toml())["sources"][0]


def test_hostile_texts_are_only_text(tmp_path: Path) -> None:
    text = 'He said “<script>alert(1)</script> is what\x7f we \\ "quote" today”.\n\n' + "“" * 500 + "a" * 5000
    draft = record.draft(write(tmp_path, text), published=date(2031, 3, 10))
    parsed(draft.toml().encode(), "claims.toml")


def test_an_address_is_not_fetched_unless_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: pytest.fail("a host was looked up"))
    for address in ("https://a.org/x", "http://a.org/x", "file:///etc/passwd", "ftp://a.org"):
        with pytest.raises(ReadError, match="address"):
            record.draft(address)


def test_sentences_are_not_cut_at_abbreviations_or_in_quotations() -> None:
    text = "Mr. A. Kern spoke on Jan. 5. “It is over. Go home,” he said. The U.S. waited."
    assert [s for _, s in sentences(text)] == [
        "Mr. A. Kern spoke on Jan. 5.",
        "“It is over. Go home,” he said.",
        "The U.S. waited.",
    ]


def test_a_report_about_support_is_no_appeal() -> None:
    text = (
        "The party thanked voters for their support on Monday. It won.\n\nThe fund paid for the journalism of others."
    )
    assert [p.kind for p in parts(text)] == ["report", "report"]


def test_the_real_report_is_covered(tmp_path: Path) -> None:
    place = Path(os.environ.get("RECANVASS_SOURCES", "absent")) / "moscow-times-2025-01-27.txt"
    if not place.is_file():
        pytest.skip("RECANVASS_SOURCES does not name the folder with the report")
    draft = record.draft(place)
    assert [p.kind for p in draft.parts] == ["report"] * 12 + ["appeal"] * 8
    people = {p.speaker for p in draft.proposals}
    assert {"Vladimir Putin", "Xi Jinping", "Sviatlana Tsikhanouskaya", "European Union"} <= people
    hedged = {p.quantity.text: p.quantity.hedge for p in draft.proposals if p.quantity}
    assert hedged["more than 1,200"] == "above"
    assert hedged["around 300"] == "around"
    xi = next(p for p in draft.proposals if p.speaker == "Xi Jinping" and p.through)
    assert xi.through == ("Chinese state media",)


def test_several_conditions_of_one_sentence_are_several_claims(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(
        "Polls closed after a campaign in which no debates were held and independent media were blocked.\n\n"
        "“We did not lose,” said Anna Vale, who was under house arrest for most of the campaign.\n",
        encoding="utf-8",
    )
    made = record.draft(path, published=date(2030, 5, 6)).proposals
    found = [p.exact for p in made if p.kind == "condition"]
    assert len(found) == 3
    assert found[0].endswith("no debates were held")
    assert found[1] == "independent media were blocked"
    assert "house arrest" in found[2]
    assert [p.exact for p in made if p.kind == "statement"] == ["We did not lose"]
