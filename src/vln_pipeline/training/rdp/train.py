"""Trains one RDP network; run as a program, it is one of several processes that do."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vln_pipeline.models.rdp.network import Rdp
from vln_pipeline.seeding import generator
from vln_pipeline.training.launch import obey
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.rdp.config import TrainRdpConfig
from vln_pipeline.training.rdp.judging import judge
from vln_pipeline.training.rdp.objective import RdpObjective
from vln_pipeline.training.rdp.start import fresh_network
from vln_pipeline.training.sequence_batch import SequenceData
from vln_pipeline.training.sequence_data.data import open_data
from vln_pipeline.training.single_system.fit import Judge, fit


def work(config: Mapping[str, Any], roots: Sequence[str], run_seed: int, seed: int, state: str) -> None:
    """Do what one process of a training does; arguments as of ``conduct``, as JSON has them."""
    told = TrainRdpConfig.model_validate(config)
    own_seed = int(generator(run_seed, "train_rdp", seed).integers(2**31))
    with joined(told.device) as ranks:
        torch.manual_seed(own_seed)
        network, words = fresh_network(told)
        data = open_data(
            told.data,
            [Path(root) for root in roots],
            words,
            told.network.shown,
            run_seed=run_seed,
            seed=own_seed,
            batch_size=told.batch_size,
            workers=told.loader_workers,
            validation_share=told.validation_share,
            questions=told.judged_walks,
        )
        objective = RdpObjective(told.network, told.losses, ranks.device)
        network = network.to(ranks.device)
        fit(
            told,
            network,
            words,
            data,
            objective,
            judge_of(data),
            seed=own_seed,
            ranks=ranks,
            folder=Path(state),
            name=f"seed {seed}",
        )


def judge_of(data: SequenceData) -> Judge:
    """Return what judges a network by the questions of the data."""

    def judged(model: nn.Module) -> dict[str, float]:
        if not isinstance(model, Rdp):
            raise TypeError(type(model).__name__)
        return judge(model, data.questions)

    return judged


if __name__ == "__main__":
    obey(work)
