"""Every metric of every episode as one table."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from vln_pipeline.evaluation.vln.agents.agent import MODELS
from vln_pipeline.evaluation.vln.drive import Drive, DriveSet
from vln_pipeline.evaluation.vln.metrics import score
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS


def results_table(driven: Iterable[DriveSet]) -> pd.DataFrame:
    """Return one row per episode and agent, in the order given.

    Columns: scene, agent, protocol, episode, instruction, shortest, stopped, looks, every metric by its name, the
    metrics' definition, and per model its questions and their mean time, seconds.
    """
    return pd.DataFrame(
        [
            {"scene": drives.scene, "agent": drives.agent, "protocol": drives.protocol, **_row(drive, drives.protocol)}
            for drives in driven
            for drive in drives.drives
        ]
    )


def _row(drive: Drive, protocol: str) -> dict[str, Any]:
    row: dict[str, Any] = {
        "episode": drive.episode.id,
        "instruction": drive.episode.instruction,
        "shortest": drive.shortest,
        "stopped": drive.stopped,
        "looks": drive.looks,
        **score(drive.trace, PROTOCOLS[protocol]),
    }
    for model in MODELS:
        calls = [call for call in drive.calls if call.model == model]
        row[f"{model}_calls"] = len(calls)
        row[f"{model}_seconds"] = float(np.mean([call.seconds for call in calls])) if calls else np.nan
    row["waited"] = float(sum(call.waited for call in drive.calls))
    return row
