"""Choosing the simulator."""

from collections.abc import Callable
from pathlib import Path

from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.scenes.scene import Scene


def open_world(
    config: WorldConfig, read: Callable[[str], tuple[Scene, NavigationMap]], *, seed: int, cache: Path
) -> World:
    """Return the configured world, no scene loaded yet.

    Args:
        config: backend, body and sensors.
        read: returns the scene and the navigation map of a scene id, for the built-in world.
        seed: the run's seed.
        cache: folder for what renderers keep.

    Raises:
        DataError: the backend is not installed.
    """
    # Each backend is imported only where it is used, and with it what it needs.
    if config.backend == "habitat":
        from vln_pipeline.evaluation.world.habitat import HabitatWorld

        return HabitatWorld(config)
    from vln_pipeline.evaluation.world.builtin import BuiltinWorld

    return BuiltinWorld(read, config, seed=seed, cache=cache)
