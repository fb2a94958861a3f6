"""What a mesh file holds, before anything is known of its meaning."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Material
from vln_pipeline.scenes.triangles import of_all

Axis = Literal["x", "y", "z", "-x", "-y", "-z"]


@dataclass(frozen=True)
class Surface:
    """Triangles of one material under one node.

    Attributes:
        path: names of the nodes from the root to the one that carries the mesh.
        node: identity of that node in its file, and the number of the instance where it has several; surfaces of one
            object share it.
        vertices: (V, 3) float64 in the file's frame and unit, transforms of all nodes applied.
        faces: (F, 3) int64 indexes into ``vertices``.
        material: index into the model's materials.
        uv: (V, 2) float32, v upwards, or None.
        colors: (V, 3) uint8 sRGB, or None.
    """

    path: tuple[str, ...]
    node: tuple[int, ...]
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    material: int
    uv: NDArray[np.float32] | None = None
    colors: NDArray[np.uint8] | None = None

    def __post_init__(self) -> None:
        """Refuse arrays of the wrong shape, which parsers of damaged files return."""
        count = len(self.vertices)
        for name, array, shape in (
            ("vertices", self.vertices, (count, 3)),
            ("faces", self.faces, (len(self.faces), 3)),
            ("uv", self.uv, (count, 2)),
            ("colors", self.colors, (count, 3)),
        ):
            if array is not None and array.shape != shape:
                raise ValueError(f"{name} of {self.path[-1]!r} have shape {array.shape}, not {shape}")

    def sound_faces(self) -> NDArray[np.int64]:
        """Return the faces whose vertices exist and are finite."""
        faces = self.faces[(self.faces >= 0).all(axis=1) & (self.faces < len(self.vertices)).all(axis=1)]
        return faces[of_all(np.asarray(np.isfinite(self.vertices).all(axis=1)), faces)]


@dataclass(frozen=True)
class Model:
    """All surfaces of one file.

    Attributes:
        surfaces: in file order.
        materials: as ``Scene.materials``.
        up: the axis that is up by the custom of the format.
        defects: what could not be read, one clause each.
    """

    surfaces: tuple[Surface, ...]
    materials: tuple[Material, ...]
    up: Axis
    defects: tuple[str, ...] = ()


def too_many_triangles(file: str, limit: int) -> DataError:
    """Return the error of a file that is too large to be a scene."""
    return DataError(file, f"more than {limit} triangles", "decimate it or raise max_triangles of the scene source")
