"""Both systems for one robot that tells what it sees, and nothing of where it is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.follower import FloorGoal
from vln_pipeline.evaluation.vln.agents.latent_follower import LatentFollower
from vln_pipeline.evaluation.vln.agents.navigator import Navigator, Question
from vln_pipeline.models.system2.answer import Moves, PixelGoal, Stop
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.conversation import history_frames
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.serving.images import read_colour
from vln_pipeline.serving.refused import RefusedRequestError

_HFOV = 79.0
"""Degrees; neither system looks at it."""


@dataclass(frozen=True)
class DualRules:
    """When System 2 is asked, and how much is remembered.

    Attributes:
        gap: requests for which System 1 goes on to a goal before System 2 is asked anew.
        frames: requests of an episode at most; their images are kept as they came.
        pixels: of an image at most.
        episode_bytes: of an episode's images at most.
    """

    gap: int
    frames: int
    pixels: int
    episode_bytes: int


class DualSession:
    """An episode.

    Args:
        navigator: System 2, of this robot alone.
        follower: System 1, likewise.
        shown: what System 2 is shown.
        rules: when it is asked.
        instruction: the words.
        seed: of System 1's draws.
    """

    def __init__(
        self,
        navigator: Navigator,
        follower: LatentFollower,
        shown: DialogueConfig,
        rules: DualRules,
        instruction: str,
        seed: int,
    ) -> None:
        self._navigator, self._follower, self._shown, self._rules = navigator, follower, shown, rules
        self._instruction = instruction
        self._files: list[bytes] = []
        self._kept = 0
        self._goal: FloorGoal | None = None
        self._since = 0
        navigator.reset()
        follower.restart(seed)

    def step(self, colour: bytes, depth: NDArray[np.float32]) -> dict[str, Any]:
        """Return what to do, as InternNav's server for robots words it.

        Args:
            colour: JPEG or PNG file of the camera, which is tilted down; it is level and look-down view in one.
            depth: (h, w) metres.

        Returns:
            ``discrete_action``: InternNav's numbers of actions, [0] to stop, [] where System 2 said nothing that means
            anything; or ``trajectory``: (K, 2) metres in the body frame, the robot's own place first, and with a goal
            that is new ``pixel_goal``: its row and column.

        Raises:
            RefusedRequestError: the episode is too long, or images are not of one size.
        """
        if len(self._files) >= self._rules.frames:
            raise RefusedRequestError(409, f"the episode has {self._rules.frames} images; send reset")
        if self._kept + len(colour) > self._rules.episode_bytes:
            cause = f"the episode's images have more than {self._rules.episode_bytes} bytes; send reset"
            raise RefusedRequestError(409, cause)
        rgb = read_colour(colour, "image", self._rules.pixels)
        if rgb.shape[:2] != depth.shape:
            raise RefusedRequestError(422, "image and depth are not of one size")
        lens = Intrinsics.from_fov(rgb.shape[1], rgb.shape[0], _HFOV)
        now = Observation(rgb, depth, CameraSetting("robot", 1.0, 0.0, lens), np.zeros(3), 0.0, looks_down=True)
        self._files.append(colour)
        self._kept += len(colour)
        self._since += 1
        told: dict[str, Any] = {}
        if self._goal is None or self._since > self._rules.gap:
            told = self._decided(now)
        if self._goal is None:
            return told
        path = self._follower.path(self._goal, now)
        return {"trajectory": [[0.0, 0.0], *path.tolist()]} | told

    def _decided(self, now: Observation) -> dict[str, Any]:
        """Ask System 2; a pixel goal becomes the one that is followed."""
        earlier = history_frames(len(self._files) - 1, self._shown.history)
        history = [read_colour(self._files[number], "image", self._rules.pixels) for number in earlier]
        decision = self._navigator.decide(Question(self._instruction, history, now.rgb, now), self._follower.queries)
        self._goal, self._since = None, 0
        answer = decision.answer
        if isinstance(answer, PixelGoal):
            column, row = answer.within(self._shown.goal_size, (now.rgb.shape[1], now.rgb.shape[0]))
            self._goal = FloorGoal(now, np.array([column, row]), decision.latent)
            return {"pixel_goal": [row, column]}
        if isinstance(answer, Moves):
            return {"discrete_action": [int(action) for action in answer.actions]}
        return {"discrete_action": [int(Action.STOP)] if isinstance(answer, Stop) else []}
