"""One robot's build, as far as what its camera records depends on it."""

from typing import Literal

from pydantic import Field

from vln_pipeline.config import Config
from vln_pipeline.evaluation.world.config import BodyConfig, MotionConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.config import CameraConfig, RigConfig


class EyeConfig(Config):
    """The camera and where it is mounted on a body that stands upright."""

    camera: Literal["habitat", "d435i", "zed2"] | CameraConfig = CameraConfig(width=256, height=256, hfov=90)
    """A preset, or a camera of your own."""
    height: float = Field(gt=0, le=3)
    """Height above the ground, metres."""
    forward: float = Field(default=0.0, ge=-1, le=1)
    """Distance ahead of the body's axis, metres."""
    pitch: float = Field(default=0.0, ge=-60, le=89)
    """Downward tilt, degrees."""


class ControlConfig(Config):
    """How exactly and how soon the body does what it is told."""

    latency: float = Field(default=0.0, ge=0, le=1)
    """Time from a command to its effect, seconds; in whole control periods."""
    periods: int = Field(default=5, ge=1)
    """Control periods of one discrete action."""
    veer: float = Field(default=0.0, ge=0, le=45)
    """Standard deviation, over walks, of the turn that the body makes unasked per metre, degrees."""


class GaitConfig(Config):
    """How a body on legs moves in the rhythm of its steps; amplitudes are those at full stride."""

    cycle: float = Field(gt=0)
    """Way covered in a full cycle of both steps, metres."""
    cycle_turn: float = Field(gt=0, le=360)
    """Angle turned on the spot in a full cycle, degrees."""
    bob: float = Field(default=0.0, ge=0, le=0.2)
    """Amplitude of the rise and fall of the body, twice a cycle, metres."""
    lean: float = Field(default=0.0, ge=-20, le=20)
    """Forward lean at full stride, degrees."""
    pitch: float = Field(default=0.0, ge=0, le=10)
    """Amplitude of nodding, twice a cycle, degrees."""
    roll: float = Field(default=0.0, ge=0, le=10)
    """Amplitude of rocking from side to side, once a cycle, degrees."""


class BalanceConfig(Config):
    """How the body stands: an inverted pendulum that is held upright, and what pushes it."""

    height: float = Field(gt=0, le=2)
    """Height of the base, which is the pendulum's mass, above the ground, metres."""
    frequency: float = Field(default=1.0, gt=0, le=10)
    """Natural frequency of the held pendulum, hertz."""
    damping: float = Field(default=0.5, gt=0, le=2)
    """Damping ratio; 1 is critical."""
    anticipation: float = Field(default=0.0, ge=0, le=1)
    """Share of the accelerations of its own commands that the robot leans against beforehand."""
    unrest: float = Field(default=0.0, ge=0, le=5)
    """Standard deviation of pitch and roll that disturbances alone keep up, degrees."""
    stumbles: float = Field(default=0.0, ge=0)
    """Mean number of stumbles per metre."""
    stumble: float = Field(default=0.0, ge=0)
    """Standard deviation of the change of speed by a stumble, in either direction, m/s."""
    max_roll: float = Field(default=15.0, gt=0, le=90)
    """Roll beyond which the robot has fallen, degrees."""
    max_pitch: float = Field(default=35.0, gt=0, le=90)
    """Pitch beyond which the robot has fallen, degrees."""
    min_height: float = Field(default=0.0, ge=0)
    """Height of the base above the ground below which the robot has fallen, metres."""


class Embodiment(Config):
    """A robot's profile."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    """Unique name; part of keys and folder names."""
    radius: float = Field(gt=0, le=1)
    """Radius of the upright cylinder that must not touch anything, metres; at least two cells of the map."""
    height: float = Field(gt=0.1, le=3)
    """Height that must be free above the floor, metres."""
    max_step: float = Field(ge=0.02, le=0.5)
    """Highest step that it climbs, metres."""
    eye: EyeConfig
    """The camera."""
    motion: MotionConfig = MotionConfig()
    """Limits, discrete actions and the noise of every control period."""
    control: ControlConfig = ControlConfig()
    """Latency and drift."""
    gait: GaitConfig | None = None
    """Rhythm of the steps; None on wheels."""
    balance: BalanceConfig
    """Upright stance and falls."""

    @property
    def body(self) -> BodyConfig:
        """The body in a world; what it meets stops it."""
        return BodyConfig(radius=self.radius, height=self.height, sliding=False)

    def rig(self, scale: float) -> RigConfig:
        """Return what films its walks; ``scale`` is a factor on the image size."""
        eye = self.eye
        return RigConfig(
            name=self.name,
            motion=Motion.DISCRETE,
            camera=eye.camera,
            scale=scale,
            height=eye.height,
            pitches=(eye.pitch,),
        )

    def floors(self, config: EsdfConfig) -> EsdfConfig:
        """Return how floors are mapped for this body, by what else a configuration says."""
        return config.model_copy(update={"radius": self.radius, "height": self.height, "max_step": self.max_step})
