"""What Habitat's sensors are told and what they tell."""

import math
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.camera import CameraSetting
from vln_pipeline.scenes.scene import UNKNOWN, VOID


def check_camera(camera: CameraSetting) -> None:
    """Refuse what Habitat's pin-hole camera cannot be.

    Raises:
        DataError: pixels are not square, or the principal point is not central.
    """
    lens = camera.intrinsics
    centred = abs(lens.cx - (lens.width - 1) / 2) + abs(lens.cy - (lens.height - 1) / 2) < 1e-3
    if abs(lens.fx - lens.fy) > 1e-3 * lens.fx or not centred:
        mend = "leave out its vfov, or use the built-in world"
        raise DataError(f"camera {camera.name}", "Habitat has only square pixels and central axes", mend)


def specifications(habitat: ModuleType, agent: int, camera: CameraSetting, rgb: bool, semantic: bool) -> list[Any]:
    """Return the sensors of one camera, named "<agent>.depth", and "<agent>.rgb" and "<agent>.semantic" where wanted.

    Habitat takes names for unique among all agents.
    """
    kinds = {"depth": habitat.SensorType.DEPTH}
    kinds |= {"rgb": habitat.SensorType.COLOR} if rgb else {}
    kinds |= {"semantic": habitat.SensorType.SEMANTIC} if semantic else {}
    specifications = []
    for name, kind in kinds.items():
        specification = habitat.CameraSensorSpec()
        specification.uuid, specification.sensor_type = f"{agent}.{name}", kind
        specification.sensor_subtype = habitat.SensorSubType.PINHOLE
        specification.resolution = [camera.intrinsics.height, camera.intrinsics.width]
        specification.hfov = math.degrees(2 * math.atan(camera.intrinsics.width / 2 / camera.intrinsics.fx))
        specification.position = [0.0, camera.height, 0.0]
        specification.orientation = [-math.radians(camera.pitch), 0.0, 0.0]
        specifications.append(specification)
    return specifications


def category_table(semantics: Any) -> tuple[tuple[str, ...], NDArray[np.uint16]]:
    """Return what the semantic ids mean that Habitat draws: numbers of objects or, where it lists none, of classes.

    The latter is so where a lexicon describes all scenes of a data set, as in HSSD and ReplicaCAD; their configurations
    of objects name the class.

    Args:
        semantics: its semantic scene, or None.

    Returns:
        Category names, ``void`` first, and the (N + 1,) category of each semantic id; the last entry is for all ids
        beyond, such as 65535, which faces of no object have.
    """
    things, classes = (semantics.objects, semantics.categories) if semantics else ([], [])
    names = {
        int(thing.semantic_id): thing.category.name() or UNKNOWN
        for thing in things
        if thing is not None and thing.category is not None
    }
    if not things:
        names = {int(kind.index()): kind.name() or UNKNOWN for kind in classes if kind is not None}
    categories = (VOID, *sorted({UNKNOWN, *names.values()} - {VOID}))
    number = {name: index for index, name in enumerate(categories)}
    category_of = np.full(max(names, default=-1) + 2, number[UNKNOWN], dtype=np.uint16)
    for identity, name in names.items():
        category_of[identity] = number[name]
    return categories, category_of
