"""What can be seen from where: the map of one storey with its rooms and things."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vln_pipeline.labelling.verify.config import VerifyConfig
from vln_pipeline.planning.navigation_map import FloorMap
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import UNKNOWN, Scene
from vln_pipeline.scenes.vocabulary import is_structural

_SAMPLES = 24
"""Points on the surface of an object that rays are sent to and distances are measured to."""
_GOLDEN = np.array([0.7548776662, 0.5698402910])
"""Steps of the R2 sequence, of which few points cover a square evenly (Roberts 2018)."""
_NEAR_MISS = 0.15
"""A ray that ends so near before its point has met the object, metres."""
_STOREY = (-0.3, 2.4)
"""Heights above the floor between which something stands on a storey, metres."""


@dataclass(frozen=True)
class Thing:
    """An object.

    Attributes:
        instance: its id.
        category: category name.
        points: (P, 3) on its surface, metres, world.
    """

    instance: int
    category: str
    points: NDArray[np.float64]


class World:
    """One storey, as a follower knows it.

    Args:
        scene: the scene; what it shows is seen by ray casts.
        floor: the storey.
        rooms: type of each room that ``floor.room`` refers to; empty where it has no name.
        raycaster: of the scene.
        config: eye height, sight and spacing.

    Attributes:
        floor: the storey.
        rooms: types of rooms by index.
        places: (N, 2) cells (row, column) that may be walked to.
        things: the objects that may be spoken of.
        sight: farthest thing that is recognised, metres.
    """

    def __init__(
        self, scene: Scene, floor: FloorMap, rooms: Sequence[str], raycaster: Raycaster, config: VerifyConfig
    ) -> None:
        self.floor, self.rooms, self._raycaster, self._config = floor, tuple(rooms), raycaster, config
        fewest = np.sqrt(floor.navigable.sum() / config.max_places)
        step = max(1, round(config.spacing / floor.cell), int(np.ceil(fewest)))
        rows, columns = np.nonzero(floor.navigable[::step, ::step])
        self.places = np.stack([rows, columns], axis=1) * step
        self.things, self.sight = _things(scene, floor), config.sight

    @cached_property
    def xy(self) -> NDArray[np.float64]:
        """(N, 2) world positions of the places, metres."""
        return self.floor.to_world(self.places.astype(np.float64))

    @cached_property
    def visible(self) -> NDArray[np.bool_]:
        """(N, K) whether a thing is in sight from a place, whichever way one faces."""
        targets = np.concatenate([thing.points for thing in self.things] or [np.empty((0, 3))])
        owner = np.repeat(np.arange(len(self.things)), [len(thing.points) for thing in self.things])
        seen = np.zeros((len(self.places), len(self.things)), dtype=bool)
        ground = self.floor.ground[self.places[:, 0], self.places[:, 1]]
        eyes = np.column_stack([self.xy, ground + self._config.eye_height]).astype(np.float64)
        for i, eye in enumerate(eyes):
            rays = targets - eye
            length = np.linalg.norm(rays, axis=1)
            near = np.flatnonzero((length <= self._config.sight) & (length > 0))
            if near.size:
                share = self._raycaster.cast(eye, rays[near]).distance
                met = share >= 1 - _NEAR_MISS / length[near]
                seen[i, owner[near[met]]] = True
        return seen

    @cached_property
    def distance(self) -> NDArray[np.float64]:
        """(N, K) metres from a place to the nearest point of a thing, level."""
        gaps = [np.linalg.norm(self.xy[:, None] - t.points[None, :, :2], axis=2).min(axis=1) for t in self.things]
        return np.stack(gaps, axis=1) if gaps else np.zeros((len(self.places), 0))

    @cached_property
    def centres(self) -> NDArray[np.float64]:
        """(K, 2) middle of each thing, metres, world xy."""
        return np.array([t.points[:, :2].mean(axis=0) for t in self.things]).reshape(-1, 2)

    @cached_property
    def middles(self) -> NDArray[np.float64]:
        """(R, 2) middle of each room, metres, world xy; without end where a room has no floor."""
        rows, columns = np.nonzero(self.floor.room >= 0)
        room = self.floor.room[rows, columns]
        cells = np.stack([rows, columns], axis=1).astype(np.float64)
        count = max(len(self.rooms), int(room.max(initial=-1)) + 1) + 1  # the last stands for no room, index -1
        found = np.full((count, 2), np.inf)
        for index in np.unique(room).tolist():
            found[index] = self.floor.to_world(cells[room == index].mean(axis=0))
        return found

    def nearest(self, xy: NDArray[np.float64]) -> NDArray[np.intp]:
        """Return the index of the place nearest to each of (..., 2) world positions."""
        return np.asarray(self._tree.query(xy)[1])

    @cached_property
    def _tree(self) -> cKDTree:
        return cKDTree(self.xy)

    def room_index(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the room index of (..., 2) world positions; -1 where none is known."""
        cells = np.rint(self.floor.to_cell(xy)).astype(int)
        limit = np.array(self.floor.room.shape) - 1
        rows, columns = np.moveaxis(np.clip(cells, 0, limit), -1, 0)
        return self.floor.room[rows, columns].astype(np.int64)

    def room_names(self, index: NDArray[np.int64]) -> NDArray[np.str_]:
        """Return the type of rooms by index; empty where there is none."""
        names = np.array([*self.rooms, ""])
        return names[np.where((index >= 0) & (index < len(self.rooms)), index, len(self.rooms))]


def _things(scene: Scene, floor: FloorMap) -> tuple[Thing, ...]:
    """Return what stands on a storey and may be spoken of."""
    by_instance: dict[int, list[NDArray[np.float64]]] = {}  # (F, 3, 3) corners
    names: dict[int, str] = {}
    for part in scene.parts:
        if part.category != UNKNOWN and not is_structural(part.category) and len(part.faces):
            by_instance.setdefault(part.instance, []).append(part.vertices[part.faces])
            names[part.instance] = part.category
    things = []
    for instance, parts in sorted(by_instance.items()):
        points = _on_surface(np.concatenate(parts).astype(np.float64))
        if _STOREY[0] <= points[:, 2].mean() - floor.height <= _STOREY[1]:
            things.append(Thing(instance, names[instance], points))
    return tuple(things)


def _on_surface(triangles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (P, 3) points spread evenly over the area of (F, 3, 3) triangles."""
    first, second = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    area = np.linalg.norm(np.cross(first, second), axis=1).cumsum()
    order = np.arange(_SAMPLES) + 0.5
    chosen = np.minimum(np.searchsorted(area, order / _SAMPLES * area[-1]), len(triangles) - 1)
    u, v = (order[:, None] * _GOLDEN % 1.0).T[..., None]
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)  # folded into the triangle
    return np.asarray(triangles[chosen, 0] + u * first[chosen] + v * second[chosen])
