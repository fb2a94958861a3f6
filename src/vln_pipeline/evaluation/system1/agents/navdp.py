"""A NavDP network as an agent."""

from pathlib import Path

from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Observation, Plan
from vln_pipeline.models.navdp.checkpoint import load
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.navdp.policy_config import PolicyConfig
from vln_pipeline.rendering.camera import CameraSetting

KINDS = frozenset(GoalKind)


class Navdp:
    """Takes any goal; drives the best candidate of each plan.

    Args:
        network: folder of the checkpoint.
        config: how to sample and rank.
    """

    def __init__(self, network: Path, config: PolicyConfig) -> None:
        self._policy = NavdpPolicy(load(network), config)

    def reset(self, camera: CameraSetting, seed: int) -> None:
        """Forget the last episode."""
        self._policy.reset(seed)

    def plan(self, observation: Observation, goal: Goal) -> Plan:
        """Return the policy's answer; it never takes a goal for reached."""
        asked = NavdpGoal(goal.point, goal.pixel, goal.image)
        answer = self._policy.plan(observation.rgb, observation.depth, asked, observation.pose)
        return Plan(answer.path[:, :2], stop=False, candidates=answer.candidates[..., :2], values=answer.scores)
