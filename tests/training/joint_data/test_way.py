import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from vln_pipeline.rendering.camera import camera_poses
from vln_pipeline.training.joint_batch import JointSample, collate
from vln_pipeline.training.joint_data.config import WayConfig
from vln_pipeline.training.joint_data.way import GoalWay, ground_path, learned_frames, sample_of
from vln_pipeline.training.system2_batch import SampleKind, System2Sample


class Painted:
    """Frames whose colour and depth tell their number."""

    def rgb(self, frame):
        return np.full((12, 16, 3), frame, dtype=np.uint8)

    def depth(self, frame):
        return np.full((12, 16), 0.5 * frame, dtype=np.float32)


def poses(steps, pitch=30.0, yaw=0.7):
    """Camera poses of a straight walk of 0.25 m a step from (2, -1) on."""
    along = 0.25 * np.arange(steps + 1)
    positions = np.column_stack([2 + along * np.cos(yaw), -1 + along * np.sin(yaw), np.zeros(steps + 1)])
    return camera_poses(positions, np.full(steps + 1, yaw), 1.25, pitch)


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (1, [0]),
        (3, [0, 2]),
        (24, list(range(0, 24, 2))),
        (25, list(range(0, 25, 3))),
        (37, list(range(0, 37, 4))),
    ],
)
def test_every_second_frame_is_learned_from_or_fewer(ahead, expected):
    assert learned_frames(ahead, WayConfig()).tolist() == expected


@given(ahead=st.integers(1, 500), frames=st.integers(1, 20), stride=st.integers(1, 5))
def test_learned_frames_are_as_many_as_are_allowed_and_never_the_goal(ahead, frames, stride):
    found = learned_frames(ahead, WayConfig(frames=frames, frame_stride=stride))
    assert found[0] == 0
    assert 1 <= len(found) <= frames
    assert found[-1] < ahead


@pytest.mark.parametrize("pitch", [-10.0, 0.0, 30.0, 80.0])
def test_the_path_on_the_ground_does_not_depend_on_how_far_the_camera_looks_down(pitch):
    expected = np.column_stack([0.25 * np.arange(6), np.zeros(6)])
    assert ground_path(poses(5, pitch)) == pytest.approx(expected, abs=1e-12)


def test_left_is_to_the_left():
    turned = camera_poses(np.array([[0.0, 0, 0], [1.0, 0, 0]]), np.array([-np.pi / 2, 0]), 0.6, 15)
    assert ground_path(turned)[1] == pytest.approx([0, 1], abs=1e-12)


def test_a_sample_has_images_depths_and_paths_of_the_learned_frames():
    asked = System2Sample("conversation", SampleKind.PIXEL, (640, 480), None, "home/episode_000003, frame 4")
    sample = sample_of(GoalWay(Painted(), 4, poses(9)), asked, WayConfig(), size=7, count=32)
    assert sample.images.shape == (5, 7, 7, 3)
    assert sample.images[:, 0, 0, 0].tolist() == [4, 6, 8, 10, 12]
    assert sample.depths[:, 0, 0].tolist() == [2, 3, 4, 5, 5]  # beyond 5 m there is only far
    left = sample.actions[..., 0].sum(axis=1) / 4
    assert left == pytest.approx([2.25, 1.75, 1.25, 0.75, 0.25], abs=1e-6)
    assert sample.actions[..., 1:] == pytest.approx(0, abs=1e-6)
    assert (sample.encoded, sample.name) == (asked.encoded, asked.name)


def test_a_batch_knows_whose_frames_are_whose():
    def sample(count, value):
        images = np.full((count, 2, 2, 3), value, dtype=np.uint8)
        depths = np.full((count, 2, 2), value, dtype=np.float32)
        actions = np.full((count, 3, 3), value, dtype=np.float32)
        return JointSample(value, SampleKind.PIXEL, (640, 480), None, str(value), images, depths, actions)

    batch = collate([sample(3, 7), sample(1, 8), sample(2, 9)])
    assert batch.conversations == (7, 8, 9)
    assert batch.plans.tolist() == [0, 0, 0, 1, 2, 2]
    assert batch.origins.tolist() == [0, 0, 0, 3, 4, 4]
    assert batch.actions[:, 0, 0].tolist() == [7, 7, 7, 8, 9, 9]
    assert batch.images.dtype == torch.uint8
    assert batch.depths.shape == (6, 2, 2)
