"""Writes the two-room home as Replica does."""

import json
import struct
from pathlib import Path

import numpy as np
from ply_fixture import instance_ply
from two_rooms import BOXES, QUADS

FIRST = 3
"""Object ids have gaps, and do not start at 0."""
CLASSES = {name: number for number, name in enumerate(sorted({b.raw for b in BOXES}), 20)}


def object_id(index: int) -> int:
    return FIRST + 2 * index


def mesh_ply(ids: bool = True, colors: bool = True, placed=lambda vertices: vertices) -> bytes:
    """Quads with normals and colours of vertices, and the object of each face."""
    return instance_ply(
        placed(np.concatenate([b.vertices for b in BOXES])),
        np.concatenate([QUADS + 8 * i for i in range(len(BOXES))]),
        np.repeat([object_id(i) for i in range(len(BOXES))], 6) if ids else None,
        np.repeat([b.color for b in BOXES], 8, axis=0) if colors else None,
        normals=True,
    )


def info() -> dict:
    objects = [
        {
            "id": object_id(i),
            "class_id": CLASSES[b.raw],
            "class_name": b.raw,
            "oriented_bbox": {
                "abb": {"center": [0, 0, 0], "sizes": np.subtract(b.high, b.low).tolist()},
                "orientation": {"translation": np.add(b.low, b.high).tolist(), "rotation": [0, 0, 0, 1]},
            },
        }
        for i, b in enumerate(BOXES)
    ]
    return {"classes": [{"id": i, "name": n} for n, i in CLASSES.items()], "objects": objects, "id_to_label": [-1, -1]}


def write(root: Path, scene: str = "apartment_0") -> Path:
    """Write a scene, and return its folder."""
    folder = root / scene
    (folder / "habitat").mkdir(parents=True)
    (folder / "mesh.ply").write_bytes(mesh_ply(ids=False))
    (folder / "habitat" / "mesh_semantic.ply").write_bytes(mesh_ply())
    (folder / "habitat" / "info_semantic.json").write_text(json.dumps(info()))
    stage = {"render_asset": "../mesh.ply", "up": [0, 0, 1], "front": [0, 1, 0]}
    (folder / "habitat" / "replica_stage.stage_config.json").write_text(json.dumps(stage))
    (folder / "glass.sur").write_bytes(struct.pack("<i", 0))
    return folder
