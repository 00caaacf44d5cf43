"""The reference panel: class C and D statistics of the clean real contests and pairs of them, figures only.

    RECANVASS_DATA=... python benchmarks/panel.py [METHOD ...]

reads the canonical tables, asks every class C and D method, and writes ``src/recanvass/panel.json``. Where methods are
named, these alone are asked and the figures of the others stay as they stand in the file.

`PAIRED` need an earlier contest. A *pair* is a clean contest after the latest earlier clean one of its country of the same
kind (presidential, by lists, a referendum, ...), or of any kind where there is none; its figures stand under
``<contest> after <earlier contest>``. The two tables are made to speak alike as a user does with a mapping, by three rules:

- options: a code in square brackets at the end of a name goes, with what follows the first hyphen
  (``PSOE-PROGR. [000135]`` is ``PSOE``); if several options of a contest then share a name, the largest has it;
- stations: a whole number written as ``4.0`` is ``4``;
- places: a level that is empty in half of one table or more is taken out of both.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from recanvass.case import Case
from recanvass.finding import Finding
from recanvass.method import method, names
from recanvass.results import Labels, Results

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.conftest import canonical  # noqa: E402

#: Methods that compare a contest with an earlier one.
PAIRED = ("panel_jumps", "vote_flow")

#: Of class C where a contest does not bear class B.
SOMETIMES = ("sibling_units",)

_CODED = re.compile(r"\s*\[\w+\]$")
_WHOLE = re.compile(r"(?<=\d)\.0$")


def pairs(contests: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Contests with their predecessors, by the rule above; ``contests`` hold country, date and kind."""
    found = []
    for now, about in sorted(contests.items()):
        earlier = [n for n, a in contests.items() if a["country"] == about["country"] and a["date"] < about["date"]]
        alike = [n for n in earlier if contests[n]["kind"] == about["kind"]]
        if earlier:
            found.append((now, max(alike or earlier, key=lambda n: (contests[n]["date"], n))))
    return found


def option_names(results: Results) -> tuple[str, ...]:
    """The options without the codes of their office; of those that would then be called alike the largest is."""
    short = {o: _CODED.sub("", o).split("-")[0].strip() if _CODED.search(o) else o for o in results.options}
    first: dict[str, str] = {}
    for option in sorted(results.options, key=lambda o: -results.totals[o]):
        first.setdefault(short[option], option)
    return tuple(short[o] if short[o] and first[short[o]] == o else o for o in results.options)


def alike(now: Results, then: Results) -> tuple[Results, Results]:
    """Both tables with the names that a user's mapping would give them."""

    def empty(table: Results, level: str) -> bool:
        return level not in table.places or 2 * int((table.places[level].codes < 0).sum()) >= len(table)

    levels = [level for level in now.places if level == "station" or not (empty(now, level) or empty(then, level))]
    made = []
    for table in (now, then):
        places = {level: table.places[level] for level in levels if level in table.places}
        places["station"] = Labels.of([_WHOLE.sub("", name or "") for name in table.places["station"].values()])
        made.append(replace(table, options=option_names(table), places=places))
    return made[0], made[1]


def figures(case: Case, asked: Sequence[str]) -> dict[str, float]:
    """What each method gives for the panel, under ``<method>.<quantity>``."""
    found = {}
    for name in asked:
        outcome = method(name).run(case)
        if isinstance(outcome, Finding):
            for quantity, value in outcome.answer.facts.get("panel", {}).items():
                found[f"{name}.{quantity}"] = round(float(value), 6)
    return found


def main(wanted: Sequence[str] = ()) -> None:
    """Write the panel, or the figures of some methods into the one that is there."""
    data, place = Path(os.environ["RECANVASS_DATA"]), ROOT / "src" / "recanvass" / "panel.json"
    asked = [n for n in wanted or names() if wanted or method(n).evidence_class in "CD" or n in SOMETIMES]
    read = {p.stem: json.loads(p.read_text(encoding="utf-8")) for p in (data / "canonical").glob("*.json")}
    clean = {name: about for name, about in read.items() if about.get("label") in ("clean", "clean-ish")}
    kept = json.loads(place.read_text(encoding="utf-8")) if wanted else {}
    statistics: dict[str, dict[str, float]] = {
        name: values for name, values in kept.get("statistics", {}).items() if name.split(".")[0] not in asked
    }
    paired = {f"{now} after {then}": (now, then) for now, then in pairs(clean)}
    alone = [n for n in asked if n not in PAIRED]
    both = [n for n in asked if n in PAIRED]
    for name in [*sorted(clean if alone else ()), *(paired if both else ())]:
        if name in paired:
            now, then = (canonical(data, each) for each in paired[name])
            now, then = alike(now, then)
            made = figures(Case.of(now, earlier={paired[name][1]: then}), both)
        else:
            made = figures(Case.of(canonical(data, name)), alone)
        for statistic, value in made.items():
            statistics.setdefault(statistic, {})[name] = value
        print(name, made, flush=True)
    made_of = {each for values in statistics.values() for each in values}
    whole = {
        "contests": {name: about["country"] for name, about in clean.items()},
        "pairs": {name: clean[now]["country"] for name, (now, _) in paired.items() if name in made_of},
        "statistics": statistics,
    }
    place.write_text(json.dumps(whole, indent=0, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
