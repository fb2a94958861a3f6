"""Baselines that neither look nor listen."""

import math

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Call, Intent, Task, Truth
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.seeding import generator

_CHOICES = (Action.STOP, Action.FORWARD, Action.LEFT, Action.RIGHT)
_SHARES = (0.02, 0.68, 0.15, 0.15)
"""Shares of the actions in the training episodes of VLN-CE (Krantz et al. 2020, random baseline)."""
_LEG = 37
"""Forward actions to the mean length of those episodes (Krantz et al. 2020, hand-crafted baseline)."""


class RandomActions:
    """Draws every action."""

    rgb = depth = False
    calls: tuple[Call, ...] = ()
    intents: tuple[Intent, ...] = ()

    def reset(self, task: Task, truth: Truth) -> None:
        """Start the draws of an episode."""
        self._rng = generator(task.seed, "random_actions")

    def step(self, observation: Observation) -> Action:
        """Return any action."""
        return _CHOICES[int(self._rng.choice(len(_CHOICES), p=_SHARES))]

    def close(self) -> None:
        """Nothing is held."""


class ForwardOnly:
    """Turns to a heading that it draws, drives straight on, and stops."""

    rgb = depth = False
    calls: tuple[Call, ...] = ()
    intents: tuple[Intent, ...] = ()

    def reset(self, task: Task, truth: Truth) -> None:
        """Draw the heading."""
        turns = round(2 * math.pi / math.radians(task.motion.turn))
        drawn = int(generator(task.seed, "forward_only").integers(turns)) - turns // 2
        turn = Action.LEFT if drawn > 0 else Action.RIGHT
        self._left = [Action.STOP, *[Action.FORWARD] * _LEG, *[turn] * abs(drawn)]

    def step(self, observation: Observation) -> Action:
        """Return the next action of the list."""
        return self._left.pop()

    def close(self) -> None:
        """Nothing is held."""


class StopAtOnce:
    """Stops where it stands: what an episode gives away for nothing."""

    rgb = depth = False
    calls: tuple[Call, ...] = ()
    intents: tuple[Intent, ...] = ()

    def reset(self, task: Task, truth: Truth) -> None:
        """Nothing is kept."""

    def step(self, observation: Observation) -> Action:
        """Return STOP."""
        return Action.STOP

    def close(self) -> None:
        """Nothing is held."""
