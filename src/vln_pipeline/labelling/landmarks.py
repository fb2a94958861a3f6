"""Objects seen during a clip, and how they lie to the walk."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.config import LandmarkConfig
from vln_pipeline.labelling.keyframes import Span
from vln_pipeline.labelling.nouns import Nouns
from vln_pipeline.labelling.walk import Walk, spread

_COLUMNS = 240
"""Masks are thinned to about this width; areas and mean positions hardly change, and reading is quicker."""
_POINTS = 64
"""Points of an object's visible surface that one frame adds."""
_OVERHEAD = 2.0
"""What hangs higher above the floor than this is no landmark, metres."""


class Relation(StrEnum):
    """How a landmark lies to the walk."""

    TURN_AT = "turn_at"
    TURN_TOWARDS = "turn_towards"
    PASSED = "passed"
    TOWARDS = "towards"
    REACHED = "reached"
    GOAL = "goal"
    SEEN = "seen"
    BEYOND = "beyond"


@dataclass(frozen=True)
class View:
    """What one frame shows of an object.

    Attributes:
        frame: the frame.
        area: share of its pixels.
        centre: (2,) mean of the surface that it shows, metres, world xy.
        surface: (P, 2) points of that surface.
    """

    frame: int
    area: float
    centre: NDArray[np.float64]
    surface: NDArray[np.float64]


@dataclass(frozen=True)
class Landmark:
    """An object that is visible in some frame of a clip.

    Attributes:
        instance: instance id.
        category: category name.
        position: (3,) mean of its visible surface, metres, world.
        views: the frames that show it, the one that shows most of it first.
        alone: no other object of its category is visible in the clip.
        salience: how well it serves as a landmark, larger is better.
    """

    instance: int
    category: str
    position: NDArray[np.float64]
    views: tuple[View, ...]
    alone: bool
    salience: float

    @cached_property
    def surface(self) -> NDArray[np.float64]:
        """(P, 2) points of its visible surface, metres, world xy."""
        return np.concatenate([view.surface for view in self.views])


@dataclass(frozen=True)
class Mention:
    """One thing that can be said of a landmark.

    Attributes:
        landmark: the object.
        relation: how it lies to the walk.
        side: 1 left, -1 right, 0 straight ahead, in the body frame at ``frame``.
        frame: when it is so.
        gap: metres from the body to the nearest point of its visible surface then.
        beside: whether that is near enough to be next to it.
    """

    landmark: Landmark
    relation: Relation
    side: int
    frame: int
    gap: float
    beside: bool


def find_landmarks(walk: Walk, clip: Span, config: LandmarkConfig, nouns: Nouns) -> tuple[Landmark, ...]:
    """Return the nameable objects that the clip's frames show, most salient first.

    Salience is the root of the visible area, weighted by nearness, centrality, uniqueness in view and the inverse
    frequency of the category in the scene, as in the object weights of Crafty (Zhao et al., 2021).
    """
    names = walk.film.instances
    frequency = Counter(names.values())
    sightings = defaultdict(list)
    for frame in spread(clip.start, clip.end, config.frames):
        for instance, sighting in _sightings(walk, frame):
            if nouns.nameable(names.get(instance, "")):
                sightings[instance].append(sighting)
    company = Counter(names[instance] for instance in sightings)
    ground = walk.trajectory.path[clip.start, 2]
    landmarks = []
    for instance, seen in sorted(sightings.items()):
        areas = np.array([s.area for s in seen])
        best = seen[int(np.argmax(areas))]
        position = np.average([s.position for s in seen], axis=0, weights=areas)
        if best.area < config.min_area or best.distance > config.max_distance or position[2] - ground > _OVERHEAD:
            continue
        category = names[instance]
        weight = np.exp(-best.distance / 4) * (0.5 + 0.5 * best.centrality) / (1 + frequency[category])
        alone = company[category] == 1
        salience = float(np.sqrt(best.area) * weight * (1.0 if alone else 0.5))
        ranked = sorted(seen, key=lambda s: (-s.area, s.frame))
        views = tuple(View(s.frame, s.area, s.position[:2], s.surface) for s in ranked)
        landmarks.append(Landmark(instance, category, position, views, alone, salience))
    return tuple(sorted(landmarks, key=lambda x: (-x.salience, x.instance)))


@dataclass(frozen=True)
class _Sighting:
    frame: int
    area: float
    position: NDArray[np.float64]
    surface: NDArray[np.float64]
    distance: float
    centrality: float


def _sightings(walk: Walk, frame: int) -> Iterator[tuple[int, _Sighting]]:
    """Yield (instance, sighting) of each object in a frame."""
    film, k = walk.film, walk.film.intrinsics
    step = max(1, k.width // _COLUMNS)
    ids = film.ids("instance", frame)[::step, ::step]
    depth = film.depth(frame)[::step, ::step].astype(np.float64)
    rows, columns = np.nonzero((ids > 0) & (depth > 0))
    z = depth[rows, columns]
    camera = np.stack([(columns * step - k.cx) / k.fx * z, (rows * step - k.cy) / k.fy * z, z])
    instances, index, counts = np.unique(ids[rows, columns], return_inverse=True, return_counts=True)
    means = np.stack([np.bincount(index, weights=axis) for axis in camera], axis=1) / counts[:, None]
    offset = np.bincount(index, weights=np.abs(columns * step - k.cx)) / counts / (k.width / 2)
    pose = film.poses[frame]
    positions = means @ pose[:3, :3].T + pose[:3, 3]
    by_instance = np.split(np.argsort(index, kind="stable"), np.cumsum(counts)[:-1])
    for i, instance in enumerate(instances.tolist()):
        distance = float(np.linalg.norm(means[i]))
        pixels = by_instance[i][:: max(1, counts[i] // _POINTS)]
        surface = (camera[:, pixels].T @ pose[:3, :3].T + pose[:3, 3])[:, :2]
        yield instance, _Sighting(frame, counts[i] / ids.size, positions[i], surface, distance, float(1 - offset[i]))
