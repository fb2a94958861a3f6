"""Obstacles of a scene, from its coloured point cloud, and how far from them a place is."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vln_pipeline.errors import DataError
from vln_pipeline.export.export import POINT_CLOUD
from vln_pipeline.export.point_cloud import OBSTACLE

_TOLERANCE = 0.05


def read_obstacles(folder: Path) -> NDArray[np.float64]:
    """Return (N, 2) xy of a dataset's points that have the colour of obstacles, metres; none where it has no cloud.

    Raises:
        DataError: the cloud cannot be read.
    """
    path = folder / POINT_CLOUD
    if not path.is_file():
        return np.empty((0, 2))
    try:
        cloud: Any = trimesh.load(path, process=False)
        points = np.asarray(cloud.vertices, dtype=np.float64)
        colours = np.asarray(cloud.visual.vertex_colors if hasattr(cloud, "faces") else cloud.colors)
        is_obstacle = np.abs(colours[:, :3] / 255 - np.array(OBSTACLE) / 255).sum(axis=1) < _TOLERANCE
        found = points[is_obstacle, :2]
    except Exception as error:  # a broken file fails in many ways in the reader
        raise DataError(str(path), f"not a readable point cloud ({type(error).__name__})") from error
    if not np.isfinite(found).all():
        raise DataError(str(path), "an obstacle's position is not finite")
    return found


class Obstacles:
    """Distances to obstacles, scene by scene; a KD-tree is built once and kept while memory lasts.

    Args:
        folders: dataset folder by scene number.
        metric: "l2" or "l1".
        kept: number of scenes in memory.
    """

    def __init__(self, folders: Sequence[Path], metric: str, kept: int) -> None:
        self._folders, self._power, self._kept = folders, {"l2": 2, "l1": 1}[metric], kept
        self._trees: OrderedDict[int, cKDTree | None] = OrderedDict()

    def distances(self, scene: int, points: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return (K,) distances of (K, 2) places to the nearest obstacle, metres; None where there is none."""
        tree = self._tree(scene)
        return None if tree is None else np.asarray(tree.query(points, p=self._power)[0])

    def near(self, scene: int, points: NDArray[np.float64], reach: float) -> NDArray[np.bool_]:
        """Return (K,) whether an obstacle is nearer than ``reach``, metres, to (K, 2) places.

        Several times as fast as distances, since most places have nothing near.
        """
        tree = self._tree(scene)
        if tree is None:
            return np.zeros(len(points), dtype=bool)
        return np.isfinite(tree.query(points, p=self._power, distance_upper_bound=reach)[0])

    def _tree(self, scene: int) -> cKDTree | None:
        if scene not in self._trees:
            points = read_obstacles(self._folders[scene])
            self._trees[scene] = cKDTree(points) if len(points) else None
            if len(self._trees) > self._kept:
                self._trees.popitem(last=False)
        self._trees.move_to_end(scene)
        return self._trees[scene]

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_trees": OrderedDict()}
