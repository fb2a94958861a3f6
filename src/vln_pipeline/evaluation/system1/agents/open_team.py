"""Opening an agent; each is imported only where it drives."""

from pathlib import Path

from vln_pipeline.evaluation.system1.agents.config import CheckpointConfig, PlannerConfig, ServerConfig
from vln_pipeline.evaluation.system1.agents.entrant import Entrant
from vln_pipeline.evaluation.system1.agents.team import Soloists, Team
from vln_pipeline.models.navdp.policy_config import PolicyConfig


def open_team(entrant: Entrant, checkpoint: Path | None, threads: int) -> Team:
    """Return the agent, ready to drive.

    Args:
        entrant: who.
        checkpoint: folder of the network of a NavDP agent.
        threads: CPU threads that it may use.

    Raises:
        DataError: it cannot be opened.
    """
    settings = entrant.settings
    if isinstance(settings, ServerConfig):
        from vln_pipeline.evaluation.system1.agents.navdp_server import NavdpServer

        kinds = frozenset(settings.kinds)
        return Soloists(lambda: NavdpServer(settings), kinds=kinds, depth=True, rgb=True, most=1)
    if isinstance(settings, PlannerConfig):
        from vln_pipeline.evaluation.system1.agents.python_planner import make_planner

        kinds = frozenset(settings.kinds)
        return Soloists(lambda: make_planner(settings), kinds=kinds, depth=True, rgb=settings.rgb)
    if isinstance(settings, CheckpointConfig):
        return _navdp(settings.policy, Path(settings.path), threads)
    if isinstance(settings, PolicyConfig):
        if checkpoint is None:
            raise ValueError("a NavDP agent needs a checkpoint")
        return _navdp(settings, checkpoint, threads)
    return _baseline(settings)


def _navdp(config: PolicyConfig | None, checkpoint: Path, threads: int) -> Team:
    import torch

    from vln_pipeline.evaluation.system1.agents.navdp import Navdp, kinds
    from vln_pipeline.models.navdp.any_checkpoint import load_any

    torch.set_num_threads(threads)
    network, suited = load_any(checkpoint)
    config = config or suited
    # A planner holds the network; robots that drive one after the other share one.
    return Soloists(lambda: Navdp(network, config), kinds=kinds(network), depth=True, rgb=True, most=1)


def _baseline(name: str) -> Team:
    if name == "stop_and_turn":
        from vln_pipeline.evaluation.system1.agents.stop_and_turn import StopAndTurn

        return StopAndTurn()
    if name == "shortest_path":
        from vln_pipeline.evaluation.system1.agents.shortest_path import ShortestPath

        return ShortestPath()
    if name == "random":
        from vln_pipeline.evaluation.system1.agents.random_turns import KINDS, RandomTurns

        return Soloists(RandomTurns, kinds=KINDS)
    from vln_pipeline.evaluation.system1.agents.straight_line import KINDS, StraightLine

    return Soloists(StraightLine, kinds=KINDS)
