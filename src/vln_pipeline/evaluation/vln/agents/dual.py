"""Two systems at one wheel: System 2 says where to go, System 1 how to get there."""

import itertools
import math
import time
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Call, Command, Follow, Intent, Task, Truth
from vln_pipeline.evaluation.vln.agents.config import DualConfig
from vln_pipeline.evaluation.vln.agents.discrete_path import discrete_actions
from vln_pipeline.evaluation.vln.agents.follower import FloorGoal, Follower
from vln_pipeline.evaluation.vln.agents.navigator import Decision, Navigator, Question
from vln_pipeline.evaluation.vln.agents.thinking import Alongside, InTurn, Thinking, Thought
from vln_pipeline.evaluation.world.planar import out_of, wrap
from vln_pipeline.models.system2.answer import Moves, PixelGoal
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.conversation import history_frames
from vln_pipeline.planning.trajectory import Action

_SPOT = 0.2
"""Radius of what counts as the same spot, metres."""
_ARRIVED = 0.2
"""Distance to the end of a continuous path at which it is done, metres."""
_FACING = math.radians(45)
"""A turn on the spot of more than this is finished first where the follower faces its paths, as a robot that follows
continuous ones turns in place (``FollowerConfig.turn_in_place``)."""


@dataclass
class _Goal:
    floor: FloorGoal
    asked: int
    """Actions before System 2 was asked."""
    taken: int = 0
    """Actions towards it so far."""


