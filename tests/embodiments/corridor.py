"""A corridor round a corner, 2 m wide."""

from functools import cache

from boxes import scene_of_boxes

from vln_pipeline.evaluation.world.builtin import BuiltinWorld
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation import build_navigation_map

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
    return scene_of_boxes("corridor", _BOXES)


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
