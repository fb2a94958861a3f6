"""Nodes from episode files to walks of every robot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.embodiments.config import VlnpeConfig
from vln_pipeline.embodiments.embodiment import Embodiment
from vln_pipeline.embodiments.rewalk_config import RewalkConfig
from vln_pipeline.embodiments.route import Stairs
from vln_pipeline.episodes.config import VlnceConfig
from vln_pipeline.episodes.scene_names import matched
from vln_pipeline.errors import DataError
from vln_pipeline.pipelines.esdf.nodes import map_scene
from vln_pipeline.pipelines.vlnce import nodes as vlnce
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.embodiments.walk import WalkSet


def find_episodes(config: VlnpeConfig) -> dict[str, Task]:
    """Return the task that reads the episode file."""
    with _told_of_vlnpe():
        return vlnce.find_episodes(_episodes_of(config))


def list_scenes(episodes: dict[str, Item], config: VlnpeConfig, seed: int) -> dict[str, Task]:
    """Return one loading task per scene that episodes ask for and the source has."""
    with _told_of_vlnpe():
        return vlnce.list_scenes(episodes, _episodes_of(config), seed)


def map_for_robots(scenes: dict[str, Item], config: VlnpeConfig) -> dict[str, Task]:
    """Return one mapping task per scene and robot: bodies differ in what they pass through and step over."""
    return {
        key_of(scene, robot): Task(map_scene, item, robot.floors(config.esdf))
        for scene, item in scenes.items()
        for robot in robots_of(config)
    }


def walk_robots(
    scenes: dict[str, Item], maps: dict[str, Item], episodes: dict[str, Item], config: VlnpeConfig, seed: int
) -> dict[str, Task]:
    """Return one walking task per scene and robot."""
    read = vlnce.the_one(episodes)
    names = matched(read().scenes, scenes)
    return {
        key: Task(
            walk_robot,
            scenes[scene],
            maps[key],
            read,
            name,
            robot,
            config.stairs,
            config.most_routes,
            config.rewalk,
            seed,
        )
        for name, scene in names.items()
        for robot in robots_of(config)
        if (key := key_of(scene, robot)) in maps
    }


def walk_robot(
    scene: Item,
    nav: Item,
    episodes: Item,
    name: str,
    robot: Embodiment,
    stairs: Stairs,
    most: int | None,
    config: RewalkConfig,
    seed: int,
    place: Workplace,
) -> WalkSet:
    """Walk the routes of one scene with one robot; ``name`` is what its episodes call the scene."""
    from vln_pipeline.embodiments.rewalk import rewalk_scene  # compiles: only in the process that works
    from vln_pipeline.embodiments.route import routes_of
    from vln_pipeline.evaluation.world.backend import open_world
    from vln_pipeline.evaluation.world.config import WorldConfig

    loaded, floors = scene(), nav()
    world = open_world(WorldConfig(body=robot.body), lambda _: (loaded, floors), seed=seed, cache=place.cache)
    try:
        world.load(loaded.id)
        routes = routes_of(loaded.id, episodes().of_scene(name), stairs, most)
        return rewalk_scene(world, floors, routes, robot, config, seed)
    finally:
        world.close()


def give_account(episodes: dict[str, Item], walks: dict[str, Item]) -> dict[str, Any]:
    """Return what became of every episode and route, and why."""
    from vln_pipeline.embodiments.account import account

    read = vlnce.the_one(episodes)()
    found = matched(read.scenes, {scene_of(key): item for key, item in walks.items()})
    lost = {name: count for name, count in read.scenes.items() if name not in found}
    return account(read, (item() for item in walks.values()), lost)


def key_of(scene: str, robot: Embodiment) -> str:
    """Return the key of what belongs to a scene and a robot; neither has a dot in its name."""
    return f"{scene}.{robot.name}"


def scene_of(key: str) -> str:
    """Return the scene of such a key."""
    return key.partition(".")[0]


def robots_of(config: VlnpeConfig) -> tuple[Embodiment, ...]:
    """Return the robots.

    Raises:
        DataError: there is none.
    """
    if not config.embodiments:
        raise DataError("vlnpe.embodiments", "names no robot", "conf/base has four; leave the parameter out")
    return config.walkers


def _episodes_of(config: VlnpeConfig) -> VlnceConfig:
    return VlnceConfig(episodes=config.episodes, scenes=config.scenes)


@contextmanager
def _told_of_vlnpe() -> Iterator[None]:
    """Name this pipeline's parameters in the faults of the one that it shares its first nodes with."""
    try:
        yield
    except DataError as error:
        told = (text.replace("vlnce.", "vlnpe.") for text in (error.subject, error.cause, error.mend))
        raise DataError(*told) from error
