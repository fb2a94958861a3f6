"""What a camera sees at one pose, and what makes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import Intrinsics


@dataclass(frozen=True)
class GeometryFrame:
    """The exact part of a frame, sampled at pixel centres.

    Attributes:
        depth: (h, w) float32 metres along the optical axis; 0 where nothing is hit.
        semantic: (h, w) uint16 category id (index into ``Scene.categories``); 0 where nothing is hit.
        instance: (h, w) uint16 instance id; 0 where nothing is hit.
    """

    depth: NDArray[np.float32]
    semantic: NDArray[np.uint16]
    instance: NDArray[np.uint16]


class RgbRenderer(Protocol):
    """A colour backend: holds one loaded scene and films poses of it."""

    def render(self, poses: NDArray[np.float64], intrinsics: Intrinsics) -> Iterator[NDArray[np.uint8]]:
        """Yield one (h, w, 3) uint8 sRGB image per pose.

        Args:
            poses: (N, 4, 4) camera-to-world, OpenCV axes, metres, world z up.
            intrinsics: the camera.
        """
        ...

    def close(self) -> None:
        """Free the scene; a process-backed renderer ends its process."""
        ...
