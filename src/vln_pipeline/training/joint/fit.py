"""Teaches one System 1 what batches hold, whatever they are made of."""

import json
import time
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn

from vln_pipeline.errors import DataError
from vln_pipeline.models.bridge import checkpoint
from vln_pipeline.models.bridge.build import Network
from vln_pipeline.models.navdp_async.network import NavdpAsync
from vln_pipeline.models.nextdit.network import NextDit
from vln_pipeline.training.joint.config import TrainJointConfig
from vln_pipeline.training.joint.objective import JointObjective
from vln_pipeline.training.joint_batch import JointData
from vln_pipeline.training.learner import Learner
from vln_pipeline.training.loop import Training
from vln_pipeline.training.optimiser import build_optimiser
from vln_pipeline.training.ranks import Ranks
from vln_pipeline.training.running_mean import RunningMean
from vln_pipeline.training.trained import DATA, FIGURES, LAST


def fit(
    config: TrainJointConfig,
    network: Network,
    system2: Any,
    data: JointData,
    *,
    seed: int,
    ranks: Ranks,
    folder: Path,
    name: str,
) -> None:
    """Train a network, or go on with it, as one process of those that share the training.

    Args:
        config: the parameters.
        network: as it starts.
        system2: a ``Qwen2_5_VLForConditionalGeneration`` in evaluation mode, none of whose weights learns.
        data: what is learned from.
        seed: of the random numbers.
        ranks: the processes.
        folder: takes the result, see ``Trained``, and outlives an interruption.
        name: what the training is called in the progress bar.

    Raises:
        DataError: a parameter cannot be used, or the loss is not finite.
        OSError: the disk is full, for instance.
    """
    network = network.to(ranks.device)
    decay = config.optimiser.ema_decay
    mean = None if decay is None else RunningMean(network, decay)
    learner = Learner(network, build_optimiser(network, config.optimiser), mean)
    objective = JointObjective(system2.to(ranks.device), ranks.device)
    training = Training(
        learner,
        objective,
        data.batches,
        data.validation,
        _keep,
        config,
        seed=seed,
        ranks=ranks,
        folder=folder,
        name=name,
    )
    started = time.perf_counter()
    samples = training.run()
    rate = samples / (time.perf_counter() - started)
    if ranks.leads:
        _keep(learner.result, folder / LAST)
        skipped = [f"skipped {count} times: {cause}" for cause, count in sorted(data.batches.skipped.items())]
        (folder / DATA).write_text("".join(f"{line}\n" for line in (*data.report, *skipped)))
        figures = _figures(learner, ranks.device) | {"system1": config.model.system1}
        (folder / FIGURES).write_text(json.dumps(figures | {"samples_per_second": round(rate, 1)}, indent=2) + "\n")


def _keep(model: nn.Module, folder: Path) -> None:
    if not isinstance(model, NextDit | NavdpAsync):
        raise TypeError(type(model).__name__)
    try:
        checkpoint.save(model, folder)
    except SafetensorError as error:
        cause = f"the checkpoint cannot be written ({error})"
        raise DataError(str(folder), cause, "free some space and run the same command again, it goes on") from error


def _figures(learner: Learner, device: torch.device) -> dict[str, Any]:
    parameters = list(learner.model.parameters())
    return {
        "steps": learner.step,
        "best_validation_loss": learner.best,
        "parameters": sum(p.numel() for p in parameters),
        "trained_parameters": sum(p.numel() for p in parameters if p.requires_grad),
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "gpu_memory_bytes": torch.cuda.max_memory_allocated(device) if device.type == "cuda" else None,
    }
