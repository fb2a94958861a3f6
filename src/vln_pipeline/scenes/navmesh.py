"""Recast navigation meshes (``.navmesh``) as Habitat writes them: where its agents may walk."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.habitat.frame import to_world

_SET_MAGIC = int.from_bytes(b"TESM", "little")
_TILE_MAGIC, _TILE_VERSION = int.from_bytes(b"VAND", "little"), 7
_SETTINGS = {1: 0, 2: 56}
"""Bytes of the settings, by version of the file."""
_SET_HEADER, _TILE_HEADER = 40, 100
_POLYGON = np.dtype(
    [
        ("link", "<u4"),
        ("vertices", "<u2", 6),
        ("neighbours", "<u2", 6),
        ("flags", "<u2"),
        ("count", "u1"),
        ("area", "u1"),
    ]
)
_BORDER = 0x8000
"""Marks an edge at the border of a tile; any other number is that of the neighbour plus one, or 0."""
_OFF_MESH = 1
"""Kind of polygon that is a jump, not a surface."""
_WELD = 1e-3
"""Corners of neighbouring tiles this close are one, metres."""


@dataclass(frozen=True)
class NavMesh:
    """A navigation mesh, world frame, z up, metres.

    Attributes:
        vertices: (V, 3) float64.
        triangles: (T, 3) int64.
        island: (T,) int64 connected piece of each triangle, the largest first.
        radius: of the agent by which free space is narrowed, metres; NaN where the file does not tell.
    """

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    island: NDArray[np.int64]
    radius: float

    @property
    def areas(self) -> NDArray[np.float64]:
        """(T,) ground area of each triangle, square metres."""
        return _areas(self.vertices, self.triangles)


def read(file: Path) -> NavMesh:
    """Read a navigation mesh.

    Raises:
        DataError: the file is none, or is cut off, or refers to what is not there.
    """
    data = regular(file).read_bytes()
    try:
        magic, version, tiles = struct.unpack_from("<3i", data, 0)
    except struct.error as error:
        raise _damaged(file, "cut off in its header") from error
    if magic != _SET_MAGIC or version not in _SETTINGS:
        raise _damaged(file, "no navigation mesh of version 1 or 2")
    settings = data[_SET_HEADER : _SET_HEADER + _SETTINGS[version]]
    if len(settings) < _SETTINGS[version]:
        raise _damaged(file, "cut off in its settings")
    # Cell size, cell height, agent height and agent radius come first.
    radius = struct.unpack_from("<4f", settings)[3] if settings else float("nan")
    vertices: list[NDArray[np.float64]] = [np.empty((0, 3))]
    corners: list[NDArray[np.int64]] = [np.empty((0, 3), dtype=np.int64)]
    owners: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    links: list[NDArray[np.int64]] = [np.empty((0, 2), dtype=np.int64)]
    polygons = known = 0
    for points, tile in _tiles(file, data, _SET_HEADER + len(settings), tiles):
        walkable = (tile["area"] >> 6) != _OFF_MESH
        count = np.where(walkable, np.minimum(tile["count"], 6), 0)
        if (tile["vertices"][np.arange(6) < count[:, None]] >= len(points)).any():
            raise _damaged(file, "a polygon refers to corners that do not exist")
        for i in range(1, 5):
            which = np.flatnonzero(count > i + 1)
            corners.append(tile["vertices"][which][:, [0, i, i + 1]].astype(np.int64) + known)
            owners.append(which + polygons)
        links.append(_links(tile["neighbours"].astype(np.int64), count) + polygons)
        vertices.append(to_world(points))
        known += len(points)
        polygons += len(tile)
    found, triangles, owner = np.concatenate(vertices), np.concatenate(corners), np.concatenate(owners)
    if not len(triangles):
        raise _damaged(file, "holds no walkable polygon")
    if not np.isfinite(found).all():
        raise _damaged(file, "has corners that are not finite")
    across = _shared_edges(found, triangles, owner)
    return NavMesh(found, triangles, _islands(found, triangles, owner, polygons, [*links, across]), float(radius))


def _tiles(file: Path, data: bytes, start: int, count: int) -> Iterator[tuple[NDArray[np.float32], NDArray]]:
    """Yield corners and polygons of each tile."""
    for _ in range(max(count, 0)):
        if start + 8 + _TILE_HEADER > len(data):
            raise _damaged(file, f"cut off: claims {count} tiles")
        (size,) = struct.unpack_from("<i", data, start + 4)
        tile, start = start + 8, start + 8 + size
        magic, version, *_ = struct.unpack_from("<2i", data, tile)
        polygons, corners = struct.unpack_from("<2i", data, tile + 24)
        if magic != _TILE_MAGIC or version != _TILE_VERSION:
            raise _damaged(file, "a tile is no Detour tile of version 7")
        needed = _TILE_HEADER + 12 * corners + _POLYGON.itemsize * polygons
        if min(polygons, corners) < 0 or size < needed or start > len(data):
            raise _damaged(file, f"cut off: a tile claims {corners} corners and {polygons} polygons")
        points = np.frombuffer(data, "<f4", 3 * corners, tile + _TILE_HEADER).reshape(-1, 3)
        yield points, np.frombuffer(data, _POLYGON, polygons, tile + _TILE_HEADER + 12 * corners)


def _links(neighbours: NDArray[np.int64], count: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return (N, 2) pairs of polygons of one tile that share an edge."""
    inside = (np.arange(6) < count[:, None]) & (neighbours > 0) & (neighbours < _BORDER)
    first, edge = np.nonzero(inside)
    second = neighbours[first, edge] - 1
    return np.stack([first, second], axis=1)[second < len(neighbours)]


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
    a, b, c = np.moveaxis(vertices[triangles][..., :2], 1, 0)
    (x, y), (u, v) = (b - a).T, (c - a).T
    area: NDArray[np.float64] = np.abs(x * v - y * u) / 2
    return area


def _damaged(file: Path, cause: str) -> DataError:
    return DataError(file.name, cause, "download it again, or delete it")
