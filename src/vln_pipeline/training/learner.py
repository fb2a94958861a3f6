"""Everything of a training that an interrupted run needs back, and how it lies on disk."""

import shutil
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.optim import Optimizer

from vln_pipeline.durable import read_seal
from vln_pipeline.errors import DataError
from vln_pipeline.training.config import OptimiserConfig
from vln_pipeline.training.optimiser import build_optimiser
from vln_pipeline.training.running_mean import RunningMean
from vln_pipeline.training.saved_states import (
    BEST_STEP,
    drop_older,
    newest_sound_state,
    newest_state,
    state_folder,
)
from vln_pipeline.training.sealed_folder import write_sealed
from vln_pipeline.training.sharding import like, whole
from vln_pipeline.training.trained import BOARD, LOG

_TENSORS = "tensors.safetensors"


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
        best_step: steps after which it was found; 0 before any.
        skipped: why samples were left out of the batches so far, and how many for each cause.
    """

    model: nn.Module
    optimiser: Optimizer
    mean: RunningMean | None = None
    step: int = 0
    best: float = float("inf")
    best_step: int = 0
    skipped: Counter[str] = field(default_factory=Counter)

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
    """Write the state, and of the result what there is so far; the state before it is kept as well.

    Args:
        learner: what is saved; of a sharded model every process asks for it.
        folder: where to; holds log and events, complete until this step.
        write: whether this process writes.

    Raises:
        DataError: what was written reads back as something else.
        OSError: the disk is full, for instance.
    """
    tensors = ((name, whole(tensor)) for name, tensor in _tensors(learner))
    if not write:
        deque(tensors, maxlen=0)  # takes part in gathering, keeps nothing
        return

    def fill(part: Path) -> None:
        part.mkdir(parents=True)
        (part / _TENSORS).write_bytes(save({name: tensor.cpu() for name, tensor in tensors}))
        shutil.copy(folder / LOG, part / LOG)
        shutil.copytree(folder / BOARD, part / BOARD)

    told = {"step": learner.step, "best": learner.best, BEST_STEP: learner.best_step, "skipped": dict(learner.skipped)}
    write_sealed(state_folder(folder, learner.step), fill, told)
    drop_older(folder)


def resume(learner: Learner, folder: Path, *, write: bool = True) -> None:
    """Bring a fresh learner to where the last sound state was; without one it stays at step 0.

    Log, events and checkpoints become those of that step, whatever an interrupted attempt added later.

    Args:
        learner: a fresh one.
        folder: of the states.
        write: whether this process checks and tidies the folder; one does, before the others come here.

    Raises:
        DataError: no state is what was written, or it is one of another model.
    """
    state = newest_sound_state(folder) if write else newest_state(folder)
    if write:
        _restore_records(state, folder)
        drop_older(folder)
    if state is None:
        return
    try:
        _load(learner, load_file(state / _TENSORS))
        told = read_seal(state).told
        learner.step, learner.best, learner.best_step = told["step"], told["best"], told[BEST_STEP]
        learner.skipped = Counter(told["skipped"])
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        cause = f"no state to go on from ({type(error).__name__}: {error})"
        raise DataError(str(state), cause, "remove the folder to start anew") from error


def _restore_records(state: Path | None, folder: Path) -> None:
    """Make log and events those of a state, or none."""
    (folder / LOG).unlink(missing_ok=True)
    shutil.rmtree(folder / BOARD, ignore_errors=True)
    if state is None:
        return
    shutil.copy(state / LOG, folder / LOG)
    (folder / BOARD).mkdir()
    for number, events in enumerate(sorted((state / BOARD).iterdir())):
        # TensorBoard reads files in order of names, which begin with the time: also of a clock that was set back.
        shutil.copy(events, folder / BOARD / f"events.out.tfevents.{number:010d}")


def _load(learner: Learner, tensors: dict[str, Tensor]) -> None:
    own = learner.model.state_dict()
    given = _under("model/", tensors)
    learner.model.load_state_dict({name: like(own.get(name, value), value) for name, value in given.items()})
    if learner.mean is not None:
        learner.mean.model.load_state_dict(_under("mean/", tensors))
    _load_optimiser(learner, _under("optimiser/", tensors))


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
