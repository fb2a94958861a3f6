"""R2R in continuous environments (Krantz et al. 2020), and what shares its schema: EnvDrop and ScaleVLN's subset.

``{"episodes": [{episode_id, trajectory_id, scene_id, start_position, start_rotation, instruction: {instruction_text},
info: {geodesic_distance}, goals: [{position, radius}], reference_path}], ..}``, Habitat's world. A test split has
neither info nor goals nor reference_path.
"""

from pathlib import Path
from typing import Any

import numpy as np

from vln_pipeline.episodes.episode import Episode, EpisodeSet, GroundTruth, Instruction
from vln_pipeline.episodes.formats import streamvln, truth
from vln_pipeline.episodes.formats.fields import name_of, number, point, points, quaternion, require, text
from vln_pipeline.episodes.formats.files import read_text
from vln_pipeline.episodes.formats.json_rows import rows
from vln_pipeline.episodes.formats.source import Source
from vln_pipeline.episodes.formats.truth import Recording
from vln_pipeline.episodes.formats.upright import yaw_of_rotation
from vln_pipeline.episodes.quarantine import collect
from vln_pipeline.episodes.replay import replayed
from vln_pipeline.episodes.scene_names import scene_of
from vln_pipeline.scenes.habitat.frame import to_world

_RADIUS = 3.0
"""Distance of a success where a goal has no radius of its own, metres."""


def read(source: Source) -> EpisodeSet:
    """Return the episodes of a file.

    Raises:
        DataError: a file cannot be read, or no episode of it can be used.
    """
    recorded = recordings(source)

    def make(row: Any) -> Episode:
        instruction = Instruction(text(require(row, "instruction"), "instruction_text"))
        return episode_of(row, instruction, source, recorded.get(name_of(row, "episode_id")))

    found = rows(read_text(source.path, source.max_file_size), "episodes", source.path.name)
    return collect(source.path.name, source.dataset, source.split, found, make, source.most_episodes)


def recordings(source: Source) -> dict[str, Recording]:
    """Return what was recorded of each episode: in a ``_gt`` file, or in StreamVLN's annotations.

    Raises:
        DataError: the file cannot be read.
    """
    if source.truth is None:
        return {}
    if source.truth.name == streamvln.ANNOTATIONS:
        return streamvln.recordings(source.truth.parent, source.max_file_size)
    return truth.read(source.truth, source.max_file_size)


def episode_of(row: Any, instruction: Instruction, source: Source, recording: Recording | None) -> Episode:
    """Return the episode of a row in VLN-CE's schema.

    Args:
        row: the row.
        instruction: its words.
        source: what holds for the file.
        recording: its recorded actions, or None.

    Raises:
        ValueError: the row cannot be used.
    """
    yaw = yaw_of_rotation(quaternion(row, "start_rotation"), source.order)
    start = np.append(to_world(point(row, "start_position")), yaw)
    goal = _goal(row)
    name = name_of(row, "episode_id")
    return Episode(
        dataset=source.dataset,
        split=source.split,
        id=name,
        trajectory=name_of(row, "trajectory_id") if row.get("trajectory_id") is not None else name,
        scene=scene_of(text(row, "scene_id")),
        instruction=instruction,
        start=start,
        goal=None if goal is None else to_world(point(goal, "position")),
        goal_radius=number(goal, "radius") if goal is not None and goal.get("radius") is not None else _RADIUS,
        reference=to_world(points(row, "reference_path")) if row.get("reference_path") else np.zeros((0, 3)),
        geodesic=_geodesic(row),
        truth=None if recording is None else _truth(recording, start, source),
    )


def _goal(row: Any) -> Any | None:
    goals = row.get("goals")
    if not goals:
        return None
    if not isinstance(goals, list) or not isinstance(goals[0], dict):
        raise ValueError("goals is no list of goals")
    return goals[0]


def _geodesic(row: Any) -> float | None:
    info = row.get("info")
    return number(info, "geodesic_distance") if isinstance(info, dict) and "geodesic_distance" in info else None


def _truth(recording: Recording, start: np.ndarray, source: Source) -> GroundTruth:
    if recording.fault:
        raise ValueError(recording.fault)
    return replayed(start, recording.actions, recording.locations, source.turn, source.step)


def truth_beside(path: Path) -> Path:
    """Return where the ``_gt`` file of an episode file is: beside it."""
    stem, dot, endings = path.name.partition(".")
    return path.with_name(f"{stem}_gt{dot}{endings}")
