"""3DSceneGraph's objects and rooms of a building (Armeni et al. 2019), from Habitat's ``.scn`` files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.published.objects import object_id
from vln_pipeline.scenes.published.room_types import room_type
from vln_pipeline.scenes.scene import Room


@dataclass(frozen=True)
class GraphObject:
    """An object.

    Attributes:
        raw: its class.
        room: id of its room, or None.
    """

    raw: str
    room: int | None


@dataclass(frozen=True)
class SceneGraph:
    """What is told of a building.

    Attributes:
        objects: by id, which annotated faces bear.
        rooms: boxes by id, z up, metres.
    """

    objects: dict[int, GraphObject]
    rooms: dict[int, Room]


def read(folder: Folder, file: Path) -> SceneGraph:
    """Read a ``.scn`` file.

    Raises:
        DataError: it is no such file.
    """
    document = folder.json(file)
    return graph(folder.name(file), document.get("objects", []), document.get("rooms", []))


def graph(name: str, objects: Iterable[Mapping[str, Any]], rooms: Iterable[Mapping[str, Any]]) -> SceneGraph:
    """Return the graph of 3DSceneGraph's records.

    Raises:
        DataError: a record lacks its id or class, two have one id, or a room's box is none.
    """
    found: dict[int, GraphObject] = {}
    try:
        for record in objects:
            index, parent = object_id(record["id"]), record.get("parent_room")
            if index in found:
                raise ValueError(f"object {index} twice")
            found[index] = GraphObject(str(record["class_"]), None if parent is None else object_id(parent))
        boxes = {object_id(record["id"]): _room(record) for record in rooms if len(record.get("location", ()))}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        cause = f"an object or room cannot be read ({type(error).__name__}: {str(error)[:80]})"
        raise DataError(name, cause, "download it again") from error
    if not found:
        raise DataError(name, "lists no objects", "download it again")
    return SceneGraph(found, boxes)


def _room(record: Mapping[str, Any]) -> Room:
    centre = np.array(record["location"], dtype=np.float64)
    size = np.array(record["size"], dtype=np.float64)
    if centre.shape != (3,) or size.shape != (3,) or not np.isfinite([centre, size]).all() or (size <= 0).any():
        raise ValueError(f"box of room {record['id']}")
    label = room_type(record.get("scene_category"))
    low, high = centre - size / 2, centre + size / 2
    outline = shapely.geometry.polygon.orient(shapely.box(low[0], low[1], high[0], high[1]))
    polygon = np.asarray(outline.exterior.coords)[:-1]
    return Room(f"{label.replace(' ', '_')}_{object_id(record['id'])}", label, polygon, float(low[2]), float(high[2]))
