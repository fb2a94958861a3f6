"""RDP at the wheel: it predicts moves ahead, carries a few of them out, and follows its own motion."""

import time
from collections import deque

import numpy as np
import torch
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Call, Intent, Task, Truth
from vln_pipeline.evaluation.vln.agents.sight import frames_seen
from vln_pipeline.models.rdp.moves import LIMITS, actions_of, moves_back
from vln_pipeline.models.rdp.network import Moved, Rdp
from vln_pipeline.models.rdp.sampling import sample_moves
from vln_pipeline.models.single_system.words import Words
from vln_pipeline.planning.trajectory import Action


class RdpAgent:
    """Follows an instruction with an RDP; its recurrent state begins anew with each episode.

    Every observation updates the state once, as in training; the published agent updates it twice where it predicts.

    Args:
        network: on its device and in evaluation mode.
        words: what it knows.
    """

    rgb = depth = True
    intents: tuple[Intent, ...] = ()

    def __init__(self, network: Rdp, words: Words) -> None:
        self.calls: list[Call] = []
        self._network, self._words, self._shown = network, words, network.config.shown
        self._device = next(network.parameters()).device

    def reset(self, task: Task, truth: Truth) -> None:
        """Begin an episode."""
        self.calls = []
        numbers = self._words.numbers(task.instruction, self._shown.words)
        self._tokens = torch.tensor([numbers], device=self._device)
        self._state: torch.Tensor | None = None
        self._poses: list[NDArray[np.float64]] = []
        self._left: deque[Action] = deque()
        self._random = torch.Generator().manual_seed(task.seed)

    @torch.no_grad()
    def step(self, observation: Observation) -> Action:
        """Return what to do now: what is left of the last prediction, or the first of a new one."""
        begun, config = time.perf_counter(), self._network.config
        frames = frames_seen(observation, self._shown, self._device)
        moment = self._network.moment(frames, (1,), self._tokens, self._moved(observation.pose), self._state)
        self._state = moment.state
        if not self._left:
            moves = sample_moves(self._network, moment.told, self._random)[0].cpu().numpy() * LIMITS
            self._left.extend(actions_of(moves, float(moment.done[0]), config.stop_threshold)[: config.executed])
        seconds = time.perf_counter() - begun
        self.calls.append(Call("system1", len(self.calls), seconds, seconds))
        return self._left.popleft()

    def close(self) -> None:
        """Nothing is held."""

    def _moved(self, pose: NDArray[np.float64]) -> Moved:
        """Return what the robot knows of its own motion, the pose now included."""
        self._poses = [*self._poses[-self._network.config.history :], pose]
        back = moves_back(np.array(self._poses), self._network.config.history)[-1] / LIMITS
        turned = np.r_[pose[:2], np.arctan2(np.sin(pose[2]), np.cos(pose[2]))]
        told = (torch.from_numpy(part[None]).float().to(self._device) for part in (turned, back))
        return Moved(*told)
