"""Teaches one System 2 what batches hold, whatever they are made of."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.load import System2Parts, save
from vln_pipeline.models.system2.processing import Processor
from vln_pipeline.training.learner import Learner
from vln_pipeline.training.loop import Training
from vln_pipeline.training.optimiser import build_optimiser
from vln_pipeline.training.ranks import Ranks
from vln_pipeline.training.running_mean import RunningMean
from vln_pipeline.training.sharding import is_sharded, made_whole, shard
from vln_pipeline.training.system2.config import TrainSystem2Config
from vln_pipeline.training.system2.judging import ask, judge
from vln_pipeline.training.system2.merging import merged_weights
from vln_pipeline.training.system2.objective import System2Objective
from vln_pipeline.training.system2_batch import System2Batch, System2Data, System2Sample
from vln_pipeline.training.trained import DATA, FIGURES, LAST


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
    decay = config.optimiser.ema_decay
    mean = None if decay is None else RunningMean(model, decay)
    learner = Learner(model, build_optimiser(model, config.optimiser), mean)

    def keep(result: nn.Module, directory: Path) -> None:
        weights = merged_weights(result)
        if not ranks.leads:
            return
        try:
            save(replace(parts, model=result), directory, weights)
        except SafetensorError as error:
            cause = f"the checkpoint cannot be written ({error})"
            raise DataError(str(directory), cause, "free some space and run the same command again") from error

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
    started = time.perf_counter()
    samples = training.run()
    rate = samples / (time.perf_counter() - started)
    if ranks.leads or is_sharded(model):
        keep(learner.result, folder / LAST)
    if ranks.leads:
        skipped = [f"skipped {count} times: {cause}" for cause, count in sorted(data.batches.skipped.items())]
        (folder / DATA).write_text("".join(f"{line}\n" for line in (*data.report, *skipped)))
        figures = _figures(learner, ranks.device) | {"samples_per_second": round(rate, 1)}
        (folder / FIGURES).write_text(json.dumps(figures, indent=2) + "\n")


def _figures(learner: Learner, device: torch.device) -> dict[str, Any]:
    parameters = list(learner.model.parameters())
    memory = torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None
    return {
        "steps": learner.step,
        "best_validation_loss": learner.best,
        "parameters": sum(p.numel() for p in parameters),
        "trained_parameters": sum(p.numel() for p in parameters if p.requires_grad),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "gpu_memory_bytes": memory,
    }
