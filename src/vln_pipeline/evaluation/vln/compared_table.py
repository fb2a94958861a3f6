"""A comparison of agents as one table."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from vln_pipeline.evaluation.vln.comparison import Compared
from vln_pipeline.evaluation.vln.training_cost import Cost


def compared_table(compared: Sequence[Compared], reference: str, costs: Mapping[str, Cost]) -> pd.DataFrame:
    """Return one row per agent: each metric with its interval, the difference to the reference, and what training took.

    Args:
        compared: all agents.
        reference: the one that the others were tested against.
        costs: of those that were trained, by family.
    """
    return pd.DataFrame([_row(one, reference, costs.get(one.family)) for one in compared])


def _row(one: Compared, reference: str, cost: Cost | None) -> dict[str, Any]:
    row: dict[str, Any] = {"agent": one.family, "members": " ".join(one.members), "reference": reference}
    row |= {"episodes": one.episodes, "homes": one.scenes}
    for name, estimate in one.metrics.items():
        row |= {name: estimate.mean, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
    for name, difference in one.differences.items():
        estimate = difference.estimate
        row |= {f"{name}_less_reference": estimate.mean, f"{name}_p": difference.p}
        row |= {f"{name}_less_reference_low": estimate.low, f"{name}_less_reference_high": estimate.high}
    if cost is not None:
        row |= {"parameters": cost.parameters, "samples": cost.samples, "hours": cost.hours, "devices": cost.devices}
    return row | {"seconds_an_action": one.seconds}
