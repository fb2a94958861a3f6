"""Nodes around the driving: homes and episodes before it, figures and the page after it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.evaluation.vln.config import EvaluateConfig
from vln_pipeline.pipelines.esdf.nodes import map_scenes
from vln_pipeline.pipelines.evaluate.driving import told
from vln_pipeline.pipelines.evaluate_system1.nodes import split_scenes
from vln_pipeline.pipelines.labelling.nodes import label_walks
from vln_pipeline.pipelines.rendering.nodes import film_walks
from vln_pipeline.pipelines.rendering.slices import by_scene
from vln_pipeline.pipelines.sampling.nodes import sample_pairs
from vln_pipeline.pipelines.table import Table
from vln_pipeline.pipelines.trajectories.nodes import plan_walks
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.evaluation.vln.episode import EpisodeSet
    from vln_pipeline.evaluation.vln.protocol import Protocol

_LOG = logging.getLogger(__name__)


def list_homes(config: EvaluateConfig, seed: int) -> dict[str, Task]:
    """Return one loading task per scene of all sources."""
    return split_scenes(config.scenes, config.split, seed)


def map_homes(scenes: dict[str, Item], config: EvaluateConfig) -> dict[str, Task]:
    """Return one mapping task per scene."""
    return map_scenes(scenes, config.floors)


def sample_homes(maps: dict[str, Item], config: EvaluateConfig, seed: int) -> dict[str, Task]:
    """Return one sampling task per scene."""
    return sample_pairs(maps, config.sampling, seed)


def plan_homes(maps: dict[str, Item], pairs: dict[str, Item], config: EvaluateConfig, seed: int) -> dict[str, Task]:
    """Return one planning task per scene."""
    return plan_walks(maps, pairs, config.trajectories, seed)


def film_homes(scenes: dict[str, Item], walks: dict[str, Item], config: EvaluateConfig, seed: int) -> dict[str, Task]:
    """Return one filming task per slice of a scene's walks."""
    return film_walks(scenes, walks, config.rendering, seed)


def label_homes(
    scenes: dict[str, Item],
    maps: dict[str, Item],
    walks: dict[str, Item],
    footage: dict[str, Item],
    config: EvaluateConfig,
    seed: int,
) -> dict[str, Task]:
    """Return one labelling task per slice of a scene's walks."""
    return label_walks(scenes, maps, walks, footage, config.labelling, seed)


def make_episodes(
    maps: dict[str, Item], walks: dict[str, Item], labels: dict[str, Item], config: EvaluateConfig
) -> dict[str, Task]:
    """Return one task per scene that has walks in words."""
    protocol, wanted = config.drive.rules.protocol, (config.wordings, config.most_episodes)
    return {
        key: Task(make_scene_episodes, maps[key], walks[key], tuple(found), protocol, *wanted)
        for key, found in by_scene(labels).items()
    }


def make_scene_episodes(
    nav: Item, walks: Item, labels: tuple[Item, ...], protocol: Protocol, wordings: int, most: int, _: Workplace
) -> EpisodeSet:
    """Make one scene's episodes."""
    from vln_pipeline.evaluation.vln.episodes_of_walks import episodes_of_walks  # only in the process that works

    kept = [label for item in labels for label in item().kept]
    return episodes_of_walks(nav(), walks().trajectories, kept, protocol, wordings, most)


def score_drives(drives: dict[str, Item]) -> Table:
    """Return every metric of every episode and agent, agent by agent, and print the means."""
    from vln_pipeline.evaluation.vln.results import results_table  # compiles: only when it runs
    from vln_pipeline.evaluation.vln.summary import METRICS

    table = results_table(load() for load in drives.values())
    finite = table.replace({"NE": {float("inf"): float("nan")}})  # one lost robot must not hide the others
    means = finite.groupby("agent", sort=False)[list(METRICS)].mean()
    _LOG.info("Instructions followed in unseen homes, means of the episodes:\n%s", means.round(2).to_string())
    return table


def diagnose_drives(drives: dict[str, Item], maps: dict[str, Item], config: EvaluateConfig) -> Table:
    """Return the first cause of every failed episode, and print how many failed of what."""
    from vln_pipeline.evaluation.vln.diagnosis.table import counts, diagnosis_table  # compiles: only when it runs

    table = diagnosis_table((load() for load in drives.values()), maps, config.drive.rules)
    if len(table):
        told = counts(table).T  # causes are long and few
        _LOG.info("First causes of failed episodes:\n%s", told[told.any(axis=1)].to_string())
    return table


def write_page(
    results: Table,
    failures: Table,
    drives: dict[str, Item],
    scenes: dict[str, Item],
    maps: dict[str, Item],
    config: EvaluateConfig,
    seed: int,
) -> str:
    """Return the report as one HTML page."""
    from vln_pipeline.inspection.page import render_page
    from vln_pipeline.inspection.vln_page import VlnResults, vln_page  # loads matplotlib

    by_agent = {told(key): item for key, item in drives.items()}
    return render_page(vln_page(VlnResults(results, by_agent, scenes, maps, failures), config, seed))
