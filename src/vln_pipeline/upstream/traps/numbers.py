"""Columns that are missing or hold something else, and numbers that are none."""

from collections.abc import Iterator, Mapping

import numpy as np

from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed

TABLES = "data/chunk-*/episode_*.parquet"
"""How findings call the tables."""


def columns(dataset: UpstreamDataset, expected: Mapping[str, tuple[int, ...]]) -> Iterator[Finding]:
    """Columns that are missing, or do not hold numbers of the expected shape.

    Args:
        dataset: to look at.
        expected: shape of a row's value, by column.
    """
    for name, shape in expected.items():
        wrong = {}
        for episode in dataset.rows:
            if dataset.values(episode, name, *shape) is None:
                is_there = name in dataset.columns(episode)
                kind = "x".join(map(str, shape)) or "one"
                wrong[f"episode {episode}"] = f"not {kind} numbers in every row" if is_there else "no such column"
        if wrong:
            found = f"{name} is missing or broken {listed(wrong, len(dataset.rows))}"
            yield Finding(TABLES, found, "the episodes cannot be learned from", "training leaves them out")


def not_finite(dataset: UpstreamDataset, expected: Mapping[str, tuple[int, ...]]) -> Iterator[Finding]:
    """Poses and other numbers that are NaN or infinite."""
    for name, shape in expected.items():
        wrong = {}
        for episode in dataset.rows:
            values = dataset.values(episode, name, *shape)
            if values is not None and not np.isfinite(values).all():
                rows = np.flatnonzero(~np.isfinite(values.reshape(len(values), -1)).all(axis=1))
                wrong[f"episode {episode}"] = f"{len(rows)} rows, first row {rows[0]}"
        if wrong:
            found = f"{name} holds numbers that are not finite {listed(wrong, len(dataset.rows))}"
            yield Finding(TABLES, found, "losses become NaN", "training leaves the episodes out")
