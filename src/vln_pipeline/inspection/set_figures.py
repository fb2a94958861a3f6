"""What all walks of a dataset or run are like, without looking at their frames."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vln_pipeline.export.policy_form import STATE
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.inspection.episode_views import filmed_poses_of, require_finite, wordings_of
from vln_pipeline.inspection.frame_contents import FrameContents
from vln_pipeline.labelling.labels import LabelledWalks
from vln_pipeline.planning.plan import Plans

_MOST = 40
"""Most frequent words and categories that are listed."""
_BARS = 24
_MEASURES = {
    "entropy": "evenness of the categories, 0 for one, 1 for all of the scene alike",
    "categories": "categories of objects in view",
    "landmark": "share of the largest object",
    "structural": "share of walls, floor and ceiling",
    "near": "share of near surfaces",
    "unlabelled": "share without a category",
}
"""By the names of ``frame_information``."""


@dataclass(frozen=True)
class WalkFigures:
    """Figures of one walk.

    Attributes:
        frames: number of them.
        length: of the way, metres.
        turned: sum of all turns, degrees.
        clearance: least distance to anything, metres; None where it is not told.
        wordings: instructions of the whole route.
    """

    frames: int
    length: float
    turned: float
    clearance: float | None
    wordings: tuple[str, ...]


def of_dataset(dataset: ExportedDataset) -> Iterator[WalkFigures]:
    """Yield the figures of every episode."""
    for episode in range(len(dataset)):
        yield _figures(*_way(dataset, episode), None, wordings_of(dataset, episode))


def of_run(
    plans: Mapping[str, Callable[[], Plans]], labels: Mapping[str, Callable[[], LabelledWalks]]
) -> Iterator[WalkFigures]:
    """Yield the figures of every smooth walk that has instructions.

    Args:
        plans: loaders of walks, by scene.
        labels: loaders of instructions, by slice of walks.
    """
    worded = {
        label.trajectory: (label.sum_instruction, *label.variants) for load in labels.values() for label in load().kept
    }
    for load in plans.values():
        for walk in load().trajectories:
            if walk.id in worded:
                yield _figures(walk.path[:, :2], walk.yaw, float(walk.clearance.min()), worded[walk.id])


@dataclass(frozen=True)
class Spread:
    """How a figure is spread over walks or frames.

    Attributes:
        name: of the figure.
        text: least, greatest and median, for people.
        bars: shares of the tallest of some equal ranges, 1 for that one.
    """

    name: str
    text: str
    bars: tuple[float, ...]


def spreads(walks: Sequence[WalkFigures], nearest: Sequence[float] = ()) -> list[Spread]:
    """Return the spread of every figure.

    Args:
        walks: all of them.
        nearest: least distance of the walks that are shown to what their frames saw, metres.
    """
    told: list[tuple[str, Sequence[float], str]] = [
        ("length of the way", [walk.length for walk in walks], "m"),
        ("turns", [walk.turned for walk in walks], "degrees"),
        ("frames", [walk.frames for walk in walks], ""),
        ("clearance", [walk.clearance for walk in walks if walk.clearance is not None], "m"),
        ("nearest surface seen, of the walks shown", nearest, "m"),
        ("words of an instruction", [len(text.split()) for walk in walks for text in walk.wordings], ""),
    ]
    return [_spread(name, values, unit) for name, values, unit in told if len(values)]


def vocabulary(walks: Iterable[WalkFigures]) -> dict[str, Any]:
    """Return the number of distinct and of all words, and the most frequent ones."""
    counted: Counter[str] = Counter()
    for walk in walks:
        for text in walk.wordings:
            counted.update(filter(None, (word.strip(".,;:!?\"'()").lower() for word in text.split())))
    return {"distinct": len(counted), "all": counted.total(), "most": counted.most_common(_MOST)}


def categories(contents: Iterable[FrameContents]) -> list[tuple[str, int]]:
    """Return the most frequent categories, with the number of frames that they are in view in."""
    return Counter(name for frame in contents for name in frame.categories).most_common(_MOST)


def information(frames: pd.DataFrame) -> list[Spread]:
    """Return the spread of what frames tell.

    Args:
        frames: with the measures of ``frame_information`` as columns, or without any.
    """
    return [_spread(text, frames[name], "") for name, text in _MEASURES.items() if name in frames and len(frames)]


def _way(dataset: ExportedDataset, episode: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (N, 2) positions, metres, and (N,) headings, radians."""
    if dataset.is_v30:
        states = np.array(dataset.table(episode, [STATE])[STATE].to_pylist(), dtype=np.float64)
        require_finite(dataset, states, f"{STATE} of episode {episode}")
        return states[:, :2], states[:, 2]
    poses = filmed_poses_of(dataset, dataset.dialect_columns(episode), next(iter(dataset.cameras_of(episode))))
    return poses[:, :2, 3], np.arctan2(poses[:, 1, 2], poses[:, 0, 2])


def _figures(
    way: NDArray[np.float64], heading: NDArray[np.float64], clearance: float | None, wordings: tuple[str, ...]
) -> WalkFigures:
    length = float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())
    turned = float(np.degrees(np.abs(np.diff(np.unwrap(heading))).sum()))
    return WalkFigures(len(way), length, turned, clearance, wordings)


def _spread(name: str, values: ArrayLike, unit: str) -> Spread:
    numbers = np.asarray(values, dtype=np.float64)
    low, middle, high = np.quantile(numbers, [0, 0.5, 1])
    counts = np.histogram(numbers, bins=_BARS)[0]
    text = f"{low:.3g} to {high:.3g} {unit}".rstrip() + f", median {middle:.3g}"
    return Spread(name, text, tuple((counts / counts.max()).round(3).tolist()))
