"""Nodes of the sampling stage."""

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.planning.endpoint_pairs import EndpointPairs
from vln_pipeline.planning.walk_config import SamplingConfig
from vln_pipeline.runtime.workplace import Workplace


def sample_pairs(maps: dict[str, Item], config: SamplingConfig, seed: int) -> dict[str, Task]:
    """Return one sampling task per scene."""
    return {key: Task(sample_scene, nav, config, seed) for key, nav in maps.items()}


def sample_scene(nav: Item, config: SamplingConfig, seed: int, _: Workplace) -> EndpointPairs:
    """Draw one scene's start and goal pairs."""
    from vln_pipeline.planning.endpoints import sample_endpoints  # compiles: only in the process that works

    return sample_endpoints(nav(), config, seed)
