"""Every parameter of sampling and of trajectories changes what is planned; one that did nothing would fail here."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest
from drawn_floor import house, map_of, two_rooms

from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.walk_config import GazeConfig, SamplingConfig, TrajectoryConfig

SEED = 5
SAMPLING = {
    "pairs": 30,
    "starts_per_goal": 2,
    "min_distance": 4.0,
    "max_distance": 6.0,
    "endpoint_clearance": 0.3,
    "path_margin": 0.2,
    "clearance_weight": 0.5,
    "clearance_band": 0.2,
    "low_clearance_share": 1.0,
    "low_clearance_caution": 1.0,
    "coverage_cell": 2.0,
    "tries": 1,
    "goal_spacing": 2.0,
    "walk_spacing": 2.0,
    "turning_share": 1.0,
    "crossing_share": 1.0,
    "room_share": 0.1,
}
"""A value for each parameter that changes the pairs of the drawn house."""
TRAJECTORIES = {
    "spacing": 0.8,
    "obstacle_weight": 4.0,
    "safe_distance": 0.3,
    "hard_weight": 4000.0,
    "hard_margin": 0.2,
    "length_weight": 10.0,
    "acceleration_weight": 1.0,
    "jerk_weight": 1.0,
    "curvature_weight": 50.0,
    "curvature_limit": 0.5,
    "iterations": 3,
    "attempts": 1,
    "step": 0.05,
    "max_turn": 2.0,
    "step_change": 0.0002,
    "min_turning_radius": 0.8,
    "min_length": 6.0,
    "gaze": GazeConfig(start=90.0),
    "forward": 0.2,
    "turn": 30.0,
    "discrete_start": 180.0,
    "look_aheads": (0.9,),
    "end_tolerance": 0.05,
}
"""The same for the walks."""
NEEDS = {"tries": {"pairs": 100, "goal_spacing": 2.0}, "attempts": {"spacing": 1.2, "hard_weight": 40.0}}
"""What else has to be so that a parameter matters: hardly any goal that is still free, paths that graze obstacles."""
ELSEWHERE = {"stairs_share": "needs two storeys: test_planning_flights"}


def with_rooms(floor, side=80):
    """Return a floor whose rooms are squares of so many cells."""
    row, column = np.indices(floor.esdf.shape) // side
    return replace(floor, room=np.where(floor.room >= 0, 10 * row + column, -1).astype(np.int16))


@pytest.fixture(scope="module")
def nav():
    drawn = map_of(house(), two_rooms(), scene="drawn_house")
    return replace(drawn, floors=tuple(with_rooms(floor) for floor in drawn.floors))


@pytest.fixture(scope="module")
def pairs(nav):
    return sample_endpoints(nav, SamplingConfig(), SEED)


def of_pairs(pairs):
    """Return a digest of all starts, goals and ways."""
    parts = [np.concatenate([np.ravel(pair.path), [pair.floor]]).astype(float).tobytes() for pair in pairs.pairs]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def of_walks(plans):
    """Return a digest of all walks in both forms."""
    parts = [part.tobytes() for walk in plans.trajectories for part in (walk.path, walk.yaw, walk.actions, walk.poses)]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_no_parameter_is_left_out():
    assert set(SAMPLING) | set(ELSEWHERE) == set(SamplingConfig.model_fields)
    assert set(TRAJECTORIES) == set(TrajectoryConfig.model_fields)


@pytest.mark.parametrize("name", SAMPLING)
def test_a_parameter_of_sampling_changes_the_pairs(nav, name):
    before, after = (
        sample_endpoints(nav, SamplingConfig(**{**NEEDS.get(name, {}), **change}), SEED)
        for change in ({}, {name: SAMPLING[name]})
    )
    assert of_pairs(before) != of_pairs(after)


@pytest.mark.parametrize("name", TRAJECTORIES)
def test_a_parameter_of_trajectories_changes_the_walks(nav, pairs, name):
    before, after = (
        plan_trajectories(nav, pairs, TrajectoryConfig(**{**NEEDS.get(name, {}), **change}), SEED)
        for change in ({}, {name: TRAJECTORIES[name]})
    )
    assert of_walks(before) != of_walks(after)
