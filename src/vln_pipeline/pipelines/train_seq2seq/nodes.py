"""Nodes of the training of Seq2Seq."""

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.runtime.workplace import Workplace
from vln_pipeline.training.seq2seq.config import TrainSeq2SeqConfig


def train_seeds(datasets: dict[str, Item], config: TrainSeq2SeqConfig, seed: int) -> dict[str, Task]:
    """Return one training task per seed of the training."""
    return {f"seed_{number}": Task(train_one, datasets, config, seed, number) for number in config.seeds}


def train_one(datasets: dict[str, Item], config: TrainSeq2SeqConfig, seed: int, number: int, place: Workplace) -> None:
    """Train one network on all scenes."""
    from vln_pipeline.training.conduct import conduct  # loads torch: only in the process that works
    from vln_pipeline.training.seq2seq.train import work

    conduct(
        work,
        config,
        [scene.folder() for scene in datasets.values()],
        place.directory,
        run_seed=seed,
        seed=number,
        state=place.state,
        threads=place.threads,
    )
