"""Parameters of lights and of their randomisation."""

from pydantic import Field

from vln_pipeline.config import Config


class LightingConfig(Config):
    """How a scene is lit and exposed."""

    lamp_spacing: float = Field(3.0, gt=0.5)
    """Distance of the ceiling lamps in a scene that brings no lights, metres."""
    lamp_power: float = Field(5.0, ge=0)
    """Power of those lamps, watts per square metre of floor."""
    sky: float = Field(2.0, ge=0)
    """Radiance of the sky, which lights what has no ceiling and is seen through windows."""
    exposure: float | None = Field(None, gt=0)
    """Factor on linear radiance before the sRGB curve; None measures it in each scene."""
    brightness: float = Field(0.45, gt=0, lt=1)
    """Displayed (sRGB) brightness that a measured exposure gives to the median of what an indoor camera sees."""


class RandomisationConfig(Config):
    """Which looks are drawn anew per scene; all off by default."""

    lamp_power: float = Field(0.0, ge=0, le=2)
    """Standard deviation of the natural logarithm of each lamp's power factor."""
    color_temperature: tuple[float, float] | None = None
    """Range of lamp colours, kelvin, for instance [2700, 6500]; None keeps each lamp's own."""
    lamps_off: float = Field(0.0, ge=0, lt=1)
    """Probability that a lamp is off; one always stays on."""
    sky: float = Field(0.0, ge=0, le=2)
    """Standard deviation of the natural logarithm of the factor on sky and sun."""
    hue: float = Field(0.0, ge=0, le=0.5)
    """Largest shift of a material's hue, turns of the colour circle."""
    value: float = Field(0.0, ge=0, lt=1)
    """Largest relative change of a material's brightness."""
    roughness: float = Field(0.0, ge=0, le=1)
    """Largest change of a material's roughness."""
    texture_swap: float = Field(0.0, ge=0, le=1)
    """Probability that a textured material takes the texture of another one used on the same category."""
