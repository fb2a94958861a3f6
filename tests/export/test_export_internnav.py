"""What InternNav's loaders make of an exported scene: labels of walks whose labels are known."""

import drawn_room
import navdp_reader
import numpy as np
import pytest

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.export import export_scene
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.training.joint_data.path_target import path_target
from vln_pipeline.training.joint_data.way import ground_path

F, L, R = drawn_room.F, drawn_room.L, drawn_room.R
LEFT_BEND = [F, F, F, L, F, F, F, L, F, F, F, F, L, F, F, F]
MIRROR = np.array([1, -1, -1])
"""What a mirror image does to forward, left and heading."""


def trajectory(number, bend, turn):
    actions = [{L: turn}.get(action, action) for action in LEFT_BEND if turn or action == F]
    return drawn_room.trajectory(number, actions=actions, start=(1.0, 1.5, 0.0, 0.0), frames=110, bend=bend)


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    """Return a scene's folder: a straight walk, one that bends to the left, and the mirror image of that."""
    folder = tmp_path_factory.mktemp("mirrored")
    ways = [trajectory(0, 0.0, None), trajectory(1, 0.01, L), trajectory(2, -0.01, R)]
    walks = drawn_room.walks_of(folder / "footage", ways)
    room, nav, directory = drawn_room.scene(), drawn_room.navigation(), folder / "export"
    export_scene(walks, room, nav, ExportConfig(), directory, seed=7, provenance={})
    return directory


def test_system_1_learns_straight_ahead_from_a_straight_walk_and_the_mirror_image_from_a_mirrored_one(scene):
    root = scene / "navdp_data/drawn_d435i"
    straight, left, right = (navdp_reader.item(root, walk, 0, 2, 108)["labels"] for walk in range(3))
    assert (straight[:, 0] > 0).all() and np.abs(straight[:, 1:]).max() < 1e-6
    assert (left[:, 0] > 0).all() and left[-1, 1] > 0.1 and (left[:, 2] > 0.01).all()
    # Positions are 32-bit numbers: the heading of a step of 4 cm is known to a hundredth of a milliradian.
    np.testing.assert_allclose(right[:, :2], (left * MIRROR)[:, :2], rtol=0, atol=2e-6)
    np.testing.assert_allclose(right[:, 2], -left[:, 2], rtol=0, atol=1e-4)


def test_the_dual_system_learns_the_same_of_discrete_walks(scene):
    dataset = ExportedDataset(scene / "traj_data/r2r")
    labels = [path_target(ground_path(dataset.columns(walk)["pose.125cm_30deg"].astype(float))) for walk in range(3)]
    straight, left, right = labels
    driven = straight[:, 0] > 0
    assert driven.sum() > 20 and np.abs(straight[:, 1:]).max() < 1e-6
    assert left[:, 1].sum() > 1 and left[:, 2].sum() > 0.3
    np.testing.assert_allclose(right, left * MIRROR, rtol=0, atol=1e-5)


def test_the_published_d435i_is_one_parameter_away():
    assert Intrinsics.from_fov(480, 270, 68.0).fx == pytest.approx(355.81, abs=0.01)


@pytest.mark.parametrize("dialect", ["vln_n1", "vln_ce"])
def test_the_actions_of_lerobots_policies_are_those_too(scene, dialect):
    dataset = ExportedDataset(scene / dialect / "v3.0")
    straight, left, right = (dataset.columns(walk)["action"] for walk in range(3))
    assert (straight[:-1, 0] > 0).all() and np.abs(straight[:, 1:]).max() < 1e-6
    assert left[:, 2].max() > 0.005 and (left[:, 0] >= 0).all()
    np.testing.assert_allclose(right, left * MIRROR, rtol=0, atol=1e-6)
