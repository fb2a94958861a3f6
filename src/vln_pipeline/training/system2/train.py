"""Trains one System 2; run as a program, it is one of several processes that do."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch

from vln_pipeline.seeding import generator
from vln_pipeline.training.curve import plot_curve
from vln_pipeline.training.launch import launch, obey
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.system2.config import TrainSystem2Config
from vln_pipeline.training.system2.fit import fit
from vln_pipeline.training.system2.start import fresh_parts
from vln_pipeline.training.system2_data.data import open_data
from vln_pipeline.training.trained import BEST, BOARD, CURVE, DATA, FIGURES, LAST, LOG


def train_system2(
    config: TrainSystem2Config,
    roots: Sequence[Path],
    directory: Path,
    *,
    run_seed: int,
    seed: int,
    state: Path,
    cache: Path,
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
        cache: for tables of samples.
        threads: CPU threads to use.

    Raises:
        DataError: the data, the model to start from, or a parameter cannot be used, or the loss is not finite.
    """
    order: dict[str, Any] = {
        "config": config.model_dump(mode="json"),
        "roots": [str(root) for root in roots],
        "run_seed": run_seed,
        "seed": seed,
        "state": str(state),
        "cache": str(cache),
    }
    if config.processes > 1 or config.loader_workers > 0:
        launch(__name__, order, config.processes, state / "launch", threads)
    else:
        torch.set_num_threads(threads)
        work(**order)
    for name in (BEST, LAST, BOARD):
        shutil.copytree(state / name, directory / name)
    for name in (LOG, DATA, FIGURES):
        shutil.copy(state / name, directory / name)
    plot_curve(pd.read_json(directory / LOG, lines=True), directory / CURVE)


def work(config: Mapping[str, Any], roots: Sequence[str], run_seed: int, seed: int, state: str, cache: str) -> None:
    """Do what one process of a training does; arguments as of ``train_system2``, as JSON has them."""
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
