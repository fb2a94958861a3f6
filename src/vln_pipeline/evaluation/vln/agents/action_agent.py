"""Seq2Seq and CMA at the wheel: an action at every step."""

import time
from typing import Any

import torch

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Call, Intent, Task, Truth
from vln_pipeline.evaluation.vln.agents.sight import frames_seen
from vln_pipeline.models.single_system.observation import Steps
from vln_pipeline.models.single_system.system import Network
from vln_pipeline.models.single_system.words import Words
from vln_pipeline.planning.trajectory import Action


class ActionAgent:
    """Follows an instruction with a network that says actions; its recurrent state begins anew with each episode.

    Args:
        network: a Seq2Seq or a CMA, on its device and in evaluation mode.
        words: what it knows.
        draws: whether actions are drawn by their probabilities, or the most likely one is taken.
    """

    rgb = depth = True
    intents: tuple[Intent, ...] = ()

    def __init__(self, network: Network, words: Words, *, draws: bool) -> None:
        self.calls: list[Call] = []
        self._network, self._words, self._draws = network, words, draws
        self._shown: Any = network.config.shown
        self._device = next(network.parameters()).device

    def reset(self, task: Task, truth: Truth) -> None:
        """Begin an episode."""
        self.calls = []
        numbers = self._words.numbers(task.instruction, self._shown.words)
        self._tokens = torch.tensor([numbers], device=self._device)
        self._state: torch.Tensor | None = None
        self._previous = 0
        self._random = torch.Generator().manual_seed(task.seed)

    @torch.no_grad()
    def step(self, observation: Observation) -> Action:
        """Return what to do now."""
        begun = time.perf_counter()
        frames = frames_seen(observation, self._shown, self._device)
        previous = torch.tensor([self._previous], device=self._device)
        said: Steps = self._network(frames, (1,), self._tokens, previous, self._state)
        self._state = said.state
        action = self._chosen(said.logits[0].float().cpu())
        self._previous = int(action) + 1
        seconds = time.perf_counter() - begun
        self.calls.append(Call("system1", len(self.calls), seconds, seconds))
        return action

    def close(self) -> None:
        """Nothing is held."""

    def _chosen(self, logits: torch.Tensor) -> Action:
        if not self._draws:
            return Action(int(logits.argmax()))
        return Action(int(torch.multinomial(logits.softmax(dim=0), 1, generator=self._random)))
