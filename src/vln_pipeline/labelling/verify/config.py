"""Parameters of the follower."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config


class VerifyConfig(Config):
    """What a follower that only has the words takes for true, and which instructions are kept.

    All tolerances are ours, wider than those of the labeller, so that what is well said is understood.
    """

    enabled: bool = True
    """Whether instructions are followed at all; it takes about a second a walk."""
    min_probability: float | None = Field(default=None, ge=0, le=1)
    """Least probability of ending within 3 m of the goal by the words alone, above 0 without contradiction; wordings
    below it are left out, and a walk without any other is, with its reason. 0 keeps all. None is a half for the
    template labeller, and 0 for models, whose free words the follower may not read."""
    eye_height: float = Field(default=1.2, gt=0)
    """Height that the follower sees from, metres."""
    sight: float = Field(default=8.0, gt=0)
    """Farthest object that it recognises, metres."""
    spacing: float = Field(default=0.3, gt=0.1, le=1)
    """Distance between the places that it may walk to, metres; wider on a storey of more than ``max_places``."""
    max_places: int = Field(default=1500, ge=50)
    """Most places of a storey that it may walk to, about."""
    reach: float = Field(default=14.0, gt=1)
    """Longest walk that it considers, metres."""

    @model_validator(mode="after")
    def _what_is_kept_was_followed(self) -> Self:
        if self.min_probability and not self.enabled:
            raise ValueError("min_probability keeps what was followed: set enabled, or min_probability to 0 or null")
        return self
