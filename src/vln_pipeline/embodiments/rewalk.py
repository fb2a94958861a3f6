"""Walking a route again, with another robot's body."""

import math
import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.embodiments.body import Body
from vln_pipeline.embodiments.embodiment import Embodiment
from vln_pipeline.embodiments.passable import Blocked, passable_way
from vln_pipeline.embodiments.posture import camera_sway
from vln_pipeline.embodiments.rewalk_config import RewalkConfig
from vln_pipeline.embodiments.route import Route, Routes
from vln_pipeline.embodiments.steering import FreeSteering
from vln_pipeline.embodiments.walk import Ending, Walk, WalkSet
from vln_pipeline.embodiments.way import Way
from vln_pipeline.evaluation.vln.agents.agent import Task, Truth
from vln_pipeline.evaluation.vln.episode import Episode
from vln_pipeline.evaluation.world.planar import wrap
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.trajectory import Action, Trajectory
from vln_pipeline.seeding import generator


def rewalk_scene(
    world: World,
    nav: NavigationMap,
    found: Routes,
    embodiment: Embodiment,
    config: RewalkConfig,
    seed: int,
) -> WalkSet:
    """Return the walks of one robot in the loaded scene; a walk depends on its route, not on the others.

    Args:
        world: with the scene loaded and the embodiment's body.
        nav: the scene's floors.
        found: the scene's routes.
        embodiment: the robot.
        config: when a walk ends.
        seed: of the run.
    """
    walks: list[Walk] = []
    rejected: Counter[str] = Counter()
    for route in found.routes:
        draw = generator(seed, nav.scene, "rewalk", embodiment.name, route.id)
        outcome = rewalk(world, nav, route, embodiment, config, draw)
        if isinstance(outcome, Walk):
            walks.append(outcome)
        else:
            rejected[outcome.value] += 1
    return WalkSet(nav.scene, embodiment.name, tuple(walks), dict(sorted(rejected.items())), found.left_out)


def rewalk(
    world: World,
    nav: NavigationMap,
    route: Route,
    embodiment: Embodiment,
    config: RewalkConfig,
    draw: np.random.Generator,
) -> Walk | Blocked:
    """Walk one route, until the robot is there, falls, gets stuck or has taken all its actions.

    Args:
        world: with the scene loaded and the embodiment's body.
        nav: the scene's floors.
        route: where to go.
        embodiment: the robot.
        config: when the walk ends.
        draw: of all noise.
    """
    points = passable_way(world, np.concatenate([route.start[None, :3], route.reference[1:]]), config)
    if isinstance(points, Blocked):
        return points
    body = Body(world, np.append(points[0], route.start[3]), embodiment, draw)
    episode = Episode(route.id, _floor(nav, points[0]), body.robot.pose.copy(), points[-1], points, "")
    steering = FreeSteering(Task("", embodiment.motion, 0), Truth(world, body.robot, episode))
    way = Way(points, config)
    record = _Record(body, way)
    ending = Ending.LATE
    while len(record.actions) < config.max_steps:
        if way.arrived(body.robot.pose[:2]):
            ending = Ending.REACHED
            break
        record.carry_out(steering.towards(way.aim()))
        if body.fallen:
            ending = Ending.FELL
            break
        if record.stuck(config):
            ending = Ending.STUCK
            break
    name = f"{nav.scene}_{re.sub(r'[^A-Za-z0-9-]+', '-', route.id):0>5}_{embodiment.name}"
    return record.walk(name, nav.scene, episode.floor, way.length, embodiment, ending, route.instructions)


class _Record:
    """What a body does along a way, action by action."""

    def __init__(self, body: Body, way: Way) -> None:
        self.actions: list[int] = []
        self._body, self._way = body, way
        self._poses = [body.robot.pose.copy()]
        self._posture = [body.posture.copy()]
        self._progress = [way.progress(body.robot.pose[:2])]
        self._clearance = [body.clearance()]

    def carry_out(self, action: Action) -> None:
        """Let the body act, and note where that leads."""
        self._body.carry_out(action)
        self.actions.append(int(action))
        self._poses.append(self._body.robot.pose.copy())
        self._posture.append(self._body.posture.copy())
        self._progress.append(self._way.progress(self._body.robot.pose[:2]))
        self._clearance.append(self._body.clearance())

    def stuck(self, config: RewalkConfig) -> bool:
        """Tell whether the body hardly moved for a while: neither far away nor round."""
        if len(self.actions) < config.stuck_steps:
            return False
        late = np.array(self._poses[-config.stuck_steps - 1 :])
        moved = np.linalg.norm(late[:, :2] - late[0, :2], axis=1).max()
        turned = np.abs([wrap(yaw - late[0, 3]) for yaw in late[:, 3]]).max()
        return bool(moved < config.stuck_distance and turned < math.radians(config.stuck_turn))

    def walk(
        self,
        name: str,
        scene: str,
        floor: int,
        length: float,
        embodiment: Embodiment,
        ending: Ending,
        instructions: tuple[str, ...],
    ) -> Walk:
        """Return the walk as it is now."""
        poses, posture = np.array(self._poses), np.array(self._posture)
        trajectory = Trajectory(
            id=name,
            scene=scene,
            floor=floor,
            path=poses[:, :3].copy(),
            yaw=poses[:, 3].copy(),
            clearance=np.array(self._clearance, dtype=np.float32),
            actions=np.array(self.actions, dtype=np.int8),
            poses=poses,
            geodesic=length,
            sway=camera_sway(posture, embodiment),
        )
        return Walk(trajectory, embodiment.name, posture, np.array(self._progress), ending, instructions)


def _floor(nav: NavigationMap, place: NDArray[np.float64]) -> int:
    return min(nav.floors, key=lambda floor: abs(floor.height - float(place[2]))).index
