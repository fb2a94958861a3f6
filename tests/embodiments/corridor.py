"""A corridor round a corner, 2 m wide."""

from functools import cache

import numpy as np

from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.scenes.scene import Material, Part, Scene

_FACES = np.array(
    [
        (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
        (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3),
    ],
    dtype=np.int32,
)  # fmt: skip
_UNIT = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)
_BOXES = [
    ("floor", (-0.2, -0.2, -0.2, 6.2, 2.2, 0.0)),
    ("floor", (3.8, 2.2, -0.2, 6.2, 6.2, 0.0)),
    ("wall", (-0.2, -0.2, 0.0, 6.2, 0.0, 2.5)),
    ("wall", (-0.2, 0.0, 0.0, 0.0, 2.2, 2.5)),
    ("wall", (6.0, 0.0, 0.0, 6.2, 6.0, 2.5)),
    ("wall", (3.8, 6.0, 0.0, 6.2, 6.2, 2.5)),
    ("wall", (0.0, 2.0, 0.0, 4.0, 2.2, 2.5)),
    ("wall", (3.8, 2.2, 0.0, 4.0, 6.0, 2.5)),
]


@cache
def corridor():
    """Return the scene; free floor is 0 < x < 6, 0 < y < 2 and 4 < x < 6, 2 < y < 6."""
    parts = []
    for number, (category, box) in enumerate(_BOXES, 1):
        low, high = np.array(box[:3]), np.array(box[3:])
        parts.append(Part(category, low + _UNIT * (high - low), _FACES, 0, category, number))
    return Scene("corridor", tuple(parts), (Material("plain"),))


@cache
def floors(robot):
    """Return the corridor's map for a robot."""
    return build_navigation_map(corridor(), robot.floors(EsdfConfig()))


def world_of(robot, cache_folder):
    """Return the world with the corridor loaded, for a robot's body."""
    read = lambda _: (corridor(), floors(robot))  # noqa: E731
    world = BuiltinWorld(read, WorldConfig(body=robot.body), seed=0, cache=cache_folder)
    world.load("corridor")
    return world
