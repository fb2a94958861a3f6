"""From pairs of start and goal to walks that a robot can follow."""

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.clearance import clearances
from vln_pipeline.planning.discretise import discretise, replay, rollout_valid
from vln_pipeline.planning.elevation import elevations
from vln_pipeline.planning.endpoint_pairs import EndpointPair, EndpointPairs
from vln_pipeline.planning.gaze import gaze
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.planning.optimise import optimise
from vln_pipeline.planning.path_cost import CostWeights
from vln_pipeline.planning.resample import check, resample
from vln_pipeline.planning.spline import basis, control_points
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.planning.verdict import Verdict
from vln_pipeline.planning.walk_config import TrajectoryConfig
from vln_pipeline.seeding import generator

BASIS = basis(4)
"""Samples per span at which a path's cost is integrated."""


@dataclass(frozen=True)
class Plans:
    """The walks of one scene.

    Attributes:
        scene: scene id.
        trajectories: kept walks in the order of their pairs.
        rejected: how many pairs gave no walk, by reason.
    """

    scene: str
    trajectories: tuple[Trajectory, ...]
    rejected: dict[str, int]


def plan_trajectories(nav: NavigationMap, pairs: EndpointPairs, config: TrajectoryConfig, seed: int) -> Plans:
    """Plan a smooth walk and its discrete actions for every pair.

    A walk is kept only if every point of both forms is at least the robot's radius from obstacles.

    Args:
        nav: the scene's floors.
        pairs: starts and goals, with a grid path from one to the other.
        config: weights and limits.
        seed: the run's seed; only headings that leave the path are drawn.
    """
    kept: list[Trajectory] = []
    rejected: Counter[str] = Counter()
    for pair in pairs.pairs:
        outcome = _plan(nav.maps[pair.floor], pair, f"{nav.scene}_{pair.index:05d}", nav, config, seed)
        if isinstance(outcome, Trajectory):
            kept.append(outcome)
        else:
            rejected[outcome.name.lower()] += 1
    return Plans(nav.scene, tuple(kept), dict(sorted(rejected.items())))


def _plan(
    floor: FloorMap, pair: EndpointPair, name: str, nav: NavigationMap, config: TrajectoryConfig, seed: int
) -> Trajectory | Verdict:
    shift = floor.origin + 0.5 * floor.cell
    path, tangent, verdict = _smooth(floor, pair.path - shift, nav.radius, pair.caution, config)
    if verdict == Verdict.KEPT and np.hypot(*np.diff(path, axis=0).T).sum() < config.min_length:
        verdict = Verdict.TOO_SHORT
    if verdict != Verdict.KEPT:
        return verdict
    rollout = _rollout(floor, path, _facing(tangent[0], nav.scene, pair.index, config, seed), nav.radius, config)
    if rollout is None:
        return Verdict.NO_ROLLOUT
    actions, poses = rollout
    draw = generator(seed, nav.scene, "gaze", pair.index)
    return Trajectory(
        id=name,
        scene=nav.scene,
        floor=floor.index,
        path=np.column_stack([path + shift, elevations(floor.ground, floor.cell, path, floor.height)]),
        yaw=gaze(path, tangent, config.gaze, math.radians(config.max_turn), draw),
        clearance=clearances(floor.esdf, floor.cell, path).astype(np.float32),
        actions=actions,
        poses=np.column_stack(
            [poses[:, :2] + shift, elevations(floor.ground, floor.cell, poses, floor.height), poses[:, 2]]
        ),
        geodesic=pair.geodesic,
    )


def _facing(tangent: float, scene: str, pair: int, config: TrajectoryConfig, seed: int) -> float:
    """Return where the robot faces before its first discrete action, radians."""
    most = int(config.discrete_start / config.turn)
    turns = generator(seed, scene, "discrete start", pair).integers(-most, most, endpoint=True) if most else 0
    return tangent + math.radians(config.turn) * turns


def _smooth(
    floor: FloorMap, polyline: NDArray[np.float64], radius: float, caution: float, config: TrajectoryConfig
) -> tuple[NDArray[np.float64], NDArray[np.float64], Verdict]:
    """Return positions, local frame, headings and the verdict of the last attempt."""
    spacing, curvature_weight = config.spacing, config.curvature_weight
    max_turn = math.radians(config.max_turn)
    for _ in range(config.attempts):
        weights = CostWeights(
            obstacle=caution * config.obstacle_weight,
            safe_distance=config.safe_distance,
            hard=config.hard_weight,
            hard_distance=radius + config.hard_margin,
            length=config.length_weight,
            acceleration=config.acceleration_weight,
            jerk=config.jerk_weight,
            curvature=curvature_weight,
            curvature_limit=config.curvature_limit,
        )
        points, distance = control_points(polyline, spacing)
        points = optimise(points, BASIS, floor.esdf, floor.cell, distance, weights, config.iterations)
        path, yaw, verdict = resample(points, config.step, max_turn, config.step_change, config.min_turning_radius)
        if verdict == Verdict.KEPT:
            limits = config.step, max_turn, config.min_turning_radius
            verdict = check(path, yaw, floor.esdf, floor.navigable, floor.cell, radius, *limits)
        if verdict == Verdict.KEPT:
            break
        if verdict == Verdict.NEAR_OBSTACLE:
            spacing *= 0.5
        else:
            curvature_weight *= 4
    return path, yaw, Verdict(verdict)


def _rollout(
    floor: FloorMap, path: NDArray[np.float64], yaw: float, radius: float, config: TrajectoryConfig
) -> tuple[NDArray[np.int8], NDArray[np.float64]] | None:
    """Return actions and (L, 3) poses, local frame, of the first look-ahead that gives a valid rollout."""
    start = np.array([path[0, 0], path[0, 1], yaw])
    turn = math.radians(config.turn)
    for look_ahead in config.look_aheads:
        actions = discretise(path, yaw, look_ahead, floor.esdf, floor.cell, radius, config.forward, turn)
        poses = replay(actions, start, config.forward, turn)
        if rollout_valid(poses, path[-1], config.end_tolerance, floor.esdf, floor.navigable, floor.cell, radius):
            return actions, poses
    return None
