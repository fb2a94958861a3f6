"""Writes the two-room home as 3D-FRONT and 3D-FUTURE do.

Floors and ceilings are sheets that stop at the walls; furniture stands in rooms by reference.
"""

import json
from pathlib import Path

import numpy as np
from glb_fixture import paint, png
from two_rooms import BOXES, DEPTH, DIVIDE, HEIGHT, WIDTH, Box, to_y_up, triangulated

HOUSE = "00110bde-f580-40be-b8bb-88715b338a2a"
ROOMS = (("LivingDiningRoom", 0.0, DIVIDE - 0.05), ("MasterBedroom", DIVIDE + 0.05, WIDTH))
"""Type and extent along x."""
FURNITURE = {b.raw: b for b in BOXES if b.raw not in ("floor", "wall", "ceiling")}
TURNS = {"sofa": 90, "chair": -90, "bed": 180}
CATEGORIES = {
    "sofa": "Loveseat Sofa",
    "chair": "Dining Chair",
    "table": "Dining Table",
    "bed": "King-size Bed",
    "wardrobe": "Wardrobe",
}
EXPECTED = {"sofa": "sofa", "chair": "chair", "table": "dining table", "bed": "bed", "wardrobe": "wardrobe"}
MODELS = {"sofa": 100.0, "wardrobe": 1.0}
"""Which models are there, and in how many units a metre."""


def jid(raw: str) -> str:
    return f"{raw.encode().hex():0<8}-aaaa-bbbb"


def own_size(raw: str) -> np.ndarray:
    """Width, height, depth (x, y, z) before the piece is turned."""
    x, y, z = np.subtract(FURNITURE[raw].high, FURNITURE[raw].low)
    return np.array([y, z, x] if abs(TURNS.get(raw, 0)) == 90 else [x, z, y])


def xyzw(degrees: float) -> list[float]:
    half = np.radians(degrees) / 2
    return [0.0, float(np.sin(half)), 0.0, float(np.cos(half))]


def _mesh(uid: str, kind: str, vertices: np.ndarray, faces: np.ndarray, normals: np.ndarray, material: str) -> dict:
    points = to_y_up(vertices)
    return {
        "uid": uid,
        "jid": "",
        "xyz": points.ravel().tolist(),
        "normal": to_y_up(normals).ravel().tolist(),
        "uv": points[:, [0, 2]].ravel().tolist(),
        "faces": faces.ravel().tolist(),
        "material": material,
        "type": kind,
    }


