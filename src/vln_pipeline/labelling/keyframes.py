"""Keyframes at large turns, and the clips between them."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.config import KeyframeConfig

_ONSET = 0.1
"""A turn begins when this share of its angle is done, and ends when only this share is left."""


@dataclass(frozen=True)
class Turn:
    """A large change of heading.

    Attributes:
        start, end: frames between which it happens.
        angle: degrees, positive to the left.
    """

    start: int
    end: int
    angle: float


@dataclass(frozen=True)
class Span:
    """The frames of a clip.

    Attributes:
        start, end: first and last frame, both included.
        turns: that begin in it, in order.
    """

    start: int
    end: int
    turns: tuple[Turn, ...] = ()


def arc_length(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N,) metres walked up to each of (N, 3) positions."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path[:, :2], axis=0), axis=1))])


def find_turns(path: NDArray[np.float64], yaw: NDArray[np.float64], config: KeyframeConfig) -> tuple[Turn, ...]:
    """Return the turns of a walk.

    A turn is a maximal stretch on which the heading change accumulated over a centred window of path reaches
    ``config.turn_angle`` with one sign.

    Args:
        path: (N, 3) positions, metres.
        yaw: (N,) headings, radians, counter-clockwise.
        config: the thresholds.
    """
    walked, heading = arc_length(path), np.degrees(np.unwrap(yaw))
    before = np.searchsorted(walked, walked - config.window / 2, side="left")
    after = np.searchsorted(walked, walked + config.window / 2, side="right") - 1
    change = heading[after] - heading[before]
    sign = np.where(np.abs(change) >= config.turn_angle, np.sign(change), 0.0)
    edges = np.flatnonzero(np.diff(sign, prepend=0.0, append=0.0))
    turns = []
    for first, stop in itertools.pairwise(edges):
        if sign[first] == 0:
            continue
        low, high = before[first], after[stop - 1]
        done = (heading[low : high + 1] - heading[low]) * sign[first]
        # Turns of opposite sign share part of their windows; the largest rise is this turn alone.
        peak = int(np.argmax(done - np.minimum.accumulate(done)))
        low, high = low + int(np.argmin(done[: peak + 1])), low + peak
        angle = heading[high] - heading[low]
        share = (heading[low : high + 1] - heading[low]) / angle
        start, end = low + int(np.argmax(share > _ONSET)), low + int(np.argmax(share >= 1 - _ONSET))
        turns.append(Turn(int(max(start - 1, 0)), int(end), float(angle)))
    return tuple(turns)


def cut(path: NDArray[np.float64], yaw: NDArray[np.float64], config: KeyframeConfig) -> tuple[Span, ...]:
    """Return the clips of a walk, in order, covering every frame once; a turn opens a clip.

    Args:
        path: (N, 3) positions, metres.
        yaw: (N,) headings, radians, counter-clockwise.
        config: thresholds and lengths.
    """
    turns, walked = find_turns(path, yaw, config), arc_length(path)
    keyframes = _merge([0, *(t.start for t in turns if t.start > 0), len(path)], walked, config.min_clip)
    bounds = [keyframes[0]]
    for first, stop in itertools.pairwise(keyframes):
        length = walked[stop - 1] - walked[first]
        pieces = max(1, int(np.ceil(length / config.max_clip - 1e-9)))
        targets = walked[first] + length * np.arange(1, pieces) / pieces
        bounds += [*np.searchsorted(walked, targets).tolist(), stop]
    return tuple(Span(a, b - 1, tuple(t for t in turns if a <= t.start < b)) for a, b in itertools.pairwise(bounds))


def _merge(keyframes: Sequence[int], walked: NDArray[np.float64], shortest: float) -> list[int]:
    """Drop inner keyframes until no clip is shorter than ``shortest``; a short clip joins its shorter neighbour."""
    kept = list(keyframes)
    while len(kept) > 2:
        at = walked[np.minimum(kept, len(walked) - 1)]
        lengths = np.diff(at)
        clip = int(np.argmin(lengths))
        if lengths[clip] >= shortest:
            break
        left = lengths[clip - 1] if clip > 0 else np.inf
        right = lengths[clip + 1] if clip + 1 < len(lengths) else np.inf
        del kept[clip if left <= right else clip + 1]
    return kept
