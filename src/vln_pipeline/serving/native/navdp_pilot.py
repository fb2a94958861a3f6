"""System 1 alone: goals come with what is seen."""

from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.serving.native.pilot import Course, Sight, Start


class NavdpPilot:
    """Plans with a NavDP network.

    Args:
        policy: of this robot alone.
    """

    def __init__(self, policy: NavdpPolicy) -> None:
        self._policy = policy

    def begin(self, start: Start) -> None:
        """Begin an episode; words mean nothing to it."""
        self._policy.reset(start.seed, start.camera)

    def see(self, sight: Sight) -> Course:
        """Return the best path to the goal."""
        now = sight.now
        plan = self._policy.plan(now.rgb, now.depth, NavdpGoal(sight.point, sight.pixel, sight.image), now.pose)
        return Course(plan.path[:, :2], candidates=plan.candidates[..., :2], values=plan.scores)

    def close(self) -> None:
        """Nothing but memory is held."""
