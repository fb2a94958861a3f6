"""Trains one System 2; run as a program, it is one of several processes that do."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from vln_pipeline.seeding import generator
from vln_pipeline.training.launch import obey
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.system2.config import TrainSystem2Config
from vln_pipeline.training.system2.fit import fit
from vln_pipeline.training.system2.start import fresh_parts
from vln_pipeline.training.system2_data.data import open_data


def work(config: Mapping[str, Any], roots: Sequence[str], run_seed: int, seed: int, state: str, cache: str) -> None:
    """Do what one process of a training does; arguments as of ``conduct``, as JSON has them."""
    told = TrainSystem2Config.model_validate(config)
    own_seed = int(generator(run_seed, "train_system2", seed).integers(2**31))
    with joined(told.device) as ranks:
        torch.manual_seed(own_seed)
        parts = fresh_parts(told)
        with ranks.leader_first():  # it writes the table of samples, and the others find it
            data = open_data(
                told.data,
                [Path(root) for root in roots],
                parts,
                run_seed=run_seed,
                seed=own_seed,
                batch_size=told.batch_size,
                workers=told.loader_workers,
                validation_share=told.validation_share,
                questions=told.answered_samples,
                cache=Path(cache),
            )
        fit(told, parts, data, seed=own_seed, ranks=ranks, folder=Path(state), name=f"seed {seed}")


if __name__ == "__main__":
    obey(work)
