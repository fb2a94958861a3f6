"""Rooms of a Matterport3D building."""

import json
from collections.abc import Collection
from functools import cache
from pathlib import Path

import numpy as np
import shapely

from vln_pipeline.scenes.mp3d.house import House, Region
from vln_pipeline.scenes.published.room_types import room_type
from vln_pipeline.scenes.scene import Room


def room_names(house: House) -> dict[int, str]:
    """Return the name of each region, for instance "living_room_3"."""
    return {index: f"{_label(region).replace(' ', '_')}_{index}" for index, region in house.regions.items()}


def rooms(house: House) -> tuple[Room, ...]:
    """Return the regions that have an area as rooms, z up, metres.

    A region whose outline is missing or crosses itself gets its box, or the hull of its corners.
    """
    names = room_names(house)
    found = []
    for index, region in house.regions.items():
        polygon = _polygon(region)
        if polygon is None:
            continue
        floor = float(np.median(region.outline[:, 2])) if len(region.outline) else float(region.low[2])
        top = floor + region.height if region.height > 0 else float(region.high[2])
        corners = np.asarray(shapely.geometry.polygon.orient(polygon).exterior.coords)[:-1]
        found.append(Room(names[index], _label(region), corners, floor, max(top, floor)))
    return tuple(found)


def room_types() -> Collection[str]:
    """Return the types that the codes of the data set stand for."""
    return _types().values()


def _polygon(region: Region) -> shapely.Polygon | None:
    if len(region.outline) >= 3:
        drawn = shapely.Polygon(region.outline[:, :2])
        if not drawn.is_valid:
            drawn = drawn.convex_hull
    else:
        drawn = shapely.box(*region.low[:2], *region.high[:2])
    return drawn if isinstance(drawn, shapely.Polygon) and drawn.area > 0 else None


def _label(region: Region) -> str:
    return room_type(region.code, _types())


@cache
def _types() -> dict[str, str]:
    found: dict[str, str] = json.loads(Path(__file__).with_name("room_types.json").read_text(encoding="utf-8"))
    return found
