"""Habitat's ``scene_instance.json``: a stage, and where objects stand in it.

As the simulator reads it: a stage instance scales its stage and does not move it, and an object stands with the centre
of its bounding box at ``translation`` unless file or entry say ``asset_local``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat.frame import rotation_wxyz
from vln_pipeline.scenes.published.folder import Folder

_LOCAL = "asset_local"
_UNREAD = ("translation", "rotation", "translation_origin")
"""Keys of a stage's entry that the simulator does not look at."""


@dataclass(frozen=True)
class Placement:
    """Where an asset stands, in Habitat's world: first scaled, then turned, then moved.

    Attributes:
        template: handle of the asset.
        translation: (3,) metres.
        rotation: (3, 3).
        scale: (3,) factors; a negative one mirrors.
        centred: whether the centre of the asset's bounding box, rather than its origin, goes to ``translation``.
    """

    template: str
    translation: NDArray[np.float64]
    rotation: NDArray[np.float64]
    scale: NDArray[np.float64]
    centred: bool

    def __call__(self, points: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (N, 3) points of the asset in the world; ``centre`` is that of its bounding box."""
        origin = centre if self.centred else np.zeros(3)
        with np.errstate(invalid="ignore", over="ignore"):
            return ((points - origin) * self.scale) @ self.rotation.T + self.translation


@dataclass(frozen=True)
class SceneInstance:
    """An arranged scene.

    Attributes:
        stage: the building; only scaled, whatever else its entry tells.
        objects: the furniture.
    """

    stage: Placement
    objects: tuple[Placement, ...]


def read(folder: Folder, file: Path) -> SceneInstance:
    """Read an arrangement.

    Raises:
        DataError: it names no stage, or a placement is no list of finite numbers.
    """
    document = folder.json(file)
    origin = str(document.get("translation_origin", ""))
    try:
        stage = _placement({k: v for k, v in document["stage_instance"].items() if k not in _UNREAD}, _LOCAL)
        objects = tuple(_placement(entry, origin) for entry in document.get("object_instances", []))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        cause = f"a placement cannot be read ({type(error).__name__}: {error})"
        raise DataError(folder.name(file), cause, "download it again") from error
    return SceneInstance(stage, objects)


def _placement(entry: dict[str, Any], origin: str) -> Placement:
    scale = _three(entry.get("non_uniform_scale", (1, 1, 1))) * float(entry.get("uniform_scale", 1))
    if not np.isfinite(scale).all() or not scale.all():
        raise ValueError(f"scale {scale.tolist()} of {entry['template_name']}")
    return Placement(
        template=str(entry["template_name"]),
        translation=_three(entry.get("translation", (0, 0, 0))),
        rotation=rotation_wxyz(entry.get("rotation", (1, 0, 0, 0))),
        scale=scale,
        centred=str(entry.get("translation_origin", origin)).lower() != _LOCAL,
    )


def _three(values: Any) -> NDArray[np.float64]:
    found = np.array(values, dtype=np.float64)
    if found.shape != (3,) or not np.isfinite(found).all():
        raise ValueError(f"{values!r} is no list of three numbers")
    return found
