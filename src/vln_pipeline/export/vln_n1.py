"""Dialect vln_n1 of InternData-N1: continuous walks for System 1, one camera an episode."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.episode import Episode, ExportWalk, TaskRow, View, filmed_poses, rig_named
from vln_pipeline.export.features import Feature, matrix
from vln_pipeline.labelling.labels import Labels
from vln_pipeline.rendering.camera import OPENGL_FROM_OPENCV, CameraSetting, Motion
from vln_pipeline.rendering.footage import camera_name


class VlnN1:
    """Turns walks into episodes of this dialect."""

    name = "vln_n1"
    depth_unit = 1e-4
    """Metres per unit of the loose depth images."""

    def __init__(self, config: ExportConfig) -> None:
        self._rig = config.vln_n1.rig
        self.fps, self._tasks = config.vln_n1.fps, config.vln_n1.tasks

    def features(self, _: Episode) -> Mapping[str, Feature]:
        """Return the features of numbers."""
        return {
            "observation.camera_intrinsic": matrix("intrinsic", 3, 3),
            "observation.camera_extrinsic": matrix("extrinsic", 4, 4),
            "action": matrix("action", 4, 4),
        }

    def episodes(self, walk: ExportWalk) -> Iterator[Episode]:
        """Yield one episode per camera of the rig.

        Raises:
            DataError: the rig is not there, or the footage shows another walk.
        """
        footage = walk.footage
        continuous = Motion.CONTINUOUS
        name = walk.trajectory.id
        rig = footage.rig(continuous, name) if self._rig is None else rig_named(footage, name, self._rig, continuous)
        count = len(walk.trajectory.path)
        clips = clip_of_frames(walk.labels, count)
        bases = np.column_stack([walk.trajectory.path, walk.trajectory.yaw])
        for setting in rig.settings:
            poses = filmed_poses(walk, rig, setting)
            columns = {
                "observation.camera_intrinsic": np.tile(setting.intrinsics.matrix, (count, 1, 1)),
                "observation.camera_extrinsic": np.tile(camera_extrinsic(setting), (count, 1, 1)),
                "action": poses @ OPENGL_FROM_OPENCV,
            }
            view = View("", setting, rig.depth_unit, footage, name, camera_name(rig, setting))
            yield Episode(name, count, columns, bases, (view,), walk.labels, clips)

    def tasks(self, labels: Labels) -> tuple[TaskRow, ...]:
        """Return one row per clip and, last, the row of the whole route, which is what the frames refer to."""
        clips: list[tuple[str, dict[str, Any]]] = [
            (
                clip.revised_sub_instruction,
                {
                    "sub_instruction": clip.sub_instruction,
                    "sub_indexes": [clip.start, clip.end],
                    "revised_sub_instruction": clip.revised_sub_instruction,
                },
            )
            for clip in labels.clips
        ]
        route: dict[str, Any] = {"sum_instruction": labels.sum_instruction, "sum_indexes": list(labels.sum_indexes)}
        if labels.verdicts:
            route["within_3m"] = labels.verdicts[0].within_3m
        told = (*clips, (labels.sum_instruction, route))
        if self._tasks == "text":
            return tuple(TaskRow(text, details) for text, details in told)
        return tuple(TaskRow(json.dumps(details, ensure_ascii=False), {}) for _, details in told)

    @staticmethod
    def frame_name(episode: int, frame: int, length: int) -> str:
        """Return the stem of a loose image; NavDP's loader sorts names, so numbers have equally many digits."""
        return f"episode_{episode:06d}_{frame:0{max(3, len(str(length - 1)))}d}"


def camera_extrinsic(setting: CameraSetting) -> NDArray[np.float64]:
    """Return (4, 4) camera-to-body, OpenGL camera axes; the body's axes are x right, y forward, z up here.

    A rotation about x by 90 degrees less the downward pitch, and the camera's height; NavDP's loader recovers the
    body's attitude from the rotation of a pose times the inverse of this rotation.
    """
    angle = np.radians(90.0 - setting.pitch)
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0, 0], [0, c, -s, 0], [0, s, c, setting.height], [0, 0, 0, 1]], dtype=np.float64)


def clip_of_frames(labels: Labels, count: int) -> NDArray[np.int64]:
    """Return (count,) the index of each frame's clip; where two clips share a frame it belongs to the later one.

    Raises:
        DataError: the clips do not lie in order within the walk.
    """
    starts = np.array([clip.start for clip in labels.clips])
    ends = np.array([clip.end for clip in labels.clips])
    if len(starts) == 0 or starts[0] != 0 or ends[-1] != count - 1 or (starts[1:] <= starts[:-1]).any():
        cause = f"its clips {[(c.start, c.end) for c in labels.clips]} do not cover its {count} frames in order"
        raise DataError(f"{labels.trajectory}, labels", cause, "label this walk again")
    return np.searchsorted(starts, np.arange(count), side="right") - 1
