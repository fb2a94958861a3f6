"""The stores of trained models that agents drive with, for every pipeline that lets agents drive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from vln_pipeline.datasets.item import Item
from vln_pipeline.evaluation.vln.agents.config import AgentsConfig
from vln_pipeline.evaluation.vln.agents.entrant import Entrant, entrants
from vln_pipeline.evaluation.vln.rules import Rules

if TYPE_CHECKING:
    from vln_pipeline.evaluation.vln.agents.agent import Agent

STORES = ("system2", "joint", "system1", "seq2seq", "cma", "rdp", "streamvln")
"""Their names, in the order in which nodes take them."""

AgentModels: TypeAlias = tuple[Item | None, Item | None, Item | None]
"""System 2, System 1 and single system of an agent; None for what it has not."""


@dataclass(frozen=True)
class TrainedModels:
    """What the stores hold.

    Attributes:
        stores: trainings by name, of each of ``STORES``.
    """

    stores: dict[str, dict[str, Item]]

    @classmethod
    def of(cls, *stores: dict[str, Item]) -> TrainedModels:
        """Return what stores hold that are given in the order of ``STORES``."""
        return cls(dict(zip(STORES, stores, strict=True)))

    def entrants(self, config: AgentsConfig) -> tuple[Entrant, ...]:
        """Return the agents of a run.

        Raises:
            DataError: an agent is to take part whose models are not there.
        """
        second, latent, alone, *_ = self.stores.values()
        return entrants(config, second, latent, alone, self.stores)

    def models_of(self, entrant: Entrant) -> AgentModels:
        """Return the models that an agent drives with."""
        driver = self.stores["joint" if entrant.navdp is None else "system1"]
        single = self.stores.get(entrant.kind, {})
        return self.stores["system2"].get(entrant.system2), driver.get(entrant.system1), single.get(entrant.single)


def opened(entrant: Entrant, models: AgentModels, rules: Rules, threads: int) -> Agent:
    """Open an agent with its models, see ``TrainedModels.models_of``."""
    from vln_pipeline.evaluation.vln.agents.open_agent import open_agent  # compiles: only in the process that works

    system2, system1, single = (None if item is None else item().best for item in models)
    return open_agent(entrant, system2, system1, rules, threads, single)
