"""Walks over stairs: from one storey to another on a house whose every step and edge is known."""

import numpy as np
import pytest
from box_scene import box, room_scene, walls
from tall_house import FLIGHTS, FOOT, HEAD, HEIGHT, RISE, clearance, free_area, height_at, tall_house

from vln_pipeline.planning import map_archive
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.endpoints import sample_endpoints
from vln_pipeline.planning.navigation import build_navigation_map
from vln_pipeline.planning.plan import plan_trajectories
from vln_pipeline.planning.quality import measures
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.procedural.source import ProceduralSource

LINKED = EsdfConfig(stairs="link")


@pytest.fixture(scope="module")
def nav():
    return build_navigation_map(tall_house(), LINKED)


@pytest.fixture(scope="module")
def plans(nav):
    sampling = SamplingConfig(pairs=60, max_distance=25.0, stairs_share=0.5)
    return plan_trajectories(nav, sample_endpoints(nav, sampling, 3), TrajectoryConfig(), 3)


def changes(walk):
    return abs(walk.path[-1, 2] - walk.path[0, 2]) > 0.9 * HEIGHT


def test_storeys_and_flights_are_those_of_the_house(nav):
    assert [round(f.height, 2) for f in nav.floors] == [0, 2.88, 5.76]
    assert [(f.lower, f.upper, f.map.index) for f in nav.flights] == [(0, 1, 3), (1, 2, 4)]
    for floor in build_navigation_map(tall_house(), EsdfConfig()).floors:
        area = float((np.isfinite(floor.ground) & (np.abs(floor.ground - floor.height) < 0.05)).sum() * floor.cell**2)
        assert area == pytest.approx(free_area(floor.index), rel=0.06)
    for number, flight in enumerate(nav.flights):
        middle = np.mean(FLIGHTS[number])
        assert flight.foot[2] == pytest.approx(number * HEIGHT, abs=0.05) and flight.foot[0] < FOOT
        assert flight.head[2] == pytest.approx((number + 1) * HEIGHT, abs=0.05) and flight.head[0] > HEAD - 0.1
        x = np.arange(FOOT + 0.3, HEAD - 0.3, 0.1)
        cells = np.rint(flight.map.to_cell(np.column_stack([x, np.full_like(x, middle)]))).astype(int).T
        assert flight.map.navigable[tuple(cells)].all()
        slope = number * HEIGHT + (x - FOOT) * RISE / 0.25 + RISE / 2
        assert np.abs(flight.map.ground[tuple(cells)] - slope).max() < RISE


def test_walks_change_storey_and_keep_clear_of_flanks_and_edges(nav, plans):
    """No walk ever changed storey, though those of R2R-CE do."""
    climbing = [walk for walk in plans.trajectories if changes(walk)]
    asked = sum(pair >= len(nav.floors) for pair in [w.floor for w in plans.trajectories])
    assert len(climbing) >= 0.2 * len(plans.trajectories) and len(climbing) == asked >= 12
    assert {walk.floor for walk in climbing} == {3, 4}
    assert {bool(walk.path[-1, 2] > walk.path[0, 2]) for walk in climbing} == {True, False}
    for walk in plans.trajectories:
        for points in (walk.path, walk.poses[:, :3]):
            assert clearance(points).min() >= nav.radius
            assert np.abs(height_at(points) - points[:, 2]).max() <= RISE
        assert walk.clearance.min() >= nav.radius
        assert measures(walk, nav.maps[walk.floor])["rollout_clearance"] >= nav.radius


def test_a_walk_goes_along_its_flight_and_its_length_counts_the_climb(plans):
    for walk in (walk for walk in plans.trajectories if changes(walk)):
        low, high = sorted((walk.path[0, 2], walk.path[-1, 2]))
        on = (walk.path[:, 2] > low + 0.5) & (walk.path[:, 2] < high - 0.5)
        along = np.cos(walk.yaw[on])
        assert (np.abs(along) > 0.9).all() and len(np.unique(np.sign(along))) == 1
        assert np.abs(np.diff(walk.path[:, 2])).max() < 0.1
        level = np.hypot(*(walk.path[-1, :2] - walk.path[0, :2]))
        assert walk.geodesic > np.hypot(level, HEIGHT)
        assert 0.95 < walk.length / walk.geodesic < 1.15


