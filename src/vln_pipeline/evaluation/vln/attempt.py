"""One robot in the middle of an episode, whoever drives it."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Agent, Command, Follow
from vln_pipeline.evaluation.vln.drive import FOLLOWED
from vln_pipeline.evaluation.vln.episode import Episode
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.follow import PathFollower
from vln_pipeline.evaluation.world.robot import Robot
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.planning.trajectory import Action


class Attempt:
    """Senses for a robot, carries out commands, and keeps the record.

    Args:
        world: with the scene loaded.
        episode: what is asked.
        agent: whose images are made.
        rules: protocol, camera and motion.
        draw: of errors of motion.
    """

    def __init__(self, world: World, episode: Episode, agent: Agent, rules: Rules, draw: np.random.Generator) -> None:
        self.robot = Robot(world, episode.start, rules.motion, draw)
        self.track: list[NDArray[np.float64]] = [self.robot.pose.copy()]
        self.to_goal = [world.distance(self.robot.pose[:3], episode.goal)]
        self.actions: list[int] = []
        self.collided: list[bool] = []
        self.looks = 0
        self._world, self._goal, self._rules = world, episode.goal, rules
        self._rgb, self._depth = agent.rgb, agent.depth
        self._follower = PathFollower(rules.follower, rules.motion)
        self._followed: Follow | None = None

    def observe(self) -> Observation:
        """Return what the robot sees; an image that the agent does not look at is empty."""
        camera = self._rules.camera
        view = self.robot.see(camera, rgb=self._rgb) if self._rgb or self._depth else None
        return Observation(
            rgb=np.zeros((0, 0, 3), np.uint8) if view is None or view.rgb is None else view.rgb,
            depth=np.zeros((0, 0), np.float32) if view is None else view.depth,
            camera=self.robot.aim(camera),
            pose=self.robot.odometry.copy(),
            time=self.robot.time,
            looks_down=self.robot.tilted,
        )

    def carry_out(self, command: Command) -> bool:
        """Do what the agent says, and tell whether it goes on."""
        if isinstance(command, Follow):
            self._record(FOLLOWED, self._follow(command))
        elif command is Action.STOP:
            return False
        elif command is Action.LOOK_DOWN and not self.robot.tilted:
            self.robot.act(command)
            self.looks += 1
        else:
            self._record(command, self.robot.act(command))
        return True

    def _follow(self, command: Follow) -> bool:
        """Drive along a path for some control periods, and tell whether the body touched something."""
        if command is not self._followed:
            self._follower.hold(command.path, command.origin, face=command.face)
            self._followed = command
        self.robot.tilted = False
        touched = [
            self.robot.drive(*self._follower.command(self.robot.odometry)) for _ in range(self._rules.path_periods)
        ]
        return any(touched)

    def _record(self, action: int, touched: bool) -> None:
        self.actions.append(int(action))
        self.collided.append(touched)
        self.track.append(self.robot.pose.copy())
        self.to_goal.append(self._world.distance(self.robot.pose[:3], self._goal))
