import numpy as np
import pytest

from vln_pipeline.models.navdp.policy_config import PolicyConfig
from vln_pipeline.models.navdp.ranking import explorative, held_still, scores


def straight(angle: float, length: float) -> np.ndarray:
    along = np.linspace(0, length, 11)[1:]
    return np.column_stack([along * np.cos(angle), along * np.sin(angle), np.full(10, angle)])


PATHS = np.stack([straight(0, 2), straight(np.pi / 2, 1), straight(0, 0.4)])


def test_a_path_that_ends_near_keeps_its_heading_only():
    still = held_still(PATHS + np.array([0, 0, 1.0]), 0.5)
    assert np.array_equal(still[:2, :, :2], PATHS[:2, :, :2])
    assert not still[2, :, :2].any()
    assert (still[2, :, 2] == 1).all()


def test_exploring_wants_to_get_away():
    config = PolicyConfig(wander_distance=1.5, wander_penalty=7)
    assert explorative(np.array([1.0, 2.0, 3.0]), PATHS, config).tolist() == [1, -5, -4]


def test_by_default_the_critic_decides():
    values = np.array([1.0, 2.0, 3.0])
    assert np.array_equal(scores(values, PATHS, np.array([9.0, 0]), PATHS[0, :, :2], PolicyConfig()), values)


def test_progress_is_worth_what_the_end_is_nearer_to_the_goal():
    config = PolicyConfig(progress_weight=0.5)
    found = scores(np.zeros(3), PATHS, np.array([3.0, 0.0]), None, config)
    assert found == pytest.approx([1.0, 0.5 * (3 - np.hypot(3, 1)), 0.2])
    assert not scores(np.zeros(3), PATHS, None, None, config).any()


def test_leaving_the_last_path_costs_the_mean_distance_from_it():
    config = PolicyConfig(consistency_weight=2.0)
    last = np.column_stack([np.arange(0, 3, 0.01), np.full(300, 0.25)])
    found = scores(np.zeros(3), PATHS, None, last, config)
    assert found[0] == pytest.approx(-0.5)
    assert found[1] == pytest.approx(-2 * np.abs(PATHS[1, :, 1] - 0.25).mean())
    assert not scores(np.zeros(3), PATHS, None, None, config).any()
