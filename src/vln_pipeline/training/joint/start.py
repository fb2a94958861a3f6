"""What a training starts with: System 1's weights, and a System 2 that stays as it is."""

from pathlib import Path

import torch
from torch import nn

from vln_pipeline.errors import DataError
from vln_pipeline.models.bridge import checkpoint
from vln_pipeline.models.bridge.build import Network, build, with_plan
from vln_pipeline.models.navdp.official import load_depth_anything
from vln_pipeline.models.navdp.weights import check_names, read_weights
from vln_pipeline.models.navdp_async.network import NavdpAsync
from vln_pipeline.models.nextdit.network import NextDit
from vln_pipeline.models.system2.config import System2Config
from vln_pipeline.models.system2.load import System2Parts, load
from vln_pipeline.training.joint.config import TrainJointConfig

_NAVDP, _EYE = "navdp.", "rgbd_encoder."
"""Where a network has what NavDP has: NavdpAsync nearly all of it, NextDit the encoder of images."""


def frozen_system2(config: TrainJointConfig, folder: Path | None) -> System2Parts:
    """Return System 2 in evaluation mode, none of whose weights learns.

    Args:
        config: the parameters.
        folder: of the one that train_system2 left, unless the parameters name another.

    Raises:
        DataError: there is none, or it cannot be loaded.
    """
    given = config.system2
    if given is None:
        if folder is None:
            cause = "there is no trained System 2"
            raise DataError("train_joint", cause, "run --pipelines=train_system2 first, or set train_joint.system2")
        given = System2Config(source=str(folder))
    parts = load(given, torch.bfloat16 if config.weights == "bf16" else torch.float32)
    parts.model.requires_grad_(False)
    return parts


def fresh_network(config: TrainJointConfig, plan_dim: int, system1: Path | None) -> tuple[Network, list[str]]:
    """Return the network as it starts, and the names of weights that it has from the System 1 of train_system1.

    What nothing runs does not learn.

    Args:
        config: the parameters.
        plan_dim: width of System 2.
        system1: weights that train_system1 left; None where it left none.

    Raises:
        DataError: a file is missing or is of a network of another shape.
    """
    wanted = with_plan(config.model, plan_dim)
    if config.start_from is not None:
        network = checkpoint.load(Path(config.start_from))
        check_names(Path(config.start_from), network.state_dict(), build(wanted).state_dict())
        taken = []
    else:
        network = build(wanted)
        with torch.no_grad():
            network.latent_queries.mul_(config.query_scale)
        taken = _take_over(network, system1) if config.from_system1 and system1 is not None else []
        if config.rgb_weights is not None:
            load_depth_anything(_eye(network), Path(config.rgb_weights))
    if isinstance(network, NextDit):
        network.traj_dit.recompute = config.recompute
    for part in network.unused:
        part.requires_grad_(False)
    return network, taken


def _take_over(network: Network, system1: Path) -> list[str]:
    """Copy the weights that both networks have in the same shape, and return their names."""
    own = network.state_dict()
    taken = []
    for name, value in read_weights(system1).items():
        mine = _own_name(network, name)
        if mine in own and own[mine].shape == value.shape:
            own[mine].copy_(value)
            taken.append(mine)
    return taken


def _own_name(network: Network, name: str) -> str:
    """Return what a NavDP's weight is called in a network that follows a plan."""
    return f"{_NAVDP}{name}" if isinstance(network, NavdpAsync) else name.removeprefix(_EYE)


def _eye(network: Network) -> nn.Module:
    if isinstance(network, NavdpAsync):
        return network.navdp.rgbd_encoder.rgb_model
    if not network.config.look:
        raise DataError("train_joint.rgb_weights", "this network has no encoder of images", "leave it out")
    return network.rgb_model
