"""How much a frame tells, measured on its masks and depth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.scene import UNKNOWN
from vln_pipeline.scenes.vocabulary import is_structural


@dataclass(frozen=True)
class CategoryTable:
    """What each semantic id means, as arrays over the ids.

    Attributes:
        labelled: (K,) bool, neither void nor unknown.
        structural: (K,) bool, part of the building.
    """

    labelled: NDArray[np.bool_]
    structural: NDArray[np.bool_]

    @classmethod
    def of(cls, categories: Sequence[str]) -> "CategoryTable":
        """Return the table of a scene's categories, ``void`` first."""
        names = np.asarray(categories)
        labelled = names != UNKNOWN
        labelled[0] = False
        return cls(labelled, np.array([is_structural(name) for name in categories]))

    @property
    def has_objects(self) -> bool:
        """Whether anything but parts of the building is labelled."""
        return bool((self.labelled & ~self.structural).any())


def frame_information(
    semantic: NDArray[np.uint16],
    instance: NDArray[np.uint16],
    depth: NDArray[np.float32],
    table: CategoryTable,
    *,
    visible_area: float,
    near_distance: float,
) -> dict[str, float]:
    """Return the measures of one frame; shares are of all its pixels.

    * entropy: -sum p log p over the labelled categories' areas, divided by the log of their number in the scene
      (Shannon 1948), so that 1 is an even mix of all that the scene has and 0 a single category.
    * categories: labelled categories in view that are no part of the building.
    * structural, near, unlabelled: shares.
    * landmark: share of the largest object in view.
    * unique: 1 where an object in view is the only one of its category there, else 0.

    Args:
        semantic: (h, w) category ids.
        instance: (h, w) object ids.
        depth: (h, w) metres, 0 where nothing was hit.
        table: meaning of the category ids.
        visible_area: share from which a category or an object is in view.
        near_distance: metres.
    """
    pixels = semantic.size
    area = np.bincount(semantic.ravel(), minlength=len(table.labelled)) / pixels
    share = area[table.labelled]
    share = share[share > 0] / max(share.sum(), np.finfo(float).tiny)
    kinds = max(2, int(table.labelled.sum()))
    in_view = area >= visible_area
    objects = table.labelled & ~table.structural
    ids, first, counts = np.unique(instance, return_index=True, return_counts=True)
    category = semantic.ravel()[first]
    seen = (ids > 0) & objects[category] & (counts / pixels >= visible_area)
    _, twins = np.unique(category[seen], return_counts=True)
    return {
        "entropy": float(-(share * np.log(share)).sum() / np.log(kinds)) + 0.0,
        "categories": float((in_view & objects).sum()),
        "structural": float(area[table.structural].sum()),
        "near": float(((depth > 0) & (depth < near_distance)).mean()),
        "unlabelled": float(area[~table.labelled].sum()),
        "landmark": float(counts[seen].max() / pixels) if seen.any() else 0.0,
        "unique": float((twins == 1).any()),
    }
