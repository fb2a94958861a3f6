"""The columns of v3.0: what policies of mobile bases take, and InternData-N1's own beside them, one dimension each.

lerobot's policies take ``observation.state`` and ``action`` as vectors, and its tools cannot edit matrices. Names that
begin with "observation." or "action" would be taken for further inputs and outputs, so the others have none of them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.export.episode import Episode
from vln_pipeline.export.features import Feature
from vln_pipeline.export.vln_ce import NO_ACTION, SEPARATOR, VlnCe
from vln_pipeline.export.vln_n1 import VlnN1
from vln_pipeline.planning.trajectory import Action

STATE, ACTION = "observation.state", "action"
NEXT_ACTION = "next.action"
"""The discrete action that follows a frame; STOP follows the last one."""
CLIP, WORDINGS = "instruction.clip", "instruction.wordings"
"""The instruction of a frame's clip; all wordings of the route, joined by ``<INSTRUCTION_SEP>``."""
LANGUAGE = "language_persistent"
"""Both once more, in the form of lerobot 0.6."""

RENAMED: Mapping[str, Mapping[str, str]] = {
    VlnN1.name: {
        "action": "camera.pose",
        "observation.camera_intrinsic": "camera.intrinsic",
        "observation.camera_extrinsic": "camera.extrinsic",
    },
    VlnCe.name: {"action": NEXT_ACTION},
}
"""What columns of a dialect are called in v3.0, where that differs."""
_SIDES = {9: (3, 3), 16: (4, 4)}


def body_motion(bases: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 3) how the body moves from each frame to the next: dx, dy, dyaw, metres and radians; 0 after the last.

    Args:
        bases: (N, 4) x, y, z, yaw of the robot's base, metres and radians, z up. The motion is told in the frame of
            the body before it: x forward, y left, yaw counter-clockwise, in (-pi, pi].
    """
    motion = np.zeros((len(bases), 3))
    steps, yaw = np.diff(bases[:, :2], axis=0), bases[:-1, 3]
    c, s = np.cos(yaw), np.sin(yaw)
    motion[:-1, 0] = c * steps[:, 0] + s * steps[:, 1]
    motion[:-1, 1] = c * steps[:, 1] - s * steps[:, 0]
    turns = np.diff(bases[:, 3])
    motion[:-1, 2] = np.pi - (np.pi - turns) % (2 * np.pi)
    return motion


def odometry(bases: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 3) where the body is, seen from where it started: x forward, y left, metres; yaw, radians, unwrapped.

    Args:
        bases: (N, 4) x, y, z, yaw of the robot's base, metres and radians, z up.
    """
    away, yaw = bases[:, :2] - bases[0, :2], np.unwrap(bases[:, 3])
    c, s = np.cos(yaw[0]), np.sin(yaw[0])
    return np.column_stack([c * away[:, 0] + s * away[:, 1], c * away[:, 1] - s * away[:, 0], yaw - yaw[0]])


def policy_features(
    features: Mapping[str, Feature], dialect: str, *, clips: bool, language: bool
) -> dict[str, Feature]:
    """Return the features of numbers and words.

    Args:
        features: the dialect's own ones of numbers.
        dialect: its name.
        clips: whether frames belong to clips.
        language: whether words are told in the form of lerobot 0.6 as well, which 0.4 cannot read.
    """
    table = {
        STATE: Feature("float32", (3,), ("x", "y", "yaw")),
        ACTION: Feature("float32", (3,), ("dx", "dy", "dyaw")),
    }
    for name, feature in features.items():
        flat = Feature(feature.dtype, (int(np.prod(feature.shape)),), feature.names)
        table[RENAMED[dialect].get(name, name)] = flat
    table |= {name: Feature("string", (1,)) for name in ((CLIP, WORDINGS) if clips else (WORDINGS,))}
    return {**table, LANGUAGE: Feature("language", (1,))} if language else table


def policy_columns(episode: Episode, dialect: str, fps: int, *, language: bool) -> dict[str, Any]:
    """Return an episode's columns by the names of ``policy_features``: (N, ...) numbers, lists of N texts."""
    columns: dict[str, Any] = {STATE: odometry(episode.bases), ACTION: body_motion(episode.bases)}
    for name, values in episode.columns.items():
        flat = values.reshape(episode.length, -1) if values.ndim > 1 else values
        columns[RENAMED[dialect].get(name, name)] = flat
    if dialect == VlnCe.name:
        columns[NEXT_ACTION] = np.r_[columns[NEXT_ACTION][1:], int(Action.STOP)]
    labels = episode.labels
    if episode.clips is not None:
        columns[CLIP] = [labels.clips[clip].revised_sub_instruction for clip in episode.clips]
    columns[WORDINGS] = [SEPARATOR.join((labels.sum_instruction, *labels.variants))] * episode.length
    if language:
        columns[LANGUAGE] = [_sayings(episode, fps)] * episode.length
    return columns


def _sayings(episode: Episode, fps: int) -> list[dict[str, Any]]:
    """Return the rows of lerobot 0.6: other wordings from the start on, each clip from its first frame on."""
    said = [(0.0, "task_aug", text) for text in episode.labels.variants]
    if episode.clips is not None:
        numbers, firsts = np.unique(episode.clips, return_index=True)
        clips = episode.labels.clips
        said += [
            (first / fps, "subtask", clips[number].revised_sub_instruction)
            for number, first in zip(numbers, firsts, strict=True)
        ]
    return [
        {"role": "user", "content": text, "style": style, "timestamp": time, "camera": None, "tool_calls": None}
        for time, style, text in said
    ]


def dialect_values(dialect: str, name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return the values of a column of v3.0 as the dialect has them.

    Args:
        dialect: name of the dialect.
        name: of the column in the dialect.
        values: (N, ...) of the column in v3.0.
    """
    if dialect == VlnCe.name and name == "action":
        return np.r_[NO_ACTION, values[:-1]]
    if values.ndim == 2 and values.shape[1] in _SIDES:
        return values.reshape(-1, *_SIDES[values.shape[1]])
    return values
