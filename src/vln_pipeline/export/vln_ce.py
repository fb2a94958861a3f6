"""Dialect vln_ce of InternData-N1: discrete walks with pixel goals for System 2, all cameras in one episode."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.episode import Episode, ExportWalk, TaskRow, View, filmed_poses, rig_named
from vln_pipeline.export.features import Feature, matrix
from vln_pipeline.export.pixel_goal import pixel_goals
from vln_pipeline.labelling.first_turn import with_first_turn
from vln_pipeline.labelling.labels import Labels
from vln_pipeline.rendering.camera import CameraSetting, Motion, Rig
from vln_pipeline.rendering.footage import camera_name

SEPARATOR = "<INSTRUCTION_SEP>"
"""Joins the wordings of one route in a task."""
ADVICE = "expert_action"
"""Column of the action that an expert would take at a frame, in datasets of roll-outs; an extension of ours."""
NO_ACTION = -1
"""The action that led to the first frame."""


class VlnCe:
    """Turns walks into episodes of this dialect."""

    name = "vln_ce"
    depth_unit = 1e-3
    """Metres per unit of the loose depth images."""

    def __init__(self, config: ExportConfig) -> None:
        self._rigs, self._goals = config.vln_ce.rigs, config.vln_ce.pixel_goal
        self.fps, self._first_turn = config.vln_ce.fps, config.vln_ce.tell_first_turn

    def features(self, episode: Episode) -> Mapping[str, Feature]:
        """Return the features of numbers."""
        features = {"action": Feature("int32", (1,))}
        if ADVICE in episode.columns:
            features[ADVICE] = Feature("int32", (1,))
        for view in episode.views:
            features |= {
                f"pose{view.suffix}": matrix("pose", 4, 4),
                f"goal{view.suffix}": Feature("int32", (2,), ("u", "v")),
                f"relative_goal_frame_id{view.suffix}": Feature("int32", (1,)),
            }
        return features

    def episodes(self, walk: ExportWalk) -> Iterator[Episode]:
        """Yield the walk's episode.

        Raises:
            DataError: a rig is not there, two cameras share a name, or the footage shows another walk.
        """
        start = start_frame(walk.trajectory.poses[0])
        base = walk.trajectory.poses[:, :3] @ start[:3, :3].T + start[:3, 3]
        columns: dict[str, NDArray] = {"action": np.r_[NO_ACTION, walk.trajectory.actions.astype(np.int64)]}
        if walk.advice is not None:
            columns[ADVICE] = walk.advice.astype(np.int64)
        views = []
        for rig, setting in self._cameras(walk):
            view = View(
                f".{setting.name}",
                setting,
                rig.depth_unit,
                walk.footage,
                walk.trajectory.id,
                camera_name(rig, setting),
            )
            poses = start @ filmed_poses(walk, rig, setting)
            goals = pixel_goals(poses, base, setting.intrinsics, view.metres, self._goals)
            columns[f"pose{view.suffix}"] = poses
            columns[f"goal{view.suffix}"] = goals.pixels
            columns[f"relative_goal_frame_id{view.suffix}"] = goals.ahead
            views.append(view)
        sways = walk.trajectory.sway is not None
        labels = with_first_turn(walk.labels, walk.trajectory.poses) if self._first_turn else walk.labels
        yield Episode(walk.trajectory.id, len(base), columns, walk.trajectory.poses, tuple(views), labels, sways=sways)

    def tasks(self, labels: Labels) -> tuple[TaskRow, ...]:
        """Return the row of the route, all wordings in one string."""
        followed = {"within_3m": [verdict.within_3m for verdict in labels.verdicts]} if labels.verdicts else {}
        return (TaskRow(SEPARATOR.join((labels.sum_instruction, *labels.variants)), followed),)

    @staticmethod
    def frame_name(episode: int, frame: int, length: int) -> str:  # noqa: ARG004  (as in the other dialect)
        """Return the stem of a loose image; InternNav's loader builds names with bare frame numbers."""
        return f"episode_{episode:06d}_{frame}"

    def _cameras(self, walk: ExportWalk) -> list[tuple[Rig, CameraSetting]]:
        if self._rigs:
            rigs = [rig_named(walk.footage, walk.trajectory.id, name, Motion.DISCRETE) for name in self._rigs]
        else:
            rigs = [rig for rig in walk.footage.index.rigs if rig.motion is Motion.DISCRETE]
        cameras = [(rig, setting) for rig in rigs for setting in rig.settings]
        names = [setting.name for _, setting in cameras]
        if not cameras:
            raise DataError(
                walk.footage.index.scene, "no discrete rig filmed its walks", "add one to params:rendering.rigs"
            )
        if len(set(names)) < len(names):
            cause = f"its discrete rigs share a camera setting ({', '.join(names)})"
            raise DataError(walk.footage.index.scene, cause, "choose one of them by params:export.vln_ce.rigs")
        return cameras


def start_frame(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (4, 4) world to episode frame: x forward, y left, z up, the origin on the ground at the start.

    Args:
        pose: (4,) x, y, z, yaw of the robot's base at the start, metres and radians.
    """
    c, s = np.cos(pose[3]), np.sin(pose[3])
    transform = np.eye(4)
    transform[:2, :2] = [[c, s], [-s, c]]
    transform[:3, 3] = -transform[:3, :3] @ pose[:3]
    return transform
