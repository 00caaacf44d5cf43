"""Kernels: arrays in, arrays out. The one place where numba is imported.

A kernel is a plain loop over arrays, compiled at its first use and cached beside its file. It
imports numpy and scipy only, knows nothing of elections' tables, holds no state and draws no
random numbers. ``kernels/`` has one file a topic; the tests hold a slow second implementation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def kernel(function: Function) -> Function:
    """Compile a loop over arrays; the compiled code is cached on disk where that is possible."""
    try:
        compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    except RuntimeError:  # no folder that may be written: compile in every process
        compiled = numba.njit(nogil=True, error_model="numpy")(function)
    return cast(Function, compiled)
