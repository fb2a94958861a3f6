"""Writes the two-room home as Gibson, iGibson and 3DSceneGraph do."""

import io
import json
import zipfile
from pathlib import Path

import numpy as np
from glb_fixture import boxes_glb, paint, png
from ply_fixture import instance_ply
from two_rooms import BOXES, DEPTH, DIVIDE, HEIGHT, WIDTH

SCENE = "Allensville"
OBJECTS = tuple(b for b in BOXES if b.raw not in ("floor", "wall", "ceiling"))
COCO = {"sofa": "couch", "table": "dining table", "wardrobe": "refrigerator"}
"""3DSceneGraph has classes of COCO."""
EXPECTED = {"sofa": "sofa", "chair": "chair", "table": "dining table", "bed": "bed", "wardrobe": "refrigerator"}
ROOMS = (("living_room", 0.0, DIVIDE), ("bedroom", DIVIDE, WIDTH))


def object_id(box) -> int:
    """0 is no object; floor, walls and ceiling are none."""
    return OBJECTS.index(box) + 1 if box in OBJECTS else 0


def objects() -> list[dict]:
    return [
        {
            "id": object_id(b),
            "class_": COCO.get(b.raw, b.raw),
            "location": (np.add(b.low, b.high) / 2).tolist(),
            "size": np.subtract(b.high, b.low).tolist(),
            "material": ["wood"],
            "action_affordance": ["look at"],
            "parent_room": b.room + 1,
        }
        for b in OBJECTS
    ]


def rooms() -> list[dict]:
    return [
        {
            "id": i,
            "scene_category": category,
            "location": [(low + high) / 2, DEPTH / 2, HEIGHT / 2],
            "size": [high - low, DEPTH, HEIGHT],
            "floor_number": "A",
        }
        for i, (category, low, high) in enumerate(ROOMS, 1)
    ]


def face_ids() -> np.ndarray:
    """One a face of the OBJ file, in its order."""
    return np.repeat([object_id(b) for b in BOXES], 12)


def semantic_ply() -> bytes:
    return instance_ply(
        np.concatenate([b.vertices for b in BOXES]),
        np.concatenate([b.triangles + 8 * i for i, b in enumerate(BOXES)]),
        face_ids(),
        np.repeat([b.color for b in BOXES], 8, axis=0),
    )


def mesh_obj() -> str:
    """Z up; materials alternate, so a reader that sorts by material changes the order of faces."""
    lines = ["mtllib mesh_z_up.mtl"]
    for i, box in enumerate(BOXES):
        lines += [f"v {x:g} {y:g} {z:g}" for x, y, z in box.vertices]
        lines += [f"vt {(i + 0.5) / len(BOXES):g} 0.5", f"usemtl {'scan' if i % 2 else 'plain'}"]
        lines += ["f " + " ".join(f"{8 * i + corner + 1}/{i + 1}" for corner in face) for face in box.triangles]
    return "\n".join(lines) + "\n"


def npz(output: object = None) -> bytes:
    """What ``np.savez(f, output=dictionary)`` of 3DSceneGraph writes: a pickle inside."""
    told = {
        "building": {"id": 1, "name": SCENE, "object_inst_segmentation": face_ids()[:, None]},
        "object": {o["id"]: {k: v for k, v in o.items() if k != "id"} for o in objects()},
        "room": {r["id"]: {**r, "location": np.array(r["location"]), "size": np.array(r["size"])} for r in rooms()},
        "camera": {},
    }
    stream, array = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array(array, np.array(told if output is None else output, dtype=object), allow_pickle=True)
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("output.npy", array.getvalue())
    return stream.getvalue()


def write_habitat(root: Path, scene: str = SCENE) -> Path:
    """Write a building as Habitat has it, and return the root."""
    root.mkdir(parents=True, exist_ok=True)
    (root / f"{scene}.glb").write_bytes(boxes_glb(BOXES))
    (root / f"{scene}.scn").write_text(json.dumps({"objects": objects(), "rooms": rooms()}))
    (root / f"{scene}.ids").write_bytes(face_ids().astype("<i2").tobytes())
    (root / f"{scene}_semantic.ply").write_bytes(semantic_ply())
    return root


def write_gibson(root: Path, scene: str = SCENE) -> Path:
    """Write a building as Gibson and 3DSceneGraph have it, and return the root."""
    folder = root / scene
    folder.mkdir(parents=True)
    (folder / "mesh_z_up.obj").write_text(mesh_obj())
    (folder / "mesh_z_up.mtl").write_text("newmtl plain\nKd 0.5 0.5 0.5\nnewmtl scan\nmap_Kd atlas.png\n")
    (folder / "atlas.png").write_bytes(png(paint([b.color for b in BOXES])))
    (folder / "floors.txt").write_text("0.0\n")
    (root / f"3DSceneGraph_{scene}.npz").write_bytes(npz())
    return root
