"""Who takes part in an evaluation: small and picklable, opened in the process that drives."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.config import (
    AgentsConfig,
    Baseline,
    DualConfig,
    ServerConfig,
    Single,
    StreamVlnAgentConfig,
    Trained,
)


@dataclass(frozen=True)
class Entrant:
    """An agent before it is opened.

    Attributes:
        name: in results.
        kind: baseline, how a trained System 2 is followed, which single system it is, or a server.
        settings: of one with a System 2, or of a server; None for others.
        device: of a trained one.
        system2: which trained System 2 it has; empty for baselines.
        system1: which System 1 on latent plans it has; empty where none is needed.
        single: which network a single system has; empty for others.
        draws: whether it draws its actions.
        stream: settings of a StreamVLN; None for others.
    """

    name: str
    kind: Baseline | Trained | Literal["server"]
    settings: DualConfig | ServerConfig | None = None
    device: str = "cpu"
    system2: str = ""
    system1: str = ""
    single: str = ""
    draws: bool = False
    stream: StreamVlnAgentConfig | None = None


def entrants(
    config: AgentsConfig,
    planners: Iterable[str],
    networks: Iterable[str],
    singles: Mapping[str, Iterable[str]] | None = None,
) -> tuple[Entrant, ...]:
    """Return the agents of a run, baselines first.

    Args:
        config: who takes part.
        planners: names of the trained Systems 2.
        networks: names of the Systems 1 that were trained on their latent plans; each goes with the System 2 of the
            same name, or with the only one there is.
        singles: names of the trained networks of each single system.

    Raises:
        DataError: an agent is to take part whose models are not there.
    """
    found = [Entrant(name, name) for name in config.baselines]
    second, first = sorted(planners), sorted(networks)
    for kind in config.trained:
        if kind in get_args(Single):
            found += _singles(kind, config, sorted((singles or {}).get(kind, ())))
            continue
        _require(second, kind, "System 2", "train_system2")
        if kind == "dual":
            _require(first, kind, "System 1 on plans", "train_joint")
        pairs = [(_partner(name, second), name) for name in first] if kind == "dual" else [(n, "") for n in second]
        found += [
            Entrant(f"{kind}.{network or planner}", kind, config.dual, config.device, planner, network)
            for planner, network in pairs
        ]
    return (*found, *(Entrant(server.name, "server", server) for server in config.servers))


def _singles(kind: Trained, config: AgentsConfig, names: list[str]) -> list[Entrant]:
    _require(names, kind, kind, f"train_{kind}")
    stream = config.streamvln if kind == "streamvln" else None
    return [
        Entrant(f"{kind}.{name}", kind, device=config.device, single=name, draws=config.draw_actions, stream=stream)
        for name in names
    ]


def _require(models: list[str], kind: str, what: str, stage: str) -> None:
    if not models:
        mend = f"run {stage} first, or leave it out of evaluate.agents.trained"
        raise DataError(f"agent {kind}", f"there is no trained {what}", mend)


def _partner(network: str, planners: list[str]) -> str:
    if network in planners:
        return network
    if len(planners) == 1:
        return planners[0]
    cause = f"no System 2 of that name, and more than one to choose from ({', '.join(planners)})"
    raise DataError(f"System 1 {network}", cause, "train both under one name")