def _sheet(uid: str, kind: str, low: float, high: float, z: float, up: int) -> dict:
    corners = np.array([[low, 0, z], [high, 0, z], [high, DEPTH, z], [low, DEPTH, z]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    # Wound against its normals, as one triangle in fifteen is.
    faces[1] = faces[1, ::-1]
    return _mesh(uid, kind, corners, faces if up > 0 else faces[:, ::-1], np.tile([0, 0, up], (4, 1)), f"{kind}/m")


def _wall(uid: str, box: Box) -> dict:
    quads = np.array([[0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]])
    sides, normals = ("-y", "+y", "-x", "+x"), np.array([[0, -1, 0], [0, 1, 0], [-1, 0, 0], [1, 0, 0]])
    vertices = box.vertices[quads].reshape(-1, 3)
    faces = triangulated(np.arange(4 * len(sides)).reshape(-1, 4))
    return _mesh(uid, "WallInner", vertices, faces, np.repeat(normals, 4, axis=0), "wall/m")


def _record(raw: str) -> dict:
    width, height, depth = own_size(raw).tolist()
    sizes = {
        "chair": {"size": [width, depth, height], "bbox": [width, depth, height]},
        "table": {"bbox": [width, height, depth]},
        "bed": {"bbox": [[9.0, 9.0, 9.0]]},
    }
    told = sizes.get(raw, {"size": [width, depth, height]})
    return {
        "uid": f"{raw}/model",
        "jid": jid(raw),
        "category": CATEGORIES[raw],
        "title": f"{raw}/{CATEGORIES[raw]}",
        "valid": True,
        **told,
    }


def _child(raw: str) -> dict:
    box = FURNITURE[raw]
    foot = [*(np.add(box.low, box.high)[:2] / 2), box.low[2]]
    width, height, depth = own_size(raw).tolist()
    child = {
        "ref": f"{raw}/model",
        "pos": to_y_up(np.array(foot)).tolist(),
        "rot": xyzw(TURNS.get(raw, 0)),
        "scale": [1, 1, 1],
    }
    if raw == "bed":
        child["replace_bbox"] = {"xLen": 100 * width, "yLen": 100 * depth, "zLen": 100 * height}
    return child


def house() -> dict:
    meshes, rooms = [], []
    for number, (kind, low, high) in enumerate(ROOMS):
        own = [
            _sheet(f"floor{number}", "Floor", low, high, 0.0, 1),
            _sheet(f"ceiling{number}", "Ceiling", low, high, HEIGHT, -1),
            *(_wall(f"wall{number}{i}", b) for i, b in enumerate(BOXES) if b.raw == "wall" and b.room == number),
        ]
        meshes += own
        children = [{"ref": m["uid"], "pos": [0, 0, 0], "rot": [0, 0, 0, 1], "scale": [1, 1, 1]} for m in own]
        children += [_child(raw) for raw, box in FURNITURE.items() if box.room == number]
        children += [{"ref": "nothing", "pos": [0, 0, 0], "rot": [0, 0, 0, 1], "scale": [1, 1, 1]}]
        rooms.append({"type": kind, "instanceid": f"{kind}-{number}", "size": 20, "empty": 0, "children": children})
    door = {"uid": "door/model", "jid": "door", "category": "", "valid": False, "size": [1, 0.1, 2.1]}
    rooms[0]["children"].append({"ref": "door/model", "pos": [DIVIDE, 0, -2.7], "rot": xyzw(90), "scale": [1, 1, 1]})
    rooms.append({"type": "OtherRoom", "instanceid": "OtherRoom-9", "size": 0, "empty": 1, "children": []})
    color = [188, 188, 188, 255]
    return {
        "uid": HOUSE,
        "version": "0.4",
        "furniture": [*map(_record, FURNITURE), door],
        "mesh": meshes,
        "material": [
            {
                "uid": "Floor/m",
                "jid": "oak-plank",
                "texture": "",
                "color": color,
                "UVTransform": [2, 0, 0, 0, 2, 0, 0, 0, 1],
            },
            {"uid": "Ceiling/m", "jid": "", "texture": "", "color": [255, 255, 255, 255]},
            {"uid": "wall/m", "jid": "absent", "texture": "", "color": color},
        ],
        "scene": {"ref": "s", "pos": [0, 0, 0], "rot": [0, 0, 0, 1], "scale": [1, 1, 1], "room": rooms},
    }


def model_obj(raw: str, units: float) -> str:
    width, height, depth = own_size(raw) * units
    corners = [(x, y, z) for y in (0, height) for z in (-depth / 2, depth / 2) for x in (-width / 2, width / 2)]
    quads = [(1, 2, 4, 3), (5, 7, 8, 6), (1, 5, 6, 2), (3, 4, 8, 7), (1, 3, 7, 5), (2, 6, 8, 4)]
    lines = ["mtllib model.mtl", *(f"v {x:g} {y:g} {z:g}" for x, y, z in corners), "vt 0.5 0.5", "usemtl wood"]
    return "\n".join([*lines, *("f " + " ".join(f"{c}/1" for c in quad) for quad in quads), ""])


def write(root: Path, name: str = HOUSE) -> Path:
    """Write a data set with one house, and return its root."""
    (root / "3D-FRONT").mkdir(parents=True, exist_ok=True)
    (root / "3D-FRONT" / f"{name}.json").write_text(json.dumps(house()))
    (root / "3D-FRONT-texture/oak-plank").mkdir(parents=True, exist_ok=True)
    (root / "3D-FRONT-texture/oak-plank/texture.png").write_bytes(png(paint([(150, 100, 50)])))
    for raw, units in MODELS.items():
        folder = root / "3D-FUTURE-model" / jid(raw)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "raw_model.obj").write_text(model_obj(raw, units))
        (folder / "model.mtl").write_text("newmtl wood\nmap_Kd ./texture.png\n")
        (folder / "texture.png").write_bytes(png(paint([FURNITURE[raw].color])))
    return root
