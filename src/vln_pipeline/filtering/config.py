"""Parameters of the filtering stage."""

from typing import Literal

from pydantic import Field

from vln_pipeline.config import Config


class FilteringConfig(Config):
    """What a frame must show, and how many frames and clips of a walk must show it.

    The thresholds of categories in view (3 in GOAT's language goals, here 2, as walls are not counted) and of visible
    area follow public navigation data; the others are ours.
    """

    stride: int = Field(default=8, ge=1)
    """Every how many frames one is measured; the last frame of a clip always is."""
    visible_area: float = Field(default=0.002, ge=0, le=1)
    """Share of the image that an object must fill to be seen at all."""
    near_distance: float = Field(default=0.4, gt=0)
    """Surfaces nearer than this block the view, metres."""
    min_entropy: float = Field(default=0.15, ge=0, le=1)
    """Smallest normalised entropy of the categories in a frame."""
    min_categories: int = Field(default=2, ge=0)
    """Fewest categories in a frame, parts of the building not counted."""
    max_structural: float = Field(default=0.95, ge=0, le=1)
    """Largest share of a frame that parts of the building may fill."""
    max_near: float = Field(default=0.5, ge=0, le=1)
    """Largest share of a frame that near surfaces may fill."""
    max_unlabelled: float = Field(default=0.3, ge=0, le=1)
    """Largest share of a frame without a category: holes of the mesh and unknown objects."""
    min_frames: float = Field(default=0.3, ge=0, le=1)
    """Smallest share of a clip's frames that must pass."""
    min_clips: float = Field(default=0.7, ge=0, le=1)
    """Smallest share of a walk's clips that must pass."""
    min_landmark: float = Field(default=0.01, ge=0, le=1)
    """Smallest share of an image that the largest object must fill in at least one frame of the walk."""
    unlabelled_scenes: Literal["keep", "reject"] = "keep"
    """What becomes of walks in a scene without a single labelled object, where information cannot be measured."""
