import numpy as np
import pytest

from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.training.navdp_data.config import GoalMarkConfig
from vln_pipeline.training.navdp_data.goal_mark import goal_mask
from vln_pipeline.training.navdp_data.walk import Walk

SIZE = 480
LEVEL = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])


def walk(yaw=0.0):
    """A level camera, 1 m up, 480 x 480 pixels, 90 degrees wide; its optical axis is the body's heading."""
    camera = Intrinsics(480, 480, 240.0, 240.0, 239.5, 239.5)
    return Walk("w", 0, None, np.array([[1.0, 2.0, 1.0]]), np.array([yaw]), LEVEL, 1.0, camera, False)


def mask(goal, off_screen="border", yaw=0.0):
    config = GoalMarkConfig(off_screen=off_screen)
    return goal_mask(walk(yaw), 0, np.array([*goal, 1.0]), (6, 10), config, SIZE) == 255


def box(marked):
    rows, columns = np.nonzero(marked)
    return rows.min(), rows.max(), columns.min(), columns.max()


def test_a_goal_in_view_is_marked_where_it_projects_to():
    # 4 m ahead, 1 m to the left, 0.8 m below the camera: 60 pixels left of the centre and 48 below it.
    found = mask((5.0, 3.0))
    assert box(found) == (287 - 6, 287 + 6, 179 - 10, 179 + 10)
    assert found.sum() == 13 * 21
    assert np.array_equal(found, mask((0.0, 6.0), yaw=np.pi / 2))


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        ((3.0, 6.0), (0, 479, 0, 9)),  # ahead, too far to the left
        ((3.0, -2.0), (0, 479, 470, 479)),
        ((1.5, 2.0), (470, 479, 0, 479)),  # at the feet: below the image
    ],
)
def test_a_goal_out_of_view_marks_the_side_where_it_lies(goal, expected):
    assert box(mask(goal)) == expected
    assert not mask(goal, off_screen="nothing").any()


def test_a_goal_behind_the_camera_is_not_marked():
    assert not mask((-3.0, 2.5)).any()


def test_marks_keep_their_share_of_the_image():
    camera = Intrinsics(120, 120, 60.0, 60.0, 59.5, 59.5)
    small = Walk("w", 0, None, np.array([[0.0, 0, 1]]), np.array([0.0]), LEVEL, 1.0, camera, False)
    found = goal_mask(small, 0, np.array([4.0, 0, 1]), (8, 8), GoalMarkConfig(), 120) == 255
    assert found.sum() == 25
