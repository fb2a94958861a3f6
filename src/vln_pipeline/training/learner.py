"""Everything of a training that an interrupted run needs back, and how it lies on disk."""

import json
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.optim import Optimizer

from vln_pipeline.errors import DataError
from vln_pipeline.training.config import OptimiserConfig
from vln_pipeline.training.optimiser import build_optimiser
from vln_pipeline.training.running_mean import RunningMean
from vln_pipeline.training.sharding import like, whole

_TENSORS, _PROGRESS, _PREFIX, _PART = "tensors.safetensors", "progress.json", "step-", ".part"


@dataclass
class Learner:
    """A model on its way.

    Random numbers and the place in the data are not part of it: both follow from ``step`` and the seed.

    Attributes:
        model: what learns.
        optimiser: of its trained parameters.
        mean: running mean of its weights; None without one.
        step: steps done.
        best: smallest validation loss so far.
    """

    model: nn.Module
    optimiser: Optimizer
    mean: RunningMean | None = None
    step: int = 0
    best: float = float("inf")

    @property
    def result(self) -> nn.Module:
        """What is validated and kept."""
        return self.model if self.mean is None else self.mean.model


def fresh_learner(model: nn.Module, config: OptimiserConfig) -> Learner:
    """Return a model at the start of its way.

    Raises:
        DataError: a learning rate reaches no parameter, or a parameter has none.
    """
    mean = None if config.ema_decay is None else RunningMean(model, config.ema_decay)
    return Learner(model, build_optimiser(model, config), mean)


def save_state(learner: Learner, folder: Path, *, write: bool = True) -> None:
    """Write the state in place of the one before; killed at any moment, the one or the other is there and whole.

    Args:
        learner: what is saved; of a sharded model every process asks for it.
        folder: where to.
        write: whether this process writes.

    Raises:
        OSError: the disk is full, for instance.
    """
    tensors = ((name, whole(tensor)) for name, tensor in _tensors(learner))
    if not write:
        deque(tensors, maxlen=0)  # takes part in gathering, keeps nothing
        return
    part = folder / _PART
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    (part / _TENSORS).write_bytes(save({name: tensor.cpu() for name, tensor in tensors}))
    (part / _PROGRESS).write_text(json.dumps({"step": learner.step, "best": learner.best}) + "\n")
    older = _saved(folder)
    part.rename(folder / f"{_PREFIX}{learner.step:09d}")
    for state in older:
        shutil.rmtree(state)


def resume(learner: Learner, folder: Path) -> None:
    """Bring a fresh learner to where the last saved state was; without one it stays at step 0.

    Raises:
        DataError: the state is damaged, or one of another model.
    """
    saved = _saved(folder)
    if not saved:
        return
    try:
        tensors = load_file(saved[-1] / _TENSORS)
        progress = json.loads((saved[-1] / _PROGRESS).read_text())
        own = learner.model.state_dict()
        given = _under("model/", tensors)
        learner.model.load_state_dict({name: like(own.get(name, value), value) for name, value in given.items()})
        if learner.mean is not None:
            learner.mean.model.load_state_dict(_under("mean/", tensors))
        _load_optimiser(learner, _under("optimiser/", tensors))
        learner.step, learner.best = int(progress["step"]), float(progress["best"])
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        cause = f"no state to go on from ({type(error).__name__}: {error})"
        raise DataError(str(saved[-1]), cause, "remove the folder to start anew") from error


def _tensors(learner: Learner) -> Iterator[tuple[str, Tensor]]:
    for name, tensor in learner.model.state_dict().items():
        yield f"model/{name}", tensor
    if learner.mean is not None:
        for name, tensor in learner.mean.model.state_dict().items():
            yield f"mean/{name}", tensor
    names = _trained(learner)
    for number, moments in learner.optimiser.state_dict()["state"].items():
        for key, tensor in moments.items():
            yield f"optimiser/{names[number]}/{key}", tensor


def _load_optimiser(learner: Learner, tensors: dict[str, Tensor]) -> None:
    numbers = {name: number for number, name in enumerate(_trained(learner))}
    parameters = dict(learner.model.named_parameters())
    state: dict[int, dict[str, Tensor]] = {}
    for path, tensor in tensors.items():
        name, _, key = path.rpartition("/")
        state.setdefault(numbers[name], {})[key] = like(parameters[name], tensor)
    groups = learner.optimiser.state_dict()["param_groups"]  # rates follow from the configuration and the step
    learner.optimiser.load_state_dict({"state": state, "param_groups": groups})


def _trained(learner: Learner) -> list[str]:
    """Return the names of the optimiser's parameters, in its order."""
    names = {id(parameter): name for name, parameter in learner.model.named_parameters()}
    return [names[id(parameter)] for group in learner.optimiser.param_groups for parameter in group["params"]]


def _under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _saved(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_PREFIX}*"))
