"""Nodes from walks to datasets: frames, LeRobot, StreamVLN, and the account of it all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from vln_pipeline import __version__
from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.episodes.config import VlnceConfig
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.pipelines.export.joining import join_exported
from vln_pipeline.pipelines.rendering.nodes import film_walks
from vln_pipeline.pipelines.rendering.slices import by_scene
from vln_pipeline.pipelines.vlnce.nodes import the_one
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.export.episode import ExportWalk

SceneWalks = tuple[Item, Item, list[Item]]
"""Walks, words and footage of one scene."""


def film_episodes(scenes: dict[str, Item], walks: dict[str, Item], config: VlnceConfig, seed: int) -> dict[str, Task]:
    """Return one filming task per slice of a scene's walks, or none where walks are not to be filmed."""
    return film_walks(scenes, walks, config.rendering, seed) if config.render else {}


def export_episodes(
    scenes: dict[str, Item],
    maps: dict[str, Item],
    walks: dict[str, Item],
    labels: dict[str, Item],
    footage: dict[str, Item],
    config: VlnceConfig,
    seed: int,
) -> dict[str, Task]:
    """Return one exporting task per scene that was filmed."""
    return {
        key: Task(
            export_one,
            scenes[key],
            maps[key],
            filmed,
            _export_config(config),
            _provenance(config),
            seed,
        )
        for key, filmed in _by_scene(walks, labels, footage).items()
    }


def export_one(
    scene: Item,
    nav: Item,
    filmed: SceneWalks,
    config: ExportConfig,
    told: dict[str, str],
    seed: int,
    place: Workplace,
) -> None:
    """Write the datasets of one scene; ``told`` of what made them is printed on their cards."""
    from vln_pipeline.export.export import export_scene  # loads the video encoder

    provenance = {**told, "made from": place.made_from}
    export_scene(export_walks(filmed), scene(), nav(), config, place.directory, seed=seed, provenance=provenance)


def join_episodes(exported: dict[str, Item], config: VlnceConfig, seed: int) -> dict[str, Task]:
    """Return one joining task over the v3.0 datasets of all scenes."""
    return join_exported(list(exported.values()), config.export, seed, _provenance(config))


def annotate_episodes(
    walks: dict[str, Item], labels: dict[str, Item], footage: dict[str, Item], config: VlnceConfig
) -> dict[str, Task]:
    """Return the task that writes StreamVLN's annotations of all scenes, where they are wanted."""
    filmed = list(_by_scene(walks, labels, footage).values())
    if config.streamvln is None or not filmed:
        return {}
    name = f"{config.episodes.dataset}_{config.episodes.split}"
    return {name: Task(annotate_split, filmed, config.episodes.dataset, config.streamvln)}


def annotate_split(filmed: list[SceneWalks], dataset: str, camera: str, place: Workplace) -> None:
    """Write StreamVLN's annotations and frames of one split."""
    from vln_pipeline.episodes.annotate import annotated
    from vln_pipeline.episodes.formats.streamvln import write

    write(annotated(chain.from_iterable(map(export_walks, filmed)), dataset, camera), place.directory)


def export_walks(filmed: SceneWalks) -> Iterator[ExportWalk]:
    """Yield the walks of a scene that have frames and words, in order."""
    from vln_pipeline.export.episode import ExportWalk

    walks, labels, footage = filmed
    planned = {walk.id: walk for walk in walks().trajectories}
    worded = {label.trajectory: label for label in labels().kept}
    for item in footage:
        shots = item()
        for name in shots.index.trajectories:
            if name in worded:
                yield ExportWalk(shots, planned[name], worded[name])


def give_account(
    episodes: dict[str, Item],
    walks: dict[str, Item],
    labels: dict[str, Item],
    exported: dict[str, Item],
) -> dict[str, Any]:
    """Return how many episodes were read, left out and made into walks, and why."""
    from vln_pipeline.episodes.account import account

    return account(
        the_one(episodes)(),
        {key: item() for key, item in walks.items()},
        {key: item() for key, item in labels.items()},
        sorted(exported),
    )


def _by_scene(walks: dict[str, Item], labels: dict[str, Item], footage: dict[str, Item]) -> dict[str, SceneWalks]:
    return {key: (walks[key], labels[key], items) for key, items in by_scene(footage).items() if key in labels}


def _export_config(config: VlnceConfig) -> ExportConfig:
    from vln_pipeline.episodes.datasets import DATASETS

    return config.export.of_scene().of_group(DATASETS[config.episodes.dataset].short)


def _provenance(config: VlnceConfig) -> dict[str, str]:
    from vln_pipeline.episodes.datasets import DATASETS

    told = DATASETS[config.episodes.dataset]
    return {
        "generator": f"vln_pipeline {__version__}",
        "command": "kedro run --pipelines=vlnce",
        "episodes": told.title,
        "turn actions": f"{config.walks.turn or told.turn:g} degrees",
        "terms of the instructions": told.terms,
    }
