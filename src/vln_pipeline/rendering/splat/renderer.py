"""Colour frames of a splat on a CPU."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.rendering.splat.config import SplatRenderingConfig
from vln_pipeline.rendering.splat.projection import front_to_back, project
from vln_pipeline.rendering.splat.tiles import FALL_OFF, TILE, composite, tile_lists
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat.gaussian_shape import covariances


class SplatRenderer:
    """Rasterises Gaussians; colours are those of the capture, with no lamp, exposure or curve applied.

    The camera moves into the frame of the splat, not the splat into the world, so that spherical harmonics stay as they
    are. Frames are worked on by several threads, one frame each, which changes no pixel.

    Args:
        splat: the Gaussians.
        config: degree of the colours, nearest depth and background.
        threads: frames that are made at once.
    """

    def __init__(self, splat: Splat, config: SplatRenderingConfig, threads: int) -> None:
        bands = (config.sh_degree + 1) ** 2
        self._splat, self._config, self._threads = splat, config, max(1, threads)
        self._means, self._opacity = np.ascontiguousarray(splat.means), np.ascontiguousarray(splat.opacities)
        self._shape = covariances(splat.quats, splat.scales, np.eye(3))
        self._widest = splat.scales.max(axis=1)
        self._sh = np.ascontiguousarray(splat.sh[:, :bands], dtype=np.float32)
        self._from_world = np.linalg.inv(splat.world_from_splat)

    def render(self, poses: NDArray[np.float64], intrinsics: Intrinsics) -> Iterator[NDArray[np.uint8]]:
        """Yield one (h, w, 3) uint8 sRGB image per pose.

        Args:
            poses: (N, 4, 4) camera-to-world, OpenCV axes, metres, world z up.
            intrinsics: the camera.
        """
        with ThreadPoolExecutor(self._threads) as pool:
            for first in range(0, len(poses), self._threads):
                some = poses[first : first + self._threads]
                yield from pool.map(lambda pose: self._displayed(pose, intrinsics), some)

    def image(
        self, pose: NDArray[np.float64], intrinsics: Intrinsics
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return (h, w, 3) display values without a background, and the (h, w) share of it that is seen.

        Args:
            pose: (4, 4) camera-to-world, OpenCV axes.
            intrinsics: the camera.
        """
        unit, count = self._splat.unit, len(self._means)
        turn = (pose[:3, :3].T @ self._splat.world_from_splat[:3, :3] / unit).astype(np.float32)
        eye = (self._from_world[:3, :3] @ pose[:3, 3] + self._from_world[:3, 3]).astype(np.float32)
        ellipses, boxes = np.empty((count, 7), np.float32), np.empty((count, 4), np.int32)
        depth, index = np.empty(count, np.float32), np.empty(count, np.int32)
        size = (intrinsics.width, intrinsics.height)
        found = project(
            self._means, self._shape, self._opacity, self._widest, turn, eye, (intrinsics.fx, intrinsics.fy),
            (intrinsics.cx, intrinsics.cy), size, self._config.near / unit, self._splat.antialiased,
            ellipses, boxes, depth, index,
        )  # fmt: skip
        order = front_to_back(depth[:found])
        starts, entries = tile_lists(boxes, order, -(-size[0] // TILE), -(-size[1] // TILE))
        image = np.empty((size[1], size[0], 3), np.float32)
        through = np.empty((size[1], size[0]), np.float32)
        composite(ellipses, index, order, starts, entries, self._means, self._sh, eye, FALL_OFF, image, through)
        return image, through

    def close(self) -> None:
        """Do nothing; there is no process and no device."""

    def _displayed(self, pose: NDArray[np.float64], intrinsics: Intrinsics) -> NDArray[np.uint8]:
        image, through = self.image(pose, intrinsics)
        seen = image + through[..., None] * np.asarray(self._config.background, dtype=np.float32)
        return np.round(255 * np.clip(seen, 0, 1)).astype(np.uint8)
