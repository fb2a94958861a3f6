"""Rooms of boxes in which agents drive, and drives made by hand."""

from functools import cache

import numpy as np
from boxes import scene_of_boxes

from vln_pipeline.evaluation.local_planner import GoalKind
from vln_pipeline.evaluation.system1.drive import Drive, Ending
from vln_pipeline.evaluation.system1.episode import Episode, EpisodeSet, Target
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.geodesic import geodesic_distance
from vln_pipeline.planning.navigation import build_navigation_map

RADIUS = 0.2
_SHELL = {
    "floor": [(-0.2, -0.2, -0.2, 8.2, 6.2, 0.0)],
    "wall": [
        (-0.2, -0.2, 0.0, 8.2, 0.0, 2.5),
        (-0.2, 6.0, 0.0, 8.2, 6.2, 2.5),
        (-0.2, 0.0, 0.0, 0.0, 6.0, 2.5),
        (8.0, 0.0, 0.0, 8.2, 6.0, 2.5),
    ],
}
_U = {"partition": [(2.5, 1.5, 0.0, 5.5, 1.7, 2.5), (2.5, 4.3, 0.0, 5.5, 4.5, 2.5), (5.3, 1.7, 0.0, 5.5, 4.3, 2.5)]}


def _scene(name, pieces):
    return scene_of_boxes(name, [(category, box) for category, found in pieces.items() for box in found])


@cache
def empty_room():
    """Return a room of 8 x 6 m and its map."""
    scene = _scene("empty_room", _SHELL)
    return scene, build_navigation_map(scene, EsdfConfig(radius=RADIUS))


@cache
def u_room():
    """Return the same room with a U of walls, open to the left, between (2.5, 1.5) and (5.5, 4.5), and its map."""
    scene = _scene("u_room", _SHELL | _U)
    return scene, build_navigation_map(scene, EsdfConfig(radius=RADIUS))


def point_episode(nav, start, yaw, goal, name="point_00", kind=GoalKind.POINT):
    """Return an episode on the lowest floor."""
    floor = nav.floors[0]
    here, there = np.array([*start, floor.height]), np.array([*goal, floor.height])
    geodesic = geodesic_distance(floor, here[:2], there[:2])
    target = Target(there, yaw, geodesic, float(np.linalg.norm(there - here)))
    return Episode(name, kind, 0, here, yaw, target)


def set_of(nav, *episodes):
    return EpisodeSet(nav.scene, 1, 7, nav.radius, episodes)


def drive_of(track, *, geodesic=4.0, straight=3.0, remaining=0.5, contact=(), blocked=(), explored=np.nan):
    """Return a drive along (x, y) points, one per control step of 0.5 s, of an episode of the given distances."""
    points = np.array([(x, y, 0.0, 0.0) for x, y in track])
    flags = np.zeros((2, len(points) - 1), dtype=bool)
    flags[0, list(contact)] = flags[1, list(blocked)] = True
    target = Target(np.array([straight, 0.0, 0.0]), 0.0, geodesic, straight)
    kind = GoalKind.POINT if np.isnan(explored) else GoalKind.NONE
    episode = Episode(f"{kind}_00", kind, 0, points[0, :3], 0.0, target if kind is GoalKind.POINT else None)
    ending = Ending.ARRIVED if remaining < 1 else Ending.TIME
    left = remaining if kind is GoalKind.POINT else np.nan
    return Drive(episode, points, flags[0], flags[1], 0.5, ending, left, explored)
