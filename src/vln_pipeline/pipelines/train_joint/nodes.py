"""Nodes of the training of System 1 on latent plans."""

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.runtime.workplace import Workplace
from vln_pipeline.training.joint.config import TrainJointConfig


def train_seeds(
    datasets: dict[str, Item], system1: dict[str, Item], system2: dict[str, Item], config: TrainJointConfig, seed: int
) -> dict[str, Task]:
    """Return one training task per seed of the training.

    Each starts from the networks of its own seed; from the first ones there are where those were trained with others.
    """
    keys = [f"seed_{number}" for number in config.seeds]
    before = [(_of_seed(system1, key) if config.from_system1 else None, _of_seed(system2, key)) for key in keys]
    return {
        key: Task(train_one, datasets, *networks, config, seed, number)
        for key, networks, number in zip(keys, before, config.seeds, strict=True)
    }


def train_one(
    datasets: dict[str, Item],
    system1: Item | None,
    system2: Item | None,
    config: TrainJointConfig,
    seed: int,
    number: int,
    place: Workplace,
) -> None:
    """Train one network on all scenes."""
    from vln_pipeline.training.conduct import conduct  # loads torch: only in the process that works
    from vln_pipeline.training.joint.train import work

    conduct(
        work,
        config,
        [scene.folder() for scene in datasets.values()],
        place.directory,
        system1=None if system1 is None else system1().best / "model.safetensors",
        system2=None if system2 is None else system2().best,
        run_seed=seed,
        seed=number,
        state=place.state,
        cache=place.cache,
        threads=place.threads,
    )


def _of_seed(networks: dict[str, Item], key: str) -> Item | None:
    return networks.get(key, next(iter(networks.values()), None))
