"""What the single systems see and do at the steps of a few walks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor


@dataclass(frozen=True)
class Frames:
    """N frames, walk by walk.

    Attributes:
        rgb: (N, 3, S, S) float32 in [0, 1].
        depth: (N, 1, D, D) float32 in [0, 1], see ``DepthConfig.reach``.
    """

    rgb: Tensor
    depth: Tensor


@dataclass(frozen=True)
class Seen:
    """What the parts of the encoders that may be frozen make of N frames; see ``see`` of each network.

    Attributes:
        rgb: (N, ...) of the colour images.
        depth: (N, C, g, g) of the depth images.
    """

    rgb: Tensor
    depth: Tensor


@dataclass(frozen=True)
class Steps:
    """What a network says at N steps, walk by walk.

    Attributes:
        logits: (N, 4) of the actions STOP, forward, left, right.
        progress: (N,) share of the way that is behind, in (-1, 1).
        state: the recurrent state after the last step of each walk.
    """

    logits: Tensor
    progress: Tensor
    state: Tensor


def squashed_rgb(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return (size, size, 3) of a (h, w, 3) uint8 image, whatever its shape."""
    if image.shape[:2] == (size, size):
        return image
    return np.array(Image.fromarray(image).resize((size, size), Image.Resampling.BOX), dtype=np.uint8)


def squashed_depth(metres: NDArray[np.float32], size: int, reach: float) -> NDArray[np.float32]:
    """Return (size, size) depth over ``reach``, at most 1, of (h, w) metres; the nearest pixel counts.

    Where nothing was hit, 0 m, it is 1: so VLN-PE stores it.
    """
    rows, columns = (((np.arange(size) + 0.5) * length / size).astype(np.int64) for length in metres.shape)
    shown = metres[rows[:, None], columns]
    share = np.minimum(shown / np.float32(reach), np.float32(1.0))
    return np.where(shown > 0, share, np.float32(1.0)).astype(np.float32)


def frames_of(rgb: Sequence[NDArray[np.uint8]] | Tensor, depth: Sequence[NDArray[np.float32]] | Tensor) -> Frames:
    """Return frames as a network takes them.

    Args:
        rgb: (N, S, S, 3) uint8.
        depth: (N, D, D) float32 in [0, 1].
    """
    colours, depths = (
        given if isinstance(given, Tensor) else torch.from_numpy(np.stack(given)) for given in (rgb, depth)
    )
    return Frames(colours.movedim(-1, 1).float() / 255, depths[:, None].float())
