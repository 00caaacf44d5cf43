"""House rule: every public function of every kernel has a slow second implementation, equal to 1e-10.

``twins/<kernel>.py`` holds, for each public function ``f`` of ``kernels/<kernel>.py``, ``slow_f`` and
``given_f`` (sets of arguments), and ``fast_f`` where the function writes into its arguments or draws.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Any

import pytest

import recanvass.kernels
from recanvass.testing import check_kernel

#: Functions that search for an optimum to a stated width: the twin finds the same optimum more closely.
SEARCHES = {
    # The tilt is found to 1e-4 of its scale and the curvature by differences; both enter a log10 of up to 400.
    ("dispersion", "lower_tail"): 1e-4,
    ("dispersion", "lower_tails"): 1e-4,
    # The supremum is approached from below to 1e-10 and then raised by the margin of 1e-9.
    ("repeat_windows", "worst_rate"): 1e-9,
    ("repeat_windows", "near"): 1e-9,
    ("repeat_windows", "scan"): 1e-9,
    # The linear programme is solved to the solver's own feasibility of 1e-9.
    ("dip", "dip"): 1e-9,
}


def kernels() -> list[str]:
    return sorted(m.name for m in pkgutil.iter_modules(recanvass.kernels.__path__))


def public(name: str) -> dict[str, Any]:
    """The functions that a kernel's file defines, compiled or not."""
    module = importlib.import_module(f"recanvass.kernels.{name}")
    found = {}
    for key, value in vars(module).items():
        plain = getattr(value, "py_func", value)
        if not key.startswith("_") and inspect.isfunction(plain) and plain.__module__ == module.__name__:
            found[key] = value
    return found


CASES = [(name, function) for name in kernels() for function in public(name)]


@pytest.mark.parametrize("name", kernels())
def test_every_kernel_has_a_file_of_twins(name: str) -> None:
    twins = importlib.import_module(f"tests.kernels.twins.{name}")
    lacking = [f for f in public(name) if not hasattr(twins, f"slow_{f}") or not hasattr(twins, f"given_{f}")]
    assert public(name)
    assert not lacking, f"tests/kernels/twins/{name}.py lacks a slow second implementation of {lacking}."


@pytest.mark.parametrize(("name", "function"), CASES, ids=[".".join(c) for c in CASES])
def test_the_kernel_equals_its_twin(name: str, function: str) -> None:
    twins = importlib.import_module(f"tests.kernels.twins.{name}")
    fast = getattr(twins, f"fast_{function}", public(name)[function])
    given = getattr(twins, f"given_{function}")()
    assert given
    check_kernel(fast, getattr(twins, f"slow_{function}"), given, SEARCHES.get((name, function), 1e-10))
