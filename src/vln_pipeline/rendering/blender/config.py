"""Parameters of the BlenderProc backend."""

from typing import Literal

from pydantic import Field

from vln_pipeline.config import Config


class BakeConfig(Config):
    """How finely and how well the diffuse light of a scene is baked."""

    edge: float = Field(0.5, gt=0)
    """Longest edge of the first tessellation, metres."""
    finest_edge: float = Field(0.06, gt=0)
    """Edges shorter than this are not split further, metres."""
    contrast: float = Field(0.08, gt=0)
    """An edge is split while the light at its ends differs by more than this, in displayed brightness (0 to 1)."""
    samples: int = Field(32, ge=3)
    """Light paths per vertex for what surfaces send on; direct light takes four times as many, short ones."""
    bounces: int = Field(4, ge=0)
    """Diffuse bounces of the baked light."""
    smoothing: int = Field(2, ge=0)
    """Rounds of edge-aware smoothing over neighbouring vertices, against the noise of the light paths."""
    indirect_smoothing: int = Field(8, ge=0)
    """Rounds of plain smoothing, before that, of the light that surfaces send on."""


class BlenderConfig(Config):
    """How Blender renders colour frames."""

    mode: Literal["path", "baked"] = "path"
    """``path`` traces each frame; ``baked`` traces the diffuse light once per scene and then only looks it up."""
    samples: int = Field(4, ge=1)
    """Light paths per pixel in path mode."""
    denoise: Literal["high", "fast", "none"] = "high"
    """Quality of the Open Image Denoise filter in path mode."""
    bounces: int = Field(3, ge=0)
    """Diffuse bounces in path mode."""
    baked_samples: int = Field(6, ge=1)
    """Anti-aliasing samples per pixel in baked mode."""
    bake: BakeConfig = BakeConfig()
    """The baked light."""
    noise_seed: int = Field(0, ge=0)
    """Seed of the noise; a frame's own seed is drawn from it and the camera's pose, whatever the order of frames."""
    python: str | None = None
    """Interpreter that has bpy and BlenderProc; None is the running one."""
    start_timeout: float = Field(180, gt=0)
    """Longest wait until the process is ready and has loaded its scene, seconds."""
    frame_timeout: float = Field(300, gt=0)
    """Longest wait for one frame, seconds."""
    bake_timeout: float = Field(7200, gt=0)
    """Longest wait for one round of baking, seconds."""
