"""Both systems behind ``/eval_dual``, the HTTP contract of InternNav's server for robots.

A request has one image of a camera that is tilted down, and its depth. The answer is a list of discrete actions, or a
path in the body frame whose first point is the robot's own.
"""

import json
import time
from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.image_files import NamedFile, colour_file, depth_file
from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.policy_server import PolicyServer
from vln_pipeline.evaluation.vln.agents.agent import Call, Command, Follow, Intent, Task, Truth
from vln_pipeline.evaluation.vln.agents.config import ServerConfig
from vln_pipeline.evaluation.vln.agents.discrete_path import discrete_actions
from vln_pipeline.evaluation.world.planar import out_of
from vln_pipeline.planning.trajectory import Action

_PATH = "eval_dual"
_ARRIVED = 0.2
"""Distance to the end of a continuous path at which it is done, metres."""
_ACTIONS = {int(action): action for action in (Action.STOP, Action.FORWARD, Action.LEFT, Action.RIGHT)}


class Answers(Protocol):
    """Where answers come from."""

    def begin(self, instruction: str, seed: int) -> None:
        """Begin an episode."""
        ...

    def step(self, image: NamedFile, depth: NamedFile) -> Mapping[str, Any]:
        """Return the answer to what is seen.

        Raises:
            DataError: there is none.
        """
        ...

    def fault(self, cause: str) -> DataError:
        """Return what to raise for an answer that means nothing."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


class EvalDualServer:
    """Answers of a server; the published one takes no notice of instruction and seed.

    Args:
        config: the server.
    """

    def __init__(self, config: ServerConfig) -> None:
        self._server = PolicyServer(config.url, config.timeout, "evaluate.agents.servers")

    def begin(self, instruction: str, seed: int) -> None:
        """Tell the server with the next request that an episode begins."""
        self._begun: dict[str, Any] = {"reset": True, "instruction": instruction, "seed": seed}
        self._asked = 0

    def step(self, image: NamedFile, depth: NamedFile) -> Mapping[str, Any]:
        """Return the server's answer."""
        told = {"idx": self._asked} | (self._begun if self._asked == 0 else {"reset": False})
        self._asked += 1
        files = {"image": image, "depth": depth}
        answer = self._server.checked(_PATH, self._server.ask(_PATH, files=files, data={"json": json.dumps(told)}))
        try:
            content = answer.json()
        except ValueError as error:
            raise self.fault(f"unusable answer ({error})") from error
        if not isinstance(content, dict):
            raise self.fault("unusable answer (no object)")
        return content

    def fault(self, cause: str) -> DataError:
        """Return the fault of an answer."""
        return self._server.fault(cause)

    def close(self) -> None:
        """Close the connection."""
        self._server.close()


class EvalDualAgent:
    """Does what it is answered.

    Args:
        answers: where from.
        config: how paths are followed, and how long it bears answers that move nothing.
    """

    rgb = depth = True

    def __init__(self, answers: Answers, config: ServerConfig) -> None:
        self.calls: list[Call] = []
        self.intents: list[Intent] = []
        self._answers, self._config = answers, config

    def reset(self, task: Task, truth: Truth) -> None:
        """Begin an episode."""
        self.calls, self.intents = [], []
        self._task = task
        self._left: deque[Command] = deque()
        self._steps = 0
        self._goal: tuple[int, NDArray[np.float64]] | None = None
        self._answers.begin(task.instruction, task.seed)

    def step(self, observation: Observation) -> Command:
        """Return what to do now."""
        if not self._left:
            if self._config.tilts and not observation.looks_down:
                return Action.LOOK_DOWN
            self._left.extend(self._asked(observation))
        self._steps += 1
        return self._left.popleft()

    def close(self) -> None:
        """Close the connection."""
        self._answers.close()

    def _asked(self, seen: Observation) -> list[Command]:
        """Return the next commands; a stop where answers mean nothing, or lead nowhere for too long."""
        quality, lossless = self._config.jpeg_quality, self._config.lossless
        image = colour_file("image", seen.rgb, lossless=lossless, quality=quality, swapped=False)
        depth = depth_file(seen.depth)
        for _ in range(self._config.patience):
            begun = time.perf_counter()
            answer = self._answers.step(image, depth)
            seconds = time.perf_counter() - begun
            decided = "discrete_action" in answer or "pixel_goal" in answer
            self.calls.append(Call("system2" if decided else "system1", self._steps, seconds, seconds))
            try:
                commands = self._commands(answer, seen)
            except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
                raise self._answers.fault(f"unusable answer ({type(error).__name__}: {error})") from error
            if commands is None:
                return [Action.STOP]
            if commands:
                return commands
        return [Action.STOP]

    def _commands(self, answer: Mapping[str, Any], seen: Observation) -> list[Command] | None:
        """Return what an answer leads to; none where its path ends at the robot, None where System 2 said nothing."""
        if "discrete_action" in answer:
            self._goal = None
            return [_ACTIONS[action] for action in answer["discrete_action"]] or None
        points = np.asarray(answer["trajectory"], dtype=np.float64)
        if points.ndim != 2 or points.shape[1] < 2 or not np.isfinite(points).all():
            raise ValueError(f"a trajectory of shape {points.shape}")
        path = points[1:, :2]
        if "pixel_goal" in answer:
            row, column = (float(value) for value in answer["pixel_goal"])
            height, width = seen.depth.shape
            self._goal = self._steps, np.array([(column + 0.5) / width, (row + 0.5) / height])
        if self._goal is not None:
            self.intents.append(Intent(self._steps, *self._goal, out_of(seen.pose, path)))
        if self._config.motion == "discrete":
            return [*discrete_actions(path, self._task.motion, self._config.replan)]
        if not len(path) or np.linalg.norm(path[-1]) < _ARRIVED:
            return []
        follow = Follow(path, seen.pose)
        return [follow for _ in range(self._config.replan)]
