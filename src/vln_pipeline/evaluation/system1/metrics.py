"""Every metric of the benchmark, defined once, from the record of one drive.

Sources: SR and SPL, Anderson et al. 2018, "On Evaluation of Embodied Navigation Agents" (arXiv 1807.06757); success
radii 1.0 m and 1.5 m and SPL by the straight line, NavDP (arXiv 2505.08712) and its published benchmark code.
"""

import numpy as np

from vln_pipeline.evaluation.system1.drive import Drive
from vln_pipeline.evaluation.system1.episode import Target


def success(drive: Drive, radius: float) -> float:
    """Return 1 where the robot ends within a geodesic radius of the goal, metres, else 0.

    A straight radius would count a goal behind a wall as reached.
    """
    _target(drive)
    return float(drive.remaining < radius)


def path_length(drive: Drive) -> float:
    """Return the length of the way driven, metres."""
    return float(np.linalg.norm(np.diff(drive.track[:, :3], axis=0), axis=1).sum())


def spl(drive: Drive, radius: float) -> float:
    """Return success weighted by (normalised inverse) path length: S * l / max(l, p) with l the geodesic distance."""
    shortest = _target(drive).geodesic
    return success(drive, radius) * shortest / max(shortest, path_length(drive))


def spl_straight(drive: Drive, radius: float) -> float:
    """Return SPL with the straight-line distance in place of the shortest way, as the NavDP benchmark has it."""
    shortest = _target(drive).straight
    return success(drive, radius) * shortest / max(shortest, path_length(drive))


def success_straight(drive: Drive, radius: float) -> float:
    """Return 1 where the robot ends within a straight radius of the goal, metres, through walls or not, else 0.

    The NavDP benchmark's success, with 1.5 m.
    """
    away = drive.track[-1, :2] - _target(drive).position[:2]
    return float(np.hypot(*away) < radius)


def spl_navdp(drive: Drive, radius: float) -> float:
    """Return the NavDP benchmark's SPL: success by the straight radius times min(1, straight distance / way driven)."""
    length = path_length(drive)
    share = 1.0 if length == 0 else min(1.0, _target(drive).straight / length)
    return success_straight(drive, radius) * share


def collided(drive: Drive) -> float:
    """Return 1 where the robot touched anything, else 0; its mean is the collision rate, in episodes."""
    return float(drive.contact.any())


def contacts(drive: Drive) -> float:
    """Return how often the robot came to touch something: runs of consecutive steps in contact."""
    begins = drive.contact & ~np.concatenate([[False], drive.contact[:-1]])
    return float(begins.sum())


def blocked_steps(drive: Drive) -> float:
    """Return the number of control steps in which an obstacle took more than half of the way commanded."""
    return float(drive.blocked.sum())


def duration(drive: Drive) -> float:
    """Return the simulated time, seconds; of an episode without a goal, NavDP's survival time."""
    return len(drive.contact) * drive.period


def explored_area(drive: Drive) -> float:
    """Return the floor seen in squares of 0.1 m, square metres, after NavDP's no-goal benchmark."""
    return drive.explored


def _target(drive: Drive) -> Target:
    if drive.episode.target is None:
        raise ValueError(f"{drive.episode.id} has no goal, so nothing can be reached")
    return drive.episode.target
