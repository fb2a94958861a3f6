"""The diffuse light of a scene, baked once and looked up in every frame."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError


@dataclass(frozen=True)
class BakedLight:
    """A finer tessellation of a scene's surfaces with the light that falls on each vertex.

    ``irradiance`` is the radiance that a white matt surface would send back (irradiance over pi), so a surface shows
    ``base colour * irradiance + emission`` in linear RGB, where base colour is material colour times texture (made
    linear) times vertex colour (made linear). A display value is ``sRGB(exposure * that)``, with the sRGB curve as the
    only tone mapping and ``exposure`` that of the ``Lighting`` it was baked with.

    Attributes:
        vertices: (V, 3) float32 metres, world; faces that meet at an edge do not share vertices across it.
        faces: (F, 3) int32, wound as in the scene.
        uv: (V, 2) float32 texture coordinates, v upwards; zeros where the part has none.
        colors: (V, 3) uint8 sRGB vertex colours; 255 where the part has none.
        part: (F,) int32 index of the scene's part.
        irradiance: (V, 3) float32, linear RGB.
    """

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    uv: NDArray[np.float32]
    colors: NDArray[np.uint8]
    part: NDArray[np.int32]
    irradiance: NDArray[np.float32]

    def write(self, file: Path) -> None:
        """Write the light as one NPZ file."""
        with file.open("wb") as stream:
            np.savez(stream, **{name: getattr(self, name) for name in _ARRAYS})

    @classmethod
    def read(cls, file: Path) -> "BakedLight":
        """Read what ``write`` wrote.

        Raises:
            DataError: the file is missing or damaged.
        """
        try:
            with np.load(file, allow_pickle=False) as arrays:
                return cls(**{name: arrays[name] for name in _ARRAYS})
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                str(file), f"baked light cannot be read ({error})", "delete it; it is baked again"
            ) from error


_ARRAYS = ("vertices", "faces", "uv", "colors", "part", "irradiance")
