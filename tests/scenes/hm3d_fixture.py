"""Writes the two-room home as HM3D and its semantics do."""

import json
from pathlib import Path

import numpy as np
from glb_fixture import boxes_glb
from two_rooms import BOXES, Box

HASH = "TEEsavR23oF"
SCENE = f"00800-{HASH}"
FIRST = 2
REGIONS = (4, 7)


def color_of(index: int) -> tuple[int, int, int]:
    """Colours of instances, bright ones among them, that differ by little."""
    return (250 - index, 240 + index % 3, 17 * index % 256)


def semantic_txt(boxes: tuple[Box, ...] = BOXES) -> str:
    rows = ["HM3D Semantic Annotations"]
    for i, box in enumerate(boxes):
        red, green, blue = color_of(i)
        rows.append(f'{FIRST + i},{red:02X}{green:02X}{blue:02X},"{box.raw}",{REGIONS[box.room]}')
    return "\n".join(rows) + "\n"


def semantic_glb(boxes: tuple[Box, ...] = BOXES) -> bytes:
    """The same surface, in another order of triangles, painted."""
    order = np.random.default_rng(3).permutation(len(boxes))
    return boxes_glb([boxes[i] for i in order], colors=[color_of(i) for i in order])


def dataset_config() -> dict:
    attributes = {
        "up": [0, 0, 1],
        "front": [0, 1, 0],
        "semantic_asset": "%%CONFIG_NAME_AS_ASSET_FILENAME%%.semantic.glb",
        "semantic_descriptor_filename": "%%CONFIG_NAME_AS_ASSET_FILENAME%%.semantic.txt",
        "has_semantic_textures": True,
    }
    paths = {".glb": [f"val/{SCENE}/{HASH}.basis.glb"]}
    return {"stages": {"default_attributes": attributes, "paths": paths}}


def write(root: Path, split: str = "val", scene: str = SCENE, basis: bool = True) -> Path:
    """Write a scene, and return its folder."""
    folder, stem = root / split / scene, scene.partition("-")[2]
    folder.mkdir(parents=True)
    (folder / (f"{stem}.basis.glb" if basis else f"{stem}.glb")).write_bytes(boxes_glb(BOXES, basis=basis))
    (folder / f"{stem}.semantic.glb").write_bytes(semantic_glb())
    (folder / f"{stem}.semantic.txt").write_text(semantic_txt())
    (root / "hm3d_annotated_basis.scene_dataset_config.json").write_text(json.dumps(dataset_config()))
    return folder
