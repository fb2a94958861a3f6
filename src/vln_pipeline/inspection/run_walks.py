"""The walks of a run as they were filmed, kept or rejected: before they are exported."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import pandas as pd

from vln_pipeline.export.vln_n1 import clip_of_frames
from vln_pipeline.filtering.selection import KEPT, Selection
from vln_pipeline.inspection.filmed_walk import FilmedWalk
from vln_pipeline.labelling.labels import LabelledWalks, Labels
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.footage import Footage, camera_name

Judged = tuple[str, str, str]
"""Key of a slice of walks, id of a walk, and why it was rejected; "" where it was kept."""


def judged_walks(selections: Mapping[str, Callable[[], Selection]]) -> list[Judged]:
    """Return all walks of a run that were filmed, in order."""
    return [
        (key, walk, reason)
        for key, load in selections.items()
        for walk, reason in load().walks[["trajectory", "reason"]].itertuples(index=False)
    ]


def measured_frames(selections: Mapping[str, Callable[[], Selection]]) -> pd.DataFrame:
    """Return what the measured frames of all walks tell."""
    return pd.concat([load().frames for load in selections.values()] or [pd.DataFrame()], ignore_index=True)


def shown_walks(judged: Sequence[Judged], count: int) -> list[Judged]:
    """Return some walks, evenly spread; up to half of them rejected ones, since these are few."""
    kept = [walk for walk in judged if walk[2] == KEPT]
    rejected = [walk for walk in judged if walk[2] != KEPT]
    few = _spread(rejected, max(count // 2, count - len(kept)))
    return sorted([*_spread(kept, count - len(few)), *few])


def filmed_walks(
    shown: Sequence[Judged],
    footage: Mapping[str, Callable[[], Footage]],
    labels: Mapping[str, Callable[[], LabelledWalks]],
) -> Iterator[FilmedWalk]:
    """Yield walks as the first camera of their continuous rig saw them.

    Args:
        shown: the walks, those of one slice in a row.
        footage: loaders of frames, by slice.
        labels: loaders of instructions, by slice.

    Raises:
        DataError: no continuous rig filmed the walks.
    """
    of_slice, worded = "", {}
    for key, walk, reason in shown:
        if key != of_slice:
            of_slice, worded = key, {label.trajectory: label for label in labels[key]().kept}
        yield _filmed(footage[key](), walk, reason, worded.get(walk))


def _filmed(footage: Footage, walk: str, reason: str, labels: Labels | None) -> FilmedWalk:
    rig = footage.rig(Motion.CONTINUOUS, walk)
    setting = rig.settings[0]
    camera = camera_name(rig, setting)
    poses = footage.poses(walk, camera)
    clips = None
    if labels is not None:
        clips = [labels.clips[clip].revised_sub_instruction for clip in clip_of_frames(labels, len(poses))]
    return FilmedWalk(
        name=walk,
        scene=footage.index.scene,
        camera=camera,
        height=setting.height,
        intrinsics=setting.intrinsics,
        poses=poses,
        rgb=partial(footage.rgb, walk, camera),
        depth=partial(footage.depth, walk, camera, unit=rig.depth_unit),
        wordings=() if labels is None else (labels.sum_instruction, *labels.variants),
        clips=clips,
        reason=reason,
        ids={kind: partial(footage.ids, walk, camera, kind) for kind in ("semantic", "instance")},
        categories=footage.index.categories,
    )


def _spread(walks: Sequence[Judged], count: int) -> list[Judged]:
    return [walks[number * len(walks) // count] for number in range(count)] if len(walks) > count else list(walks)
