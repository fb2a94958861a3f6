"""Nodes of the export stage."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from vln_pipeline import __version__
from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.pipelines.export.joining import join_exported
from vln_pipeline.pipelines.rendering.slices import scene_of_slice
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.export.episode import ExportWalk

_PROVENANCE = {"generator": f"vln_pipeline {__version__}", "command": "kedro run --pipelines=datagen"}

Slice = tuple[Item, Item, Item]
"""Footage, labels and selection of one slice of walks."""


def export_scenes(
    scenes: dict[str, Item],
    maps: dict[str, Item],
    walks: dict[str, Item],
    footage: dict[str, Item],
    labels: dict[str, Item],
    selections: dict[str, Item],
    config: ExportConfig,
    seed: int,
) -> dict[str, Task]:
    """Return one exporting task per scene, with all slices of its walks."""
    return {
        scene: Task(
            export_one,
            scenes[scene],
            maps[scene],
            walks[scene],
            [(footage[key], labels[key], selections[key]) for key in keys],
            config.of_scene(),
            seed,
        )
        for scene, keys in groupby(selections, key=scene_of_slice)
    }


def join_scenes(exported: dict[str, Item], config: ExportConfig, seed: int) -> dict[str, Task]:
    """Return one joining task per dialect, over the v3.0 datasets of all scenes."""
    return join_exported(list(exported.values()), config, seed, _PROVENANCE)


def export_one(
    scene: Item, nav: Item, walks: Item, slices: list[Slice], config: ExportConfig, seed: int, place: Workplace
) -> None:
    """Write the datasets of one scene."""
    from vln_pipeline.export.export import export_scene  # loads the video encoder

    kept = kept_walks(walks, slices)
    told = {**_PROVENANCE, "made from": place.made_from}
    export_scene(kept, scene(), nav(), config, place.directory, seed=seed, provenance=told)


def kept_walks(walks: Item, slices: list[Slice]) -> Iterator[ExportWalk]:
    """Yield the selected walks of a scene with their frames and words, in order."""
    from vln_pipeline.export.episode import ExportWalk

    planned = {walk.id: walk for walk in walks().trajectories}
    for footage, labels, selection in slices:
        worded = {label.trajectory: label for label in labels().kept}
        for name in selection().kept:
            yield ExportWalk(footage(), planned[name], worded[name])