def test_without_links_no_walk_changes_storey():
    nav = build_navigation_map(tall_house(2), EsdfConfig())
    assert not nav.flights
    pairs = sample_endpoints(nav, SamplingConfig(pairs=12), 1)
    assert all(abs(p.goal[2] - p.start[2]) < 0.05 for p in pairs.pairs)
    linked = build_navigation_map(tall_house(2), LINKED)
    never = sample_endpoints(linked, SamplingConfig(pairs=12, stairs_share=0), 1)
    assert {p.floor for p in never.pairs} <= {0, 1}


def test_stairs_that_are_too_narrow_are_told():
    slab = [box(3, 0, 2.68, 10.1, 6.1, 2.88), box(-0.1, 0.42, 2.68, 3, 6.1, 2.88)]
    steps = [box(3 - (16 - i) * 0.18, 0, 0, 3 - (15 - i) * 0.18, 0.42, (i + 1) * 0.18) for i in range(16)]
    house = room_scene(
        *slab, *steps, *walls(0, 0, 10, 6, 2.5, 3.2), box(-0.1, -0.1, 5.7, 10.1, 6.1, 5.8), width=10, depth=6
    )
    nav = build_navigation_map(house, LINKED)
    assert len(nav.floors) == 2 and not nav.flights
    assert any("on which no walk leads from one to the other" in place.reason for place in nav.left_out)


def test_a_ramp_is_a_flight_too():
    low, high = np.array([2.0, 0, 0]), np.array([8.0, 1.5, 2.88])
    ramp = box(*low, *high)
    ramp[0][(ramp[0][:, 0] < 5) & (ramp[0][:, 2] > 1), 2] = 0.0
    slab = [box(8, 0, 2.68, 14.1, 6.1, 2.88), box(-0.1, 1.5, 2.68, 8, 6.1, 2.88)]
    top = box(-0.1, -0.1, 5.7, 14.1, 6.1, 5.8)
    house = room_scene(*slab, ramp, *walls(0, 0, 14, 6, 2.5, 3.2), top, width=14, depth=6)
    (flight,) = build_navigation_map(house, LINKED).flights
    assert (flight.lower, flight.upper) == (0, 1)
    pairs = sample_endpoints(
        build_navigation_map(house, LINKED), SamplingConfig(pairs=8, max_distance=25, stairs_share=1), 1
    )
    assert {pair.floor for pair in pairs.pairs} == {2}


def test_stairs_with_a_landing_are_walked_to_the_hall_they_began_in():
    """Halls lie above each other, and the lower one took the place in front of the upper end of the second flight."""
    source = ProceduralSource(ProceduralConfig(count=1, two_storey_probability=1, texture_size=64), 5)
    (ref,) = source.discover()
    nav = build_navigation_map(source.load(ref), LINKED)
    (flight,) = nav.flights
    assert flight.head[2] - flight.foot[2] == pytest.approx(nav.floors[1].height - nav.floors[0].height, abs=0.1)
    pairs = sample_endpoints(nav, SamplingConfig(pairs=8, max_distance=25, stairs_share=1), 1)
    made = plan_trajectories(nav, pairs, TrajectoryConfig(), 1)
    assert len([walk for walk in made.trajectories if walk.floor == 2]) >= 6
    assert all(abs(walk.path[-1, 2] - walk.path[0, 2]) > 2.5 for walk in made.trajectories)


def test_flights_are_kept_with_the_map(nav, tmp_path):
    map_archive.write(nav, tmp_path)
    read = map_archive.read(tmp_path)
    assert [(f.lower, f.upper) for f in read.flights] == [(f.lower, f.upper) for f in nav.flights]
    for kept, made in zip(read.flights, nav.flights, strict=True):
        np.testing.assert_array_equal(kept.foot, made.foot)
        np.testing.assert_array_equal(kept.map.esdf, made.map.esdf)
    assert [floor.index for floor in read.maps] == [0, 1, 2, 3, 4] and len(read.floors) == 3
