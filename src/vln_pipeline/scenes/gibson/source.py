"""The ``gibson`` source: buildings of Gibson (Xia et al. 2018) with 3DSceneGraph (Armeni et al. 2019)."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.gibson import face_ids, scene_graph, scene_graph_npz, tree
from vln_pipeline.scenes.gibson.config import GibsonConfig
from vln_pipeline.scenes.gibson.scene_graph import SceneGraph
from vln_pipeline.scenes.gibson.tree import SceneFiles
from vln_pipeline.scenes.habitat import dataset_config
from vln_pipeline.scenes.mesh.structure import label_structure
from vln_pipeline.scenes.published import instance_ply
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.discovery import Found, open_root, references
from vln_pipeline.scenes.published.folder import Folder, opened
from vln_pipeline.scenes.published.label_transfer import LabelledPoints
from vln_pipeline.scenes.published.objects import Annotated
from vln_pipeline.scenes.published.reading import finished, reading, refuse_unlabelled
from vln_pipeline.scenes.published.room_table import RoomTable
from vln_pipeline.scenes.published.scan import labelled_parts, labelled_points, read_mesh, unlabelled_parts
from vln_pipeline.scenes.published.walkable import read_walkable
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.scenes.source import SceneRef

_MEND = "download the building's mesh"
_NOTHING = 0
"""Id of faces that belong to no object."""


class GibsonSource:
    """Reads the textured mesh of a building; 3DSceneGraph tells objects, and the geometry floor, walls and ceiling."""

    def __init__(self, config: GibsonConfig) -> None:
        self._config = config
        self._categories = Path(__file__).with_name("categories.json")

    def discover(self) -> tuple[SceneRef, ...]:
        """Return the wanted buildings.

        Raises:
            DataError: there are none.
        """
        folder = open_root(self._config, "gibson")
        split = tree.splits(folder)
        found = [
            Found(name, name, partial(_candidates, folder, name), split.get(name, ())) for name in tree.names(folder)
        ]
        return references("gibson", folder, found, self._config)

    def load(self, ref: SceneRef) -> Scene:
        """Return one building.

        Raises:
            DataError: it cannot be used.
        """
        folder, name = opened(ref.location, self._config.max_file_size)
        with reading(name):
            return self._read(ref, folder, name)

    def _read(self, ref: SceneRef, folder: Folder, name: str) -> Scene:
        files = tree.files(folder, name)
        mesh = files.glb or files.obj
        if mesh is None:
            raise DataError(name, f"has no {name}.glb and no {name}/mesh_z_up.obj", _MEND)
        # Of an OBJ file its name tells the frame.
        turn = dataset_config.stage_to_world(folder, "gibson") if files.glb else np.eye(3)
        model = read_mesh(folder, folder.file(folder.name(mesh), _MEND), turn, self._config, "gibson")
        told = self._annotation(folder, name, files)
        categories = Categories(self._categories, self._config.categories)
        parts = unlabelled_parts(model.surfaces)
        if told is not None:
            graph, points, file = told
            rooms = {index: room.name for index, room in graph.rooms.items()}
            objects = {
                index: Annotated(f"{o.raw}_{index}", categories(o.raw), None if o.room is None else rooms.get(o.room))
                for index, o in graph.objects.items()
            }
            parts = labelled_parts(points, file, model.surfaces, objects, self._config.reach)
        walkable, noted = read_walkable(folder, [folder.name(files.navmesh)] if files.navmesh else [])
        scene = finished(
            Scene(
                id=ref.id,
                parts=parts,
                materials=model.materials,
                rooms=tuple(told[0].rooms.values()) if told else (),
                source="gibson",
                licence=self._config.licence,
                origin=f"Gibson {name}",
                defects=(*model.defects, *categories.defects(), *noted),
                walkable=walkable,
            ),
            annotated=told is not None,
            table=RoomTable(self._config.rooms),
        )
        return label_structure(scene)

    def _annotation(
        self, folder: Folder, name: str, files: SceneFiles
    ) -> tuple[SceneGraph, LabelledPoints, str] | None:
        """Return objects, points that bear their ids, and the file of those, or None without annotation."""
        limit = self._config.max_triangles
        if files.scn is not None:
            graph = scene_graph.read(folder, folder.file(folder.name(files.scn), _MEND))
            if files.ply is not None:
                file = folder.file(folder.name(files.ply), _MEND)
                with reading(folder.name(file)):
                    points = labelled_points(instance_ply.read(file, limit), _NOTHING)
                return graph, points, folder.name(file)
            if files.ids is not None and files.obj is not None:
                file = folder.file(folder.name(files.ids), _MEND)
                return graph, self._on_mesh(folder, files.obj, face_ids.read_ids(file, folder.name(file))), file.name
            missing = f"{name}_semantic.ply, or {name}.ids with {name}/mesh_z_up.obj,"
        elif files.npz is not None and files.obj is not None:
            file = folder.file(folder.name(files.npz), _MEND)
            if not self._config.allow_pickle:
                mend = "convert it with Habitat's npz2scn.py, or trust it and set scenes.gibson.allow_pickle to true"
                raise DataError(folder.name(file), "holds a Python pickle", mend)
            graph, ids = scene_graph_npz.read(file, folder.name(file))
            return graph, self._on_mesh(folder, files.obj, ids), folder.name(file)
        else:
            missing = f"{name}.scn"
        refuse_unlabelled(name, missing, self._config, "gibson")
        return None

    def _on_mesh(self, folder: Folder, path: Path, ids: NDArray[np.int64]) -> LabelledPoints:
        file = folder.file(folder.name(path), _MEND)
        with reading(folder.name(file)):
            mesh = face_ids.with_ids(file, folder.name(file), ids, self._config.max_triangles)
            return labelled_points(mesh, _NOTHING)


def _candidates(folder: Folder, name: str) -> list[Path]:
    places = [folder.root / place for places in tree.candidates(name).values() for place in places]
    return [place for place in places if place.exists()]
