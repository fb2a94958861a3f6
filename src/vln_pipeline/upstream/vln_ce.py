"""Dialect vln_ce: discrete walks with pixel goals for System 2, all camera settings in one episode."""

from collections.abc import Iterator

import numpy as np

from vln_pipeline.export import writer_v21
from vln_pipeline.export.vln_ce import VlnCe
from vln_pipeline.upstream.conventions import OPENCV
from vln_pipeline.upstream.dataset import EPISODES, UpstreamDataset
from vln_pipeline.upstream.finding import Finding
from vln_pipeline.upstream.traps import actions, axes, images, metadata, motion, numbers, settings
from vln_pipeline.upstream.traps.depth_unit import depth_unit
from vln_pipeline.upstream.traps.goals import goals
from vln_pipeline.upstream.traps.videos import videos

_SIZE = (640, 480)
"""Images of the release, where ``info.json`` and the images tell nothing."""
_FOCAL = 0.5 / np.tan(np.radians(79) / 2) * _SIZE[0] / _SIZE[1]
"""Of a camera with 79 degrees over 640 pixels, over the image's height; near enough for a power of ten."""
_LIMITS = motion.Limits(0.26, 31, "move by 0.25 m or turn by 15 or 30 degrees")


def findings(dataset: UpstreamDataset) -> Iterator[Finding]:
    """Yield what is wrong with a dataset of this dialect."""
    names = settings.settings(dataset)
    yield from metadata.files(dataset, EPISODES)
    yield from metadata.episodes_told(dataset)
    yield from metadata.lengths(dataset)
    yield from metadata.totals(dataset)
    yield from metadata.joined_instructions(dataset, is_custom=True)
    yield from numbers.columns(dataset, {"action": ()})
    yield from actions.first_action(dataset, [f"pose.{setting}" for setting in names])
    yield from actions.unknown_actions(dataset)
    yield from settings.missing(dataset)
    yield from videos(dataset)
    for setting in names:
        yield from _of_setting(dataset, setting)


def _of_setting(dataset: UpstreamDataset, setting: str) -> Iterator[Finding]:
    pose = f"pose.{setting}"
    height, pitch = settings.height_and_pitch(setting)
    shapes = {pose: (4, 4), f"goal.{setting}": (2,), f"relative_goal_frame_id.{setting}": ()}
    present = {name: shape for name, shape in shapes.items() if any(name in dataset.columns(e) for e in dataset.rows)}
    yield from numbers.columns(dataset, present)
    yield from numbers.not_finite(dataset, {name: present[name] for name in (pose,) if name in present})
    yield from axes.axes(dataset, pose, OPENCV)
    yield from axes.start(dataset, pose, height, pitch, OPENCV)
    yield from motion.poses_in_bounds(dataset, pose, _LIMITS)
    colour, depth = f"{writer_v21.RGB}.{setting}", f"{writer_v21.DEPTH}.{setting}"
    yield from goals(dataset, setting, height, OPENCV, _image_size(dataset, colour))
    for key in (colour, depth):
        if key in dataset.picture_keys:
            yield from images.counts(dataset, key)
            yield from images.truncated(dataset, key)
            yield from images.sizes(dataset, key, key)
    yield from images.depth_format(dataset, depth)
    yield from depth_unit(dataset, depth, VlnCe.depth_unit, pose, lambda _: (height, _FOCAL))


def _image_size(dataset: UpstreamDataset, key: str) -> tuple[int, int]:
    """Return the size of a setting's images: of the first that has one."""
    for episode in dataset.pictures(key).episodes:
        size, _ = images.header(dataset.pictures(key).frames(episode)[0])
        if size is not None:
            return size
    return images.declared_size(dataset, key) or _SIZE
