"""Parameters of the procedural homes."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config


class ProceduralConfig(Config):
    """What kind of homes are generated, and how many."""

    count: int = Field(3, ge=1, le=100_000)
    """Number of homes."""
    floor_area: tuple[float, float] = (58.0, 96.0)
    """Smallest and largest area of a storey, walls included, square metres, within 40 to 200."""
    rooms: tuple[int, int] = (6, 9)
    """Fewest and most rooms on the entrance storey, the hallway included, within 5 to 14."""
    two_storey_probability: float = Field(0.25, ge=0, le=1)
    """Share of homes with an upper storey and stairs."""
    l_shape_probability: float = Field(0.4, ge=0, le=1)
    """Share of homes whose outline is L-shaped rather than rectangular."""
    ceiling_height: tuple[float, float] = (2.5, 2.75)
    """Lowest and highest clear height of a storey, metres, within 2.3 to 3.5."""
    door_width: tuple[float, float] = (0.82, 0.95)
    """Narrowest and widest clear width of an inner door, metres, within 0.8 to 1.1."""
    furniture_density: float = Field(0.85, ge=0, le=1)
    """Share of the optional pieces that are tried; 0 leaves each room its essentials."""
    texture_size: int = Field(512, ge=64, le=2048)
    """Edge of a texture image, pixels."""

    @model_validator(mode="after")
    def _bands_are_sound(self) -> Self:
        limits = {
            "floor_area": (self.floor_area, 40, 200),
            "rooms": (self.rooms, 5, 14),
            "ceiling_height": (self.ceiling_height, 2.3, 3.5),
            "door_width": (self.door_width, 0.8, 1.1),
        }
        for name, ((low, high), least, most) in limits.items():
            if not least <= low <= high <= most:
                raise ValueError(f"{name} must be [low, high] with {least} <= low <= high <= {most}")
        return self
