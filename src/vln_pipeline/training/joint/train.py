"""Trains one System 1 on latent plans; run as a program, it is one of several processes that do."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from vln_pipeline.seeding import generator
from vln_pipeline.training.joint.config import TrainJointConfig
from vln_pipeline.training.joint.fit import fit
from vln_pipeline.training.joint.start import fresh_network, frozen_system2
from vln_pipeline.training.joint_data.data import open_data
from vln_pipeline.training.launch import obey
from vln_pipeline.training.ranks import joined


def work(
    config: Mapping[str, Any],
    roots: Sequence[str],
    system1: str | None,
    system2: str | None,
    run_seed: int,
    seed: int,
    state: str,
    cache: str,
) -> None:
    """Do what one process of a training does; arguments as of ``conduct``, as JSON has them."""
    told = TrainJointConfig.model_validate(config)
    own_seed = int(generator(run_seed, "train_joint", seed).integers(2**31))
    with joined(told.device) as ranks:
        parts = frozen_system2(told, None if system2 is None else Path(system2))
        torch.manual_seed(own_seed)
        width = int(parts.model.config.get_text_config().hidden_size)
        network, taken = fresh_network(told, width, None if system1 is None else Path(system1))
        shape = network.config
        with ranks.leader_first():  # it writes the table of samples, and the others find it
            data = open_data(
                told,
                [Path(root) for root in roots],
                parts,
                size=shape.vit.image_size,
                count=shape.predict_size,
                run_seed=run_seed,
                seed=own_seed,
                cache=Path(cache),
            )
        data.report.append(f"{len(taken)} of {len(network.state_dict())} weights start as System 1's")
        fit(told, network, parts.model, data, seed=own_seed, ranks=ranks, folder=Path(state), name=f"seed {seed}")


if __name__ == "__main__":
    obey(work)
