"""Parameters of the ``hssd`` source."""

from typing import Literal

from vln_pipeline.scenes.published.config import TexturedConfig


class HssdConfig(TexturedConfig):
    """Which scenes of HSSD, and how to read them."""

    arrangement: Literal["scenes", "scenes-uncluttered"] = "scenes"
    """Folder of the arrangements: with all objects, or without small ones."""
    missing_object: Literal["refuse", "skip"] = "refuse"
    """What becomes of an object whose files are missing: no scene, or the scene without it, with a recorded defect."""
    licence: str = "CC BY-NC 4.0, not for commercial use (Habitat Synthetic Scenes Dataset)"
    """Terms of the scenes, as a dataset card should print them."""
