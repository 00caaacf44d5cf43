"""The mean over areas and the spread between them: published values, and the equation solved by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq

from recanvass.kernels.random_effects import pooled

#: Viechtbauer 2005, the two examples of pages 271 and 272; his empirical Bayes values are .192 and .010.
FIRST = (
    np.array([-0.581, 0.530, 0.771, 1.031, 0.553, 0.295, 0.078, 0.573, -0.176, -0.232]),
    np.array([0.023, 0.052, 0.060, 0.115, 0.095, 0.203, 0.200, 0.211, 0.051, 0.040]),
)
SECOND = (
    np.array([0.100, -0.162, -0.090, -0.049, -0.046, -0.010, -0.431, -0.261, 0.134, 0.019, 0.175, 0.056, 0.045, 0.103, 0.121, -0.482, 0.290, 0.342]),
    np.array([0.016, 0.015, 0.050, 0.050, 0.032, 0.052, 0.036, 0.024, 0.034, 0.033, 0.031, 0.034, 0.039, 0.167, 0.134, 0.096, 0.016, 0.035]),
)  # fmt: skip


@pytest.mark.parametrize(("data", "printed"), [(FIRST, 0.192), (SECOND, 0.010)])
def test_published_variances_between(data: tuple[np.ndarray, np.ndarray], printed: float) -> None:
    assert pooled(*data)[2] == pytest.approx(printed, abs=5e-4)


def test_the_spread_solves_the_equation_and_the_error_is_student() -> None:
    y, v = FIRST

    def miss(spread: float) -> float:
        w = 1 / (v + spread)
        return float((w * (y - (w * y).sum() / w.sum()) ** 2).sum()) - 9

    mean, error, spread = pooled(y, v)
    assert spread == pytest.approx(brentq(miss, 0, 5, xtol=1e-14), rel=1e-10)
    w = 1 / (v + spread)
    assert mean == pytest.approx((w * y).sum() / w.sum(), rel=1e-10)
    assert error == pytest.approx((1 / w.sum()) ** 0.5, rel=1e-8)
    assert pooled(np.zeros(6), np.ones(6)) == (0.0, pytest.approx(6**-0.5), 0.0)
