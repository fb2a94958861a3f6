"""Trains one StreamVLN; run as a program, it is one of several processes that do."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from vln_pipeline.seeding import generator
from vln_pipeline.training.conduct import conduct
from vln_pipeline.training.launch import obey
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.streamvln.config import TrainStreamVlnConfig
from vln_pipeline.training.streamvln.fit import fit
from vln_pipeline.training.streamvln.start import fresh_parts
from vln_pipeline.training.streamvln_data.data import open_data


def train_streamvln(
    config: TrainStreamVlnConfig,
    roots: Sequence[Path],
    directory: Path,
    *,
    run_seed: int,
    seed: int,
    state: Path,
    threads: int,
) -> None:
    """Train a model, or go on with it, and write what came of it.

    Args:
        config: the parameters.
        roots: folders of datasets.
        directory: empty; takes the result, see ``Trained``.
        run_seed: of the choice of scenes that are held out.
        seed: of the training.
        state: outlives an interruption.
        threads: CPU threads to use.

    Raises:
        DataError: the data, the model to start from, or a parameter cannot be used, or the loss is not finite.
    """
    order = {"config": config, "roots": roots, "run_seed": run_seed, "seed": seed, "state": state}
    conduct(work, order, config, directory, state=state, threads=threads)


def work(config: Mapping[str, Any], roots: Sequence[str], run_seed: int, seed: int, state: str) -> None:
    """Do what one process of a training does; arguments as of ``train_streamvln``, as JSON has them."""
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
