"""A scene's navigation map: floors, free space, distance fields and rooms."""

from collections.abc import Callable

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.distance import signed_distance
from vln_pipeline.planning.flight_maps import flight_maps
from vln_pipeline.planning.flights import find_flights
from vln_pipeline.planning.floors import find_storeys, storey_layer
from vln_pipeline.planning.free_space import free_space
from vln_pipeline.planning.ground import ground_heights
from vln_pipeline.planning.left_out import LEAST_AREA, behind_passages, outside_storeys
from vln_pipeline.planning.navigation_map import FloorMap, LeftOut, NavigationMap
from vln_pipeline.planning.rasterise import VOXEL, Columns, grid_shape, rasterise
from vln_pipeline.planning.rooms import rooms_from_polygons, rooms_from_walls
from vln_pipeline.planning.spans import Spans, find_spans, on_faces
from vln_pipeline.planning.traversability import Traversability, traverse
from vln_pipeline.scenes.scene import UNKNOWN, Mesh, Scene
from vln_pipeline.scenes.vocabulary import is_structural

_LARGEST = 2**28
"""Words in the largest volume that is built: 2 GiB."""
_OVERHEAD = frozenset({"ceiling", "roof"})
"""Categories on which nobody walks unless stairs lead there."""
_UPWARDS = 0.8
"""Below this ratio of upward to downward level area a mesh's winding is not to be trusted."""


