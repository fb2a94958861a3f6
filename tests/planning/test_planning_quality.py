import math

import numpy as np
import pytest
from drawn_floor import floor_of, map_of

from vln_pipeline.planning.elevation import elevations
from vln_pipeline.planning.quality import coverage, measures, summary
from vln_pipeline.planning.trajectory import Action, Trajectory

FREE = np.ones((160, 200), dtype=bool)
FLOOR = floor_of(FREE)


def walk(path, yaw, actions=(Action.FORWARD,), poses=None, geodesic=1.0):
    path = np.column_stack([path, np.zeros(len(path))])
    poses = np.array([[*path[0], yaw[0]], [*path[-1], yaw[-1]]]) if poses is None else poses
    clearance = np.full(len(path), 1.0, dtype=np.float32)
    return Trajectory(
        "drawn_00000", "drawn", 0, path, yaw, clearance, np.array(actions, dtype=np.int8), poses, geodesic
    )


def quarter_circle(radius=2.0, frames=200):
    angle = np.linspace(0, np.pi / 2, frames)
    middle = FLOOR.origin + np.array([3.0, 3.0])
    return walk(middle + radius * np.column_stack([np.cos(angle), np.sin(angle)]), angle + np.pi / 2, geodesic=2.5)


def test_a_quarter_circle_measures_as_one():
    found = measures(quarter_circle(), FLOOR)
    assert found["length"] == pytest.approx(math.pi, rel=1e-4)
    assert found["straight"] == pytest.approx(2 * math.sqrt(2))
    assert found["length_ratio"] == pytest.approx(math.pi / 2.5, rel=1e-4)
    assert found["straightness"] == pytest.approx(math.pi / math.sqrt(8), rel=1e-4)
    assert found["max_curvature"] == pytest.approx(0.5, rel=1e-4)
    assert found["rms_curvature"] == pytest.approx(0.5, rel=1e-4)
    assert found["bending_energy"] == pytest.approx(0.25 * math.pi, rel=1e-4)
    assert found["turning"] == pytest.approx(90)
    assert found["max_turn"] == pytest.approx(90 / 199)


def test_turns_are_measured_across_the_seam():
    path = FLOOR.origin + np.column_stack([np.linspace(4, 3, 30), np.full(30, 3.0)])
    yaw = np.where(np.arange(30) % 2, np.pi - 0.01, -np.pi + 0.01)
    assert measures(walk(path, yaw), FLOOR)["max_turn"] == pytest.approx(math.degrees(0.02))


def test_the_rollout_is_measured_against_the_smooth_walk():
    path = FLOOR.origin + np.column_stack([np.linspace(3, 4, 41), np.full(41, 3.0)])
    at = FLOOR.origin + np.array([[3.0, 3.0], [3.25, 3.0], [3.25, 3.0], [3.5, 3.1]])
    poses = np.column_stack([at, np.zeros((4, 2))])
    found = measures(walk(path, np.zeros(41), (Action.FORWARD, Action.LEFT, Action.FORWARD), poses), FLOOR)
    assert found["tracking_error"] == pytest.approx(0.1)
    assert found["end_error"] == pytest.approx(math.hypot(0.5, 0.1))
    assert found["turn_share"] == pytest.approx(1 / 3)
    assert found["rollout_clearance"] == pytest.approx(3.0, abs=0.03)


def test_coverage_is_the_area_beside_the_path():
    nav = map_of(FREE)
    path = FLOOR.origin + np.column_stack([np.linspace(2, 6, 200), np.full(200, 4.0)])
    area = 4 * 0.5 + math.pi * 0.25**2
    total = nav.floors[0].navigable.sum() * 0.05**2
    assert coverage([walk(path, np.zeros(200))], {"drawn": nav}) == pytest.approx(area / total, rel=0.12)


def test_summary_takes_every_walk_and_sees_violations():
    nav = map_of(FREE)
    good, bad = quarter_circle(), quarter_circle()
    bad.clearance[:50] = 0.1
    found = summary([good, bad], {"drawn": nav})
    assert found["trajectories"] == 2
    assert found["violations"] == pytest.approx(50 / 400)
    assert found["length_median"] == pytest.approx(math.pi, rel=1e-4)


def test_elevation_is_bilinear_and_skips_missing_floor():
    rows, columns = np.mgrid[0:6, 0:8].astype(np.float32)
    ground = 1 + 0.1 * columns - 0.2 * rows
    ground[0, 0] = np.nan
    ground[4:, 6:] = np.nan
    points = np.array([[0.111, 0.123], [0.0, 0.0], [0.33, 0.23]])
    found = elevations(ground, 0.05, points, 9.0)
    np.testing.assert_allclose(found, [1 + 0.1 * 2.22 - 0.2 * 2.46, 9.0, 9.0], rtol=1e-6)
    beside_a_hole = elevations(ground, 0.05, np.array([[0.01, 0.0]]), 9.0)
    np.testing.assert_allclose(beside_a_hole, ground[0, 1])
