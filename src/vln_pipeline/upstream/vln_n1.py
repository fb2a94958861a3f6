"""Dialect vln_n1: continuous walks for NavDP, one camera an episode."""

from collections.abc import Iterator

import numpy as np

from vln_pipeline.export import writer_v21
from vln_pipeline.export.vln_n1 import VlnN1
from vln_pipeline.upstream.conventions import OPENGL
from vln_pipeline.upstream.dataset import EPISODES, STATISTICS, TASKS, UpstreamDataset
from vln_pipeline.upstream.finding import Finding
from vln_pipeline.upstream.traps import axes, images, metadata, motion, numbers
from vln_pipeline.upstream.traps.depth_unit import depth_unit
from vln_pipeline.upstream.traps.image_ranges import image_ranges
from vln_pipeline.upstream.traps.videos import videos

POSE, EXTRINSIC, INTRINSIC = "action", "observation.camera_extrinsic", "observation.camera_intrinsic"
_COLUMNS = {INTRINSIC: (3, 3), EXTRINSIC: (4, 4), POSE: (4, 4)}
_LIMITS = motion.Limits(0.1, 4.5, "move by 0.04 m (median) and turn by up to 4 degrees a frame")
_CLOUD = "meta/pointcloud.ply"


def findings(dataset: UpstreamDataset) -> Iterator[Finding]:
    """Yield what is wrong with a dataset of this dialect."""
    yield from metadata.files(dataset, EPISODES, STATISTICS, TASKS)
    yield from metadata.episodes_told(dataset)
    yield from metadata.lengths(dataset)
    yield from metadata.totals(dataset)
    yield from metadata.joined_instructions(dataset, is_custom=False)
    yield from image_ranges(dataset, writer_v21.RGB)
    for key in (writer_v21.RGB, writer_v21.DEPTH):
        yield from images.counts(dataset, key)
        yield from images.truncated(dataset, key)
        yield from images.sizes(dataset, key, key)
    yield from images.depth_format(dataset, writer_v21.DEPTH)
    yield from videos(dataset)
    yield from numbers.columns(dataset, _COLUMNS)
    yield from numbers.not_finite(dataset, _COLUMNS)
    yield from axes.axes(dataset, POSE, OPENGL)
    yield from axes.extrinsic(dataset, EXTRINSIC, POSE, OPENGL)
    yield from depth_unit(dataset, writer_v21.DEPTH, VlnN1.depth_unit, POSE, lambda episode: _camera(dataset, episode))
    yield from motion.poses_in_bounds(dataset, POSE, _LIMITS)
    if not (dataset.root / _CLOUD).is_file():
        yield Finding(_CLOUD, "is missing", "NavDP's critic has no obstacles to learn from", "download it")


def _camera(dataset: UpstreamDataset, episode: int) -> tuple[float, float] | None:
    """Return height above the ground and focal length over image height of an episode's camera."""
    mounts, intrinsics = dataset.poses(episode, EXTRINSIC), dataset.values(episode, INTRINSIC, 3, 3)
    if mounts is None or intrinsics is None or not np.isfinite(intrinsics).all():
        return None
    height, focal, centre = float(mounts[0, 2, 3]), float(intrinsics[0, 1, 1]), float(intrinsics[0, 1, 2])
    # The principal point is in the middle, so it tells the image's height.
    return (height, focal / (2 * centre + 1)) if min(height, focal, centre) > 0 else None
