"""What is drawn for one sample, by its number alone."""

from dataclasses import dataclass

import numpy as np

from vln_pipeline.training.navdp_data.config import NavdpDataConfig


@dataclass(frozen=True)
class Draw:
    """Random choices of one sample.

    Attributes:
        walk: number in the index.
        marked: frame whose image shows the pixel goal.
        current: frame in which the robot is.
        target: frame of the goal.
        stride: frames between waypoints, and between remembered images.
        angle: by which the future path is turned for the augmented labels, radians.
        half_size: halves of the mark's height and width, pixels of an image whose longer side is 480.
    """

    walk: int
    marked: int
    current: int
    target: int
    stride: int
    angle: float
    half_size: tuple[int, int]


def sample_generator(seed: int, number: int, attempt: int) -> np.random.Generator:
    """Return the source of randomness of one attempt at one sample; numbers as its name make it in microseconds."""
    return np.random.default_rng((seed, number, attempt))


def draw_frames(random: np.random.Generator, walk: int, count: int, config: NavdpDataConfig) -> Draw:
    """Draw frames of a walk: the marked one in its first half, the goal after it, the current one between them.

    For the share ``end_goals`` of the samples the goal is the end, and the current frame anywhere before it.

    Args:
        random: source of randomness.
        walk: number in the index.
        count: of its frames.
        config: ranges.
    """
    marked = int(random.integers(0, count // 2))
    target = int(random.integers(marked + 1, count - 1))
    current = int(random.integers(marked, target))
    if config.end_goals and random.random() < config.end_goals:
        target = count - 2
        current = int(random.integers(0, target))
        marked = min(marked, current)
    least, most = config.random_stride or (config.stride, config.stride)
    stride = int(random.integers(least, most, endpoint=True))
    angle = np.radians(config.augmentation_angle) * random.uniform(-1, 1)
    low, high = config.mark.half_size
    half_size = int(random.integers(low, high, endpoint=True)), int(random.integers(low, high, endpoint=True))
    if config.mark.frame == "current":
        marked = current
    return Draw(walk, marked, current, target, stride, float(angle), half_size)
