"""The training loop, for any model."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, nullcontext
from functools import partial
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.nn.utils import clip_grad_norm_
from tqdm import tqdm

from vln_pipeline.errors import DataError
from vln_pipeline.seeding import generator
from vln_pipeline.training.config import TrainingConfig
from vln_pipeline.training.learner import Learner, resume, save_state
from vln_pipeline.training.optimiser import scale_rates
from vln_pipeline.training.ranks import Ranks, unshared_gradients
from vln_pipeline.training.saved_states import best_folder
from vln_pipeline.training.schedule import factor
from vln_pipeline.training.sealed_folder import write_sealed
from vln_pipeline.training.sharding import is_sharded, whole
from vln_pipeline.training.tracking import Log, MlFlow, TensorBoard, Tracker
from vln_pipeline.training.trained import BOARD, LOG

LOSS = "loss"
"""Name of the number that is minimised."""
WEIGHT = "weight"
"""Name of the number that tells how much a batch counts beside the others of its step: its taught tokens, say."""

Batch = TypeVar("Batch")
BatchOut = TypeVar("BatchOut", covariant=True)
BatchIn = TypeVar("BatchIn", contravariant=True)


class Batches(Protocol[BatchOut]):
    """Batches by number, without end; which samples a batch holds follows from the seed and its number alone."""

    def read(self, first: int, stride: int) -> Iterator[BatchOut]:
        """Yield batches ``first``, ``first + stride``, and so on."""
        ...

    def names(self, number: int) -> list[str]:
        """Return what the samples of a batch are taken from, for a person who looks for a bad one."""
        ...


class SkippingBatches(Batches[BatchOut], Protocol[BatchOut]):
    """Batches that leave out samples which cannot be made.

    Attributes:
        skipped: why samples were left out of batches that were read, and how many for each cause.
    """

    skipped: Counter[str]


class Objective(Protocol[BatchIn]):
    """What a model is to become good at."""

    def __call__(self, model: nn.Module, batch: BatchIn) -> dict[str, Tensor]:
        """Return scalars by name; draws from torch's generators only.

        ``LOSS`` is minimised. A step that has several batches, in turn or in several processes, takes the mean of their
        losses by ``WEIGHT``, which is 1 where it is left out: a mean over tokens has their number. The others are told.
        """
        ...


class Training(Generic[Batch]):
    """One training, from wherever it was interrupted to its last step.

    Batch n draws its random numbers from a generator seeded by n, and step s takes the batches from
    s * accumulation * processes on. So the order of the samples, the noise and what dropout drops are the same whether
    the run was interrupted or not, and whether several processes take a step's batches or one process all of them.

    Args:
        learner: a fresh one.
        objective: what it learns.
        batches: what it learns from.
        validation: what it is validated on; the first ``validation_batches`` of them.
        keep: writes a model into a folder that it makes.
        config: the parameters.
        seed: of the random numbers.
        ranks: the processes.
        folder: for what outlives an interruption: states, the log, the best model, events for TensorBoard.
        name: what the training is called in the progress bar.
    """

    def __init__(
        self,
        learner: Learner,
        objective: Objective[Batch],
        batches: SkippingBatches[Batch],
        validation: Batches[Batch],
        keep: Callable[[nn.Module, Path], None],
        config: TrainingConfig,
        *,
        seed: int,
        ranks: Ranks,
        folder: Path,
        name: str,
    ) -> None:
        self.learner, self.objective, self.keep = learner, objective, keep
        self.batches, self.validation = batches, validation
        self.config, self.seed, self.ranks, self.folder, self.name = config, seed, ranks, folder, name
        bf16 = config.precision == "bf16" or (config.precision == "auto" and ranks.device.type == "cuda")
        self._autocast = torch.autocast(ranks.device.type, torch.bfloat16, enabled=bf16)

    @property
    def takes_part(self) -> bool:
        """Whether this process validates and saves: of a sharded model all do, as each has a part; the first writes."""
        return self.ranks.leads or is_sharded(self.learner.model)

    def run(self) -> int:
        """Train, and return how many samples this attempt took.

        Raises:
            DataError: the loss is not finite, or no saved state is sound and this training's.
        """
        with self.ranks.leader_first():  # it sets damaged states aside
            resume(self.learner, self.folder, write=self.ranks.leads)
        self.batches.skipped.update(self.learner.skipped)
        self.ranks.wait()  # until all have read the state, before the first replaces it
        left = range(self.learner.step, self.config.steps)
        if not left:
            return 0
        model = self.ranks.wrap(self.learner.model)
        if self.config.compile:
            model.compile()
        a_step = self.config.accumulation * self.ranks.size
        stream = self.batches.read(self.learner.step * a_step + self.ranks.rank, self.ranks.size)
        with ExitStack() as open_:
            bar = open_.enter_context(self._bar())
            log, reported = self._trackers(open_) if self.ranks.leads else (None, [])
            for step in left:
                numbers = self._step(step, model, stream)
                last = step + 1 == self.config.steps
                if self.takes_part and (last or (step + 1) % self.config.validate_every == 0):
                    numbers |= self._validate()
                if log is not None:
                    log.add(step + 1, numbers)
                if last or (step + 1) % self.config.report_every == 0:
                    for tracker in reported:
                        tracker.add(step + 1, numbers)
                    bar.set_postfix(loss=f"{numbers[LOSS]:.4f}")
                if self.takes_part and (last or (step + 1) % self.config.save_every == 0):
                    for tracker in (log, *reported) if log is not None else ():
                        tracker.flush()
                    self.learner.skipped = self.batches.skipped
                    save_state(self.learner, self.folder, write=self.ranks.leads)
                bar.update(self.config.samples_per_step)
        self.ranks.wait()
        return len(left) * self.config.samples_per_step

    def keep_sealed(self, folder: Path) -> None:
        """Write the model as it is now, so that a copy of it is known to be what was written.

        Args:
            folder: where to; what is there is replaced.

        Raises:
            DataError: what was written reads back as something else.
            OSError: the disk is full, for instance.
        """
        if self.ranks.leads:
            write_sealed(folder, partial(self.keep, self.learner.result))
        else:
            self.keep(self.learner.result, folder)  # takes part in gathering

    def _step(self, step: int, model: nn.Module, stream: Iterator[Batch]) -> dict[str, float]:
        """Take one step of the optimiser and return its numbers."""
        learner, config, optimiser = self.learner, self.config, self.learner.optimiser
        scale_rates(optimiser, factor(step, config.steps, config.schedule))
        learner.model.train()
        optimiser.zero_grad()
        sums: dict[str, Tensor] = {}
        one = torch.ones((), device=self.ranks.device)
        weights = torch.zeros_like(one)
        alone = config.accumulation * self.ranks.size == 1
        for part in range(config.accumulation):
            number = (step * config.accumulation + part) * self.ranks.size + self.ranks.rank
            with unshared_gradients(model) if part + 1 < config.accumulation else nullcontext():
                numbers = self._assess(model, next(stream), "training", number)
                counts = numbers.pop(WEIGHT, one)
                weight = one if alone else counts
                (numbers[LOSS] * weight).backward()
            weights += weight
            for name, value in numbers.items():
                sums[name] = sums.get(name, 0) + value.detach() * weight
        trained = [p for group in optimiser.param_groups for p in group["params"]]
        # Gradients are means over the processes of sums over their batches.
        everywhere = self.ranks.mean(weights.clone())
        for parameter in trained:
            if parameter.grad is not None:
                parameter.grad /= everywhere
        norm = whole(clip_grad_norm_(trained, config.optimiser.clip_norm))
        own = torch.stack(list(sums.values()))
        told = torch.cat([self.ranks.mean(own.clone()) / everywhere, norm[None]]).tolist()
        if not torch.isfinite(norm) or not torch.isfinite(own).all():
            self._refuse(step, dict(zip(sums, (own / weights).tolist(), strict=True)))
        optimiser.step()
        learner.step = step + 1
        if learner.mean is not None:
            learner.mean.update(learner.model, learner.step)
        return dict(zip([*sums, "gradient_norm"], told, strict=True)) | {
            "learning_rate": optimiser.param_groups[0]["lr"]
        }

    def _assess(self, model: nn.Module, batch: Batch, stage: str, number: int) -> dict[str, Tensor]:
        torch.manual_seed(int(generator(self.seed, stage, number).integers(2**63)))
        with self._autocast:
            return self.objective(model, batch)

    @torch.no_grad()
    def _validate(self) -> dict[str, float]:
        """Return the validation's numbers, and keep the model if it is the best so far."""
        result, count = self.learner.result.eval(), self.config.validation_batches
        sums: dict[str, float] = {}
        for number, batch in zip(range(count), self.validation.read(0, 1), strict=False):
            numbers = self._assess(result, batch, "validation", number)
            numbers.pop(WEIGHT, None)
            for name, value in numbers.items():
                sums[f"validation/{name}"] = sums.get(f"validation/{name}", 0.0) + value.item() / count
        if sums[f"validation/{LOSS}"] < self.learner.best:
            self.learner.best, self.learner.best_step = sums[f"validation/{LOSS}"], self.learner.step
            self.keep_sealed(best_folder(self.folder, self.learner.step))
        return sums

    def _refuse(self, step: int, numbers: dict[str, float]) -> None:
        """Stop at numbers that are not finite.

        Raises:
            DataError: always.
        """
        first = step * self.config.accumulation * self.ranks.size + self.ranks.rank
        own = range(first, first + self.config.accumulation * self.ranks.size, self.ranks.size)
        samples = sorted({name for number in own for name in self.batches.names(number)})
        told = ", ".join(f"{name} {number:.4g}" for name, number in numbers.items())
        raise DataError(
            f"{self.name}, step {step + 1}",
            f"the loss or its gradient is not finite ({told}); the batch is of {', '.join(samples)}",
            "lower the learning rate, or look at these samples",
        )

    def _bar(self) -> tqdm:
        return tqdm(
            total=self.config.steps * self.config.samples_per_step,
            initial=self.learner.step * self.config.samples_per_step,
            desc=f"{self.name:<14}",
            unit=" samples",
            unit_scale=True,
            dynamic_ncols=True,
            mininterval=1.0,
            disable=not self.ranks.leads,
        )

    def _trackers(self, open_: ExitStack) -> tuple[Log, list[Tracker]]:
        """Open the log and the trackers that are wanted, to be closed with the stack."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = Log(self.folder / LOG)
        trackers: list[Tracker] = [TensorBoard(self.folder / BOARD)]
        if self.config.mlflow is not None:
            trackers.append(MlFlow(self.config.mlflow, self.name, self.folder))
        for tracker in (log, *trackers):
            open_.enter_context(closing(tracker))
        return log, trackers
