import dataclasses

import drawn_room
import numpy as np
import trimesh

from vln_pipeline.export.config import PointCloudConfig
from vln_pipeline.export.point_cloud import point_cloud, sample_surface

CONFIG = PointCloudConfig(density=100)


def test_points_lie_on_the_surface_evenly():
    mesh = drawn_room.scene().mesh
    points = sample_surface(mesh, 50.0, np.random.default_rng(0))
    room = trimesh.Trimesh(mesh.vertices, mesh.faces, process=False)
    assert len(points) == round(room.area * 50)
    low, high = drawn_room.PILLAR
    on_pillar = ((points >= low - 1e-9) & (points <= high + 1e-9)).all(axis=1)
    assert np.isclose(points[~on_pillar][:, None], drawn_room.ROOM).any(axis=(1, 2)).all()
    assert np.isclose(points[on_pillar][:, None], drawn_room.PILLAR).any(axis=(1, 2)).all()
    assert abs((points[:, 2] == 0).sum() / ((8 * 6 + 0.4 * 0.8) * 50) - 1) < 0.02


def test_obstacles_are_what_stands_in_the_band_above_the_floor():
    cloud = point_cloud(drawn_room.scene(), drawn_room.navigation(), [0], CONFIG, seed=1)
    height = cloud.points[:, 2]
    assert np.array_equal(cloud.obstacle, (height > 0.2) & (height < 1.3))
    assert 0.15 < cloud.obstacle.mean() < 0.25  # of 175 square metres, 34 are walls and pillar in the band


def test_other_storeys_do_not_block_this_one():
    nav = drawn_room.navigation()
    upper = dataclasses.replace(nav.floors[0], index=1, height=1.5, ground=nav.floors[0].ground + np.float32(1.5))
    both = dataclasses.replace(nav, floors=(nav.floors[0], upper))
    low = point_cloud(drawn_room.scene(), both, [0], CONFIG, seed=1)
    high = point_cloud(drawn_room.scene(), both, [1], CONFIG, seed=1)
    assert not (low.obstacle & high.obstacle).any() and high.obstacle.any()
    assert low.points[low.obstacle, 2].max() < 1.3 < high.points[high.obstacle, 2].min()


def test_ply_is_read_by_others(tmp_path):
    cloud = point_cloud(drawn_room.scene(), drawn_room.navigation(), [0], CONFIG, seed=1)
    cloud.write(tmp_path / "cloud.ply")
    read = trimesh.load(tmp_path / "cloud.ply")
    np.testing.assert_array_equal(np.asarray(read.vertices, np.float32), cloud.points)
    blue = np.abs(read.colors[:, :3] / 255 - [0, 0, 0.5]).sum(axis=1) < 0.05
    np.testing.assert_array_equal(blue, cloud.obstacle)


def test_same_seed_same_points():
    clouds = [point_cloud(drawn_room.scene(), drawn_room.navigation(), [0], CONFIG, seed=s).points for s in (1, 1, 2)]
    assert np.array_equal(clouds[0], clouds[1]) and not np.array_equal(clouds[0], clouds[2])
