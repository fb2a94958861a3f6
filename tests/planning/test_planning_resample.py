import math

import numpy as np
from drawn_floor import RADIUS, floor_of, two_rooms
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.planning.resample import check, resample
from vln_pipeline.planning.spline import control_points
from vln_pipeline.planning.verdict import Verdict

STEP, TURN, CHANGE, BEND = 0.0376, math.radians(4), 0.001, 0.35
OPEN = floor_of(np.ones((400, 400), dtype=bool))


def turns(yaw):
    return np.abs((np.diff(yaw) + np.pi) % (2 * np.pi) - np.pi)


def judge(path, yaw, floor=OPEN):
    return check(path, yaw, floor.esdf, floor.navigable, floor.cell, RADIUS, STEP, TURN, BEND)


@settings(max_examples=60)
@given(seed=st.integers(0, 100_000), wildness=st.floats(0.0, 0.8))
def test_every_frame_is_within_the_limits(seed, wildness):
    rng = np.random.default_rng(seed)
    headings = rng.uniform(-np.pi, np.pi) + np.cumsum(rng.normal(0, wildness, 12))
    points = 10 + np.cumsum(0.5 * np.column_stack([np.cos(headings), np.sin(headings)]), axis=0)
    control, _ = control_points(points, 0.4)
    path, yaw, verdict = resample(control, STEP, TURN, CHANGE, BEND)
    if verdict != Verdict.KEPT:
        assert verdict == Verdict.SHARP_BEND and len(path) == len(yaw) == 0
        return
    steps = np.hypot(*np.diff(path, axis=0).T)
    assert steps.max() <= STEP and steps.min() > 0
    assert turns(yaw).max() <= TURN
    assert (turns(yaw) * BEND <= steps).all()
    np.testing.assert_allclose(path[[0, -1]], points[[0, -1]], atol=1e-9)
    chord = np.arctan2(*np.diff(path, axis=0).T[::-1])
    assert np.abs((yaw[:-1] - chord + np.pi) % (2 * np.pi) - np.pi).max() < math.radians(4)
    assert judge(path, yaw) == Verdict.KEPT


def test_a_straight_walk_is_as_fast_as_allowed():
    control, _ = control_points(np.array([[2.0, 2.0], [8.0, 2.0]]), 0.4)
    path, yaw, _ = resample(control, STEP, TURN, CHANGE, BEND)
    steps = np.hypot(*np.diff(path, axis=0).T)
    assert np.median(steps) > 0.99 * STEP
    np.testing.assert_allclose(yaw, 0, atol=1e-12)


def test_a_bend_slows_the_walk_gently():
    angle = np.linspace(-np.pi / 2, 0, 50)
    arc = np.column_stack([6 + 0.42 * np.cos(angle), 2.42 + 0.42 * np.sin(angle)])
    control, _ = control_points(np.vstack([[[2.0, 2.0]], arc, [[6.42, 7.0]]]), 0.1)
    path, _, verdict = resample(control, STEP, TURN, CHANGE, BEND)
    assert verdict == Verdict.KEPT
    steps = np.hypot(*np.diff(path, axis=0).T)
    assert steps.min() < 0.85 * STEP
    assert np.abs(np.diff(steps)).max() < 1.1 * CHANGE


def test_a_hairpin_is_a_sharp_bend():
    control, _ = control_points(np.array([[2.0, 2.0], [5.0, 2.0], [5.0, 2.15], [2.0, 2.15]]), 0.1)
    assert resample(control, STEP, TURN, CHANGE, BEND)[2] == Verdict.SHARP_BEND


def test_check_finds_each_fault():
    path = np.column_stack([np.arange(2.0, 4.0, 0.03), np.full(67, 2.0)])
    yaw = np.zeros(len(path))
    assert judge(path, yaw) == Verdict.KEPT
    turned = yaw.copy()
    turned[30:] = math.radians(5)
    assert judge(path, turned) == Verdict.SHARP_BEND
    jumped = path.copy()
    jumped[30:, 0] += 0.02
    assert judge(jumped, yaw) == Verdict.SHARP_BEND
    tight = yaw.copy()
    tight[30:] = math.radians(3.9)
    crawled = path.copy()
    crawled[30:, 0] -= 0.015
    assert judge(crawled, tight) == Verdict.SHARP_BEND
    through_the_wall = np.column_stack([np.arange(4.0, 6.0, 0.03), np.full(67, 1.0)])
    assert judge(through_the_wall, yaw, floor_of(two_rooms())) == Verdict.NEAR_OBSTACLE
    assert judge(path + np.array([30.0, 0.0]), yaw) == Verdict.NEAR_OBSTACLE
