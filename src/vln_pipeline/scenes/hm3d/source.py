"""The ``hm3d`` source: scenes of Habitat-Matterport 3D and its semantics (Ramakrishnan 2021, Yadav 2022)."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat import dataset_config
from vln_pipeline.scenes.habitat.frame import asset_to_world
from vln_pipeline.scenes.hm3d import semantic_mesh, semantic_txt
from vln_pipeline.scenes.hm3d.config import Hm3dConfig
from vln_pipeline.scenes.hm3d.tree import SceneFiles, scenes
from vln_pipeline.scenes.mesh import gltf
from vln_pipeline.scenes.mesh.model import Model, Surface
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.discovery import Found, open_root, references
from vln_pipeline.scenes.published.folder import Folder, opened
from vln_pipeline.scenes.published.label_transfer import UNLABELLED, transfer
from vln_pipeline.scenes.published.objects import Annotated, parts
from vln_pipeline.scenes.published.reading import finished, reading, refuse_missing_textures, refuse_unlabelled
from vln_pipeline.scenes.published.regions import rooms_from_parts
from vln_pipeline.scenes.scene import Part, Scene
from vln_pipeline.scenes.source import SceneRef

_MEND = "download the scene's mesh"


class Hm3dSource:
    """Reads the textured mesh of a scene and labels it by the painted one."""

    def __init__(self, config: Hm3dConfig) -> None:
        self._config = config
        self._categories = Path(__file__).with_name("categories.json")

    def discover(self) -> tuple[SceneRef, ...]:
        """Return the wanted scenes.

        Raises:
            DataError: there are none.
        """
        folder = open_root(self._config, "hm3d")
        every = scenes(folder)
        elsewhere = {s.name for s in every if s.split != "minival"}
        if self._config.split != "minival":
            every = [s for s in every if s.split != "minival" or s.name not in elsewhere]
        found = [
            Found(s.name, f"{s.split}/{s.name}", [f for f in (s.mesh, s.semantic_mesh, s.semantic_txt) if f], s.split)
            for s in every
        ]
        return references("hm3d", folder, found, self._config)

    def load(self, ref: SceneRef) -> Scene:
        """Return one scene.

        Raises:
            DataError: it cannot be used.
        """
        folder, relative = opened(ref.location, self._config.max_file_size)
        split, _, name = relative.rpartition("/")
        files = next((s for s in scenes(folder, name) if s.split == split), None)
        if files is None or files.mesh is None:
            raise DataError(name, f"has no {name.partition('-')[2]}.glb or .basis.glb", _MEND)
        model, turn = self._read(folder, files.mesh), self._frame(folder)
        surfaces = [_turned(surface, turn) for surface in model.surfaces]
        categories = Categories(self._categories, self._config.categories)
        labelled = self._labelled(folder, files, surfaces, turn, categories)
        found = labelled or parts(surfaces, [np.zeros(len(s.faces), np.int64) for s in surfaces], {})
        return finished(
            Scene(
                id=ref.id,
                parts=found,
                materials=model.materials,
                rooms=rooms_from_parts(found),
                source="hm3d",
                licence=self._config.licence,
                origin=f"HM3D {name}",
                defects=(*model.defects, *categories.defects()),
            ),
            annotated=labelled is not None,
        )

    def _read(self, folder: Folder, path: Path) -> Model:
        file = folder.file(path.relative_to(folder.root).as_posix(), _MEND)
        with reading(folder.name(file)):
            model = gltf.read(file, self._config.texture_size, self._config.max_triangles)
        refuse_missing_textures(folder.name(file), model.defects, self._config, "hm3d")
        return model

    def _frame(self, folder: Folder) -> NDArray[np.float64]:
        """Return the (3, 3) rotation from the meshes' frame to ours; by the format it would be y up, but it is z up."""
        config = dataset_config.find(folder, "hm3d_annotated_basis")
        try:
            return asset_to_world(config.stages.defaults if config else {})
        except (ValueError, TypeError) as error:
            name = folder.name(config.file) if config else ""
            raise DataError(name, str(error), "download it again") from error

    def _labelled(
        self,
        folder: Folder,
        files: SceneFiles,
        surfaces: Sequence[Surface],
        turn: NDArray[np.float64],
        categories: Categories,
    ) -> tuple[Part, ...] | None:
        """Return the parts by instance, or None for a scene without annotation."""
        if files.semantic_mesh is None or files.semantic_txt is None:
            ending = "semantic.glb" if files.semantic_mesh is None else "semantic.txt"
            refuse_unlabelled(files.name, ending, self._config, "hm3d")
            return None
        text = folder.file(files.semantic_txt.relative_to(folder.root).as_posix(), _MEND)
        mesh = folder.file(files.semantic_mesh.relative_to(folder.root).as_posix(), _MEND)
        instances = semantic_txt.read(folder, text)
        with reading(folder.name(mesh)):
            painted = semantic_mesh.read(mesh, folder.name(mesh), instances, self._config.max_triangles)
        painted = replace(painted, points=painted.points @ turn.T, normals=painted.normals @ turn.T)
        shown, labels = transfer(painted, surfaces, self._config.reach)
        if all((label == UNLABELLED).all() for label in labels):
            cause = f"lies nowhere within {self._config.reach} m of the scene's mesh"
            raise DataError(folder.name(mesh), cause, "download both meshes anew")
        objects = {
            i.id: Annotated(f"{i.raw}_{i.id}", categories(i.raw), f"region_{i.region}" if i.region >= 0 else None)
            for i in instances
        }
        return parts(shown, labels, objects)


def _turned(surface: Surface, turn: NDArray[np.float64]) -> Surface:
    with np.errstate(invalid="ignore", over="ignore"):
        return replace(surface, vertices=surface.vertices @ turn.T)
