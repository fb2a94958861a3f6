"""What the readers of all formats share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.scene import Splat

SH_C0 = np.float32(0.28209479177387814)
"""The spherical harmonic of degree 0, by which colours are multiplied."""


@dataclass(frozen=True)
class Decoded:
    """Gaussians as a file holds them, not checked.

    Attributes:
        splat: in the file's frame.
        notes: what was taken in a particular way, one clause each.
    """

    splat: Splat
    notes: tuple[str, ...] = ()


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return probabilities of logits; infinite ones give 0 and 1."""
    with np.errstate(over="ignore"):
        return (1 / (1 + np.exp(-logits))).astype(np.float32)


def unit_quats(quats: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (N, 4) quaternions of length 1; one of no length, or not finite, becomes NaN."""
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        length = np.linalg.norm(quats.astype(np.float64), axis=1, keepdims=True)
        return (quats / length).astype(np.float32)
