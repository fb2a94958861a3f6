"""Which way a camera's axes point, told from poses alone: cameras do not roll, and robots walk where they look."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LEVEL = 0.1
"""Largest mean of the height that a camera's right axis gains; bodies that walk sway by a few degrees."""
_UPRIGHT = 0.3
"""Least mean of the height that a camera's up axis gains: cameras pitch by less than 70 degrees."""
_ALONG = 0.2
"""Least mean of the cosine between where a camera looks and where it goes."""
_MOVED = 0.01
"""Shortest step that tells a direction, metres."""


@dataclass(frozen=True)
class Convention:
    """A meaning of a (4, 4) pose.

    Attributes:
        name: as a user reads it.
        axes: (3, 3) whose columns are right, up and forward in the camera's own axes.
        is_inverse: whether the matrix leads from the world to the camera.
        y_up: whether the world's y axis points up.
    """

    name: str
    axes: tuple[tuple[float, float, float], ...]
    is_inverse: bool = False
    y_up: bool = False

    def cameras(self, poses: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (N, 3, 3) right, up and forward as columns and (N, 3) positions, in a world with z up."""
        if self.is_inverse:
            rotations = poses[:, :3, :3].transpose(0, 2, 1)
            positions = -np.einsum("nij,nj->ni", rotations, poses[:, :3, 3])
        else:
            rotations, positions = poses[:, :3, :3], poses[:, :3, 3]
        if self.y_up:
            rotations, positions = _Z_UP @ rotations, positions @ _Z_UP.T
        return rotations @ np.array(self.axes), positions

    def misfit(self, poses: NDArray[np.float64]) -> float:
        """Return how little sense (N, 4, 4) poses of one walk make, from 0: roll, sway, and looking aside.

        It is infinite where they make none: the camera rolls, hangs upside down, or walks backward.
        """
        axes, positions = self.cameras(poses)
        roll = np.abs(axes[:, 2, 0]).mean()
        if roll > _LEVEL or axes[:, 2, 1].mean() < _UPRIGHT:
            return np.inf
        steps = np.diff(positions, axis=0)[:, :2]
        lengths = np.linalg.norm(steps, axis=1)
        moved = lengths > _MOVED
        along = 1.0
        if moved.any():
            looks = axes[:-1, :2, 2][moved]
            cosines = (looks * steps[moved]).sum(axis=1) / lengths[moved] / np.linalg.norm(looks, axis=1).clip(1e-6)
            along = cosines.mean()
        return float(roll + axes[:, 2, 2].std() + 1 - along) if along > _ALONG else np.inf

    def fits(self, poses: NDArray[np.float64]) -> bool:
        """Whether (N, 4, 4) poses of one walk make sense: level, upright, looking where they go."""
        return self.misfit(poses) < np.inf


_Z_UP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
"""A world with y up and z backward, seen with z up."""
OPENCV = Convention("OpenCV", ((1, 0, 0), (0, -1, 0), (0, 0, 1)))
OPENGL = Convention("OpenGL", ((1, 0, 0), (0, 1, 0), (0, 0, -1)))
BODY = Convention("a body's (x forward, y left, z up)", ((0, 0, 1), (-1, 0, 0), (0, 1, 0)))
_KNOWN = tuple(
    Convention(
        f"{known.name}{', world with y up' * y_up}{', world to camera' * is_inverse}", known.axes, is_inverse, y_up
    )
    for y_up in (False, True)
    for is_inverse in (False, True)
    for known in (OPENCV, OPENGL, BODY)
)


def best_fitting(poses: NDArray[np.float64]) -> Convention | None:
    """Return the convention in which (N, 4, 4) poses of one walk make most sense, the simplest of equals, if any."""
    best = min(_KNOWN, key=lambda convention: convention.misfit(poses))
    return best if best.fits(poses) else None


def downward_pitch(forward: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far (N, 3) directions point down, degrees."""
    return np.degrees(np.arcsin(np.clip(-forward[:, 2], -1, 1)))


def is_rigid(matrices: NDArray[np.float64]) -> bool:
    """Whether the upper left (3, 3) of matrices are rotations, to the precision of float32."""
    rotations = matrices[:, :3, :3]
    products = rotations @ rotations.transpose(0, 2, 1)
    return bool(np.allclose(products, np.eye(3), atol=1e-3) and (np.linalg.det(rotations) > 0).all())
