"""What each column is: the dictionary proposes, arithmetic over the rows decides, the rest is asked.

The figures that headers propose are tried in every combination that the dictionary leaves open;
each is scored by the identities it satisfies: valid + invalid = ballots, sum of the options =
valid (or ballots − invalid), registered ≥ ballots. The columns of whole numbers without a meaning
are options if they add up to the target exactly (`identities.best_set`). Where the table gives no
target at all, they are options only if they stand side by side, and neither their names nor their
values speak against it. Whatever stays open is `Open`, and is asked or refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from recanvass.reading import identities, standing, traits
from recanvass.reading.assignment import SUMMED, Proposal, assigned, summed, targets, with_boxes
from recanvass.reading.dictionary import meanings, names_elsewhere, spoken
from recanvass.reading.identities import Fit, Target
from recanvass.reading.layout import Laid
from recanvass.reading.naming import called_votes, nameless_or_figures, numbers_rows, tells_figures, without_idle
from recanvass.reading.numbers import Column
from recanvass.results import COUNTS, LEVELS, Counts, Mask

#: The prefix of a column that says itself that it is an option (canonical tables).
VOTES = "votes:"


@dataclass(frozen=True)
class Open:
    """A figure that a person must decide: a key of ``[open]`` in ``phrases/columns.toml``."""

    figure: str
    question: str
    choices: tuple[int, ...] = ()


@dataclass(frozen=True)
class Decision:
    """What the columns are, by their positions.

    ``figures`` maps a canonical count to the columns whose sum it is; ``levels`` a level of place to
    its column; ``decided`` each name to ``header``, ``arithmetic``, ``mapping`` or ``person``;
    ``aside`` are columns of numbers left out, with a key of ``phrases/columns.toml``.
    """

    figures: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    levels: Mapping[str, int] = field(default_factory=dict)
    options: Mapping[str, int] = field(default_factory=dict)
    decided: Mapping[str, str] = field(default_factory=dict)
    aside: Mapping[int, str] = field(default_factory=dict)
    open: tuple[Open, ...] = ()
    short: bool = False


def proposed(table: Laid, columns: Sequence[Column]) -> Proposal:
    """The meanings of the headers, and the columns of counts that have none."""
    spoken_here = set(spoken(table.headers))
    tongues = {*spoken_here, "en"}
    named = {m.name for h in table.headers for m in meanings(h) if m.kind == "level" and m.language in spoken_here}
    figures: dict[int, tuple[str, ...]] = {}
    levels: dict[str, list[int]] = {}
    unnamed: list[int] = []
    aside: dict[int, str] = {}
    for j, header in enumerate(table.headers):
        column = columns[j]
        found = meanings(header)
        found = tuple(m for m in found if m.language in tongues) or (() if names_elsewhere(header) else found)
        kinds = {m.kind for m in found}
        names = tuple(dict.fromkeys(m.name for m in found if m.kind == "figure" and m.name in COUNTS))
        level = next((m.name for m in found if m.kind == "level"), "")
        if column.kind == "empty":
            continue
        if level and column.kind == "count" and found[0].language not in spoken_here and level in named:
            level = ""  # PS is a polling station in English and a party in Albania
        if names and "ignored" not in kinds and column.kind == "count":
            figures[j] = names
        elif header.startswith("x_"):
            aside[j] = "extra"
        elif level and not names:
            levels.setdefault(level, []).append(j)
        elif "ignored" in kinds and ("option" not in kinds or numbers_rows(column, table.headers, j)):
            aside[j] = "named"
        elif column.kind == "count":
            unnamed.append(j)
    chosen = _levels(table, levels, columns)
    told = called_votes(table.headers, unnamed)
    if told and not {"valid", "ballots"} & {name for names in figures.values() for name in names}:
        total = standing.total_of(told, unnamed, columns)
        if total is not None:
            figures[total] = ("valid",)
            unnamed.remove(total)
    spare = {j for js in levels.values() for j in js if columns[j].kind == "count"} - set(chosen.values())
    return Proposal(figures, chosen, tuple(unnamed), aside | dict.fromkeys(sorted(spare), "named"))


def _levels(table: Laid, found: Mapping[str, list[int]], columns: Sequence[Column]) -> dict[str, int]:
    """One column a level; of several for the station that which tells the most stations apart."""
    chosen: dict[str, int] = {}
    for level in LEVELS:
        candidates = [j for j in found.get(level, []) if columns[j].kind != "empty"]
        if level == "station" and len(candidates) > 1:
            distinct = {j: table.cells.to_series(j).n_unique() for j in candidates}
            most = max(distinct.values())
            candidates = [j for j in candidates if distinct[j] == most]
        if candidates:
            chosen[level] = candidates[0]
    spare = [j for level in LEVELS[:-1] for j in found.get(level, [])[1:]]
    for level in ("district", "subdistrict"):
        if level not in chosen and "region" in chosen:
            finer = [j for j in spare if j > chosen["region"] and columns[j].kind == "text"]
            if finer:
                chosen[level] = finer[0]
                spare.remove(finer[0])
    return chosen


def station_like(table: Laid, taken: set[int]) -> int | None:
    """A column that names each record differently, where no header says *station*."""
    n = len(table.cells)
    for j, header in enumerate(table.headers):
        if j in taken or not header or n < 2:
            continue
        cells = table.cells.to_series(j)
        if cells.n_unique() == n and not (cells.is_null() | (cells == "")).any():
            return j
    return None


def decide(table: Laid, columns: Sequence[Column]) -> Decision:
    """What each column is.

    Parameters
    ----------
    table : Laid
    columns : sequence of Column
        Each column read as counts, where it seems to hold any.
    """
    proposal = proposed(table, columns)
    levels = dict(proposal.levels)
    if "station" not in levels:
        taken = {*levels.values(), *proposal.figures, *proposal.unnamed}
        named = [j for j in range(len(columns)) if columns[j].kind in ("text", "decimal") or j in proposal.aside]
        index = station_like(table, taken | set(range(len(columns))) - set(named))
        if index is not None:
            levels["station"] = index
    explicit = {h[len(VOTES) :]: j for j, h in enumerate(table.headers) if h.startswith(VOTES)}
    if explicit:
        return _canonical(proposal, levels, explicit, columns)
    proposal, repeated = _without_group_figures(table, columns, proposal, levels)
    best, rivals = assigned(proposal, columns)
    decision = _options(table, columns, proposal, best, levels)
    decision = replace(decision, aside={**proposal.aside, **repeated, **decision.aside})
    if rivals and not decision.open:
        names = sorted({name for j in rivals for name in proposal.figures[j]})
        decision = replace(decision, open=(Open(names[0], "which", tuple(rivals)),))
    return decision


def _canonical(
    proposal: Proposal, levels: Mapping[str, int], explicit: Mapping[str, int], columns: Sequence[Column]
) -> Decision:
    figures: dict[str, tuple[int, ...]] = {}
    for j, names in proposal.figures.items():
        if columns[j].kind == "count" and (names[0] not in figures or names[0] in SUMMED):
            figures[names[0]] = (*figures.get(names[0], ()), j)
    figures = {name: standing.parts_of(js, columns, figures.get("blank", ())) for name, js in figures.items()}
    decided = dict.fromkeys([*figures, *levels, *explicit], "header")
    rest = {j: "extra" for j in proposal.unnamed if j not in explicit.values()}
    return Decision(figures, levels, dict(explicit), decided, {**proposal.aside, **rest})


def _without_group_figures(
    table: Laid, columns: Sequence[Column], proposal: Proposal, levels: Mapping[str, int]
) -> tuple[Proposal, dict[int, str]]:
    """Leave out figures of a whole centre that are repeated on each of its rows."""
    places = [j for j, c in enumerate(columns) if c.kind == "text" or j in levels.values() or j in proposal.aside]
    suspects = [j for j, names in proposal.figures.items() if {"registered", "ballots"} & set(names)]
    if len(table.cells) < 50 or not suspects:
        return proposal, {}
    head = table.cells.head(20_000)
    groups = traits.group_codes(head, places)
    gone = {j: "repeated" for j in suspects if traits.repeated(columns[j], len(head), groups)}
    figures = {j: names for j, names in proposal.figures.items() if j not in gone}
    return replace(proposal, figures=figures), gone


def _options(
    table: Laid,
    columns: Sequence[Column],
    proposal: Proposal,
    figures: Mapping[str, tuple[int, ...]],
    levels: Mapping[str, int],
) -> Decision:
    unnamed = proposal.unnamed
    whole = with_boxes(figures)
    arrays = {name: summed(js, columns) for name, js in whole.items()}
    decided = {**dict.fromkeys(whole, "header"), **dict.fromkeys(levels, "header")}
    for j, names in proposal.figures.items():
        if len(names) > 1:
            decided |= {n: "arithmetic" for n in names if whole.get(n) == (j,)}
    said = {name: {m.name for j in js for m in meanings(table.headers[j])} for name, js in whole.items()}
    decided |= {name: "arithmetic" for name, js in whole.items() if len(js) > 1 or name not in said[name]}
    made = Decision(whole, levels, {}, decided)
    if not unnamed:
        return replace(made, open=(Open("votes", "no_options"),))
    rows = identities.spread(len(columns[0]))
    votes = np.stack([columns[j].values[rows] for j in unnamed], axis=1)
    fits: list[tuple[float, int, Fit, Target]] = []
    informative = 0
    sums: dict[tuple[int, ...], Counts] = {}
    for order, target in enumerate(targets(arrays)):
        small = Target(target.name, target.values[rows], target.known[rows])
        fit = identities.best_set(unnamed, votes, small)
        informative = max(informative, fit.rows)
        if not fit.columns:
            continue
        if fit.columns not in sums:
            sums[fit.columns] = summed(fit.columns, columns)[0]
        full, _ = identities.rate(sums[fit.columns], target)
        if full >= identities.HOLDS:
            fits.append((full, -order, fit, target))
    if not fits:
        wider = _widened(table, proposal, columns, levels, arrays)
        if wider is not None:
            return _options(table, columns, wider, figures, wider.levels)
    if fits:
        fit = max(fits, key=lambda f: (f[0], f[1]))[2]
        inside = [j for j in unnamed if j not in fit.columns and not columns[j].values.any()]
        span = range(min(fit.columns), max(fit.columns) + 2)
        chosen_columns = without_idle(table.headers, sorted({*fit.columns, *(j for j in inside if j in span)}), columns)
        if standing.sums_of_others(chosen_columns, unnamed, columns):
            return replace(made, open=(Open("votes", "sums", tuple(unnamed)),))
        if standing.interchangeable(chosen_columns, unnamed, columns):
            return replace(made, open=(Open("votes", "unconfirmed", tuple(unnamed)),))
        if standing.another_contest(chosen_columns, unnamed, columns, targets(arrays)):
            return replace(made, open=(Open("votes", "halves", tuple(unnamed)),))
        return _made(table, made, chosen_columns, unnamed, "arithmetic", contradictions(arrays))
    return _by_position(table, columns, proposal, made, arrays, informative)


def _widened(
    table: Laid,
    proposal: Proposal,
    columns: Sequence[Column],
    levels: Mapping[str, int],
    arrays: Mapping[str, tuple[Counts, Mask]],
) -> Proposal | None:
    """The proposal with further columns of counts among the options, if only with them they add up exactly.

    An option may be called like something else: *PS*, *Number*, *Date Palm Party*. But numbers of rows or of places,
    which go up by one, bring three rows of many options to a total by luck.
    """
    names = [j for j, why in proposal.aside.items() if why == "named" and columns[j].kind == "count"]
    places = [j for j in levels.values() if columns[j].kind == "count"]
    more = sorted({*names, *places} - set(proposal.unnamed))
    more = [j for j in more if not numbers_rows(columns[j], table.headers, j) and not tells_figures(table.headers[j])]
    if not more or len(columns[0]) < 3:
        return None
    candidates = sorted({*proposal.unnamed, *more})
    rows = identities.spread(len(columns[0]))
    votes = np.stack([columns[j].values[rows] for j in candidates], axis=1)
    for target in targets(arrays):
        fit = identities.best_set(candidates, votes, Target(target.name, target.values[rows], target.known[rows]))
        gained = [j for j in fit.columns if j in more and votes[:, candidates.index(j)].any()]
        if fit.rate >= 0.9 and fit.rows >= 3 and gained:
            return replace(
                proposal,
                unnamed=tuple(sorted({*proposal.unnamed, *gained})),
                levels={level: j for level, j in levels.items() if j not in gained},
                aside={j: why for j, why in proposal.aside.items() if j not in gained},
            )
    return None


def _made(
    table: Laid,
    made: Decision,
    chosen: Sequence[int],
    unnamed: Sequence[int],
    how: str,
    opened: tuple[Open, ...],
) -> Decision:
    options = {table.headers[j]: j for j in chosen}
    aside = {j: "not_in_sum" for j in unnamed if j not in chosen}
    decided = {**made.decided, **dict.fromkeys(options, how)}
    return replace(made, options=options, decided=decided, aside=aside, open=opened)


def _by_position(
    table: Laid,
    columns: Sequence[Column],
    proposal: Proposal,
    made: Decision,
    arrays: Mapping[str, tuple[Counts, Mask]],
    informative: int,
) -> Decision:
    """Options by their place in the table, where no total confirms them."""
    places = [j for j, c in enumerate(columns) if c.kind in ("text",) or j in proposal.aside]
    places += [j for j in made.levels.values() if j not in places]
    groups = traits.group_codes(table.cells, places)
    aside: dict[int, str] = {}
    left = []
    for j in proposal.unnamed:
        found = traits.trait(columns[j], table.cells.to_series(j), groups)
        if found:
            aside[j] = found
        else:
            left.append(j)
    known = [t for t in targets(arrays) if t.values[t.known].any()]
    uncertain = standing.uncertain(table, columns, proposal, left, aside)
    short = False
    if known and informative >= 3:
        needed = standing.needed(left, uncertain, columns, known)
        left, aside = sorted({*left, *needed}), {j: why for j, why in aside.items() if j not in needed}
        more = {j for j, why in aside.items() if why in ("identifier", "constant", "repeated")}
        short = standing.falls_short(left, columns, known)
        short = short and not any(
            standing.falls_short([*left, j], columns, known) for j in more.union(uncertain).difference(needed)
        )
        if not short:
            return replace(made, aside=aside, open=(Open("votes", "no_sum", tuple(proposal.unnamed)),))
    summing = standing.hidden_total(left, columns) or (len(left) > 1 and standing.shares_given(table, left, columns))
    doubtful = nameless_or_figures(table.headers, left)
    open_ = len(left) < 2 or doubtful or summing or (uncertain and not short)
    if open_ or not standing.side_by_side(left, columns, aside):
        return replace(made, aside=aside, open=(Open("votes", "unconfirmed", tuple(proposal.unnamed)),))
    registered = arrays.get("registered")
    against = traits.no_contest([columns[j] for j in left], [table.headers[j] for j in left], registered)
    if against:
        return replace(made, aside=aside, open=(Open("votes", against, tuple(proposal.unnamed)),))
    decision = _made(table, made, left, proposal.unnamed, "header", contradictions(arrays))
    return replace(decision, aside={**decision.aside, **aside}, short=short)


def contradictions(arrays: Mapping[str, tuple[Counts, Mask]]) -> tuple[Open, ...]:
    """Figures that the headers may have the wrong way round: far apart at most stations."""
    found = []
    if {"valid", "invalid", "ballots"} <= set(arrays):
        v, i, b = (arrays[name] for name in ("valid", "invalid", "ballots"))
        known = v[1] & i[1] & b[1] & (b[0] > 0)
        extra = arrays["blank"][0] if "blank" in arrays else 0
        off = np.minimum(np.abs(v[0] + i[0] - b[0]), np.abs(v[0] + i[0] + extra - b[0]))
        if known.sum() >= 3 and (off * 5 > b[0])[known].mean() > 0.5:
            found.append(Open("ballots", "balance"))
    if {"registered", "ballots"} <= set(arrays):
        r, b = arrays["registered"], arrays["ballots"]
        known = r[1] & b[1] & (r[0] > 0)
        if known.sum() >= 3 and (b[0] * 5 > r[0] * 6)[known].mean() > 0.5:
            found.append(Open("registered", "turnout"))
    return tuple(found)
