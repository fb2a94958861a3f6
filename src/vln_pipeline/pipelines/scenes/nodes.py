"""Nodes of the scenes stage."""

from vln_pipeline.datasets.item import Task
from vln_pipeline.runtime.workplace import Workplace
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.scene import Scene
from vln_pipeline.scenes.source import SceneRef, open_source


def list_scenes(config: ScenesConfig, seed: int) -> dict[str, Task]:
    """Return one loading task per scene of the source."""
    refs = open_source(config, seed).discover()
    return {ref.id: Task(load_scene, ref, config.of_one_scene(), seed) for ref in refs}


def load_scene(ref: SceneRef, config: ScenesConfig, seed: int, _: Workplace) -> Scene:
    """Load, or generate, one scene."""
    return open_source(config, seed).load(ref)
