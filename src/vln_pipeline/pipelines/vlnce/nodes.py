"""Nodes from episode files to walks with words."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.episodes.config import VlnceConfig
from vln_pipeline.episodes.episode_config import EpisodeFileConfig, EpisodeWalkConfig
from vln_pipeline.episodes.scene_names import matched
from vln_pipeline.errors import DataError
from vln_pipeline.pipelines.esdf.nodes import map_scenes
from vln_pipeline.pipelines.scenes.nodes import load_scene
from vln_pipeline.runtime.workplace import Workplace
from vln_pipeline.scenes.source import open_source

if TYPE_CHECKING:
    from vln_pipeline.episodes.episode import EpisodeSet
    from vln_pipeline.episodes.files import EpisodeFiles
    from vln_pipeline.episodes.walks import EpisodeWalks
    from vln_pipeline.labelling.labels import LabelledWalks

logger = logging.getLogger(__name__)


def find_episodes(config: VlnceConfig) -> dict[str, Task]:
    """Return the task that reads the episode file."""
    from vln_pipeline.episodes.files import find_files  # compiles: only when it runs

    wanted = config.episodes
    return {f"{wanted.dataset}_{wanted.split}": Task(read_split, find_files(wanted), wanted.of_content())}


def read_split(files: EpisodeFiles, config: EpisodeFileConfig, _: Workplace) -> EpisodeSet:
    """Read the episodes of one split."""
    from vln_pipeline.episodes.files import read_episodes  # compiles: only in the process that works

    return read_episodes(files, config)


def list_scenes(episodes: dict[str, Item], config: VlnceConfig, seed: int) -> dict[str, Task]:
    """Return one loading task per scene that episodes ask for and the source has.

    Raises:
        DataError: the source has none of them.
    """
    wanted = the_one(episodes)().scenes
    refs = {ref.id: ref for ref in open_source(config.scenes, seed).discover()}
    found = matched(wanted, refs)
    absent = sorted(set(wanted) - set(found))
    if not found:
        cause = f"has none of the {len(wanted)} scenes of the episodes, such as {absent[0]}"
        raise DataError(f"vlnce.scenes.{config.scenes.source}", cause, "check path, scenes and split of the source")
    if absent:
        lost = sum(wanted[name] for name in absent)
        scenes = f"{len(absent)} of {len(wanted)} scenes, such as {absent[0]}"
        logger.warning("%d of %d episodes left out: the source lacks %s", lost, sum(wanted.values()), scenes)
    return {name: Task(load_scene, refs[name], config.scenes.of_one_scene(), seed) for name in found.values()}


def map_episode_scenes(scenes: dict[str, Item], config: VlnceConfig) -> dict[str, Task]:
    """Return one mapping task per scene."""
    return map_scenes(scenes, config.esdf)


def walk_episodes(maps: dict[str, Item], episodes: dict[str, Item], config: VlnceConfig) -> dict[str, Task]:
    """Return one task per scene that makes walks of its episodes."""
    read = the_one(episodes)
    names = matched(read().scenes, maps)
    return {key: Task(walk_scene, key, name, maps[key], read, config.walks) for name, key in names.items()}


def walk_scene(
    scene: str, name: str, nav: Item, episodes: Item, config: EpisodeWalkConfig, _: Workplace
) -> EpisodeWalks:
    """Make the walks of one scene; ``name`` is what its episodes call it."""
    from vln_pipeline.episodes.walks import walks_of  # compiles: only in the process that works

    return walks_of(scene, nav(), episodes().of_scene(name), config)


def word_walks(walks: dict[str, Item], episodes: dict[str, Item]) -> dict[str, Task]:
    """Return one task per scene that gives its walks the words of their episodes."""
    read = the_one(episodes)
    names = matched(read().scenes, walks)
    return {key: Task(word_scene, name, walks[key], read) for name, key in names.items()}


def word_scene(name: str, walks: Item, episodes: Item, _: Workplace) -> LabelledWalks:
    """Give the walks of one scene the words of their episodes."""
    from vln_pipeline.episodes.wording import label_walks  # compiles: only in the process that works

    return label_walks(walks(), episodes().of_scene(name))


def the_one(items: dict[str, Item]) -> Item:
    """Return the only item of a store that has one."""
    (item,) = items.values()
    return item
