"""A drive as a moving picture: what the robot sees beside where it is."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.system1.drive import Drive
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.inspection.drive_map import DriveMap
from vln_pipeline.inspection.moving_picture import moving_picture
from vln_pipeline.rendering.camera import CameraSetting

_FRAMES = 24
_VIEW = 200
"""Width of what the robot sees, pixels."""


def animate(drive: Drive, plan: DriveMap, world: World, camera: CameraSetting) -> bytes:
    """Return a GIF of frames spread evenly over the drive.

    Args:
        drive: the drive.
        plan: its map.
        world: with the scene loaded.
        camera: the robot's.
    """
    steps = np.unique(np.linspace(0, len(drive.track) - 1, _FRAMES).round().astype(int)).tolist()
    frames = [_frame(plan.draw(step), world.render(drive.track[step], camera, rgb=True).rgb) for step in steps]
    return moving_picture(frames)


def _frame(plan: NDArray[np.uint8], view: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    """Return the view, left, beside the map, on white."""
    if view is None:
        return plan
    small = cv2.resize(view, (_VIEW, round(view.shape[0] * _VIEW / view.shape[1])), interpolation=cv2.INTER_AREA)
    frame = np.full((max(len(plan), len(small)), _VIEW + plan.shape[1], 3), 255, dtype=np.uint8)
    frame[: len(small), :_VIEW] = small
    frame[: len(plan), _VIEW:] = plan
    return frame
