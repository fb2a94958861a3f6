"""How an episode runs: a protocol's rules for the robot, its camera and its motion."""

from dataclasses import dataclass, field

from vln_pipeline.evaluation.vln.protocol import Protocol
from vln_pipeline.evaluation.world.config import BodyConfig, FollowerConfig, MotionConfig
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.rendering.camera_presets import scaled


@dataclass(frozen=True)
class Rules:
    """What is the same for every agent.

    Attributes:
        protocol: actions, camera, end and success.
        scale: factor on the protocol's image size; the field of view stays.
        pitch: downward tilt of the camera as it is, degrees; None for the protocol's.
        tilt: further tilt when the robot looks down, degrees.
        path_periods: control periods for which a continuous path is followed before the agent is asked again.
        follower: how such a path is followed.
    """

    protocol: Protocol
    scale: float = 1.0
    pitch: float | None = None
    tilt: float = 30.0
    path_periods: int = 4
    follower: FollowerConfig = field(default_factory=FollowerConfig)

    @property
    def camera(self) -> CameraSetting:
        """The robot's camera, not tilted."""
        rule = self.protocol
        intrinsics = scaled(Intrinsics.from_fov(rule.width, rule.height, rule.hfov), self.scale)
        pitch = rule.pitch if self.pitch is None else self.pitch
        name = f"{round(rule.camera_height * 100)}cm_{round(pitch)}deg"
        return CameraSetting(name, rule.camera_height, pitch, intrinsics)

    @property
    def motion(self) -> MotionConfig:
        """What actions do."""
        return MotionConfig(forward=self.protocol.forward, turn=self.protocol.turn, tilt=self.tilt)

    @property
    def body(self) -> BodyConfig:
        """The robot's body."""
        rule = self.protocol
        return BodyConfig(radius=rule.radius, height=rule.body_height, sliding=rule.sliding)
