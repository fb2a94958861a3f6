"""Every metric of every drive as one table."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from vln_pipeline.evaluation.system1 import metrics
from vln_pipeline.evaluation.system1.drive import Drive
from vln_pipeline.evaluation.system1.drive_set import DriveSet

RADII = (1.0, 1.5)
"""Geodesic radii of success, metres: that of the NavDP paper and that of its benchmark's code."""

NAVDP_RADIUS = 1.5
"""Straight radius of success of the NavDP benchmark's code, metres."""


def results_table(driven: Iterable[DriveSet]) -> pd.DataFrame:
    """Return one row per drive, in the order given.

    Columns: scene, family, agent, recovery, episode, kind, geodesic, straight, ending, remaining, and the metrics.
    What an episode without a goal has no value for is NaN.
    """
    rows = [
        {
            "scene": drives.scene,
            "family": drives.family,
            "agent": drives.agent,
            "recovery": drives.recovery,
            **_row(drive),
        }
        for drives in driven
        for drive in drives.drives
    ]
    return pd.DataFrame(rows)


def radius_name(metric: str, radius: float) -> str:
    """Return the column of a metric that depends on the radius of success."""
    return f"{metric}_{radius:.1f}m"


def _row(drive: Drive) -> dict[str, object]:
    target = drive.episode.target
    row: dict[str, object] = {
        "episode": drive.episode.id,
        "kind": drive.episode.kind.value,
        "geodesic": target.geodesic if target else np.nan,
        "straight": target.straight if target else np.nan,
        "ending": drive.ending.value,
        "remaining": drive.remaining,
        "path_length": metrics.path_length(drive),
        "duration": metrics.duration(drive),
        "collided": metrics.collided(drive),
        "contacts": metrics.contacts(drive),
        "blocked_steps": metrics.blocked_steps(drive),
        "explored": metrics.explored_area(drive),
    }
    row |= {
        "success_navdp": metrics.success_straight(drive, NAVDP_RADIUS) if target else np.nan,
        "spl_navdp": metrics.spl_navdp(drive, NAVDP_RADIUS) if target else np.nan,
    }
    for radius in RADII:
        row |= {
            radius_name("success", radius): metrics.success(drive, radius) if target else np.nan,
            radius_name("spl", radius): metrics.spl(drive, radius) if target else np.nan,
            radius_name("spl_straight", radius): metrics.spl_straight(drive, radius) if target else np.nan,
        }
    return row
