"""Floor, walls and ceiling of a scan that names nothing, by their geometry."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.scene import UNKNOWN, Part, Scene
from vln_pipeline.scenes.triangles import Corners, area_vectors, corners_of, lengths, used_vertices
from vln_pipeline.scenes.vocabulary import is_structural

_LEVEL, _UPRIGHT = 0.9, 0.15
"""|z| of the normal above which a face is level, and below which it is upright."""
_SLICE = 0.1
"""Thickness of the slabs in which level faces, and of the sheets in which upright faces are gathered, metres."""
_STOREY = 0.3
"""Area of a storey's floor or ceiling over that of the largest level slab."""
_THICK = 0.5
"""Thickness of a floor or ceiling slab together with its unevenness, metres."""
_WALL = (1.6, 1.5)
"""Least height, metres, and area, square metres, of a wall's sheet."""
_DIRECTIONS = 36
"""Headings that walls are told apart by, over half a turn."""


def label_structure(scene: Scene) -> Scene:
    """Return the scene with floor, walls and ceiling split off its unknown parts, if no part is structural yet.

    Level faces are gathered in horizontal slabs, of which those with a good share of the largest one's area belong to
    a storey. Around the lowest of them all is floor, around the highest all is ceiling, whichever way it is wound; in
    between, what faces up is floor and what faces down is ceiling. Upright faces are gathered in vertical sheets; a
    high and large sheet is a wall. What is left stays unknown: furniture is not guessed, and the side of a wardrobe as
    high as a wall counts as one.
    """
    if any(is_structural(p.category) for p in scene.parts):
        return scene
    unknown = [p for p in scene.parts if p.category == UNKNOWN]
    if not unknown:
        return scene
    labels = np.split(_labels(unknown), np.cumsum([len(p.faces) for p in unknown])[:-1])
    next_instance = max(p.instance for p in scene.parts) + 1
    instance = {name: next_instance + i for i, name in enumerate(("floor", "ceiling", "wall"))}
    parts: list[Part] = [p for p in scene.parts if p.category != UNKNOWN]
    for part, label in zip(unknown, labels, strict=True):
        for value, name in enumerate((UNKNOWN, *instance)):
            mask = label == value
            if mask.any():
                piece = cut_out(part, mask)
                parts.append(piece if name == UNKNOWN else replace(piece, category=name, instance=instance[name]))
    note = "structure: floor, walls and ceiling told apart by where level and upright faces lie: no name tells them"
    return replace(scene, parts=tuple(parts), decisions=(*scene.decisions, note))


def _labels(parts: list[Part]) -> NDArray[np.int8]:
    """Return per face 0 unknown, 1 floor, 2 ceiling, 3 wall, for all parts end to end."""
    vertices = np.concatenate([p.vertices for p in parts])
    offsets = np.cumsum([0, *(len(p.vertices) for p in parts[:-1])])
    corners = corners_of(vertices, np.concatenate([p.faces + o for p, o in zip(parts, offsets, strict=True)]))
    cross = area_vectors(corners)
    size = lengths(cross)
    normal, area = cross / size[:, None], size / 2
    labels = np.zeros(len(cross), dtype=np.int8)
    _label_levels(labels, corners, normal, area)
    _label_walls(labels, corners, normal, area)
    return labels


def _label_levels(labels: NDArray[np.int8], corners: Corners, normal: NDArray, area: NDArray) -> None:
    level = np.flatnonzero(np.abs(normal[:, 2]) > _LEVEL)
    if len(level) == 0:
        return
    a, b, c = (corner[level, 2] for corner in corners)
    height = (a + b + c) / 3
    slab = np.floor((height - height.min()) / _SLICE).astype(np.int64)
    slab_area = np.bincount(slab, area[level])
    # A floor that lies across the border of two slabs is found by their sum.
    spread = np.convolve(slab_area, (1, 1, 1))[1:-1]
    storey = (spread >= _STOREY * spread.max()) & (slab_area > 0)
    lowest, highest = np.flatnonzero(storey)[[0, -1]] * _SLICE + height.min()
    top = highest if highest - lowest > _WALL[0] else np.inf
    floor = (height < lowest + _THICK) | ((normal[level, 2] > 0) & (height < top - _THICK))
    labels[level[storey[slab] & floor]] = 1
    labels[level[storey[slab] & ~floor]] = 2


def _label_walls(labels: NDArray[np.int8], corners: Corners, normal: NDArray, area: NDArray) -> None:
    upright = np.flatnonzero(np.abs(normal[:, 2]) < _UPRIGHT)
    if len(upright) == 0:
        return
    angle = np.arctan2(normal[upright, 1], normal[upright, 0])
    heading = np.round(angle / np.pi * _DIRECTIONS).astype(np.int64) % _DIRECTIONS
    direction = heading / _DIRECTIONS * np.pi
    a, b, c = (corner[upright] for corner in corners)
    x, y, _ = ((a + b + c) / 3).T
    offset = np.floor((x * np.cos(direction) + y * np.sin(direction)) / _SLICE).astype(np.int64)
    offset -= offset.min()
    sheet = heading * (offset.max() + 1) + offset
    low, high = np.full(sheet.max() + 1, np.inf), np.full(sheet.max() + 1, -np.inf)
    for corner in (a, b, c):
        np.minimum.at(low, sheet, corner[:, 2])
        np.maximum.at(high, sheet, corner[:, 2])
    wall = (high - low >= _WALL[0]) & (np.bincount(sheet, area[upright]) >= _WALL[1])
    labels[upright[wall[sheet]]] = 3


def cut_out(part: Part, mask: NDArray[np.bool_]) -> Part:
    """Return some faces of a part with the vertices they use."""
    faces = part.faces[mask]
    used = used_vertices(len(part.vertices), faces)
    new_index = np.cumsum(used, dtype=np.int32) - 1
    return replace(
        part,
        vertices=part.vertices[used],
        faces=new_index[faces],
        uv=None if part.uv is None else part.uv[used],
        colors=None if part.colors is None else part.colors[used],
    )
