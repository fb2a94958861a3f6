"""How far obstacles are from a place: those of a scene's point cloud, or those that a walk's own depth images show."""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vln_pipeline.training.navdp_data.obstacle_points import cloud_obstacles, has_cloud, seen_obstacles
from vln_pipeline.training.navdp_data.walk_index import WalkIndex


class Obstacles:
    """Distances to obstacles; a KD-tree of a scene, or of a walk of a scene without a cloud, is built once.

    Args:
        index: walks.
        metric: "l2" or "l1".
        kept: number of trees in memory.
    """

    def __init__(self, index: WalkIndex, metric: str, kept: int) -> None:
        self._index, self._power, self._kept = index, {"l2": 2, "l1": 1}[metric], kept
        self._has_cloud = [has_cloud(folder) for folder in index.folders]
        self._trees: OrderedDict[tuple[int, int], cKDTree | None] = OrderedDict()

    def distances(self, walk: int, points: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Return (K,) distances of (K, 2) places to the nearest obstacle, metres; None where there is none.

        Args:
            walk: number of the walk whose world the places are in.
            points: (K, 2) metres.
        """
        tree = self._tree(walk)
        return None if tree is None else np.asarray(tree.query(points, p=self._power)[0])

    def near(self, walk: int, points: NDArray[np.float64], reach: float) -> NDArray[np.bool_]:
        """Return (K,) whether an obstacle is nearer than ``reach``, metres, to (K, 2) places.

        Several times as fast as distances, since most places have nothing near.
        """
        tree = self._tree(walk)
        if tree is None:
            return np.zeros(len(points), dtype=bool)
        return np.isfinite(tree.query(points, p=self._power, distance_upper_bound=reach)[0])

    def _tree(self, number: int) -> cKDTree | None:
        walk = self._index.walks[number]
        key = (walk.scene, -1) if self._has_cloud[walk.scene] else (walk.scene, number)
        if key not in self._trees:
            points = cloud_obstacles(self._index.folders[walk.scene]) if key[1] < 0 else seen_obstacles(walk)
            self._trees[key] = cKDTree(points) if len(points) else None
            if len(self._trees) > self._kept:
                self._trees.popitem(last=False)
        self._trees.move_to_end(key)
        return self._trees[key]

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_trees": OrderedDict()}
