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

_SAMPLES = 16
"""Points of an object that rays are sent to."""
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
    by_instance: dict[int, list[NDArray[np.float64]]] = {}
    names: dict[int, str] = {}
    for part in scene.parts:
        if part.category != UNKNOWN and not is_structural(part.category) and len(part.faces):
            by_instance.setdefault(part.instance, []).append(part.vertices[part.faces].mean(axis=1))
            names[part.instance] = part.category
    things = []
    for instance, parts in sorted(by_instance.items()):
        centres = np.concatenate(parts)
        above = centres[:, 2].mean() - floor.height
        if _STOREY[0] <= above <= _STOREY[1]:
            chosen = centres[np.linspace(0, len(centres) - 1, min(_SAMPLES, len(centres))).astype(int)]
            things.append(Thing(instance, names[instance], chosen))
    return tuple(things)
