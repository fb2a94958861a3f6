import numpy as np
import pytest
from scipy.interpolate import BSpline

from vln_pipeline.planning.spline import basis, control_points, evaluate, reflect_ends

RNG = np.random.default_rng(4)


def padded(points):
    out = np.empty((len(points) + 2, 2))
    out[1:-1] = points
    reflect_ends(out)
    return out


def test_curve_is_scipys_uniform_bspline_through_the_phantoms():
    control = padded(RNG.random((9, 2)))
    oracle = BSpline(np.arange(-3, len(control) + 1), control, 3)
    at = np.linspace(0, 8, 57)
    curve = evaluate(control, at)
    for order in range(3):
        np.testing.assert_allclose(curve[:, 2 * order : 2 * order + 2], oracle(at, nu=order), atol=1e-12)


def test_curve_starts_and_ends_on_its_control_points_without_curvature():
    points = RNG.random((6, 2))
    curve = evaluate(padded(points), np.array([0.0, 5.0]))
    np.testing.assert_allclose(curve[:, :2], points[[0, -1]], atol=1e-15)
    np.testing.assert_allclose(curve[:, 4:], 0, atol=1e-14)


def test_basis_gives_the_same_curve():
    control = padded(RNG.random((6, 2)))
    curve = np.concatenate([np.einsum("kdc,cx->kdx", basis(5), control[j : j + 4]) for j in range(5)])
    at = np.arange(25) / 5
    np.testing.assert_allclose(curve.reshape(25, 6), evaluate(control, at), atol=1e-13)


def test_a_straight_polyline_gives_equal_steps():
    control, spacing = control_points(np.array([[0.0, 0.0], [0.1, 0.2], [1.5, 3.0]]), 0.4)
    curve = evaluate(control, np.linspace(0, len(control) - 3, 50))
    steps = np.hypot(*np.diff(curve[:, :2], axis=0).T)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-9)
    assert spacing <= 0.4 and spacing * (len(control) - 3) == pytest.approx(np.hypot(1.5, 3))
