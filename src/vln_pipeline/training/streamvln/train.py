"""Trains one StreamVLN; run as a program, it is one of several processes that do."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from vln_pipeline.seeding import generator
from vln_pipeline.training.launch import obey
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.streamvln.config import TrainStreamVlnConfig
from vln_pipeline.training.streamvln.fit import fit
from vln_pipeline.training.streamvln.start import fresh_parts
from vln_pipeline.training.streamvln_data.data import open_data


def work(config: Mapping[str, Any], roots: Sequence[str], run_seed: int, seed: int, state: str) -> None:
    """Do what one process of a training does; arguments as of ``conduct``, as JSON has them."""
    told = TrainStreamVlnConfig.model_validate(config)
    own_seed = int(generator(run_seed, "train_streamvln", seed).integers(2**31))
    with joined(told.device) as ranks:
        torch.manual_seed(own_seed)
        parts = fresh_parts(told)
        data = open_data(
            told.data,
            [Path(root) for root in roots],
            parts,
            run_seed=run_seed,
            seed=own_seed,
            batch_size=told.batch_size,
            batches_of_step=told.samples_per_step // told.batch_size,
            workers=told.loader_workers,
            validation_share=told.validation_share,
        )
        fit(told, parts, data, seed=own_seed, ranks=ranks, folder=Path(state), name=f"seed {seed}")


if __name__ == "__main__":
    obey(work)
