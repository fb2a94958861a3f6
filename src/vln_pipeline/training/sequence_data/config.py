"""Parameters of the walks that the single systems learn from."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.training.system2_data.config import BUILT_IN, RecordingConfig


class SequenceDataConfig(Config):
    """Which walks are learned from; each is one sequence, from its first frame to STOP."""

    mix: str | None = "own_125cm_0_30"
    """Recordings of vln_ce: names of the registry, joined by commas; "%30" behind a name takes 30 percent of its
    walks, each wording counted. Seen is the camera of the current views. None for walks of vln_pe alone."""
    root: str = "data/01_raw/vln_ce/traj_data"
    """Folder that relative folders of the registry are under."""
    registry: dict[str, RecordingConfig] = Field(default={})
    """What names stand for, besides the built-in ones; as for System 2."""
    recordings: tuple[str, ...] = ()
    """Folders of vln_pe recordings, published ones or this project's, at any depth."""
    failed_frames: int = Field(default=15, ge=1)
    """Recordings of vln_pe that did not reach their goal are learned from with that many frames or more."""
    stuck_frames: int = Field(default=25, ge=0)
    """Frames that are left out at the end of a recording whose robot got stuck."""
    max_steps: int = Field(default=200, ge=2)
    """Steps at most; longer walks are cut."""
    max_characters: int = Field(default=4000, gt=0)
    """Longer instructions are skipped."""

    @property
    def names(self) -> dict[str, RecordingConfig]:
        """What names stand for."""
        return BUILT_IN | self.registry

    @model_validator(mode="after")
    def _something_is_learned(self) -> Self:
        if self.mix is None and not self.recordings:
            raise ValueError("mix and recordings are both empty: there is nothing to learn from")
        return self
