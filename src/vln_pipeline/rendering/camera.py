"""Cameras: intrinsics, named settings, rigs, and where a setting looks from on a walk."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Intrinsics:
    """A pin-hole camera; the centre of the top-left pixel is (0, 0), so a centred cx is (width - 1) / 2.

    Attributes:
        width, height: image size, pixels.
        fx, fy: focal lengths, pixels.
        cx, cy: principal point, pixels.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    @classmethod
    def from_fov(cls, width: int, height: int, hfov: float, vfov: float | None = None) -> "Intrinsics":
        """Return a centred camera of the given fields of view, degrees; square pixels where ``vfov`` is None."""
        fx = width / 2 / np.tan(np.radians(hfov) / 2)
        fy = fx if vfov is None else height / 2 / np.tan(np.radians(vfov) / 2)
        return cls(width, height, float(fx), float(fy), (width - 1) / 2, (height - 1) / 2)

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(3, 3) K."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]])


class Motion(StrEnum):
    """Which form of a walk a rig films."""

    CONTINUOUS = "continuous"
    DISCRETE = "discrete"


@dataclass(frozen=True)
class CameraSetting:
    """One camera of a rig.

    Attributes:
        name: "<H>cm_<P>deg", for instance "125cm_30deg".
        height: of the optical centre above the ground, metres.
        pitch: downward tilt, degrees.
        intrinsics: the camera.
    """

    name: str
    height: float
    pitch: float
    intrinsics: Intrinsics


@dataclass(frozen=True)
class Rig:
    """Cameras at one height that film one form of a walk.

    Attributes:
        name: unique in its run.
        motion: which poses of a trajectory are filmed.
        settings: one per pitch.
        depth_unit: metres per unit of the 16-bit depth images, 1e-4 (vln_n1) or 1e-3 (vln_ce).
    """

    name: str
    motion: Motion
    settings: tuple[CameraSetting, ...]
    depth_unit: float


# Columns are the camera's x (right), y (down), z (forward) axes in the body frame (x forward, y left, z up).
_LEVEL_CAMERA = np.array([[0.0, 0.0, 1.0], [-1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
OPENGL_FROM_OPENCV = np.diag([1.0, -1.0, -1.0, 1.0])
"""Right-multiply an OpenCV camera-to-world matrix by this to get OpenGL axes (x right, y up, z backward), and back."""


def camera_poses(
    positions: NDArray[np.float64], yaw: NDArray[np.float64], height: float, pitch: float
) -> NDArray[np.float64]:
    """Return (N, 4, 4) camera-to-world matrices with OpenCV axes (x right, y down, z forward).

    Args:
        positions: (N, 3) base positions on the ground, metres, world.
        yaw: (N,) headings, radians, counter-clockwise from +x.
        height: of the camera above the ground, metres.
        pitch: downward tilt, degrees.
    """
    tilt = np.radians(pitch)
    c, s = np.cos(tilt), np.sin(tilt)
    # A downward tilt turns the camera about its own x axis: forward moves towards down.
    level_from_tilted = np.array([[1.0, 0.0, 0.0], [0.0, c, s], [0.0, -s, c]])
    heading = np.zeros((len(yaw), 3, 3))
    heading[:, 0, 0] = heading[:, 1, 1] = np.cos(yaw)
    heading[:, 1, 0] = np.sin(yaw)
    heading[:, 0, 1] = -np.sin(yaw)
    heading[:, 2, 2] = 1.0
    poses = np.tile(np.eye(4), (len(yaw), 1, 1))
    poses[:, :3, :3] = heading @ (_LEVEL_CAMERA @ level_from_tilted)
    poses[:, :3, 3] = positions + np.array([0.0, 0.0, height])
    return poses


def body_poses(positions: NDArray[np.float64], yaw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 4, 4) body-to-world matrices of an upright body: x forward, y left, z up, origin on the ground.

    Args:
        positions: (N, 3) base positions on the ground, metres, world.
        yaw: (N,) headings, radians, counter-clockwise from +x.
    """
    poses = np.tile(np.eye(4), (len(yaw), 1, 1))
    poses[:, 0, 0] = poses[:, 1, 1] = np.cos(yaw)
    poses[:, 1, 0] = np.sin(yaw)
    poses[:, 0, 1] = -np.sin(yaw)
    poses[:, :3, 3] = positions
    return poses
