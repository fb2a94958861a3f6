"""Colour frames of a splat by OpenGL: a rectangle per ellipse, nearest first, blended under each other."""

from collections.abc import Iterator
from importlib.resources import files

import moderngl
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.rendering.gl_buffers import open_context
from vln_pipeline.rendering.splat.config import SplatRenderingConfig
from vln_pipeline.rendering.splat.gaussians import Gaussians
from vln_pipeline.rendering.splat.harmonics import shade
from vln_pipeline.scenes.scene import Splat

_ATTRIBUTES = ("in_centre", "in_conic", "in_opacity", "in_box", "in_color")
_FORMAT, _FLOATS = "2f 3f 1f 4f 3f/i", 13


class GlSplatRenderer:
    """Rasterises Gaussians by the formula of ``SplatRenderer``, in single precision.

    Ellipses and colours are worked out on the CPU; the device sums them up, in order, into a float image. It does not
    stop at pixels that are full, which on a CPU makes it the slower one of the two.

    Args:
        splat: the Gaussians.
        config: degree of the colours, nearest depth and background.
        threads: CPU threads of a software driver.

    Raises:
        DataError: this machine has no EGL.
    """

    def __init__(self, splat: Splat, config: SplatRenderingConfig, threads: int = 1) -> None:
        self._gaussians = Gaussians(splat, config)
        self._context = open_context(threads)
        self._targets: dict[tuple[int, int], moderngl.Framebuffer] = {}
        folder = files("vln_pipeline.rendering") / "glsl"
        with self._context:
            self._program = self._context.program(
                vertex_shader=(folder / "splat.vert.glsl").read_text(),
                fragment_shader=(folder / "splat.frag.glsl").read_text(),
            )
            self._corners = self._context.buffer(np.array([0, 0, 1, 0, 0, 1, 1, 1], dtype="<f4"))

    def render(self, poses: NDArray[np.float64], intrinsics: Intrinsics) -> Iterator[NDArray[np.uint8]]:
        """Yield one (h, w, 3) uint8 sRGB image per pose.

        Args:
            poses: (N, 4, 4) camera-to-world, OpenCV axes, metres, world z up.
            intrinsics: the camera.
        """
        for pose in poses:
            yield self._gaussians.displayed(*self.image(pose, intrinsics))

    def image(
        self, pose: NDArray[np.float64], intrinsics: Intrinsics
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return (h, w, 3) display values without a background, and the (h, w) share of it that is seen.

        Args:
            pose: (4, 4) camera-to-world, OpenCV axes.
            intrinsics: the camera.
        """
        seen, size = self._gaussians.seen(pose, intrinsics), (intrinsics.width, intrinsics.height)
        rows = np.empty((len(seen.order), _FLOATS), dtype=np.float32)
        rows[:, :6], rows[:, 6:10] = seen.shapes[seen.order, :6], seen.boxes[seen.order]
        _color(seen.index[seen.order], self._gaussians.means, self._gaussians.sh, seen.eye, rows[:, 10:])
        with self._context:
            target = self._target(size)
            target.use()
            target.clear(0, 0, 0, 0)
            if len(rows):
                self._draw(rows, size)
            found = np.frombuffer(target.read(components=4, dtype="f4"), "<f4").reshape(size[1], size[0], 4)
        return np.ascontiguousarray(found[..., :3]), 1 - found[..., 3]

    def close(self) -> None:
        """Free the context and all that it holds."""
        self._context.release()

    def _draw(self, rows: NDArray[np.float32], size: tuple[int, int]) -> None:
        self._program["size"] = size
        self._context.enable(moderngl.BLEND)
        self._context.blend_func = moderngl.ONE_MINUS_DST_ALPHA, moderngl.ONE
        instances = self._context.buffer(rows)
        content = [(self._corners, "2f", "in_corner"), (instances, _FORMAT, *_ATTRIBUTES)]
        drawn = self._context.vertex_array(self._program, content)
        drawn.render(moderngl.TRIANGLE_STRIP, vertices=4, instances=len(rows))
        drawn.release()
        instances.release()

    def _target(self, size: tuple[int, int]) -> moderngl.Framebuffer:
        if size not in self._targets:
            self._targets[size] = self._context.framebuffer([self._context.texture(size, 4, dtype="f4")])
        return self._targets[size]


@njit(cache=True, nogil=True)
def _color(
    index: NDArray[np.int32],
    means: NDArray[np.float32],
    sh: NDArray[np.float32],
    eye: NDArray[np.float32],
    colors: NDArray[np.float32],
) -> None:
    """Write the (N, 3) colours of Gaussians as an eye sees them."""
    basis = np.empty(16, dtype=np.float32)
    for i in range(len(index)):
        x, y, z = means[index[i]] - eye
        distance = np.sqrt(x * x + y * y + z * z)
        shade(sh[index[i]], x / distance, y / distance, z / distance, basis, colors[i])
