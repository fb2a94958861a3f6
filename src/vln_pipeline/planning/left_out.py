"""What can be stood on and is no floor of any storey, for the report: it should not go without a word."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.config import WALK_MARGIN, EsdfConfig
from vln_pipeline.planning.floors import STOREY, Layer, Storeys
from vln_pipeline.planning.navigation_map import LeftOut
from vln_pipeline.planning.rasterise import VOXEL
from vln_pipeline.planning.spans import OPEN, Spans
from vln_pipeline.planning.traversability import continued

LEAST_AREA = 2.0
"""Smallest area that is told, square metres."""
_NARROWEST = 0.2
"""Width of the narrowest passage that is told, metres."""


def outside_storeys(
    spans: Spans,
    storeys: Storeys,
    layers: Sequence[Layer],
    overhead: NDArray[np.bool_],
    furniture: NDArray[np.bool_],
    base: float,
    config: EsdfConfig,
) -> list[LeftOut]:
    """Return the linked places that belong to no storey, the largest first.

    Args:
        spans: all places.
        storeys: the levels.
        layers: of the storeys.
        overhead: (S,) places on a part that is called ceiling or roof.
        furniture: (S,) places on a part that is called by the name of a piece of furniture.
        base: height of the volume's lowest corner, metres, world z.
        config: cell, largest step and smallest storey.
    """
    used = np.logical_or.reduce([layer.places for layer in layers])
    rest, joined = ~used & ~furniture, np.unique(spans.component[used])
    size = np.bincount(spans.component[rest], minlength=len(storeys.parts)) * config.cell**2
    found = []
    for component in np.flatnonzero(size >= LEAST_AREA):
        places = rest & (spans.component == component)
        height = float(np.median(spans.height[places]))
        if overhead[places].mean() >= 0.5:
            reason = "it is called ceiling or roof, and nothing leads there"
        elif component in joined:
            reason = "stairs, a landing or a ramp between storeys (esdf.stairs)"
        elif (spans.ceiling[places] == OPEN).mean() >= 0.5:
            reason = "nothing is above it and nothing leads there: a roof, a terrace or ground outdoors (esdf.outdoors)"
        else:
            away = min(abs(height - level) for level in storeys.levels) * VOXEL
            if away < STOREY:
                reason = (
                    f"cut off by a step of about {away:.2f} m, the robot takes {config.max_step:g} m (esdf.max_step)"
                )
            elif size[component] < config.min_floor_area:
                reason = f"smaller than a storey of {config.min_floor_area:g} m2 (esdf.min_floor_area)"
            else:
                reason = "it is no peak of floor over height"
        found.append(LeftOut(float(size[component]), base + height * VOXEL, reason))
    return sorted(found, key=lambda place: -place.area)


def behind_passages(
    distance: NDArray[np.float32], free: NDArray[np.bool_], height: float, config: EsdfConfig
) -> list[LeftOut]:
    """Return the pieces of a storey that no walk joins to its largest one, with the width of what parts them.

    Args:
        distance: (H, W) signed distance to what blocks, metres, half a cell less than the truth.
        free: (H, W) floor with room for the robot's height.
        height: of the storey, metres.
        config: radius of the robot and cell.
    """
    cell, needed = config.cell, config.radius + WALK_MARGIN
    count, label = cv2.connectedComponents((distance >= needed).astype(np.uint8), connectivity=4)
    if count <= 2:
        return []
    area = np.bincount(continued(np.where(label > 0, label, -1))[free], minlength=count) * cell**2
    main = int(np.argmax(area[1:])) + 1
    parted = [piece for piece in range(1, count) if piece != main and area[piece] >= LEAST_AREA]
    middles = {
        piece: np.unravel_index(int(np.argmax(np.where(label == piece, distance, -1))), label.shape)
        for piece in (main, *parted)
    }
    width = {piece: _passage(distance, middles[main], middles[piece], needed, cell) for piece in parted}
    least = 2 * (needed + cell)
    # What is just too narrow would be rounded to the width that is needed.
    told = {piece: min(found, least - 0.01) for piece, found in width.items()}
    return [
        LeftOut(
            float(area[piece]),
            height,
            f"walks do not leave it: its passage is about {told[piece]:.2f} m wide, and {least:.2f} m are needed "
            "(esdf.radius, esdf.cell)"
            if width[piece] >= _NARROWEST
            else "cut off from the rest of the storey by walls, a sill or a gap",
        )
        for piece in parted
    ]


def _passage(
    distance: NDArray[np.float32], start: tuple[np.intp, ...], end: tuple[np.intp, ...], widest: float, cell: float
) -> float:
    """Return the width of the widest passage from one cell to another, metres, to about a cell.

    Half of it is the largest distance at which both are still connected. The distance is half a cell less than the
    truth, and a wall blocks every cell that it touches: half a cell too many on the average.

    Args:
        distance: as for ``behind_passages``.
        start: cell.
        end: cell.
        widest: distance at which they are not connected, metres.
        cell: edge of a cell, metres.
    """
    low, high = 0.0, widest
    while high - low > cell / 50:
        middle = (low + high) / 2
        _, label = cv2.connectedComponents((distance >= middle).astype(np.uint8), connectivity=4)
        if label[start] and label[start] == label[end]:
            low = middle
        else:
            high = middle
    return 2 * (low + cell) if low else 0.0
