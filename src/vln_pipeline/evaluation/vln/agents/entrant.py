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
from vln_pipeline.evaluation.vln.agents.navdp_config import NavdpFollowerConfig


@dataclass(frozen=True)
class Entrant:
    """An agent before it is opened.

    Attributes:
        name: in results.
        kind: baseline, how a trained System 2 is followed, which single system it is, or a server.
        settings: of one with a System 2, or of a server; None for others.
        device: of a trained one.
        system2: which trained System 2 it has; empty for baselines.
        system1: which System 1 it has: of the store ``system1`` for ``system2_navdp``, else one on latent plans; empty
            where none is needed.
        navdp: how the former is asked; None for all others.
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
    navdp: NavdpFollowerConfig | None = None
    single: str = ""
    draws: bool = False
    stream: StreamVlnAgentConfig | None = None


def entrants(
    config: AgentsConfig,
    planners: Iterable[str],
    networks: Iterable[str],
    drivers: Iterable[str],
    singles: Mapping[str, Iterable[str]] | None = None,
) -> tuple[Entrant, ...]:
    """Return the agents of a run, baselines first.

    Args:
        config: who takes part.
        planners: names of the trained Systems 2.
        networks: names of the Systems 1 that were trained on their latent plans; each goes with the System 2 of the
            same name, or with the only one there is.
        drivers: names of the Systems 1 that were trained alone; each goes with every System 2.
        singles: names of the trained networks of each single system.

    Raises:
        DataError: an agent is to take part whose models are not there.
    """
    found = [Entrant(name, name) for name in config.baselines]
    second, latent, alone = sorted(planners), sorted(networks), sorted(drivers)
    for kind in config.trained:
        if kind in get_args(Single):
            found += _singles(kind, config, sorted((singles or {}).get(kind, ())))
            continue
        _need(second, kind, "System 2", "train_system2")
        common = (kind, config.dual, config.device)
        if kind == "dual":
            _need(latent, kind, "System 1 on plans", "train_joint")
            found += [Entrant(f"{kind}.{name}", *common, _partner(name, second), name) for name in latent]
        elif kind == "system2_navdp":
            _need(alone, kind, "System 1", "train_system1")
            found += [
                Entrant(f"{kind}.{planner}.{name}", *common, planner, name, config.navdp)
                for planner in second
                for name in alone
            ]
        else:
            found += [Entrant(f"{kind}.{planner}", *common, planner) for planner in second]
    return (*found, *(Entrant(server.name, "server", server) for server in config.servers))


def _singles(kind: Trained, config: AgentsConfig, names: list[str]) -> list[Entrant]:
    _need(names, kind, kind, f"train_{kind}")
    stream = config.streamvln if kind == "streamvln" else None
    return [
        Entrant(f"{kind}.{name}", kind, device=config.device, single=name, draws=config.draw_actions, stream=stream)
        for name in names
    ]


def _need(models: list[str], kind: Trained, what: str, stage: str) -> None:
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
