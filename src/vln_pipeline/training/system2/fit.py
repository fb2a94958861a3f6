"""Teaches one System 2 what batches hold, whatever they are made of."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vln_pipeline.models.system2.load import System2Parts, save
from vln_pipeline.models.system2.processing import Processor
from vln_pipeline.training.learner import fresh_learner
from vln_pipeline.training.loop import Training
from vln_pipeline.training.outcome import counted, run_to_the_end, write_outcome
from vln_pipeline.training.ranks import Ranks
from vln_pipeline.training.sharding import made_whole, shard
from vln_pipeline.training.system2.config import TrainSystem2Config
from vln_pipeline.training.system2.judging import ask, judge
from vln_pipeline.training.system2.merging import merged_weights
from vln_pipeline.training.system2.objective import System2Objective
from vln_pipeline.training.system2_batch import System2Batch, System2Data, System2Sample


class JudgedTraining(Training[System2Batch]):
    """A training whose validation also judges what the model answers.

    Args:
        processor: of the model.
        questions: what it answers.
        given: see ``Training``.
    """

    def __init__(self, processor: Processor, questions: Sequence[System2Sample], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._processor, self._questions = processor, questions

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        numbers = super()._validate()
        with self._autocast, made_whole(self.learner.model):
            told = judge(ask(self.learner.result.eval(), self._processor, self._questions))
        return numbers | {f"validation/{name}": number for name, number in told.items()}


def fit(
    config: TrainSystem2Config,
    parts: System2Parts,
    data: System2Data,
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
        shard(model, (*model.model.visual.blocks, *model.model.language_model.layers), ranks, config.sharding)
    learner = fresh_learner(model, config.optimiser)

    def keep(result: nn.Module, directory: Path) -> None:
        weights = merged_weights(result)
        if ranks.leads:
            save(replace(parts, model=result), directory, weights)
            data.cameras.write(directory)

    training = JudgedTraining(
        Processor(parts.tokenizer, parts.image_processor, parts.dialogue),
        data.questions,
        learner,
        System2Objective(ranks.device),
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
    write_outcome(training, report, {"samples_per_second": rate})
