"""Trains one NavDP network; run as a program, it is one of several processes that do."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vln_pipeline.models.navdp import checkpoint
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.seeding import generator
from vln_pipeline.training.launch import obey
from vln_pipeline.training.learner import fresh_learner
from vln_pipeline.training.loop import SkippingBatches, Training
from vln_pipeline.training.navdp.config import TrainSystem1Config
from vln_pipeline.training.navdp.held_out import hold_out, scene_of
from vln_pipeline.training.navdp.objective import NavdpObjective
from vln_pipeline.training.navdp.rgb_tokens import RgbTokens
from vln_pipeline.training.navdp.start import fresh_network
from vln_pipeline.training.navdp_batch import NavdpBatch
from vln_pipeline.training.navdp_data.batches import open_batches
from vln_pipeline.training.navdp_data.walk_index import WalkIndex, read_index
from vln_pipeline.training.outcome import counted, run_to_the_end, write_outcome
from vln_pipeline.training.ranks import Ranks, joined


def work(config: Mapping[str, Any], roots: Sequence[str], run_seed: int, seed: int, state: str, cache: str) -> None:
    """Do what one process of a training does; arguments as of ``conduct``, as JSON has them."""
    told, folder, shared = TrainSystem1Config.model_validate(config), Path(state), Path(cache)
    index = read_index([Path(root) for root in (*roots, *told.folders)], told.data)
    learned, held = hold_out(index, told.validation_share, run_seed)
    own_seed = int(generator(run_seed, "train_system1", seed).integers(2**31))
    with joined(told.device) as ranks:
        torch.manual_seed(own_seed)
        network = fresh_network(told).to(ranks.device)
        learner = fresh_learner(network, told.optimiser)
        tokens = RgbTokens(network.rgbd_encoder, shared / "rgb_tokens") if told.cache_rgb_tokens else None
        with ranks.leader_first():  # it packs frames, and the others find them
            batches = _open(learned, told, own_seed, told.loader_workers, shared, ranks)
            validation = _open(held, told, own_seed, 0, shared, ranks)
        training = Training(
            learner,
            NavdpObjective(told.network, told.losses, ranks.device, tokens),
            batches,
            validation,
            partial(_keep, TrainedCameras.of((w.height, w.pitch, w.intrinsics) for w in learned.walks)),
            told,
            seed=own_seed,
            ranks=ranks,
            folder=folder,
            name=f"seed {seed}",
        )
        rate = run_to_the_end(training)
        report = [*index.report.lines(), *_scenes(learned, "learned from"), *_scenes(held, "validated on")]
        report += counted("dropped", batches.skipped)
        write_outcome(training, report, {"samples_per_second": rate})


def _open(
    part: WalkIndex, config: TrainSystem1Config, seed: int, workers: int, cache: Path, ranks: Ranks
) -> SkippingBatches[NavdpBatch]:
    return open_batches(
        part,
        config.data,
        config.network,
        seed=seed,
        batch_size=config.batch_size,
        workers=workers,
        cache=cache / "navdp_frames",
        verify=ranks.leads,
    )


def _keep(cameras: TrainedCameras, model: nn.Module, folder: Path) -> None:
    if not isinstance(model, NavdpNetwork):
        raise TypeError(type(model).__name__)
    checkpoint.save(model, folder)
    cameras.write(folder)


def _scenes(part: WalkIndex, verb: str) -> list[str]:
    scenes = sorted({scene_of(walk) for walk in part.walks})
    return [f"{verb}: {len(part.walks)} walks of {len(scenes)} scenes: {', '.join(scenes)}"]


if __name__ == "__main__":
    obey(work)
