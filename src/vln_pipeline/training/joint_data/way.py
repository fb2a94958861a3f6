"""The way from where a pixel goal was given to the goal, and the frames on it that are learned from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.models.bridge.views import squashed, squashed_depth
from vln_pipeline.training.joint_batch import JointSample
from vln_pipeline.training.joint_data.config import WayConfig
from vln_pipeline.training.joint_data.path_target import path_target
from vln_pipeline.training.navdp_data.walk import FrameSource
from vln_pipeline.training.system2_batch import System2Sample


@dataclass(frozen=True)
class GoalWay:
    """A discrete walk as the look-down camera saw it, from the frame of a pixel goal on.

    Attributes:
        frames: reads the frames of the whole walk.
        first: number of that frame.
        poses: (G + 1, 4, 4) camera-to-world, OpenCV axes, metres, world z up: of that frame, and the G that follow it
            up to the goal.
    """

    frames: FrameSource
    first: int
    poses: NDArray[np.float64]

    @property
    def ahead(self) -> int:
        """Frames to the goal."""
        return len(self.poses) - 1


def learned_frames(ahead: int, config: WayConfig) -> NDArray[np.int64]:
    """Return the numbers, from 0, of the frames on a way of ``ahead`` frames that are learned from, the first included.

    Every ``frame_stride``-th is, or fewer, evenly spread, where that is more than ``frames``.
    """
    stride = config.frame_stride
    if len(range(0, ahead, stride)) > config.frames:
        stride = -(-ahead // config.frames)
    return np.arange(0, ahead, stride)


def ground_path(poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 2) positions of a camera in the first one's body frame: x forward, y left, metres.

    Args:
        poses: (N, 4, 4) camera-to-world, OpenCV axes, world z up; however far the camera looks down.
    """
    right = poses[0, :2, 0] / np.linalg.norm(poses[0, :2, 0])
    forward = np.array([-right[1], right[0]])
    return (poses[:, :2, 3] - poses[0, :2, 3]) @ np.column_stack([forward, -right])


def sample_of(way: GoalWay, asked: System2Sample, config: WayConfig, *, size: int, count: int) -> JointSample:
    """Return what is learned from a way.

    Args:
        way: to the goal.
        asked: the conversation in which the goal was given.
        config: how frames and paths are chosen.
        size: edge of the network's images, pixels.
        count: waypoints that it predicts.

    Raises:
        DataError: an image cannot be read.
    """
    chosen = learned_frames(way.ahead, config)
    return JointSample(
        **vars(asked),
        images=np.stack([squashed(way.frames.rgb(way.first + int(frame)), size) for frame in chosen]),
        depths=np.stack([squashed_depth(way.frames.depth(way.first + int(frame)), size) for frame in chosen]),
        actions=np.stack(
            [
                path_target(ground_path(way.poses[frame:]), count, config.horizon, config.turn_after_end)
                for frame in chosen
            ]
        ),
    )
