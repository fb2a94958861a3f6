"""What it took to train the models of an agent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vln_pipeline.training.trained import Trained

USES = {
    "dual": ("system2", "joint"),
    "system2_navdp": ("system2", "system1"),
    "system2_straight": ("system2",),
    "system2_shortest": ("system2",),
    "seq2seq": ("seq2seq",),
    "cma": ("cma",),
    "rdp": ("rdp",),
    "streamvln": ("streamvln",),
}
"""Stores of trainings that trained agents drive with."""


@dataclass(frozen=True)
class Cost:
    """What an agent's models took to train, in the mean over its members.

    Attributes:
        parameters: of all of its models together.
        samples: that they were trained on.
        hours: of the training, by its samples and its rate, on ``devices``.
        devices: that it ran on.
    """

    parameters: int
    samples: int
    hours: float
    devices: str


def training_costs(families: Iterable[str], trainings: Mapping[str, Sequence[Path]]) -> dict[str, Cost]:
    """Return the costs of agents by name; agents without a training have none.

    Args:
        families: names of the agents, without the seeds of their trainings.
        trainings: folders of each store, see ``Trained``.
    """
    used = {family: [store for store in USES.get(family, ()) if trainings[store]] for family in families}
    return {
        family: _cost([[Trained(folder).figures() for folder in trainings[store]] for store in stores])
        for family, stores in used.items()
        if stores
    }


def _cost(stores: Sequence[Sequence[Mapping[str, Any]]]) -> Cost:
    """Return the sum over stores of the mean over the figures of their trainings."""
    return Cost(
        parameters=round(sum(_mean([told["parameters"] for told in figures]) for figures in stores)),
        samples=round(sum(_mean([told["samples"] for told in figures]) for figures in stores)),
        hours=sum(_mean([_hours(told) for told in figures]) for figures in stores),
        devices=", ".join(sorted({told["device"] for figures in stores for told in figures})),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _hours(told: Mapping[str, Any]) -> float:
    rate = told["samples_per_second"]
    return told["samples"] / rate / 3600 if rate else 0.0
