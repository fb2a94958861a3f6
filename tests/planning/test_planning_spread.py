"""Walks that say the same thing twice teach nothing: of 288, 21 ran within half a metre of an earlier one."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from drawn_floor import RADIUS, map_of, two_rooms

from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.spread import turns
from vln_pipeline.planning.walk_config import SamplingConfig


def flat():
    """Two rooms that the map knows as two."""
    (floor,) = map_of(two_rooms()).floors
    room = floor.room.copy()
    room[:, room.shape[1] // 2 :] += (room[:, room.shape[1] // 2 :] >= 0).astype(np.int16)
    return NavigationMap("flat", (replace(floor, room=room),), RADIUS)


def drawn(nav, **config):
    return sample_endpoints(nav, SamplingConfig(pairs=16, starts_per_goal=2, **config), seed=4)


def rooms(nav, pair):
    floor = nav.floors[0]
    cells = np.rint(floor.to_cell(np.array([pair.start[:2], pair.goal[:2]]))).astype(int)
    return tuple(floor.room[cells[:, 0], cells[:, 1]].tolist())


def test_goals_and_walks_keep_their_distance():
    pairs = drawn(flat(), goal_spacing=1.2, walk_spacing=0.8).pairs
    goals = {tuple(pair.goal[:2]) for pair in pairs}
    assert len(goals) > 4
    assert min(np.hypot(*np.subtract(a, b)) for a, b in combinations(goals, 2)) >= 1.2 - 1e-6
    for a, b in combinations(pairs, 2):
        same_ends = np.linalg.norm(a.start - b.start) < 0.1 and np.linalg.norm(a.goal - b.goal) < 0.1
        assert not same_ends


def test_goals_may_be_spaced_until_there_is_no_room_for_another():
    found = drawn(flat(), goal_spacing=6.0)
    assert 0 < len(found.pairs) < 16
    assert found.rejected["no goal farther than goal_spacing from the others"] > 0


def test_quotas_are_met_where_the_scene_can():
    nav = flat()
    found = drawn(nav, turning_share=0.75, crossing_share=0.5, room_share=0.5)
    assert len(found.pairs) == 16
    assert sum(turns(pair.path) for pair in found.pairs) >= 12
    ends = [rooms(nav, pair) for pair in found.pairs]
    assert sum(start != goal for start, goal in ends) >= 8
    assert sum(goal == 0 for _, goal in ends) == 8
    assert not [reason for reason in found.rejected if "not met" in reason]


def test_a_quota_that_cannot_be_met_is_told_and_leaves_no_place_empty():
    """An empty hall has no turns; a quota that refused every straight walk would leave it without any."""
    hall = map_of(np.ones((60, 200), dtype=bool))
    found = drawn(hall, turning_share=0.5)
    assert len(found.pairs) == 16
    assert [pair.index for pair in found.pairs] == list(range(16))
    assert found.rejected["turning_share not met, walks that miss it"] > 0
    assert "crossing_share not met, walks that miss it" not in found.rejected


@pytest.mark.parametrize(
    ("corners", "turning"),
    [
        ([(0, 0), (4, 0)], False),
        ([(0, 0), (0.4, 0), (0.6, 0.2), (1.4, 0.2), (1.6, 0.4), (2.4, 0.4), (2.6, 0.6), (4, 0.6)], False),
        ([(0, 0), (2, 0), (2, 2)], True),
        ([(0, 0), (2, 0), (2.5, 0.5), (2.5, 3)], True),
    ],
)
def test_a_staircase_of_the_grid_is_no_turn(corners, turning):
    assert turns(np.array(corners, dtype=float)) is turning
