"""Ways that robots are sent along, made of the episodes that describe them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.episodes.episode import Episode

Stairs = Literal["keep", "drop", "drop_mentioned"]
JUMP = 0.3
"""Difference in height of consecutive reference points from which a route has stairs, metres (VLN-PE's loader)."""


@dataclass(frozen=True)
class Route:
    """One way and all instructions that describe it.

    Attributes:
        id: the data set's name of the trajectory.
        scene: name of the scene.
        start: (4,) float64 x, y, z and yaw; metres and radians, world, z up.
        reference: (R, 3) float64 points to pass, metres.
        instructions: in the order of the episodes.
    """

    id: str
    scene: str
    start: NDArray[np.float64]
    reference: NDArray[np.float64]
    instructions: tuple[str, ...]


@dataclass(frozen=True)
class Routes:
    """The routes of one scene.

    Attributes:
        scene: name of the scene.
        routes: in the order of their first episodes.
        left_out: episodes that became no route of their own, by reason: ``stairs``, ``secret`` (a test split without a
            way), ``duplicate`` (another wording of a route that is there already, and kept with it), ``surplus``.
    """

    scene: str
    routes: tuple[Route, ...]
    left_out: dict[str, int]


def routes_of(scene: str, episodes: Iterable[Episode], stairs: Stairs, most: int | None = None) -> Routes:
    """Return the routes of one scene's episodes.

    Episodes that share a trajectory are one route: it is walked once, and their instructions are kept, as the published
    data have three instructions per trajectory.

    Args:
        scene: name of the scene.
        episodes: of that scene.
        stairs: what becomes of routes with stairs, see ``has_stairs``.
        most: routes kept at most; the episodes of the others are surplus.
    """
    left_out: Counter[str] = Counter()
    grouped: dict[str, list[Episode]] = {}
    for episode in episodes:
        if len(episode.reference) < 2:
            left_out["secret"] += 1
        elif has_stairs(episode, stairs):
            left_out["stairs"] += 1
        elif episode.trajectory not in grouped and len(grouped) == most:
            left_out["surplus"] += 1
        else:
            left_out["duplicate"] += episode.trajectory in grouped
            grouped.setdefault(episode.trajectory, []).append(episode)
    routes = tuple(
        Route(name, scene, told[0].start, told[0].reference, tuple(episode.instruction.text for episode in told))
        for name, told in grouped.items()
    )
    return Routes(scene, routes, {reason: count for reason, count in sorted(left_out.items()) if count})


def has_stairs(episode: Episode, stairs: Stairs) -> bool:
    """Tell whether an episode is left out for its stairs.

    ``drop`` is VLN-PE's rule: consecutive reference points differ by more than 0.3 m in height, or by 0.3 m where the
    instruction mentions stairs. ``drop_mentioned`` also leaves out whoever mentions them.
    """
    if stairs == "keep":
        return False
    mentioned = "stair" in episode.instruction.text.lower()
    if mentioned and stairs == "drop_mentioned":
        return True
    jump = float(np.abs(np.diff(episode.reference[:, 2])).max(initial=0.0))
    return jump >= JUMP if mentioned else jump > JUMP
