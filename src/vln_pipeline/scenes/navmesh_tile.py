"""Tiles of a navigation mesh: polygons, and the detail mesh that follows the floor below them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat.frame import to_world

_TILE_MAGIC, _TILE_VERSION = int.from_bytes(b"VAND", "little"), 7
_TILE_HEADER = 100
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
_DETAIL = np.dtype([("vertices", "<u4"), ("triangles", "<u4"), ("corners", "u1"), ("count", "u1"), ("pad", "<u2")])
_LINK = 12
"""Bytes of a link between polygons, which are made anew by whoever loads the file."""
_BORDER = 0x8000
"""Marks an edge at the border of a tile; any other number is that of the neighbour plus one, or 0."""
_OFF_MESH = 1
"""Kind of polygon that is a jump, not a surface."""


@dataclass(frozen=True)
class Tile:
    """What is stored of a tile, see Detour's ``dtMeshHeader`` for the order."""

    points: NDArray[np.float32]
    polygons: NDArray
    details: NDArray
    detail_points: NDArray[np.float32]
    detail_triangles: NDArray[np.uint8]


@dataclass(frozen=True)
class Surface:
    """Triangles, and the flat ones of the polygons, whose edges are those that tiles share."""

    vertices: NDArray[np.float64]
    triangles: NDArray[np.int64]
    outlines: NDArray[np.int64]
    owner: NDArray[np.int64]
    outlined: NDArray[np.int64]

    @property
    def arrays(self) -> tuple[NDArray, ...]:
        """All attributes, in their order."""
        return self.vertices, self.triangles, self.outlines, self.owner, self.outlined

    def numbered_from(self, vertex: int, polygon: int) -> "Surface":
        """Return the same, with numbers of vertices and polygons that begin later."""
        return Surface(
            self.vertices,
            self.triangles + vertex,
            self.outlines + vertex,
            self.owner + polygon,
            self.outlined + polygon,
        )


def triangulated(file: Path, tile: Tile) -> tuple[Surface, NDArray[np.int64], int]:
    """Return the surface of a tile, its pairs of neighbouring polygons, and the number of polygons."""
    polygons = tile.polygons
    walkable = (polygons["area"] >> 6) != _OFF_MESH
    count = np.where(walkable, np.minimum(polygons["count"], 6), 0).astype(np.int64)
    if (polygons["vertices"][np.arange(6) < count[:, None]] >= len(tile.points)).any():
        raise damaged(file, "a polygon refers to corners that do not exist")
    flat = [np.empty((0, 3), dtype=np.int64)]
    flat_of = [np.empty(0, dtype=np.int64)]
    for i in range(1, 5):
        which = np.flatnonzero(count > i + 1)
        flat.append(polygons["vertices"][which][:, [0, i, i + 1]].astype(np.int64))
        flat_of.append(which)
    outlines, outlined = np.concatenate(flat), np.concatenate(flat_of)
    fine, fine_of = _detailed(file, tile, count)
    plain = ~np.isin(outlined, fine_of)
    vertices = to_world(np.concatenate([tile.points, tile.detail_points]))
    triangles, owner = np.concatenate([fine, outlines[plain]]), np.concatenate([fine_of, outlined[plain]])
    surface = Surface(vertices, triangles, outlines, owner, outlined)
    return surface, _links(polygons["neighbours"].astype(np.int64), count), len(polygons)


def _detailed(file: Path, tile: Tile, count: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (N, 3) corners of a tile's detail triangles, the detail's own after the polygons', and their polygons.

    A corner is told as a number of the polygon's own corners, or, beyond those, of its part of the detail's.
    """
    detail = tile.details[: len(count)]
    own = np.where(count[: len(detail)] > 0, detail["count"], 0).astype(np.int64)
    owner = np.repeat(np.arange(len(detail)), own)
    first = np.repeat(np.cumsum(own) - own, own)
    row = detail["triangles"][owner].astype(np.int64) + np.arange(len(owner)) - first
    if (row >= len(tile.detail_triangles)).any():
        raise damaged(file, "a polygon refers to triangles that do not exist")
    corner = tile.detail_triangles[row, :3].astype(np.int64)
    of_polygon = corner < count[owner, None]
    beyond = corner - count[owner, None] + detail["vertices"][owner, None].astype(np.int64)
    if (beyond[~of_polygon] >= len(tile.detail_points)).any():
        raise damaged(file, "a triangle refers to corners that do not exist")
    outline = np.take_along_axis(tile.polygons["vertices"][owner].astype(np.int64), np.minimum(corner, 5), axis=1)
    return np.where(of_polygon, outline, beyond + len(tile.points)), owner


def read_tiles(file: Path, data: bytes, start: int, count: int) -> Iterator[Tile]:
    """Yield the tiles."""
    for _ in range(max(count, 0)):
        if start + 8 + _TILE_HEADER > len(data):
            raise damaged(file, f"cut off: claims {count} tiles")
        (size,) = struct.unpack_from("<i", data, start + 4)
        tile, start = start + 8, start + 8 + size
        magic, version, *_ = struct.unpack_from("<2i", data, tile)
        if magic != _TILE_MAGIC or version != _TILE_VERSION:
            raise damaged(file, "a tile is no Detour tile of version 7")
        polygons, corners, links, details, points, triangles = struct.unpack_from("<6i", data, tile + 24)
        blocks = (
            (np.dtype(("<f4", 3)), corners),
            (_POLYGON, polygons),
            (np.dtype(("u1", _LINK)), links),
            (_DETAIL, details),
            (np.dtype(("<f4", 3)), points),
            (np.dtype(("u1", 4)), triangles),
        )
        needed = _TILE_HEADER + sum(kind.itemsize * length for kind, length in blocks)
        if min(length for _, length in blocks) < 0 or size < needed or start > len(data):
            raise damaged(file, f"cut off: a tile claims {corners} corners and {polygons} polygons")
        at = tile + _TILE_HEADER
        found: list[NDArray[Any]] = []
        for kind, length in blocks:
            found.append(np.frombuffer(data, kind, length, at))
            at += kind.itemsize * length
        yield Tile(found[0], found[1], found[3], found[4], found[5])


def _links(neighbours: NDArray[np.int64], count: NDArray[np.integer]) -> NDArray[np.int64]:
    """Return (N, 2) pairs of polygons of one tile that share an edge."""
    inside = (np.arange(6) < count[:, None]) & (neighbours > 0) & (neighbours < _BORDER)
    first, edge = np.nonzero(inside)
    second = neighbours[first, edge] - 1
    return np.stack([first, second], axis=1)[second < len(neighbours)]


def damaged(file: Path, cause: str) -> DataError:
    """Return the fault of a file."""
    return DataError(file.name, cause, "download it again, or delete it")
