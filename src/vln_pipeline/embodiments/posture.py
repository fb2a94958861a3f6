"""From lift, pitch and roll to rigid motions."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.embodiments.embodiment import Embodiment
from vln_pipeline.rendering.camera import body_poses


def base_motion(posture: NDArray[np.float64], height: float) -> NDArray[np.float64]:
    """Return (N, 4, 4) motions of a body about its base, in its upright frame: x forward, y left, z up.

    The body pitches about y, then rolls about its own x axis, and its base rises.

    Args:
        posture: (N, 3) lift, metres, pitch (forwards and down positive) and roll (right side down positive), radians.
        height: of the base above the ground, metres.
    """
    lift, pitch, roll = posture.T
    turn = np.tile(np.eye(4), (len(posture), 1, 1))
    turn[:, 0, 0] = turn[:, 2, 2] = np.cos(pitch)
    turn[:, 0, 2], turn[:, 2, 0] = np.sin(pitch), -np.sin(pitch)
    rock = np.tile(np.eye(4), (len(posture), 1, 1))
    rock[:, 1, 1] = rock[:, 2, 2] = np.cos(roll)
    rock[:, 1, 2], rock[:, 2, 1] = -np.sin(roll), np.sin(roll)
    to_base, from_base = np.eye(4), np.tile(np.eye(4), (len(posture), 1, 1))
    to_base[2, 3], from_base[:, 2, 3] = -height, height + lift
    motion: NDArray[np.float64] = from_base @ turn @ rock @ to_base
    return motion


def camera_sway(posture: NDArray[np.float64], embodiment: Embodiment) -> NDArray[np.float64]:
    """Return (N, 4, 4) what carries a camera above the body's axis to where the body holds it, in the upright frame.

    Its mount's distance ahead of the axis is part of the motion, since cameras of rigs stand above the axis.
    """
    ahead = np.eye(4)
    ahead[0, 3] = embodiment.eye.forward
    sway: NDArray[np.float64] = base_motion(posture, embodiment.balance.height) @ ahead
    return sway


def base_poses(poses: NDArray[np.float64], posture: NDArray[np.float64], embodiment: Embodiment) -> NDArray[np.float64]:
    """Return (N, 4, 4) base-to-world of a body: x forward, y left, z up, origin in the base.

    Args:
        poses: (N, 4) x, y, z, yaw on the ground, world.
        posture: (N, 3) as for ``base_motion``.
        embodiment: the profile.
    """
    height = embodiment.balance.height
    base = np.eye(4)
    base[2, 3] = height
    found: NDArray[np.float64] = body_poses(poses[:, :3], poses[:, 3]) @ base_motion(posture, height) @ base
    return found
