"""Frames and rotations of Habitat (y up, -z forward, metres)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

_LEGACY_UP, _LEGACY_FRONT = (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)
"""Axes of a stage that no configuration describes."""
_UP, _FRONT = (0.0, 1.0, 0.0), (0.0, 0.0, -1.0)
"""Axes of a stage that a configuration describes without telling them. StageAttributesManager, initNewObjectInternal:
the frame is guessed by the file's name only where there are no default attributes."""
_SQUARE = 1e-3
"""Largest cosine between up and front."""


def to_world(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (..., 3) positions of Habitat's world in ours, z up: (x, y, z) becomes (x, -z, y)."""
    points = np.asarray(points, dtype=np.float64)
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def asset_to_habitat(up: Sequence[float], front: Sequence[float]) -> NDArray[np.float64]:
    """Return the (3, 3) rotation from an asset's frame, told by two of its axes, to Habitat's.

    Raises:
        ValueError: the axes are not perpendicular.
    """
    axes = np.array([up, front], dtype=np.float64)
    length = np.linalg.norm(axes, axis=1)
    if axes.shape != (2, 3) or not np.isfinite(axes).all() or (length == 0).any():
        raise ValueError(f"up {list(up)} and front {list(front)} are no axes")
    high, ahead = axes / length[:, None]
    if abs(high @ ahead) > _SQUARE:
        raise ValueError(f"up {list(up)} and front {list(front)} are not perpendicular")
    return np.stack([np.cross(ahead, high), high, -ahead])


def asset_to_world(attributes: dict[str, Any] | None) -> NDArray[np.float64]:
    """Return the (3, 3) rotation of a stage from its asset's frame to ours.

    Args:
        attributes: of the stage; with none at all it has z up and looks along y, and with some that tell neither up nor
            front y up, looking along -z.

    Raises:
        ValueError: up and front are no perpendicular axes, or only one of them is given.
    """
    if attributes is None:
        return to_world(asset_to_habitat(_LEGACY_UP, _LEGACY_FRONT).T).T
    if ("up" in attributes) != ("front" in attributes):
        raise ValueError("up and front must both be given")
    up, front = attributes.get("up", _UP), attributes.get("front", _FRONT)
    return to_world(asset_to_habitat(up, front).T).T


def rotation_wxyz(quaternion: Sequence[float]) -> NDArray[np.float64]:
    """Return the (3, 3) matrix of a quaternion whose scalar comes first, as in all files of Habitat.

    Raises:
        ValueError: it is no quaternion of finite length.
    """
    q = np.array(quaternion, dtype=np.float64)
    if q.shape != (4,) or not np.isfinite(q).all():
        raise ValueError(f"{list(quaternion)} is no quaternion")
    return Rotation.from_quat(np.roll(q, -1)).as_matrix()
