"""Nodes from roll-outs to a dataset: walks, words, frames, LeRobot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from vln_pipeline import __version__
from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.evaluation.vln.dagger.config import DaggerConfig
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.pipelines.evaluate.driving import told
from vln_pipeline.pipelines.rendering.nodes import film_walks
from vln_pipeline.pipelines.rendering.slices import by_scene
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.export.episode import ExportWalk
    from vln_pipeline.planning.plan import Plans

_PROVENANCE = {"generator": f"vln_pipeline {__version__}", "command": "kedro run --pipelines=dagger"}


def walk_roll_outs(rolled: dict[str, Item], maps: dict[str, Item]) -> dict[str, Task]:
    """Return one task per scene and agent that makes walks of the roll-outs that are kept."""
    return {key: Task(walk_one, item, maps[told(key)[0]]) for key, item in rolled.items()}


def walk_one(rolled: Item, nav: Item, _: Workplace) -> Plans:
    """Make the walks of one agent in one scene."""
    from vln_pipeline.evaluation.vln.dagger.walks import walks_of  # compiles: only in the process that works

    return walks_of(rolled(), nav())


def film_roll_outs(scenes: dict[str, Item], walks: dict[str, Item], config: DaggerConfig, seed: int) -> dict[str, Task]:
    """Return one filming task per slice of an agent's walks in a scene."""
    return film_walks({key: scenes[told(key)[0]] for key in walks}, walks, config.rendering, seed)


def export_roll_outs(
    scenes: dict[str, Item],
    maps: dict[str, Item],
    rolled: dict[str, Item],
    walks: dict[str, Item],
    footage: dict[str, Item],
    config: DaggerConfig,
    seed: int,
) -> dict[str, Task]:
    """Return one exporting task per scene and agent that has walks."""
    return {
        key: Task(
            export_one,
            scenes[told(key)[0]],
            maps[told(key)[0]],
            rolled[key],
            walks[key],
            slices,
            config.export.of_scene(),
            seed,
        )
        for key, slices in by_scene(footage).items()
    }


def export_one(
    scene: Item,
    nav: Item,
    rolled: Item,
    walks: Item,
    footage: list[Item],
    config: ExportConfig,
    seed: int,
    place: Workplace,
) -> None:
    """Write the datasets of one agent in one scene."""
    from vln_pipeline.export.export import export_scene  # loads the video encoder

    provenance = {**_PROVENANCE, "made from": place.made_from}
    filmed = filmed_walks(rolled, walks, footage)
    export_scene(filmed, scene(), nav(), config, place.directory, seed=seed, provenance=provenance)


def filmed_walks(rolled: Item, walks: Item, footage: list[Item]) -> Iterator[ExportWalk]:
    """Yield the walks with their frames, the words that the robot was given, and what the expert would have done."""
    from vln_pipeline.evaluation.vln.dagger.walks import walk_id, words_of
    from vln_pipeline.export.episode import ExportWalk

    driven = rolled()
    by_walk = {walk_id(one, driven.agent): one for one in driven.rolled}
    planned = {walk.id: walk for walk in walks().trajectories}
    for item in footage:
        shots = item()
        for name in shots.index.trajectories:
            walk, one = planned[name], by_walk[name]
            yield ExportWalk(shots, walk, words_of(one, walk), one.advice)
