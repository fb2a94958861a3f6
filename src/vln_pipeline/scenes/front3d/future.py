"""Furniture models of 3D-FUTURE, each read once and placed many times."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.front3d.frame import to_world
from vln_pipeline.scenes.front3d.house import Furniture
from vln_pipeline.scenes.front3d.looks import Looks
from vln_pipeline.scenes.mesh import polygon_file
from vln_pipeline.scenes.mesh.model import Model, Surface
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.published.reading import reading
from vln_pipeline.scenes.scene import Material

_CENTIMETRES = 20.0
"""A model this many times larger than its house says is in centimetres."""
_CORNERS = np.array([[x, y, z] for y in (0, 1) for z in (-0.5, 0.5) for x in (-0.5, 0.5)])
_FACES = np.array(
    [
        *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
        *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
    ]
)
"""A box on its foot, in the house's frame, wound outwards."""


class FutureModels:
    """Reads models from the folder of 3D-FUTURE."""

    def __init__(self, folder: Folder, models: str, looks: Looks, texture_size: int, max_triangles: int) -> None:
        self._folder, self._models, self._looks = folder, models, looks
        self._texture_size, self._max_triangles = texture_size, max_triangles
        self._read: dict[str, tuple[Model, int]] = {}
        self._names: dict[str, tuple[str, ...]] | None = None
        self._triangles = 0

    def place(self, furniture: Furniture) -> list[Surface] | None:
        """Return the surfaces of a piece of furniture in our world, or None where its model is missing.

        Raises:
            DataError: the model cannot be read, or the house grows too large.
        """
        found = self._model(furniture.model)
        if found is None:
            return None
        model, first = found
        unit = _unit(model, furniture.size)
        placed = list(_placed(model.surfaces, furniture, unit, first))
        self._triangles += sum(len(s.faces) for s in placed)
        if self._triangles > self._max_triangles:
            cause = f"brings the house to more than {self._max_triangles} triangles"
            raise DataError(furniture.model, cause, "raise scenes.front3d.max_triangles")
        return placed

    def names(self, furniture: Furniture) -> tuple[str, ...]:
        """Return the categories of a piece, those of 3D-FUTURE's ``model_info.json`` last.

        Raises:
            DataError: the file cannot be read.
        """
        if self._names is None:
            self._names = self._model_info()
        return (*furniture.names, *self._names.get(furniture.model, ()))

    def _model(self, jid: str) -> tuple[Model, int] | None:
        if jid not in self._read:
            file = self._folder.find(str(PurePosixPath(self._models, jid, "raw_model.obj"))) if jid else None
            if file is None:
                return None
            file = self._folder.file(self._folder.name(file), "download 3D-FUTURE-model again")
            with reading(self._folder.name(file)):
                model = polygon_file.read(file, self._texture_size, self._max_triangles)
            named = [replace(m, name=f"{jid[:8]} {m.name}") for m in model.materials]
            self._looks.defects += [f"{jid[:8]}: {defect}" for defect in model.defects]
            self._read[jid] = model, self._looks.add(*named)
        return self._read[jid]

    def _model_info(self) -> dict[str, tuple[str, ...]]:
        file = self._folder.find(str(PurePosixPath(self._models, "model_info.json")))
        if file is None:
            return {}
        told = self._folder.any_json(file)
        try:
            return {
                str(m["model_id"]): tuple(str(m[key]) for key in ("category", "super-category") if m.get(key))
                for m in told
            }
        except (KeyError, TypeError, AttributeError) as error:
            cause = f"cannot be read ({type(error).__name__})"
            raise DataError(self._folder.name(file), cause, "download it again") from error


def proxy_box(furniture: Furniture, looks: Looks, color: tuple[float, float, float]) -> list[Surface] | None:
    """Return a box of a piece's size in its place, in our world, or None where its size is not told."""
    if furniture.size is None:
        return None
    material = looks.add(Material(f"{len(looks.materials):03d} stand-in", color=color))
    box = Surface(("stand-in",), (0,), _CORNERS * furniture.size, _FACES, 0)
    return list(_placed((box,), furniture, 1.0, material))


def _placed(surfaces: tuple[Surface, ...], furniture: Furniture, unit: float, first: int) -> Iterator[Surface]:
    """Yield surfaces scaled, turned and moved, v' = R(q) (s v) + pos."""
    mirrored = np.prod(furniture.scale) < 0
    for surface in surfaces:
        with np.errstate(invalid="ignore", over="ignore"):
            scaled = surface.vertices * unit * furniture.scale
            vertices = to_world(scaled @ furniture.rotation.T + furniture.position)
        faces = surface.faces[:, ::-1] if mirrored else surface.faces
        yield replace(surface, vertices=vertices, faces=faces, material=surface.material + first)


def _unit(model: Model, size: NDArray[np.float64] | None) -> float:
    """Return metres per unit of a model: a few are in centimetres."""
    sound = [s.vertices[s.sound_faces()].reshape(-1, 3) for s in model.surfaces]
    corners = np.concatenate([np.empty((0, 3)), *sound])
    if size is None or not len(corners):
        return 1.0
    return 0.01 if np.ptp(corners, axis=0).max() > _CENTIMETRES * size.max() else 1.0
