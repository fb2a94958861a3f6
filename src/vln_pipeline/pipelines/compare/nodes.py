"""The node that compares agents."""

from __future__ import annotations

import logging

from vln_pipeline.datasets.item import Item
from vln_pipeline.evaluation.vln.compare_config import CompareConfig
from vln_pipeline.pipelines.evaluate.driving import told
from vln_pipeline.pipelines.table import Table
from vln_pipeline.pipelines.trained_models import TrainedModels

_LOG = logging.getLogger(__name__)
_SHOWN = ("SR", "SPL", "NE", "nDTW", "CR")


def compare_agents(
    results: Table,
    drives: dict[str, Item],
    maps: dict[str, Item],
    system2: dict[str, Item],
    joint: dict[str, Item],
    system1: dict[str, Item],
    seq2seq: dict[str, Item],
    cma: dict[str, Item],
    rdp: dict[str, Item],
    streamvln: dict[str, Item],
    config: CompareConfig,
    seed: int,
) -> tuple[Table, str]:
    """Return one row per agent, trainings of several seeds as one, and the report as an HTML page; print the table."""
    from vln_pipeline.evaluation.vln.compared_table import compared_table  # loads pandas
    from vln_pipeline.evaluation.vln.comparison import compare, reference_of
    from vln_pipeline.evaluation.vln.training_cost import training_costs
    from vln_pipeline.inspection.compare_page import compare_page  # loads matplotlib
    from vln_pipeline.inspection.page import render_page

    trained = TrainedModels.of(system2, joint, system1, seq2seq, cma, rdp, streamvln).stores
    folders = {name: [item.folder() for item in store.values()] for name, store in trained.items()}
    reference = reference_of(results, config.reference)
    compared = compare(results, reference, config.resamples, seed)
    costs = training_costs([one.family for one in compared], folders)
    table = compared_table(compared, reference, costs)
    shown = ["agent", "episodes", *_SHOWN, "SR_less_reference", "SR_p"]
    text = table[shown].round(3).to_string(index=False)
    _LOG.info("Agents on the same episodes, tested against %s:\n%s", reference, text)
    by_agent = {told(key): item for key, item in drives.items()}
    return table, render_page(compare_page(compared, reference, costs, results, by_agent, maps, config))
