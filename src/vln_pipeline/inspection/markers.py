"""What is drawn on a frame for a reader: the pixel goal and the way to it."""

import itertools

import cv2
import numpy as np
from numpy.typing import NDArray


def draw_pixel_goal(rgb: NDArray[np.uint8], goal: tuple[int, int]) -> NDArray[np.uint8]:
    """Return a copy with a ring at the pixel goal (column, row)."""
    image = np.ascontiguousarray(rgb).copy()
    radius = max(4, image.shape[1] // 50)
    cv2.circle(image, goal, radius, (255, 255, 255), 3, cv2.LINE_AA)
    cv2.circle(image, goal, radius, (220, 20, 60), 2, cv2.LINE_AA)
    cv2.circle(image, goal, 2, (220, 20, 60), -1, cv2.LINE_AA)
    return image


def draw_path(rgb: NDArray[np.uint8], pixels: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return a copy with a line through (N, 2) pixels (column, row); rows that are NaN (out of view) break it."""
    image = np.ascontiguousarray(rgb).copy()
    for a, b in itertools.pairwise(pixels):
        if np.isfinite(a).all() and np.isfinite(b).all():
            cv2.line(image, _point(a), _point(b), (64, 220, 120), 2, cv2.LINE_AA)
    return image


def _point(pixel: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(pixel[0])), round(float(pixel[1]))
