"""Trains one NavDP network; run as a program, it is one of several processes that do."""

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from safetensors import SafetensorError
from torch import nn

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp import checkpoint
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.seeding import generator
from vln_pipeline.training.curve import plot_curve
from vln_pipeline.training.launch import launch, obey
from vln_pipeline.training.learner import Learner
from vln_pipeline.training.loop import SkippingBatches, Training
from vln_pipeline.training.navdp.config import TrainSystem1Config
from vln_pipeline.training.navdp.held_out import hold_out, scene_of
from vln_pipeline.training.navdp.objective import NavdpObjective
from vln_pipeline.training.navdp.rgb_tokens import RgbTokens
from vln_pipeline.training.navdp.start import fresh_network
from vln_pipeline.training.navdp_batch import NavdpBatch
from vln_pipeline.training.navdp_data.batches import open_batches
from vln_pipeline.training.navdp_data.walk_index import WalkIndex, read_index
from vln_pipeline.training.optimiser import build_optimiser
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.running_mean import RunningMean
from vln_pipeline.training.trained import BEST, BOARD, CURVE, DATA, FIGURES, LAST, LOG


def train_navdp(
    config: TrainSystem1Config,
    roots: Sequence[Path],
    directory: Path,
    *,
    run_seed: int,
    seed: int,
    state: Path,
    cache: Path,
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
        cache: for packed frames and tokens.
        threads: CPU threads to use.

    Raises:
        DataError: the data, the checkpoint to start from, or a parameter cannot be used, or the loss is not finite.
    """
    order: dict[str, Any] = {
        "config": config.model_dump(mode="json"),
        "roots": [str(root) for root in roots],
        "run_seed": run_seed,
        "seed": seed,
        "state": str(state),
        "cache": str(cache),
    }
    if config.processes > 1 or config.loader_workers > 0:
        launch(__name__, order, config.processes, state / "launch", threads)
    else:
        torch.set_num_threads(threads)
        work(**order)
    for name in (BEST, LAST, BOARD):
        shutil.copytree(state / name, directory / name)
    for name in (LOG, DATA, FIGURES):
        shutil.copy(state / name, directory / name)
    plot_curve(pd.read_json(directory / LOG, lines=True), directory / CURVE)


def work(config: Mapping[str, Any], roots: Sequence[str], run_seed: int, seed: int, state: str, cache: str) -> None:
    """Do what one process of a training does; arguments as of ``train_navdp``, as JSON has them."""
    told, folder, shared = TrainSystem1Config.model_validate(config), Path(state), Path(cache)
    index = read_index([Path(root) for root in (*roots, *told.folders)], told.data)
    learned, held = hold_out(index, told.validation_share, run_seed)
    own_seed = int(generator(run_seed, "train_system1", seed).integers(2**31))
    with joined(told.device) as ranks:
        torch.manual_seed(own_seed)
        network = fresh_network(told).to(ranks.device)
        decay = told.optimiser.ema_decay
        mean = None if decay is None else RunningMean(network, decay)
        learner = Learner(network, build_optimiser(network, told.optimiser), mean)
        tokens = RgbTokens(network.rgbd_encoder, shared / "rgb_tokens") if told.cache_rgb_tokens else None
        with ranks.leader_first():  # it packs frames, and the others find them
            batches = _open(learned, told, own_seed, told.loader_workers, shared)
            validation = _open(held, told, own_seed, 0, shared)
        training = Training(
            learner,
            NavdpObjective(told.network, told.losses, ranks.device, tokens),
            batches,
            validation,
            _keep,
            told,
            seed=own_seed,
            ranks=ranks,
            folder=folder,
            name=f"seed {seed}",
        )
        started = time.perf_counter()
        samples = training.run()
        rate = samples / (time.perf_counter() - started)
        if ranks.leads:
            _keep(learner.result, folder / LAST)
            report = [*index.report.lines(), *_scenes(learned, "learned from"), *_scenes(held, "validated on")]
            report += [f"dropped {count} times: {cause}" for cause, count in sorted(batches.skipped.items())]
            (folder / DATA).write_text("\n".join(report) + "\n")
            figures = _figures(learner, ranks.device) | {"samples": told.steps * told.samples_per_step}
            (folder / FIGURES).write_text(json.dumps(figures | {"samples_per_second": round(rate, 1)}, indent=2) + "\n")


def _open(
    part: WalkIndex, config: TrainSystem1Config, seed: int, workers: int, cache: Path
) -> SkippingBatches[NavdpBatch]:
    size, packs = config.batch_size, cache / "navdp_frames"
    return open_batches(part, config.data, config.network, seed=seed, batch_size=size, workers=workers, cache=packs)


def _keep(model: nn.Module, folder: Path) -> None:
    if not isinstance(model, NavdpNetwork):
        raise TypeError(type(model).__name__)
    try:
        checkpoint.save(model, folder)
    except SafetensorError as error:
        cause = f"the checkpoint cannot be written ({error})"
        raise DataError(str(folder), cause, "free some space and run the same command again, it goes on") from error


def _scenes(part: WalkIndex, verb: str) -> list[str]:
    scenes = sorted({scene_of(walk) for walk in part.walks})
    return [f"{verb}: {len(part.walks)} walks of {len(scenes)} scenes: {', '.join(scenes)}"]


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


if __name__ == "__main__":
    obey(work)
