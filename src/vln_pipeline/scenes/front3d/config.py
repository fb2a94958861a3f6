"""Parameters of the ``front3d`` source."""

from typing import Literal

from pydantic import Field

from vln_pipeline.scenes.published.config import PublishedConfig


class Front3dConfig(PublishedConfig):
    """Which houses of 3D-FRONT, and how to read them."""

    houses: str = "3D-FRONT"
    """Folder of the houses' JSON files, below ``path``."""
    models: str = "3D-FUTURE-model"
    """Folder of the furniture models, below ``path``; it may be missing."""
    textures: str = "3D-FRONT-texture"
    """Folder of the textures, below ``path``; it may be missing."""
    missing_model: Literal["box", "skip"] = "box"
    """What stands in for furniture whose model is missing: a box of its size, or nothing."""
    threshold: float = Field(0.4, ge=0, le=1)
    """Widest gap between the floors of two rooms that is closed by a threshold, metres; 0 closes none."""
    texture_size: int = Field(1024, ge=16, le=8192)
    """Longest edge of a texture, pixels; larger ones are scaled down."""
    licence: str = "3D-FRONT and 3D-FUTURE data-sets use agreement: scientific research only"
    """Terms of the scenes, as a dataset card should print them."""
