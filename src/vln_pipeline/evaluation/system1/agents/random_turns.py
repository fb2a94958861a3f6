"""A baseline that drives anywhere: what an agent scores without looking."""

import numpy as np

from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Observation, Plan
from vln_pipeline.evaluation.system1.agents.single_path import single_path
from vln_pipeline.rendering.camera import CameraSetting
from vln_pipeline.seeding import generator

KINDS = frozenset(GoalKind)
_SPREAD = np.pi / 4
"""Standard deviation of the change of course, radians."""
_STRIDE = 1.0
"""Distance that is planned, metres."""


class RandomTurns:
    """Draws a new course at every plan."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)

    def reset(self, camera: CameraSetting, seed: int) -> None:
        """Start the draws of an episode."""
        self._rng = generator(seed, "random_turns")

    def plan(self, observation: Observation, goal: Goal) -> Plan:
        """Return a straight way in a drawn direction."""
        course = self._rng.normal(0.0, _SPREAD)
        return single_path(_STRIDE * np.array([np.cos(course), np.sin(course)]))