def build_navigation_map(scene: Scene, config: EsdfConfig) -> NavigationMap:
    """Find a scene's storeys and what the robot can do on each.

    Raises:
        DataError: vertices are not finite, the scene is absurdly large, it has no floor, or the robot fits nowhere.
    """
    mesh = scene.mesh
    if not len(mesh.faces) or not np.isfinite(mesh.vertices).all():
        raise DataError(scene.id, "the mesh is empty or has vertices that are not finite", "repair or re-export it")
    origin, shape = grid_shape(scene.bounds, config.cell)
    if shape[0] * shape[1] * (shape[2] // 64 + 1) > _LARGEST:
        extent = " x ".join(f"{size:.0f}" for size in np.ptp(scene.bounds, axis=0))
        raise DataError(scene.id, f"it measures {extent} m, too large for cells of {config.cell} m", "check its unit")
    walkable = _walkable(mesh, config.max_slope)
    columns = rasterise(mesh.vertices, mesh.faces, walkable, origin, shape, config.cell)
    spans = find_spans(columns, mesh, walkable, config.height, config.max_step)
    overhead = _overhead(scene, spans, columns, walkable)
    outdoors = config.outdoors == "include"
    storeys = find_storeys(spans, config.cell, config.min_floor_area, overhead, shape[2], outdoors)
    if not storeys.levels:
        guesses = "; ".join(d for d in scene.decisions if d.startswith(("up axis", "unit")))
        raise DataError(
            scene.id,
            f"no floor of {config.min_floor_area} m2 with {config.height} m of headroom",
            f"check its up axis and unit{f' ({guesses})' if guesses else ''}, "
            "or lower esdf.min_floor_area or esdf.height",
        )
    ramp = int(np.ceil(config.cell * np.tan(np.radians(config.max_slope)) / VOXEL)) + 1
    rise = spans.climb if config.stairs == "link" else min(ramp, spans.climb)
    layers = [storey_layer(spans, storeys, index, rise) for index in range(len(storeys.levels))]
    unrolled = find_flights(spans, layers) if config.stairs == "link" else []
    every = [
        traverse(
            columns,
            layer,
            spans.climb,
            spans.clearance,
            max_hole_area=config.max_hole_area,
            max_gap=config.max_gap,
            outdoors=outdoors,
        )
        for layer in (*layers, *(flight.layer for flight in unrolled))
    ]
    heights = ground_heights(mesh, walkable, columns, np.stack([space.level for space in every]))
    spaces, ground = every[: len(layers)], heights[: len(layers)]
    floors = _floor_maps(scene, spaces, ground, origin[:2], config)
    if not floors:
        raise DataError(
            scene.id, f"no free space for a robot of {config.radius} m radius", "lower esdf.radius or esdf.height"
        )
    furniture = on_faces(spans, columns, mesh, walkable & _called(scene, _is_furniture))
    outside = outside_storeys(spans, storeys, layers, overhead, furniture, float(origin[2]), config)
    flights, too_narrow = flight_maps(
        unrolled, every[len(layers) :], heights[len(layers) :], floors, bool(scene.rooms), config
    )
    left_out = (*outside, *_left_out(spaces, ground, config), *too_narrow)
    return NavigationMap(scene.id, tuple(floors.values()), config.radius, left_out, tuple(flights))


def _called(scene: Scene, kind: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Return (F,) faces of parts whose category is of a kind."""
    return np.array([kind(part.category) for part in scene.parts])[scene.mesh.part]


def _is_furniture(category: str) -> bool:
    return category != UNKNOWN and not is_structural(category)


def _overhead(scene: Scene, spans: Spans, columns: Columns, walkable: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (S,) places on a part that is called ceiling or roof, and on no other."""
    called = _called(scene, _OVERHEAD.__contains__)
    overhead = on_faces(spans, columns, scene.mesh, walkable & called)
    return overhead & ~on_faces(spans, columns, scene.mesh, walkable & ~called) if overhead.any() else overhead


def _left_out(spaces: list[Traversability], ground: NDArray[np.float32], config: EsdfConfig) -> list[LeftOut]:
    """Return what each storey leaves out within itself."""
    found = []
    for space, height in zip(spaces, ground, strict=True):
        if space.free.any():
            level = float(np.median(height[space.free]))
            distance = signed_distance(~space.free, config.cell, config.backend)
            found += behind_passages(distance, space.free, level, config)
        area = float(space.outdoors.sum() * config.cell**2)
        if area >= LEAST_AREA:
            reason = "ground around the building (esdf.outdoors)"
            found.append(LeftOut(area, float(np.median(height[space.outdoors])), reason))
    return found


def _walkable(mesh: Mesh, max_slope: float) -> NDArray[np.bool_]:
    """Return (F,) which faces are level enough to stand on, on their upper side.

    Where level faces look down far more than up, the winding says nothing and both sides count.
    """
    rising = _vertical_areas(mesh.vertices, mesh.faces, np.cos(np.radians(max_slope)))
    trusted = rising[rising > 0].sum() >= _UPWARDS * -rising[rising < 0].sum()
    return rising > 0 if trusted else rising != 0


@njit(cache=True)
def _vertical_areas(vertices, faces, least_cosine):  # type: ignore[no-untyped-def]
    """Return (F,) twice the plan area of each face, negative where it looks down, 0 where it is too steep."""
    result = np.zeros(len(faces))
    for face in range(len(faces)):
        xa, ya, za = vertices[faces[face, 0]]
        xb, yb, zb = vertices[faces[face, 1]]
        xc, yc, zc = vertices[faces[face, 2]]
        nx = (yb - ya) * (zc - za) - (zb - za) * (yc - ya)
        ny = (zb - za) * (xc - xa) - (xb - xa) * (zc - za)
        nz = (xb - xa) * (yc - ya) - (yb - ya) * (xc - xa)
        if abs(nz) >= least_cosine * np.sqrt(nx * nx + ny * ny + nz * nz):
            result[face] = nz
    return result


def _floor_maps(
    scene: Scene,
    spaces: list[Traversability],
    ground: NDArray[np.float32],
    origin: NDArray[np.float64],
    config: EsdfConfig,
) -> dict[int, FloorMap]:
    """Return the storeys on which the robot fits somewhere, lowest first, by the index of their space."""
    fields = [free_space(space.free, config) for space in spaces]
    kept = [i for i, (_, navigable) in enumerate(fields) if navigable.any()]
    heights = [float(np.median(ground[i][spaces[i].free])) for i in kept]
    rows, columns = spaces[0].free.shape
    x = origin[0] + (np.arange(columns) + 0.5) * config.cell
    y = origin[1] + (np.arange(rows) + 0.5) * config.cell
    floors = {}
    for index, i in enumerate(kept):
        esdf, navigable = fields[i]
        if scene.rooms:
            room = rooms_from_polygons(scene.rooms, heights, index, np.stack(np.meshgrid(x, y), axis=-1))
        else:
            room = rooms_from_walls(spaces[i].open, esdf > 0, config.cell)
        height = np.where(esdf > 0, ground[i], np.float32(np.nan))
        floors[i] = FloorMap(index, heights[index], config.cell, origin, esdf, height, navigable, room)
    return floors
