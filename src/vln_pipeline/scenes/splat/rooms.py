"""Rooms told by their outlines, in the manner of InteriorGS."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.published.room_types import room_type
from vln_pipeline.scenes.scene import Room

_MOST_TEXT = 64 * 2**20
_MOST_ROOMS, _MOST_CORNERS = 1_000, 10_000
_FARTHEST = 1e6
"""Corners beyond are none, units of the file."""
_SMALLEST = 0.5
"""A smaller outline is no room, square metres."""


def read_rooms(file: Path, to_world: NDArray[np.float64], ceiling: float) -> tuple[tuple[Room, ...], tuple[str, ...]]:
    """Return the rooms of a file, and what is to be told of those left out.

    The file is ``{"rooms": [{"profile": [[x, y], ...], "room_type": ...}], "walls": [{"height": ...}]}``. Floors are at
    height 0 of the splat's frame, ceilings at the height of the highest wall.

    Args:
        file: the file.
        to_world: (4, 4) from the splat's frame to the world.
        ceiling: height of ceilings where no wall tells one, metres, world z.

    Raises:
        DataError: it holds no such list.
    """
    mend = "give rooms with profile and room_type, as InteriorGS's structure.json"
    try:
        told = json.loads(regular(file, _MOST_TEXT).read_text(encoding="utf-8-sig"))
        entries, walls = told["rooms"], told.get("walls", [])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(file.name, f"holds no rooms ({type(error).__name__})", mend) from error
    if not isinstance(entries, list) or len(entries) > _MOST_ROOMS:
        raise DataError(file.name, f"holds no list of at most {_MOST_ROOMS} rooms", mend)
    top = max(_heights(walls), default=0.0)
    floor = float(to_world[2, 3])
    if top > 0:
        ceiling = floor + top * float(np.linalg.norm(to_world[:3, 2]))
    rooms: list[Room] = []
    for entry in entries:
        polygon = _outline(entry, to_world)
        if polygon is not None:
            kind = room_type(entry.get("room_type"))
            rooms.append(Room(f"{kind.replace(' ', '_')}_{len(rooms)}", kind, polygon, floor, ceiling))
    left_out = len(entries) - len(rooms)
    return tuple(rooms), (f"{left_out} of {len(entries)} rooms have no usable outline",) if left_out else ()


def _heights(walls: Any) -> list[float]:
    found = []
    for wall in walls if isinstance(walls, list) else ():
        height = wall.get("height") if isinstance(wall, dict) else None
        if isinstance(height, int | float) and 0 < height < 1e6:
            found.append(float(height))
    return found


def _outline(entry: Any, to_world: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return (N, 2) corners, world, counter-clockwise; None where they are no polygon."""
    try:
        profile = entry["profile"][:_MOST_CORNERS]
        corners = np.array([[p["x"], p["y"]] if isinstance(p, dict) else p[:2] for p in profile], dtype=np.float64)
        if corners.ndim != 2 or len(corners) < 3 or not (np.abs(corners) < _FARTHEST).all():
            return None
        level = np.column_stack([corners, np.zeros(len(corners))]) @ to_world[:3, :3].T + to_world[:3, 3]
        polygon = shapely.Polygon(level[:, :2])
    except (TypeError, KeyError, ValueError, OverflowError, AttributeError, shapely.errors.ShapelyError):
        return None
    if not polygon.is_valid or polygon.area < _SMALLEST:
        return None
    return np.array(shapely.geometry.polygon.orient(polygon).exterior.coords[:-1])
