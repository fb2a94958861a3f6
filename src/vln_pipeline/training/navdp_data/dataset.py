"""Training samples by number."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.draw import Draw, draw_frames, sample_generator
from vln_pipeline.training.navdp_data.frame_reader import FrameReader
from vln_pipeline.training.navdp_data.future import Future, future
from vln_pipeline.training.navdp_data.goal_mark import goal_mask
from vln_pipeline.training.navdp_data.obstacles import Obstacles
from vln_pipeline.training.navdp_data.walk_index import WalkIndex

_ATTEMPTS = 32
_WITH_CURRENT = 7
"""Channels of a pixel goal that the current image follows."""


@dataclass(frozen=True)
class Sample:
    """One sample; its images and goals are those of ``NavdpBatch`` without the first axis.

    Attributes:
        image_goal: None where the configuration asks for no image goals.
        pixel_goal: None where it asks for no pixel goals.
        future: labels.
        draw: what the sample was made from.
        skipped: why draws before this one were dropped.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    point_goal: NDArray[np.float64]
    image_goal: NDArray[np.uint8] | None
    pixel_goal: NDArray[np.uint8] | None
    future: Future
    draw: Draw
    skipped: tuple[str, ...]


class NavdpDataset:
    """Makes any sample from its number and the seed alone, whichever process asks for it and in whatever order.

    Sample i is drawn from walk i modulo the number of walks. Where an image of that draw cannot be read, another walk
    is drawn in its place.

    Args:
        index: the walks.
        frames: reads their frames.
        config: how samples are drawn.
        network: sizes of images, memory and prediction.
        seed: of all draws.
    """

    def __init__(
        self, index: WalkIndex, frames: FrameReader, config: NavdpDataConfig, network: NavdpConfig, seed: int
    ) -> None:
        self._walks, self._frames, self._config, self._network, self._seed = index.walks, frames, config, network, seed
        self._obstacles = Obstacles(index, config.critic_metric, config.cached_scenes)

    def __len__(self) -> int:
        """Return the number of samples in an epoch; numbers beyond it are those of the epochs that follow."""
        return len(self._walks) * self._config.repeats

    def __getitem__(self, number: int) -> Sample:
        """Return a sample.

        Raises:
            DataError: a large part of the images cannot be read.
        """
        skipped: list[str] = []
        for attempt in range(_ATTEMPTS):
            random = sample_generator(self._seed, number, attempt)
            walk = int(random.integers(len(self._walks))) if attempt else number % len(self._walks)
            draw = draw_frames(random, walk, len(self._walks[walk]), self._config)
            try:
                return self._sample(draw, tuple(skipped))
            except DataError as error:
                skipped.append(str(error))
        cause = f"{_ATTEMPTS} draws in a row need images that cannot be read; the last: {skipped[-1]}"
        raise DataError(f"sample {number}", cause, "export these scenes again")

    def walk_name(self, sample: Sample) -> str:
        """Return the name of the walk a sample was drawn from."""
        return self._walks[sample.draw.walk].name

    def _sample(self, draw: Draw, skipped: tuple[str, ...]) -> Sample:
        walk, asked, seen = self._walks[draw.walk], self._config.goals, _Seen(self._frames, draw.walk)
        size, memory_size = self._network.image_size, self._network.memory_size
        memory = np.zeros((memory_size, size, size, 3), dtype=np.uint8)
        stride = self._config.discrete_memory_stride if walk.discrete else draw.stride
        for back in range(min(memory_size, draw.current // stride + 1)):
            memory[-1 - back] = seen.rgb(draw.current - back * stride)
        depth = self._frames.depth(draw.walk, draw.current)
        image_goal = pixel_goal = None
        if "image" in asked:
            image_goal = _channels(seen.rgb(draw.target), seen.rgb(draw.current))
        if "pixel" in asked:
            target = walk.positions[draw.target]
            mask = goal_mask(walk, draw.marked, target, draw.half_size, self._config.mark, size)
            after = [seen.rgb(draw.current)] if self._network.pixel_channels == _WITH_CURRENT else []
            pixel_goal = _channels(seen.rgb(draw.marked), mask, *after)
        ahead = future(walk, draw, self._config, self._network.predict_size, self._obstacles)
        point_goal = ahead.goal if "point" in asked else np.zeros(3)
        return Sample(memory, depth, point_goal, image_goal, pixel_goal, ahead, draw, skipped)


def _channels(*images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return images of one size as the channels of one; OpenCV interleaves several times as fast as NumPy."""
    return np.asarray(cv2.merge(images), dtype=np.uint8)


class _Seen:
    """Frames of one walk, each read once for a sample."""

    def __init__(self, frames: FrameReader, walk: int) -> None:
        self._frames, self._walk = frames, walk
        self._images: dict[int, NDArray[np.uint8]] = {}

    def rgb(self, frame: int) -> NDArray[np.uint8]:
        """Return (S, S, 3) uint8 sRGB."""
        if frame not in self._images:
            self._images[frame] = self._frames.rgb(self._walk, frame)
        return self._images[frame]
