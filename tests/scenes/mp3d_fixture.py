"""Writes the two-room home as Matterport3D's task data for Habitat."""

from pathlib import Path

import numpy as np
from glb_fixture import boxes_glb
from ply_fixture import instance_ply
from two_rooms import BEDROOM, BOXES, HEIGHT, LIVING, QUADS, Box

SCENE = "17DRP5sb8fy"
NAMES = sorted({b.raw for b in BOXES})
MPCAT40 = {"sofa": "sofa", "wardrobe": "furniture", "bed": "bed"}
OTHER_DIAGONAL = np.concatenate([QUADS[:, [1, 2, 3]], QUADS[:, [1, 3, 0]]])


def house(boxes: tuple[Box, ...] = BOXES) -> str:
    """ASCII 1.1: two regions of one level; objects refer to categories by index."""
    padding = " ".join("0" * 5)
    outlines = (LIVING, BEDROOM)
    vertices, surfaces, regions = [], [], []
    for index, (code, outline) in enumerate(zip("lb", outlines, strict=True)):
        for x, y in outline:
            vertices.append(f"V {len(vertices)} {index} F {x} {y} 0 0 0 1 0 0 0")
        x, y = np.mean(outline, axis=0)
        box = f"{min(p[0] for p in outline)} 0 0 {max(p[0] for p in outline)} 5 {HEIGHT}"
        surfaces.append(f"S {index} {index} 0 F {x} {y} 0 0 0 1 {box} {padding}")
        regions.append(f"R {index} 0 0 0 {code} {x} {y} 0 {box} {HEIGHT} 0 0 0 0")
    categories = [f"C {i} {i + 1} {n.replace(' ', '#')} 7 {MPCAT40.get(n, n)} {padding}" for i, n in enumerate(NAMES)]
    objects = []
    for index, box in enumerate(boxes):
        middle, half = np.add(box.low, box.high) / 2, np.subtract(box.high, box.low) / 2
        numbers = " ".join(f"{v:g}" for v in (*middle, 1, 0, 0, 0, 1, 0, *half))
        objects.append(f"O {index} {box.room} {NAMES.index(box.raw)} {numbers} 0 0 0 0 0 0 0 0")
    counts = f"1 2 {len(vertices)} {len(surfaces)} 1 {len(objects)} {len(categories)} 2 0 1"
    return "\n".join(
        [
            "ASCII 1.1",
            f"H {SCENE} {SCENE} {counts} {padding} 0 0 0 8 5 {HEIGHT} {padding}",
            f"L 0 2 - 4 2.5 0 0 0 0 8 5 {HEIGHT} {padding}",
            *regions,
            "P 0d1e 0 0 0 2 2 1.4 " + padding,
            "P 0 0 1 0 4.5 2.2 0 4.5 3.2 2.1 " + padding,
            *surfaces,
            *vertices,
            f"I 0 a7b2 0 0 {' '.join('0' * 25)} 1280 1024 1 1 1.4 {padding}",
            *categories,
            *objects,
            f"E 0 0 0 1.5 0 0 0 0 0 0 1 1 1 {padding}",
            "",
        ]
    )


def semantic_ply(boxes: tuple[Box, ...] = BOXES) -> bytes:
    """Triangles across the other diagonal, in another order than those that are shown."""
    order = np.random.default_rng(5).permutation(len(boxes))
    return instance_ply(
        np.concatenate([boxes[i].vertices for i in order]),
        np.concatenate([OTHER_DIAGONAL + 8 * n for n in range(len(order))]),
        np.repeat(order, 12),
        np.repeat([boxes[i].color for i in order], 8, axis=0),
    )


def write(root: Path, scene: str = SCENE, basis: bool = False) -> Path:
    """Write a building, and return its folder."""
    folder = root / scene
    folder.mkdir(parents=True)
    (folder / f"{scene}.glb").write_bytes(boxes_glb(BOXES, basis=basis))
    (folder / f"{scene}.house").write_text(house())
    (folder / f"{scene}_semantic.ply").write_bytes(semantic_ply())
    return folder
