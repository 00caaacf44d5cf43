"""Contrasts inside strata: Berkeley 1973, and draws against moments. Every order: ``twins/stratified_order.py``."""

from __future__ import annotations

import numpy as np
import pytest

from recanvass.kernels import stratified_order

#: Bickel, Hammel and O'Connell 1975 (R: UCBAdmissions): admitted and rejected men, then women, by department.
BERKELEY = (
    (512, 313, 89, 19), (353, 207, 17, 8), (120, 205, 202, 391), (138, 279, 131, 244), (53, 138, 94, 299), (22, 351, 24, 317),
)  # fmt: skip


def berkeley() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    admitted = np.concatenate([np.repeat([1.0, 0.0, 1.0, 0.0], row) for row in BERKELEY])
    women = np.concatenate([np.repeat([0.0, 0.0, 1.0, 1.0], row) for row in BERKELEY])
    strata = np.repeat(np.arange(6), [sum(row) for row in BERKELEY])
    return admitted, women, strata


def test_the_squared_contrast_of_berkeley_is_the_published_mantel_haenszel_statistic() -> None:
    admitted, women, strata = berkeley()
    value, sd, _ = stratified_order.contrast(women, stratified_order.deviations(admitted, strata), strata)
    assert (value / sd) ** 2 == pytest.approx(1.5246, abs=1e-3)
    assert ((abs(value) - 0.5) / sd) ** 2 == pytest.approx(1.4269, abs=1e-3)


def test_the_raw_difference_of_berkeley_is_composition_and_more() -> None:
    admitted, women, strata = berkeley()
    parts = stratified_order.decomposition(admitted, np.ones_like(admitted), women > 0, strata)
    assert 100 * parts["raw"] == pytest.approx(-14.2, abs=0.05)
    assert parts["composition"] + parts["rest"] == pytest.approx(parts["raw"], abs=1e-14)
    assert parts["rest"] > 0
    assert parts["alone"] == 0


def test_the_spread_of_the_drawn_orders_is_the_exact_one() -> None:
    strata = np.array([0, 0, 0, 0, 1, 1, 1])
    centred = stratified_order.deviations(np.array([0.1, 0.7, 0.2, 0.9, 0.4, 0.3, 0.8]), strata)
    weights = np.array([1.0, 0.0, 2.0, -1.0, 0.5, 0.0, 1.0])
    late, lines = stratified_order.drawn(centred, strata, np.array([4]), weights, 4000, np.random.default_rng(1))
    assert np.abs(late).max() < 1e-12  # the later stratum is whole in every order
    assert lines.std() == pytest.approx(stratified_order.contrast(weights, centred, strata)[1], rel=0.06)


def test_equal_lots_do_not_share_a_place() -> None:
    """The first of two equal lots goes first, as a stable sort would have it."""

    class Equal:
        def random(self, size: tuple[int, int]) -> np.ndarray:
            return np.full(size, 0.5)

    strata = np.repeat([0, 1], [5, 120])
    centred = stratified_order.deviations(np.random.default_rng(3).random(125), strata)
    weights, cuts = np.arange(125.0), np.array([2, 60])
    late, lines = stratified_order.drawn(centred, strata, cuts, weights, 2, Equal())  # type: ignore[arg-type]
    assert late == pytest.approx(np.tile([centred[2:].sum(), centred[60:].sum()], (2, 1)), abs=1e-12)
    assert lines == pytest.approx(np.repeat(weights @ centred, 2), rel=1e-12)
