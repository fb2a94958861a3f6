"""Nodes of the comparison of agents."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from vln_pipeline.datasets.item import Item
from vln_pipeline.evaluation.vln.compare_config import CompareConfig
from vln_pipeline.pipelines.evaluate.driving import told
from vln_pipeline.pipelines.table import Table

if TYPE_CHECKING:
    from vln_pipeline.evaluation.vln.comparison import Compared
    from vln_pipeline.inspection.compare_page import Cost

_LOG = logging.getLogger(__name__)
_SHOWN = ("SR", "SPL", "NE", "nDTW", "CR")


def compare_agents(
    results: Table,
    system2: dict[str, Item],
    joint: dict[str, Item],
    seq2seq: dict[str, Item],
    cma: dict[str, Item],
    rdp: dict[str, Item],
    streamvln: dict[str, Item],
    config: CompareConfig,
    seed: int,
) -> Table:
    """Return one row per agent, trainings of several seeds as one, and print it."""
    import pandas as pd  # only when it runs

    from vln_pipeline.evaluation.vln.comparison import compare, reference_of

    reference = reference_of(results, config.reference)
    compared = compare(results, reference, config.resamples, seed)
    trained = {"seq2seq": seq2seq, "cma": cma, "rdp": rdp, "streamvln": streamvln}
    costs = _costs(compared, {"system2": system2, "joint": joint, **trained})
    table = pd.DataFrame([_row(one, reference, costs) for one in compared])
    shown = ["agent", "episodes", *_SHOWN, "SR_less_reference", "SR_p"]
    text = table[shown].round(3).to_string(index=False)
    _LOG.info("Agents on the same episodes, tested against %s:\n%s", reference, text)
    return table


def write_page(
    results: Table,
    drives: dict[str, Item],
    maps: dict[str, Item],
    system2: dict[str, Item],
    joint: dict[str, Item],
    seq2seq: dict[str, Item],
    cma: dict[str, Item],
    rdp: dict[str, Item],
    streamvln: dict[str, Item],
    config: CompareConfig,
    seed: int,
) -> str:
    """Return the report as one HTML page."""
    from vln_pipeline.evaluation.vln.comparison import compare, reference_of
    from vln_pipeline.inspection.compare_page import compare_page  # loads matplotlib
    from vln_pipeline.inspection.page import render_page

    reference = reference_of(results, config.reference)
    compared = compare(results, reference, config.resamples, seed)
    trained = {"seq2seq": seq2seq, "cma": cma, "rdp": rdp, "streamvln": streamvln}
    costs = _costs(compared, {"system2": system2, "joint": joint, **trained})
    by_agent = {told(key): item for key, item in drives.items()}
    return render_page(compare_page(compared, reference, costs, results, by_agent, maps, config))


def _row(one: Compared, reference: str, costs: dict[str, Cost]) -> dict[str, Any]:
    row: dict[str, Any] = {"agent": one.family, "members": " ".join(one.members), "reference": reference}
    row |= {"episodes": one.episodes, "homes": one.scenes}
    for name, estimate in one.metrics.items():
        row |= {name: estimate.mean, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    for name, difference in one.differences.items():
        estimate = difference.estimate
        row |= {f"{name}_less_reference": estimate.mean, f"{name}_p": difference.p}
        row |= {f"{name}_less_reference_low": estimate.low, f"{name}_less_reference_high": estimate.high}
    cost = costs.get(one.family)
    if cost is not None:
        row |= {"parameters": cost.parameters, "samples": cost.samples, "hours": cost.hours, "devices": cost.devices}
    return row | {"seconds_an_action": one.seconds}


def _costs(compared: list[Compared], stores: dict[str, dict[str, Item]]) -> dict[str, Cost]:
    """Return what the models of trained agents took, by family."""
    from vln_pipeline.inspection.compare_page import Cost

    costs = {}
    for one in compared:
        used = USES.get(one.family)
        if used is None:
            continue
        trainings = [_figures(item) for name in used for item in stores[name].values()]
        if trainings:
            share = len(trainings) / len(used)  # members of a family: one training in each store
            hours = sum(t["samples"] / t["samples_per_second"] / 3600 for t in trainings if t["samples_per_second"])
            costs[one.family] = Cost(
                parameters=round(sum(t["parameters"] for t in trainings) / share),
                samples=round(sum(t["samples"] for t in trainings) / share),
                hours=hours / share,
                devices=", ".join(sorted({t["device"] for t in trainings})),
            )
    return costs


def _figures(item: Item) -> dict[str, Any]:
    return json.loads((item.folder() / "training.json").read_text(encoding="utf-8"))


USES = {
    "dual": ("system2", "joint"),
    "system2_straight": ("system2",),
    "system2_shortest": ("system2",),
    "seq2seq": ("seq2seq",),
    "cma": ("cma",),
    "rdp": ("rdp",),
    "streamvln": ("streamvln",),
}
"""Stores of trainings that agents drive with."""
