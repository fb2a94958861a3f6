"""A dual agent for one robot that is told one action after the other."""

from dataclasses import replace

import numpy as np

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Task
from vln_pipeline.evaluation.vln.agents.dual import DualAgent
from vln_pipeline.evaluation.world.config import MotionConfig
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.serving.agent_observation import AgentObservation
from vln_pipeline.serving.refused import RefusedRequestError

STAND_STILL = -1
"""InternNav's action of a robot that is to be seen again from where it is."""
_HFOV = 79.0
"""Degrees; neither system looks at it."""


class AgentSession:
    """Episodes of one robot.

    Args:
        agent: who decides; it waits for System 2.
        most: bytes of an episode's images at most, which System 2 may be shown again.
        seed: of the first episode's draws.
    """

    def __init__(self, agent: DualAgent, most: int, seed: int) -> None:
        self._agent, self._most = agent, most
        self.reset(seed)

    def reset(self, seed: int) -> None:
        """End the episode; the next step begins another."""
        self._seed = seed
        self._instruction = ""
        self._looks_down = self._over = False
        self._kept = 0

    def step(self, told: AgentObservation) -> int:
        """Return the number of InternNav's action: 0 stop, 1 forward, 2 left, 3 right, -1 to stand still.

        A robot that stands still is seen a second time: its camera is tilted already, so that image is the look-down
        view. Another instruction begins another episode.

        Raises:
            RefusedRequestError: the episode is too long.
        """
        if told.instruction != self._instruction:
            self.reset(self._seed)
            self._instruction = told.instruction
            self._agent.reset(Task(told.instruction, MotionConfig(), self._seed), None)
        if self._over:
            return int(Action.STOP)
        if not self._looks_down:
            self._kept += told.rgb.nbytes
        if self._kept > self._most:
            raise RefusedRequestError(409, f"the episode's images have more than {self._most} bytes; send reset")
        action = self._agent.step(replace(_observation(told), looks_down=self._looks_down))
        if not isinstance(action, Action):
            raise ValueError(f"an agent of discrete motion says {action}")
        self._looks_down, self._over = action is Action.LOOK_DOWN, action is Action.STOP
        return STAND_STILL if self._looks_down else int(action)

    def close(self) -> None:
        """Free what the agent holds."""
        self._agent.close()


def _observation(told: AgentObservation) -> Observation:
    height, width = told.depth.shape
    lens = Intrinsics.from_fov(width, height, _HFOV)
    return Observation(told.rgb, told.depth, CameraSetting("robot", 1.0, 0.0, lens), np.array(told.pose), 0.0)
