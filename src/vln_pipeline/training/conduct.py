"""A whole training: its work, in one process or several, and what came of it."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import torch
from pydantic_core import to_jsonable_python

from vln_pipeline.durable import SEAL, require_sound
from vln_pipeline.errors import DataError
from vln_pipeline.training.config import TrainingConfig
from vln_pipeline.training.curve import plot_curve
from vln_pipeline.training.launch import launch
from vln_pipeline.training.meeting import FOLDER
from vln_pipeline.training.saved_states import BEST_STEP, best_folder, newest_state, require_sound_state
from vln_pipeline.training.trained import BEST, BOARD, CURVE, DATA, FIGURES, LAST, LOG


def conduct(
    work: Callable[..., None],
    config: TrainingConfig,
    roots: Sequence[Path],
    directory: Path,
    *,
    run_seed: int,
    seed: int,
    state: Path,
    threads: int,
    **others: Path | None,
) -> None:
    """Train a network, or go on with it, and collect what came of it; nobody else may do it meanwhile.

    Args:
        work: does that of one process; its module obeys with it when it is run. It is given config, roots, run_seed,
            seed, state and the others, as JSON has them.
        config: the parameters.
        roots: folders of datasets.
        directory: empty; takes the result, see ``Trained``.
        run_seed: of the choice of scenes that are held out.
        seed: of the training.
        state: where the work leaves the result; outlives an interruption.
        threads: CPU threads to use.
        others: what this training wants besides: ``cache``, for tables and packed frames, or models that earlier
            trainings left, None where they left none.

    Raises:
        DataError: the data, a model to start from, or a parameter cannot be used, or the loss is not finite.
        OSError: the disk is full, for instance.
    """
    order = {"config": config, "roots": roots, "run_seed": run_seed, "seed": seed, "state": state, **others}
    told = to_jsonable_python(order)
    if config.processes > 1 or config.nodes > 1 or config.loader_workers > 0:
        launch(work.__module__, told, config.processes, state / FOLDER, threads, nodes=config.nodes)
    else:
        torch.set_num_threads(threads)
        work(**told)
    _collect(state, directory)
    plot_curve(pd.read_json(directory / LOG, lines=True), directory / CURVE)


def _collect(state: Path, directory: Path) -> None:
    """Copy the result of a finished training.

    Raises:
        DataError: a file of it is not what was written.
    """
    finished = newest_state(state)
    if finished is None:
        raise DataError(str(state), "holds no state, though the training ended", "run the same command again")
    best = require_sound_state(finished)[BEST_STEP]
    if not best:
        raise DataError(str(state), "no validation loss was finite", "lower the learning rate, or look at the data")
    require_sound(state / LAST, contents=True)
    for name, source in ((BEST, best_folder(state, best)), (LAST, state / LAST), (BOARD, finished / BOARD)):
        shutil.copytree(source, directory / name, ignore=shutil.ignore_patterns(SEAL))
    for source in (finished / LOG, state / DATA, state / FIGURES):
        shutil.copy(source, directory / source.name)
