import numpy as np
import pytest

from vln_pipeline.training.joint_data.path_target import path_target

PIECE = 3.3 / 32


def walk(*steps):
    """Poses after steps of 0.25 m in given directions, degrees."""
    angles = np.radians(steps)
    xy = np.cumsum(0.25 * np.column_stack([np.cos(angles), np.sin(angles)]), axis=0)
    return np.concatenate([np.zeros((1, 2)), xy])


def test_straight_ahead_until_the_horizon():
    target = path_target(walk(*[0] * 20))
    assert target == pytest.approx(np.tile([4 * PIECE, 0, 0], (32, 1)), abs=1e-6)


def test_stands_still_after_the_end():
    target = path_target(walk(0, 0, 0, 0))
    assert target[:, 0].sum() / 4 == pytest.approx(1.0, abs=1e-6)
    assert target[10:] == pytest.approx(0)


def test_keeps_its_heading_after_the_end_unless_asked_for_the_released_behaviour():
    sideways = walk(*[90] * 4)
    assert path_target(sideways)[0, 2] == pytest.approx(np.pi / 2, abs=1e-6)
    assert path_target(sideways)[1:, 2] == pytest.approx(0, abs=1e-6)
    released = path_target(sideways, turn_after_end=True)
    assert released[:, 2].sum() == pytest.approx(0, abs=1e-6)
    assert released[10, 2] == pytest.approx(-np.pi / 2, abs=1e-6)


def test_turns_on_the_spot_are_no_part_of_the_way():
    straight = walk(0, 0, 0)
    dithering = np.repeat(straight, 4, axis=0) + 0.01 * np.sin(np.arange(16))[:, None]
    dithering[0] = 0
    assert np.abs(path_target(dithering) - path_target(straight)).max() < 0.1


def test_only_turns_leave_nothing_to_drive():
    assert path_target(np.zeros((5, 2))) == pytest.approx(0)


def test_a_bend_is_followed_smoothly():
    target = path_target(walk(*np.arange(0, 90, 15), *[90] * 8))
    pieces = target[:, :2] / 4
    assert np.linalg.norm(pieces, axis=1) == pytest.approx(PIECE, rel=0.02)
    assert target[:, 2].sum() == pytest.approx(np.pi / 2, abs=0.05)
    assert np.abs(target[1:, 2]).max() < np.radians(12)
    assert pieces.sum(axis=0) == pytest.approx(walk(*np.arange(0, 90, 15), *[90] * 8)[13], abs=0.15)
