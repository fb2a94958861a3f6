"""Nodes of the trajectories stage."""

from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.planning.walk_config import TrajectoryConfig
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.planning.plan import Plans


def plan_walks(maps: dict[str, Item], pairs: dict[str, Item], config: TrajectoryConfig, seed: int) -> dict[str, Task]:
    """Return one planning task per scene."""
    return {key: Task(plan_scene, maps[key], pair, config, seed) for key, pair in pairs.items()}


def plan_scene(nav: Item, pairs: Item, config: TrajectoryConfig, seed: int, _: Workplace) -> "Plans":
    """Plan one scene's walks."""
    from vln_pipeline.planning.plan import plan_trajectories  # compiles: only in the process that works

    return plan_trajectories(nav(), pairs(), config, seed)
