"""HM3D's ``semantic.glb``: the scene again, painted in the colours of its instances."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.hm3d.semantic_txt import Instance
from vln_pipeline.scenes.mesh import gltf
from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.mesh.textures import srgb
from vln_pipeline.scenes.published.label_transfer import UNLABELLED, LabelledPoints
from vln_pipeline.scenes.published.surface_samples import Samples, sample
from vln_pipeline.scenes.scene import Material

_AS_STORED = 16384
"""Longest edge of a texture, pixels: scaled down, its colours would blend to those of other instances."""
_EDGE = 0.1
"""The paint is read once for each piece whose edges are no longer, metres."""


def read(file: Path, name: str, instances: Sequence[Instance], max_triangles: int) -> LabelledPoints:
    """Return points on the painted surface with the ids of their instances, in the frame of the file.

    Args:
        file: the painted mesh.
        name: what it is called in messages.
        instances: whose colours it bears.
        max_triangles: a larger mesh is refused.

    Raises:
        DataError: the file is damaged, or bears none of the colours.
    """
    model = gltf.read(file, _AS_STORED, max_triangles)
    found = [_points(surface, model.materials[surface.material], instances) for surface in model.surfaces]
    if not found or all((points.labels == UNLABELLED).all() for points in found):
        raise DataError(name, "bears none of the colours of semantic.txt", "download both files anew")
    return LabelledPoints.joined(found)


def _points(surface: Surface, material: Material, instances: Sequence[Instance]) -> LabelledPoints:
    samples = sample(surface.vertices, surface.sound_faces(), _EDGE)
    corners = surface.sound_faces()[samples.face]
    colors = np.array([i.color for i in instances])
    if material.texture is not None and surface.uv is not None:
        uv = np.einsum("nk,nkc->nc", samples.weights, np.nan_to_num(surface.uv[corners].astype(np.float64)))
        seen = _texels(material.texture, uv)
    elif surface.colors is not None:
        # glTF's vertex colours are linear by the format, so the reader has turned them to sRGB; the paint is not.
        # All corners of a face bear one colour: the first one's holds.
        seen = surface.colors[corners[:, 0]]
        turned = srgb(np.stack([colors >> 16, colors >> 8 & 255, colors & 255], axis=1) / 255)
        colors = _packed((turned * 255).round().astype(np.uint8))
    else:
        seen = np.zeros((len(samples.face), 3), dtype=np.uint8)
    return _labelled(samples, _packed(seen), colors, np.array([i.id for i in instances]))


def _texels(texture: NDArray[np.uint8], uv: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return the nearest texels; no blending, and coordinates repeat."""
    height, width = texture.shape[:2]
    column = np.floor((uv[:, 0] % 1) * width).astype(np.int64).clip(0, width - 1)
    row = np.floor(((1 - uv[:, 1]) % 1) * height).astype(np.int64).clip(0, height - 1)
    return texture[row, column]


def _packed(colors: NDArray[np.uint8]) -> NDArray[np.int64]:
    return colors.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])


def _labelled(
    samples: Samples, seen: NDArray[np.int64], colors: NDArray[np.int64], ids: NDArray[np.int64]
) -> LabelledPoints:
    order = np.argsort(colors)
    place = np.searchsorted(colors[order], seen).clip(0, len(colors) - 1)
    match = order[place]
    labels = np.where(colors[match] == seen, ids[match], UNLABELLED)
    return LabelledPoints(samples.points, samples.normals, labels)
