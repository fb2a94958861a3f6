"""The simplest baseline: drive straight at the goal, or straight ahead where there is none."""

import numpy as np

from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Observation, Plan
from vln_pipeline.evaluation.system1.agents.single_path import single_path
from vln_pipeline.rendering.camera import CameraSetting

KINDS = frozenset({GoalKind.POINT, GoalKind.NONE})
_AHEAD = 2.0
"""Distance that is planned without a goal, metres."""


class StraightLine:
    """Blind: looks at nothing."""

    def reset(self, camera: CameraSetting, seed: int) -> None:
        """Nothing is remembered."""

    def plan(self, observation: Observation, goal: Goal) -> Plan:
        """Return the straight way."""
        return single_path(np.array([_AHEAD, 0.0]) if goal.point is None else goal.point)
