"""What one process does of a training of Seq2Seq or CMA."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch

from vln_pipeline.models.cma.network import Cma
from vln_pipeline.models.seq2seq.network import Seq2Seq
from vln_pipeline.seeding import generator
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.sequence_data.data import open_data
from vln_pipeline.training.single_system.action_objective import ActionObjective
from vln_pipeline.training.single_system.action_start import fresh_network
from vln_pipeline.training.single_system.config import ActionTraining
from vln_pipeline.training.single_system.fit import fit

Kind = TypeVar("Kind", Seq2Seq, Cma)


def work_on_actions(
    kind: type[Kind],
    config: ActionTraining,
    shape: Any,
    roots: Sequence[str],
    *,
    run_seed: int,
    seed: int,
    folder: Path,
) -> None:
    """Train a network, or go on with it, as one process of those that share the training.

    Args:
        kind: of the network.
        config: of the training.
        shape: of the network.
        roots: folders of this run's exports.
        run_seed: of the choice of scenes that are held out.
        seed: of the training.
        folder: takes the result, and outlives an interruption.

    Raises:
        DataError: the data, the checkpoint to start from, or a parameter cannot be used, or the loss is not finite.
    """
    own_seed = int(generator(run_seed, f"train_{kind.system}", seed).integers(2**31))
    with joined(config.device) as ranks:
        torch.manual_seed(own_seed)
        network, words = fresh_network(kind, config, shape)
        data = open_data(
            config.data,
            [Path(root) for root in roots],
            words,
            shape.shown,
            run_seed=run_seed,
            seed=own_seed,
            batch_size=config.batch_size,
            workers=config.loader_workers,
            validation_share=config.validation_share,
            questions=0,
        )
        objective = ActionObjective(config, ranks.device)
        network = network.to(ranks.device)
        fit(config, network, words, data, objective, seed=own_seed, ranks=ranks, folder=folder, name=f"seed {seed}")
