"""Meshes of HSSD's objects, each read once and placed many times."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat.asset_config import Asset
from vln_pipeline.scenes.habitat.frame import to_world
from vln_pipeline.scenes.habitat.scene_instance import Placement
from vln_pipeline.scenes.hssd.config import HssdConfig
from vln_pipeline.scenes.mesh import gltf
from vln_pipeline.scenes.mesh.model import Model, Surface
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.published.reading import reading, refuse_missing_textures
from vln_pipeline.scenes.scene import Material


class Furniture:
    """Collects the materials of the assets that were placed.

    Attributes:
        materials: of all assets so far.
        defects: what could not be read so far.
    """

    def __init__(self, folder: Folder, config: HssdConfig) -> None:
        self.materials: list[Material] = []
        self.defects: list[str] = []
        self._folder, self._config = folder, config
        self._models: dict[Path, tuple[Model, int]] = {}
        self._triangles = 0

    def place(self, asset: Asset, placement: Placement) -> list[Surface]:
        """Return the surfaces of an asset in our world, z up.

        Raises:
            DataError: the asset's mesh cannot be used, or the scene grows too large.
        """
        model, first = self._model(asset.mesh)
        matrix = placement.rotation @ np.diag(placement.scale) @ asset.to_habitat
        mirrored = np.linalg.det(matrix) < 0
        sound = [s.vertices[s.sound_faces()].reshape(-1, 3) for s in model.surfaces]
        corners = np.concatenate([np.empty((0, 3)), *sound]) @ asset.to_habitat.T
        centre = (corners.min(axis=0) + corners.max(axis=0)) / 2 if len(corners) else np.zeros(3)
        placed = []
        for surface in model.surfaces:
            with np.errstate(invalid="ignore", over="ignore"):
                vertices = to_world(placement(surface.vertices @ asset.to_habitat.T, centre))
            faces = surface.faces[:, ::-1] if mirrored else surface.faces
            placed.append(replace(surface, vertices=vertices, faces=faces, material=surface.material + first))
        self._triangles += sum(len(s.faces) for s in placed)
        if self._triangles > self._config.max_triangles:
            cause = f"brings the scene to more than {self._config.max_triangles} triangles"
            raise DataError(self._folder.name(asset.mesh), cause, "raise scenes.hssd.max_triangles")
        return placed

    def _model(self, file: Path) -> tuple[Model, int]:
        """Return a mesh and where its materials begin."""
        if file not in self._models:
            with reading(self._folder.name(file)):
                model = gltf.read(file, self._config.texture_size, self._config.max_triangles)
            refuse_missing_textures(self._folder.name(file), model.defects, self._config, "hssd")
            self._models[file] = model, len(self.materials)
            self.materials += [replace(m, name=f"{file.stem} {m.name}") for m in model.materials]
            self.defects += model.defects
        return self._models[file]
