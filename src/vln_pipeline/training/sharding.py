"""Models whose weights, gradients and moments several processes share out (FSDP; Rajbhandari et al. 2020, ZeRO)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from torch import Tensor, nn
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.fsdp import FSDPModule, fully_shard
from torch.distributed.tensor import DTensor, distribute_tensor

from vln_pipeline.training.config import Sharding
from vln_pipeline.training.ranks import Ranks


def shard(model: nn.Module, blocks: Iterable[nn.Module], ranks: Ranks, kind: Sharding) -> None:
    """Share a model out, in place; its optimiser is made afterwards.

    Args:
        model: the same one, on the device, in every process.
        blocks: its layers, each of which is made whole while it computes.
        ranks: the processes.
        kind: "zero2" for gradients and moments: weights stay whole from the forward to the backward pass; "fsdp" for
            the weights as well.
    """
    mesh = init_device_mesh(ranks.device.type, (ranks.size,))
    for part in (*blocks, model):
        fully_shard(part, mesh=mesh, reshard_after_forward=kind == "fsdp")


def is_sharded(model: nn.Module) -> bool:
    """Return whether processes share a model out."""
    return isinstance(model, FSDPModule)


def whole(tensor: Tensor) -> Tensor:
    """Return a tensor that may be shared out as one; every process asks for it."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def like(own: Tensor, given: Tensor) -> Tensor:
    """Return a whole tensor shared out as another one of the same shape is."""
    if not isinstance(own, DTensor) or own.shape != given.shape:
        return given
    return distribute_tensor(given.to(own.device), own.device_mesh, own.placements)


@contextmanager
def made_whole(model: nn.Module) -> Iterator[None]:
    """Let parts of a model be called by themselves, which the model as a whole would otherwise prepare."""
    if isinstance(model, FSDPModule):
        model.unshard()
    yield
    if isinstance(model, FSDPModule):
        model.reshard()
