"""A model, an objective and batches that are quick to train, for tests of the loop; importable by worker processes."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from vln_pipeline.training.config import TrainingConfig
from vln_pipeline.training.launch import obey
from vln_pipeline.training.learner import Learner
from vln_pipeline.training.loop import Training
from vln_pipeline.training.optimiser import build_optimiser
from vln_pipeline.training.ranks import Ranks, joined
from vln_pipeline.training.running_mean import RunningMean
from vln_pipeline.training.trained import LOG

BASE = TrainingConfig(
    steps=12,
    batch_size=8,
    validate_every=4,
    validation_batches=2,
    save_every=3,
    report_every=2,
    optimiser={"learning_rates": {"*": 1e-2}, "ema_decay": 0.9},
    schedule={"warmup_steps": 2, "decay_steps": 8},
)


class Interrupted(Exception):
    """Stands for a killed process."""


class Lines:
    """Noisy samples of a linear map."""

    def __init__(self, stop_at: int | None = None, spoiled: int | None = None) -> None:
        self.stop_at, self.spoiled = stop_at, spoiled
        self.skipped: Counter[str] = Counter()

    def read(self, first: int, stride: int) -> Iterator[tuple[Tensor, Tensor]]:
        for number in count(first, stride):
            if number == self.stop_at:
                raise Interrupted
            draw = torch.Generator().manual_seed(number)
            x = torch.randn(8, 4, generator=draw)
            y = x.sum(1, keepdim=True) + 0.1 * torch.randn(8, 1, generator=draw)
            yield x, y * (float("nan") if number == self.spoiled else 1.0)

    def names(self, number: int) -> list[str]:
        return [f"line {number}"]


def objective(model: nn.Module, batch: tuple[Tensor, Tensor]) -> dict[str, Tensor]:
    x, y = batch
    loss = mse_loss(model(x + 0.1 * torch.randn_like(x)), y)
    return {"loss": loss, "half": loss.detach() / 2}


def keep(model: nn.Module, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    save_file(model.state_dict(), folder / "model.safetensors")


def training(
    folder: Path, config: TrainingConfig, ranks: Ranks, lines: Lines | None = None, objective=objective
) -> Training:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1))
    decay = config.optimiser.ema_decay
    mean = RunningMean(model, decay) if decay else None
    learner = Learner(model, build_optimiser(model, config.optimiser), mean)
    return Training(
        learner, objective, lines or Lines(), Lines(), keep, config, seed=3, ranks=ranks, folder=folder, name="toy"
    )


def train(folder: str, config: str) -> None:
    """What a process of several does."""
    with joined("cpu") as ranks:
        training(Path(folder), TrainingConfig.model_validate_json(config), ranks).run()


def log(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / LOG).read_text().splitlines()]


if __name__ == "__main__":
    obey(train)
