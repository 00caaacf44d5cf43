"""The smallest manipulation that would have been seen in one contest, by type, and what is seen at no size.

The field describes thirteen manipulations, F1 to F13; `MANIPULATIONS` names the scenarios that plant each. What a
method of class A or B could have seen *here* stands in its finding (`Answer.power`), found at the level of the
headline (`recanvass.plantings`). What no such method sees stands in the calibration that ships: a manipulation is
called unseen if in all simulated contests that it was planted in, at every dose, the headline spoke no more often
than it may in clean ones, or if one method alone sees it and could not be asked. Its largest dose is told in
stations and votes of the contest at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from recanvass import wording
from recanvass.finding import Finding, Skipped
from recanvass.measured_alarms import table
from recanvass.results import Results

#: The field's number of a manipulation, and the scenarios that plant it.
MANIPULATIONS: Mapping[str, tuple[str, ...]] = {
    "F1": ("ballot_stuffing", "stuffed_units", "ballot_batches"),
    "F2": ("vote_switching", "electronic_shift"),
    "F3": ("stuffing_and_switching",),
    "F4": ("rounded_results", "invented_turnout"),
    "F5": ("copied_percentage",),
    "F6": ("copied_result",),
    "F7": ("extreme_stations",),
    "F8": ("inflated_turnout",),
    "F9": ("swapped_options",),
    "F10": ("proportional_shift",),
    "F11": ("late_batch",),
    "F12": ("unobserved_stations",),
    "F13": ("imitated_results",),
}

#: What is told of each method, in this order: the type (empty: none of the thirteen), the phrase, and the facts of
#: its power that are the stations planted, those they are among, and the votes cast there.
TOLD: tuple[tuple[str, str, str, str, str, str], ...] = (
    ("F4", "integer_percentages", "round_in_area", "area", "area_size", "area_votes"),
    ("F4", "integer_percentages", "round_anywhere", "most", "stations", "most_votes"),
    ("F4", "coarse_fractions", "coarse_anywhere", "planted", "stations", "votes"),
    ("F5", "repeated_percentages", "repeated_in_area", "stations", "area_stations", "votes"),
    ("F6", "copied_results", "scaled_in_area", "copies", "area_stations", "votes"),
    ("F6", "identical_protocols", "same_in_area", "cluster", "area_stations", "votes"),
    ("", "variance_within_areas", "too_alike", "area_size", "area_size", "votes"),
    ("", "account_identities", "beside_accounts", "stations", "", "votes"),
)


#: Manipulations that one method alone sees, from more than a table by station: unseen where it was not asked.
ONLY_BY: Mapping[str, str] = {"stuffed_units": "sibling_units", "unobserved_stations": "randomised_observers"}


@dataclass(frozen=True)
class Smallest:
    """What the headline would have shown in a contest, and what it would not.

    Parameters
    ----------
    seen : tuple of mapping
        ``type``, ``manipulation``, ``method``, ``stations``, ``of``, ``votes`` (all votes cast at those stations;
        beside the accounts: the votes added), ``sentence``.
    unpromised : tuple of str
        Manipulations of which nothing can be promised here, and why, in words.
    unseen : tuple of mapping
        ``type``, ``manipulation``, ``contests``, ``alarms``, ``stations`` and ``votes`` of the largest dose tried
        (None where it was not counted so), ``sentence``.
    """

    seen: tuple[Mapping[str, Any], ...] = ()
    unpromised: tuple[str, ...] = ()
    unseen: tuple[Mapping[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {
            "seen": [dict(one) for one in self.seen],
            "unpromised": list(self.unpromised),
            "unseen": [dict(one) for one in self.unseen],
        }


def smallest(
    counted: Sequence[Finding],
    results: Results | None = None,
    language: str = "en",
    skipped: Sequence[Skipped] = (),
) -> Smallest:
    """What these findings of class A and B would have shown, and what nothing that counts would have shown.

    ``skipped`` are the methods that could not be asked, which is why nothing is promised of what they look for.
    Without results by station nothing is said of what is unseen: all that is known of it is of stations.
    """
    by_name = {finding.method: finding for finding in counted}
    seen, missing = [], []
    for kind, name, key, planted, among, votes in TOLD:
        facts = by_name[name].answer.power if name in by_name else {}
        whole_contest = key == "round_in_area" and facts.get("area_size") == facts.get("stations")
        if planted not in facts or whole_contest:
            named = wording.phrase("smallest", "name", key, language=language)
            missing.append(f"{named} – {_why_nothing(key, name, name in by_name, skipped, language)}")
            continue
        key = f"{key}_{facts['phrase']}" if facts.get("phrase", "text") != "text" else key
        sentence = wording.phrase("smallest", "seen", key, facts=facts, language=language)
        seen.append(
            {
                "type": kind,
                "manipulation": key,
                "method": name,
                "stations": facts[planted],
                "of": facts.get(among),
                "votes": facts[votes],
                "sentence": sentence,
            }
        )
    stations = results is not None and len(results) > 0
    return Smallest(
        tuple(seen),
        tuple(missing) if stations else (),
        tuple(_unseen(results, set(by_name), language)) if results and stations else (),
    )


def _why_nothing(key: str, name: str, asked: bool, skipped: Sequence[Skipped], language: str) -> str:
    """Why nothing is promised of a manipulation: its method could not be asked, or would not see it at any size."""
    for one in skipped:
        if one.method == name:
            return wording.skipped(name, one.code, one.facts, language)
    return wording.phrase("smallest", "nothing", key if asked else "unasked", language=language)


def _unseen(results: Results, asked: set[str], language: str) -> Iterator[Mapping[str, Any]]:
    won = results.totals[results.options[results.leader]] if results.options else 0
    for kind, scenarios in MANIPULATIONS.items():
        for name in scenarios:
            cells = [cell for cell in table().get("power", ()) if cell["scenario"] == name]
            trials, alarms = sum(cell["trials"] for cell in cells), sum(cell["alarms"] for cell in cells)
            limit = float(table().get("headline", {}).get("limit", 0.0))
            seen = alarms > limit * trials + 3 * sqrt(limit * trials)
            unasked = name in ONLY_BY and ONLY_BY[name] not in asked
            if not trials or (seen and not unasked):
                continue
            extents = [_extent(name, cell["parameters"]) for cell in cells]
            most = max((e for e in extents if e is not None), default=None)
            moved = max((cell["parameters"].get("of_leader", 0.0) for cell in cells), default=0.0)
            facts: dict[str, Any] = {
                "contests": trials,
                "alarms": alarms,
                "stations": None if most is None else round(most * len(results)),
                "votes": round(moved * won) if moved and won > 0 else None,
            }
            told = "votes" if facts["votes"] else "stations" if facts["stations"] else "plain"
            if seen:  # where its method can be asked
                facts["stations"] = facts["votes"] = None
                told = "unasked"
            what = wording.phrase("smallest", "unseen", name, language=language)
            sentence = wording.phrase("smallest", "dose", told, facts=facts | {"what": what}, language=language)
            yield {"type": kind, "manipulation": name, **facts, "sentence": sentence}


def _extent(name: str, parameters: Mapping[str, Any]) -> float | None:
    """The part of the stations that a dose touches; None where it is not a part of them."""
    if name == "proportional_shift":
        return 1.0
    if "observed" in parameters:
        return 1.0 - float(parameters["observed"])
    return float(parameters["extent"]) if "extent" in parameters else None
