"""What answers a robot over the native contract."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.rendering.camera import CameraSetting


@dataclass(frozen=True)
class Start:
    """What a robot tells when an episode begins.

    Attributes:
        instruction: the words; empty where goals come with what is seen.
        seed: of every draw in the episode.
        camera: that takes the images.
    """

    instruction: str
    seed: int
    camera: CameraSetting


@dataclass(frozen=True)
class Sight:
    """What a robot sees at one time.

    Attributes:
        now: images, camera and odometry; ``time`` is the robot's stamp.
        file: the colour image as it came.
        point: (2,) goal, x forward, y left, metres, or None.
        pixel: (2,) goal, column and row, or None.
        image: (h, w, 3) goal, or None.
    """

    now: Observation
    file: bytes
    point: NDArray[np.float64] | None = None
    pixel: NDArray[np.float64] | None = None
    image: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Course:
    """Where to drive, in the body frame at the time of what was seen.

    Attributes:
        path: (K, 2) waypoints from near to far, metres; (0, 2) where there is none.
        heading: to turn to in place where there is no path, radians; None to stand still.
        actions: the same as discrete actions, InternNav's numbers; empty where the robot follows paths.
        stop: whether the goal is reached.
        candidates: (S, K, 2) all paths that were considered, best first.
        values: (S,) how good each is.
        said: what System 2 said last, all turns.
        said_age: seconds from what System 2 was shown to what was seen now; None where it said nothing yet.
        thinking: whether System 2 is at work.
    """

    path: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 2)))
    heading: float | None = None
    actions: tuple[int, ...] = ()
    stop: bool = False
    candidates: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 2)))
    values: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    said: tuple[str, ...] = ()
    said_age: float | None = None
    thinking: bool = False

    def told(self) -> dict[str, Any]:
        """Return it as a message has it."""
        return {
            "path": self.path.tolist(),
            "heading": self.heading,
            "actions": list(self.actions),
            "stop": self.stop,
            "candidates": self.candidates.tolist(),
            "values": self.values.tolist(),
            "said": list(self.said),
            "said_age": self.said_age,
            "thinking": self.thinking,
        }


class Pilot(Protocol):
    """Drives one robot, episode after episode."""

    def begin(self, start: Start) -> None:
        """Begin an episode.

        Raises:
            RefusedRequestError: the pilot cannot drive so.
        """
        ...

    def see(self, sight: Sight) -> Course:
        """Return where to drive.

        Raises:
            RefusedRequestError: the episode is too long.
            DataError: the pilot knows no such goal.
        """
        ...

    def close(self) -> None:
        """Forget the robot."""
        ...
