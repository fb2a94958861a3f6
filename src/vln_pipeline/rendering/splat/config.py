"""Parameters of the rasteriser of Gaussians."""

from typing import Annotated, Literal

from pydantic import Field

from vln_pipeline.config import Config

_Share = Annotated[float, Field(ge=0, le=1)]


class SplatRenderingConfig(Config):
    """How Gaussians become colour frames; scenes that bring them are filmed by them, whatever ``backend`` is."""

    rasteriser: Literal["cpu", "gl"] = "cpu"
    """"cpu": compiled tiles, the same pixels on every machine. "gl": OpenGL, for machines with a GPU; they are 50 dB
    apart or more, and on a CPU it is the slower one."""
    sh_degree: int = Field(default=3, ge=0, le=3)
    """Highest degree of the harmonics by which colours depend on the direction; 0 looks the same from everywhere."""
    near: float = Field(default=0.2, gt=0, le=2)
    """Distance along the optical axis from which Gaussians are seen, metres."""
    background: tuple[_Share, _Share, _Share] = (0.0, 0.0, 0.0)
    """Colour where no Gaussian is, red, green and blue as displayed."""
