"""Which of the sampled paths to drive."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.models.navdp.policy_config import PolicyConfig


def held_still(paths: NDArray[np.float64], short: float) -> NDArray[np.float64]:
    """Return (S, T, 3) paths with x and y zeroed where a path ends nearer than ``short`` metres."""
    ends = np.hypot(paths[:, -1, 0], paths[:, -1, 1])
    return np.where((ends < short)[:, None, None], paths * (0.0, 0.0, 1.0), paths)


def explorative(values: NDArray[np.float64], paths: NDArray[np.float64], config: PolicyConfig) -> NDArray[np.float64]:
    """Return (S,) critic values, lowered for (S, T, 3) paths that hardly leave the place."""
    ends = np.hypot(paths[:, -1, 0], paths[:, -1, 1])
    return values - config.wander_penalty * (ends < config.wander_distance)


def scores(
    values: NDArray[np.float64],
    paths: NDArray[np.float64],
    goal: NDArray[np.float64] | None,
    previous: NDArray[np.float64] | None,
    config: PolicyConfig,
) -> NDArray[np.float64]:
    """Weigh what the critic says against progress and steadiness.

    Args:
        values: (S,) of the critic.
        paths: (S, T, 3) in the current body frame.
        goal: (2,) point goal in that frame, metres.
        previous: (K, 2) path chosen last in that frame.
        config: the weights.

    Returns:
        (S,) scores; the highest is to be driven.
    """
    total = values.copy()
    if goal is not None and config.progress_weight:
        total += config.progress_weight * (np.hypot(*goal) - np.linalg.norm(goal - paths[:, -1, :2], axis=-1))
    if previous is not None and config.consistency_weight:
        apart = np.linalg.norm(paths[:, :, None, :2] - previous, axis=-1).min(axis=-1)
        total -= config.consistency_weight * apart.mean(axis=-1)
    return total
