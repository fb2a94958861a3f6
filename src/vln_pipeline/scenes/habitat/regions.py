"""Habitat's ``semantic_config.json``: rooms as prisms."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat.frame import to_world
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.published.room_types import room_type
from vln_pipeline.scenes.scene import Room

_UNEVEN = 0.3
"""How far an object's foot may lie below the floor of its room, metres."""


def read(folder: Folder, file: Path) -> tuple[Room, ...]:
    """Return the regions as rooms; of two with one name the second is numbered.

    Raises:
        DataError: a region has no outline, or one of less than three corners.
    """
    entries = folder.json(file).get("region_annotations", [])
    try:
        rooms = [_room(entry, index) for index, entry in enumerate(entries)]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        cause = f"a region cannot be read ({type(error).__name__}: {error})"
        raise DataError(folder.name(file), cause, "download it again") from error
    names: set[str] = set()
    found = []
    for index, room in enumerate(rooms):
        name = f"{room.name}_{index}" if room.name in names else room.name
        names.add(name)
        found.append(Room(name, room.label, room.polygon, room.floor, room.ceiling))
    return tuple(found)


def room_at(rooms: Sequence[Room], foot: NDArray[np.float64]) -> str | None:
    """Return the name of the room that something with its foot at (3,) metres, world, stands in, or None."""
    for room in rooms:
        if room.floor - _UNEVEN <= foot[2] <= room.ceiling and shapely.contains_xy(
            shapely.Polygon(room.polygon), foot[0], foot[1]
        ):
            return room.name
    return None


def _room(entry: dict[str, Any], index: int) -> Room:
    corners = to_world(np.array(entry["poly_loop"], dtype=np.float64))
    if corners.ndim != 2 or len(corners) < 3 or not np.isfinite(corners).all():
        raise ValueError(f"outline of {entry.get('name', index)!r}")
    polygon = shapely.geometry.polygon.orient(shapely.Polygon(corners[:, :2]))
    floor, height = float(entry["floor_height"]), float(entry["extrusion_height"])
    if not (np.isfinite([floor, height]).all() and height >= 0):
        raise ValueError(f"heights of {entry.get('name', index)!r}")
    label = room_type(entry.get("label"))
    name = str(entry.get("name") or f"region_{index}")
    return Room(name, label, np.asarray(polygon.exterior.coords)[:-1], floor, floor + height)
