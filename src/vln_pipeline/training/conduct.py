"""A whole training: its work, in one process or several, and what came of it."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from pydantic_core import to_jsonable_python

from vln_pipeline.training.config import TrainingConfig
from vln_pipeline.training.curve import plot_curve
from vln_pipeline.training.launch import launch
from vln_pipeline.training.trained import BEST, BOARD, CURVE, DATA, FIGURES, LAST, LOG


def conduct(
    work: Callable[..., None],
    order: Mapping[str, Any],
    config: TrainingConfig,
    directory: Path,
    *,
    state: Path,
    threads: int,
) -> None:
    """Do the work of a training, or go on with it, and collect what came of it.

    Args:
        work: does that of one process; its module obeys with it when it is run.
        order: arguments of the work, which it is given as JSON has them.
        config: how many processes there are.
        directory: empty; takes the result, see ``Trained``.
        state: where the work leaves the result; outlives an interruption.
        threads: CPU threads to use.

    Raises:
        DataError: the data, a model to start from, or a parameter cannot be used, or the loss is not finite.
        OSError: the disk is full, for instance.
    """
    told = to_jsonable_python(order)
    if config.processes > 1 or config.loader_workers > 0:
        launch(work.__module__, told, config.processes, state / "launch", threads)
    else:
        torch.set_num_threads(threads)
        work(**told)
    for name in (BEST, LAST, BOARD):
        shutil.copytree(state / name, directory / name)
    for name in (LOG, DATA, FIGURES):
        shutil.copy(state / name, directory / name)
    plot_curve(pd.read_json(directory / LOG, lines=True), directory / CURVE)
