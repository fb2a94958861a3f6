"""Goals while driving, in the form that the network was trained on."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.models.navdp.letterbox import letterbox_mask, letterbox_rgb
from vln_pipeline.models.navdp.policy_config import PolicyConfig

BORDER = 10
"""Width of the strip that stands for a goal out of view, pixels of an image whose longer side is ``REFERENCE_SIDE``."""
REFERENCE_SIDE = 480


@dataclass(frozen=True)
class NavdpGoal:
    """Where to go; several attributes may be set, none of them means to explore.

    Attributes:
        point: (2,) x forward, y left in the current body frame, metres.
        pixel: (2,) column and row in the current image, possibly outside of it; NaN behind the camera.
        image: (h, w, 3) uint8 what the camera sees at the goal.
    """

    point: NDArray[np.float64] | None = None
    pixel: NDArray[np.float64] | None = None
    image: NDArray[np.uint8] | None = None

    @property
    def explores(self) -> bool:
        """Whether there is no goal."""
        return self.point is None and self.pixel is None and self.image is None


def point_goal(point: NDArray[np.float64], config: PolicyConfig) -> NDArray[np.float32]:
    """Return the (3,) x, y, theta that the network is given for a (2,) point."""
    nearest = (-config.goal_range if config.goal_behind else 0.0, -config.goal_range)
    x, y = np.clip(point, nearest, config.goal_range)
    return np.array([x, y, config.goal_theta], np.float32)


def image_goal(image: NDArray[np.uint8], current: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (S, S, 6): the goal's image, then the (S, S, 3) current one."""
    return np.concatenate([letterbox_rgb(image, len(current)), current], axis=-1)


def pixel_goal(
    pixel: NDArray[np.float64],
    shape: tuple[int, int],
    current: NDArray[np.uint8],
    channels: int,
    config: PolicyConfig,
) -> NDArray[np.uint8]:
    """Mark a goal in the current image.

    Args:
        pixel: (2,) column and row in the camera's image.
        shape: height and width of that image.
        current: (S, S, 3) the image as the network sees it.
        channels: 4, or 7 to have the current image appended: it is also the one that is marked.
        config: what the mark looks like.

    Returns:
        (S, S, channels).
    """
    mask = letterbox_mask(goal_mask(pixel, shape, config), len(current))[..., None]
    marked = [current, mask] if config.pixel_order == "rgb_mask" else [mask, current]
    return np.concatenate([*marked, current] if channels == 7 else marked, axis=-1)


def goal_mask(pixel: NDArray[np.float64], shape: tuple[int, int], config: PolicyConfig) -> NDArray[np.uint8]:
    """Return a (h, w) mask, 255 where the goal is marked; empty for a goal behind the camera."""
    mask = np.zeros(shape, np.uint8)
    if not np.isfinite(pixel).all():
        return mask
    (height, width), (column, row) = shape, pixel
    as_server = config.offscreen_mark == "server"
    scale = 1.0 if as_server else max(shape) / REFERENCE_SIDE
    half, strip = max(1, round(config.pixel_mark * scale)), max(1, round(BORDER * scale))
    margin = half if as_server else 0
    if margin < column < width - margin and margin < row < height - margin:
        left, top = math.floor(column) - half, math.floor(row) - half
        mask[max(top, 0) : top + 2 * half, max(left, 0) : left + 2 * half] = 255
    elif config.offscreen_mark != "nothing":
        # Sides come before top and bottom: to see the goal, the robot has to turn.
        if column <= margin:
            mask[:, :strip] = 255
        elif column >= width - margin and (not as_server or row > margin):
            mask[:, -strip:] = 255
        elif row <= margin:
            mask[:strip] = 255
        else:
            mask[-strip:] = 255
    return mask
