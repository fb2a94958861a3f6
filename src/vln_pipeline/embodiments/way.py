"""A dense way, and how far along it a robot is."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.embodiments.rewalk_config import RewalkConfig


class Way:
    """Keeps track of a robot on a way; what was passed is not gone back to.

    Args:
        points: (W, 3) densely sampled, metres.
        config: look-ahead and arrival.

    Attributes:
        length: metres.
    """

    def __init__(self, points: NDArray[np.float64], config: RewalkConfig) -> None:
        self._points, self._config, self._done = points[:, :2], config, 0.0
        self._along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
        self.length = float(self._along[-1])

    def progress(self, here: NDArray[np.float64]) -> float:
        """Return which share of the way a robot at a (2,) place has passed.

        Looked for no further than twice the look-ahead, so that a way that comes back near itself is not cut short.
        """
        near = (self._along >= self._done) & (self._along <= self._done + 2 * self._config.look_ahead)
        apart = np.where(near, np.linalg.norm(self._points - here, axis=1), np.inf)
        self._done = float(self._along[int(np.argmin(apart))])
        return self._done / self.length if self.length else 1.0

    def aim(self) -> NDArray[np.float64]:
        """Return the (2,) point that is steered for."""
        at = min(self._done + self._config.look_ahead, self.length)
        return np.array([np.interp(at, self._along, self._points[:, axis]) for axis in (0, 1)])

    def arrived(self, here: NDArray[np.float64]) -> bool:
        """Tell whether a robot at a (2,) place is there."""
        apart = float(np.linalg.norm(self._points[-1] - here))
        return max(self.length - self._done, apart) < self._config.arrived
