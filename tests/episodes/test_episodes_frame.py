"""Known poses: of Habitat's agents, of Matterport3D's headings, and the published first frame."""

import math

import numpy as np
import pytest
from episode_files import rotation
from hypothesis import given
from hypothesis import strategies as st

from vln_pipeline.episodes.formats.upright import wrap, yaw_of_heading, yaw_of_rotation
from vln_pipeline.export.vln_ce import start_frame
from vln_pipeline.rendering.camera import camera_poses
from vln_pipeline.scenes.habitat.frame import to_world


@pytest.mark.parametrize(
    ("turned_left", "forward"),
    [(0, (0, 0, -1)), (90, (-1, 0, 0)), (-90, (1, 0, 0)), (180, (0, 0, 1)), (30, (-0.5, 0, -math.sqrt(0.75)))],
)
def test_an_agent_looks_where_habitat_says(turned_left, forward):
    yaw = yaw_of_rotation(np.array(rotation(turned_left)), "xyzw")
    assert (math.cos(yaw), math.sin(yaw), 0) == pytest.approx(tuple(to_world(np.array(forward))), abs=1e-12)


def test_positions_are_turned_as_the_sheets_say():
    assert to_world(np.array([1.0, 2.0, 3.0])).tolist() == [1.0, -3.0, 2.0]


def test_the_scalar_may_stand_first_and_the_sign_of_a_quaternion_means_nothing():
    x, y, z, w = rotation(75)
    expected = yaw_of_rotation(np.array([x, y, z, w]), "xyzw")
    assert yaw_of_rotation(np.array([w, x, y, z]), "wxyz") == pytest.approx(expected)
    assert yaw_of_rotation(-np.array([x, y, z, w]), "xyzw") == pytest.approx(expected)


@pytest.mark.parametrize(("order", "other"), [("xyzw", "wxyz"), ("wxyz", "xyzw")])
@given(st.floats(-360, 360))
def test_a_wrong_order_is_always_told_from_a_right_one(order, other, turned_left):
    written = np.array(rotation(turned_left)) if other == "xyzw" else np.roll(rotation(turned_left), 1)
    with pytest.raises(ValueError, match=f"not upright as {order}; it would be as {other}"):
        yaw_of_rotation(written, order)


def test_a_tilted_agent_is_refused_without_a_hint():
    with pytest.raises(ValueError, match=r"not upright as xyzw$"):
        yaw_of_rotation(np.array([0.5, 0.5, 0.5, 0.5]), "xyzw")


def test_a_heading_is_minus_the_yaw_that_habitat_has():
    # R2R path 4332: heading 4.055; VLN-CE has minus the heading, rounded to a multiple of 30 degrees.
    rounded = round(4.055 / math.radians(30)) * 30
    assert rounded == 240
    from_file = yaw_of_rotation(np.array(rotation(-rounded)), "xyzw")
    assert wrap(yaw_of_heading(math.radians(rounded)) - from_file) == pytest.approx(0, abs=1e-12)
    assert abs(wrap(yaw_of_heading(4.055) - from_file)) <= math.radians(15)
    assert yaw_of_heading(0) == pytest.approx(math.pi / 2)


def test_the_first_frame_of_125cm_30deg_has_the_published_pose():
    start = np.array([*to_world(np.array([3.2, 0.17, -5.5])), yaw_of_rotation(np.array(rotation(150)), "xyzw")])
    pose = start_frame(start) @ camera_poses(start[None, :3], start[3:], height=1.25, pitch=30)[0]
    published = [[0, -0.5, 0.866, 0], [-1, 0, 0, 0], [0, -0.866, -0.5, 1.25], [0, 0, 0, 1]]
    np.testing.assert_allclose(pose, published, atol=1e-4)
