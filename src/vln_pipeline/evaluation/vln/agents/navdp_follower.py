"""System 1 as it drives alone: NavDP, with all that its policy remembers, on the way to System 2's pixel goals."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Task, Truth
from vln_pipeline.evaluation.vln.agents.follower import FloorGoal
from vln_pipeline.evaluation.vln.agents.navdp_config import NavdpFollowerConfig
from vln_pipeline.evaluation.vln.agents.point_followers import spaced
from vln_pipeline.evaluation.world.planar import into
from vln_pipeline.evaluation.world.sight import pixel_of, place_at
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.policy import NavdpPolicy


class NavdpFollower:
    """Asks the policy as ``evaluate_system1`` does: depth, critic, obstacles seen, path kept, odometry.

    Nearer to the goal than ``policy.short_path``, where the policy stands still, it goes straight.

    Args:
        network: the trained network.
        config: how it is asked.
        looks_down: whether it sees the view that looks down, rather than the level one.

    Raises:
        DataError: the network was not made for such goals.
    """

    queries: Tensor | None = None
    depth = True
    once = False

    def __init__(self, network: NavdpNetwork, config: NavdpFollowerConfig, *, looks_down: bool) -> None:
        if config.goal not in network.config.goals:
            known = ", ".join(network.config.goals)
            cause = f"its System 1 was made for goals of the kind {known}, not {config.goal}"
            raise DataError("evaluate.agents.navdp.goal", cause, "name one of them")
        self.looks_down = looks_down
        # A robot that looks around has not seen what it would drive into after half of the turn.
        self.faces = config.policy.face_path or config.policy.stop_threshold is not None
        self._policy, self._config = NavdpPolicy(network, config.policy), config

    def reset(self, task: Task, truth: Truth | None) -> None:
        """Forget the last episode."""
        self._seed, self._begun = task.seed, False

    def path(self, goal: FloorGoal, now: Observation) -> NDArray[np.float64]:
        """Return the path that the policy takes for the best; none where the goal shows no place, or is reached."""
        place = place_at(goal.seen, goal.pixel)
        if place is None:
            return np.zeros((0, 2))
        if not self._begun:
            self._policy.reset(self._seed, now.camera)
            self._begun = True
        here = into(now.pose, place[:2])
        if np.hypot(*here) < self._config.policy.short_path:
            return spaced(np.array([np.zeros(2), here]))
        if self._config.goal == "point":
            asked = NavdpGoal(point=here)
        else:
            asked = NavdpGoal(pixel=pixel_of(np.append(now.pose[:2], 0.0), now.pose[2], place, now.camera))
        planned = self._policy.plan(now.rgb, now.depth, asked, now.pose)
        return spaced(np.concatenate([np.zeros((1, 2)), planned.path[:, :2]]))
