import numpy as np
import pytest
from drawn_floor import floor_of, two_rooms
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from vln_pipeline.planning.optimise import optimise
from vln_pipeline.planning.path_cost import CostWeights, path_cost
from vln_pipeline.planning.spline import basis, control_points, evaluate

FLOOR = floor_of(two_rooms())
BASIS = basis(4)
WEIGHTS = CostWeights(40.0, 0.5, 400.0, 0.27, 1.0, 0.05, 0.002, 2.0, 1.8)
NOTHING = CostWeights(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9.0)
ONLY = {
    "obstacle": NOTHING._replace(obstacle=40.0, safe_distance=0.5),
    "hard": NOTHING._replace(hard=400.0, hard_distance=0.3),
    "length": NOTHING._replace(length=1.0),
    "acceleration": NOTHING._replace(acceleration=1.0),
    "jerk": NOTHING._replace(jerk=1.0),
    "curvature": NOTHING._replace(curvature=1.0, curvature_limit=0.5),
    "all": WEIGHTS,
}


def cost_of(control, spacing, weights):
    return path_cost(control.copy(), BASIS, FLOOR.esdf, FLOOR.cell, spacing, weights, np.empty_like(control))


def wavy(seed):
    control, spacing = control_points(np.array([[1.0, 0.7], [4.0, 2.9], [6.0, 2.95], [9.0, 3.0]]), 0.5)
    control[2:-2] += np.random.default_rng(seed).normal(0, 0.12, control[2:-2].shape)
    return control, spacing


@pytest.mark.parametrize("term", ONLY)
@pytest.mark.parametrize("seed", [0, 1])
def test_gradient_is_the_derivative(term, seed):
    control, spacing = wavy(seed)
    gradient = np.empty_like(control)
    assert path_cost(control, BASIS, FLOOR.esdf, FLOOR.cell, spacing, ONLY[term], gradient) > 0
    numeric = np.zeros_like(control)
    # Fourth order, so that the hinge of one sample near its limit does not hide an error.
    for i in range(2, len(control) - 2):
        for axis in range(2):
            shifted = []
            for shift in (-2e-7, -1e-7, 1e-7, 2e-7):
                moved = control.copy()
                moved[i, axis] += shift
                shifted.append(cost_of(moved, spacing, ONLY[term]))
            numeric[i, axis] = (shifted[0] - 8 * shifted[1] + 8 * shifted[2] - shifted[3]) / 12e-7
    np.testing.assert_allclose(gradient, numeric, rtol=1e-4, atol=1e-5 * np.abs(numeric).max())


def test_without_obstacles_the_path_becomes_straight():
    free = floor_of(np.ones((160, 160), dtype=bool))
    control, spacing = control_points(np.array([[2.0, 2.0], [2.5, 5.0], [6.0, 6.0]]), 0.4)
    weights = WEIGHTS._replace(obstacle=0.0)
    control = optimise(control, BASIS, free.esdf, free.cell, spacing, weights, 500)
    curve = evaluate(control, np.linspace(0, len(control) - 3, 100))
    assert np.abs(curve[:, 0] - curve[:, 1]).max() < 0.03


def test_a_circle_costs_its_curvature():
    free = floor_of(np.ones((160, 160), dtype=bool))
    angle = np.linspace(0, np.pi, 60)
    circle = 4 + 0.4 * np.column_stack([np.cos(angle), np.sin(angle)])
    control, spacing = control_points(circle, 0.05)
    weights = NOTHING._replace(curvature=1.0, curvature_limit=1.5)
    cost = path_cost(control, basis(8), free.esdf, free.cell, spacing, weights, np.empty_like(control))
    assert cost == pytest.approx((1 / 0.4 - 1.5) ** 2 * np.pi * 0.4, rel=0.06)


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_descent_keeps_the_ends_and_lowers_the_cost(seed):
    control, spacing = wavy(seed)
    best = optimise(control, BASIS, FLOOR.esdf, FLOOR.cell, spacing, WEIGHTS, 60)
    np.testing.assert_array_equal(best[[1, -2]], control[[1, -2]])
    assert cost_of(best, spacing, WEIGHTS) < cost_of(control, spacing, WEIGHTS)


def test_descent_is_as_good_as_scipys():
    control, spacing = wavy(5)

    def objective(flat):
        trial, gradient = control.copy(), np.empty_like(control)
        trial[2:-2] = flat.reshape(-1, 2)
        cost = path_cost(trial, BASIS, FLOOR.esdf, FLOOR.cell, spacing, WEIGHTS, gradient)
        return cost, gradient[2:-2].ravel()

    reference = minimize(objective, control[2:-2].ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 60})
    best = optimise(control, BASIS, FLOOR.esdf, FLOOR.cell, spacing, WEIGHTS, 60)
    assert cost_of(best, spacing, WEIGHTS) <= reference.fun * 1.01
