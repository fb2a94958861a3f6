"""Masks of v3.0: what the pixels of a frame belong to, as 16-bit ids, and the table that names the ids.

Ids are those of the scene that a frame shows: two scenes of a joined dataset may call different things by one number.
The features are not called images: lerobot takes every feature with "image" in its name for three channels.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vln_pipeline.errors import DataError
from vln_pipeline.export.features import Feature, picture
from vln_pipeline.regular_file import regular
from vln_pipeline.rendering.footage import FootageIndex

MASKS = "meta/masks.json"
"""By scene: ``semantic``, category by id, and ``instance``, category of the object by id."""
LARGEST_ID = 32_767
"""The 16-bit images of lerobot 0.4 are signed."""


def mask_name(kind: str, suffix: str) -> str:
    """Return the name of a camera's feature; ``kind`` is semantic or instance."""
    return f"mask.{kind}{suffix}"


def mask_picture(height: int, width: int) -> Feature:
    """Return the feature of a camera's masks, in the rows."""
    return picture("image", height, width, 1)


def names_of(index: FootageIndex) -> dict[str, dict[str, str]]:
    """Return the names of a scene's ids, by kind.

    Raises:
        DataError: there are more than a reader's images can hold.
    """
    names = {
        "semantic": {str(number): name for number, name in enumerate(index.categories)},
        "instance": {str(number): name for number, name in sorted(index.instances.items())},
    }
    if max((int(number) for table in names.values() for number in table), default=0) > LARGEST_ID:
        cause = f"has objects with ids above {LARGEST_ID}, which lerobot's images do not hold"
        raise DataError(index.scene, cause, "leave instance out of params:export.v30.masks")
    return names


def read_names(root: Path) -> dict[str, Any]:
    """Return the names of a dataset's ids by scene and kind; empty where it has no masks."""
    path = root / MASKS
    return dict(json.loads(regular(path).read_text(encoding="utf-8"))) if path.exists() else {}


def write_names(root: Path, names: Mapping[str, Any]) -> None:
    """Write the names of ids by scene and kind, where there are any."""
    if names:
        (root / MASKS).write_text(json.dumps(names, indent=1, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")
