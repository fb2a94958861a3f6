"""The processes that share a training."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import torch
from torch import Tensor, distributed, nn
from torch.distributed.fsdp import FSDPModule
from torch.nn.parallel import DistributedDataParallel

from vln_pipeline.errors import DataError

_PATIENCE = timedelta(hours=4)
_TORCHRUN = (("RANK", "0"), ("WORLD_SIZE", "1"), ("LOCAL_RANK", "0"))


@dataclass(frozen=True)
class Ranks:
    """This process among those that share a training.

    Attributes:
        rank: its number; 0 is the one that writes.
        size: how many there are.
        device: where this one computes.
    """

    rank: int
    size: int
    device: torch.device

    @property
    def leads(self) -> bool:
        """Whether this process writes."""
        return self.rank == 0

    def wrap(self, model: nn.Module) -> nn.Module:
        """Return a model whose gradients are the mean over all processes."""
        if self.size == 1 or isinstance(model, FSDPModule):
            return model
        return DistributedDataParallel(model, device_ids=None if self.device.type == "cpu" else [self.device])

    def mean(self, values: Tensor) -> Tensor:
        """Return the mean over all processes."""
        if self.size > 1:
            distributed.all_reduce(values)
            values /= self.size
        return values

    @contextmanager
    def leader_first(self) -> Iterator[None]:
        """Let the process that writes do something before the others do it."""
        if not self.leads:
            self.wait()
        yield
        if self.leads:
            self.wait()

    def wait(self) -> None:
        """Return when every process has come here."""
        if self.size > 1:
            distributed.barrier()


@contextmanager
def joined(device: Literal["auto", "cpu", "cuda"]) -> Iterator[Ranks]:
    """Join the processes that torchrun started, or be the only one.

    Raises:
        DataError: there is no GPU, or fewer than processes.
    """
    rank, size, local = (int(os.environ.get(key, default)) for key, default in _TORCHRUN)
    kind = device if device != "auto" else "cuda" if torch.cuda.is_available() else "cpu"
    if kind == "cuda" and local >= torch.cuda.device_count():
        raise DataError(
            "device", f"process {local} finds {torch.cuda.device_count()} GPUs", "lower processes, or set device to cpu"
        )
    if size == 1:
        yield Ranks(rank, size, torch.device(kind))
        return
    place = torch.device(kind, local) if kind == "cuda" else torch.device(kind)
    # Others may have to wait long for the first, which packs frames.
    distributed.init_process_group("nccl" if kind == "cuda" else "gloo", timeout=_PATIENCE)
    try:
        yield Ranks(rank, size, place)
    finally:
        distributed.destroy_process_group()


@contextmanager
def unshared_gradients(model: nn.Module) -> Iterator[None]:
    """Let a wrapped or sharded model's gradients add up in each process by itself."""
    if isinstance(model, FSDPModule):
        model.set_requires_gradient_sync(False)
        yield
        model.set_requires_gradient_sync(True)
        return
    with model.no_sync() if isinstance(model, DistributedDataParallel) else nullcontext():
        yield


def unwrapped(model: nn.Module) -> Any:
    """Return the model itself, where ``Ranks.wrap`` put something around it."""
    return model.module if isinstance(model, DistributedDataParallel) else model
