"""Measuring walks, and deciding on the measures alone which are kept."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vln_pipeline.filtering.config import FilteringConfig
from vln_pipeline.filtering.information import CategoryTable, frame_information
from vln_pipeline.labelling.labels import LabelledWalks, Labels
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.footage import Footage, camera_name

KEPT = ""
"""Reason of what is kept."""


@dataclass(frozen=True)
class Selection:
    """Measures and decisions; ``reason`` is empty where something is kept.

    Attributes:
        frames: trajectory, clip, frame, the measures of ``frame_information``, reason.
        clips: trajectory, clip, frames, passed (share), reason.
        walks: trajectory, clips, passed (share), entropy (mean), landmark (largest), reason.
    """

    frames: pd.DataFrame
    clips: pd.DataFrame
    walks: pd.DataFrame

    @property
    def kept(self) -> tuple[str, ...]:
        """Ids of the trajectories that are kept."""
        return tuple(self.walks.loc[self.walks.reason == KEPT, "trajectory"])


def select_footage(footage: Footage, labelled: LabelledWalks, config: FilteringConfig) -> Selection:
    """Measure one item's walks and decide on them; a walk that could not be labelled is left out with its reason."""
    table = CategoryTable.of(footage.index.categories)
    parts = [_measure(footage, labels, table, config) for labels in labelled.kept]
    frames = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_COLUMNS)
    judged = table.has_objects or config.unlabelled_scenes == "reject"
    selection = decide(frames, config) if judged else _keep_all(frames, config)
    rejected = [{"trajectory": r.trajectory, "reason": f"not labelled: {r.reason}"} for r in labelled.rejected]
    walks = pd.concat([selection.walks, pd.DataFrame(rejected, columns=["trajectory", "reason"])], ignore_index=True)
    return Selection(selection.frames, selection.clips, walks.sort_values("trajectory", ignore_index=True))


def decide(frames: pd.DataFrame, config: FilteringConfig) -> Selection:
    """Decide on measured frames; other thresholds need no other frames.

    Args:
        frames: trajectory, clip, frame and the measures.
        config: the thresholds.
    """
    frames = frames.assign(reason=_first_reason(frames, config))
    passed = frames.assign(passed=frames.reason == KEPT)
    clips = passed.groupby(["trajectory", "clip"], as_index=False).agg(
        frames=("frame", "size"), passed=("passed", "mean")
    )
    clips["reason"] = np.where(clips.passed >= config.min_frames, KEPT, "too few frames pass")
    by_walk = clips.assign(passed=clips.reason == KEPT).groupby("trajectory", as_index=False)
    walks = by_walk.agg(clips=("clip", "size"), passed=("passed", "mean"))
    seen = frames.groupby("trajectory", as_index=False).agg(entropy=("entropy", "mean"), landmark=("landmark", "max"))
    walks = walks.merge(seen, on="trajectory")
    few, blank = walks.passed < config.min_clips, walks.landmark < config.min_landmark
    walks["reason"] = np.select([few, blank], ["too few clips pass", "no object large enough"], KEPT)
    return Selection(frames, clips, walks)


_COLUMNS = [
    "trajectory",
    "clip",
    "frame",
    "entropy",
    "categories",
    "structural",
    "near",
    "unlabelled",
    "landmark",
    "unique",
]


def _measure(footage: Footage, labels: Labels, table: CategoryTable, config: FilteringConfig) -> pd.DataFrame:
    rig = footage.rig(Motion.CONTINUOUS, labels.trajectory)
    camera = camera_name(rig, rig.settings[0])
    rows = []
    for number, clip in enumerate(labels.clips):
        for frame in sorted({*range(clip.start, clip.end, config.stride), clip.end}):
            measures = frame_information(
                footage.ids(labels.trajectory, camera, "semantic", frame),
                footage.ids(labels.trajectory, camera, "instance", frame),
                footage.depth(labels.trajectory, camera, frame, rig.depth_unit),
                table,
                visible_area=config.visible_area,
                near_distance=config.near_distance,
            )
            rows.append({"trajectory": labels.trajectory, "clip": number, "frame": frame, **measures})
    return pd.DataFrame(rows, columns=_COLUMNS)


def _first_reason(frames: pd.DataFrame, config: FilteringConfig) -> np.ndarray:
    tests = {
        "unlabelled surface": frames.unlabelled > config.max_unlabelled,
        "too near": frames.near > config.max_near,
        "mostly walls and floor": frames.structural > config.max_structural,
        "too few categories": frames.categories < config.min_categories,
        "too uniform": frames.entropy < config.min_entropy,
    }
    return np.select(list(tests.values()), list(tests), KEPT)


def _keep_all(frames: pd.DataFrame, config: FilteringConfig) -> Selection:
    selection = decide(frames, config)
    return Selection(selection.frames, selection.clips.assign(reason=KEPT), selection.walks.assign(reason=KEPT))
