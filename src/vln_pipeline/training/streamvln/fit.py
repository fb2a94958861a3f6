"""Teaches one StreamVLN what batches hold, whatever they are made of."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from vln_pipeline.models.streamvln.load import StreamVlnParts, save
from vln_pipeline.training.learner import fresh_learner
from vln_pipeline.training.loop import Training
from vln_pipeline.training.outcome import counted, run_to_the_end, write_outcome
from vln_pipeline.training.ranks import Ranks
from vln_pipeline.training.sharding import shard, whole
from vln_pipeline.training.streamvln.config import TrainStreamVlnConfig
from vln_pipeline.training.streamvln.objective import StreamVlnObjective
from vln_pipeline.training.streamvln_batch import StreamVlnData


def fit(
    config: TrainStreamVlnConfig,
    parts: StreamVlnParts,
    data: StreamVlnData,
    *,
    seed: int,
    ranks: Ranks,
    folder: Path,
    name: str,
) -> None:
    """Train a model, or go on with it, as one process of those that share the training.

    Args:
        config: the parameters.
        parts: the model as it starts, by ``fresh_parts``.
        data: what it learns from.
        seed: of the random numbers.
        ranks: the processes.
        folder: takes the result, see ``Trained``, and outlives an interruption.
        name: what the training is called in the progress bar.

    Raises:
        DataError: a parameter cannot be used, or the loss is not finite.
        OSError: the disk is full, for instance.
    """
    model = parts.model.to(ranks.device)
    if config.sharding != "none" and ranks.size > 1:
        blocks = (*model.vision.encoder.layers, *model.language.model.layers)
        shard(model, blocks, ranks, config.sharding)
    learner = fresh_learner(model, config.optimiser)

    def keep(result: nn.Module, directory: Path) -> None:
        weights = {name: whole(parameter.detach()) for name, parameter in result.named_parameters()}
        if ranks.leads:
            kept: Any = result
            save(replace(parts, model=kept), directory, weights)

    training = Training(
        learner,
        StreamVlnObjective(ranks.device),
        data.batches,
        data.validation,
        keep,
        config,
        seed=seed,
        ranks=ranks,
        folder=folder,
        name=name,
    )
    rate = run_to_the_end(training)
    report = [*data.report, *counted("skipped", data.batches.skipped)]
    write_outcome(training, report, {"samples_per_second": rate, "stage": config.stage})
