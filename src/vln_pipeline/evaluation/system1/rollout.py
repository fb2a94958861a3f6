"""Runs the episodes of a scene with one agent, all robots in step."""

import time
from collections.abc import Sequence
from functools import partial

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.episode_fault import Losses
from vln_pipeline.evaluation.local_planner import Plan
from vln_pipeline.evaluation.system1.agents.team import Situation, Team, Truth
from vln_pipeline.evaluation.system1.attempt import Attempt
from vln_pipeline.evaluation.system1.drive import Drive
from vln_pipeline.evaluation.system1.drive_config import DriveConfig
from vln_pipeline.evaluation.system1.drive_set import DriveSet
from vln_pipeline.evaluation.system1.episode import Episode, EpisodeSet
from vln_pipeline.seeding import generator


def drive_scene(
    truth: Truth,
    episodes: EpisodeSet,
    agent: str,
    team: Team,
    config: DriveConfig,
    *,
    recovers: bool,
    seed: int,
) -> DriveSet:
    """Drive every episode whose kind of goal the agent takes.

    Robots do not meet: each has the scene for itself. All plan at the same times, so that a team can plan for many
    at once.

    Args:
        truth: the loaded world, and its map.
        episodes: of the scene.
        agent: name, for records and draws.
        team: who plans.
        config: robot, camera and rules.
        recovers: whether robots back off after contacts.
        seed: of the run.

    Raises:
        DataError: the agent fails, episode after episode, or plans something that is no path.
    """
    taken = [episode for episode in episodes.episodes if episode.kind in team.kinds]
    drives: list[Drive] = []
    latency: list[float] = []
    groups = [taken[first : first + team.most] for first in range(0, len(taken), team.most)]
    losses = Losses(len(groups))
    for group in groups:
        drive = partial(_drive, truth, episodes.scene, group, agent, team, config, recovers, seed)
        driven, seconds = losses.attempt([episode.id for episode in group], drive) or ([], [])
        drives += driven
        latency += seconds
    return DriveSet(episodes.scene, agent, recovers, tuple(drives), np.array(latency), tuple(losses.lost))


def _drive(
    truth: Truth,
    scene: str,
    episodes: Sequence[Episode],
    agent: str,
    team: Team,
    config: DriveConfig,
    recovers: bool,
    seed: int,
) -> tuple[list[Drive], list[float]]:
    """Drive episodes side by side, and return the drives and the seconds of each plan."""
    latency: list[float] = []
    attempts = [Attempt(truth.world, episode, config, recovers, scene, seed) for episode in episodes]
    seeds = [int(generator(seed, scene, "agent", agent, e.id).integers(2**31)) for e in episodes]
    team.reset(episodes, seeds, config.eye.setting(), truth)
    step = 0
    while any(attempt.ending is None for attempt in attempts):
        due = step % config.replan == 0
        planning = [n for n, attempt in enumerate(attempts) if attempt.plans and (due or attempt.turned)]
        situations = [_situation(n, attempts[n], team) for n in planning]
        if situations:
            begun = time.perf_counter()
            plans = team.plan(situations)
            latency += [(time.perf_counter() - begun) / len(plans)] * len(plans)
            for n, plan in zip(planning, plans, strict=True):
                _check(plan, agent)
                attempts[n].follow(plan)
        for attempt in attempts:
            if attempt.ending is None:
                attempt.step()
        step += 1
    return [attempt.drive() for attempt in attempts], latency


def _situation(robot: int, attempt: Attempt, team: Team) -> Situation:
    observation = attempt.observe(depth=team.depth, rgb=team.rgb)
    return Situation(robot, observation, attempt.goal(), attempt.robot.pose.copy())


def _check(plan: Plan, agent: str) -> None:
    path = np.asarray(plan.path)
    if path.ndim != 2 or path.shape[1] != 2 or not np.isfinite(path).all():
        cause = f"it planned an array of shape {path.shape}, or one that is not finite"
        raise DataError(f"agent {agent}", cause, "a path is (K, 2) metres, x forward, y left")
