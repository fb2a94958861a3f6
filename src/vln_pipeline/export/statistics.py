"""Statistics that LeRobot keeps of every feature, per episode and pooled.

Numbers are element-wise over the frames. Images are per channel over the pixels of evenly spaced frames, thinned to
about 150 pixels a side; they are counted in histograms, so memory does not depend on how many frames are looked at.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Statistics = dict[str, NDArray[Any]]
"""min, max, mean, std, q01, q10, q50, q90, q99: float64 arrays of the feature's shape, (C, 1, 1) for images;
count: (1,) int64 frames looked at."""

QUANTILES = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}
_LARGE, _THIN = 300, 150


def of_numbers(values: NDArray[Any]) -> Statistics:
    """Return the statistics of (N, ...) values over the first axis; scalars, (N,), give arrays of one."""
    rows = np.asarray(values, dtype=np.float64)
    rows = rows[:, None] if rows.ndim == 1 else rows
    found = {"min": rows.min(axis=0), "max": rows.max(axis=0), "mean": rows.mean(axis=0), "std": rows.std(axis=0)}
    found |= dict(zip(QUANTILES, np.quantile(rows, list(QUANTILES.values()), axis=0), strict=True))
    return _exact(found) | {"count": np.array([len(rows)])}


def _exact(found: Statistics) -> Statistics:
    """Return statistics in which what never changes is its own mean, to the last bit, with a spread of 0.

    Readers divide by the spread and a tiny number: a rounded mean would make thousands of a constant.
    """
    constant = found["min"] == found["max"]
    same = {name: np.where(constant, found["min"], found[name]) for name in ("mean", *QUANTILES)}
    return found | same | {"std": np.where(constant, 0.0, found["std"])}


def sampled_frames(length: int) -> NDArray[np.int64]:
    """Return the frames of an episode whose images are looked at, as lerobot chooses them: all of up to 100."""
    count = max(min(length, 100), min(int(length**0.75), 10_000))
    return np.round(np.linspace(0, length - 1, count)).astype(np.int64)


class ImageStatistics:
    """Statistics of the images of one feature in one episode.

    Args:
        length: frames of the episode.
        channels: of the images.
        levels: number of possible values, 256 or 65536.
        scale: factor on the values; lerobot keeps 8-bit images in [0, 1].
    """

    def __init__(self, length: int, channels: int, levels: int, scale: float) -> None:
        self._sampled = frozenset(sampled_frames(length).tolist())
        self._counts = np.zeros((channels, levels), dtype=np.int64)
        self._scale, self._frames = scale, 0

    def add(self, frame: int, image: NDArray[Any]) -> None:
        """Count a (h, w, C) or (h, w) image, if its frame is one of those that are looked at."""
        if frame not in self._sampled:
            return
        side = max(image.shape[:2])
        stride = side // _THIN if side > _LARGE else 1
        pixels = image[::stride, ::stride].reshape(-1, len(self._counts))
        for channel, counts in enumerate(self._counts):
            counts += np.bincount(pixels[:, channel], minlength=len(counts))
        self._frames += 1

    def result(self) -> Statistics:
        """Return the statistics of what was counted; at least one image."""
        values: NDArray[np.float64] = np.arange(self._counts.shape[1], dtype=np.float64) * self._scale
        number = self._counts.sum(axis=1)
        mean = self._counts @ values / number
        spread = np.sqrt(np.maximum((self._counts * (values - mean[:, None]) ** 2).sum(axis=1) / number, 0))
        cumulated = self._counts.cumsum(axis=1)
        found = {"min": self._quantile(cumulated, values, 0.0), "max": self._quantile(cumulated, values, 1.0)}
        found |= {"mean": mean, "std": spread}
        found |= {name: self._quantile(cumulated, values, share) for name, share in QUANTILES.items()}
        return {name: value.reshape(-1, 1, 1) for name, value in found.items()} | {"count": np.array([self._frames])}

    @staticmethod
    def _quantile(cumulated: NDArray[np.int64], values: NDArray[np.float64], share: float) -> NDArray[np.float64]:
        """Return numpy's linearly interpolated quantile of each channel."""
        rank = (cumulated[0, -1] - 1) * share
        low = [values[np.searchsorted(row, np.floor(rank), side="right")] for row in cumulated]
        high = [values[np.searchsorted(row, np.ceil(rank), side="right")] for row in cumulated]
        return np.array(low) + (rank - np.floor(rank)) * (np.array(high) - np.array(low))


def merged(first: Statistics, second: Statistics) -> Statistics:
    """Return the statistics of both together.

    Mean and variance by the parallel formula of Chan, Golub and LeVeque (1979); quantiles, which cannot be pooled
    exactly, as the count-weighted mean, as lerobot does.
    """
    n, m = first["count"][0], second["count"][0]
    mean = (first["mean"] * n + second["mean"] * m) / (n + m)
    squares = sum(k * (s["std"] ** 2 + (s["mean"] - mean) ** 2) for k, s in ((n, first), (m, second)))
    found = {"min": np.minimum(first["min"], second["min"]), "max": np.maximum(first["max"], second["max"])}
    found |= {"mean": mean, "std": np.sqrt(squares / (n + m))}
    found |= {name: (first[name] * n + second[name] * m) / (n + m) for name in QUANTILES}
    return _exact(found) | {"count": np.array([n + m])}


def as_json(statistics: Mapping[str, Statistics], *, quantiles: bool) -> dict[str, Any]:
    """Return nested lists by feature; v2.1 has no quantiles."""
    return {
        feature: {name: value.tolist() for name, value in found.items() if quantiles or name not in QUANTILES}
        for feature, found in statistics.items()
    }
