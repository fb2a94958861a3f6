"""A scene's triangles with everything that their colour depends on, for renderers of one's own."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.baked_light import BakedLight
from vln_pipeline.scenes.scene import Scene


@dataclass(frozen=True)
class Surface:
    """Triangles; a vertex belongs to one part.

    Attributes:
        vertices: (V, 3) float32 metres, world.
        faces: (F, 3) int32.
        part: (F,) int32 index of the scene's part.
        uv: (V, 2) float32 texture coordinates, v upwards; zeros where the part has none.
        colors: (V, 3) uint8 sRGB vertex colours; 255 where the part has none.
        irradiance: (V, 3) float32 baked light as ``BakedLight`` has it, or None.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    part: NDArray[np.int32]
    uv: NDArray[np.float32]
    colors: NDArray[np.uint8]
    irradiance: NDArray[np.float32] | None

    @classmethod
    def of(cls, scene: Scene, baked: BakedLight | None = None) -> "Surface":
        """Return a scene's surface, in the finer triangles of its baked light where there is one."""
        if baked is not None:
            return cls(baked.vertices, baked.faces, baked.part, baked.uv, baked.colors, baked.irradiance)
        mesh = scene.mesh
        uv = [np.zeros((len(p.vertices), 2), np.float32) if p.uv is None else p.uv for p in scene.parts]
        colors = [np.full((len(p.vertices), 3), 255, np.uint8) if p.colors is None else p.colors for p in scene.parts]
        return cls(
            vertices=mesh.vertices.astype(np.float32),
            faces=mesh.faces,
            part=mesh.part,
            uv=np.concatenate(uv).astype(np.float32),
            colors=np.concatenate(colors),
            irradiance=None,
        )
