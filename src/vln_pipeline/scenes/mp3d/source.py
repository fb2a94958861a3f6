"""The ``mp3d`` source: buildings of Matterport3D (Chang et al. 2017), as prepared for Habitat."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from vln_pipeline.scenes.habitat import dataset_config
from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.mp3d import house
from vln_pipeline.scenes.mp3d.config import Mp3dConfig
from vln_pipeline.scenes.mp3d.house import House
from vln_pipeline.scenes.mp3d.rooms import room_names, room_types, rooms
from vln_pipeline.scenes.published import instance_ply
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.discovery import Found, open_root, references
from vln_pipeline.scenes.published.folder import Folder, opened
from vln_pipeline.scenes.published.objects import Annotated
from vln_pipeline.scenes.published.reading import finished, reading, refuse_unlabelled
from vln_pipeline.scenes.published.room_table import RoomTable
from vln_pipeline.scenes.published.scan import labelled_parts, labelled_points, read_mesh, unlabelled_parts
from vln_pipeline.scenes.published.walkable import read_walkable
from vln_pipeline.scenes.scene import Part, Scene
from vln_pipeline.scenes.source import SceneRef

_ENDINGS = (".glb", ".house", "_semantic.ply")
_MEND = "download the building for Habitat (task data mp3d)"


class Mp3dSource:
    """Reads the textured mesh of a building and labels it by the annotated one."""

    def __init__(self, config: Mp3dConfig) -> None:
        self._config = config
        self._categories = Path(__file__).with_name("categories.json")

    def discover(self) -> tuple[SceneRef, ...]:
        """Return the wanted buildings.

        Raises:
            DataError: there are none.
        """
        folder = open_root(self._config, "mp3d")
        marks = [f for ending in _ENDINGS for f in folder.glob(f"*/*{ending}")]
        names = sorted({f.parent.name for f in marks if f.name.startswith(f.parent.name)})

        def made_of(name: str) -> list[Path]:
            return [folder.root / name / f"{name}{ending}" for ending in (*_ENDINGS, ".navmesh")]

        found = [Found(name, name, partial(made_of, name)) for name in names]
        return references("mp3d", folder, found, self._config)

    def load(self, ref: SceneRef) -> Scene:
        """Return one building.

        Raises:
            DataError: it cannot be used.
        """
        folder, name = opened(ref.location, self._config.max_file_size)
        with reading(name):
            return self._read(ref, folder, name)

    def _read(self, ref: SceneRef, folder: Folder, name: str) -> Scene:
        mesh = folder.file(f"{name}/{name}.glb", _MEND)
        model = read_mesh(folder, mesh, dataset_config.stage_to_world(folder, "mp3d"), self._config, "mp3d")
        categories = Categories(self._categories, self._config.categories)
        told = self._house(folder, name)
        labelled = self._labelled(folder, name, told, model.surfaces, categories) if told else None
        walkable, noted = read_walkable(folder, [f"{name}/{name}.navmesh"])
        return finished(
            Scene(
                id=ref.id,
                parts=labelled or unlabelled_parts(model.surfaces),
                materials=model.materials,
                rooms=rooms(told) if told else (),
                source="mp3d",
                licence=self._config.licence,
                origin=f"Matterport3D {name}",
                defects=(*model.defects, *categories.defects(), *noted),
                walkable=walkable,
            ),
            annotated=labelled is not None,
            table=RoomTable(self._config.rooms, room_types()),
        )

    def _house(self, folder: Folder, name: str) -> House | None:
        """Return what is told of a building, or None."""
        relative = f"{name}/{name}.house"
        if folder.find(relative) is None:
            refuse_unlabelled(name, f"{name}.house", self._config, "mp3d")
            return None
        return house.read(folder, folder.file(relative, _MEND))

    def _labelled(
        self, folder: Folder, name: str, told: House, surfaces: Sequence[Surface], categories: Categories
    ) -> tuple[Part, ...] | None:
        """Return the parts by object, or None for a building without annotated mesh."""
        relative = f"{name}/{name}_semantic.ply"
        if folder.find(relative) is None:
            refuse_unlabelled(name, f"{name}_semantic.ply", self._config, "mp3d")
            return None
        file = folder.file(relative, _MEND)
        with reading(folder.name(file)):
            annotation = labelled_points(instance_ply.read(file, self._config.max_triangles), -1)
        names = room_names(told)
        objects = {}
        for index, thing in told.objects.items():
            raw = told.categories.get(thing.category, ())
            objects[index] = Annotated(
                f"{raw[0] if raw else 'object'}_{index}", categories(*raw), names.get(thing.region)
            )
        return labelled_parts(annotation, folder.name(file), surfaces, objects, self._config.reach)
