"""Where a swaying body holds its camera, by the published robot's own numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest
from profiles import profiles
from scipy.spatial.transform import Rotation

from vln_pipeline.embodiments.posture import base_poses, camera_sway
from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.viewpoints import walk_poses

H1 = profiles()["h1"]
MOUNT = np.array([0.2, 0.0, 0.72])
"""Of the camera in the frame of H1's base, as the published trajectories have it."""


def walk_of(poses, posture, robot=H1):
    count = len(poses)
    return Trajectory(
        "walk", "room", 0, poses[:, :3], poses[:, 3], np.ones(count, np.float32), np.ones(count - 1, np.int8), poses,
        1.0, camera_sway(posture, robot),
    )  # fmt: skip


def test_the_camera_of_h1_is_where_the_published_mount_is():
    """Camera = base + R(base) (0.2, 0, 0.72), whatever the body's posture."""
    rng = np.random.default_rng(0)
    poses = np.column_stack([rng.normal(size=(20, 3)), rng.uniform(-3, 3, 20)])
    posture = rng.normal(size=(20, 3)) * (0.02, 0.2, 0.2)
    base = base_poses(poses, posture, H1)
    np.testing.assert_allclose(base[:, 2, 3], poses[:, 2] + 0.95 + posture[:, 0], atol=1e-12)
    cameras = walk_poses(walk_of(poses, posture), Motion.DISCRETE, H1.rig(1.0).rig().settings[0])
    np.testing.assert_allclose(cameras[:, :3, 3], base[:, :3, 3] + base[:, :3, :3] @ MOUNT, atol=1e-9)


def test_a_body_turns_about_z_then_y_then_x():
    yaw, pitch, roll = 0.7, 0.2, -0.1
    base = base_poses(np.array([[0, 0, 0, yaw]]), np.array([[0.0, pitch, roll]]), H1)[0]
    np.testing.assert_allclose(base[:3, :3], Rotation.from_euler("ZYX", [yaw, pitch, roll]).as_matrix(), atol=1e-12)


def test_pitch_looks_down_and_roll_lowers_the_right_side():
    setting = H1.rig(1.0).rig().settings[0]
    poses = np.zeros((3, 4))
    posture = np.radians([[0, 0, 0], [0, 5, 0], [0, 0, 5]])
    level, down, rolled = walk_poses(walk_of(poses, posture), Motion.DISCRETE, setting)
    assert math.degrees(math.asin(-level[2, 2])) == pytest.approx(15)
    assert math.degrees(math.asin(-down[2, 2])) == pytest.approx(20)
    assert rolled[2, 0] < 0  # the image's right points down


def test_an_upright_body_without_sway_films_as_before():
    poses = np.array([[1.0, 2, 0, 0.3], [1.2, 2, 0, 0.4]])
    robot = profiles()["jetbot"].model_copy(update={"eye": H1.eye.model_copy(update={"forward": 0.0})})
    setting = robot.rig(1.0).rig().settings[0]
    still = walk_of(poses, np.zeros((2, 3)), robot)
    upright = walk_poses(replace(still, sway=None), Motion.DISCRETE, setting)
    np.testing.assert_allclose(walk_poses(still, Motion.DISCRETE, setting), upright, atol=1e-12)
