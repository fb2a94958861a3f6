import drawn_room
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.export.config import PixelGoalConfig
from vln_pipeline.export.pixel_goal import floor_depth, pixel_goals, project
from vln_pipeline.rendering.camera import Intrinsics, camera_poses

CAMERA = Intrinsics.from_fov(640, 480, 79)
SMALL = Intrinsics.from_fov(160, 120, 79)
NOWHERE = np.array([[100.0, 100.0, 0.0], [101.0, 101.0, 1.0]])
HEIGHT, PITCH = 1.25, 30.0


def goals_of(walk, pillar=NOWHERE, config=None, pitch=PITCH, height=HEIGHT, camera=SMALL):
    poses = camera_poses(walk[:, :3], walk[:, 3], height, pitch)
    depth = lambda frame: drawn_room.depth_of(poses[frame], camera, pillar)  # noqa: E731
    return pixel_goals(poses, walk[:, :3], camera, depth, config or PixelGoalConfig())


def brute_force(walk, pillar, pitch=PITCH):
    """Return the farthest arrival whose line of sight to the camera meets no pillar, by marching along the line."""
    poses = camera_poses(walk[:, :3], walk[:, 3], HEIGHT, pitch)
    found = np.full(len(walk), -1)
    for frame in range(len(walk)):
        for goal in range(frame + 1, len(walk)):
            if (walk[goal, :3] == walk[goal - 1, :3]).all():
                continue
            local = poses[frame, :3, :3].T @ (walk[goal, :3] - poses[frame, :3, 3])
            u, v = local[:2] / local[2] * SMALL.fx + (SMALL.cx, SMALL.cy)
            if local[2] <= 0 or not (-0.5 <= u < 159.5 and -0.5 <= v < 119.5):
                continue
            line = poses[frame, :3, 3] + np.linspace(0, 1, 500)[:, None] * (walk[goal, :3] - poses[frame, :3, 3])
            if not ((line > pillar[0]) & (line < pillar[1])).all(axis=1).any():
                found[frame] = goal - frame
    return found


def test_published_row_is_reproduced():
    # The one published row has the goal at (163, 265) with 30 degrees and at (161, 162) with 45; about 0.1 m high.
    down, steep = (camera_poses(np.zeros((1, 3)), np.zeros(1), 1.25, pitch) for pitch in (30.0, 45.0))
    pixel = np.array([[163, 265]])
    depth = floor_depth(down[0], np.array([0.1]), pixel, CAMERA)
    ray = np.append((pixel[0] - (CAMERA.cx, CAMERA.cy)) / CAMERA.fx, 1.0) * depth[0]
    point = down[0, :3, :3] @ ray + down[0, :3, 3]
    np.testing.assert_allclose(point[:2], [1.73, 0.83], atol=0.01)
    np.testing.assert_allclose(project(steep, point[None], CAMERA)[0][0, 0], (161, 162), atol=1.0)


def test_straight_walk_in_an_empty_room_has_the_end_as_goal():
    walk = drawn_room.replayed((1.0, 3.0, 0.0, 0.0), [1] * 12)
    goals = goals_of(walk)
    reach = HEIGHT / np.tan(np.arctan(60 / SMALL.fy) + np.radians(PITCH))  # nearest floor in view, metres
    ahead = np.arange(12, -1, -1)
    expected = np.where(ahead * 0.25 > reach, ahead, -1)
    np.testing.assert_array_equal(goals.ahead, expected)
    assert np.isin(goals.pixels[goals.ahead > 0, 0], (79, 80)).all()
    assert (goals.pixels[goals.ahead < 0] == -1).all()


@pytest.mark.parametrize("pitch", [0.0, 30.0])
def test_goals_behind_the_pillar_are_not_seen(pitch):
    walk = drawn_room.replayed((1.0, 2.5, 0.0, 0.3), drawn_room.ROUND_THE_PILLAR)
    goals = goals_of(walk, drawn_room.PILLAR, pitch=pitch)
    np.testing.assert_array_equal(goals.ahead, brute_force(walk, drawn_room.PILLAR, pitch))
    assert (goals.ahead != goals_of(walk, pitch=pitch).ahead).any()


def test_turning_on_the_spot_makes_no_goal_and_does_not_count_as_arrival():
    walk = drawn_room.replayed((1.0, 3.0, 0.0, 0.0), [1] * 8 + [2] * 3)
    assert goals_of(walk).ahead[0] == 8
    assert (goals_of(drawn_room.replayed((1.0, 3.0, 0.0, 0.0), [2] * 5)).ahead == -1).all()


@pytest.mark.parametrize(("tolerance", "seen"), [(0.15, True), (0.05, False)])
def test_the_tolerance_of_depth_is_a_parameter(tolerance, seen):
    walk = drawn_room.replayed((1.0, 3.0, 0.0, 0.0), [1] * 12)
    poses = camera_poses(walk[:, :3], walk[:, 3], HEIGHT, PITCH)
    nearer = lambda frame: drawn_room.depth_of(poses[frame], SMALL, NOWHERE) - 0.1  # noqa: E731
    goals = pixel_goals(poses, walk[:, :3], SMALL, nearer, PixelGoalConfig(depth_tolerance=tolerance))
    assert (goals.ahead > 0).any() == seen


def test_nearest_and_farthest_goal_are_parameters():
    walk = drawn_room.replayed((1.0, 3.0, 0.0, 0.0), [1] * 12)
    near = goals_of(walk, config=PixelGoalConfig(max_distance=1.6))
    assert near.ahead.max() == 6
    late = goals_of(walk, config=PixelGoalConfig(min_frames_ahead=5))
    assert late.ahead[late.ahead > 0].min() == 5


def test_a_pixel_without_a_surface_is_no_goal():
    walk = drawn_room.replayed((1.0, 3.0, 0.0, 0.0), [1] * 12)
    poses = camera_poses(walk[:, :3], walk[:, 3], HEIGHT, PITCH)
    goals = pixel_goals(poses, walk[:, :3], SMALL, lambda _: np.zeros((120, 160), np.float32), PixelGoalConfig())
    assert (goals.ahead == -1).all()


@settings(max_examples=40)
@given(
    yaw=st.floats(-3, 3),
    ahead=st.floats(1.0, 6.0),
    left=st.floats(-0.8, 0.8),
    rise=st.floats(-0.1, 0.1),
)
def test_goals_of_two_cameras_are_one_place(yaw, ahead, left, rise):
    c, s = np.cos(yaw), np.sin(yaw)
    goal = np.array([c * ahead - s * left * ahead, s * ahead + c * left * ahead, rise])
    down, level = (camera_poses(np.zeros((1, 3)), np.array([yaw]), HEIGHT, p) for p in (30.0, 0.0))
    pixel = np.round(project(down, goal[None], CAMERA)[0][0])
    depth = floor_depth(down[0], goal[2:], pixel, CAMERA)
    ray = np.append((pixel[0] - (CAMERA.cx, CAMERA.cy)) / CAMERA.fx, 1.0) * depth[0]
    lifted = down[0, :3, :3] @ ray + down[0, :3, 3]
    assert abs(lifted[2] - rise) < 1e-9
    other, exact = project(level, lifted[None], CAMERA)[0][0, 0], project(level, goal[None], CAMERA)[0][0, 0]
    assert np.abs(other - exact).max() <= 1.2  # half a pixel of the tilted view; near, the level one stretches it
