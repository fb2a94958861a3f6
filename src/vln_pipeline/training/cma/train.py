"""Trains one CMA network; run as a program, it is one of several processes that do."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from vln_pipeline.models.cma.network import Cma
from vln_pipeline.training.cma.config import TrainCmaConfig
from vln_pipeline.training.conduct import conduct
from vln_pipeline.training.launch import obey
from vln_pipeline.training.single_system.work_on_actions import work_on_actions


def train_cma(
    config: TrainCmaConfig,
    roots: Sequence[Path],
    directory: Path,
    *,
    run_seed: int,
    seed: int,
    state: Path,
    threads: int,
) -> None:
    """Train a network, or go on with it, and write what came of it.

    Args:
        config: the parameters.
        roots: folders of datasets.
        directory: empty; takes the result, see ``Trained``.
        run_seed: of the choice of scenes that are held out.
        seed: of the training.
        state: outlives an interruption.
        threads: CPU threads to use.

    Raises:
        DataError: the data, the checkpoint to start from, or a parameter cannot be used, or the loss is not finite.
    """
    order = {"config": config, "roots": roots, "run_seed": run_seed, "seed": seed, "state": state}
    conduct(work, order, config, directory, state=state, threads=threads)


def work(config: Mapping[str, Any], roots: Sequence[str], run_seed: int, seed: int, state: str) -> None:
    """Do what one process of a training does; arguments as of ``train_cma``, as JSON has them."""
    told = TrainCmaConfig.model_validate(config)
    work_on_actions(Cma, told, told.network, roots, run_seed=run_seed, seed=seed, folder=Path(state))


if __name__ == "__main__":
    obey(work)
