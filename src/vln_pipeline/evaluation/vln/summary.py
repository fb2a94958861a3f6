"""Means with confidence intervals, per agent."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vln_pipeline.evaluation.system1.bootstrap import Estimate, bootstrap_mean
from vln_pipeline.evaluation.vln.agents.agent import MODELS
from vln_pipeline.seeding import generator

METRICS = ("SR", "OSR", "SPL", "NE", "nDTW", "SDTW", "CLS", "TL", "CR", "collided", "steps")
"""Those that are summarised, by their names in the field."""


@dataclass(frozen=True)
class Score:
    """How well an agent did in all episodes.

    Attributes:
        agent: name.
        scenes, episodes: how many.
        metrics: by name; NE over the episodes that end where a way leads to the goal, as InternNav averages it.
        lost: episodes that end where no way leads to the goal.
        calls: mean number of questions per episode by model.
        seconds: mean time of a question by model; NaN where none was asked.
        waited: mean time per episode for which the robot stood still, seconds.
    """

    agent: str
    scenes: int
    episodes: int
    metrics: dict[str, Estimate]
    lost: int
    calls: dict[str, float]
    seconds: dict[str, float]
    waited: float


def summarise(results: pd.DataFrame, resamples: int, seed: int) -> list[Score]:
    """Return a score per agent, in the order of the rows; scenes are resampled first, then episodes within each.

    Args:
        results: as ``results_table`` makes them.
        resamples: bootstrap samples.
        seed: of the run.
    """
    scores = []
    for agent, rows in results.groupby("agent", sort=False):
        by_scene = [group for _, group in rows.groupby("scene", sort=True)]
        estimates = {
            name: bootstrap_mean(
                [_finite(group[name]) for group in by_scene], resamples, generator(seed, "bootstrap", name)
            )
            for name in METRICS
        }
        scores.append(
            Score(
                agent=str(agent),
                scenes=len(by_scene),
                episodes=len(rows),
                metrics=estimates,
                lost=int(np.isinf(rows["NE"]).sum()),
                calls={model: float(rows[f"{model}_calls"].mean()) for model in MODELS},
                seconds={model: _per_call(rows, model) for model in MODELS},
                waited=float(rows["waited"].mean()),
            )
        )
    return scores


def _finite(values: pd.Series) -> NDArray[np.float64]:
    found = values.to_numpy(dtype=float)
    return found[np.isfinite(found)]


def _per_call(rows: pd.DataFrame, model: str) -> float:
    calls, seconds = rows[f"{model}_calls"], rows[f"{model}_seconds"]
    return float((calls * seconds).sum() / calls.sum()) if calls.sum() else float("nan")
