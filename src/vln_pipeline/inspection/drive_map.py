"""A robot's way through an episode, drawn on the part of the floor that it saw."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.system1.drive import Drive
from vln_pipeline.planning.navigation_map import FloorMap

_MARGIN = 1.5
"""Floor shown beyond what the robot and its goal take up, metres."""
_SOLID, _TIGHT, _FREE = (59, 66, 82), (216, 222, 233), (245, 247, 250)
_WAY, _BODY, _START, _GOAL, _CONTACT = (94, 129, 172), (46, 79, 122), (120, 120, 120), (46, 160, 67), (220, 20, 60)


class DriveMap:
    """The map of one drive.

    Args:
        floor: the storey.
        drive: what to draw.
        radius: of the robot, metres.
        arrival: radius around the goal that counts, drawn as a ring, metres.
        size: longer edge of the picture, pixels.
    """

    def __init__(self, floor: FloorMap, drive: Drive, radius: float, arrival: float, size: int) -> None:
        self._drive = drive
        target = drive.episode.target
        shown = drive.track[:, :2] if target is None else np.vstack([drive.track[:, :2], target.position[:2]])
        cells = np.rint(floor.to_cell(np.array([shown.min(axis=0) - _MARGIN, shown.max(axis=0) + _MARGIN]))).astype(int)
        low = np.maximum(cells[0], 0)
        high = np.minimum(cells[1] + 1, floor.esdf.shape)
        self._scale = size / float((high - low).max())
        self._low, self._floor = low, floor
        part = floor.esdf[low[0] : high[0], low[1] : high[1]]
        colors = np.where((part > radius)[..., None], _FREE, np.where((part > 0)[..., None], _TIGHT, _SOLID))
        shape = np.rint((high - low) * self._scale).astype(int)
        # Up is north: rows of a picture run downwards, those of the map upwards.
        plain = cv2.resize(colors.astype(np.uint8), (int(shape[1]), int(shape[0])), interpolation=cv2.INTER_NEAREST)
        self._image: NDArray[np.uint8] = np.ascontiguousarray(plain[::-1]).astype(np.uint8)
        self._radius = max(2, round(radius / floor.cell * self._scale))
        if target is not None:
            ring = round(arrival / floor.cell * self._scale)
            cv2.circle(self._image, self._pixel(target.position), ring, _GOAL, 1, cv2.LINE_AA)
            cv2.drawMarker(self._image, self._pixel(target.position), _GOAL, cv2.MARKER_STAR, 12, 2)
        cv2.circle(self._image, self._pixel(drive.track[0]), 4, _START, -1, cv2.LINE_AA)

    def draw(self, step: int) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB: the way up to a control step, contacts in red, and the robot there."""
        image = self._image.copy()
        pixels = np.array([self._pixel(pose) for pose in self._drive.track[: step + 1]], dtype=np.int32)
        cv2.polylines(image, [pixels], isClosed=False, color=_WAY, thickness=2, lineType=cv2.LINE_AA)
        for number in np.flatnonzero(self._drive.contact[:step]):
            cv2.circle(image, self._pixel(self._drive.track[number + 1]), 3, _CONTACT, -1, cv2.LINE_AA)
        here = self._drive.track[step]
        nose = 2 * self._radius * self._floor.cell / self._scale
        ahead = here[:2] + nose * np.array([np.cos(here[3]), np.sin(here[3])])
        cv2.circle(image, self._pixel(here), self._radius, _BODY, 1, cv2.LINE_AA)
        cv2.line(image, self._pixel(here), self._pixel(ahead), _BODY, 1, cv2.LINE_AA)
        return image

    def _pixel(self, place: NDArray[np.float64]) -> tuple[int, int]:
        """Return the column and row of a place, world, metres."""
        row, column = (self._floor.to_cell(place[:2]) - self._low + 0.5) * self._scale
        return round(float(column)), len(self._image) - 1 - round(float(row))
