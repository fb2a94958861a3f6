"""Steering a body that does not act exactly: out of corners, too."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.vln.agents.oracle import Steering
from vln_pipeline.evaluation.world.planar import wrap
from vln_pipeline.planning.discretise import DETOURS
from vln_pipeline.planning.trajectory import Action


class FreeSteering(Steering):
    """Steers as the oracle does, but where all headings near the wanted one are blocked it takes the next free one.

    An exact body never gets to such a place; one that drifts leans on door frames.
    """

    def towards(self, point: NDArray[np.float64]) -> Action:
        """Return the next action to a (2,) point, world, metres."""
        if not self._turns:
            x, y, _, yaw = self._robot.pose
            wanted = round(wrap(math.atan2(point[1] - y, point[0] - x) - yaw) / self._turn)
            if not any(self._free(wanted + turns) for turns in DETOURS):
                half = round(math.pi / self._turn)
                headings = sorted(range(-half, half + 1), key=lambda turns: abs(wrap((turns - wanted) * self._turn)))
                self._turns = next((turns for turns in headings if self._free(turns)), 0)
                if not self._turns:
                    return Action.FORWARD
        return super().towards(point)
