"""Nodes of the filtering stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.filtering.config import FilteringConfig
from vln_pipeline.runtime.workplace import Workplace

if TYPE_CHECKING:
    from vln_pipeline.filtering.selection import Selection


def select_walks(footage: dict[str, Item], labels: dict[str, Item], config: FilteringConfig) -> dict[str, Task]:
    """Return one measuring and selecting task per slice of a scene's walks."""
    return {key: Task(select_slice, footage[key], label, config) for key, label in labels.items()}


def select_slice(footage: Item, labels: Item, config: FilteringConfig, _: Workplace) -> Selection:
    """Measure one slice of walks and decide which are kept."""
    from vln_pipeline.filtering.selection import select_footage  # loads pandas: only in the process that works

    return select_footage(footage(), labels(), config)
