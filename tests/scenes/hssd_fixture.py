"""Writes the two-room home as HSSD does: a building, and objects that are placed in it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from glb_fixture import boxes_glb
from two_rooms import BEDROOM, BOXES, HEIGHT, LIVING, Box, to_y_up

SCENE = "102343992"
STRUCTURE = tuple(b for b in BOXES if b.raw in ("floor", "wall", "ceiling"))
OBJECTS = tuple(b for b in BOXES if b not in STRUCTURE)
HALF = float(np.sqrt(0.5))
TURNS = {"sofa": 90, "chair": -90, "bed": 180}
"""Yaw by which an object's asset is turned back in its own frame, degrees about Habitat's +y."""


def handle(box: Box) -> str:
    return (box.raw.encode().hex() * 10)[:40]


def wxyz(degrees: float) -> list[float]:
    half = np.radians(degrees) / 2
    return [float(np.cos(half)), 0.0, float(np.sin(half)), 0.0]


def asset(box: Box) -> tuple[Box, np.ndarray, np.ndarray]:
    """Return an object about its own origin (centre of its foot), at half size, and where it goes in Habitat's world.

    The asset is turned by -TURNS, so that the placement's rotation brings it back.
    """
    low, high = np.array(box.low), np.array(box.high)
    foot = np.array([*(low + high)[:2] / 2, low[2]])
    size = (high - low) / 2
    if abs(TURNS.get(box.raw, 0)) == 90:
        size = size[[1, 0, 2]]
    own = replace(box, low=(-size[0] / 2, -size[1] / 2, 0.0), high=(size[0] / 2, size[1] / 2, float(size[2])))
    return own, to_y_up(foot), np.full(3, 2.0)


def scene_instance() -> dict:
    instances = []
    for box in OBJECTS:
        _, translation, scale = asset(box)
        instances.append(
            {
                "template_name": handle(box),
                "translation": translation.tolist(),
                "rotation": wxyz(TURNS.get(box.raw, 0)),
                "non_uniform_scale": scale.tolist(),
                "motion_type": "STATIC",
            }
        )
    stage = {"template_name": f"stages/{SCENE}"}
    return {"stage_instance": stage, "translation_origin": "asset_local", "object_instances": instances}


def regions() -> dict:
    def region(name: str, label: str, corners) -> dict:
        loop = [to_y_up(np.array([x, y, 0.0])).tolist() for x, y in corners[::-1]]
        return {"name": name, "label": label, "poly_loop": loop, "floor_height": 0.0, "extrusion_height": HEIGHT}

    return {"region_annotations": [region("living", "living_room", LIVING), region("bed", "bedroom", BEDROOM)]}


def write(root: Path, scene: str = SCENE) -> Path:
    """Write a data set with one scene, and return its root."""
    for folder in ("stages", "scenes", "semantics/scenes"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    config = {
        "stages": {"paths": {".json": ["stages"]}},
        "objects": {"paths": {".json": ["objects/*", "objects/decomposed/*"]}},
        "scene_instances": {
            "default_attributes": {"semantic_scene_instance": "hssd_ssd_map"},
            "paths": {".json": ["scenes"]},
        },
        "semantic_scene_descriptor_instances": {"hssd_ssd_map": "semantics/hssd-hab_semantic_lexicon.json"},
    }
    _json(root / "hssd-hab.scene_dataset_config.json", config)
    (root / "stages" / f"{scene}.glb").write_bytes(boxes_glb(STRUCTURE, to_y_up, basis=True))
    _json(
        root / "stages" / f"{scene}.stage_config.json",
        {"render_asset": f"{scene}.glb", "up": [0, 1, 0], "front": [0, 0, -1], "origin": [0, 0, 0]},
    )
    classes = sorted({b.raw for b in OBJECTS})
    for box in OBJECTS:
        place = root / "objects" / handle(box)[0]
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{handle(box)}.glb").write_bytes(boxes_glb([asset(box)[0]], to_y_up, basis=True))
        told = {"render_asset": f"{handle(box)}.glb", "up": [0, 1, 0], "front": [0, 0, -1]}
        _json(place / f"{handle(box)}.object_config.json", {**told, "semantic_id": classes.index(box.raw) + 1})
    lexicon = {"classes": [{"id": i, "name": name} for i, name in enumerate(classes, 1)]}
    _json(root / "semantics/hssd-hab_semantic_lexicon.json", lexicon)
    _json(root / f"semantics/scenes/{scene}.semantic_config.json", regions())
    _json(
        root / f"scenes/{scene}.scene_instance.json",
        scene_instance() | {"stage_instance": {"template_name": f"stages/{scene}"}},
    )
    return root


def _json(file: Path, document: dict) -> None:
    file.write_text(json.dumps(document))
