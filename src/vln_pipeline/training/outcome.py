"""What a training leaves besides its best model: the last one, a report and figures."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import torch

from vln_pipeline.training.loop import Training
from vln_pipeline.training.trained import DATA, FIGURES, LAST


def run_to_the_end(training: Training[Any]) -> float:
    """Run a training, keep the model of its last step, and return how many samples a second this attempt took.

    Raises:
        DataError: the loss is not finite, or no saved state is sound and this training's.
        OSError: the disk is full, for instance.
    """
    started = time.perf_counter()
    samples = training.run()
    rate = samples / (time.perf_counter() - started)
    if training.takes_part:
        training.keep_sealed(training.folder / LAST)
    return round(rate, 1)


def counted(verb: str, causes: Counter[str]) -> list[str]:
    """Return a line for each cause why samples were left out, with how many were."""
    return [f"{verb} {count} times: {cause}" for cause, count in sorted(causes.items())]


def write_outcome(training: Training[Any], report: Iterable[str], figures: Mapping[str, Any]) -> None:
    """Write report and figures, as the process that leads; the others write nothing.

    Args:
        training: one that has run.
        report: lines that tell what it was given.
        figures: of this kind of training, besides those of any.
    """
    if not training.ranks.leads:
        return
    (training.folder / DATA).write_text("".join(f"{line}\n" for line in report))
    told = {**_figures(training), **figures}
    (training.folder / FIGURES).write_text(json.dumps(told, indent=2) + "\n")


def _figures(training: Training[Any]) -> dict[str, Any]:
    learner, device = training.learner, training.ranks.device
    parameters = list(learner.model.parameters())
    on_gpu = device.type == "cuda"
    return {
        "steps": learner.step,
        "samples": learner.step * training.config.samples_per_step,
        "best_validation_loss": learner.best,
        "parameters": sum(p.numel() for p in parameters),
        "trained_parameters": sum(p.numel() for p in parameters if p.requires_grad),
        "device": torch.cuda.get_device_name(device) if on_gpu else "cpu",
        "gpu_memory_bytes": torch.cuda.max_memory_allocated(device) if on_gpu else None,
    }
