"""Nodes of the labelling stage."""

from dataclasses import replace

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.labels import LabelledWalks
from vln_pipeline.pipelines.rendering.slices import scene_of_slice
from vln_pipeline.runtime.workplace import Workplace

_ROOMS = "vln_pipeline.scenes.archive.read_rooms"
"""Reader of a scene's rooms alone: a slice is labelled in less time than its scene's meshes are read."""


def label_walks(
    scenes: dict[str, Item],
    maps: dict[str, Item],
    walks: dict[str, Item],
    footage: dict[str, Item],
    config: LabellingConfig,
    seed: int,
) -> dict[str, Task]:
    """Return one labelling task per slice of a scene's walks."""
    return {
        key: Task(label_slice, scenes[scene], maps[scene], walks[scene], item, config, seed)
        for key, item in footage.items()
        for scene in [scene_of_slice(key)]
    }


def label_slice(
    scene: Item, nav: Item, walks: Item, footage: Item, config: LabellingConfig, seed: int, place: Workplace
) -> LabelledWalks:
    """Write the instructions of one slice of walks."""
    from vln_pipeline.labelling.label import label_footage

    rooms = replace(scene, reader=_ROOMS)()
    return label_footage(rooms, scene, nav(), walks().trajectories, footage(), config, place.cache, seed)
