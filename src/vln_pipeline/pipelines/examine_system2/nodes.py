"""Nodes of the examination of System 2."""

import logging

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.evaluation.system2.config import ExamineSystem2Config
from vln_pipeline.pipelines.table import Table
from vln_pipeline.runtime.workplace import Workplace
from vln_pipeline.training.system2.config import TrainSystem2Config

_LOG = logging.getLogger(__name__)


def examine_seeds(
    datasets: dict[str, Item],
    networks: dict[str, Item],
    config: ExamineSystem2Config,
    taught: TrainSystem2Config,
    seed: int,
) -> dict[str, Task]:
    """Return one examining task per trained System 2."""
    return {key: Task(examine_one, datasets, network, config, taught, seed) for key, network in networks.items()}


def examine_one(
    datasets: dict[str, Item],
    network: Item,
    config: ExamineSystem2Config,
    taught: TrainSystem2Config,
    seed: int,
    place: Workplace,
) -> None:
    """Examine one model on the scenes that its training held out."""
    from vln_pipeline.evaluation.system2.examination import examine  # loads torch: only in the process that works

    examine(
        config,
        taught,
        getattr(network(), config.weights),
        [scene.folder() for scene in datasets.values()],
        place.directory,
        run_seed=seed,
        cache=place.cache,
        threads=place.threads,
    )


def tell_figures(examinations: dict[str, Item]) -> Table:
    """Return one row per trained model and contestant, and print them."""
    import pandas as pd  # only when it runs

    rows = [
        {"training": key, "contestant": contestant, **figures}
        for key, item in examinations.items()
        for contestant, figures in item().figures().items()
    ]
    table = pd.DataFrame(rows)
    _LOG.info("System 2 in scenes that it never saw:\n%s", table.round(3).to_string(index=False))
    return table
