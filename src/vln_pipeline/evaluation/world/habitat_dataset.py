"""What Habitat is told about scenes that are files, and about objects that it would leave out."""

import json
from pathlib import Path
from types import ModuleType
from typing import Any

from vln_pipeline.evaluation.world.config import HabitatConfig

UNDESCRIBED = "default"
"""Habitat's name for no data set."""


def dataset_file(where: HabitatConfig, stage: str, folder: Path) -> str:
    """Return the data set that Habitat is told, written where a file's axes have to be.

    Habitat takes a GLB file without a data set for z-up, against the rule of glTF.

    Args:
        where: what the user names.
        stage: the scene, as Habitat is told.
        folder: to write to.
    """
    if where.up != "y" or where.dataset != UNDESCRIBED:
        return where.dataset
    axes = {"up": [0, 1, 0], "front": [0, 0, -1]}
    told = {"stages": {"default_attributes": axes, "paths": {".glb": [str(Path(stage).resolve())]}}}
    file = folder / "y_up.scene_dataset_config.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return str(file)


def make_static(habitat: ModuleType, simulator: Any) -> None:
    """Let all objects count for the navigation mesh, which leaves out those that might move.

    An object whose entry tells no ``motion_type`` might; nothing moves here.
    """
    manager = simulator.get_rigid_object_manager()
    for handle in manager.get_object_handles():
        manager.get_object_by_handle(handle).motion_type = habitat.physics.MotionType.STATIC
