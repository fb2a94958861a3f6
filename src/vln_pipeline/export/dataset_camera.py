"""A camera as an exported dataset tells of it."""

from dataclasses import dataclass
from typing import Any

from vln_pipeline.rendering.camera import Intrinsics


@dataclass(frozen=True)
class Camera:
    """A camera that a dataset was filmed with.

    Attributes:
        setting: "<H>cm_<P>deg".
        suffix: what the names of its features end with.
        height: above the ground, metres.
        pitch: downward tilt, degrees.
        intrinsics: the camera.
    """

    setting: str
    suffix: str
    height: float
    pitch: float
    intrinsics: Intrinsics

    def record(self) -> dict[str, Any]:
        """Return what ``meta/dialect.json`` holds of the camera."""
        return {
            "height": self.height,
            "pitch": self.pitch,
            "suffix": self.suffix,
            "intrinsics": dict(vars(self.intrinsics)),
        }
