"""Writes Recast navigation meshes as Habitat does (version 2, one Detour tile or several)."""

import struct
from collections.abc import Sequence

import numpy as np
from two_rooms import to_y_up

SETTINGS = (0.05, 0.2, 1.5, 0.1, 0.2, 45, 20, 20, 12, 1.3, 6, 6, 1)
Polygon = tuple[Sequence[tuple[float, float, float]], Sequence[int]]


def tile(polygons: Sequence[Polygon], middles: Sequence[float] = ()) -> bytes:
    """Pack polygons; corners are z up, neighbours are index + 1, 0 for none, 0x8000 for the border of the tile.

    ``middles`` are heights of the floor in the middle of each polygon, from which its detail mesh fans out.
    """
    points, rows = [], b""
    for corners, neighbours in polygons:
        first = len(points)
        points += [to_y_up(np.array(c)) for c in corners]
        index = [first + i for i in range(len(corners))]
        pad = [0] * (6 - len(corners))
        rows += struct.pack("<I6H6HHBB", 0, *index, *pad, *neighbours, *pad, 1, len(corners), 0)
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    links, details, middle, fans = b"\0" * 12 * 3 if middles else b"", b"", b"", b""
    for number, (height, (corners, _)) in enumerate(zip(middles, polygons, strict=False)):
        count = len(corners)
        details += struct.pack("<2I2B2x", number, len(fans) // 4, 1, count)
        middle += to_y_up(np.array([*np.mean(corners, axis=0)[:2], height])).astype("<f4").tobytes()
        fans += b"".join(struct.pack("4B", count, i, (i + 1) % count, 0) for i in range(count))
    counts = len(links) // 12, len(details) // 12, len(middle) // 12, len(fans) // 4
    header = struct.pack("<2i3iI9i", 0x444E4156, 7, 0, 0, 0, 0, len(polygons), len(points), *counts, 0, 0, 0)
    header += struct.pack("<10f", 1.5, 0.1, 0.2, *low, *high, 20.0)
    return header + np.array(points, dtype="<f4").tobytes() + rows + links + details + middle + fans


def navmesh(tiles: Sequence[Sequence[Polygon]], version: int = 2, middles: Sequence[float] = ()) -> bytes:
    packed = [tile(t, middles) for t in tiles]
    data = struct.pack("<3i", 0x4D534554, version, len(packed)) + struct.pack("<5f2i", 0, 0, 0, 32, 32, 16, 4096)
    if version == 2:
        data += struct.pack("<13f4?", *SETTINGS, True, True, True, False)
    for number, content in enumerate(packed, 1):
        data += struct.pack("<Ii", number, len(content)) + content
    return data


def rectangle(
    x: tuple[float, float], y: tuple[float, float], z: float = 0.0, neighbours: Sequence[int] = (0,) * 4
) -> Polygon:
    """Return a rectangle; its edges are front, right, back, left."""
    return [(x[0], y[0], z), (x[1], y[0], z), (x[1], y[1], z), (x[0], y[1], z)], neighbours
