"""The one call that every agent is scored by: from what the robot sees to what it does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.episode import Episode
from vln_pipeline.evaluation.world.config import MotionConfig
from vln_pipeline.evaluation.world.robot import Robot
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.planning.trajectory import Action


@dataclass(frozen=True, eq=False)
class Follow:
    """Drive along a path for a while, in place of a discrete action.

    Attributes:
        path: (K, 2) waypoints from near to far in the body frame at ``origin``, x forward, y left, metres.
        origin: (3,) odometry where the path was planned; the same object again goes on along the same path.
        face: whether a robot that turns in place for the path faces it before it drives.
    """

    path: NDArray[np.float64]
    origin: NDArray[np.float64]
    face: bool = False


Command = Action | Follow
Model = Literal["system2", "system1", "streamvln"]
"""What an agent may ask."""
MODELS: Mapping[Model, str] = {"system2": "System 2", "system1": "System 1", "streamvln": "StreamVLN"}
"""How reports call each."""


@dataclass(frozen=True)
class Task:
    """What an agent is told when an episode begins.

    Attributes:
        instruction: the words.
        motion: what its actions do.
        seed: of every draw it makes in the episode.
    """

    instruction: str
    motion: MotionConfig
    seed: int


@dataclass(frozen=True)
class Truth:
    """What only privileged agents look at.

    Attributes:
        world: the world itself.
        robot: the robot, which knows where it truly is.
        episode: reference and goal.
    """

    world: World
    robot: Robot
    episode: Episode


@dataclass(frozen=True)
class Call:
    """One question to a model.

    Attributes:
        model: which.
        step: actions taken before it was asked.
        seconds: that it took.
        waited: seconds of them in which the robot stood still.
        said: what System 2 said, all turns of its conversation.
    """

    model: Model
    step: int
    seconds: float
    waited: float
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Intent:
    """Where an agent means to go, for whoever watches.

    Attributes:
        step: actions taken before.
        asked: actions taken before System 2 was asked for the goal.
        pixel: (2,) column and row of the goal in the look-down view of that moment, as shares of its width and height.
        path: (K, 2) way to it, odometry frame, metres; empty where none was planned.
    """

    step: int
    asked: int
    pixel: NDArray[np.float64]
    path: NDArray[np.float64]


class Agent(Protocol):
    """Follows one instruction at a time.

    Attributes:
        rgb: whether it looks at colour images.
        depth: whether it looks at depth images.
    """

    rgb: bool
    depth: bool

    def reset(self, task: Task, truth: Truth) -> None:
        """Begin an episode; ``truth`` is for privileged agents."""
        ...

    def step(self, observation: Observation) -> Command:
        """Return what to do now.

        ``Action.LOOK_DOWN`` moves nothing and is no step: the next observation is that of the tilted camera, and the
        camera is level again after the next motion.
        """
        ...

    @property
    def calls(self) -> Sequence[Call]:
        """Questions to models since the episode began, in order."""
        ...

    @property
    def intents(self) -> Sequence[Intent]:
        """Where it meant to go since the episode began, in order."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...
