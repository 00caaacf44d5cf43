"""The calibration that ships: how often the words would be wrong about an honest contest, as measured.

``calibration.json`` is made by ``recanvass calibrate`` (`recanvass.calibration`); here it is only read, so that
a dossier needs none of the rooms that make it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def table() -> Mapping[str, Any]:
    """The table that ships with this version; empty where there is none."""
    path = resources.files("recanvass") / "calibration.json"
    if not path.is_file():
        return {}
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def false_alarms(name: str) -> Mapping[str, Any]:
    """False alarms of one method in clean contests, by level; empty where they were not measured."""
    return dict(table().get("methods", {}).get(name, {}))


def alarm_limit() -> Mapping[str, Any]:
    """The limit that is promised for the headline, and what was measured."""
    return {"limit": 0.01, "class": "", "worlds": 0, "alarms": 0} | dict(table().get("headline", {}))


__all__ = ["alarm_limit", "false_alarms", "table"]
