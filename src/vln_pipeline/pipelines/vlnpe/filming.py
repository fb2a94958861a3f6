"""Nodes from walks to datasets: frames, vln_pe and vln_ce."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vln_pipeline import __version__
from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.embodiments.config import VlnpeConfig
from vln_pipeline.embodiments.embodiment import Embodiment
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.pipelines.export.joining import join_exported
from vln_pipeline.pipelines.rendering.nodes import film_walks
from vln_pipeline.pipelines.rendering.slices import by_scene
from vln_pipeline.pipelines.vlnpe.nodes import key_of, robots_of, scene_of
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.embodiments.walk import Walk
    from vln_pipeline.export.episode import ExportWalk

Filmed = tuple[Item, list[Item]]
"""Walks of one robot in one scene, and their footage."""


def film_robots(scenes: dict[str, Item], walks: dict[str, Item], config: VlnpeConfig, seed: int) -> dict[str, Task]:
    """Return one filming task per slice of a robot's walks in a scene, by that robot's camera."""
    tasks: dict[str, Task] = {}
    for robot in robots_of(config):
        own = {key: item for key, item in walks.items() if key == key_of(scene_of(key), robot)}
        homes = {key: scenes[scene_of(key)] for key in own}
        tasks |= film_walks(homes, own, config.rendering_of(robot), seed)
    return tasks


def export_recordings(walks: dict[str, Item], footage: dict[str, Item], config: VlnpeConfig) -> dict[str, Task]:
    """Return one task per scene and robot that writes its recordings."""
    from vln_pipeline.export.vln_pe.tokens import read_vocabulary

    vocabulary = read_vocabulary(Path(config.vocabulary)) if config.vocabulary else {}
    filmed = _by_robot(walks, footage)
    return {
        key: Task(export_pe, filmed[key], robot, vocabulary)
        for robot in robots_of(config)
        for key in filmed
        if key == key_of(scene_of(key), robot)
    }


def export_pe(filmed: Filmed, robot: Embodiment, vocabulary: Mapping[str, int], place: Workplace) -> None:
    """Write one folder per walk of one robot in one scene, below a folder of the robot's."""
    from vln_pipeline.embodiments.posture import base_poses
    from vln_pipeline.export.vln_pe.record import record
    from vln_pipeline.export.vln_pe.recording import Words
    from vln_pipeline.export.vln_pe.tokens import tokens
    from vln_pipeline.export.vln_pe.writer import write_recording

    for walk, shot in filmed_walks(filmed):
        recording = record(
            shot,
            base_poses(walk.trajectory.poses, walk.posture, robot),
            walk.progress,
            (walk.ending.status, walk.ending.value),
            tuple(Words(text, tokens(text, vocabulary)) for text in walk.instructions),
        )
        write_recording(recording, place.directory / robot.name / walk.trajectory.id, robot.name)


def export_datasets(
    scenes: dict[str, Item],
    maps: dict[str, Item],
    walks: dict[str, Item],
    footage: dict[str, Item],
    config: VlnpeConfig,
    seed: int,
) -> dict[str, Task]:
    """Return one task per scene and robot that writes the walks which reached their goals as vln_ce."""
    from vln_pipeline.embodiments.walk import Ending

    filmed = _by_robot(walks, footage)
    return {
        key: Task(
            export_ce,
            scenes[scene_of(key)],
            maps[key],
            filmed[key],
            _export_config(config, robot),
            _provenance(config, robot),
            seed,
        )
        for robot in robots_of(config)
        for key in filmed
        if key == key_of(scene_of(key), robot) and any(walk.ending is Ending.REACHED for walk in filmed[key][0]().walks)
    }


def export_ce(
    scene: Item,
    nav: Item,
    filmed: Filmed,
    config: ExportConfig,
    told: dict[str, str],
    seed: int,
    place: Workplace,
) -> None:
    """Write the vln_ce datasets of one robot in one scene; ``told`` of what made them is printed on their cards."""
    from vln_pipeline.embodiments.walk import Ending
    from vln_pipeline.export.export import export_scene  # loads the video encoder

    provenance = {**told, "made from": place.made_from}
    kept = (shot for walk, shot in filmed_walks(filmed) if walk.ending is Ending.REACHED)
    export_scene(kept, scene(), nav(), config, place.directory, seed=seed, provenance=provenance)


def join_robots(exported: dict[str, Item], config: VlnpeConfig, seed: int) -> dict[str, Task]:
    """Return one joining task per robot, over its v3.0 datasets of all scenes: robots have cameras of their own."""
    tasks: dict[str, Task] = {}
    for robot in robots_of(config):
        own = [item for key, item in exported.items() if key == key_of(scene_of(key), robot)]
        tasks |= join_exported(own, config.export, seed, _provenance(config, robot), suffix=f"_{robot.name}")
    return tasks


def filmed_walks(filmed: Filmed) -> Iterator[tuple[Walk, ExportWalk]]:
    """Yield the walks that have frames, in order, alone and with footage and words."""
    from vln_pipeline.embodiments.wording import words_of
    from vln_pipeline.export.episode import ExportWalk

    walked, footage = filmed
    walks = {walk.trajectory.id: walk for walk in walked().walks}
    for item in footage:
        shots = item()
        for name in shots.index.trajectories:
            walk = walks[name]
            yield walk, ExportWalk(shots, walk.trajectory, words_of(walk))


def _by_robot(walks: dict[str, Item], footage: dict[str, Item]) -> dict[str, Filmed]:
    return {key: (walks[key], items) for key, items in by_scene(footage).items()}


def _export_config(config: VlnpeConfig, robot: Embodiment) -> ExportConfig:
    from vln_pipeline.episodes.datasets import DATASETS

    found = config.export.of_scene().of_group(DATASETS[config.episodes.dataset].short)
    return found.model_copy(update={"robot_type": robot.name})


def _provenance(config: VlnpeConfig, robot: Embodiment) -> dict[str, str]:
    from vln_pipeline.episodes.datasets import DATASETS

    told = DATASETS[config.episodes.dataset]
    return {
        "generator": f"vln_pipeline {__version__}",
        "command": "kedro run --pipelines=vlnpe",
        "robot": robot.name,
        "episodes": told.title,
        "terms of the instructions": told.terms,
    }
