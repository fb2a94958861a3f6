"""Teaches one System 1 what batches hold, whatever they are made of."""

from functools import partial
from pathlib import Path
from typing import Any

from torch import nn

from vln_pipeline.models.bridge import checkpoint
from vln_pipeline.models.bridge.build import Network
from vln_pipeline.models.navdp_async.network import NavdpAsync
from vln_pipeline.models.nextdit.network import NextDit
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.training.joint.config import TrainJointConfig
from vln_pipeline.training.joint.objective import JointObjective
from vln_pipeline.training.joint_batch import JointData
from vln_pipeline.training.learner import fresh_learner
from vln_pipeline.training.loop import Training
from vln_pipeline.training.outcome import counted, run_to_the_end, write_outcome
from vln_pipeline.training.ranks import Ranks


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
    learner = fresh_learner(network, config.optimiser)
    objective = JointObjective(system2.to(ranks.device), ranks.device)
    training = Training(
        learner,
        objective,
        data.batches,
        data.validation,
        partial(_keep, data.cameras),
        config,
        seed=seed,
        ranks=ranks,
        folder=folder,
        name=name,
    )
    rate = run_to_the_end(training)
    report = [*data.report, *counted("skipped", data.batches.skipped)]
    write_outcome(training, report, {"system1": config.model.system1, "samples_per_second": rate})


def _keep(cameras: TrainedCameras, model: nn.Module, folder: Path) -> None:
    if not isinstance(model, NextDit | NavdpAsync):
        raise TypeError(type(model).__name__)
    checkpoint.save(model, folder)
    cameras.write(folder)
