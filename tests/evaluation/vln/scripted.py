"""System 2 and System 1 by script."""

import numpy as np
import torch

from vln_pipeline.evaluation.vln.agents.config import DualConfig
from vln_pipeline.evaluation.vln.agents.dual import DualAgent
from vln_pipeline.evaluation.vln.agents.navigator import Navigator
from vln_pipeline.models.system2.answer import PixelGoal, parse
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.conversation import Dialogue
from vln_pipeline.models.system2.plan import LatentPlan, Planned
from vln_pipeline.models.system2.prompts import load_prompts

WIDTH = 8
AHEAD = "320 240"
"""Centre of a look-down view: 1.25 m / tan(30 deg) = 2.165 m ahead."""
GO = ["↓", AHEAD]


class Scripted:
    """Says one text after the other, the last one again and again; an entry may be a function that is called first."""

    hidden_size = WIDTH

    def __init__(self, *texts):
        self.texts, self.asked, self.resets = list(texts), [], 0

    def plan(self, conversation, latent_queries=None):
        self.asked.append(conversation)
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        if callable(text):
            text = text()
        answer = parse(text, (640, 480))
        wanted = latent_queries is not None and isinstance(answer, PixelGoal)
        return Planned(text, answer, LatentPlan(latent_queries.clone()) if wanted else None)

    def reset(self):
        self.resets += 1


class Straight:
    """Leads straight on, ``length`` metres at every question."""

    queries, depth, once, looks_down, faces = None, False, False, True, False

    def __init__(self, length=3.0, once=False):
        self.length, self.once, self.goals = length, once, []

    def reset(self, task, truth):
        self.goals = []

    def path(self, goal, now):
        self.goals.append(goal)
        return np.column_stack([np.arange(0.1, self.length, 0.1), np.zeros(len(np.arange(0.1, self.length, 0.1)))])


def dual(planner, follower, history=8, **changes):
    """Return a dual agent."""
    config = DualConfig(**changes)
    navigator = Navigator(planner, Dialogue(load_prompts(None)), config.looks, config.wordings)
    return DualAgent(navigator, follower, config, DialogueConfig(history=history))


class Network:
    """A System 1 that always goes the same way, and remembers what it was given."""

    def __init__(self, step=(0.1, 0.0), waypoints=32):
        self.latent_queries = torch.nn.Parameter(torch.arange(4.0 * WIDTH).reshape(1, 4, WIDTH))
        self._step, self._count, self.given = step, waypoints, []

    def sample(self, plan, images, depths, noise, generator=None):
        self.given.append((plan, images, depths, noise))
        return torch.tensor([4 * self._step[0], 4 * self._step[1], 0.0]).expand(len(noise), self._count, 3)
