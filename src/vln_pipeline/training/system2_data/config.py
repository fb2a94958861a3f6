"""Parameters of System 2's training samples."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config


class RecordingConfig(Config):
    """Where walks lie, and through which of the cameras that filmed them they are seen."""

    folder: str | None = None
    """Folder of vln_ce datasets, one a scene, at any depth up to six; a relative one is under ``root``. None stands for
    the walks that this run exported."""
    height: int = Field(gt=0)
    """Height of the cameras, centimetres."""
    pitch: int = Field(ge=-90, le=90)
    """Downward tilt of the camera of the current and the earlier views, degrees."""
    look_down_pitch: int = Field(ge=-90, le=90)
    """Downward tilt of the camera of the look-down view, in which pixel goals are given, degrees."""
    hfov: float | None = Field(default=None, gt=0, lt=180)
    """Horizontal field of view of the look-down camera, degrees, for datasets that do not tell it themselves; without
    it errors of pixel goals are told in pixels, not in metres."""

    @property
    def setting(self) -> str:
        """Name of the camera of the current and the earlier views."""
        return f"{self.height}cm_{self.pitch}deg"

    @property
    def look_down_setting(self) -> str:
        """Name of the camera of the look-down view."""
        return f"{self.height}cm_{self.look_down_pitch}deg"


_VIEWS = ((125, 0, 30), (125, 0, 45), (60, 15, 15), (60, 30, 30))
_PUBLISHED = {"r2r": _VIEWS, "rxr": _VIEWS, "scalevln": ((125, 0, 30), (125, 0, 45), (60, 30, 30))}
"""Height, pitch and look-down pitch that the walks of InternData-N1 were filmed with."""
BUILT_IN = {"own_125cm_0_30": RecordingConfig(height=125, pitch=0, look_down_pitch=30)} | {
    f"{folder}_{height}cm_{pitch}_{down}": RecordingConfig(
        folder=folder, height=height, pitch=pitch, look_down_pitch=down
    )
    for folder, views in _PUBLISHED.items()
    for height, pitch, down in views
}
"""Recordings that every registry has."""


class AugmentationConfig(Config):
    """How the current and the earlier views are altered, each by itself; the look-down view never is."""

    brightness: float = Field(default=0.2, ge=0, lt=1)
    """Largest change of brightness, a share."""
    saturation: float = Field(default=0.2, ge=0, lt=1)
    """Largest change of saturation, a share."""
    probability: float = Field(default=0.5, ge=0, le=1)
    """Of each of the following three."""
    posterize_bits: int = Field(default=4, ge=1, le=8)
    """Bits that are left of each colour."""
    sharpness: float = Field(default=1.5, ge=0)
    """Factor on sharpness; 1 changes nothing, 0 blurs."""
    autocontrast: bool = True
    """Whether contrast may be stretched so that each colour reaches from 0 to 255."""


class KindShares(Config):
    """How often each kind of sample is in an epoch. Pixel goals are taken once each, the others repeated or drawn."""

    pixel: float = Field(default=0.5, gt=0, lt=1)
    """Share of pixel goals. The defaults are an estimate for the published recipe on R2R-CE, whose walks have 57
    actions, a third of them turns: of 14 sampled frames ten have a goal and four or five a turn, and a walk's stop is
    taken five times."""
    turn: float = Field(default=0.25, ge=0, lt=1)
    """Share of turns."""
    stop: float = Field(default=0.25, ge=0, lt=1)
    """Share of stops."""

    @model_validator(mode="after")
    def _they_are_all(self) -> Self:
        total = self.pixel + self.turn + self.stop
        if abs(total - 1) > 1e-6:
            raise ValueError(f"pixel, turn and stop are {total:g} together, not 1")
        return self


class System2DataConfig(Config):
    """Which walks are learned from, and how samples are made of them.

    What a sample shows is the dialogue's: the number of earlier views, the sizes of images.
    """

    mix: str = "own_125cm_0_30"
    """Names of the registry, joined by commas; "%30" behind a name takes 30 percent of its samples."""
    root: str = "data/01_raw/vln_ce/traj_data"
    """Folder that relative folders of the registry are under."""
    registry: dict[str, RecordingConfig] = Field(default={})
    """What names stand for, besides the built-in ones: own_125cm_0_30, and those of InternData-N1, which are called
    <r2r|rxr|scalevln>_<height>cm_<pitch>_<look-down pitch>. An entry of the same name takes the place of those."""
    sample_step: int = Field(default=4, ge=1)
    """Frames of a walk from one sample to the next."""
    future_steps: int = Field(default=4, ge=1)
    """Actions at most that a turn sample is taught."""
    min_goal_ahead: int = Field(default=3, ge=1)
    """Frames from a view to its pixel goal at least; nearer goals make no sample."""
    stop_repeats: int = Field(default=5, ge=0)
    """Times that the sample at a walk's end, where the robot is to stop, is in an epoch."""
    shares: KindShares | None = None
    """Shares of the kinds of samples in an epoch, whatever walks are like; in place of ``stop_repeats``. None leaves
    the kinds as frequent as walks have them, as published."""
    pixel_goal_only: bool = False
    """Whether turn and stop samples are left out."""
    min_frames: int = Field(default=4, ge=2)
    """Walks of fewer frames are skipped."""
    max_characters: int = Field(default=4000, gt=0)
    """Longer instructions are skipped."""
    augmentation: AugmentationConfig | None = AugmentationConfig()
    """How images are altered in training; None for not at all."""
    packed: bool = True
    """Whether the conversations of a batch lie one after the other in one row, rather than each in a padded row of its
    own. Attention never crosses from one to the next; with "eager" attention that takes a mask as large as the square
    of the row."""

    @property
    def recordings(self) -> dict[str, RecordingConfig]:
        """What names stand for."""
        return BUILT_IN | self.registry
