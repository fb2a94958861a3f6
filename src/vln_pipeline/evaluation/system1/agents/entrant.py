"""Who takes part in a benchmark run: small and picklable, opened in the process that drives."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.system1.agents.config import (
    AgentsConfig,
    Baseline,
    CheckpointConfig,
    PlannerConfig,
    ServerConfig,
)
from vln_pipeline.file_mark import mark_file
from vln_pipeline.models.navdp.policy_config import PolicyConfig
from vln_pipeline.regular_file import regular


@dataclass(frozen=True)
class Entrant:
    """An agent before it is opened.

    Attributes:
        name: in results; networks that were trained alike share the part before the dot.
        settings: the name of a baseline, or the parameters of a policy.
        network: which trained network a NavDP policy drives with; empty for all others.
        weights: checksum of the weights of a network from elsewhere; empty for all others.
    """

    name: str
    settings: Baseline | CheckpointConfig | ServerConfig | PlannerConfig | PolicyConfig
    network: str = ""
    weights: str = ""


def entrants(config: AgentsConfig, networks: Iterable[str]) -> tuple[Entrant, ...]:
    """Return the agents of a run, baselines first.

    Args:
        config: who takes part.
        networks: names of the trained networks.

    Raises:
        DataError: NavDP takes part and there is no network, or a checkpoint from elsewhere is not there.
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
        *(Entrant(other.name, other, weights=_checksum(other)) for other in config.checkpoints),
        *(Entrant(server.name, server) for server in config.servers),
        *(Entrant(planner.name, planner) for planner in config.planners),
    )


def _checksum(config: CheckpointConfig) -> str:
    """Return what a checkpoint's weights are recognised by, so that others under the same path drive anew."""
    path = Path(config.path)
    try:
        files = sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [regular(path)]
        return " ".join(mark_file(file).hash for file in files)
    except OSError as error:
        mend = "set its path to a folder of this project, or to a file of weights"
        raise DataError(f"checkpoint {config.name}", f"{path} cannot be read ({error.strerror})", mend) from error
