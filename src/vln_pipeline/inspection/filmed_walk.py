"""A walk with the frames of one camera, wherever these lie."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.export.masks import LARGEST_ID
from vln_pipeline.export.policy_form import CLIP
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.inspection.episode_views import filmed_poses_of, wordings_of
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.scenes.scene import UNKNOWN


@dataclass(frozen=True)
class FilmedWalk:
    """A walk as one camera saw it.

    Attributes:
        name: of the walk.
        scene: scene id.
        camera: setting.
        height: of the camera above the ground, metres.
        intrinsics: the camera.
        poses: (N, 4, 4) camera-to-world, OpenCV axes, metres, world z up.
        rgb: reads (h, w, 3) uint8 of a frame.
        depth: reads (h, w) metres of a frame; 0 where nothing was hit.
        wordings: instructions of the whole route.
        clips: instruction of each frame's clip, or None.
        goals: (N, 2) pixel goals, (-1, -1) for none, or None.
        split: train or validation, or "".
        reason: why the walk was rejected; "" for one that was kept.
        ids: by kind of mask, semantic or instance, what reads (h, w) ids of a frame; empty where there are no masks.
        categories: names of the semantic ids from 0 on.
    """

    name: str
    scene: str
    camera: str
    height: float
    intrinsics: Intrinsics
    poses: NDArray[np.float64]
    rgb: Callable[[int], NDArray[np.uint8]]
    depth: Callable[[int], NDArray[np.float32]]
    wordings: tuple[str, ...]
    clips: Sequence[str] | None = None
    goals: NDArray[np.integer] | None = None
    split: str = ""
    reason: str = ""
    ids: Mapping[str, Callable[[int], NDArray[np.uint16]]] = field(default_factory=dict)
    categories: tuple[str, ...] = ()


def walk_of(dataset: ExportedDataset, episode: int) -> FilmedWalk:
    """Return an episode as its last camera saw it: in vln_ce that is the one that looks down most."""
    row = dataset.episodes[episode]
    camera = max(dataset.cameras_of(episode), key=lambda camera: (camera.height, camera.pitch))
    columns = dataset.dialect_columns(episode)
    return FilmedWalk(
        name=row.get("trajectory", f"episode {episode}"),
        scene=dataset.scene_of(episode),
        camera=camera.setting,
        height=camera.height,
        intrinsics=camera.intrinsics,
        poses=filmed_poses_of(dataset, columns, camera),
        rgb=partial(dataset.rgb, episode, camera.suffix),
        depth=partial(dataset.depth, episode, camera.suffix),
        wordings=wordings_of(dataset, episode),
        clips=dataset.table(episode, [CLIP])[CLIP].to_pylist() if CLIP in dataset.info["features"] else None,
        goals=columns.get(f"goal{camera.suffix}"),
        split=row.get("split", "train"),
        ids={kind: partial(dataset.mask, episode, kind, camera.suffix) for kind in dataset.mask_kinds},
        categories=_named(dataset.mask_names(episode, "semantic")),
    )


def _named(names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the ids from 0 on; those between that have none are unknown."""
    numbers = [int(number) for number in names if number.isdecimal() and int(number) <= LARGEST_ID]
    return tuple(names.get(str(number), UNKNOWN) for number in range(max(numbers, default=-1) + 1))
