"""The navigation mesh that lies beside a scene."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes import navmesh
from vln_pipeline.scenes.published.folder import Folder


def read_walkable(folder: Folder, places: Sequence[str]) -> tuple[NDArray[np.float64] | None, tuple[str, ...]]:
    """Return the (T, 3, 3) triangles of the first navigation mesh that is there, and what is wrong with it.

    It is a truth to compare with, not needed: one that cannot be read costs the comparison, not the scene.

    Args:
        folder: root of the data set.
        places: where it may lie, below the root.

    Raises:
        DataError: a link leads out of the folder.
    """
    file = next((found for place in places if (found := folder.find(place))), None)
    if file is None:
        return None, ()
    try:
        mesh = navmesh.read(folder.file(folder.name(file), "delete it"))
    except DataError as error:
        return None, (f"navigation mesh: {error.cause}",)
    return mesh.vertices[mesh.triangles], ()
