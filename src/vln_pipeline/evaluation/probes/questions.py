"""What is asked at a place: views, altered or not, and goals."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.probes.config import ExamineSystem1Config

Images = tuple[NDArray[np.uint8], NDArray[np.float32]]
"""(h, w, 3) sRGB and (h, w) depth, metres."""


class Question(StrEnum):
    """Names of the questions; those with "again" are asked with other draws, and show what drawing alone changes."""

    AHEAD = "ahead"
    LEFT = "left"
    LEFT_AGAIN = "left, again"
    RIGHT = "right"
    RIGHT_MIRRORED = "right, view mirrored"
    BEHIND = "behind"
    DETOUR = "detour"
    DETOUR_AGAIN = "detour, again"
    NO_DEPTH = "detour, no depth"
    NO_COLOUR = "detour, no colour"


@dataclass(frozen=True)
class Asked:
    """How a question is asked.

    Attributes:
        goal: (2,) x forward, y left, metres.
        view: what is made of the images.
        again: whether the draws are others than those of the place's first questions.
    """

    goal: NDArray[np.float64]
    view: Callable[[Images], Images]
    again: bool


def questions(config: ExamineSystem1Config, *, free: bool) -> dict[Question, Asked]:
    """Return what is asked at a place, by name.

    Args:
        config: distances and bearings of the goals.
        free: whether the ways ahead and to both sides are free there.
    """
    if free:
        ahead = np.array([config.distance, 0.0])
        angle = np.radians(config.side)
        left = config.distance * np.array([np.cos(angle), np.sin(angle)])
        right = left * (1, -1)
        return {
            Question.AHEAD: Asked(ahead, _seen, again=False),
            Question.LEFT: Asked(left, _seen, again=False),
            Question.LEFT_AGAIN: Asked(left, _seen, again=True),
            Question.RIGHT: Asked(right, _seen, again=False),
            Question.RIGHT_MIRRORED: Asked(right, _mirrored, again=True),
            Question.BEHIND: Asked(-ahead, _seen, again=False),
        }
    beyond = np.array([config.detour, 0.0])
    return {
        Question.DETOUR: Asked(beyond, _seen, again=False),
        Question.DETOUR_AGAIN: Asked(beyond, _seen, again=True),
        Question.NO_DEPTH: Asked(beyond, _without_depth, again=True),
        Question.NO_COLOUR: Asked(beyond, _without_colour, again=True),
    }


def _seen(images: Images) -> Images:
    return images


def _mirrored(images: Images) -> Images:
    rgb, depth = images
    return np.ascontiguousarray(rgb[:, ::-1]), np.ascontiguousarray(depth[:, ::-1])


def _without_depth(images: Images) -> Images:
    return images[0], np.zeros_like(images[1])


def _without_colour(images: Images) -> Images:
    return np.zeros_like(images[0]), images[1]
