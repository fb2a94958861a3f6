"""Writes the boxes of the two-room home as GLB, painted by a texture with one block of texels a box."""

import io
from collections.abc import Callable, Sequence

import numpy as np
from ktx2_fixture import ktx2
from mesh_rooms import Builder
from PIL import Image
from two_rooms import QUADS, Box, triangulated

BLOCK = 4
"""Texels along the edge of a box's block."""


def paint(colors: Sequence[tuple[int, int, int]]) -> np.ndarray:
    """Return a row of blocks, one a colour."""
    row = np.array(colors, dtype=np.uint8)[None]
    return np.kron(row, np.ones((BLOCK, BLOCK, 1), np.uint8))


def png(image: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def add_boxes(
    builder: Builder, boxes: Sequence[Box], place: Callable[[np.ndarray], np.ndarray], start: int, total: int
) -> int:
    """Add the boxes as one mesh whose material is the first, and return the mesh's index."""
    vertices = np.concatenate([place(b.vertices) for b in boxes]).astype(np.float32)
    faces = np.concatenate([triangulated(QUADS) + 8 * i for i in range(len(boxes))]).astype(np.uint16)
    u = (np.repeat(np.arange(len(boxes)), 8) + start + 0.5) / total
    uv = np.stack([u, np.full_like(u, 0.5)], axis=1).astype(np.float32)
    primitive = {
        "attributes": {"POSITION": builder.accessor(vertices), "TEXCOORD_0": builder.accessor(uv)},
        "indices": builder.accessor(faces.ravel()),
        "material": 0,
    }
    meshes = builder.document.setdefault("meshes", [])
    meshes.append({"primitives": [primitive]})
    return len(meshes) - 1


def add_paint(builder: Builder, image: np.ndarray, basis: bool) -> None:
    """Add the only material, and its texture as PNG, or as KTX2 by KHR_texture_basisu."""
    data = ktx2(image) if basis else png(image)
    builder.document |= {
        "images": [{"bufferView": builder.view(data), "mimeType": "image/ktx2" if basis else "image/png"}],
        "textures": [{"extensions": {"KHR_texture_basisu": {"source": 0}}} if basis else {"source": 0}],
        "materials": [{"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "metallicFactor": 0}}],
    }
    if basis:
        builder.document["extensionsRequired"] = builder.document["extensionsUsed"] = ["KHR_texture_basisu"]


def boxes_glb(
    boxes: Sequence[Box],
    place: Callable[[np.ndarray], np.ndarray] = np.asarray,
    colors: Sequence[tuple[int, int, int]] | None = None,
    basis: bool = False,
) -> bytes:
    """Pack the boxes in one node.

    Args:
        boxes: what to pack.
        place: brings vertices from the world's frame to the file's; by default they stay z up.
        colors: of the boxes, instead of their own.
        basis: whether the texture is KTX2.
    """
    builder = Builder()
    add_paint(builder, paint(colors or [b.color for b in boxes]), basis)
    mesh = add_boxes(builder, boxes, place, 0, len(boxes))
    builder.document |= {"nodes": [{"name": "chunk", "mesh": mesh}], "scenes": [{"nodes": [0]}]}
    return builder.bytes()
