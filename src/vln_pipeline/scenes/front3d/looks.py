"""Materials of a 3D-FRONT house."""

from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.front3d.house import Look
from vln_pipeline.scenes.mesh.textures import decode
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.scene import Material

_PLAIN = Look("", np.array([204.0, 204.0, 204.0, 255.0]), np.eye(2))


class Looks:
    """Collects the materials of one house, each once.

    Attributes:
        materials: so far.
        defects: what could not be read so far.
    """

    def __init__(self, folder: Folder, textures: str, looks: dict[str, Look], texture_size: int) -> None:
        self.materials: list[Material] = []
        self.defects: list[str] = []
        self._folder, self._textures, self._looks = folder, textures, looks
        self._texture_size = texture_size
        self._index: dict[str, int] = {}

    def index(self, uid: str) -> int:
        """Return where a material stands, reading it first; an unknown one is plain grey."""
        if uid not in self._index:
            look = self._looks.get(uid, _PLAIN)
            texture = self._texture(look.texture)
            red, green, blue = (1.0, 1.0, 1.0) if texture is not None else _linear(look.color[:3] / 255).tolist()
            self._index[uid] = self.add(
                Material(
                    f"{len(self.materials):03d} {uid[:40]}",
                    color=(red, green, blue),
                    texture=texture,
                    alpha=float(np.clip(look.color[3] / 255, 0, 1)),
                )
            )
        return self._index[uid]

    def add(self, *materials: Material) -> int:
        """Add materials, and return where the first of them stands."""
        self.materials += materials
        return len(self.materials) - len(materials)

    def uv(self, uid: str, uv: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        """Return texture coordinates as the material turns and scales them."""
        if uv is None:
            return None
        with np.errstate(invalid="ignore", over="ignore"):
            return (uv.astype(np.float64) @ self._looks.get(uid, _PLAIN).uv.T).astype(np.float32)

    def _texture(self, name: str) -> NDArray[np.uint8] | None:
        file = self._folder.find(str(PurePosixPath(self._textures, name, "texture.png"))) if name else None
        if file is None:
            return None
        try:
            return decode(regular(file).read_bytes(), self._texture_size)[0]
        except (OSError, ValueError) as error:
            self.defects.append(f"missing texture: {self._folder.name(file)} cannot be read ({type(error).__name__})")
        return None


def _linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear intensities of sRGB values, both in [0, 1] (IEC 61966-2-1)."""
    srgb = np.clip(srgb, 0, 1)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
