"""The first causes of all failed episodes as one table."""

from collections.abc import Callable, Iterable, Mapping

import pandas as pd

from vln_pipeline.evaluation.vln.diagnosis.cause import Cause
from vln_pipeline.evaluation.vln.diagnosis.diagnose import diagnose
from vln_pipeline.evaluation.vln.drive import DriveSet
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.planning.navigation_map import NavigationMap

COLUMNS = ("scene", "agent", "episode", "cause", "step", "steps", "done")


def diagnosis_table(
    driven: Iterable[DriveSet], maps: Mapping[str, Callable[[], NavigationMap]], rules: Rules
) -> pd.DataFrame:
    """Return one row per failed episode and agent, in the order given.

    Columns: scene, agent, episode, cause, step (actions taken before), steps (of the episode), and done (share of the
    way that was done by then).

    Args:
        driven: the drives.
        maps: loaders by scene.
        rules: of the drives.
    """
    rows = []
    for drives in driven:
        floors = maps[drives.scene]().maps
        for drive in drives.drives:
            found = diagnose(drive, rules, floors[drive.episode.floor])
            if found is not None:
                told = (found.cause.value, found.step, len(drive.actions), found.done)
                rows.append((drives.scene, drives.agent, drive.episode.id, *told))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many episodes failed of what, a row per agent and a column per cause, ``Cause``'s order."""
    order = [cause.value for cause in Cause]
    found = pd.crosstab(table["agent"], table["cause"]).reindex(columns=order, fill_value=0)
    return found.reindex(list(dict.fromkeys(table["agent"]))).rename_axis(index=None, columns=None)
