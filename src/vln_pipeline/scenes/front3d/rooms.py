"""Rooms of a 3D-FRONT house."""

import numpy as np
import shapely

from vln_pipeline.scenes.front3d.frame import to_world
from vln_pipeline.scenes.front3d.house import FrontRoom
from vln_pipeline.scenes.front3d.thresholds import footprint
from vln_pipeline.scenes.published.room_types import room_type
from vln_pipeline.scenes.scene import Room

_USUAL_HEIGHT = 2.6
"""Height of a room that has floors only, metres."""


def room_of(room: FrontRoom) -> Room | None:
    """Return a room as a prism over its floor, z up, metres, or None where it has none: outer walls are a room, too."""
    floors = [(to_world(p.vertices), p.faces) for p in room.pieces if p.kind == "Floor"]
    outline = footprint(floors) if floors else None
    if outline is None:
        return None
    polygon = np.asarray(shapely.geometry.polygon.orient(outline).exterior.coords)[:-1]
    low = float(np.median(np.concatenate([vertices[:, 2] for vertices, _ in floors])))
    tops = [to_world(p.vertices)[:, 2] for p in room.pieces if p.kind in ("WallInner", "Ceiling")]
    high = float(np.nanmax(np.concatenate(tops))) if tops else low + _USUAL_HEIGHT
    return Room(room.name, room_type(room.kind), polygon, low, max(high, low))
