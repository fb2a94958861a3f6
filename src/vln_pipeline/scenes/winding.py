"""Closed parts that were exported inside out."""

from dataclasses import replace

import numpy as np

from vln_pipeline.scenes.scene import Part, Scene
from vln_pipeline.scenes.topology import Topology

_ROOM = (1.2, 1.8)
"""Least breadth and height of a closed part that may be a room seen from inside, metres."""
_HOLLOW = 0.5
"""Share of its bounding box that such a part encloses at least."""


def mend_winding(scene: Scene, shape: Topology) -> tuple[Scene, str | None]:
    """Return the scene with its closed parts wound outwards, and what was decided, None where nothing was.

    The signed volume of a closed mesh is negative where it is wound inwards. A shell as large as a room is left: it is
    meant to be seen from inside.

    Args:
        scene: without unusable faces.
        shape: of its mesh.
    """
    inwards = shape.closed & (shape.volume < 0)
    rooms = [_is_room(part, -volume) for part, volume in zip(scene.parts, shape.volume.tolist(), strict=True)]
    turned = inwards & ~np.array(rooms)
    left = int(inwards.sum() - turned.sum())
    told = []
    if turned.any():
        told.append(
            f"{turned.sum()} of {shape.closed.sum()} closed parts were turned outwards: their volume was negative"
        )
    if left:
        told.append(f"{left} closed parts are wound inwards and left: each may be a room seen from inside")
    parts = tuple(
        replace(part, faces=np.ascontiguousarray(part.faces[:, ::-1])) if turn else part
        for part, turn in zip(scene.parts, turned, strict=True)
    )
    return replace(scene, parts=parts) if turned.any() else scene, f"winding: {'; '.join(told)}" if told else None


def _is_room(part: Part, volume: float) -> bool:
    extent = np.ptp(part.vertices, axis=0)
    large = extent[:2].min() >= _ROOM[0] and extent[2] >= _ROOM[1]
    return bool(large and volume >= _HOLLOW * extent.prod())
