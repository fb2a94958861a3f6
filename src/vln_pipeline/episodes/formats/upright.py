"""Headings of upright agents: from Habitat's quaternions, and from Matterport3D's, to ours.

In Habitat's world (y up) an agent at identity looks along -z, which is our +y; it turns left about +y.
"""

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Order = Literal["xyzw", "wxyz"]
_TILT = 0.02
"""Largest share of a quaternion that is not a turn about the vertical axis."""


def yaw_of_rotation(rotation: NDArray[np.float64], order: Order) -> float:
    """Return the yaw in our world of a Habitat agent's rotation, radians in [-pi, pi).

    Args:
        rotation: (4,) unit quaternion.
        order: where the scalar stands; the two components of an upright agent that are zero tell a wrong one.

    Raises:
        ValueError: it tilts, in most cases because the order is the other one.
    """
    x, y, z, w = rotation if order == "xyzw" else np.roll(rotation, -1)
    if math.hypot(x, z) > _TILT:
        other = np.roll(rotation, -1) if order == "xyzw" else rotation
        told = "wxyz" if order == "xyzw" else "xyzw"
        hint = f"; it would be as {told}" if math.hypot(other[0], other[2]) <= _TILT else ""
        raise ValueError(f"start_rotation is not upright as {order}{hint}")
    return wrap(2 * math.atan2(y, w) + math.pi / 2)


def yaw_of_heading(heading: float) -> float:
    """Return the yaw of a heading of Matterport3D's simulator: 0 is +y, clockwise."""
    return wrap(math.pi / 2 - heading)


def wrap(angle: float) -> float:
    """Return an angle in [-pi, pi), radians."""
    return (angle + math.pi) % (2 * math.pi) - math.pi
