"""From a smooth walk to discrete actions, and back by replay."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.clearance import SLACK, in_cells, segment_clear
from vln_pipeline.planning.trajectory import Action

DETOURS = (0, 1, -1, 2, -2)
"""Turns away from the wanted heading that are tried, in order, where a forward step would not be clear."""


@njit(cache=True)
def replay(actions: NDArray[np.int8], start: NDArray[np.float64], forward: float, turn: float) -> NDArray[np.float64]:
    """Return the poses that actions lead through.

    Args:
        actions: (K,) ``Action`` ids; all but forward, left and right leave the pose as it is.
        start: (3,) x, y, metres, and yaw, radians.
        forward: length of a forward action, metres.
        turn: angle of a turn action, radians.

    Returns:
        (K + 1, 3) x, y and yaw in [-pi, pi), before each action and after the last.
    """
    poses = np.empty((actions.size + 1, 3))
    x, y, turns = start[0], start[1], 0
    for n in range(actions.size + 1):
        yaw = start[2] + turns * turn
        yaw -= 2 * math.pi * math.floor((yaw + math.pi) / (2 * math.pi))
        poses[n, 0], poses[n, 1], poses[n, 2] = x, y, yaw
        if n == actions.size:
            break
        if actions[n] == Action.FORWARD:
            x += forward * math.cos(yaw)
            y += forward * math.sin(yaw)
        elif actions[n] == Action.LEFT:
            turns += 1
        elif actions[n] == Action.RIGHT:
            turns -= 1
    return poses


@njit(cache=True)
def discretise(
    path: NDArray[np.float64],
    yaw: float,
    look_ahead: float,
    esdf: NDArray,
    cell: float,
    radius: float,
    forward: float,
    turn: float,
) -> NDArray[np.int8]:
    """Return the actions of a greedy pursuit of a path, every forward step of which is clear of obstacles.

    The pursuit aims at the point ``look_ahead`` further along the path than the point nearest to it, and ends where a
    further step would lead away from the path's end. Where no step is clear it ends early: judge it by its end.

    Args:
        path: (N, 2) positions, local frame, metres.
        yaw: heading to start with, radians.
        look_ahead: metres.
        esdf: (H, W) clearance at cell centres, metres.
        cell: edge of a cell, metres.
        radius: robot radius, metres.
        forward: length of a forward action, metres.
        turn: angle of a turn action, radians.
    """
    along = np.zeros(path.shape[0])
    for n in range(1, along.size):
        along[n] = along[n - 1] + math.hypot(path[n, 0] - path[n - 1, 0], path[n, 1] - path[n - 1, 1])
    # Every forward step is worth at most a half turn before it; twice the path's length is ample.
    actions = np.empty(int((2 * along[-1] / forward + 8) * (1 + math.pi / turn)), dtype=np.int8)
    count, turns, nearest = 0, 0, 0
    here, there = path[0].copy(), path[0].copy()
    for _ in range(int(2 * along[-1] / forward) + 8):
        nearest = _nearest(path, along, here, nearest, 2 * look_ahead)
        aim = nearest
        while aim < along.size - 1 and along[aim] < along[nearest] + look_ahead:
            aim += 1
        to_x, to_y = path[aim, 0] - here[0], path[aim, 1] - here[1]
        wanted = round(((math.atan2(to_y, to_x) - yaw - turns * turn + math.pi) % (2 * math.pi) - math.pi) / turn)
        stepped = False
        for detour in DETOURS:
            heading = yaw + (turns + wanted + detour) * turn
            there[0] = here[0] + forward * math.cos(heading)
            there[1] = here[1] + forward * math.sin(heading)
            if segment_clear(esdf, cell, here, there, radius, SLACK):
                stepped = True
                break
        if not stepped:
            break
        left = math.hypot(path[-1, 0] - here[0], path[-1, 1] - here[1])
        if aim == along.size - 1 and math.hypot(path[-1, 0] - there[0], path[-1, 1] - there[1]) >= left:
            break
        wanted += detour
        if count + abs(wanted) + 1 > actions.size:
            break
        for _ in range(abs(wanted)):
            actions[count] = Action.LEFT if wanted > 0 else Action.RIGHT
            count += 1
        actions[count] = Action.FORWARD
        count += 1
        turns += wanted
        here[:] = there
    return actions[:count].copy()


@njit(cache=True)
def _nearest(path: NDArray, along: NDArray, here: NDArray, nearest: int, reach: float) -> int:
    """Return the sample nearest to a point, searching only onwards from the last one and not beyond ``reach``."""
    best, least = nearest, np.inf
    n = nearest
    while n < along.size and along[n] <= along[nearest] + reach:
        distance = math.hypot(path[n, 0] - here[0], path[n, 1] - here[1])
        if distance < least:
            best, least = n, distance
        n += 1
    return best


@njit(cache=True)
def rollout_valid(
    poses: NDArray[np.float64],
    goal: NDArray[np.float64],
    tolerance: float,
    esdf: NDArray,
    navigable: NDArray[np.bool_],
    cell: float,
    radius: float,
) -> bool:
    """Tell whether replayed (L, 3) poses keep clear of obstacles throughout and end within reach of a (2,) goal."""
    if math.hypot(poses[-1, 0] - goal[0], poses[-1, 1] - goal[1]) >= tolerance:
        return False
    if not in_cells(navigable, cell, poses):
        return False
    for n in range(1, poses.shape[0]):
        if not segment_clear(esdf, cell, poses[n - 1, :2], poses[n, :2], radius, SLACK):
            return False
    return True
