"""A robot's way through an episode, drawn on the part of the floor that it took place on."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.navigation_map import FloorMap

_MARGIN = 1.5
"""Floor shown beyond what the robot and its goal take up, metres."""
_SOLID, _TIGHT, _FREE = (59, 66, 82), (216, 222, 233), (245, 247, 250)
_WAY, _BODY, _START, _GOAL, _CONTACT = (94, 129, 172), (46, 79, 122), (120, 120, 120), (46, 160, 67), (220, 20, 60)
_PLAN = (230, 150, 30)


class DriveMap:
    """The map of one drive.

    Args:
        floor: the storey.
        track: (N + 1, 4) pose of the robot before each step and after the last: x, y, z, metres, and yaw, world.
        contact: (N,) bool steps in which it touched something.
        goal: (3,) where it was to go, world, metres; None where it explored.
        radius: of the robot, metres.
        arrival: radius around the goal that counts, drawn as a ring, metres.
        size: longer edge of the picture, pixels.
        reference: (R, 3) way that it was told to take, world, metres.
    """

    def __init__(
        self,
        floor: FloorMap,
        track: NDArray[np.float64],
        contact: NDArray[np.bool_],
        goal: NDArray[np.float64] | None,
        *,
        radius: float,
        arrival: float,
        size: int,
        reference: NDArray[np.float64] | None = None,
    ) -> None:
        self._track, self._contact = track, contact
        told = [points[:, :2] for points in (None if goal is None else goal[None], reference) if points is not None]
        shown = np.vstack([track[:, :2], *told])
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
        if goal is not None:
            ring = round(arrival / floor.cell * self._scale)
            cv2.circle(self._image, self._pixel(goal), ring, _GOAL, 1, cv2.LINE_AA)
            cv2.drawMarker(self._image, self._pixel(goal), _GOAL, cv2.MARKER_STAR, 12, 2)
        if reference is not None:
            self._line(self._image, reference, _GOAL, 1)
        cv2.circle(self._image, self._pixel(track[0]), 4, _START, -1, cv2.LINE_AA)

    def draw(self, step: int, plan: NDArray[np.float64] | None = None) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB: the way up to a step, contacts in red, and the robot there.

        Args:
            step: number of the step.
            plan: (K, 2) way that the robot means to take from there, world, metres.
        """
        image = self._image.copy()
        self._line(image, self._track[: step + 1], _WAY, 2)
        if plan is not None and len(plan):
            self._line(image, plan, _PLAN, 1)
        for number in np.flatnonzero(self._contact[:step]):
            cv2.circle(image, self._pixel(self._track[number + 1]), 3, _CONTACT, -1, cv2.LINE_AA)
        here = self._track[step]
        nose = 2 * self._radius * self._floor.cell / self._scale
        ahead = here[:2] + nose * np.array([np.cos(here[3]), np.sin(here[3])])
        cv2.circle(image, self._pixel(here), self._radius, _BODY, 1, cv2.LINE_AA)
        cv2.line(image, self._pixel(here), self._pixel(ahead), _BODY, 1, cv2.LINE_AA)
        return image

    def _line(
        self, image: NDArray[np.uint8], points: NDArray[np.float64], color: tuple[int, int, int], thickness: int
    ) -> None:
        pixels = np.array([self._pixel(point) for point in points], dtype=np.int32).reshape(-1, 1, 2)
        cv2.polylines(image, [pixels], isClosed=False, color=color, thickness=thickness, lineType=cv2.LINE_AA)

    def _pixel(self, place: NDArray[np.float64]) -> tuple[int, int]:
        """Return the column and row of a place, world, metres."""
        row, column = (self._floor.to_cell(place[:2]) - self._low + 0.5) * self._scale
        return round(float(column)), len(self._image) - 1 - round(float(row))
