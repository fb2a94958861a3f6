"""Keeps the walks of a scene apart, and their mix near the quotas."""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.endpoint_pairs import EndpointPair
from vln_pipeline.planning.polyline import evenly_along, lengths_along
from vln_pipeline.planning.walk_config import SamplingConfig

_PLACES = 16
"""Places of a walk, at equal shares of its way, by which walks are compared."""
_CAPACITY = 64
"""Walks of a floor that there is room for at first; the room doubles when it is full."""
_STEP, _CHORD, _TURN = 0.4, 3, 50.0
"""A walk turns where its direction over three steps, metres, changes by so many degrees from one stretch to the next;
grid paths run in eight directions, so that nothing shorter has a direction."""


@dataclass(frozen=True)
class Shape:
    """What a pair is compared and counted by, each found when it is asked for.

    Attributes:
        path: (K, 2) corners of the grid path, world xy, metres.
    """

    path: NDArray[np.float64]

    @cached_property
    def places(self) -> NDArray[np.float64]:
        """(16, 2) places at equal shares of the way, world xy, metres."""
        return evenly_along(self.path, _PLACES)

    @cached_property
    def turns(self) -> bool:
        """Whether the way turns."""
        return turns(self.path)


class Spread:
    """Decides which pairs of a scene are kept.

    Spacing is firm. A quota is a wish: a pair that would break one is set aside, and may fill a place that is left.

    Args:
        config: spacing and quotas.
        rooms: rooms of the scene that walks may lie in; quotas of rooms ask for two.
    """

    def __init__(self, config: SamplingConfig, rooms: int) -> None:
        self._config, self._rooms = config, rooms
        # (capacity, 16, 2) by floor, filled as far as counted
        self._places: defaultdict[int, NDArray[np.float64]] = defaultdict(lambda: np.empty((_CAPACITY, _PLACES, 2)))
        self._filled: Counter[int] = Counter()
        self._kept = self._turning = self._crossing = 0
        self._ends: Counter[int] = Counter()

    def too_near(self, pair: EndpointPair, shape: Shape) -> bool:
        """Return whether a kept walk is nowhere farther than ``walk_spacing`` from it, at equal shares of the way."""
        spacing = self._config.walk_spacing
        earlier = self._places[pair.floor][: self._filled[pair.floor]]
        for place in (0, -1):  # few walks share an end, and only those are compared all along
            earlier = earlier[np.linalg.norm(earlier[:, place] - shape.places[place], axis=1) < spacing]
        return bool((np.linalg.norm(earlier - shape.places, axis=2).max(axis=1) < spacing).any())

    def quota(self, shape: Shape, rooms: tuple[int, int]) -> str:
        """Return the quota that a pair would break; empty for none.

        Args:
            shape: of the pair that is to be kept or not.
            rooms: of its start and its goal, -1 where none is known.
        """
        config, wanted = self._config, self._config.pairs
        if not shape.turns and self._kept - self._turning >= wanted - math.ceil(config.turning_share * wanted):
            return "turning_share"
        if self._rooms < 2:
            return ""
        if rooms[0] == rooms[1] and self._kept - self._crossing >= wanted - math.ceil(config.crossing_share * wanted):
            return "crossing_share"
        return "room_share" if self._ends[rooms[1]] >= math.ceil(config.room_share * wanted) else ""

    def keep(self, pair: EndpointPair, shape: Shape, rooms: tuple[int, int]) -> None:
        """Count a pair that is kept."""
        kept, count = self._places[pair.floor], self._filled[pair.floor]
        if count == len(kept):
            kept = np.concatenate([kept, np.empty_like(kept)])
        kept[count] = shape.places
        self._places[pair.floor], self._filled[pair.floor] = kept, count + 1
        self._kept += 1
        self._turning += shape.turns
        self._crossing += rooms[0] != rooms[1]
        self._ends[rooms[1]] += 1

    def unmet(self) -> dict[str, int]:
        """Return by how many walks the kept pairs miss each quota, as far as they miss it."""
        config, kept = self._config, self._kept
        short = {"turning_share": math.ceil(config.turning_share * kept) - self._turning}
        if self._rooms >= 2:
            short["crossing_share"] = math.ceil(config.crossing_share * kept) - self._crossing
            short["room_share"] = max(self._ends.values(), default=0) - math.ceil(config.room_share * kept)
        return {f"{quota} not met, walks that miss it": count for quota, count in short.items() if count > 0}


def turns(path: NDArray[np.float64]) -> bool:
    """Return whether a walk along a (K, 2) grid path turns, metres."""
    places = evenly_along(path, max(2, round(lengths_along(path)[-1] / _STEP) + 1))
    chords = places[_CHORD:] - places[:-_CHORD]
    heading = np.degrees(np.unwrap(np.arctan2(chords[:, 1], chords[:, 0])))
    return bool(np.abs(heading[_CHORD:] - heading[:-_CHORD]).max(initial=0.0) >= _TURN)
