"""The drawn lots where they do not lie as uniform numbers do: all are ranked then. Every lot: ``twins/randomisation.py``."""

from __future__ import annotations

import numpy as np
import pytest

from recanvass.kernels.randomisation import drawn_differences


class Bent:
    """Uniform numbers bent towards one: their order stays, and none lies where it is expected."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def random(self, size: tuple[int, int]) -> np.ndarray:
        return self.rng.random(size) ** 0.01


@pytest.mark.parametrize("every", [2, 9])
def test_lots_that_lie_elsewhere_choose_the_same_stations(every: int) -> None:
    outcomes = np.random.default_rng(1).normal(size=(2, 400))
    watched, strata = np.arange(400) % every == 0, [np.arange(400)]
    plain = drawn_differences(outcomes, watched, strata, 30, np.random.default_rng(8))
    bent = drawn_differences(outcomes, watched, strata, 30, Bent(8))  # type: ignore[arg-type]
    assert bent == pytest.approx(plain, abs=1e-12)
