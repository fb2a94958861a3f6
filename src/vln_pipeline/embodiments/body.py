"""A robot that carries out discrete actions as its build lets it: late, inexactly, and swaying."""

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.embodiments.balance import Balance
from vln_pipeline.embodiments.embodiment import Embodiment
from vln_pipeline.embodiments.gait import Gait, Offsets
from vln_pipeline.evaluation.world.motion import discrete
from vln_pipeline.evaluation.world.robot import Robot
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.planning.trajectory import Action


class Body:
    """One embodied robot in a loaded world.

    An action is a constant velocity for a fixed number of control periods, as VLN-PE's discrete controllers have it;
    what comes of it depends on latency, limits, noise and what stands in the way.

    Args:
        world: where it moves; its body is the embodiment's.
        pose: (4,) x, y, z, yaw that it starts from, world frame.
        embodiment: the profile.
        draw: of noise, drift, phase and disturbances.

    Attributes:
        robot: the cylinder on the floor, which knows its true pose.
        posture: (3,) float64 lift of the base, metres, pitch (forwards and down positive) and roll (right side down
            positive), radians.
        fallen: whether it lies.
    """

    def __init__(
        self, world: World, pose: NDArray[np.float64], embodiment: Embodiment, draw: np.random.Generator
    ) -> None:
        self.robot = Robot(world, pose, embodiment.motion, draw)
        self.posture = np.zeros(3)
        self.fallen = False
        self._world, self._embodiment, self._draw = world, embodiment, draw
        self._balance = Balance(embodiment.balance, draw)
        self._gait = Gait(embodiment.gait, phase=float(draw.random()))
        self._veer = math.radians(embodiment.control.veer) * float(draw.standard_normal())
        waiting = round(embodiment.control.latency / embodiment.motion.period)
        self._underway: deque[tuple[float, float]] = deque([(0.0, 0.0)] * waiting)

    def clearance(self) -> float:
        """Return the distance from the body's axis to the nearest obstacle, metres."""
        return self._world.clearance(self.robot.pose[:3])

    def carry_out(self, action: Action) -> None:
        """Do what is told; a robot that falls stays where it is."""
        control, period = self._embodiment.control, self._embodiment.motion.period
        distance, turn = discrete(action, self._embodiment.motion)
        command = distance / (control.periods * period), turn / (control.periods * period)
        for _ in range(control.periods):
            if self.fallen:
                return
            self._underway.append(command)
            self._move(*self._underway.popleft())

    def _move(self, speed: float, turn_rate: float) -> None:
        motion, robot = self._embodiment.motion, self.robot
        before, travelled, (old, _) = robot.pose[3], robot.travelled, robot.speed
        leant_on = robot.contacts.touching
        touched = robot.drive(speed, turn_rate + self._veer * speed)
        new, rate = robot.speed
        covered = robot.travelled - travelled
        unforeseen = 1 - self._embodiment.balance.anticipation
        acceleration = np.array([(new - old) / motion.period, new * rate])
        if touched:
            stopped = min(new, covered / motion.period)
            # Whoever leans on a wall already expects nothing of the next step.
            foreseen = 0.0 if leant_on else (1 - unforeseen) * (new - old)
            self._balance.push(np.array([stopped - old - foreseen, 0.0]))
            robot.speed = (stopped, rate)
            acceleration[0] = 0.0
        self._stumble(covered)
        self._balance.advance(motion.period, unforeseen * acceleration)
        turned = math.remainder(robot.pose[3] - before, 2 * math.pi)
        self._stand(self._gait.advance(motion.period, covered, turned, (motion.max_speed, motion.max_turn_rate)))

    def _stumble(self, covered: float) -> None:
        balance = self._embodiment.balance
        if balance.stumbles and self._draw.random() < -math.expm1(-balance.stumbles * covered):
            self._balance.push(balance.stumble * self._draw.standard_normal(2))

    def _stand(self, step: Offsets) -> None:
        pitch, roll = self._balance.lean
        self.posture = np.array([step.lift, pitch + step.pitch, roll + step.roll])
        self.fallen = self._balance.fallen(self.posture[1], self.posture[2], step.lift)
