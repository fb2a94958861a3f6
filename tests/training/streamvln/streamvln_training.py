"""A training of seconds on drawn walks; importable by worker processes."""

from pathlib import Path

from tiny_stream import MODEL

from vln_pipeline.training.launch import obey
from vln_pipeline.training.ranks import joined
from vln_pipeline.training.streamvln.config import TrainStreamVlnConfig
from vln_pipeline.training.streamvln.fit import fit
from vln_pipeline.training.streamvln.start import fresh_parts
from vln_pipeline.training.streamvln_data.data import open_data

BASE = TrainStreamVlnConfig(
    model=MODEL,
    data={"mix": "r2r_125cm_0_30"},
    steps=6,
    batch_size=2,
    validate_every=3,
    validation_batches=1,
    save_every=2,
    report_every=2,
    device="cpu",
    optimiser={"learning_rates": {"*": 1e-3}},
    schedule={"kind": "cosine", "warmup_steps": 2, "decay_steps": None, "final": 0.1},
)


class Interrupted(Exception):
    """Stands for a killed process."""


class Stopping:
    """Batches that end with an interruption."""

    def __init__(self, batches, stop_at):
        self._batches, self._stop_at, self.skipped, self.names = batches, stop_at, batches.skipped, batches.names

    def read(self, first, stride):
        for number, batch in zip(range(first, self._stop_at, stride), self._batches.read(first, stride), strict=False):
            yield batch
            del number
        raise Interrupted


def train(folder: str, config: str, root: str, stop_at: int | None = None) -> None:
    """Train on walks below a folder; what a process of several does, too."""
    told = TrainStreamVlnConfig.model_validate_json(config)
    told = told.model_copy(update={"data": told.data.model_copy(update={"root": root})})
    with joined("cpu") as ranks:
        parts = fresh_parts(told)
        data = open_data(
            told.data,
            [],
            parts,
            run_seed=0,
            seed=3,
            batch_size=told.batch_size,
            batches_of_step=told.samples_per_step // told.batch_size,
            workers=0,
            validation_share=told.validation_share,
        )
        if stop_at is not None:
            data = type(data)(Stopping(data.batches, stop_at), data.validation, data.report)
        fit(told, parts, data, seed=3, ranks=ranks, folder=Path(folder), name="drawn")


if __name__ == "__main__":
    obey(train)
