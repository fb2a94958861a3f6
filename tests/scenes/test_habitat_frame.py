import numpy as np
import pytest

from vln_pipeline.scenes.habitat.frame import asset_to_habitat, asset_to_world, rotation_wxyz, to_world


def test_world_of_habitat():
    """Habitat is y up, -z forward: (x, y, z) is (x, -z, y) of ours."""
    np.testing.assert_array_equal(to_world(np.array([1.0, 2.0, 3.0])), [1, -3, 2])
    np.testing.assert_array_equal(
        to_world(np.array([[0, 0, -1], [0, 1, 0], [1, 0, 0]])), [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
    )


def test_legacy_stage_is_z_up_and_looks_along_y():
    """(x, y, z) of the file is (x, z, -y) in Habitat's world, hence unchanged in ours."""
    np.testing.assert_array_equal(asset_to_habitat((0, 0, 1), (0, 1, 0)) @ [1, 2, 3], [1, 3, -2])
    np.testing.assert_array_equal(asset_to_world(None) @ [1, 2, 3], [1, 2, 3])


def test_a_stage_that_is_described_without_axes_is_y_up():
    """A configuration of HM3D without up and front was taken for none, and the house lay on its side.

    Habitat guesses axes by the file's name only where a data set has no default attributes for its stages.
    """
    np.testing.assert_array_equal(asset_to_world({"shader_type": "flat"}) @ [1, 2, 3], [1, -3, 2])


def test_gltf_stage_is_y_up():
    np.testing.assert_array_equal(asset_to_habitat((0, 1, 0), (0, 0, -1)), np.eye(3))
    np.testing.assert_array_equal(asset_to_world({"up": (0, 1, 0), "front": (0, 0, -1)}) @ [1, 2, 3], [1, -3, 2])


@pytest.mark.parametrize(("up", "front"), [((0, 0, 2), (3, 0, 0)), ((1, 0, 0), (0, 0, 1)), ((0, -1, 0), (0, 0, 1))])
def test_any_axes_give_a_rotation(up, front):
    turn = asset_to_habitat(up, front)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(turn) == pytest.approx(1)
    np.testing.assert_allclose(turn @ np.array(up) / np.linalg.norm(up), (0, 1, 0), atol=1e-12)
    np.testing.assert_allclose(turn @ np.array(front) / np.linalg.norm(front), (0, 0, -1), atol=1e-12)


def test_scalar_of_a_quaternion_comes_first():
    """A quarter turn about +y is a left turn: forward -z becomes -x."""
    half = np.sqrt(0.5)
    np.testing.assert_allclose(rotation_wxyz((half, 0, half, 0)) @ [0, 0, -1], [-1, 0, 0], atol=1e-12)
    np.testing.assert_allclose(rotation_wxyz((1, 0, 0, 0)), np.eye(3), atol=1e-12)


@pytest.mark.parametrize("bad", [(0, 0, 0, 0), (1, 0, 0), (np.nan, 0, 0, 1), (np.inf, 0, 0, 0)])
def test_what_is_no_rotation(bad):
    with pytest.raises(ValueError, match=r"quaternion|norm"):
        rotation_wxyz(bad)
