"""Steps and turns beyond what the published data has."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed
from vln_pipeline.upstream.traps.numbers import TABLES


@dataclass(frozen=True)
class Limits:
    """What a robot does from one row to the next.

    Attributes:
        step: longest, metres.
        turn: largest, degrees.
        published: what the published walks do, for the user.
    """

    step: float
    turn: float
    published: str


def poses_in_bounds(dataset: UpstreamDataset, column: str, limits: Limits) -> Iterator[Finding]:
    """Camera poses that jump or spin.

    Args:
        dataset: to look at.
        column: of camera poses.
        limits: of the dialect.
    """
    steps, turns = {}, {}
    for episode in dataset.rows:
        poses = dataset.poses(episode, column)
        if poses is not None:
            steps[episode] = np.linalg.norm(np.diff(poses[:, :3, 3], axis=0), axis=1)
            relative = poses[:-1, :3, :3].transpose(0, 2, 1) @ poses[1:, :3, :3]
            cosine = (np.trace(relative, axis1=1, axis2=2) - 1) / 2
            turns[episode] = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    yield from _beyond(column, "moves", steps, limits.step, "m", limits.published)
    yield from _beyond(column, "turns", turns, limits.turn, "degrees", limits.published)


def positions_in_bounds(dataset: UpstreamDataset, column: str, limits: Limits) -> Iterator[Finding]:
    """Positions that jump.

    Args:
        dataset: to look at.
        column: of positions.
        limits: of the dialect.
    """
    steps = {}
    for episode in dataset.rows:
        positions = dataset.values(episode, column, 3)
        if positions is not None and np.isfinite(positions).all():
            steps[episode] = np.linalg.norm(np.diff(positions, axis=0), axis=1)
    yield from _beyond(column, "moves", steps, limits.step, "m", limits.published)


def _beyond(
    column: str, verb: str, found: dict[int, NDArray[np.floating]], limit: float, unit: str, published: str
) -> Iterator[Finding]:
    wrong = {
        f"episode {episode}": f"{values.max():.2f} {unit} to row {values.argmax() + 1}"
        for episode, values in found.items()
        if values.size and values.max() > limit
    }
    if wrong:
        text = f"{column} {verb} by more than {limit:g} {unit} from a row to the next {listed(wrong, len(found))}"
        means = f"published walks {published}: frames are missing, or units or poses are wrong"
        yield Finding(TABLES, text, means, "leave the episodes out, or resample them")
