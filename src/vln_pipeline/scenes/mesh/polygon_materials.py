"""Materials of OBJ files (MTL) and the texture of a PLY file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.mesh.emissive_map import shown
from vln_pipeline.scenes.mesh.sidecars import OutsideError, beside, map_file, numbers, plain_text
from vln_pipeline.scenes.mesh.textures import decode
from vln_pipeline.scenes.scene import Material

_PLAIN = 0.8
"""Grey of a surface that tells no colour."""
_MOST_OVER = 2.0
"""Largest part of a colour that is taken for a little too bright; a larger one is taken for a byte."""
_MOST_NAMES = 5


class Materials:
    """Collects the materials of one file, each once.

    Attributes:
        found: the materials so far.
    """

    def __init__(self, file: Path, texture_size: int) -> None:
        self.found: list[Material] = []
        self._defects: list[str] = []
        self._unnamed: list[str] = []
        self._lost = False
        self._file, self._texture_size = file, texture_size
        self._index: dict[str, int] = {}
        self._textures: dict[str, NDArray[np.uint8] | None] = {}

    @property
    def defects(self) -> tuple[str, ...]:
        """What could not be read so far, one clause each."""
        if self._lost or not self._unnamed:
            return tuple(self._defects)
        names = ", ".join(name[:80] for name in self._unnamed[:_MOST_NAMES])
        rest = len(self._unnamed) - _MOST_NAMES
        more = f" and {rest} more" if rest > 0 else ""
        return *self._defects, f"grey, as no material library holds them: {names}{more}"

    def read_library(self, name: str) -> None:
        """Add the materials of an MTL file; words are parted by blanks or tabs, and a byte order mark may lead."""
        data = self._bytes(name)
        if data is None:
            self._lost = True
            return
        statements: dict[str, str] = {}
        for line in [*plain_text(data).split("\n"), "newmtl"]:
            key, rest = (*line.split(maxsplit=1), "", "")[:2]
            if key.lower() == "newmtl":
                if "newmtl" in statements:
                    self._add_statements(statements)
                statements = {}
            statements[key.lower()] = rest.strip()

    def add_texture(self, name: str) -> int:
        """Add a material that is one texture, and return its index."""
        texture = self._texture(name)
        grey = _PLAIN if texture is None else 1.0
        return self._add(name, Material(self._unique(name), (grey, grey, grey), texture))

    def index(self, name: str | None) -> int:
        """Return the index of a material, adding a plain one for a name that no library holds."""
        if name is not None and name not in self._index:
            self._unnamed.append(name)
        name = name or "plain"
        return self._index[name] if name in self._index else self._add(name, Material(self._unique(name)))

    def _add_statements(self, told: dict[str, str]) -> None:
        name = told["newmtl"]
        texture = self._texture(map_file(told["map_kd"])) if "map_kd" in told else None
        color = self._diffuse(name, told.get("kd"))
        if "map_kd" in told and min(color) == max(color):
            # A texture replaces Kd: exporters leave anything there, mostly black or white, which no surface is.
            color = (_PLAIN, _PLAIN, _PLAIN)
        if texture is not None:
            color = (1.0, 1.0, 1.0)
        texture, color, emission = self._emitted(told, texture, color)
        shine = float(np.clip(_numbers(told.get("ns"), (1.0,))[0], 0, 1000))
        alpha = self._opacity(name, told)
        material = Material(
            self._unique(name),
            color=color,
            texture=texture,
            # Phong exponent n to GGX roughness (Karis 2013): alpha^2 = 2 / (n + 2), roughness^2 = alpha.
            roughness=(2 / (shine + 2)) ** 0.25,
            alpha=alpha,
            emission=emission,
        )
        self._add(name, material)

    def _diffuse(self, name: str, told: str | None) -> tuple[float, float, float]:
        """Return the colour of Kd, which some exporters tell in bytes."""
        found = _numbers(told, (_PLAIN,))
        if told is not None and not numbers(told):
            self._defects.append(f"the colour of {name} is no RGB and is grey: Kd {told[:40]}")
        if found.max() > _MOST_OVER:
            self._defects.append(f"the colour of {name} is taken for bytes: Kd {told or ''}"[:160])
            found = found / 255
        return _triple(found)

    def _emitted(
        self, told: dict[str, str], texture: NDArray[np.uint8] | None, color: tuple[float, float, float]
    ) -> tuple[NDArray[np.uint8] | None, tuple[float, float, float], tuple[float, float, float]]:
        """Return texture, colour and emission of a material, its emissive map applied."""
        factor = _triple(_numbers(told.get("ke"), (0.0,)))
        if "map_ke" not in told or not any(factor):
            return texture, color, factor
        glow = self._texture(map_file(told["map_ke"]))
        if glow is None:
            # Without its map the whole surface would glow.
            return texture, color, (0.0, 0.0, 0.0)
        result = shown(texture, color, glow, factor)
        if not any(result[2]):
            self._defects.append(f"the emissive map of {told['newmtl']} is shown as colour: it lights nothing")
        return result

    def _opacity(self, name: str, told: dict[str, str]) -> float:
        if "map_d" in told:
            self._defects.append(f"cut-outs of the texture of {name} are shown as surface")
        if "d" in told:
            found = _numbers(told["d"].removeprefix("-halo"), (1.0,))
        else:
            found = 1 - _numbers(told.get("tr"), (0.0,))
        alpha = float(np.clip(found[0], 0, 1))
        if alpha == 0:
            self._defects.append(f"{name} is invisible: its opacity is 0 (d, Tr)")
        return alpha

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
                self._defects.append(f"missing texture: {name} cannot be read")
        return self._textures[name]

    def _bytes(self, name: str) -> bytes | None:
        """Return what a file beside the mesh holds; None, and a defect, where there is no such file."""
        try:
            return regular(beside(self._file, name)).read_bytes()
        except OSError:
            self._defects.append(f"missing texture: {name[:80]} does not exist")
        except OutsideError:
            self._defects.append(f"missing texture: {name[:80]} lies outside the file's folder")
        return None


def _numbers(text: str | None, default: tuple[float, ...]) -> NDArray[np.float64]:
    """Return the finite numbers of an MTL statement, or the default where it holds none."""
    found = np.array(numbers(text or ""))
    return found if len(found) and np.isfinite(found).all() else np.array(default)


def _triple(found: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return a colour, clipped to [0, 1]; one number is grey."""
    clipped = np.clip(found, 0, 1)
    red, green, blue = clipped if len(clipped) == 3 else np.repeat(clipped[:1], 3)
    return float(red), float(green), float(blue)
