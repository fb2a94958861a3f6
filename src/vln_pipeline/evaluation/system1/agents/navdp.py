"""A NavDP network as an agent."""

from vln_pipeline.evaluation.local_planner import Goal, GoalKind, Observation, Plan
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.navdp.policy_config import PolicyConfig
from vln_pipeline.rendering.camera import CameraSetting


def kinds(network: NavdpNetwork) -> frozenset[GoalKind]:
    """Return the goals that a network was made for; any explores."""
    return frozenset(map(GoalKind, network.config.goals)) | {GoalKind.NONE}


class Navdp:
    """Drives the best candidate of each plan.

    Args:
        network: the trained network.
        config: how to sample and rank.
    """

    def __init__(self, network: NavdpNetwork, config: PolicyConfig) -> None:
        self._policy = NavdpPolicy(network, config)

    def reset(self, camera: CameraSetting, seed: int) -> None:
        """Forget the last episode."""
        self._policy.reset(seed, camera)

    def plan(self, observation: Observation, goal: Goal) -> Plan:
        """Return the policy's answer; it never takes a goal for reached."""
        asked = NavdpGoal(goal.point, goal.pixel, goal.image)
        answer = self._policy.plan(observation.rgb, observation.depth, asked, observation.pose)
        return Plan(
            answer.path[:, :2],
            stop=False,
            candidates=answer.candidates[..., :2],
            values=answer.scores,
            face=self._policy.config.face_path,
        )
