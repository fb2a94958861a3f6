"""A room of 8 x 6 m with a wall across half of it, episodes in it, and an agent that acts by a list."""

import itertools
from functools import cache

import numpy as np
from boxes import scene_of_boxes

from vln_pipeline.evaluation.vln.episode import Episode
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.trajectory import Action

_BOXES = [
    ("floor", (-0.2, -0.2, -0.2, 8.2, 6.2, 0.0)),
    ("wall", (-0.2, -0.2, 0.0, 8.2, 0.0, 2.5)),
    ("wall", (-0.2, 6.0, 0.0, 8.2, 6.2, 2.5)),
    ("wall", (-0.2, 0.0, 0.0, 0.0, 6.0, 2.5)),
    ("wall", (8.0, 0.0, 0.0, 8.2, 6.0, 2.5)),
    ("partition", (3.9, 3.0, 0.0, 4.1, 6.0, 2.5)),
]


@cache
def wide_room():
    """Return the scene and its map; the partition stands at x = 4 from y = 3 to the wall."""
    scene = scene_of_boxes("wide_room", _BOXES)
    return scene, build_navigation_map(scene, EsdfConfig(radius=0.25))


def episode(start=(1.0, 1.0), yaw=0.0, way=((6.0, 1.0),), name="walk_00"):
    """Return an episode on the floor of the room along straight lines, a reference point every 0.25 m."""
    corners = np.array([start, *way], dtype=float)
    pieces = [
        np.linspace(a, b, max(2, round(float(np.linalg.norm(b - a)) / 0.25) + 1))
        for a, b in itertools.pairwise(corners)
    ]
    points = np.concatenate(pieces)
    reference = np.column_stack([points, np.zeros(len(points))])
    return Episode(name, 0, np.array([*start, 0.0, yaw]), reference[-1], reference, "Go straight to the far wall.")


class Listed:
    """Acts by a list, then stops."""

    calls = intents = ()

    def __init__(self, commands, *, rgb=False, depth=False):
        self.rgb, self.depth, self._commands = rgb, depth, commands
        self.seen = []

    def reset(self, task, truth):
        self._left = list(self._commands)
        self.seen = []

    def step(self, observation):
        self.seen.append(observation)
        return self._left.pop(0) if self._left else Action.STOP

    def close(self):
        pass
