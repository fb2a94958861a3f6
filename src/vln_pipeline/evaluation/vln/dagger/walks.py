"""Roll-outs that are kept, as walks and words like those of any other stage."""

from collections import Counter

import numpy as np

from vln_pipeline.episodes.continuous import continuous
from vln_pipeline.episodes.ground import local
from vln_pipeline.evaluation.vln.dagger.roll_out import KEPT, RollOut, RollOuts
from vln_pipeline.labelling.labels import Clip, Labels
from vln_pipeline.planning.clearance import clearances
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.plan import Plans
from vln_pipeline.planning.trajectory import Trajectory

_STEP, _TURN = 0.1, np.radians(15)
"""Largest distance and turn between two points of a walk's smooth form."""
_UNREACHABLE = "no way leads to the goal"


def walk_id(rolled: RollOut, agent: str) -> str:
    """Return the id of a roll-out's walk: that of its episode and who drove."""
    return f"{rolled.episode.id}_{agent.replace('.', '-')}"


def walks_of(rolled: RollOuts, nav: NavigationMap) -> Plans:
    """Return the walks of one scene and agent; ``rejected`` counts the roll-outs that are not kept."""
    kept = [one for one in rolled.rolled if one.reason == KEPT]
    rejected = Counter(one.reason for one in rolled.rolled if one.reason != KEPT)
    rejected.update({_UNREACHABLE: len(rolled.unreachable)} if rolled.unreachable else {})
    walks = tuple(_walk(one, rolled, nav) for one in kept)
    return Plans(rolled.scene, walks, dict(sorted(rejected.items())))


def words_of(rolled: RollOut, walk: Trajectory) -> Labels:
    """Return the words of a roll-out's walk: the episode's instruction, which the robot was given."""
    text, last = rolled.episode.instruction, len(walk.path) - 1
    return Labels(walk.id, (Clip(0, last, text, text),), text, (0, last), labeller="dagger")


def _walk(rolled: RollOut, of: RollOuts, nav: NavigationMap) -> Trajectory:
    floor = nav.maps[rolled.episode.floor]
    path, yaw = continuous(rolled.poses, _STEP, _TURN)
    return Trajectory(
        id=walk_id(rolled, of.agent),
        scene=of.scene,
        floor=floor.index,
        path=path,
        yaw=yaw,
        clearance=clearances(floor.esdf, floor.cell, local(floor, path)).astype(np.float32),
        actions=rolled.actions,
        poses=rolled.poses,
        geodesic=rolled.shortest,
    )
