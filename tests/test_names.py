"""The names of methods and scenarios: the folder, listed once."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest


@pytest.mark.parametrize("contract", ["method", "scenario"])
def test_the_folder_is_listed_once_and_a_new_one_is_seen(
    contract: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = importlib.import_module(f"recanvass.{contract}").names
    before = names()
    assert names() is before
    folder = importlib.import_module(f"recanvass.{contract}s")
    (tmp_path / "zz_added.py").write_text("")
    monkeypatch.setattr(folder, "__path__", [*folder.__path__, str(tmp_path)])
    assert names() == (*before, "zz_added")
