"""At which doses each manipulation is tried, and which of the field's thirteen it is.

The thirteen, F1 to F13, are the manipulations that the literature describes; each has a scenario here, with the
dose in votes (``of_leader``: a part of the leader's votes), the extent (a share of the stations, or a number of
districts) and the clustering (stations anywhere, whole districts, whole regions, or coordinated) where they make sense.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recanvass.smallest import MANIPULATIONS

#: Each manipulation with the doses at which it is tried; the first one also in a quick run.
DOSES: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "rounded_results": (
        {"extent": 0.01},
        {"extent": 0.002},
        {"extent": 0.05},
        {"extent": 0.2},
        {"extent": 0.01, "clustering": "stations"},
        {"extent": 0.05, "clustering": "stations"},
        {"extent": 0.05, "clustering": "regions"},
        {"extent": 0.05, "clustering": "coordinated"},
        {"extent": 0.05, "part": 0.3},
        {"districts": 1, "part": 0.5},
    ),
    "invented_turnout": ({"extent": 0.05}, {"extent": 0.01}, {"extent": 0.2}),
    "copied_percentage": (
        {"part": 0.3},
        {"part": 0.3, "least": 50},
        {"part": 0.15},
        {"part": 0.6},
        {"part": 0.3, "jitter": 1},
        {"part": 0.3, "jitter": 2},
        {"part": 0.6, "jitter": 3},
        {"part": 0.3, "districts": 5},
    ),
    "copied_result": (
        {"copies": 6},
        {"copies": 3},
        {"copies": 12},
        {"copies": 6, "jitter": 1},
        {"copies": 12, "jitter": 3},
        {"copies": 20},
    ),
    "pasted_protocols": ({"copies": 8}, {"copies": 4}, {"copies": 8, "jitter": 1}),
    "equalised_results": (
        {"noise": 0.2},
        {"noise": 0.4},
        {"noise": 0.6},
        {"noise": 0.8},
        {"noise": 0.6, "districts": 8},
    ),
    "broken_accounts": (
        {"extent": 0.05},
        {"extent": 0.005},
        {"extent": 0.02},
        {"extent": 0.05, "clustering": "regions"},
    ),
    "altered_total": ({"dose": 0.03}, {"dose": 0.001}, {"dose": 0.01}, {"dose": 0.1}),
    "assigned_results": ({"districts": 5},),
    "stuffed_units": ({"extent": 0.05, "dose": 0.2}, {"extent": 0.2, "dose": 0.1}),
    "ballot_stuffing": (
        {"extent": 0.2},
        {"extent": 0.02},
        {"extent": 0.2, "of_leader": 0.03},
        {"extent": 0.6, "of_leader": 0.1},
        {"extent": 0.2, "clustering": "districts"},
        {"extent": 0.2, "clustering": "coordinated"},
    ),
    "vote_switching": (
        {"extent": 0.2},
        {"extent": 0.05, "of_leader": 0.005},
        {"extent": 0.6, "of_leader": 0.1},
        {"extent": 0.2, "clustering": "districts"},
    ),
    "stuffing_and_switching": ({"extent": 0.2}, {"extent": 0.6}),
    "extreme_stations": ({"extent": 0.02}, {"extent": 0.2}, {"extent": 0.02, "clustering": "districts"}),
    "inflated_turnout": ({"extent": 0.3}, {"extent": 0.3, "of_leader": 0.05}, {"extent": 0.3, "clustering": "regions"}),
    "swapped_options": ({"extent": 0.02}, {"extent": 0.02, "clustering": "districts"}),
    "late_batch": ({"extent": 0.1},),
    "unobserved_stations": ({"observed": 0.2},),
    "ballot_batches": ({"dose": 0.3}, {"dose": 0.03}),
    "electronic_shift": ({"dose": 0.25}, {"dose": 0.1}),
    "rounded_totals": ({"decimals": 1}, {"decimals": 2}),
    "altered_protocols": ({"extent": 0.2}, {"extent": 0.05}, {"extent": 0.01}),
    "swollen_totals": (
        {"dose": 0.4},
        {"observed": 0.2, "dose": 0.4},
        {"observed": 0.2, "dose": 0.1},
        {"observed": 0.2, "dose": 0.4, "lot": False},
    ),
    "falling_bulletins": ({"dose": 0.2}, {"dose": 0.05}),
    "photographed_ballots": ({"dose": 0.9}, {"dose": 0.5}, {"dose": 0.9, "extent": 0.02}),
    "rounded_early_votes": ({"extent": 0.1}, {"extent": 0.02}, {"extent": 0.4}),
    "imitated_results": ({"districts": 3}, {"districts": 12}),
    "added_since_earlier": (
        {"extent": 0.1},
        {"extent": 0.02},
        {"extent": 0.5},
        {"extent": 0.2, "of_leader": 0.03},
        {"extent": 0.1, "clustering": "districts"},
    ),
    "moved_since_earlier": ({"extent": 0.1}, {"extent": 0.5}, {"extent": 0.1, "clustering": "districts"}),
    "added_beside_machines": (
        {"extent": 0.5},
        {"extent": 0.1},
        {"extent": 0.5, "of_leader": 0.03},
        {"extent": 1.0, "moved": True},
        {"extent": 0.5, "earlier": False},
    ),
    "proportional_shift": ({"dose": 0.05}, {"of_leader": 0.3}),
    "honest_swing": ({"swing": 1.0}, {"swing": 2.0}),
    "placed_machines": (
        {"placing": 1.0},
        {"placing": 1.0, "earlier": False},
        {"placing": 0.0, "leaning": 0.0, "earlier": False},
        {"placing": 1.0, "leaning": 0.6},
    ),
}

#: The methods that were made for a manipulation, whether or not they may raise the headline. They are asked in its
#: cells, and the table says in how many contests there was something to ask them.
MADE_FOR: Mapping[str, tuple[str, ...]] = {
    "rounded_results": ("coarse_fractions", "integer_percentages"),
    "invented_turnout": ("coarse_fractions", "integer_percentages"),
    "copied_percentage": ("repeated_percentages",),
    "copied_result": ("copied_results",),
    "pasted_protocols": ("identical_protocols",),
    "swollen_totals": ("copies_against_totals", "random_sample"),
    "falling_bulletins": ("announced_bulletins",),
    "photographed_ballots": ("ballot_photographs",),
    "rounded_early_votes": ("early_percentages",),
    "equalised_results": ("variance_within_areas",),
    "broken_accounts": ("account_identities",),
    "altered_total": ("account_identities",),
    "stuffed_units": ("sibling_units",),
    "late_batch": ("late_counts",),
    "unobserved_stations": ("randomised_observers",),
    "ballot_batches": ("ballot_sequence",),
    "electronic_shift": ("electronic_against_paper",),
    "rounded_totals": ("announced_percentages",),
    "altered_protocols": ("copies_against_protocols", "copies_against_totals", "random_sample"),
    "added_since_earlier": ("panel_jumps", "vote_flow"),
    "moved_since_earlier": ("panel_jumps", "vote_flow"),
    "honest_swing": ("panel_jumps", "vote_flow"),
    "added_beside_machines": ("machine_counted_controls",),
    "placed_machines": ("machine_counted_controls",),
}

#: Honest contests outside the class of clean ones, because more is known of them than a table, and what is planted
#: into contests of the same kind: their cells say how often the methods made for it speak where nothing was done.
HONEST: Mapping[str, tuple[str, ...]] = {
    "honest_swing": ("added_since_earlier", "moved_since_earlier"),
    "placed_machines": ("added_beside_machines",),
}

__all__ = ["DOSES", "HONEST", "MADE_FOR", "MANIPULATIONS"]
