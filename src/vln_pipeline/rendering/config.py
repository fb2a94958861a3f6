"""Parameters of the rendering stage."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.rendering.blender.config import BlenderConfig
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics, Motion, Rig
from vln_pipeline.rendering.camera_presets import PRESETS, scaled
from vln_pipeline.rendering.lighting_config import LightingConfig, RandomisationConfig

_DEPTH_UNIT = {Motion.CONTINUOUS: 1e-4, Motion.DISCRETE: 1e-3}


class CameraConfig(Config):
    """A camera's image size and fields of view."""

    width: int = Field(ge=2, le=8192)
    """Image width, pixels."""
    height: int = Field(ge=2, le=8192)
    """Image height, pixels."""
    hfov: float = Field(gt=1, lt=170)
    """Horizontal field of view, degrees."""
    vfov: float | None = Field(default=None, gt=1, lt=170)
    """Vertical field of view, degrees; square pixels where it is left out."""


class RigConfig(Config):
    """Cameras at one height that film one form of the walks."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    """Unique name; part of folder names."""
    motion: Motion
    """continuous (one frame per sample of the smooth path) or discrete (one frame per action)."""
    camera: Literal["habitat", "d435i", "zed2"] | CameraConfig
    """A preset, or a camera of your own."""
    scale: float = Field(default=1.0, gt=0, le=4)
    """Factor on the image size; the field of view stays."""
    height: float = Field(gt=0, le=3)
    """Height of the cameras above the ground, metres."""
    pitches: tuple[float, ...] = Field(min_length=1)
    """Downward tilts, degrees; one camera each. The last one of a discrete rig shows the pixel goals."""
    depth_unit: float | None = Field(default=None, gt=0)
    """Metres per unit of the depth images; by default 1e-4 for continuous and 1e-3 for discrete motion, as the
    dialects vln_n1 and vln_ce have it."""

    def rig(self) -> Rig:
        """Return the rig."""
        if isinstance(self.camera, str):
            camera = PRESETS[self.camera]
        else:
            camera = Intrinsics.from_fov(self.camera.width, self.camera.height, self.camera.hfov, self.camera.vfov)
        camera = scaled(camera, self.scale)
        settings = tuple(
            CameraSetting(f"{round(self.height * 100)}cm_{round(pitch)}deg", self.height, pitch, camera)
            for pitch in self.pitches
        )
        return Rig(self.name, self.motion, settings, self.depth_unit or _DEPTH_UNIT[self.motion])

    @model_validator(mode="after")
    def _settings_have_names_of_their_own(self) -> Self:
        names = {round(pitch) for pitch in self.pitches}
        if len(names) < len(self.pitches):
            raise ValueError(f"pitches {self.pitches} are equal when rounded to whole degrees")
        return self


_RIGS = (
    RigConfig(name="d435i", motion=Motion.CONTINUOUS, camera="d435i", scale=0.5, height=0.6, pitches=(15.0,)),
    RigConfig(name="habitat", motion=Motion.DISCRETE, camera="habitat", scale=0.5, height=1.25, pitches=(0.0, 30.0)),
)


class RenderingConfig(Config):
    """What is filmed, and by which backend."""

    backend: Literal["blender", "gl", "raycast"] = "blender"
    """blender: BlenderProc; gl: OpenGL; raycast: numpy shading on ray hits, for machines without OpenGL."""
    rigs: tuple[RigConfig, ...] = Field(default=_RIGS, min_length=1)
    """Cameras; all of them film every walk in one pass over the loaded scene."""
    blender: BlenderConfig = BlenderConfig(mode="baked")
    """The BlenderProc backend."""
    lighting: LightingConfig = LightingConfig()
    """Lamps and sky of scenes that bring none."""
    randomisation: RandomisationConfig = RandomisationConfig()
    """Random light and materials."""
    jpeg_quality: int = Field(default=92, ge=1, le=100)
    """Quality of the colour images."""
    trajectories_per_task: int = Field(default=4, ge=1)
    """Walks filmed by one work item; smaller resumes finer, larger loads the scene less often."""

    compared_views: int = Field(default=1, ge=0)
    """Views per scene that all backends render side by side for the report; 0 leaves the comparison out."""

    @model_validator(mode="after")
    def _rigs_have_names_of_their_own(self) -> Self:
        names = [rig.name for rig in self.rigs]
        if len(set(names)) < len(names):
            raise ValueError(f"rigs share a name: {names}")
        return self
