"""Habitat's ``scene_dataset_config.json``: where stages and objects lie, and what holds for all of them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat.frame import asset_to_world
from vln_pipeline.scenes.published.folder import Folder

_SUFFIX = ".scene_dataset_config.json"


@dataclass(frozen=True)
class Group:
    """One kind of asset.

    Attributes:
        defaults: attributes that hold unless an asset says otherwise.
        described: whether the configuration has such attributes, be they empty.
        patterns: globs relative to the configuration's folder, by suffix of what they find.
    """

    defaults: dict[str, Any] = field(default_factory=dict)
    patterns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    described: bool = False


@dataclass(frozen=True)
class DatasetConfig:
    """A data set as Habitat is told of it.

    Attributes:
        file: where it stands.
        stages: buildings.
        objects: furniture.
        scene_instances: arrangements of both.
        descriptors: files of semantic descriptors by handle.
    """

    file: Path
    stages: Group
    objects: Group
    scene_instances: Group
    descriptors: dict[str, str]


def read(folder: Folder, file: Path) -> DatasetConfig:
    """Read a configuration.

    Raises:
        DataError: it cannot be read.
    """
    document = folder.json(file)
    try:
        return DatasetConfig(
            file=file,
            stages=_group(document, "stages"),
            objects=_group(document, "objects"),
            scene_instances=_group(document, "scene_instances"),
            descriptors={str(k): str(v) for k, v in document.get("semantic_scene_descriptor_instances", {}).items()},
        )
    except (TypeError, AttributeError, ValueError) as error:
        raise DataError(folder.name(file), f"its groups cannot be read ({error})", "download it again") from error


def find(folder: Folder, preferred: str = "") -> DatasetConfig | None:
    """Return the configuration at the root, the one called ``preferred`` where there are several, or None.

    Raises:
        DataError: it cannot be read.
    """
    files = folder.glob(f"*{_SUFFIX}")
    named = [f for f in files if f.name == f"{preferred}{_SUFFIX}"]
    return read(folder, (named or files)[0]) if files else None


def stage_to_world(folder: Folder, preferred: str) -> NDArray[np.float64]:
    """Return the (3, 3) rotation from the frame of the data set's stages to ours.

    Without a configuration, or with one that has no default attributes of stages, it is Habitat's custom for such
    stages: z up, whatever the rule of their format.

    Raises:
        DataError: the configuration cannot be read.
    """
    config = find(folder, preferred)
    try:
        return asset_to_world(config.stages.defaults if config and config.stages.described else None)
    except (ValueError, TypeError) as error:
        name = folder.name(config.file) if config else preferred
        raise DataError(name, str(error), "download it again") from error


def _group(document: dict[str, Any], name: str) -> Group:
    told = document.get(name, {})
    patterns = {
        str(suffix): tuple(str(p) for p in ([found] if isinstance(found, str) else found))
        for suffix, found in told.get("paths", {}).items()
    }
    return Group(dict(told.get("default_attributes", {})), patterns, "default_attributes" in told)
