"""What lights a scene."""

from dataclasses import dataclass

from vln_pipeline.scenes.scene import Light


@dataclass(frozen=True)
class Lighting:
    """The lamps, the sky, and how bright the camera shows them.

    Attributes:
        lights: lamps.
        background: (3,) radiance of the sky in all directions, linear RGB.
        exposure: factor on linear radiance before the sRGB curve; there is no other tone mapping.
    """

    lights: tuple[Light, ...]
    background: tuple[float, float, float]
    exposure: float
