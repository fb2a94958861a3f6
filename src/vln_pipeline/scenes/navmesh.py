"""Recast navigation meshes (``.navmesh``) as Habitat writes them: where its agents may walk.

A polygon is flat; Recast's detail mesh, which lies in the same file, follows the floor below it.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.navmesh_tile import Surface, damaged, read_tiles, triangulated

_SET_MAGIC = int.from_bytes(b"TESM", "little")
_SETTINGS = {1: 0, 2: 56}
"""Bytes of the settings, by version of the file."""
_SET_HEADER = 40
_WELD = 1e-3
"""Corners of neighbouring tiles this close are one, metres."""


@dataclass(frozen=True)
class NavMesh:
    """A navigation mesh, world frame, z up, metres.

    Attributes:
        vertices: (V, 3) float64.
        triangles: (T, 3) int64, of the detail mesh where a polygon has one.
        island: (T,) int64 connected piece of each triangle, the largest first.
        radius: of the agent by which free space is narrowed, metres; NaN where the file does not tell.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    island: NDArray[np.int64]
    radius: float

    @property
    def areas(self) -> NDArray[np.float64]:
        """(T,) area of each triangle as it lies, square metres."""
        return _areas(self.vertices, self.triangles)


def read(file: Path) -> NavMesh:
    """Read a navigation mesh.

    Raises:
        DataError: the file is none, or is cut off, or refers to what is not there.
    """
    data = regular(file).read_bytes()
    try:
        magic, version, count = struct.unpack_from("<3i", data, 0)
    except struct.error as error:
        raise damaged(file, "cut off in its header") from error
    if magic != _SET_MAGIC or version not in _SETTINGS:
        raise damaged(file, "no navigation mesh of version 1 or 2")
    settings = data[_SET_HEADER : _SET_HEADER + _SETTINGS[version]]
    if len(settings) < _SETTINGS[version]:
        raise damaged(file, "cut off in its settings")
    # Cell size, cell height, agent height and agent radius come first.
    radius = struct.unpack_from("<4f", settings)[3] if settings else float("nan")
    empty = Surface(np.empty((0, 3)), *[np.empty((0, 3), dtype=np.int64)] * 2, *[np.empty(0, dtype=np.int64)] * 2)
    parts, links, known, polygons = [empty], [np.empty((0, 2), dtype=np.int64)], 0, 0
    for tile in read_tiles(file, data, _SET_HEADER + len(settings), count):
        part, pairs, members = triangulated(file, tile)
        parts.append(part.numbered_from(known, polygons))
        links.append(pairs + polygons)
        known += len(part.vertices)
        polygons += members
    surface = Surface(*(np.concatenate(values) for values in zip(*(part.arrays for part in parts), strict=True)))
    if not len(surface.triangles):
        raise damaged(file, "holds no walkable polygon")
    if not np.isfinite(surface.vertices).all():
        raise damaged(file, "has corners that are not finite")
    across = _shared_edges(surface.vertices, surface.outlines, surface.outlined)
    island = _islands(surface.vertices, surface.triangles, surface.owner, polygons, [*links, across])
    return NavMesh(surface.vertices, surface.triangles, island, float(radius))


def _shared_edges(
    vertices: NDArray[np.float64], triangles: NDArray[np.int64], owner: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return (N, 2) pairs of polygons with an edge at one place: neighbours across the border of tiles."""
    welded = np.unique(np.round(vertices / _WELD), axis=0, return_inverse=True)[1].ravel()[triangles]
    edges = np.sort(np.stack([welded, np.roll(welded, -1, axis=1)], axis=2).reshape(-1, 2), axis=1)
    key = np.unique(edges, axis=0, return_inverse=True)[1].ravel()
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    owners = np.repeat(owner, 3)[order]
    return np.stack([owners[:-1][same], owners[1:][same]], axis=1)


def _islands(
    vertices: NDArray[np.float64],
    triangles: NDArray[np.int64],
    owner: NDArray[np.int64],
    polygons: int,
    links: list[NDArray[np.int64]],
) -> NDArray[np.int64]:
    pairs = np.concatenate(links)
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(polygons, polygons))
    _, piece = np.unique(connected_components(graph, directed=False)[1][owner], return_inverse=True)
    order = np.argsort(-np.bincount(piece, _areas(vertices, triangles)), kind="stable")
    return np.argsort(order, kind="stable")[piece].astype(np.int64)


def _areas(vertices: NDArray[np.float64], triangles: NDArray[np.int64]) -> NDArray[np.float64]:
    a, b, c = np.moveaxis(vertices[triangles], 1, 0)
    area: NDArray[np.float64] = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    return area
