"""Colour frames of a splat on a CPU."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.rendering.splat.config import SplatRenderingConfig
from vln_pipeline.rendering.splat.gaussians import Gaussians
from vln_pipeline.rendering.splat.tiles import FALL_OFF, TILE, composite, tile_lists
from vln_pipeline.scenes.scene import Splat


class SplatRenderer:
    """Rasterises Gaussians; colours are those of the capture, with no lamp, exposure or curve applied.

    Frames are worked on by several threads, one frame each, which changes no pixel.

    Args:
        splat: the Gaussians.
        config: degree of the colours, nearest depth and background.
        threads: frames that are made at once.
    """

    def __init__(self, splat: Splat, config: SplatRenderingConfig, threads: int) -> None:
        self._gaussians, self._threads = Gaussians(splat, config), max(1, threads)

    def render(self, poses: NDArray[np.float64], intrinsics: Intrinsics) -> Iterator[NDArray[np.uint8]]:
        """Yield one (h, w, 3) uint8 sRGB image per pose.

        Args:
            poses: (N, 4, 4) camera-to-world, OpenCV axes, metres, world z up.
            intrinsics: the camera.
        """
        with ThreadPoolExecutor(self._threads) as pool:
            for first in range(0, len(poses), self._threads):
                some = poses[first : first + self._threads]
                yield from pool.map(lambda pose: self._gaussians.displayed(*self.image(pose, intrinsics)), some)

    def image(
        self, pose: NDArray[np.float64], intrinsics: Intrinsics
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return (h, w, 3) display values without a background, and the (h, w) share of it that is seen.

        Args:
            pose: (4, 4) camera-to-world, OpenCV axes.
            intrinsics: the camera.
        """
        seen, size = self._gaussians.seen(pose, intrinsics), (intrinsics.width, intrinsics.height)
        starts, entries = tile_lists(seen.boxes, seen.order, -(-size[0] // TILE), -(-size[1] // TILE))
        image = np.empty((size[1], size[0], 3), np.float32)
        through = np.empty((size[1], size[0]), np.float32)
        means, sh = self._gaussians.means, self._gaussians.sh
        composite(seen.shapes, seen.index, seen.order, starts, entries, means, sh, seen.eye, FALL_OFF, image, through)
        return image, through

    def close(self) -> None:
        """Do nothing; there is no process and no device."""
