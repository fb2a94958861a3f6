"""A walk as training sees it: where the robot was at every frame, and where the frames are."""

from dataclasses import dataclass
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.training.navdp_data.columns import Filmed

_ROTATION_ERROR = 0.01
_UPRIGHT = 0.7


class FrameSource(Protocol):
    """Frames of one walk as they were filmed."""

    def rgb(self, frame: int) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB; a DataError says that it cannot be read."""
        ...

    def depth(self, frame: int) -> NDArray[np.float32]:
        """Return (h, w) float32 metres, 0 where nothing was measured; a DataError says that it cannot be read."""
        ...


@dataclass(frozen=True)
class Walk:
    """One episode as one camera filmed it; n frames.

    Attributes:
        name: "<scene>/<episode>", with the camera where an episode has several.
        scene: number of its scene in the index.
        frames: reads its frames.
        positions: (n, 3) float64 metres, the camera's, world z up.
        yaw: (n,) float64 radians, heading of the body.
        tilt: (3, 3) float64 camera axes (right, up, backward) as columns in the body's axes right, forward, up.
        height: of the camera above the ground, metres.
        intrinsics: the camera.
        discrete: whether frames follow actions, turns on the spot among them, and not a path at even speed.
    """

    name: str
    scene: int
    frames: FrameSource
    positions: NDArray[np.float64]
    yaw: NDArray[np.float64]
    tilt: NDArray[np.float64]
    height: float
    intrinsics: Intrinsics
    discrete: bool

    @classmethod
    def of(cls, name: str, scene: int, frames: FrameSource, filmed: Filmed, *, discrete: bool) -> Self:
        """Return a walk by where its camera was.

        Raises:
            DataError: the poses are not what they should be.
        """
        tilt, height = filmed.extrinsic[:3, :3], float(filmed.extrinsic[2, 3])
        yaw = body_yaw(filmed.poses, tilt, name)
        positions = np.ascontiguousarray(filmed.poses[:, :3, 3])
        return cls(name, scene, frames, positions, yaw, tilt, height, filmed.intrinsics, discrete)

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def pitch(self) -> float:
        """Downward tilt of the camera, degrees."""
        return float(np.degrees(np.arcsin(np.clip(self.tilt[2, 2], -1, 1))))

    def local(self, frame: int, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (K, 2) world positions in the body frame of a frame: x forward, y left, metres.

        Args:
            frame: whose body frame.
            points: (K, 2 or 3) world, metres.
        """
        c, s = np.cos(self.yaw[frame]), np.sin(self.yaw[frame])
        offset = points[:, :2] - self.positions[frame, :2]
        return offset @ np.array([[c, -s], [s, c]])


def body_yaw(poses: NDArray[np.float64], tilt: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Return (n,) the heading of the body, radians, checking that poses are what they should be.

    Args:
        poses: (n, 4, 4) camera-to-world, OpenGL axes, world z up.
        tilt: as in ``Walk``.
        name: of the walk, for the error.

    Raises:
        DataError: a pose is not finite, not a rotation, or the body does not stand upright, as it happens where
            another convention of camera axes was written.
    """
    if not (np.isfinite(poses).all() and np.isfinite(tilt).all()):
        raise DataError(name, "a pose or the camera's extrinsic is not finite")
    base = poses[:, :3, :3] @ tilt.T
    if np.abs(base @ base.transpose(0, 2, 1) - np.eye(3)).max() > _ROTATION_ERROR:
        raise DataError(name, "a pose or the camera's extrinsic is not a rotation")
    if base[:, 2, 2].min() < _UPRIGHT:
        raise DataError(name, "the body does not stand upright: poses are not in OpenGL camera axes with world z up")
    return np.arctan2(base[:, 1, 1], base[:, 0, 1])
