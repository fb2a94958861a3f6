"""The scene's surfaces as a point cloud in which obstacles have the colour that NavDP's loader looks for."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from vln_pipeline.export.config import PointCloudConfig
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.scenes.scene import Mesh, Scene
from vln_pipeline.seeding import generator

POINT_CLOUD = "meta/pointcloud.ply"
"""Where a dataset has its cloud."""
OBSTACLE = (0, 0, 128)
"""sRGB of obstacles: 8-bit for the (0, 0, 0.5) of InternData-N1, well within its loader's tolerance of 0.05."""
OTHER = (178, 178, 178)
"""sRGB of everything else."""


@dataclass(frozen=True)
class PointCloud:
    """Points on surfaces.

    Attributes:
        points: (N, 3) float32 metres, world.
        obstacle: (N,) bool whether the robot would run into it.
    """

    points: NDArray[np.float32]
    obstacle: NDArray[np.bool_]

    def write(self, path: Path) -> None:
        """Write a binary PLY file with float positions and 8-bit colours."""
        vertices = np.empty(len(self.points), dtype=[("xyz", "<f4", 3), ("rgb", "u1", 3)])
        vertices["xyz"] = self.points
        vertices["rgb"] = np.where(self.obstacle[:, None], OBSTACLE, OTHER)
        properties = [f"property float {axis}" for axis in "xyz"]
        properties += [f"property uchar {color}" for color in ("red", "green", "blue")]
        header = [
            "ply",
            "format binary_little_endian 1.0",
            f"element vertex {len(vertices)}",
            *properties,
            "end_header",
        ]
        path.write_bytes("\n".join(header).encode() + b"\n" + vertices.tobytes())


def point_cloud(
    scene: Scene, nav: NavigationMap, floors: Iterable[int], config: PointCloudConfig, seed: int
) -> PointCloud:
    """Sample a scene's surfaces and tell which points lie in the robot's way.

    NavDP's loader compares obstacles with a path in the horizontal plane only, so obstacles of storeys on which no
    exported walk lies are left uncoloured: they would block the storeys above and below.

    Args:
        scene: the scene.
        nav: its floors.
        floors: indexes of the storeys and flights that exported walks lie on.
        config: density, and the band of heights above the floor in which a surface is an obstacle.
        seed: the run's seed.
    """
    points = sample_surface(scene.mesh, config.density, generator(seed, scene.id, "export", "point_cloud"))
    obstacle = np.zeros(len(points), dtype=bool)
    for index in floors:
        height = points[:, 2] - _ground_under(points, nav.maps[index])
        obstacle |= (height > config.obstacle_low) & (height < config.obstacle_high)
    return PointCloud(points.astype(np.float32), obstacle)


def sample_surface(mesh: Mesh, density: float, draw: np.random.Generator) -> NDArray[np.float64]:
    """Return (N, 3) points spread evenly over a mesh, metres.

    Barycentric sampling after Osada et al., "Shape distributions" (2002).

    Args:
        mesh: triangles.
        density: points per square metre.
        draw: source of randomness.
    """
    a, b, c = (mesh.vertices[mesh.faces[:, corner]] for corner in range(3))
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    edges = np.cumsum(area)
    count = max(1, round(edges[-1] * density))
    # One point in each of equally large shares of the surface: no clumps, and small triangles get their due.
    face = np.searchsorted(edges, (np.arange(count) + draw.random(count)) * (edges[-1] / count))
    face = np.minimum(face, len(area) - 1)
    root, along = np.sqrt(draw.random(count))[:, None], draw.random(count)[:, None]
    return (1 - root) * a[face] + root * (1 - along) * b[face] + root * along * c[face]


def _ground_under(points: NDArray[np.float64], floor: FloorMap) -> NDArray[np.float32]:
    """Return (N,) the height of the nearest piece of floor, metres; walls have none of their own under them."""
    rows, columns = ndimage.distance_transform_edt(np.isnan(floor.ground), return_distances=False, return_indices=True)
    cells = np.rint(floor.to_cell(points[:, :2])).astype(np.int64)
    row = np.clip(cells[:, 0], 0, floor.ground.shape[0] - 1)
    column = np.clip(cells[:, 1], 0, floor.ground.shape[1] - 1)
    return floor.ground[rows[row, column], columns[row, column]]
