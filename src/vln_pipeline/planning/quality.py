"""Measures of planned walks, of one and of many."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from vln_pipeline.planning.clearance import clearances
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.planning.trajectory import Action, Trajectory

COVERED_WITHIN = 0.25
"""Floor this near to a path counts as covered, metres."""


def measures(trajectory: Trajectory, floor: FloorMap) -> dict[str, float]:
    """Measure one walk.

    Returns:
        ``length``, ``geodesic`` and ``straight``, metres; ``length_ratio``, length over geodesic, and
        ``straightness``, length over straight line; ``frames`` and ``actions``, counts;
        ``min_clearance`` and ``median_clearance`` of the smooth walk and ``rollout_clearance``, the least at any
        discrete pose, metres; ``max_step``, metres, and ``max_turn``, degrees, between frames;
        ``max_curvature`` and ``rms_curvature``, change of heading per metre, 1/m; ``bending_energy``, the integral of
        squared curvature, 1/m; ``turning``, the sum of all turns, degrees; ``tracking_error``, the largest distance of
        a discrete pose from the smooth walk, and ``end_error``, that of the last pose from its end, metres;
        ``turn_share``, share of actions that turn.
    """
    steps = np.hypot(*np.diff(trajectory.path[:, :2], axis=0).T)
    turns = np.abs((np.diff(trajectory.yaw) + math.pi) % (2 * math.pi) - math.pi)
    curvature = turns / steps
    shift = floor.origin + 0.5 * floor.cell
    poses = trajectory.poses[:, :2]
    return {
        "length": trajectory.length,
        "geodesic": trajectory.geodesic,
        "straight": trajectory.straight,
        "length_ratio": trajectory.length / trajectory.geodesic,
        "straightness": trajectory.length / trajectory.straight,
        "frames": float(len(trajectory.path)),
        "actions": float(len(trajectory.actions)),
        "min_clearance": float(trajectory.clearance.min()),
        "median_clearance": float(np.median(trajectory.clearance)),
        "rollout_clearance": float(clearances(floor.esdf, floor.cell, poses - shift).min()),
        "max_step": float(steps.max()),
        "max_turn": math.degrees(turns.max()),
        "max_curvature": float(curvature.max()),
        "rms_curvature": math.sqrt(float((curvature**2 * steps).sum() / steps.sum())),
        "bending_energy": float((curvature**2 * steps).sum()),
        "turning": math.degrees(turns.sum()),
        "tracking_error": float(np.max(cKDTree(trajectory.path[:, :2]).query(poses)[0])),
        "end_error": float(np.hypot(*(poses[-1] - trajectory.path[-1, :2]))),
        "turn_share": float(np.mean(trajectory.actions != Action.FORWARD)),
    }


def summary(trajectories: Sequence[Trajectory], maps: Mapping[str, NavigationMap]) -> dict[str, float]:
    """Summarise walks over scenes.

    Args:
        trajectories: at least one.
        maps: navigation map of every scene that they come from, by scene id.

    Returns:
        ``trajectories``, their number; ``violations``, the share of frames nearer to an obstacle than the robot's
        radius; ``step`` and ``turn``, medians over frames, metres and degrees; ``coverage``, the share of navigable
        floor near any path; and for every one of ``measures`` its ``_p05``, ``_median`` and ``_p95`` over the walks.
    """
    rows = [measures(walk, maps[walk.scene].maps[walk.floor]) for walk in trajectories]
    frames = np.concatenate([walk.clearance < maps[walk.scene].radius for walk in trajectories])
    steps = np.concatenate([np.hypot(*np.diff(walk.path[:, :2], axis=0).T) for walk in trajectories])
    turns = np.concatenate([(np.diff(walk.yaw) + math.pi) % (2 * math.pi) - math.pi for walk in trajectories])
    out = {
        "trajectories": float(len(rows)),
        "violations": float(frames.mean()),
        "step": float(np.median(steps)),
        "turn": math.degrees(np.median(np.abs(turns))),
        "coverage": coverage(trajectories, maps),
    }
    for name in rows[0]:
        low, middle, high = np.percentile([row[name] for row in rows], [5, 50, 95])
        out |= {f"{name}_p05": float(low), f"{name}_median": float(middle), f"{name}_p95": float(high)}
    return out


def coverage(trajectories: Sequence[Trajectory], maps: Mapping[str, NavigationMap]) -> float:
    """Return the share of the navigable floor of all scenes that lies within 0.25 m of any path."""
    paths: dict[tuple[str, int], list[NDArray[np.float64]]] = {}
    for walk in trajectories:
        paths.setdefault((walk.scene, walk.floor), []).append(walk.path[:, :2])
    near = total = 0.0
    for scene, nav in maps.items():
        for floor in nav.floors:
            area = float(floor.navigable.sum() * floor.cell**2)
            total += area
            if area and (scene, floor.index) in paths:
                cells = np.rint(floor.to_cell(np.concatenate(paths[scene, floor.index]))).astype(np.int64)
                away = np.ones(floor.navigable.shape, dtype=bool)
                away[cells[:, 0], cells[:, 1]] = False
                covered = ndimage.distance_transform_edt(away) * floor.cell <= COVERED_WITHIN
                near += area * float(covered[floor.navigable].mean())
    return near / total
