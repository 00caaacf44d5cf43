"""The works that methods rest on, by key; the entries stand in ``citations.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources

CITATIONS: Mapping[str, Mapping[str, str | int]] = tomllib.loads(
    (resources.files("recanvass") / "citations.toml").read_text(encoding="utf-8")
)
