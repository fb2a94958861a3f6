"""Nodes around the driving: worlds and episodes before it, figures and the page after it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.evaluation.system1.config import EvaluateSystem1Config
from vln_pipeline.evaluation.system1.drive_config import EyeConfig
from vln_pipeline.evaluation.system1.episodes_config import EpisodesConfig
from vln_pipeline.pipelines.esdf.nodes import map_scenes
from vln_pipeline.pipelines.evaluate_system1.drive_key import told
from vln_pipeline.pipelines.scenes.nodes import load_scene
from vln_pipeline.pipelines.table import Table
from vln_pipeline.runtime.workplace import Workplace
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.scenes.source import SceneRef, open_source
from vln_pipeline.seeding import generator

if TYPE_CHECKING:
    from vln_pipeline.evaluation.system1.episode import EpisodeSet

_LOG = logging.getLogger(__name__)


def list_test_scenes(config: EvaluateSystem1Config, seed: int) -> dict[str, Task]:
    """Return one loading task per scene of all sources."""
    return split_scenes(config.scenes, config.split, seed)


def split_scenes(sources: Sequence[ScenesConfig], split: str, seed: int) -> dict[str, Task]:
    """Return one loading task per scene; ids begin with the split, so that no home has that of another.

    Procedural homes are made from a seed that follows from the run's seed, the split and the source's place in the
    list: no other stage and no other split has the same, and all benchmarks have the same homes in a split.
    """
    tasks: dict[str, Task] = {}
    for number, source in enumerate(sources):
        own_seed = int(generator(seed, "evaluate_system1", split, number).integers(2**31))
        for ref in open_source(source, own_seed).discover():
            key = f"{split}_{ref.id}"
            if key in tasks:
                key = f"{key}_{number + 1}"
            tasks[key] = Task(load_test_scene, ref, source.of_one_scene(), own_seed, key)
    return tasks


def load_test_scene(ref: SceneRef, config: ScenesConfig, seed: int, key: str, place: Workplace) -> Scene:
    """Load, or generate, one scene under the id that it has among the test scenes."""
    return replace(load_scene(ref, config, seed, place), id=key)


def map_test_scenes(scenes: dict[str, Item], config: EvaluateSystem1Config) -> dict[str, Task]:
    """Return one mapping task per scene, for the robot that will drive."""
    return map_scenes(scenes, config.esdf)


def draw_scene_episodes(maps: dict[str, Item], config: EvaluateSystem1Config, seed: int) -> dict[str, Task]:
    """Return one drawing task per scene."""
    return {key: Task(draw_in_scene, nav, config.episodes, config.drive.eye, seed) for key, nav in maps.items()}


def draw_in_scene(nav: Item, config: EpisodesConfig, eye: EyeConfig, seed: int, _: Workplace) -> EpisodeSet:
    """Draw one scene's episodes."""
    from vln_pipeline.evaluation.system1.draw_episodes import draw_episodes  # compiles: only in the process that works

    return draw_episodes(nav(), config, eye.setting().intrinsics, seed)


def score_drives(drives: dict[str, Item]) -> Table:
    """Return every metric of every drive, in the order of scenes and agents, and print the means."""
    from vln_pipeline.evaluation.system1.results import RADII, radius_name, results_table  # compiles: only when it runs

    table = results_table(load() for load in drives.values())
    shown = [*(radius_name(metric, RADII[0]) for metric in ("success", "spl")), "collided", "explored"]
    means = table.groupby(["agent", "recovery", "kind"], sort=False)[shown].mean()
    _LOG.info("Driven in unseen homes, means of the episodes:\n%s", means.round(2).to_string())
    return table


def write_page(
    results: Table,
    drives: dict[str, Item],
    scenes: dict[str, Item],
    maps: dict[str, Item],
    networks: dict[str, Item],
    config: EvaluateSystem1Config,
    seed: int,
) -> str:
    """Return the report as one HTML page."""
    from vln_pipeline.inspection.page import render_page
    from vln_pipeline.inspection.system1_page import System1Results, system1_page  # loads matplotlib

    by_agent = {told(key): item for key, item in drives.items()}
    curves = {name: item.folder() / "curve.png" for name, item in networks.items()}
    return render_page(system1_page(System1Results(results, by_agent, scenes, maps, curves), config, seed))
