"""What is in view in a frame, by its masks."""

from dataclasses import dataclass, field

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.filtering.config import FilteringConfig
from vln_pipeline.filtering.information import CategoryTable, frame_information
from vln_pipeline.inspection.filmed_walk import FilmedWalk


@dataclass(frozen=True)
class FrameContents:
    """What one frame shows.

    Attributes:
        categories: labelled ones that fill a share of the image from which the filter counts them.
        measures: those of ``frame_information``; empty without masks of both kinds.
    """

    categories: tuple[str, ...]
    measures: dict[str, float] = field(default_factory=dict)


def contents_of(walk: FilmedWalk, frame: int) -> FrameContents | None:
    """Return what a frame shows; None where the walk has no masks of categories.

    Raises:
        DataError: a mask is missing or broken, or has ids without a name.
    """
    if "semantic" not in walk.ids or not walk.categories:
        return None
    seen = FilteringConfig()
    semantic = walk.ids["semantic"](frame)
    if semantic.max() >= len(walk.categories):
        raise DataError(walk.name, f"its mask of frame {frame} has ids without a name", "export the scene again")
    table = CategoryTable.of(walk.categories)
    share = np.bincount(semantic.ravel(), minlength=len(walk.categories)) / semantic.size
    in_view = np.flatnonzero(table.labelled & (share >= seen.visible_area))
    measures: dict[str, float] = {}
    if "instance" in walk.ids:
        measures = frame_information(
            semantic,
            walk.ids["instance"](frame),
            walk.depth(frame),
            table,
            visible_area=seen.visible_area,
            near_distance=seen.near_distance,
        )
    return FrameContents(tuple(walk.categories[number] for number in in_view), measures)
