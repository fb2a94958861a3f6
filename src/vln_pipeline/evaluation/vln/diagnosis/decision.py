"""What System 2 decided at a place, and what was to be decided there."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.vln.agents.agent import Call, Intent
from vln_pipeline.evaluation.vln.diagnosis.cause import Cause
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.planar import wrap
from vln_pipeline.models.system2.answer import LookDown, Moves, PixelGoal, Unparsable, parse
from vln_pipeline.planning.navigation_map import FloorMap
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.rendering.camera import camera_poses

_STRAIGHT, _ASIDE, _BACK = math.radians(30), math.radians(60), math.radians(150)
"""A way within the first of the heading needs no turn, one beyond the second needs one, and beyond the third one to
either side; in between more than one answer is right."""
_ANY_SIZE = (100_000, 100_000)
_FARTHEST = 10.0
"""Length of the line of sight that is followed, metres."""


def wrong_answer(call: Call, bearing: float | None, turn: float) -> Cause | None:
    """Return what is wrong with an answer by its kind or side; None where nothing is.

    Args:
        call: the question, with what was said.
        bearing: where the way goes on from there, radians off the heading; None where it is done.
        turn: angle of a turn action, radians.
    """
    # Whether a pixel lies in the view was settled when it was driven to.
    answer = parse(call.said[-1], _ANY_SIZE) if call.said else Unparsable("", "nothing was said")
    if isinstance(answer, LookDown | Unparsable):
        return Cause.WRONG_KIND
    if bearing is None:
        return None
    if isinstance(answer, PixelGoal):
        return Cause.WRONG_KIND if abs(bearing) > _ASIDE else None
    if isinstance(answer, Moves):
        net = turn * sum((a is Action.LEFT) - (a is Action.RIGHT) for a in answer.actions)
        if abs(bearing) < _STRAIGHT:
            return Cause.WRONG_KIND if abs(wrap(bearing - net)) > _ASIDE else None
        if net and _ASIDE < abs(bearing) < _BACK and net * bearing < 0:
            return Cause.WRONG_SIDE
    return None


def on_obstacle(intent: Intent, pose: NDArray[np.float64], rules: Rules, floor: FloorMap) -> bool:
    """Tell whether a pixel goal shows something that is no free floor.

    Free floor may not lie behind something either: the line over the floor from the robot to it is free all along.

    Args:
        intent: with the goal's pixel in the look-down view.
        pose: (4,) of the robot when the goal was told, world.
        rules: whose camera it has.
        floor: what is free.
    """
    camera = replace(rules.camera, pitch=rules.camera.pitch + rules.tilt)
    lens = camera.intrinsics
    column, row = intent.pixel * (lens.width, lens.height) - 0.5
    ray = np.array([(column - lens.cx) / lens.fx, (row - lens.cy) / lens.fy, 1.0])
    to_world = camera_poses(pose[None, :3], pose[3:4], camera.height, camera.pitch)[0]
    sight = to_world[:3, :3] @ ray
    if sight[2] >= 0:
        return True
    reach = camera.height / -sight[2] * sight[:2]
    length = float(np.hypot(*reach))
    if length > _FARTHEST:
        return True
    body = rules.body.radius  # the robot itself may touch something
    if length <= body:
        return False
    steps = np.linspace(body / length, 1, 2 + int(2 * length / floor.cell))
    cells = np.rint(floor.to_cell(pose[:2] + steps[:, None] * reach)).astype(int)
    inside = ((cells >= 0) & (cells < floor.esdf.shape)).all(axis=1)
    return not inside.all() or bool((floor.esdf[cells[:, 0], cells[:, 1]] <= 0).any())
