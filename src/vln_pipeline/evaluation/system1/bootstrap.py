"""How sure a mean over episodes is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_COVERAGE = 95.0


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % confidence interval."""

    mean: float
    low: float
    high: float


def bootstrap_mean(groups: Sequence[NDArray[np.float64]], resamples: int, rng: np.random.Generator) -> Estimate:
    """Return the mean over all values, with a percentile interval by the two-stage bootstrap.

    Episodes of one scene resemble each other, so scenes are resampled first and then episodes within each (Davison and
    Hinkley 1997, section 3.8).

    Args:
        groups: the values of each scene, each (n,); one without values is left out. NaN where all are.
        resamples: number of bootstrap samples.
        rng: draws them.
    """
    groups = [group for group in groups if len(group)]
    if not groups:
        return Estimate(float("nan"), float("nan"), float("nan"))
    sizes = np.array([len(group) for group in groups])
    values = np.zeros((len(groups), sizes.max()))
    for row, group in zip(values, groups, strict=True):
        row[: len(group)] = group
    scenes = rng.integers(len(groups), size=(resamples, len(groups)))
    size = sizes[scenes][..., None]
    picks = (rng.random((resamples, len(groups), values.shape[1])) * size).astype(np.int64)
    taken = np.arange(values.shape[1]) < size
    sums = np.where(taken, values[scenes[..., None], picks], 0.0).sum(axis=(1, 2))
    means = sums / taken.sum(axis=(1, 2))
    low, high = np.percentile(means, [50 - _COVERAGE / 2, 50 + _COVERAGE / 2])
    return Estimate(float(np.concatenate(groups).mean()), float(low), float(high))
