"""What the policy remembers of the last control steps: each image's tokens, computed when it was the current one."""

import copy
from collections import deque
from collections.abc import Callable

import torch
from torch import Tensor


class FrameMemory:
    """Tokens of the current image and of those before it, at equal distances in time.

    Args:
        encode: returns the (1, patches, vit_dim) tokens of a (1, 3, S, S) image.
        blank: (1, 3, S, S) stands for images from before the start.
        size: images remembered, the current one among them.
        stride: control steps between two of them.
    """

    def __init__(self, encode: Callable[[Tensor], Tensor], blank: Tensor, size: int, stride: int) -> None:
        self.encode, self.size, self.stride = encode, size, stride
        self.blank = encode(blank)
        self.frames: deque[Tensor] = deque(maxlen=(size - 1) * stride + 1)

    def another(self) -> "FrameMemory":
        """Return an empty memory of the same kind."""
        other = copy.copy(self)
        other.frames = deque(maxlen=self.frames.maxlen)
        return other

    def clear(self) -> None:
        """Forget all images."""
        self.frames.clear()

    def remember(self, image: Tensor) -> Tensor:
        """Encode the current (1, 3, S, S) image and return the (1, size, patches, vit_dim) tokens, oldest first."""
        self.frames.append(self.encode(image))
        kept = list(self.frames)[:: -self.stride]
        missing = [self.blank] * (self.size - len(kept))
        return torch.stack([*missing, *reversed(kept)], dim=1)
