"""Colour frames by OpenGL, without a screen."""

from collections.abc import Iterator
from typing import Literal

import moderngl
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.baked_light import BakedLight
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.rendering.frame import GeometryFrame
from vln_pipeline.rendering.gl_buffers import Targets, open_context, program, texture, vertex_buffer, write_uniform
from vln_pipeline.rendering.lamp_light import BRIGHT_SKY, LampLight
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.rendering.surface import Surface
from vln_pipeline.scenes.scene import Scene

_NEAR = 0.01
"""Distance from the camera at which surfaces begin to be drawn, metres."""
_TEXTURE_UNIT = 0


class GlRenderer:
    """Draws one scene; textures have mip levels.

    Args:
        scene: the scene.
        lighting: lamps, sky and exposure; with baked light only sky and exposure count.
        baked: light of the scene's surfaces; None lights them by unshadowed lamps.
        supersampling: frames are drawn this much wider and higher and averaged, against jagged edges.
        threads: CPU threads of a software driver.

    Raises:
        DataError: this machine has no EGL.
    """

    def __init__(
        self,
        scene: Scene,
        lighting: Lighting,
        baked: BakedLight | None = None,
        supersampling: Literal[1, 2, 4] = 2,
        threads: int = 1,
    ) -> None:
        self._supersampling = supersampling
        self._context = open_context(threads)
        self._targets: dict[tuple[int, int], Targets] = {}
        # Single precision is finest near the origin.
        self._centre = scene.bounds.mean(axis=0)
        self._diagonal = float(np.linalg.norm(np.ptp(scene.bounds, axis=0)))
        self._light = LampLight.of(lighting, scene, Raycaster(scene)) if baked is None else None
        self._background = tuple(np.minimum(lighting.exposure * np.asarray(lighting.background), 1.0).tolist())
        with self._context:
            self._colour = program(self._context, "colour", baked is not None)
            self._geometry = program(self._context, "geometry")
            self._colour["exposure"] = lighting.exposure
            self._load(scene, Surface.of(scene, baked))

    def _load(self, scene: Scene, surface: Surface) -> None:
        # Faces lie in the order of drawing: one call per material, transparent ones last, over what is behind them.
        drawn = sorted(range(len(scene.materials)), key=lambda index: scene.materials[index].alpha < 1)
        rank = np.argsort(drawn)[[part.material for part in scene.parts]][surface.part]
        order = np.argsort(rank, kind="stable")
        used, first, count = np.unique(rank[order], return_index=True, return_counts=True)
        calls = zip(used.tolist(), (3 * first).tolist(), (3 * count).tolist(), strict=True)
        self._calls = [(scene.materials[drawn[index]], start, size) for index, start, size in calls]
        self._opaque = sum(size for material, _, size in self._calls if material.alpha >= 1)
        loaded: dict[int, moderngl.Texture] = {}
        for used_material, _, _ in self._calls:
            if id(used_material.texture) not in loaded:
                loaded[id(used_material.texture)] = texture(self._context, used_material.texture)
        self._textures = [loaded[id(used_material.texture)] for used_material, _, _ in self._calls]
        vertices = vertex_buffer(self._context, scene, surface, self._centre)
        indices = self._context.buffer(np.ascontiguousarray(surface.faces[order], dtype=np.int32))
        self._draw_colour = self._context.vertex_array(self._colour, [vertices], indices, skip_errors=True)
        self._draw_geometry = self._context.vertex_array(self._geometry, [vertices], indices, skip_errors=True)

    def render(self, poses: NDArray[np.float64], intrinsics: Intrinsics) -> Iterator[NDArray[np.uint8]]:
        """Yield one (h, w, 3) uint8 sRGB image per pose.

        Args:
            poses: (N, 4, 4) camera-to-world, OpenCV axes, metres, world z up.
            intrinsics: the camera.
        """
        for pose in poses:
            with self._context:
                image = self._image(pose, intrinsics)
            yield image

    def frame(self, pose: NDArray[np.float64], intrinsics: Intrinsics) -> tuple[NDArray[np.uint8], GeometryFrame]:
        """Return colour and geometry of one (4, 4) pose; geometry is sampled at pixel centres only."""
        with self._context:
            return self._image(pose, intrinsics), self._depth_and_ids(pose, intrinsics)

    def close(self) -> None:
        """Free the context and all that it holds."""
        self._context.release()

    def _image(self, pose: NDArray[np.float64], intrinsics: Intrinsics) -> NDArray[np.uint8]:
        self._aim(self._geometry, pose, intrinsics)
        self._aim(self._colour, pose, intrinsics)
        if self._light is not None:
            self._light_up(self._light, pose[:3, 3])
        targets = self._targets_of(intrinsics)
        targets.colour.use()
        targets.colour.clear(*self._background)
        self._context.enable(moderngl.DEPTH_TEST)
        # Depth first: then only the surfaces in sight are coloured, which on a CPU is most of the work.
        targets.colour.color_mask = False, False, False, False
        self._draw_geometry.render(vertices=self._opaque)
        targets.colour.color_mask = True, True, True, True
        self._context.depth_func = "<="
        self._context.enable(moderngl.BLEND)
        for (material, first, count), image in zip(self._calls, self._textures, strict=True):
            image.use(_TEXTURE_UNIT)
            self._colour["base_color"] = material.color
            self._colour["emission"] = material.emission
            self._colour["alpha"] = material.alpha
            targets.colour.depth_mask = material.alpha >= 1
            self._draw_colour.render(vertices=count, first=first)
        targets.colour.depth_mask = True
        self._context.depth_func = "<"
        self._context.disable(moderngl.BLEND)
        return targets.read_colour()

    def _depth_and_ids(self, pose: NDArray[np.float64], intrinsics: Intrinsics) -> GeometryFrame:
        self._aim(self._geometry, pose, intrinsics)
        targets = self._targets_of(intrinsics)
        targets.geometry.use()
        targets.geometry.clear()
        self._context.enable(moderngl.DEPTH_TEST)
        self._draw_geometry.render()
        return targets.read_geometry()

    def _aim(self, aimed: moderngl.Program, pose: NDArray[np.float64], intrinsics: Intrinsics) -> None:
        eye = pose[:3, 3] - self._centre
        view = np.eye(4)
        view[:3, :3] = pose[:3, :3].T
        view[:3, 3] = -pose[:3, :3].T @ eye
        far = self._diagonal + float(np.linalg.norm(eye))
        write_uniform(aimed, "view", view)
        write_uniform(aimed, "projection", _projection(intrinsics, far))

    def _light_up(self, light: LampLight, eye: NDArray[np.float64]) -> None:
        near = light.near(eye)
        self._colour["eye"] = tuple((eye - self._centre).tolist())
        self._colour["ambient"] = tuple(near.ambient.tolist())
        self._colour["sky"] = tuple(near.sky.tolist())
        self._colour["bright_sky"] = BRIGHT_SKY
        self._colour["lamp_count"] = len(near.size)
        write_uniform(self._colour, "lamp_position", near.position - self._centre)
        write_uniform(self._colour, "lamp_axis", near.axis)
        write_uniform(self._colour, "lamp_intensity", near.intensity)
        write_uniform(self._colour, "lamp_size", near.size)

    def _targets_of(self, intrinsics: Intrinsics) -> Targets:
        size = (intrinsics.width, intrinsics.height)
        if size not in self._targets:
            self._targets[size] = Targets(self._context, size, self._supersampling)
        return self._targets[size]


def _projection(intrinsics: Intrinsics, far: float) -> NDArray[np.float64]:
    """Return (4, 4) camera (OpenCV axes) to clip space; OpenGL's pixel centres lie at halves, ours at integers."""
    width, height = intrinsics.width, intrinsics.height
    depth = far - _NEAR
    return np.array(
        [
            [2 * intrinsics.fx / width, 0, (2 * intrinsics.cx + 1) / width - 1, 0],
            [0, 2 * intrinsics.fy / height, (2 * intrinsics.cy + 1) / height - 1, 0],
            [0, 0, (far + _NEAR) / depth, -2 * far * _NEAR / depth],
            [0, 0, 1, 0],
        ]
    )
