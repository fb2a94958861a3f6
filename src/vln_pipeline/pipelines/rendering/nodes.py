"""Nodes of the rendering stage."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.rendering.comparison import Comparison

_WALK_COUNT = "vln_pipeline.planning.trajectory_archive.count"
"""Reader of every store of walks; walks themselves are not read in the process that only hands out tasks."""


def film_walks(scenes: dict[str, Item], walks: dict[str, Item], config: RenderingConfig, seed: int) -> dict[str, Task]:
    """Return one filming task per slice of a scene's walks; a scene with many takes longer than a task should."""
    size = config.trajectories_per_task
    counts = {key: replace(plans, reader=_WALK_COUNT)() for key, plans in walks.items()}
    return {
        f"{key}.{first // size:04d}": Task(film_slice, scenes[key], plans, first, first + size, config, seed)
        for key, plans in walks.items()
        for first in range(0, counts[key], size)
    }


def film_slice(
    scene: Item, walks: Item, first: int, last: int, config: RenderingConfig, seed: int, place: Workplace
) -> None:
    """Film walks ``first`` to ``last - 1`` of one scene."""
    from vln_pipeline.rendering.film import film  # loads the ray caster: only in the process that works

    part = walks().trajectories[first:last]
    film(scene(), part, config, place.directory, seed=seed, cache=place.cache, threads=place.threads)


def compare_scenes(
    scenes: dict[str, Item], walks: dict[str, Item], config: RenderingConfig, seed: int
) -> dict[str, Task]:
    """Return one comparing task per scene."""
    compared = walks if config.compared_views else {}
    return {key: Task(compare_scene, scenes[key], plans, config, seed) for key, plans in compared.items()}


def compare_scene(scene: Item, walks: Item, config: RenderingConfig, seed: int, place: Workplace) -> Comparison:
    """Render views of one scene by every backend."""
    from vln_pipeline.rendering.comparison import (
        compare_backends,
    )  # loads the ray caster: only in the process that works

    return compare_backends(scene(), walks().trajectories, config, seed=seed, cache=place.cache, threads=place.threads)