class DualAgent:
    """Follows an instruction with System 2 and a follower of its goals.

    In the end it always stops: where System 2 says so, where it says nothing that means anything in any wording, and
    where the robot has not left the spot for long. A pixel goal that is reached before the first step makes it turn
    left, so that System 2 sees something else.

    Args:
        navigator: System 2.
        follower: System 1, or what stands for it.
        config: how both take turns.
        shown: what System 2 is shown.
    """

    rgb = True

    def __init__(self, navigator: Navigator, follower: Follower, config: DualConfig, shown: DialogueConfig) -> None:
        self.depth = follower.depth
        self.calls: list[Call] = []
        self.intents: list[Intent] = []
        self._navigator, self._follower, self._config, self._shown = navigator, follower, config, shown
        self._alongside = config.mode == "partial_async"
        self._thinking: Thinking = Alongside(self._system2, config.lag) if self._alongside else InTurn(self._system2)

    def reset(self, task: Task, truth: Truth | None) -> None:
        """Begin an episode; there is no truth for robots outside of a simulator."""
        self._thinking.drop()
        self._navigator.reset()
        self._follower.reset(task, truth)
        self.calls, self.intents = [], []
        self._task = task
        self._frames: list[NDArray[np.uint8]] = []
        self._left: deque[Command] = deque()
        self._goal: _Goal | None = None
        self._over = False
        self._steps = self._idle = 0
        self._spot = np.full(2, np.inf)

    def step(self, observation: Observation) -> Command:
        """Return what to do now: from the level view go on with what was decided, from the floor's decide."""
        command = self._decide(observation) if observation.looks_down else self._go_on(observation)
        if command is not Action.LOOK_DOWN:
            self._steps += 1
            if self._goal is not None:
                self._goal.taken += 1
        return command

    def close(self) -> None:
        """End System 2's thread."""
        self._thinking.close()

    def _go_on(self, level: Observation) -> Command:
        self._frames.append(level.rgb)
        self._level = level
        if self._lost(level.pose):
            return Action.STOP
        self._take(self._thinking.due(self._steps), level.pose)
        if self._over:
            return Action.STOP
        # The view of the floor costs no step, and both systems need it.
        if not self._left or (self._alongside and self._should_think):
            return Action.LOOK_DOWN
        return self._left.popleft()

    def _decide(self, floor: Observation) -> Command:
        if self._should_think:
            self._thinking.ask(self._question(floor), self._steps)
            self._take(self._thinking.due(self._steps), floor.pose)
        while (command := self._act(floor)) is None:
            if not self._thinking.busy:
                self._thinking.ask(self._question(floor), self._steps)
            self._take(self._thinking.wait(), floor.pose)
        return command

    @property
    def _should_think(self) -> bool:
        """Whether the goal was followed for long enough."""
        return self._goal is not None and self._goal.taken >= self._config.goal_actions and not self._thinking.busy

    def _act(self, floor: Observation) -> Command | None:
        """Return what the last decision leads to; None where it leads no further."""
        if self._over:
            return Action.STOP
        if self._left:
            return self._left.popleft()
        if self._goal is None:
            return None
        goal, begun = self._goal, time.perf_counter()
        path = self._follower.path(goal.floor, floor if self._follower.looks_down else self._level)
        seconds = time.perf_counter() - begun
        self.calls.append(Call("system1", self._steps, seconds, seconds))
        self._intend(goal, path, floor.pose)
        turns = self._turns_to_face(path)
        commands = turns or self._commands(path, floor.pose)
        if self._follower.once or (not turns and len(commands) < self._config.replan):
            self._goal = None
        if not commands:
            return Action.LEFT if goal.taken == 0 else None
        self._left.extend(commands)
        return self._left.popleft()

    def _turns_to_face(self, path: NDArray[np.float64]) -> list[Command]:
        """Return the turns on the spot to a path far off the heading; none where it is faced, or need not be."""
        if self._config.motion != "discrete" or not self._follower.faces:
            return []
        turn = math.radians(self._task.motion.turn)
        actions = discrete_actions(path, self._task.motion, math.ceil(math.pi / turn))
        turns = list(itertools.takewhile(lambda action: action in (Action.LEFT, Action.RIGHT), actions))
        return [*turns] if len(turns) * turn > _FACING else []

    def _commands(self, path: NDArray[np.float64], pose: NDArray[np.float64]) -> list[Command]:
        if self._config.motion == "discrete":
            return [*discrete_actions(path, self._task.motion, self._config.replan)]
        if not len(path) or np.linalg.norm(path[-1]) < _ARRIVED:
            return []
        follow = Follow(path, pose, self._follower.faces)
        return [follow for _ in range(self._config.replan)]

    def _take(self, thought: Thought | None, pose: NDArray[np.float64]) -> None:
        """Let a decision take the place of the last one."""
        if thought is None:
            return
        decision = thought.decision
        self.calls.append(Call("system2", thought.step, decision.seconds, thought.waited, decision.said))
        self._left.clear()
        self._goal = None
        if isinstance(decision.answer, PixelGoal):
            seen = decision.asked.floor
            size = (seen.camera.intrinsics.width, seen.camera.intrinsics.height)
            pixel = np.array(decision.answer.within(self._shown.goal_size, size))
            self._goal = _Goal(FloorGoal(seen, pixel, decision.latent), thought.step)
        elif isinstance(decision.answer, Moves):
            self._left.extend(self._moves(decision.answer.actions, decision.asked.floor.pose, pose))
        else:
            self._over = True

    def _moves(self, actions: tuple[Action, ...], asked: NDArray[np.float64], now: NDArray[np.float64]) -> list[Action]:
        """Return actions that were meant for where System 2 was asked, for where the robot is now.

        A robot that drove on meanwhile turns to the heading that the first turns were to lead to; what was to come
        after them was meant for another place.
        """
        if np.allclose(asked, now, atol=1e-6):
            return list(actions)
        turn = math.radians(self._task.motion.turn)
        first = next((n for n, action in enumerate(actions) if action in (Action.FORWARD, Action.STOP)), len(actions))
        heading = asked[2] + turn * sum(1 if action is Action.LEFT else -1 for action in actions[:first])
        turns = round(wrap(heading - now[2]) / turn)
        return [Action.LEFT if turns > 0 else Action.RIGHT] * abs(turns)

    def _question(self, floor: Observation) -> Question:
        current = len(self._frames) - 1
        history = [self._frames[n] for n in history_frames(current, self._shown.history)]
        return Question(self._task.instruction, history, self._frames[-1], floor)

    def _system2(self, question: Question) -> Decision:
        return self._navigator.decide(question, self._follower.queries)

    def _intend(self, goal: _Goal, path: NDArray[np.float64], pose: NDArray[np.float64]) -> None:
        size = goal.floor.seen.camera.intrinsics
        share = (goal.floor.pixel + 0.5) / (size.width, size.height)
        self.intents.append(Intent(self._steps, goal.asked, share, out_of(pose, path)))

    def _lost(self, pose: NDArray[np.float64]) -> bool:
        """Tell whether the robot has been on the same spot for too long."""
        if np.linalg.norm(pose[:2] - self._spot) > _SPOT:
            self._spot, self._idle = pose[:2].copy(), 0
        self._idle += 1
        return self._idle > self._config.idle_limit
