"""Gaussians made ready for cameras: what every rasteriser of them begins with."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.rendering.splat.config import SplatRenderingConfig
from vln_pipeline.rendering.splat.projection import front_to_back, project
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat.gaussian_shape import covariances


@dataclass(frozen=True)
class Ellipses:
    """What one camera sees of Gaussians.

    Attributes:
        eye: (3,) float32 of the camera, frame of the Gaussians.
        shapes: (N, 7) float32 of ``project``.
        boxes: (N, 4) int32 first and last column, first and last row.
        index: (N,) int32 of the Gaussian.
        order: (N,) int32 nearest first.
    """

    eye: NDArray[np.float32]
    shapes: NDArray[np.float32]
    boxes: NDArray[np.int32]
    index: NDArray[np.int32]
    order: NDArray[np.int32]


class Gaussians:
    """Gaussians in their file's frame; the camera moves into it, so that spherical harmonics stay as they are.

    Args:
        splat: the Gaussians.
        config: degree of the colours, nearest depth and background.

    Attributes:
        means: (N, 3) float32 centres.
        sh: (N, K, 3) float32 coefficients up to the wanted degree.
    """

    def __init__(self, splat: Splat, config: SplatRenderingConfig) -> None:
        self._splat, self._near = splat, config.near
        self._background = np.asarray(config.background, dtype=np.float32)
        self.means = np.ascontiguousarray(splat.means)
        self.sh = np.ascontiguousarray(splat.sh[:, : (config.sh_degree + 1) ** 2], dtype=np.float32)
        self._opacity = np.ascontiguousarray(splat.opacities)
        self._shape = covariances(splat.quats, splat.scales, np.eye(3))
        self._widest = splat.scales.max(axis=1)
        self._from_world = np.linalg.inv(splat.world_from_splat)

    def seen(self, pose: NDArray[np.float64], intrinsics: Intrinsics) -> Ellipses:
        """Return the ellipses that reach into an image.

        Args:
            pose: (4, 4) camera-to-world, OpenCV axes.
            intrinsics: the camera.
        """
        unit, count = self._splat.unit, len(self.means)
        turn = (pose[:3, :3].T @ self._splat.world_from_splat[:3, :3] / unit).astype(np.float32)
        eye = (self._from_world[:3, :3] @ pose[:3, 3] + self._from_world[:3, 3]).astype(np.float32)
        shapes, boxes = np.empty((count, 7), np.float32), np.empty((count, 4), np.int32)
        depth, index = np.empty(count, np.float32), np.empty(count, np.int32)
        found = project(
            self.means, self._shape, self._opacity, self._widest, turn, eye, (intrinsics.fx, intrinsics.fy),
            (intrinsics.cx, intrinsics.cy), (intrinsics.width, intrinsics.height), self._near / unit,
            self._splat.antialiased, shapes, boxes, depth, index,
        )  # fmt: skip
        return Ellipses(eye, shapes[:found], boxes[:found], index[:found], front_to_back(depth[:found]))

    def displayed(self, image: NDArray[np.float32], through: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return (h, w, 3) display values, of which (h, w) shares of the background are seen, as an sRGB image."""
        return np.round(255 * np.clip(image + through[..., None] * self._background, 0, 1)).astype(np.uint8)
