"""Contrasts inside strata: Berkeley 1973, every order, lines by least squares, the decomposition by hand."""

from __future__ import annotations

from itertools import permutations

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


def test_the_moments_equal_a_count_of_every_order() -> None:
    strata = np.array([0, 0, 0, 0, 1, 1, 1])
    values = np.array([0.1, 0.7, 0.2, 0.9, 0.4, 0.3, 0.8])
    weights = np.array([1.0, 0.0, 2.0, -1.0, 0.5, 0.0, 1.0])
    centred = stratified_order.deviations(values, strata)
    value, sd, _ = stratified_order.contrast(weights, centred, strata)
    every = [
        float(weights[:4] @ np.array(a) + weights[4:] @ np.array(b))
        for a in permutations(centred[:4])
        for b in permutations(centred[4:])
    ]
    assert value == pytest.approx(float(weights @ centred), abs=1e-12)
    assert np.mean(every) == pytest.approx(0, abs=1e-12)
    assert sd == pytest.approx(np.std(every), rel=1e-10)
    late, lines = stratified_order.drawn(centred, strata, np.array([4]), weights, 4000, np.random.default_rng(1))
    assert np.abs(late).max() < 1e-12
    assert lines.std() == pytest.approx(sd, rel=0.06)


def test_the_jump_of_local_lines_equals_least_squares() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.random(80), rng.random(80)
    for donut in (0.0, 0.03):
        fitted = []
        for side in (-1, 1):
            away = (x - 0.4) * side
            k = np.where((away > donut) & (away < 0.3), 1 - away / 0.3, 0)
            design = np.stack([np.ones(80), x - 0.4], axis=1) * np.sqrt(k)[:, None]
            fitted.append(np.linalg.lstsq(design, y * np.sqrt(k), rcond=None)[0][0])
        weights = stratified_order.line_weights(x, 0.4, 0.3, donut)
        assert weights is not None
        assert float(weights @ y) == pytest.approx(fitted[1] - fitted[0], rel=1e-10)
    assert stratified_order.line_weights(x, 1.5, 0.3) is None
    assert stratified_order.line_weights(np.full(40, 0.5), 0.4, 0.3) is None
