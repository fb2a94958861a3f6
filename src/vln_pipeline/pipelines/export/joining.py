"""Joining the exported scenes of a run; pipelines that export by themselves join likewise."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.runtime.workplace import Workplace


def join_exported(
    exported: Sequence[Item], config: ExportConfig, seed: int, told: Mapping[str, str], *, suffix: str = ""
) -> dict[str, Task]:
    """Return one joining task per dialect, over the v3.0 datasets of some items; none where none are wanted.

    Args:
        exported: datasets of a scene each.
        config: parameters of the export.
        seed: of the choice of validation scenes.
        told: what made the datasets, printed on the card.
        suffix: of the dataset's name, where a run has several per dialect.
    """
    if config.v30.dataset != "run" or "v3.0" not in config.versions or not exported:
        return {}
    # A folder's name tells one dataset from another wherever rows are cached by it.
    identity = hashlib.sha256("".join(item.content for item in exported).encode()).hexdigest()[:8]
    return {
        f"{dialect}{suffix}_{identity}": Task(join_one, list(exported), dialect, config, seed, dict(told))
        for dialect in config.dialects
    }


def join_one(
    exported: list[Item], dialect: str, config: ExportConfig, seed: int, told: dict[str, str], place: Workplace
) -> None:
    """Write the dataset of one dialect."""
    from vln_pipeline.export.join import join

    parts = [dataset for item in exported for dataset in item() if dataset.dialect == dialect and dataset.is_v30]
    join(parts, config, place.directory, seed=seed, provenance={**told, "made from": place.made_from})
