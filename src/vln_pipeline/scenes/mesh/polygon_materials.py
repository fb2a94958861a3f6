"""Materials of OBJ files (MTL) and the texture of a PLY file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.mesh.sidecars import OutsideError, beside, map_file
from vln_pipeline.scenes.mesh.textures import decode
from vln_pipeline.scenes.scene import Material

_PLAIN = 0.8
"""Grey of a surface that tells no colour."""


class Materials:
    """Collects the materials of one file, each once.

    Attributes:
        found: the materials so far.
        defects: what could not be read so far, one clause each.
    """

    def __init__(self, file: Path, texture_size: int) -> None:
        self.found: list[Material] = []
        self.defects: list[str] = []
        self._file, self._texture_size = file, texture_size
        self._index: dict[str, int] = {}
        self._textures: dict[str, NDArray[np.uint8] | None] = {}

    def read_library(self, name: str) -> None:
        """Add the materials of an MTL file; words are parted by blanks or tabs, and a byte order mark may lead."""
        data = self._bytes(name)
        if data is None:
            return
        text = data.decode("utf-8-sig", errors="replace")
        statements: dict[str, str] = {}
        for line in [*text.splitlines(), "newmtl"]:
            key, rest = (*line.split(maxsplit=1), "", "")[:2]
            if key.lower() == "newmtl":
                if "newmtl" in statements:
                    self._add_statements(statements)
                statements = {}
            statements[key.lower()] = rest.strip()

    def add_texture(self, name: str) -> int:
        """Add a material that is one texture, and return its index."""
        return self._add(name, Material(self._unique(name), (1.0, 1.0, 1.0), self._texture(name)))

    def index(self, name: str | None) -> int:
        """Return the index of a material, adding a plain one for a name that no library holds."""
        name = name or "plain"
        return self._index[name] if name in self._index else self._add(name, Material(self._unique(name)))

    def _add_statements(self, told: dict[str, str]) -> None:
        texture = self._texture(map_file(told["map_kd"])) if "map_kd" in told else None
        color = _triple(told.get("kd"), _PLAIN)
        if "map_kd" in told and min(color) == max(color):
            # A texture replaces Kd: exporters leave anything there, mostly black or white, which no surface is.
            color = (_PLAIN, _PLAIN, _PLAIN)
        shine = float(np.clip(_numbers(told.get("ns"), (1.0,))[0], 0, 1000))
        opacity = _numbers(told["d"], (1.0,)) if "d" in told else 1 - _numbers(told.get("tr"), (0.0,))
        material = Material(
            self._unique(told["newmtl"]),
            color=(1.0, 1.0, 1.0) if texture is not None else color,
            texture=texture,
            # Phong exponent n to GGX roughness (Karis 2013): alpha^2 = 2 / (n + 2), roughness^2 = alpha.
            roughness=(2 / (shine + 2)) ** 0.25,
            alpha=float(np.clip(opacity[-1], 0, 1)),
            emission=_triple(told.get("ke"), 0.0),
        )
        self._add(told["newmtl"], material)

    def _add(self, name: str, material: Material) -> int:
        self._index[name] = len(self.found)
        self.found.append(material)
        return self._index[name]

    def _unique(self, name: str) -> str:
        return f"{len(self.found):03d} {name}"

    def _texture(self, name: str) -> NDArray[np.uint8] | None:
        if name not in self._textures:
            self._textures[name] = None
            data = self._bytes(name)
            try:
                if data is not None:
                    self._textures[name], _ = decode(data, self._texture_size)
            except ValueError:
                self.defects.append(f"missing texture: {name} cannot be read")
        return self._textures[name]

    def _bytes(self, name: str) -> bytes | None:
        """Return what a file beside the mesh holds; None, and a defect, where there is no such file."""
        try:
            return regular(beside(self._file, name)).read_bytes()
        except OSError:
            self.defects.append(f"missing texture: {name[:80]} does not exist")
        except OutsideError:
            self.defects.append(f"missing texture: {name[:80]} lies outside the file's folder")
        return None


def _numbers(text: str | None, default: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the finite numbers of an MTL statement, or the default where it holds none."""
    try:
        found = np.array((text or "").split(), dtype=np.float64)
    except ValueError:
        found = np.empty(0)
    return found if len(found) and np.isfinite(found).all() else np.array(default)


def _triple(text: str | None, default: float) -> tuple[float, float, float]:
    """Return the colour of an MTL statement, clipped to [0, 1]; one number is grey."""
    found = np.clip(_numbers(text, (default,)), 0, 1)
    red, green, blue = found if len(found) == 3 else np.repeat(found[:1], 3)
    return float(red), float(green), float(blue)
