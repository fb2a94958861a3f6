"""Keeps the walks of a scene apart, and their mix near the quotas."""

import math
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.endpoint_pairs import EndpointPair
from vln_pipeline.planning.polyline import lengths_along, points_along
from vln_pipeline.planning.walk_config import SamplingConfig

_PLACES = 16
"""Places of a walk, at equal shares of its way, by which walks are compared."""
_STEP, _CHORD, _TURN = 0.4, 3, 50.0
"""A walk turns where its direction over three steps, metres, changes by so many degrees from one stretch to the next;
grid paths run in eight directions, so that nothing shorter has a direction."""


class Spread:
    """Decides which pairs of a scene are kept.

    Spacing is firm. A quota is a wish: a pair that would break one is set aside, and may fill a place that is left.

    Args:
        config: spacing and quotas.
        rooms: rooms of the scene that walks may lie in; quotas of rooms ask for two.
    """

    def __init__(self, config: SamplingConfig, rooms: int) -> None:
        self._config, self._rooms = config, rooms
        self._places: dict[int, list[NDArray[np.float64]]] = {}
        self._kept = self._turning = self._crossing = 0
        self._ends: Counter[int] = Counter()

    def too_near(self, pair: EndpointPair) -> bool:
        """Return whether a kept walk is nowhere farther than ``walk_spacing`` from it, at equal shares of the way."""
        earlier = self._places.get(pair.floor, [])
        if not earlier:
            return False
        gaps = np.linalg.norm(np.stack(earlier) - _evenly(pair.path, _PLACES), axis=2).max(axis=1)
        return bool(gaps.min() < self._config.walk_spacing)

    def quota(self, pair: EndpointPair, rooms: tuple[int, int]) -> str:
        """Return the quota that a pair would break; empty for none.

        Args:
            pair: to be kept or not.
            rooms: of its start and its goal, -1 where none is known.
        """
        config, wanted = self._config, self._config.pairs
        if not turns(pair.path) and self._kept - self._turning >= wanted - math.ceil(config.turning_share * wanted):
            return "turning_share"
        if self._rooms < 2:
            return ""
        if rooms[0] == rooms[1] and self._kept - self._crossing >= wanted - math.ceil(config.crossing_share * wanted):
            return "crossing_share"
        return "room_share" if self._ends[rooms[1]] >= math.ceil(config.room_share * wanted) else ""

    def keep(self, pair: EndpointPair, rooms: tuple[int, int]) -> None:
        """Count a pair that is kept."""
        self._places.setdefault(pair.floor, []).append(_evenly(pair.path, _PLACES))
        self._kept += 1
        self._turning += turns(pair.path)
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
    length = lengths_along(path)[-1]
    places = _evenly(path, max(2, round(length / _STEP) + 1))
    chords = places[_CHORD:] - places[:-_CHORD]
    heading = np.degrees(np.unwrap(np.arctan2(chords[:, 1], chords[:, 0])))
    return bool(np.abs(heading[_CHORD:] - heading[:-_CHORD]).max(initial=0.0) >= _TURN)


def _evenly(path: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return (count, 2) places at equal shares of the way."""
    return points_along(path, np.linspace(0.0, lengths_along(path)[-1], count))
