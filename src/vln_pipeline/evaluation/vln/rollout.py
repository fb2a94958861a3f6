"""Runs the episodes of a scene with one agent, one after the other."""

from functools import partial

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.episode_fault import Losses
from vln_pipeline.evaluation.vln.agents.agent import Agent, Task, Truth
from vln_pipeline.evaluation.vln.attempt import Attempt
from vln_pipeline.evaluation.vln.drive import Drive, DriveSet
from vln_pipeline.evaluation.vln.episode import Episode, EpisodeSet
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.world import World
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
    attempt = Attempt(world, episode, agent, rules, generator(seed, scene, "motion", episode.id))
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
