"""Asks a local planner, and measures its paths in the scene they lead through."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Observation, Plan
from vln_pipeline.evaluation.probes.config import ExamineSystem1Config
from vln_pipeline.evaluation.probes.places import Place, draw_places
from vln_pipeline.evaluation.probes.questions import Question, questions
from vln_pipeline.evaluation.system1.agents.team import Situation, Team, Truth
from vln_pipeline.evaluation.system1.episode import Episode, Target
from vln_pipeline.evaluation.world.planar import out_of
from vln_pipeline.export.pixel_goal import project
from vln_pipeline.planning.polyline import evenly_along, lengths_along
from vln_pipeline.rendering.camera import CameraSetting, camera_poses
from vln_pipeline.seeding import generator

_SPACING = 0.05
"""Distance between points of a path at which clearance is measured, metres."""
_FEWEST = 3
"""Candidates from which on they can be ranked."""


@dataclass(frozen=True)
class Answer:
    """What was planned for one question.

    Attributes:
        scene, place, question: what was asked where; places are numbered by kind.
        goal: (2,) x forward, y left, metres.
        path: (K, 2) waypoints, metres, body frame.
        clearance: the least true clearance of the path in view, metres; NaN where none of it is in view.
        critic: rank correlation of the candidates' values with their clearance; NaN where there are too few.
    """

    scene: str
    place: int
    question: Question
    goal: NDArray[np.float64]
    path: NDArray[np.float64]
    clearance: float
    critic: float


def examine(
    truths: Iterable[Truth], team: Team, agent: str, config: ExamineSystem1Config, seed: int
) -> Iterator[Answer]:
    """Yield an agent's answers, scene by scene.

    Args:
        truths: loaded worlds with their maps, one after the other.
        team: the agent; it forgets everything before each question.
        agent: its name, for draws and messages.
        config: what is asked.
        seed: of the run.

    Raises:
        DataError: no scene has a place to ask at, or the agent plans something that is no path.
    """
    asked = 0
    for truth in truths:
        for place in draw_places(truth.nav, config, seed):
            asked += 1
            yield from _ask(truth, team, agent, place, config, seed)
    if not asked:
        cause = "no scene has free floor for a goal ahead and to both sides, or one with something in the way"
        raise DataError("examine_system1", cause, "lower examine_system1.distance and detour, or give larger scenes")


def _ask(
    truth: Truth, team: Team, agent: str, place: Place, config: ExamineSystem1Config, seed: int
) -> Iterator[Answer]:
    camera = config.eye.setting()
    view = truth.world.render(place.pose, camera, rgb=True)
    rgb = view.rgb if view.rgb is not None else np.zeros((*view.depth.shape, 3), np.uint8)
    draws = [int(n) for n in generator(seed, truth.nav.scene, agent, place.free, place.number).integers(2**31, size=2)]
    for name, question in questions(config, free=place.free).items():
        team.reset([_episode(place, question.goal)], [draws[question.again]], camera, truth)
        shown, depth = question.view((rgb, view.depth))
        observation = Observation(shown, depth, camera, np.zeros(3), 0.0)
        goal = Goal(GoalKind.POINT, point=question.goal)
        plan = team.plan([Situation(0, observation, goal, place.pose)])[0]
        path = np.asarray(plan.path, dtype=np.float64)
        if path.ndim != 2 or path.shape[1:] != (2,) or not len(path) or not np.isfinite(path).all():
            cause = f"it planned an array of shape {path.shape}, or one that is not finite"
            raise DataError(f"agent {agent}", cause, "a path is (K, 2) metres, x forward, y left")
        clearance = _clearance(truth, place, camera, path)
        critic = _critic(truth, place, camera, plan) if name is Question.DETOUR else np.nan
        yield Answer(truth.nav.scene, place.number, name, question.goal, path, clearance, critic)


def _clearance(truth: Truth, place: Place, camera: CameraSetting, path: NDArray[np.float64]) -> float:
    """Return the least clearance of the points of a path that the camera can see, were nothing in the way."""
    points = _dense(path)
    to_world = camera_poses(np.zeros((1, 3)), np.zeros(1), camera.height, camera.pitch)
    pixels, depth = project(to_world, np.column_stack([points, np.zeros(len(points))]), camera.intrinsics)
    size = np.array([camera.intrinsics.width, camera.intrinsics.height])
    seen = (depth[0] > 0) & ((pixels[0] >= 0) & (pixels[0] < size)).all(axis=1)
    if not seen.any():
        return float("nan")
    world = out_of(place.pose[[0, 1, 3]], points[seen])
    return min(truth.world.clearance(np.array([x, y, place.pose[2]])) for x, y in world)


def _critic(truth: Truth, place: Place, camera: CameraSetting, plan: Plan) -> float:
    if len(plan.candidates) < _FEWEST:
        return float("nan")
    clearances = np.array([_clearance(truth, place, camera, candidate) for candidate in plan.candidates])
    known = np.isfinite(clearances)
    if known.sum() < _FEWEST or np.ptp(clearances[known]) == 0 or np.ptp(plan.values[known]) == 0:
        return float("nan")
    return float(spearmanr(plan.values[known], clearances[known]).statistic)


def _dense(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 2) points along a path from the robot on."""
    corners = np.vstack([np.zeros((1, 2)), path])
    length = lengths_along(corners)[-1]
    return evenly_along(corners, max(2, int(length / _SPACING) + 1))


def _episode(place: Place, goal: NDArray[np.float64]) -> Episode:
    there = np.append(out_of(place.pose[[0, 1, 3]], goal[None])[0], place.pose[2])
    length = float(np.linalg.norm(goal))
    target = Target(there, float(place.pose[3]), length, length)
    return Episode(
        f"point_{place.number:02d}", GoalKind.POINT, place.floor, place.pose[:3], float(place.pose[3]), target
    )
