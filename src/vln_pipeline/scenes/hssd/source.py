"""The ``hssd`` source: scenes of the Habitat Synthetic Scenes Dataset (Khanna et al. 2024)."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.checks import check
from vln_pipeline.scenes.habitat import asset_config, regions, scene_instance
from vln_pipeline.scenes.habitat.regions import room_at
from vln_pipeline.scenes.hssd import object_names
from vln_pipeline.scenes.hssd.config import HssdConfig
from vln_pipeline.scenes.hssd.furniture import Furniture
from vln_pipeline.scenes.hssd.tree import Tree, splits
from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.mesh.objects import Mapping, identify
from vln_pipeline.scenes.mesh.structure import label_structure
from vln_pipeline.scenes.published.categories import Categories
from vln_pipeline.scenes.published.discovery import Found, open_root, references
from vln_pipeline.scenes.published.folder import Folder, opened
from vln_pipeline.scenes.published.objects import part
from vln_pipeline.scenes.published.reading import finished, reading
from vln_pipeline.scenes.published.room_table import RoomTable
from vln_pipeline.scenes.scene import Material, Part, Room, Scene
from vln_pipeline.scenes.source import SceneRef

_SCENE = ".scene_instance.json"
_MEND = "download the data set's folder whole"


class HssdSource:
    """Reads arrangements of a building and the objects in it."""

    def __init__(self, config: HssdConfig) -> None:
        self._config = config
        self._categories = Path(__file__).with_name("categories.json")

    def discover(self) -> tuple[SceneRef, ...]:
        """Return the wanted scenes.

        Raises:
            DataError: there are none, or the data set's configuration is missing.
        """
        folder = open_root(self._config, "hssd")
        files = folder.glob(f"{self._config.arrangement}/*{_SCENE}")
        if not files:
            return references("hssd", folder, (), self._config)
        tree, split, found = Tree(folder), splits(folder), []
        for file in files:
            name = file.name.removesuffix(_SCENE)
            found.append(Found(name, folder.name(file), partial(tree.files, file, name), split.get(name, ())))
        return references("hssd", folder, found, self._config)

    def load(self, ref: SceneRef) -> Scene:
        """Return one scene.

        Raises:
            DataError: it cannot be used.
        """
        folder, relative = opened(ref.location, self._config.max_file_size)
        with reading(relative):
            return self._read(ref, folder, relative)

    def _read(self, ref: SceneRef, folder: Folder, relative: str) -> Scene:
        file = folder.file(relative, _MEND)
        name = file.name.removesuffix(_SCENE)
        instance = scene_instance.read(folder, file)
        tree = Tree(folder)
        names = object_names.read(folder, tree.lexicon)
        categories = Categories(self._categories, self._config.categories)
        furniture = Furniture(folder, self._config)
        stage = tree.stages.find(instance.stage.template)
        if stage is None:
            raise DataError(relative, f"its stage {instance.stage.template!r} is missing", _MEND)
        building = furniture.place(
            asset_config.read(folder, stage, tree.config.stages.defaults, stage=True), instance.stage
        )
        parts = _structure(ref.id, building, furniture.materials)
        outlines = tree.regions(name)
        rooms = regions.read(folder, outlines) if outlines else ()
        number, missing = max(p.instance for p in parts), 0
        for placement in instance.objects:
            described = tree.objects.find(placement.template)
            if described is None:
                missing += 1
                self._refuse_missing(relative, placement.template)
                continue
            asset = asset_config.read(folder, described, tree.config.objects.defaults, stage=False)
            raw = names.of(placement.template, asset.semantic_id)
            number += 1
            surfaces = furniture.place(asset, placement)
            parts += _object(surfaces, f"{raw[0] if raw else 'object'}_{number}", categories(*raw), number, rooms)
        lost = [f"{missing} objects left out: their files are missing"] if missing else []
        return finished(
            Scene(
                id=ref.id,
                parts=tuple(parts),
                materials=tuple(furniture.materials),
                rooms=rooms,
                source="hssd",
                licence=self._config.licence,
                origin=f"HSSD {name}",
                defects=(*furniture.defects, *categories.defects(), *lost),
            ),
            annotated=True,
            table=RoomTable(self._config.rooms),
        )

    def _refuse_missing(self, scene: str, template: str) -> None:
        if self._config.missing_object == "refuse":
            mend = "download the folder objects whole or set scenes.hssd.missing_object to skip"
            raise DataError(scene, f"its object {template!r} is missing", mend)


def _structure(scene: str, surfaces: Sequence[Surface], materials: Sequence[Material]) -> list[Part]:
    """Return the building's parts: by the names of its nodes, or, where these say nothing, by its geometry."""
    found = [
        part(surface, " / ".join(surface.path), told.category, told.instance)
        for surface, told in zip(surfaces, identify(surfaces, Mapping()), strict=True)
    ]
    return list(label_structure(check(Scene(scene, tuple(found), tuple(materials), origin="its stage"))).parts)


def _object(surfaces: Sequence[Surface], name: str, category: str, instance: int, rooms: Sequence[Room]) -> list[Part]:
    """Return an object's parts in the room that its foot stands in."""
    sound = [s.vertices[s.sound_faces()].reshape(-1, 3) for s in surfaces]
    corners = np.concatenate([np.empty((0, 3)), *sound])
    if not len(corners):
        return []
    low, high = corners.min(axis=0), corners.max(axis=0)
    room = room_at(rooms, np.array([*(low + high)[:2] / 2, low[2]]))
    return [part(surface, name, category, instance, room) for surface in surfaces]
