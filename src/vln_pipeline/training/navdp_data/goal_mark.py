"""The mark of a pixel goal: a rectangle where the goal is seen, a strip at the border where it is out of view."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.models.navdp.letterbox import letterbox_mask
from vln_pipeline.training.navdp_data.config import GoalMarkConfig
from vln_pipeline.training.navdp_data.walk import Walk

_REFERENCE_SIDE = 480
_DROP = 0.8


def in_camera(walk: Walk, frame: int, position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (3,) a goal in OpenGL camera axes: right, up, backward, metres.

    The goal hangs a fifth of the camera's height above the ground, as in NavDP's own loader.

    Args:
        walk: the walk.
        frame: whose camera.
        position: (3,) of the camera at the goal, world, metres.
    """
    x, y = walk.local(frame, position[None])[0]
    return walk.tilt.T @ np.array([-y, x, -_DROP * walk.height])


def goal_mask(
    walk: Walk, frame: int, position: NDArray[np.float64], half_size: tuple[int, int], config: GoalMarkConfig, size: int
) -> NDArray[np.uint8]:
    """Return (size, size) mask, 255 where the goal of a frame is marked; empty for a goal behind the camera.

    A robot that is given a pixel knows none behind its camera, so there is nothing to learn from such a side.

    Args:
        walk: the walk.
        frame: that is marked.
        position: (3,) of the camera at the goal, world, metres.
        half_size: halves of the rectangle's height and width, pixels of an image whose longer side is 480.
        config: what is marked when the goal is out of view.
        size: edge of the letterboxed image, pixels.
    """
    camera = walk.intrinsics
    shape = camera.height, camera.width
    scale = max(shape) / _REFERENCE_SIDE
    mask = np.zeros(shape, dtype=np.uint8)
    right, up, backward = in_camera(walk, frame, position)
    if backward < 0:
        u, v = camera.fx * right / -backward + camera.cx, -camera.fy * up / -backward + camera.cy
        if 0 <= u < camera.width and 0 <= v < camera.height:
            across, along = (max(1, round(half * scale)) for half in half_size)
            column, row = int(u), int(v)
            cv2.rectangle(mask, (column - along, row - across), (column + along, row + across), 255, -1)
        elif config.off_screen == "border":
            width = max(1, round(config.border * scale))
            if 0 <= u < camera.width:
                mask[slice(0, width) if v < 0 else slice(camera.height - width, None)] = 255
            else:
                # Sides come before top and bottom: to see the goal, the robot has to turn.
                mask[:, slice(0, width) if u < 0 else slice(camera.width - width, None)] = 255
    return letterbox_mask(mask, size)
