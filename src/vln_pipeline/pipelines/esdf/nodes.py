"""Nodes of the esdf stage."""

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.runtime.workplace import Workplace


def map_scenes(scenes: dict[str, Item], config: EsdfConfig) -> dict[str, Task]:
    """Return one mapping task per scene."""
    return {key: Task(map_scene, scene, config) for key, scene in scenes.items()}


def map_scene(scene: Item, config: EsdfConfig, _: Workplace) -> NavigationMap:
    """Find one scene's floors and their distance fields."""
    from vln_pipeline.planning.navigation import build_navigation_map  # compiles: only in the process that works

    return build_navigation_map(scene(), config)
