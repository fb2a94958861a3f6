"""Known poses in Isaac Sim's frame: the loader's own formulas, and the published camera's."""

import math

import numpy as np
import pytest
from episode_files import rotation
from scipy.spatial.transform import Rotation

from vln_pipeline.episodes.formats.upright import yaw_of_rotation
from vln_pipeline.export.vln_pe.isaac_frame import from_opencv, matrices, orientations, to_opencv, yaw_of
from vln_pipeline.rendering.camera import body_poses, camera_poses
from vln_pipeline.scenes.habitat.frame import to_world


def turned_by_vln_pe(xyzw):
    """VLN-PE's loader: (-w, x, z, -y), then 90 degrees about z; Hamilton's product, scalar first."""
    x, y, z, w = xyzw
    half = math.sqrt(0.5)
    a, b, c, d = -w, x, z, -y
    return np.array([a * half - d * half, b * half + c * half, c * half - b * half, a * half + d * half])


@pytest.mark.parametrize("turned_left", [0, 30, 90, 150, 180, -60, -90])
def test_an_episode_starts_where_vln_pes_loader_puts_it(turned_left):
    """(hx, -hz, hy), yaw + 90 degrees, x, y, z, w to w, x, y, z; a quaternion's sign means nothing."""
    place, turn = np.array([3.2, 0.17, -5.5]), np.array(rotation(turned_left))
    start = body_poses(to_world(place)[None], np.array([yaw_of_rotation(turn, "xyzw")]))
    assert start[0, :3, 3].tolist() == [3.2, 5.5, 0.17]
    expected = turned_by_vln_pe(turn)
    assert abs(float(orientations(start)[0] @ expected)) == pytest.approx(1)
    assert math.cos(yaw_of(start)[0] - math.radians(turned_left + 90)) == pytest.approx(1)


def test_a_body_at_rest_faces_x_with_the_quaternion_of_identity():
    rest = orientations(body_poses(np.zeros((2, 3)), np.array([0.0, math.pi / 2])))
    np.testing.assert_allclose(rest, [[1, 0, 0, 0], [math.sqrt(0.5), 0, 0, math.sqrt(0.5)]], atol=1e-12)


def test_a_level_camera_turns_as_its_body_and_a_tilted_one_about_y():
    """Published cameras: columns forward, left, up; OpenCV's are minus left, minus up, forward."""
    level, down = (camera_poses(np.zeros((1, 3)), np.array([0.7]), 1.67, pitch) for pitch in (0.0, 15.0))
    np.testing.assert_allclose(
        from_opencv(level)[0, :3, :3], body_poses(np.zeros((1, 3)), np.array([0.7]))[0, :3, :3], atol=1e-12
    )
    tilted = Rotation.from_euler("ZY", [0.7, math.radians(15)])
    np.testing.assert_allclose(orientations(from_opencv(down))[0], tilted.as_quat(scalar_first=True), atol=1e-12)
    published = from_opencv(down)[0, :3, :3]
    np.testing.assert_allclose(
        down[0, :3, :3], np.column_stack([-published[:, 1], -published[:, 2], published[:, 0]]), atol=1e-12
    )
    assert yaw_of(from_opencv(down))[0] == pytest.approx(0.7)


def test_poses_come_back():
    rng = np.random.default_rng(0)
    poses = np.tile(np.eye(4), (30, 1, 1))
    poses[:, :3, :3], poses[:, :3, 3] = Rotation.random(30, random_state=0).as_matrix(), rng.normal(size=(30, 3))
    np.testing.assert_allclose(to_opencv(from_opencv(poses)), poses, atol=1e-12)
    quaternions = orientations(poses)
    assert (quaternions[:, 0] >= 0).all()
    np.testing.assert_allclose(matrices(poses[:, :3, 3], quaternions), poses, atol=1e-12)
