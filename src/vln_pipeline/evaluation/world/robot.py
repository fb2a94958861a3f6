"""A cylinder robot in a world: unicycle or discrete motion, odometry, contacts."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.world.config import MotionConfig
from vln_pipeline.evaluation.world.contacts import Contacts
from vln_pipeline.evaluation.world.motion import arc, discrete, limited
from vln_pipeline.evaluation.world.planar import out_of, wrap
from vln_pipeline.evaluation.world.world import View, World
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.rendering.camera import CameraSetting


class Robot:
    """Executes commands in a loaded world and knows where it is, truly and by odometry.

    Args:
        world: where it moves.
        pose: (4,) x, y, z, yaw that it starts from, world frame.
        config: limits, action sizes and errors.
        draw: of the errors; not touched where they are off.

    Attributes:
        pose: (4,) float64 true x, y, z, yaw in the world frame.
        odometry: (3,) float64 x, y, yaw that the robot believes in, in the body frame of its start.
        speed: (2,) speed, m/s, and turn rate, rad/s, that the last command was carried out with.
        travelled: length of the way so far, metres.
        time: seconds of velocity control so far.
        contacts: what it bumped into.
        tilted: whether the cameras look down.
    """

    def __init__(
        self, world: World, pose: NDArray[np.float64], config: MotionConfig, draw: np.random.Generator
    ) -> None:
        self.pose = np.array(pose, dtype=np.float64)
        self.odometry = np.zeros(3)
        self.speed = (0.0, 0.0)
        self.travelled = 0.0
        self.time = 0.0
        self.contacts = Contacts()
        self.tilted = False
        self._world, self._config, self._draw = world, config, draw

    def drive(self, speed: float, turn_rate: float) -> bool:
        """Drive one control period as a unicycle and return whether the body touched something.

        Commands are clipped to the limits first. Collision is tested on the chord of the arc, which it leaves by no
        more than an eighth of distance times turn: a millimetre at the default limits.

        Args:
            speed: m/s, negative backwards.
            turn_rate: rad/s, counter-clockwise.
        """
        self.speed = limited((speed, turn_rate), self.speed, self._config)
        self.time += self._config.period
        return self._move(self.speed[0] * self._config.period, self.speed[1] * self._config.period)

    def act(self, action: Action) -> bool:
        """Carry out a discrete action and return whether the body touched something.

        Looking down tilts the cameras until the next action that moves.
        """
        self.tilted = action == Action.LOOK_DOWN
        self.speed = (0.0, 0.0)
        return self._move(*discrete(action, self._config))

    def see(self, camera: CameraSetting, *, rgb: bool = False, semantic: bool = False) -> View:
        """Return what a camera sees from here, tilted where the robot looks down; see ``World.render``."""
        return self._world.render(self.pose, self.aim(camera), rgb=rgb, semantic=semantic)

    def aim(self, camera: CameraSetting) -> CameraSetting:
        """Return a camera as it points now."""
        return replace(camera, pitch=camera.pitch + self._config.tilt) if self.tilted else camera

    def _move(self, distance: float, turn: float) -> bool:
        noise = self._config.noise
        distance, turn = self._err(distance, noise.speed), self._err(turn, noise.turn)
        yaw = self.pose[3]
        if distance:
            step = self._world.step(self.pose[:3], arc(yaw, distance, turn))
            moved, contact = step.position - self.pose[:3], step.contact
            self.pose[:3] = step.position
        else:
            moved, contact = np.zeros(3), False
        self.pose[3] = wrap(yaw + turn)
        covered = float(np.linalg.norm(moved))
        self.travelled += covered
        self.contacts.add(contact, abs(distance), covered)
        self._measure(moved[:2], yaw, turn)
        return contact

    def _measure(self, moved: NDArray[np.float64], yaw: float, turn: float) -> None:
        """Add a motion, as measured, to odometry; ``moved`` is in the world frame, ``yaw`` the true one before it."""
        noise = self._config.noise
        c, s = math.cos(yaw), math.sin(yaw)
        factor = self._err(1.0, noise.odometry_distance)
        body = factor * np.array([c * moved[0] + s * moved[1], c * moved[1] - s * moved[0]])
        heading = wrap(self.odometry[2] + self._err(turn, noise.odometry_turn))
        self.odometry = np.append(out_of(self.odometry, body), heading)

    def _err(self, value: float, deviation: float) -> float:
        return value * (1 + deviation * self._draw.standard_normal()) if deviation else value
