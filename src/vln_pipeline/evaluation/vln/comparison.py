"""Agents beside one another on the same episodes, with a paired test against one of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.system1.bootstrap import Estimate, bootstrap_mean
from vln_pipeline.evaluation.vln.agents.agent import MODELS
from vln_pipeline.evaluation.vln.summary import METRICS
from vln_pipeline.seeding import generator

PAIRED = ("SR", "SPL", "nDTW", "CR")
"""Metrics whose difference to the reference is tested."""
PRIVILEGED = ("shortest_way", "reference_way")
"""Agents that are told what only the world knows; none of them is chosen as reference."""
_EXACT = 12
"""Homes up to which all flips of signs are tried."""
_FLIPS = 10_000


@dataclass(frozen=True)
class Difference:
    """An agent less the reference on the same episodes.

    Attributes:
        estimate: mean with its 95 % interval; both are resampled together.
        p: of the sign-flip test over homes (Good 2005, section 3.2): how often differences of homes that mean nothing
            would be as large in the mean; two-sided.
    """

    estimate: Estimate
    p: float


@dataclass(frozen=True)
class Compared:
    """One agent in a comparison.

    Attributes:
        family: name; agents that differ only in the seed of their training are one.
        members: names of the agents that it stands for.
        episodes, scenes: how many were driven.
        metrics: by name; of several members, the mean over them of each episode.
        differences: to the reference by metric, over the episodes that both drove; empty for the reference itself.
        seconds: mean time that models took for an action; NaN where none was asked.
    """

    family: str
    members: tuple[str, ...]
    episodes: int
    scenes: int
    metrics: dict[str, Estimate]
    differences: dict[str, Difference]
    seconds: float


def family_of(agent: str) -> str:
    """Return an agent's name without the seed of its training: the part before the dot."""
    return agent.partition(".")[0]


def reference_of(results: pd.DataFrame, wanted: str | None) -> str:
    """Return the family that the others are tested against.

    Args:
        results: as ``results_table`` makes them.
        wanted: its name; None for the one with the highest SR that is not privileged.

    Raises:
        DataError: it did not take part, or only privileged agents did.
    """
    rates = results.groupby(results["agent"].map(family_of), sort=False)["SR"].mean()
    if wanted is not None:
        if wanted not in rates.index:
            raise DataError("compare.reference", f"{wanted} did not take part", f"name one of {', '.join(rates.index)}")
        return wanted
    own = rates.drop([name for name in PRIVILEGED if name in rates.index])
    if own.empty:
        raise DataError("compare", "only privileged agents took part", "let others drive, too (evaluate.agents)")
    return str(own.idxmax())


def compare(results: pd.DataFrame, reference: str, resamples: int, seed: int) -> list[Compared]:
    """Return every family, in the order of the rows.

    Args:
        results: as ``results_table`` makes them.
        reference: family that the others are tested against.
        resamples: bootstrap samples.
        seed: of the run.
    """
    families = results.assign(family=results["agent"].map(family_of))
    means = {str(name): _by_episode(rows) for name, rows in families.groupby("family", sort=False)}
    return [
        Compared(
            family=name,
            members=tuple(sorted(rows["agent"].unique())),
            episodes=len(means[name]),
            scenes=means[name].index.get_level_values("scene").nunique(),
            metrics={
                metric: bootstrap_mean(_by_scene(means[name][metric]), resamples, generator(seed, "bootstrap", metric))
                for metric in METRICS
            },
            differences={}
            if name == reference
            else {
                metric: _difference(means[name][metric], means[reference][metric], resamples, seed, metric)
                for metric in PAIRED
            },
            seconds=_seconds(rows),
        )
        for name, rows in ((str(n), r) for n, r in families.groupby("family", sort=False))
    ]


def _by_episode(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the metrics of each episode by scene and episode, in the mean over the members that drove it."""
    finite = rows.replace({"NE": {np.inf: np.nan}})
    return finite.groupby(["scene", "episode"], sort=True)[list(METRICS)].mean()


def _by_scene(values: pd.Series) -> list[NDArray[np.float64]]:
    return [group.dropna().to_numpy(dtype=float) for _, group in values.groupby(level="scene", sort=True)]


def _difference(own: pd.Series, other: pd.Series, resamples: int, seed: int, metric: str) -> Difference:
    apart = (own - other).dropna()  # of the episodes that both drove
    groups = _by_scene(apart)
    draw = generator(seed, "paired", metric)
    return Difference(bootstrap_mean(groups, resamples, draw), _sign_flips(groups, draw))


def _sign_flips(groups: list[NDArray[np.float64]], draw: np.random.Generator) -> float:
    """Return the p-value of the homes' summed differences under flips of their signs."""
    sums = np.array([group.sum() for group in groups if len(group)])
    if not len(sums):
        return float("nan")
    if len(sums) <= _EXACT:
        signs = 1 - 2 * (np.arange(2 ** len(sums))[:, None] >> np.arange(len(sums)) & 1)
    else:
        signs = draw.choice([-1, 1], size=(_FLIPS, len(sums)))
    flipped = np.abs(signs @ sums)
    return float((flipped >= abs(sums.sum()) - 1e-12).mean())


def _seconds(rows: pd.DataFrame) -> float:
    """Return the time that models took for an action in the mean, seconds."""
    asked = sum((rows[f"{model}_calls"] * rows[f"{model}_seconds"].fillna(0)).sum() for model in MODELS)
    calls = sum(rows[f"{model}_calls"].sum() for model in MODELS)
    return float(asked / rows["steps"].sum()) if calls and rows["steps"].sum() else float("nan")
