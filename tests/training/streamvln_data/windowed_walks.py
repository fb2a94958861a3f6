"""Walks of random actions, whose frames have colours of their own; importable by worker processes."""

import numpy as np
from published_scene import HEIGHT, LEVEL, WIDTH, Walk, write_scene


def walk(count, seed=0, instruction=None):
    """Return a walk of ``count`` frames; it ends with the last one."""
    actions = np.random.default_rng(seed).choice([1, 1, 1, 2, 3], count - 1).tolist()
    return Walk(actions, [-1] * count, [instruction or f"Walk {seed}."])


def write_walks(folder, walks):
    """Write a dataset of walks that only the level camera filmed, without pixel goals."""
    return write_scene(folder, walks, (LEVEL,), (), paint=painted)


def painted(frame, _):
    """Return (HEIGHT, WIDTH, 3) one colour that tells the frame."""
    return np.full((HEIGHT, WIDTH, 3), (40 + 10 * (frame % 20), 40 + 12 * (frame // 20), 90), dtype=np.uint8)


def told_frame(image):
    """Return the frame number that an image tells."""
    red, green, _ = image.reshape(-1, 3).astype(float).mean(axis=0)
    return round((red - 40) / 10) + 20 * round((green - 40) / 12)
