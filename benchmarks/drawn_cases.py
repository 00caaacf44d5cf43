"""What a contest lacks, drawn for it, so that every method of the battery has something to be timed on.

A table of results gets an earlier contest, machines, times of arrival, observers by lot, copies of three in ten
protocols, photographs, announced totals by area, ballots read out one by one and votes cast electronically. Three
things need a table of their own, or a column more: places divided by surname, ballots issued early, and
what few figures are announced of a whole country. `DRAWN` says of each method what was drawn for it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from recanvass.case import Announced, Case
from recanvass.observation import Arrivals, Observers, Sampling
from recanvass.results import Labels, Results
from recanvass.sibling_worlds import divided_contest

#: What was drawn for a method, in words; what is not here needs the table alone.
DRAWN = {
    "announced_bulletins": "two bulletins of every area",
    "announced_percentages": "the totals of every area",
    "ballot_photographs": "copies of three stations in ten, photographs of a fifth of their ballots",
    "ballot_sequence": "the ballots of one station in a thousand",
    "copies_against_protocols": "copies of three stations in ten",
    "copies_against_totals": "copies of three stations in ten, the totals of every region",
    "early_percentages": "a column of early ballots",
    "electronic_against_paper": "electronic votes of every district, or region",
    "late_counts": "times of arrival",
    "machine_counted_controls": "a list of machines, one station in ten",
    "panel_jumps": "an earlier contest",
    "random_sample": "copies of three stations in ten",
    "randomised_observers": "observers at one station in ten",
    "sibling_units": "another table, of as many stations in pairs",
    "vote_flow": "an earlier contest",
}

#: Methods whose numbers are few in any country, however many stations it has: as many areas as the table gives.
ANNOUNCED = ("announced_bulletins", "announced_percentages", "copies_against_totals")


def drawn_case(name: str, results: Results) -> Case:
    """The table as the case that a method is asked of; whatever it lacks is drawn."""
    rng = np.random.default_rng(3)
    if name == "sibling_units":
        divided, division = divided_contest(rng, max(1, len(results) // 2))
        return Case.of(divided, division=division)
    if name == "early_percentages":
        registered, cast = results.whole("registered"), results.whole("ballots")
        assert registered is not None
        assert cast is not None
        early = rng.binomial(np.maximum(cast, 0), rng.beta(4, 16, len(results)))
        return Case.of(_with_column(results, "issued_early", early))
    if name in ("panel_jumps", "vote_flow"):
        return replace(Case.of(results), earlier={"the earlier contest": _earlier(results, rng)})
    if name in ("machine_counted_controls",):
        return replace(Case.of(results), machine_counted=_named(results, 0.1, rng))
    if name == "late_counts":
        times = rng.random(len(results)).tolist()
        return replace(Case.of(results), arrivals=Arrivals(dict(zip(results.stations, times, strict=True))))
    if name == "randomised_observers":
        return replace(Case.of(results), observers=Observers("random", _named(results, 0.1, rng)))
    if name == "ballot_sequence":
        return replace(Case.of(results), ballot_sequences=_read_out(results, rng))
    if name == "electronic_against_paper":
        return replace(Case.of(results), electronic=_electronic(results, rng))
    if name in ("copies_against_protocols", "copies_against_totals", "random_sample", "ballot_photographs"):
        return _copied(name, results, rng)
    if name in ANNOUNCED:
        return replace(Case.of(results), announced=_announced(results, _areas(results), name == "announced_bulletins"))
    return Case.of(results)


def _with_column(results: Results, name: str, values: np.ndarray) -> Results:
    return replace(results, counts={**results.counts, name: values.astype(np.int64)})


def _earlier(results: Results, rng: np.random.Generator) -> Results:
    base = results.votes.sum(axis=1)
    rate = results.votes / np.maximum(base, 1)[:, None]
    votes = rng.binomial(base[:, None], np.clip(rate * rng.normal(1, 0.05, rate.shape), 0, 1))
    return results.with_counts(votes=votes, valid=votes.sum(axis=1)) if "valid" in results.counts else results


def _named(results: Results, part: float, rng: np.random.Generator) -> tuple[str, ...]:
    return tuple(results.stations[i] for i in np.flatnonzero(rng.random(len(results)) < part))


def _read_out(results: Results, rng: np.random.Generator) -> dict[str, tuple[str, ...]]:
    chosen = np.flatnonzero(results.votes.sum(axis=1) > 0)
    chosen = rng.permutation(chosen)[: max(1, len(results) // 1000)]
    options = np.array(results.options, dtype=object)
    return {
        results.stations[i]: tuple(rng.permutation(np.repeat(options, results.votes[i])).tolist())
        for i in chosen.tolist()
    }


def _areas(results: Results) -> str:
    return "district" if "district" in results.places else next(iter(results.places))


def _electronic(results: Results, rng: np.random.Generator) -> Results:
    level = _areas(results)
    areas = results.areas(level)
    votes = np.stack([np.bincount(areas.codes[areas.codes >= 0], results.votes[areas.codes >= 0, j], len(areas))
                      for j in range(len(results.options))], axis=1)  # fmt: skip
    online = rng.poisson(votes * rng.lognormal(-3, 0.2, votes.shape)).astype(np.int64)
    places = {level: Labels.of([results.places[level].values()[areas.rows(k)[0]] for k in range(len(areas))])}
    if level == "district" and "region" in results.places:
        regions = [results.places["region"].values()[areas.rows(k)[0]] for k in range(len(areas))]
        places = {"region": Labels.of(regions), **places}
    return Results(results.options, online, {"valid": online.sum(axis=1)}, places=places)


def _announced(results: Results, level: str, twice: bool = False) -> tuple[Announced, ...]:
    areas = results.areas(level)
    figures = []
    for code, name in enumerate(areas.names):
        here = areas.codes == code if len(areas) < 200 else areas.rows(code)
        for option, count in zip(results.options, results.votes[here].sum(axis=0).tolist(), strict=True):
            for bulletin, given in (("1", count // 2), ("2", count)) if twice else (("", count),):
                figures.append(Announced(option, given, territory=name, bulletin=bulletin))
    return tuple(figures)


def _copied(name: str, results: Results, rng: np.random.Generator) -> Case:
    rows = np.flatnonzero(rng.random(len(results)) < 0.3)
    copies = results.take(rng.permutation(rows))
    case = replace(Case.of(results), copies=copies)
    totals = tuple(Announced(option, results.totals[option]) for option in results.options)
    if name == "copies_against_totals":
        level = "region" if "region" in results.places else _areas(results)
        return replace(case, announced=(*totals, *_announced(results, level)))
    if name == "random_sample":
        sampling = Sampling("random", frame={"": len(results)}, drawn={"": len(rows)})
        return replace(case, announced=totals, sampling=sampling)
    if name == "ballot_photographs":
        seen = rng.binomial(np.maximum(copies.votes, 0), 0.2)
        photographs = Results(copies.options, seen, places=copies.places)
        return replace(case, photographs=photographs, verified=("unique", "dated", "signed"))
    return case


__all__ = ["DRAWN", "drawn_case"]
