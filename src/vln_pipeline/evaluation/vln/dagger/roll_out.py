"""One roll-out: the agent drives, the expert says at every step what it would do, and takes over where it has to."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.agent import Agent, Follow, Task, Truth
from vln_pipeline.evaluation.vln.attempt import Attempt
from vln_pipeline.evaluation.vln.dagger.config import ExpertConfig, KeepConfig, RollOutConfig
from vln_pipeline.evaluation.vln.dagger.expert import Expert, actions_per_waypoint
from vln_pipeline.evaluation.vln.episode import Episode, EpisodeSet
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.seeding import generator

_MOVED = 1e-3
"""Way of a step forward that counts as one, metres."""
KEPT = ""
"""Reason of what is kept."""


@dataclass(frozen=True)
class RollOut:
    """What happened in an episode; a step that moved nothing, as into a wall, is left out.

    Attributes:
        episode: what was asked.
        poses: (L, 4) before each action and at the end: x, y, z, yaw, world frame.
        actions: (L - 1,) int8 what was done.
        advice: (L,) int8 what the expert would do at each pose.
        overruled: (L - 1,) bool steps in which the expert acted.
        shortest: length of the shortest way from start to goal, metres.
        remaining: geodesic distance to the goal at the end, metres.
        reason: why it is not learned from; empty where it is.
    """

    episode: Episode
    poses: NDArray[np.float64]
    actions: NDArray[np.int8]
    advice: NDArray[np.int8]
    overruled: NDArray[np.bool_]
    shortest: float
    remaining: float
    reason: str


@dataclass(frozen=True)
class RollOuts:
    """All roll-outs of one agent in one scene.

    Attributes:
        scene: scene id.
        agent: name.
        rolled: in the order of the episodes.
        unreachable: ids of episodes whose goal the protocol's body cannot reach.
    """

    scene: str
    agent: str
    rolled: tuple[RollOut, ...]
    unreachable: tuple[str, ...]


def roll_out_scene(
    world: World, asked: EpisodeSet, name: str, agent: Agent, config: RollOutConfig, seed: int
) -> RollOuts:
    """Return the roll-outs of an agent in the loaded scene.

    Args:
        world: with the scene loaded and the protocol's body.
        asked: the episodes.
        name: of the agent, for records and draws.
        agent: who drives.
        config: rules, expert, and what is kept.
        seed: of the run.

    Raises:
        DataError: the agent fails, or drives along paths rather than by actions.
    """
    lost = {e.id for e in asked.episodes if not np.isfinite(world.distance(e.start[:3], e.goal))}
    rolled = tuple(
        roll_out(world, asked.scene, episode, name, agent, config, seed)
        for episode in asked.episodes
        if episode.id not in lost
    )
    return RollOuts(asked.scene, name, rolled, tuple(e.id for e in asked.episodes if e.id in lost))


def roll_out(
    world: World, scene: str, episode: Episode, name: str, agent: Agent, config: RollOutConfig, seed: int
) -> RollOut:
    """Return one roll-out; arguments as for ``roll_out_scene``."""
    rules = config.drive.rules
    attempt = Attempt(world, episode, agent, rules, generator(seed, scene, "dagger motion", episode.id))
    draw = generator(seed, scene, "dagger", name, episode.id, config.expert.round)
    task = Task(episode.instruction, rules.motion, int(draw.integers(2**31)))
    truth = Truth(world, attempt.robot, episode)
    agent.reset(task, truth)
    expert, usual = Expert(task, truth, config.expert), actions_per_waypoint(truth, config.expert)
    steps = tuple(_steps(attempt, agent, expert, usual, config.expert, rules.protocol.max_steps, draw))
    poses = np.array([*[pose for pose, *_ in steps], attempt.robot.pose.copy()])
    told = [advice for _, _, advice, _ in steps]
    shortest = world.distance(episode.start[:3], episode.goal)
    remaining = world.distance(attempt.robot.pose[:3], episode.goal)
    overruled = np.array([forced for *_, forced in steps], dtype=bool)
    return RollOut(
        episode=episode,
        poses=poses,
        actions=np.array([action for _, action, _, _ in steps], dtype=np.int8),
        advice=np.array([*told, expert.action()], dtype=np.int8),
        overruled=overruled,
        shortest=shortest,
        remaining=remaining,
        reason=_reason(poses, bool(overruled.any()), shortest, remaining, config.keep),
    )


_Step = tuple[NDArray[np.float64], Action, Action, bool]


def _steps(
    attempt: Attempt,
    agent: Agent,
    expert: Expert,
    usual: int,
    config: ExpertConfig,
    most: int,
    draw: np.random.Generator,
) -> Iterator[_Step]:
    """Yield pose, action, advice and whether the expert acted, of each step that moved the robot.

    ``usual`` is the number of actions from one waypoint to the next, ``most`` that of an episode.
    """
    beta, forced, mismatches = config.beta**config.round, False, 0
    over = False  # an agent that said STOP is not asked again: its episode is over
    for _ in range(most):
        if expert.reached():
            forced, mismatches = False, 0
        advice, said = expert.action(), Action.STOP if over else _said(attempt, agent)
        over = said is Action.STOP
        mismatches += said is not advice
        remaining = attempt.to_goal[-1]
        early = said is Action.STOP and remaining >= config.stop_distance
        forced = forced or early or mismatches > config.mismatches or mismatches / usual > config.mismatch_share
        expert_acts = forced or said is Action.LOOK_DOWN or draw.random() < beta
        action = advice if expert_acts else said
        if action is Action.STOP:
            return
        before = attempt.robot.pose.copy()
        attempt.carry_out(action)
        # A step that moves less is none in the exported dialect, whose poses tell forward actions from turns.
        if action is not Action.FORWARD or np.linalg.norm(attempt.robot.pose[:3] - before[:3]) > _MOVED:
            yield before, action, advice, expert_acts


def _said(attempt: Attempt, agent: Agent) -> Action:
    """Return the action that the agent wants; it may look down first."""
    command = agent.step(attempt.observe())
    if command is Action.LOOK_DOWN:
        attempt.carry_out(command)
        command = agent.step(attempt.observe())
    if isinstance(command, Follow):
        raise DataError("agent", "drives along paths, not by actions", "set dagger.agents.dual.motion to discrete")
    return command


def _reason(poses: NDArray[np.float64], rescued: bool, shortest: float, remaining: float, config: KeepConfig) -> str:
    """Return why a roll-out is not learned from, by StreamVLN's rules."""
    if remaining >= config.arrived:
        return "does not end at the goal"
    way = float(np.linalg.norm(np.diff(poses[:, :3], axis=0), axis=1).sum())
    share = shortest / max(shortest, way)
    if share >= (config.rescued if rescued else config.alone):
        return "goes hardly any way that the shortest does not"
    return KEPT
