"""Teaches one single system what batches hold, whatever they are made of."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vln_pipeline.models.single_system import checkpoint
from vln_pipeline.models.single_system.system import Network
from vln_pipeline.models.single_system.words import Words
from vln_pipeline.training.learner import fresh_learner
from vln_pipeline.training.loop import Objective, Training
from vln_pipeline.training.outcome import counted, run_to_the_end, write_outcome
from vln_pipeline.training.ranks import Ranks
from vln_pipeline.training.sequence_batch import SequenceBatch, SequenceData
from vln_pipeline.training.single_system.config import SingleSystemTraining

Judge = Callable[[nn.Module], dict[str, float]]
"""Returns figures of a network in evaluation mode, by name."""


class JudgedTraining(Training[SequenceBatch]):
    """A training whose validation also judges what the network does.

    Args:
        judge: judges it; None for nothing more than its losses.
        given: see ``Training``.
    """

    def __init__(self, judge: Judge | None, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._judge = judge

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        numbers = super()._validate()
        if self._judge is None:
            return numbers
        with self._autocast:
            told = self._judge(self.learner.result.eval())
        return numbers | {f"validation/{name}": number for name, number in told.items()}


def fit(
    config: SingleSystemTraining,
    network: Network,
    words: Words,
    data: SequenceData,
    objective: Objective[SequenceBatch],
    judge: Judge | None = None,
    *,
    seed: int,
    ranks: Ranks,
    folder: Path,
    name: str,
) -> None:
    """Train a network, or go on with it, as one process of those that share the training.

    Args:
        config: the parameters.
        network: as it starts, on the device of this process.
        words: what it knows.
        data: what it learns from.
        objective: what it learns.
        judge: see ``JudgedTraining``.
        seed: of the random numbers.
        ranks: the processes.
        folder: takes the result, see ``Trained``, and outlives an interruption.
        name: what the training is called in the progress bar.

    Raises:
        DataError: a parameter cannot be used, or the loss is not finite.
        OSError: the disk is full, for instance.
    """
    learner = fresh_learner(network, config.optimiser)
    training = JudgedTraining(
        judge,
        learner,
        objective,
        data.batches,
        data.validation,
        partial(_keep, words=words),
        config,
        seed=seed,
        ranks=ranks,
        folder=folder,
        name=name,
    )
    rate = run_to_the_end(training)
    report = [*data.report, *counted("skipped", data.batches.skipped)]
    write_outcome(training, report, {"system": network.system, "samples_per_second": rate})


def _keep(model: nn.Module, folder: Path, words: Words) -> None:
    if not isinstance(model, Network):
        raise TypeError(type(model).__name__)
    checkpoint.save(model, words, folder)
