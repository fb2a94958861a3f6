"""Runs the episodes of a scene with one agent, one after the other."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.episode_fault import Losses
from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Agent, Command, Follow, Task, Truth
from vln_pipeline.evaluation.vln.drive import FOLLOWED, Drive, DriveSet
from vln_pipeline.evaluation.vln.episode import Episode, EpisodeSet
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.follow import PathFollower
from vln_pipeline.evaluation.world.robot import Robot
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.seeding import generator


def drive_scene(world: World, asked: EpisodeSet, name: str, agent: Agent, rules: Rules, seed: int) -> DriveSet:
    """Return what an agent does in every episode of the loaded scene.

    Args:
        world: with the scene loaded and the protocol's body.
        asked: the episodes.
        name: of the agent, for records and draws.
        agent: who drives.
        rules: protocol, camera and motion.
        seed: of the run.

    Raises:
        DataError: an episode does not fit the world, or the agent fails, episode after episode.
    """
    losses, drives = Losses(len(asked.episodes)), []
    for episode in asked.episodes:
        driving = partial(drive, world, asked.scene, episode, name, agent, rules, seed)
        driven = losses.attempt([episode.id], driving)
        drives += [] if driven is None else [driven]
    return DriveSet(asked.scene, name, rules.protocol.name, tuple(drives), tuple(losses.lost))


def drive(world: World, scene: str, episode: Episode, name: str, agent: Agent, rules: Rules, seed: int) -> Drive:
    """Return what an agent does in one episode; arguments as for ``drive_scene``.

    It ends with STOP, or after the protocol's number of steps. Looking down is no step, unless the camera is down
    already: an agent that does nothing but look runs out of steps too.
    """
    shortest = world.distance(episode.start[:3], episode.goal)
    if not np.isfinite(shortest):
        raise DataError(episode.id, "no way leads from its start to its goal", "make the scene's episodes again")
    attempt = _Attempt(world, episode, agent, rules, generator(seed, scene, "motion", episode.id))
    draws = int(generator(seed, scene, "agent", name, episode.id).integers(2**31))
    agent.reset(Task(episode.instruction, rules.motion, draws), Truth(world, attempt.robot, episode))
    stopped = False
    while not stopped and len(attempt.actions) < rules.protocol.max_steps:
        stopped = not attempt.carry_out(agent.step(attempt.observe()))
    return Drive(
        episode=episode,
        track=np.array(attempt.track),
        to_goal=np.array(attempt.to_goal),
        actions=np.array(attempt.actions, dtype=np.int8),
        collided=np.array(attempt.collided, dtype=bool),
        looks=attempt.looks,
        stopped=stopped,
        shortest=shortest,
        calls=tuple(agent.calls),
        intents=tuple(agent.intents),
    )


class _Attempt:
    """One robot in the middle of an episode, and the record of it."""

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
            self._follower.hold(command.path, command.origin)
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
