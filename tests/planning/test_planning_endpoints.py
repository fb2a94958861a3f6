from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from drawn_floor import RADIUS, house, map_of, two_rooms
from pydantic import ValidationError

from vln_pipeline.errors import DataError
from vln_pipeline.planning import endpoints
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.geodesic import geodesic_distance
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.planning.walk_config import SamplingConfig

TWO = map_of(two_rooms())


def flat(pairs):
    return [(p.floor, *p.start, *p.goal, p.geodesic, p.caution, p.path.tobytes()) for p in pairs.pairs]


@pytest.mark.parametrize("starts_per_goal", [1, 6])
def test_pairs_are_in_the_band_and_clear(starts_per_goal):
    config = SamplingConfig(pairs=18, starts_per_goal=starts_per_goal, min_distance=2, max_distance=6)
    pairs = sample_endpoints(TWO, config, seed=3).pairs
    floor = TWO.floors[0]
    assert [pair.index for pair in pairs] == list(range(18))
    for pair in pairs:
        assert 2 <= pair.geodesic <= 6
        exact = geodesic_distance(floor, pair.start[:2], pair.goal[:2])
        assert 0.98 * exact < pair.geodesic < 1.05 * exact
        np.testing.assert_allclose(pair.path[[0, -1]], [pair.start[:2], pair.goal[:2]])
        cells = np.rint(floor.to_cell(np.array([pair.start[:2], pair.goal[:2]]))).astype(int)
        assert (floor.esdf[cells[:, 0], cells[:, 1]] >= RADIUS + config.endpoint_clearance).all()
    goals = Counter(tuple(pair.goal) for pair in pairs)
    assert min(starts_per_goal, 2) <= max(goals.values()) <= starts_per_goal


def test_same_seed_same_pairs_other_seed_others():
    config = SamplingConfig(pairs=8, starts_per_goal=4)
    first, again, other = (sample_endpoints(TWO, config, seed) for seed in (1, 1, 2))
    assert flat(first) == flat(again)
    assert flat(first) != flat(other)


def test_rejections_are_counted_by_reason():
    config = SamplingConfig(pairs=200, starts_per_goal=50, min_distance=2, max_distance=5)
    assert sample_endpoints(map_of(house()), config, seed=0).rejected["farther than max_distance"] > 0
    config = SamplingConfig(pairs=12, starts_per_goal=6, min_distance=8.3, max_distance=20)
    assert sample_endpoints(TWO, config, seed=0).rejected["no start in the distance band"] > 0


def test_every_floor_is_drawn_from_and_starts_lie_on_it():
    nav = map_of(two_rooms(), two_rooms())
    pairs = sample_endpoints(nav, SamplingConfig(pairs=24, starts_per_goal=2), seed=0).pairs
    assert {pair.floor for pair in pairs} == {0, 1}
    assert all(pair.start[2] == pair.goal[2] == 3.0 * pair.floor for pair in pairs)


def test_least_visited_floor_is_preferred():
    """The second floor gets its share although the first is drawn with equal interest at the start."""
    nav = map_of(two_rooms(), two_rooms())
    counts = Counter(pair.floor for pair in sample_endpoints(nav, SamplingConfig(pairs=60), seed=0).pairs)
    assert min(counts.values()) >= 20


def test_least_visited_weighting_covers_more_floor_than_uniform_draws(monkeypatch):
    nav = map_of(house())
    config = SamplingConfig(pairs=100, starts_per_goal=4)

    def covered():
        points = [np.rint(nav.floors[0].to_cell(p.path) / 10) for p in sample_endpoints(nav, config, seed=1).pairs]
        return len(np.unique(np.concatenate(points), axis=0))

    least_visited = covered()
    monkeypatch.setattr(endpoints._Storey, "_weights", lambda storey: np.ones(storey._visits.size))
    assert least_visited > 1.05 * covered()


def test_the_asked_share_of_paths_has_little_caution():
    nav = map_of(house())
    config = SamplingConfig(pairs=60, starts_per_goal=1, low_clearance_share=0.5, low_clearance_caution=0.1)
    cautions = Counter(pair.caution for pair in sample_endpoints(nav, config, seed=0).pairs)
    assert set(cautions) == {1.0, 0.1} and 18 <= cautions[0.1] <= 42


def test_paths_stay_on_navigable_cells():
    floor = TWO.floors[0]
    for pair in sample_endpoints(TWO, SamplingConfig(pairs=8), seed=5).pairs:
        corners = np.rint(floor.to_cell(pair.path)).astype(int)
        for a, b in pairwise(corners):
            steps = np.abs(b - a).max()
            cells = a + np.outer(np.arange(steps + 1), (b - a) // steps)
            assert floor.navigable[cells[:, 0], cells[:, 1]].all()


def test_no_navigable_pair_names_the_scene_and_the_mend():
    closet = NavigationMap("closet_7", map_of(np.ones((24, 24), dtype=bool)).floors, RADIUS)
    with pytest.raises(DataError, match=r"closet_7: no navigable pair of 2.0 to 12.0 m .*no start.*min_distance"):
        sample_endpoints(closet, SamplingConfig(), seed=0)


def test_an_empty_band_is_refused():
    with pytest.raises(ValidationError, match=r"min_distance 5.0 m is not below max_distance 4.0 m"):
        SamplingConfig(min_distance=5, max_distance=4)
