"""The ``replica`` source: scenes of the Replica data set (Straub et al. 2019)."""

from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat import asset_config, dataset_config
from vln_pipeline.scenes.habitat.frame import to_world
from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.published import instance_ply
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.discovery import Found, open_root, references
from vln_pipeline.scenes.published.folder import Folder, opened
from vln_pipeline.scenes.published.objects import parts
from vln_pipeline.scenes.published.reading import finished, reading
from vln_pipeline.scenes.published.room_table import RoomTable
from vln_pipeline.scenes.published.walkable import read_walkable
from vln_pipeline.scenes.replica import info_semantic
from vln_pipeline.scenes.replica.config import ReplicaConfig
from vln_pipeline.scenes.scene import Material, Scene
from vln_pipeline.scenes.source import SceneRef

_MESH, _INFO = "habitat/mesh_semantic.ply", "habitat/info_semantic.json"
_NAVMESH, _STAGE = "habitat/mesh_semantic.navmesh", "habitat/replica_stage.stage_config.json"
_MEND = "download the scene with its habitat folder"


class ReplicaSource:
    """Reads the annotated mesh of a scene, whose vertices are coloured.

    It is z up and in metres, unless the data set's configurations for Habitat say otherwise.
    """

    def __init__(self, config: ReplicaConfig) -> None:
        self._config = config
        self._categories = Path(__file__).with_name("categories.json")

    def discover(self) -> tuple[SceneRef, ...]:
        """Return the wanted scenes.

        Raises:
            DataError: there are none.
        """
        folder = open_root(self._config, "replica")
        marks = [*folder.glob("*/mesh.ply"), *(p.parent for p in folder.glob("*/habitat/*_semantic.*"))]
        names = sorted({p.parent.relative_to(folder.root).as_posix() for p in marks})

        def made_of(name: str) -> list[Path]:
            configs = folder.glob("*.scene_dataset_config.json")
            return [*(folder.root / name / file for file in (_MESH, _INFO, _NAVMESH, _STAGE)), *configs]

        found = [Found(name, name, partial(made_of, name)) for name in names]
        return references("replica", folder, found, self._config)

    def load(self, ref: SceneRef) -> Scene:
        """Return one scene.

        Raises:
            DataError: it cannot be used.
        """
        folder, scene = opened(ref.location, self._config.max_file_size)
        with reading(scene):
            return self._read(ref, folder, scene)

    def _read(self, ref: SceneRef, folder: Folder, scene: str) -> Scene:
        categories = Categories(self._categories, self._config.categories)
        mesh_file = folder.file(f"{scene}/{_MESH}", _MEND)
        info_file = folder.file(f"{scene}/{_INFO}", _MEND)
        with reading(folder.name(mesh_file)):
            mesh = instance_ply.read(mesh_file, self._config.max_triangles)
        if mesh.colors is None:
            raise DataError(folder.name(mesh_file), "its vertices have no colours", "download it again")
        objects = info_semantic.read(folder, info_file, categories)
        walkable, noted = read_walkable(folder, [f"{scene}/{_NAVMESH}"])
        vertices = mesh.vertices @ _to_world(folder, scene).T
        surface = Surface((scene,), (0,), vertices, mesh.faces, 0, colors=mesh.colors)
        return finished(
            Scene(
                id=ref.id,
                parts=parts([surface], [mesh.ids], objects),
                materials=(Material("scan", color=(1.0, 1.0, 1.0)),),
                source="replica",
                licence=self._config.licence,
                origin=f"Replica {scene}",
                defects=(*categories.defects(), *noted),
                walkable=walkable,
            ),
            annotated=True,
            table=RoomTable(self._config.rooms),
        )


def _to_world(folder: Folder, scene: str) -> NDArray[np.float64]:
    """Return the (3, 3) from a scene's frame to ours, as Habitat is told of it."""
    told = folder.find(f"{scene}/{_STAGE}")
    if told is None:
        return np.eye(3)
    config = dataset_config.find(folder, "replica")
    turn = asset_config.stage_frame(folder, told, config.stages.defaults if config else {})
    return to_world(turn.T).T
