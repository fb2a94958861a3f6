"""The ``hm3d`` source: scenes of Habitat-Matterport 3D and its semantics (Ramakrishnan 2021, Yadav 2022)."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat import dataset_config
from vln_pipeline.scenes.hm3d import semantic_mesh, semantic_txt
from vln_pipeline.scenes.hm3d.config import Hm3dConfig
from vln_pipeline.scenes.hm3d.tree import SceneFiles, scenes
from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.discovery import Found, open_root, references
from vln_pipeline.scenes.published.folder import Folder, opened
from vln_pipeline.scenes.published.objects import Annotated
from vln_pipeline.scenes.published.reading import finished, reading, refuse_unlabelled
from vln_pipeline.scenes.published.regions import rooms_from_parts
from vln_pipeline.scenes.published.room_table import RoomTable
from vln_pipeline.scenes.published.scan import labelled_parts, read_mesh, unlabelled_parts
from vln_pipeline.scenes.published.walkable import read_walkable
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
            Found(s.name, f"{s.split}/{s.name}", partial(_made_of, s), (s.split,) if s.split else ()) for s in every
        ]
        return references("hm3d", folder, found, self._config)

    def load(self, ref: SceneRef) -> Scene:
        """Return one scene.

        Raises:
            DataError: it cannot be used.
        """
        folder, relative = opened(ref.location, self._config.max_file_size)
        with reading(relative):
            return self._read(ref, folder, relative)

    def _read(self, ref: SceneRef, folder: Folder, relative: str) -> Scene:
        split, _, name = relative.rpartition("/")
        files = next((s for s in scenes(folder, name) if s.split == split), None)
        if files is None or files.mesh is None:
            raise DataError(name, f"has no {name.partition('-')[2]}.glb or .basis.glb", _MEND)
        turn = dataset_config.stage_to_world(folder, "hm3d_annotated_basis")
        mesh = folder.file(folder.name(files.mesh), _MEND)
        model = read_mesh(folder, mesh, turn, self._config, "hm3d")
        categories = Categories(self._categories, self._config.categories)
        labelled = self._labelled(folder, files, model.surfaces, turn, categories)
        found = labelled or unlabelled_parts(model.surfaces)
        walkable, noted = read_walkable(folder, [folder.name(files.navmesh)] if files.navmesh else [])
        return finished(
            Scene(
                id=ref.id,
                parts=found,
                materials=model.materials,
                rooms=rooms_from_parts(found),
                source="hm3d",
                licence=self._config.licence,
                origin=f"HM3D {name}",
                defects=(*model.defects, *categories.defects(), *noted),
                walkable=walkable,
            ),
            annotated=labelled is not None,
            table=RoomTable(self._config.rooms),
        )

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
        text = folder.file(folder.name(files.semantic_txt), _MEND)
        mesh = folder.file(folder.name(files.semantic_mesh), _MEND)
        instances = semantic_txt.read(folder, text)
        with reading(folder.name(mesh)):
            painted = semantic_mesh.read(mesh, folder.name(mesh), instances, self._config.max_triangles)
        painted = replace(painted, points=painted.points @ turn.T, normals=painted.normals @ turn.T)
        objects = {
            i.id: Annotated(f"{i.raw}_{i.id}", categories(i.raw), f"region_{i.region}" if i.region >= 0 else None)
            for i in instances
        }
        return labelled_parts(painted, folder.name(mesh), surfaces, objects, self._config.reach)


def _made_of(files: SceneFiles) -> list[Path]:
    return [f for f in (files.mesh, files.semantic_mesh, files.semantic_txt, files.navmesh) if f is not None]
