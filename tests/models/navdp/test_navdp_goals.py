import numpy as np
import pytest

from vln_pipeline.models.navdp.goals import NavdpGoal, goal_mask, image_goal, pixel_goal, point_goal
from vln_pipeline.models.navdp.policy_config import PUBLISHED_SERVER, PolicyConfig

OURS = PolicyConfig()
SHAPE = 270, 480


def extent(mask: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.nonzero(mask)
    return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())


def test_point_goals_are_within_reach():
    assert point_goal(np.array([-3.0, 20.0]), OURS).tolist() == [-3, 10, 0]
    assert point_goal(np.array([-3.0, -20.0]), PUBLISHED_SERVER).tolist() == [0, -10, 1]
    assert point_goal(np.array([14.0, 2.0]), OURS).tolist() == [10, 2, 0]


def test_the_goals_image_comes_before_the_current_one():
    current, goal = np.full((28, 28, 3), 7, np.uint8), np.full((28, 28, 3), 9, np.uint8)
    both = image_goal(goal, current)
    assert both.shape == (28, 28, 6)
    assert (both[..., :3] == 9).all()
    assert (both[..., 3:] == 7).all()


@pytest.mark.parametrize(("config", "channels", "mask_at"), [(OURS, 4, 3), (OURS, 7, 3), (PUBLISHED_SERVER, 4, 0)])
def test_the_mark_has_its_channel(config, channels, mask_at):
    current = np.full((224, 224, 3), 100, np.uint8)
    marked = pixel_goal(np.array([240.0, 135.0]), SHAPE, current, channels, config)
    assert marked.shape == (224, 224, channels)
    rest = np.delete(marked, mask_at, axis=-1)
    assert (rest == 100).all()
    rows, columns = np.nonzero(marked[..., mask_at])
    assert (rows.mean(), columns.mean()) == pytest.approx((111.5, 111.5), abs=1)


def test_the_mark_grows_with_the_image():
    assert extent(goal_mask(np.array([100.5, 90.2]), SHAPE, OURS)) == (81, 98, 91, 108)
    assert extent(goal_mask(np.array([201.0, 180.0]), (540, 960), OURS)) == (162, 197, 183, 218)
    assert extent(goal_mask(np.array([201.0, 180.0]), (540, 960), PUBLISHED_SERVER)) == (170, 189, 191, 210)


@pytest.mark.parametrize(
    ("pixel", "edge"),
    [
        ((-5.0, 100.0), (0, 269, 0, 9)),
        ((500.0, -20.0), (0, 269, 470, 479)),
        ((200.0, -1.0), (0, 9, 0, 479)),
        ((200.0, 300.0), (260, 269, 0, 479)),
    ],
)
def test_a_goal_out_of_view_is_marked_on_the_side_it_lies_behind(pixel, edge):
    assert extent(goal_mask(np.array(pixel), SHAPE, OURS)) == edge
    hidden = OURS.model_copy(update={"offscreen_mark": "nothing"})
    assert not goal_mask(np.array(pixel), SHAPE, hidden).any()


def test_a_goal_at_the_edge_is_marked_as_far_as_the_image_goes():
    assert extent(goal_mask(np.array([3.0, 267.0]), SHAPE, OURS)) == (258, 269, 0, 11)
    assert extent(goal_mask(np.array([3.0, 267.0]), SHAPE, PUBLISHED_SERVER)) == (0, 269, 0, 9)


def test_a_goal_behind_the_camera_has_no_mark():
    assert not goal_mask(np.array([np.nan, np.nan]), SHAPE, OURS).any()


def test_only_a_goal_without_anything_explores():
    assert NavdpGoal().explores
    assert not NavdpGoal(point=np.zeros(2)).explores
    assert not NavdpGoal(image=np.zeros((2, 2, 3), np.uint8)).explores
