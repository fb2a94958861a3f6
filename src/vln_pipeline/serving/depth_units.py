"""Noticing depth images in another unit than the contracts', most often millimetres."""

import numpy as np
from numpy.typing import NDArray

_IMAGES, _NEAR, _SHARE, _EVERY = 10, 1.0, 99.0, 4
"""Images that are looked at before a word is said; metres beyond which a robot in a building sees something in one of
them; the percentile that stands for the farthest, since sensors have wild pixels; and every which pixel counts."""


class DepthUnits:
    """Looks at one robot's depth images of an episode.

    Millimetres, read in units of 0.1 mm, make a room ten times smaller: nothing in it is a metre away.
    """

    def __init__(self) -> None:
        self._images, self._farthest = 0, 0.0

    def warnings(self, depth: NDArray[np.float32]) -> list[str]:
        """Return a line where all depth so far is too small, (..., h, w) metres, 0 where nothing was measured."""
        seen = depth[..., ::_EVERY, ::_EVERY]
        seen = seen[seen > 0]
        if self._farthest >= _NEAR or not seen.size:
            return []
        self._images += 1
        self._farthest = max(self._farthest, float(np.percentile(seen, _SHARE)))
        if self._images < _IMAGES or self._farthest >= _NEAR:
            return []
        return [f"in {self._images} depth images nothing is {_NEAR:g} m away; their unit has to be 0.1 mm, not 1 mm"]
