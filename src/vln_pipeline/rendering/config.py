"""Parameters of the rendering stage."""

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.rendering.blender.config import BlenderConfig
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics, Motion, Rig
from vln_pipeline.rendering.camera_presets import PRESETS, scaled
from vln_pipeline.rendering.lighting_config import LightingConfig, RandomisationConfig
from vln_pipeline.rendering.splat.config import SplatRenderingConfig

_DEPTH_UNIT = {Motion.CONTINUOUS: 1e-4, Motion.DISCRETE: 1e-3}
_Height = Annotated[float, Field(gt=0, le=3)]
_Pitch = Annotated[float, Field(ge=-60, le=89)]


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
    height: _Height | tuple[_Height, _Height]
    """Height of the cameras above the ground, metres; or a band [low, high] from which each walk draws its own."""
    pitches: tuple[_Pitch | tuple[_Pitch, _Pitch], ...] = Field(min_length=1)
    """Downward tilts, degrees; one camera each, or one band [low, high] from which each walk draws its own. The last
    one of a discrete rig shows the pixel goals."""
    depth_unit: float | None = Field(default=None, gt=0)
    """Metres per unit of the depth images; by default 1e-4 for continuous and 1e-3 for discrete motion, as the
    dialects vln_n1 and vln_ce have it."""

    @property
    def drawn(self) -> bool:
        """Whether each walk draws a height or a pitch of its own."""
        return any(isinstance(value, tuple) for value in (self.height, *self.pitches))

    def rig(self, draw: np.random.Generator | None = None) -> Rig:
        """Return the rig.

        Args:
            draw: what draws from bands, in whole centimetres and degrees, so that equal names are equal cameras; None
                takes the middle of each band.
        """
        if isinstance(self.camera, str):
            camera = PRESETS[self.camera]
        else:
            camera = Intrinsics.from_fov(self.camera.width, self.camera.height, self.camera.hfov, self.camera.vfov)
        camera = scaled(camera, self.scale)
        height = _value(self.height, 100, draw)
        pitches = [_value(pitch, 1, draw) for pitch in self.pitches]
        settings = tuple(
            CameraSetting(f"{round(height * 100)}cm_{round(pitch)}deg", height, pitch, camera) for pitch in pitches
        )
        return Rig(self.name, self.motion, settings, self.depth_unit or _DEPTH_UNIT[self.motion])

    @model_validator(mode="after")
    def _settings_have_names_of_their_own(self) -> Self:
        for band in (value for value in (self.height, *self.pitches) if isinstance(value, tuple)):
            if band[0] > band[1]:
                raise ValueError(f"rig {self.name}: band {list(band)} must be [low, high]")
        if self.drawn and self.motion is Motion.DISCRETE:
            raise ValueError(f"rig {self.name}: a discrete rig has fixed cameras, since its columns carry their names")
        fixed = [pitch for pitch in self.pitches if not isinstance(pitch, tuple)]
        if len(fixed) < len(self.pitches) > 1:
            raise ValueError(f"rig {self.name}: a band of pitches must be the only entry of pitches")
        if len({round(pitch) for pitch in fixed}) < len(fixed):
            raise ValueError(f"rig {self.name}: pitches {fixed} are equal when rounded to whole degrees")
        return self


def _value(value: float | tuple[float, float], steps: int, draw: np.random.Generator | None) -> float:
    if not isinstance(value, tuple):
        return value
    low, high = round(value[0] * steps), round(value[1] * steps)
    return float((low + high) // 2 if draw is None else draw.integers(low, high, endpoint=True)) / steps


class GlConfig(Config):
    """How OpenGL renders colour frames."""

    baked: bool = False
    """Whether surfaces show light that Blender bakes once per scene (``blender.bake``); otherwise lamps without
    shadows light them, and Blender is not needed."""
    supersampling: Literal[1, 2, 4] = 2
    """Frames are drawn this much wider and higher and averaged, against jagged edges."""


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
    gl: GlConfig = GlConfig()
    """The OpenGL backend."""
    splat: SplatRenderingConfig = SplatRenderingConfig()
    """The rasteriser of scenes that bring Gaussians; no backend, lamp or randomisation counts there."""
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

    @property
    def look(self) -> str:
        """Name of what makes the colour frames: blender.path, blender.baked, gl, gl.baked or raycast."""
        if self.backend == "blender":
            return f"blender.{self.blender.mode}"
        return "gl.baked" if self.backend == "gl" and self.gl.baked else self.backend

    @model_validator(mode="after")
    def _rigs_have_names_of_their_own(self) -> Self:
        names = [rig.name for rig in self.rigs]
        if len(set(names)) < len(names):
            raise ValueError(f"rigs share a name: {names}")
        return self
