import math

import numpy as np
import pytest
from drawn_floor import house, map_of, two_rooms
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.gaze import gaze
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.walk_config import GazeConfig, SamplingConfig, TrajectoryConfig

STEP, MAX_TURN = 0.15, math.radians(25)
WIDE = TrajectoryConfig(step=STEP, step_change=STEP, max_turn=25)


def circle(frames: int, radius: float) -> tuple[np.ndarray, np.ndarray]:
    angle = np.arange(frames) * STEP / radius
    tangent = (angle + 1.5 * np.pi) % (2 * np.pi) - np.pi
    return radius * np.column_stack([np.cos(angle), np.sin(angle)]), tangent


def off(headings: np.ndarray, tangent: np.ndarray) -> np.ndarray:
    return np.abs((headings - tangent + np.pi) % (2 * np.pi) - np.pi)


def test_without_angles_the_heading_is_the_tangent_itself():
    path, tangent = circle(20, 1.0)
    assert gaze(path, tangent, GazeConfig(), MAX_TURN, np.random.default_rng(0)) is tangent


@given(seed=st.integers(0, 2**32), radius=st.floats(0.4, 20), start=st.floats(0, 180), glance=st.floats(0, 180))
@settings(max_examples=60)
def test_no_heading_turns_faster_than_allowed_or_looks_further_aside(seed, radius, start, glance):
    path, tangent = circle(60, radius)
    found = gaze(path, tangent, GazeConfig(start=start, glance=glance), MAX_TURN, np.random.default_rng(seed))
    assert (np.abs(found) <= np.pi).all()
    assert off(found[1:], found[:-1]).max() <= MAX_TURN + 1e-9
    assert off(found, tangent)[0] <= math.radians(start) + 1e-9
    if max(start, glance) < 75:  # from one side to the other the shorter way may lead behind the robot
        assert off(found, tangent).max() <= math.radians(max(start, glance)) + 1e-9


def test_a_heading_that_starts_off_comes_back_by_the_shorter_way_at_full_rate():
    path, tangent = np.column_stack([STEP * np.arange(30), np.zeros(30)]), np.zeros(30)
    for seed in range(20):
        found = off(gaze(path, tangent, GazeConfig(start=180), MAX_TURN, np.random.default_rng(seed)), tangent)
        np.testing.assert_allclose(found, np.maximum(found[0] - MAX_TURN * np.arange(30), 0), atol=1e-9)


def test_glances_come_as_often_as_asked_for():
    frames = 20_000
    path, tangent = np.column_stack([STEP * np.arange(frames), np.zeros(frames)]), np.zeros(frames)
    config = GazeConfig(glance=20, interval=3)  # within one turn: every glance is one frame long
    found = gaze(path, tangent, config, MAX_TURN, np.random.default_rng(3))
    assert (found != 0).sum() == pytest.approx(frames * STEP / 3, rel=0.05)


def test_a_gaze_changes_headings_only_and_follows_the_seed():
    nav = map_of(house(), two_rooms(), scene="drawn_house")
    pairs = sample_endpoints(nav, SamplingConfig(pairs=20), seed=11)
    plain = plan_trajectories(nav, pairs, WIDE, seed=1).trajectories
    config = WIDE.model_copy(update={"gaze": GazeConfig(start=180, glance=90)})
    first, again, other = (plan_trajectories(nav, pairs, config, seed=seed).trajectories for seed in (1, 1, 2))
    for walks in zip(plain, first, again, other, strict=True):
        for name in ("path", "clearance", "actions", "poses"):
            assert all(np.array_equal(getattr(walk, name), getattr(walks[0], name)) for walk in walks)
        assert np.array_equal(walks[1].yaw, walks[2].yaw)
        assert off(walks[1].yaw, walks[3].yaw).max() > 0.1
