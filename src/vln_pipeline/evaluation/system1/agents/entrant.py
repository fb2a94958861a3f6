"""Who takes part in a benchmark run: small and picklable, opened in the process that drives."""

from collections.abc import Iterable
from dataclasses import dataclass

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.system1.agents.config import AgentsConfig, Baseline, PlannerConfig, ServerConfig
from vln_pipeline.models.navdp.policy_config import PolicyConfig


@dataclass(frozen=True)
class Entrant:
    """An agent before it is opened.

    Attributes:
        name: in results; networks that were trained alike share the part before the dot.
        settings: the name of a baseline, or the parameters of a policy.
        network: which trained network a NavDP policy drives with; empty for all others.
    """

    name: str
    settings: Baseline | ServerConfig | PlannerConfig | PolicyConfig
    network: str = ""


def entrants(config: AgentsConfig, networks: Iterable[str]) -> tuple[Entrant, ...]:
    """Return the agents of a run, baselines first.

    Args:
        config: who takes part.
        networks: names of the trained networks.

    Raises:
        DataError: NavDP takes part and there is no network.
    """
    trained: list[Entrant] = []
    if config.navdp:
        trained = [Entrant(f"navdp.{network}", config.policy, network) for network in networks]
        if not trained:
            mend = "run train_system1 first, or set evaluate_system1.agents.navdp to false"
            raise DataError("system1", "there is no trained network", mend)
    return (
        *(Entrant(name, name) for name in config.baselines),
        *trained,
        *(Entrant(server.name, server) for server in config.servers),
        *(Entrant(planner.name, planner) for planner in config.planners),
    )
