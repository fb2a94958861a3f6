"""From the episodes of one scene to walks in the form that all later stages know."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from vln_pipeline.episodes.continuous import continuous
from vln_pipeline.episodes.datasets import DATASETS
from vln_pipeline.episodes.episode import Episode, GroundTruth, Rejection
from vln_pipeline.episodes.episode_config import EpisodeWalkConfig
from vln_pipeline.episodes.follow import ReferenceFollower
from vln_pipeline.episodes.ground import clearance_along, grounded, has_floor, map_of
from vln_pipeline.episodes.turning import in_turns_of
from vln_pipeline.errors import DataError
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.plan import Plans
from vln_pipeline.planning.trajectory import Trajectory

_REACH = 0.3
"""Largest distance of a recorded height from the floor that it is meant to be on, metres."""
_WITHOUT_FLOOR = 1.0
"""How far above or below a floor a start is that has none, metres."""
_MISPLACED = 0.5
"""Share of starts without floor from which a scene is not the one that its episodes were recorded in."""


@dataclass(frozen=True)
class EpisodeWalks(Plans):
    """The walks of one scene, and whose they are; ``rejected`` counts episodes.

    Attributes:
        episodes: ids of the episodes whose words belong to a walk, by the walk's id.
        followed: ids of the walks whose actions are not the recorded ones.
        refused: episodes that gave no walk.
    """

    episodes: dict[str, tuple[str, ...]]
    followed: tuple[str, ...]
    refused: tuple[Rejection, ...]


def walks_of(scene: str, nav: NavigationMap, episodes: Sequence[Episode], config: EpisodeWalkConfig) -> EpisodeWalks:
    """Return one walk for each way that episodes describe.

    Args:
        scene: id of the scene; a walk's id begins with it and ends with that of its first episode.
        nav: the scene's storeys.
        episodes: all of this scene.
        config: turns, heights, and what to do without recorded actions.

    Raises:
        DataError: the scene is not the one that its episodes were recorded in, or no episode gives a walk.
    """
    _check_place(scene, nav, episodes)
    follower = ReferenceFollower(nav, config.look_aheads, config.end_tolerance)
    walks: list[Trajectory] = []
    owners: dict[str, tuple[str, ...]] = {}
    followed: list[str] = []
    refused: list[Rejection] = []
    for group in _ways(episodes, config.join):
        first, name = group[0], _name(scene, group[0].id)
        try:
            if name in owners:
                raise ValueError("another episode before it gives a walk of the same name")
            truth, recorded = _actions(first, follower, config)
            walks.append(_walk(name, scene, nav, first, truth, config))
        except ValueError as error:
            refused += [Rejection(episode.id, str(error)) for episode in group]
            continue
        owners[name] = tuple(episode.id for episode in group)
        if not recorded:
            followed.append(name)
    rejected = dict(sorted(Counter(r.reason for r in refused).items()))
    if not walks:
        told = "; ".join(f"{count} x {reason}" for reason, count in rejected.items())
        raise DataError(scene, f"no episode gives a walk ({told})", "see vlnce.walks and vlnce.esdf")
    return EpisodeWalks(scene, tuple(walks), rejected, owners, tuple(followed), tuple(refused))


def _check_place(scene: str, nav: NavigationMap, episodes: Sequence[Episode]) -> None:
    lost = sum(not has_floor(nav, episode.start[:3], _WITHOUT_FLOOR) for episode in episodes)
    if lost > _MISPLACED * len(episodes):
        cause = f"{lost} of {len(episodes)} episodes start where it has no floor"
        raise DataError(scene, cause, "check that vlnce.scenes has the scenes of these episodes, in their own frame")


def _ways(episodes: Iterable[Episode], join: bool) -> list[list[Episode]]:
    """Return episodes that describe the same way together, in order."""
    groups: dict[tuple[object, ...], list[Episode]] = {}
    for number, episode in enumerate(episodes):
        truth = b"" if episode.truth is None else episode.truth.poses.tobytes()
        way = episode.trajectory, episode.start.tobytes(), episode.reference.tobytes(), truth
        groups.setdefault(way if join else (number,), []).append(episode)
    return list(groups.values())


def _name(scene: str, episode: str) -> str:
    return f"{scene}_{re.sub(r'[^A-Za-z0-9-]+', '-', episode):0>5}"


def _actions(episode: Episode, follower: ReferenceFollower, config: EpisodeWalkConfig) -> tuple[GroundTruth, bool]:
    """Return the way in actions, and whether they are the recorded ones."""
    dataset = DATASETS[episode.dataset]
    if episode.truth is not None:
        turned = in_turns_of(episode.truth, config.turn or episode.truth.turn)
        if turned is not None:
            return turned, True
        way, turn, step = episode.truth.poses[1:, :3], config.turn, episode.truth.step
        return follower.follow(episode.start, way, turn or dataset.turn, step), False
    if not len(episode.reference):
        raise ValueError("it has neither recorded actions nor a reference path, as in a test split")
    if config.missing_truth == "skip":
        raise ValueError("it has no recorded actions")
    return follower.follow(episode.start, episode.reference, config.turn or dataset.turn, dataset.step), False


def _walk(
    name: str, scene: str, nav: NavigationMap, episode: Episode, truth: GroundTruth, config: EpisodeWalkConfig
) -> Trajectory:
    if not 0 < len(truth.actions) <= config.most_actions:
        raise ValueError(f"it has {len(truth.actions)} actions, where 1 to {config.most_actions} may be")
    poses = grounded(nav, truth.poses, _REACH) if config.heights == "floor" else truth.poses
    path, yaw = continuous(poses, config.step, np.radians(config.max_turn))
    geodesic = episode.geodesic
    return Trajectory(
        id=name,
        scene=scene,
        floor=map_of(nav, poses).index,
        path=path,
        yaw=yaw,
        clearance=clearance_along(nav, path),
        actions=truth.actions,
        poses=poses,
        geodesic=float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum()) if geodesic is None else geodesic,
    )
