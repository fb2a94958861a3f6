"""Means with confidence intervals, per agent."""

from dataclasses import dataclass

import pandas as pd

from vln_pipeline.evaluation.system1.bootstrap import Estimate, bootstrap_mean
from vln_pipeline.seeding import generator


@dataclass(frozen=True)
class Score:
    """How well an agent did in all episodes of one kind.

    Attributes:
        agent: name; of a family, networks that were trained alike with several seeds.
        recovery: whether robots backed off after contacts.
        kind: of goal.
        agents: members of the family.
        scenes, episodes: how many; an episode that several members drove counts once.
        metrics: by column of the results.
    """

    agent: str
    recovery: bool
    kind: str
    agents: int
    scenes: int
    episodes: int
    metrics: dict[str, Estimate]


def summarise(results: pd.DataFrame, by: str, columns: tuple[str, ...], resamples: int, seed: int) -> list[Score]:
    """Return a score per agent, recovery and kind of goal, in the order of the rows.

    An episode's value is the mean over the members of a family; scenes and episodes are resampled, members are not.

    Args:
        results: as ``results_table`` makes them.
        by: "family" or "agent".
        columns: the metrics wanted; those that are NaN for a kind of goal are left out there.
        resamples: bootstrap samples.
        seed: of the run.
    """
    scores = []
    for (agent, recovery, kind), rows in results.groupby([by, "recovery", "kind"], sort=False):
        values = rows.groupby(["scene", "episode"], sort=True)[list(columns)].mean()
        estimates = {
            name: bootstrap_mean(
                [group.to_numpy() for _, group in values[name].groupby(level="scene", sort=True)],
                resamples,
                generator(seed, "bootstrap", name),
            )
            for name in columns
            if values[name].notna().all()
        }
        scores.append(
            Score(
                agent=str(agent),
                recovery=bool(recovery),
                kind=str(kind),
                agents=rows["agent"].nunique(),
                scenes=rows["scene"].nunique(),
                episodes=len(values),
                metrics=estimates,
            )
        )
    return scores
