"""Parameters that published data sets have in common."""

from typing import Literal, Self

from pydantic import Field

from vln_pipeline.config import Config


class PublishedConfig(Config):
    """Which scenes of a published data set, and how to read them."""

    path: str = ""
    """Root folder of the data set, relative to the project, or absolute; no file outside it is read."""
    scenes: str = "*"
    """Ids of the scenes, or patterns (* and ?) of them, separated by blanks."""
    split: str = ""
    """A split of the data set, or a text file with one scene id a line; empty for all scenes."""
    categories: str | None = None
    """File (CSV, JSON or YAML) of patterns of raw categories and what they become; it overrules the source's table."""
    rooms: str | None = None
    """File of the same of room types, in plain words: "guest suite" becomes a "bedroom"."""
    max_file_size: float = Field(4.0, gt=0)
    """Largest file, GiB."""
    max_triangles: int = Field(20_000_000, gt=0)
    """Most triangles of a scene."""

    def of_one_scene(self) -> Self:
        """Return what one scene depends on: not where it lies, nor which others are chosen."""
        return self.model_copy(update={"path": "", "scenes": "*", "split": ""})


class TexturedConfig(PublishedConfig):
    """The same for a data set whose surfaces have textures."""

    missing_texture: Literal["refuse", "flat"] = "refuse"
    """What becomes of a surface whose texture cannot be read: no scene, or flat colour with a recorded defect."""
    texture_size: int = Field(1024, ge=16, le=8192)
    """Longest edge of a texture, pixels; larger ones are scaled down."""


class ScannedConfig(TexturedConfig):
    """The same for a data set of which only some scans are annotated."""

    unlabelled: Literal["refuse", "accept"] = "refuse"
    """What becomes of a scene without annotation: no scene, or floor, walls and ceiling by the geometry alone."""
    reach: float = Field(0.1, gt=0, le=1)
    """How far a face may lie from the annotated surface and still take its label, metres."""
