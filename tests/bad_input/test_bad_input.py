"""Thousands of contests that no honest table looks like: every method, the whole examination and its words stay whole."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from recanvass import terminal
from recanvass.case import Announced, Case
from recanvass.dossier.files import contents
from recanvass.examination import examine
from recanvass.finding import Finding
from recanvass.method import method, names
from recanvass.observation import Sampling
from recanvass.results import Labels
from recanvass.statement import state
from recanvass.testing import example
from recanvass.wording import LANGUAGES
from tests.bad_input.degenerate import case
from tests.bad_input.demands import presentable
from tests.bad_input.spoilt import spoilt


@cache
def healthy() -> tuple[Case, ...]:
    """A case for each method in which its question can be asked."""
    return tuple(example(method(name), 300, 5) for name in names())


def contests(first: int, count: int) -> list[tuple[str, Case]]:
    """Degenerate ones and spoilt ones in turn."""
    made = []
    for seed in range(first, first + count):
        rng = np.random.default_rng([909, seed])
        given = case(rng) if seed % 3 == 0 else spoilt(healthy()[seed % len(healthy())], rng)
        made.append((f"seed {seed}", given))
    return made


def all_asked(first: int, count: int) -> int:
    """Every method of each contest; gives how many findings there were."""
    found = 0
    for label, given in contests(first, count):
        for name in names():
            with warnings.catch_warnings(), np.errstate(divide="raise", over="raise", invalid="raise"):
                warnings.simplefilter("error")
                try:
                    outcome = method(name).run(given)
                    presentable(method(name), outcome)
                except Exception as error:
                    error.add_note(f"{name}, {label}")
                    raise
            found += isinstance(outcome, Finding)
    return found


def all_written(first: int, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole examination of each contest, its dossier and its terminal in both languages."""
    for label, given in contests(first, count):
        with warnings.catch_warnings(), np.errstate(divide="raise", over="raise", invalid="raise"):
            warnings.simplefilter("error")
            try:
                exam = examine(given)
                for language in LANGUAGES:
                    contents(exam, language=language)
                    terminal.print_examination(exam, Path("dossier.html"), language)
            except Exception as error:
                error.add_note(label)
                raise
        capsys.readouterr()
        weighty = [f for f in exam if f.evidence_class in "AB"]
        alone = state(weighty, exam.skipped, results=given.results)
        assert alone.grade == exam.statement.grade, f"{label}: class C or D moved the grade."


def test_every_method_gives_a_state_with_a_reason() -> None:
    assert all_asked(0, 36) > 150


def test_the_whole_dossier_is_written_of_anything(capsys: pytest.CaptureFixture[str]) -> None:
    all_written(0, 2, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 3000, 250))
def test_every_method_gives_a_state_with_a_reason_at_length(first: int) -> None:
    all_asked(first, 250)


@pytest.mark.slow
def test_the_whole_dossier_is_written_of_anything_at_length(capsys: pytest.CaptureFixture[str]) -> None:
    all_written(1000, 120, capsys)


def test_a_table_without_stations_has_a_digest() -> None:
    empty = healthy()[names().index("integer_percentages")].results
    assert empty is not None
    none = empty.take(np.empty(0, np.int64))
    gaps = {"votes": np.zeros((0, len(none.options)), np.bool_), "registered": np.zeros(0, np.bool_)}
    assert len(replace(none, absent=gaps).digest) == 64


def test_hours_announced_without_a_percentage_are_not_drawn() -> None:
    told = [Announced("turnout", count=c, bulletin=h) for c, h in ((100, "10:00"), (300, "12:00"), (250, "15:00"))]
    whole = Announced("registered", count=1000)
    outcome = method("announced_bulletins").run(Case(healthy()[0].contest, announced=(*told, whole)))
    presentable(method("announced_bulletins"), outcome)
    assert isinstance(outcome, Finding)


def test_a_count_of_a_billion_votes_takes_no_time_over_its_digits() -> None:
    given = healthy()[names().index("last_digits")].results
    assert given is not None
    huge = 2**38
    large = given.with_counts(votes=given.votes * huge, **{n: v * huge for n, v in given.counts.items()})
    for name in ("last_digits", "second_digits"):
        assert method(name).run(Case.of(large)).code == "nothing_left"  # type: ignore[union-attr]


def test_a_sample_with_a_stratum_of_one_station_has_no_margin_and_no_power() -> None:
    """A stratum of one station beside a larger one gives no margin; the drawing says so, and no power is promised."""
    base = healthy()[names().index("random_sample")]
    copies = base.copies
    assert copies is not None
    few = copies.take(np.arange(3))
    few = replace(few, places={"region": Labels.of(["A", "A", "B"]), **few.places})
    sampling = Sampling("random", "region", {"A": 50, "B": 60})
    outcome = method("random_sample").run(replace(base, copies=few, sampling=sampling))
    presentable(method("random_sample"), outcome)
    assert isinstance(outcome, Finding)
    assert outcome.answer.outcome == "no_margin"
    assert not outcome.answer.power
