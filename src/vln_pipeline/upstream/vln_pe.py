"""Dialect vln_pe: what an embodied robot recorded, images as arrays."""

from collections.abc import Iterator

from vln_pipeline.export import writer_v21
from vln_pipeline.upstream.dataset import EPISODES, TASKS, UpstreamDataset
from vln_pipeline.upstream.finding import Finding
from vln_pipeline.upstream.traps import metadata, motion, numbers
from vln_pipeline.upstream.traps.arrays import arrays, normalised_depth
from vln_pipeline.upstream.traps.quaternions import quaternion_order

ROBOT, CAMERA = "observation.robot", "observation.camera"
_COLUMNS: dict[str, tuple[int, ...]] = {
    **{
        f"{body}_{part}": shape
        for body in (CAMERA, ROBOT)
        for part, shape in (("position", (3,)), ("orientation", (4,)))
    },
    **{f"{name}": () for name in (f"{CAMERA}_yaw", f"{ROBOT}_yaw", "observation.progress", "observation.step")},
    "observation.action": (),
}
_COLOUR, _DEPTH = (writer_v21.RGB, "rgb.npy"), (writer_v21.DEPTH, "depth.npy")
_LIMITS = motion.Limits(0.5, 180, "take steps of 0.25 m")


def findings(dataset: UpstreamDataset) -> Iterator[Finding]:
    """Yield what is wrong with a dataset of this dialect."""
    yield from metadata.files(dataset, EPISODES, TASKS)
    yield from metadata.episodes_told(dataset)
    yield from metadata.lengths(dataset)
    yield from metadata.totals(dataset)
    yield from metadata.joined_instructions(dataset, is_custom=False)
    yield from numbers.columns(dataset, _COLUMNS)
    yield from numbers.not_finite(dataset, _COLUMNS)
    yield from quaternion_order(dataset, ROBOT, is_free=False)
    # Releases differ in which way the axes of a camera's orientation point.
    yield from quaternion_order(dataset, CAMERA, is_free=True)
    yield from motion.positions_in_bounds(dataset, f"{ROBOT}_position", _LIMITS)
    yield from arrays(dataset, *_COLOUR)
    yield from arrays(dataset, *_DEPTH)
    yield from normalised_depth(dataset, *_DEPTH)
